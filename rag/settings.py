"""Everything that may be set, in one place: from the environment, or given by the caller."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from rag.errors import BulletinError

ROOT = Path(__file__).resolve().parent.parent
DEFAULT_ENCODER = ROOT / "models" / "bulletin-static-zh-en"


@dataclass(frozen=True)
class Settings:
    """Where things lie and how answers are made.

    `data` holds `bulletins/` and, where somebody made them, `english/`, `asked/`, `answered/` and `lexicon/`.
    `encoder` is a folder or a hub name that SentenceTransformer can load; the prompts are put before each
    query and each passage (None: those the model itself names). `today` is the date that "has passed" is
    judged by; None reads the clock at each question, so that a server left running stays right. `reranker` is a
    cross-encoder that orders the eight best passages anew; None does without.

    `llm` is off (None) unless set: the folder or hub name of a causal `transformers` model, or the base URL of an
    OpenAI-compatible server, which `llm_model` and `llm_key` belong to. `llm_stall` is how many seconds it may
    keep silent, `llm_timeout` how many an answer of its may take in all.
    """

    data: Path = ROOT / "data"
    index: Path = ROOT / ".index"
    encoder: str = str(DEFAULT_ENCODER)
    query_prompt: str | None = None
    document_prompt: str | None = None
    reranker: str | None = None
    today: date | None = None
    llm: str | None = None
    llm_model: str | None = None
    llm_key: str | None = field(default=None, repr=False)
    llm_stall: float = 20.0
    llm_timeout: float = 60.0

    @property
    def bulletins(self) -> Path:
        """The folder of bulletin files."""
        return self.data / "bulletins"

    def current_date(self) -> date:
        """The date answers are judged by."""
        return self.today or date.today()

    @classmethod
    def from_environment(cls) -> Settings:
        """Read the variables that begin with `BULLETIN_`, named like the fields: `BULLETIN_DATA`, `BULLETIN_LLM_KEY`.

        :raises BulletinError: if `BULLETIN_TODAY` is not a date, or a time limit no number of seconds.
        """
        found = os.environ.get
        today = found("BULLETIN_TODAY")
        try:
            clock = date.fromisoformat(today) if today else None
        except ValueError:
            message = f"BULLETIN_TODAY is {today!r}; expected a date such as 2025-09-01. Correct or unset it."
            raise BulletinError(message) from None
        return cls(
            data=Path(found("BULLETIN_DATA") or cls.data),
            index=Path(found("BULLETIN_INDEX") or cls.index),
            encoder=found("BULLETIN_ENCODER") or cls.encoder,
            query_prompt=found("BULLETIN_QUERY_PROMPT"),
            document_prompt=found("BULLETIN_DOCUMENT_PROMPT"),
            reranker=found("BULLETIN_RERANKER") or None,
            today=clock,
            llm=found("BULLETIN_LLM") or None,
            llm_model=found("BULLETIN_LLM_MODEL") or None,
            llm_key=found("BULLETIN_LLM_KEY") or None,
            llm_stall=_seconds("BULLETIN_LLM_STALL", cls.llm_stall),
            llm_timeout=_seconds("BULLETIN_LLM_TIMEOUT", cls.llm_timeout),
        )


def _seconds(name: str, default: float) -> float:
    stated = os.environ.get(name)
    if not stated:
        return default
    try:
        seconds = float(stated)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < float("inf"):
        raise BulletinError(
            f"{name} is {stated!r}; expected seconds above zero, such as 30. Correct or unset it."
        )
    return seconds
