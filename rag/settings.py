"""Everything that may be set, in one place: from the environment, or given by the caller."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec

from rag.errors import BulletinError

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "BULLETIN_"
Seconds = Annotated[float, msgspec.Meta(gt=0, le=1e9)]
DEFAULT_ENCODER = ROOT / "models" / "bulletin-static-zh-en"
DEFAULT_READER = ROOT / "models" / "reader-zh-en"


@dataclass(frozen=True)
class Settings:
    """Where things lie and how answers are made.

    `data` holds `bulletins/`, the `originals/` that some were read from and, where somebody made them, `english/`,
    `asked/`, `answered/` and `lexicon/`.
    `store` is where the index keeps its passages: "" for its own folder, else an address such as
    `milvus+http://HOST:PORT/NAME`.
    `encoder` is a folder or a hub name that SentenceTransformer can load; the prompts are put before each
    query and each passage (None: those the model itself names). `today` is the date that "has passed" is
    judged by; None reads the clock at each question, so that a server left running stays right. `reader` is the
    folder or hub name of the model that reads passages for their sentences; `none` does without. `district` is the
    service's home: meant where neither the question nor who asks it names a district (临沂市兰山区); "" for none.

    `llm` is off (None) unless set: the folder or hub name of a causal `transformers` model, or the base URL of an
    OpenAI-compatible server, which `llm_model` and `llm_key` belong to. `llm_stall` is how many seconds it may
    keep silent, `llm_timeout` how many an answer of its may take in all.
    """

    data: Path = ROOT / "data"
    index: Path = ROOT / ".index"
    store: str = ""
    encoder: str = str(DEFAULT_ENCODER)
    query_prompt: str | None = None
    document_prompt: str | None = None
    reader: str = str(DEFAULT_READER)
    today: date | None = None
    district: str = ""
    llm: str | None = None
    llm_model: str | None = None
    llm_key: str | None = field(default=None, repr=False)
    llm_stall: Seconds = 20.0
    llm_timeout: Seconds = 60.0

    @property
    def bulletins(self) -> Path:
        """The folder of bulletin files."""
        return self.data / "bulletins"

    @property
    def originals(self) -> Path:
        """The folder of the files that bulletins were read from."""
        return self.data / "originals"

    def current_date(self) -> date:
        """The date answers are judged by."""
        return self.today or date.today()

    @classmethod
    def from_environment(cls) -> Settings:
        """Read the variables named like the fields: `BULLETIN_DATA`, `BULLETIN_LLM_KEY`.

        A prompt may be set to nothing; any other variable that is empty counts as not set.

        :raises BulletinError: if a variable is not of its field's kind: `BULLETIN_TODAY` no date, say.
        """
        given: dict[str, Any] = {}
        for name, kind in get_type_hints(cls, include_extras=True).items():
            text = os.environ.get(f"{PREFIX}{name.upper()}") if name.endswith("_prompt") else stated(name)
            if text is None:
                continue
            try:
                given[name] = msgspec.convert(text, kind, strict=False, dec_hook=lambda made, of: made(of))
            except msgspec.ValidationError:
                expected = (
                    "a date such as 2025-09-01" if name == "today" else "seconds above zero, such as 30"
                )
                raise BulletinError(
                    f"{PREFIX}{name.upper()} is {text!r}; expected {expected}. Correct or unset it."
                ) from None
        return cls(**given)


def stated(name: str) -> str | None:
    """What the environment says of a setting, `BULLETIN_NAME`; None where nothing or only the empty word.

    The one place that reads settings from the environment, for the service and the store too.
    """
    return os.environ.get(f"{PREFIX}{name.upper()}") or None
