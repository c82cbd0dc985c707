"""What the service counts, for `/metrics`. Nothing in it tells who asked or what."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Metrics:
    """The counters of one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self.questions = Counter(
            "bulletin_questions",
            "Questions by language and outcome.",
            ["language", "outcome"],
            registry=self._registry,
        )
        self.seconds = Histogram(
            "bulletin_answer_seconds",
            "From question to answer, waiting included.",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.waiting = Gauge(
            "bulletin_questions_waiting", "Questions taken and not answered yet.", registry=self._registry
        )
        self.votes = Counter(
            "bulletin_votes", "Votes by whether the answer helped.", ["helpful"], registry=self._registry
        )
        self.rejected = Counter(
            "bulletin_rejected", "Questions not taken, by reason.", ["reason"], registry=self._registry
        )

        self.workers = Gauge("bulletin_workers", "Processes that answer.", registry=self._registry)
        self.replaced = Gauge(
            "bulletin_workers_replaced",
            "Processes that died or hung and were replaced.",
            registry=self._registry,
        )
        self.unwritten = Gauge(
            "bulletin_questions_unwritten", "Questions that wait for the database.", registry=self._registry
        )
        self.dropped = Gauge(
            "bulletin_questions_dropped", "Questions that could not be written down.", registry=self._registry
        )
        self.documents = Gauge(
            "bulletin_documents", "Documents in the index in use.", registry=self._registry
        )

    def text(self) -> bytes:
        """Everything in the Prometheus text format."""
        return generate_latest(self._registry)
