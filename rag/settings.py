"""Everything that may be set, in one place: from the environment, or given by the caller."""

from __future__ import annotations

import os
from dataclasses import dataclass
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
    judged by; None reads the clock at each question, so that a server left running stays right.
    """

    data: Path = ROOT / "data"
    index: Path = ROOT / ".index"
    encoder: str = str(DEFAULT_ENCODER)
    query_prompt: str | None = None
    document_prompt: str | None = None
    today: date | None = None

    @property
    def bulletins(self) -> Path:
        """The folder of bulletin files."""
        return self.data / "bulletins"

    def current_date(self) -> date:
        """The date answers are judged by."""
        return self.today or date.today()

    @classmethod
    def from_environment(cls) -> Settings:
        """Read `BULLETIN_DATA`, `_INDEX`, `_ENCODER`, `_QUERY_PROMPT`, `_DOCUMENT_PROMPT` and `_TODAY`.

        :raises BulletinError: if `BULLETIN_TODAY` is not a date.
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
            today=clock,
        )
