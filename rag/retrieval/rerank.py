"""A cross-encoder, for those who have one: it reads question and passage together and orders the best few anew."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from rag.errors import BulletinError

AT_MOST = 8
"""Passages it reads: on two cores a small one takes some 30 ms for each."""


class Reranker:
    """Any CrossEncoder that sentence-transformers can load, by folder or hub name."""

    def __init__(self, name: str) -> None:
        local = Path(name).is_dir()
        if local:  # must be set before the hub library is first imported
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from sentence_transformers import CrossEncoder

        try:
            self._model = CrossEncoder(name, device="cpu", local_files_only=local)
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise BulletinError(
                f"Reranker {name!r} could not be loaded ({reason}). Expected a cross-encoder's folder, or a hub name "
                "on a machine that reaches the hub. Correct BULLETIN_RERANKER, or unset it to do without."
            ) from error
        if self._model.num_labels != 1:
            raise BulletinError(
                f"Reranker {name!r} gives {self._model.num_labels} scores a passage; expected one. Name a "
                "cross-encoder made for ranking, or unset BULLETIN_RERANKER."
            )

    def order(self, question: str, texts: Sequence[str]) -> list[int]:
        """The positions of some texts, that of the likeliest first."""
        scores = self._model.predict([(question, text) for text in texts], show_progress_bar=False)
        return sorted(range(len(texts)), key=lambda at: -float(scores[at]))
