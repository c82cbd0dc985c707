"""Written questions kept out of an index, so that they can be asked of it as new ones."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from rag.index import READ_AHEAD
from rag.settings import Settings
from rag.text.normal import language
from rag.text.spans import Span


@dataclass(frozen=True, slots=True)
class Withheld:
    """A question, its way of asking, and the place that answers it."""

    question: str
    way: str
    source: str
    """The bulletin's file name."""
    span: Span


def bare(data: Path, settings: Settings) -> Settings:
    """Fill a data folder with the bulletins and nothing that people wrote beside them, as the next ones will come.

    :param data: The folder to fill.
    :return: Settings for it, with an index of its own beside it.
    """
    data.mkdir(parents=True, exist_ok=True)
    for kind in ("bulletins", "lexicon", READ_AHEAD):
        if (settings.data / kind).is_dir():
            (data / kind).symlink_to((settings.data / kind).resolve())
    return replace(settings, data=data, index=data.parent / "index")


def withhold(data: Path, settings: Settings, bulletins: Collection[str], half: int) -> list[Withheld]:
    """Fill a data folder with everything there is, but for one half of the questions about some bulletins.

    :param data: The folder to fill; a `bulletins/` or `lexicon/` that is there already is kept and added to.
    :param bulletins: Names without `.txt`.
    :param half: 0 or 1: every second line of `asked/` and `answered/`, from the first or the second on.
    :return: That half.
    """
    (data / "bulletins").mkdir(parents=True, exist_ok=True)
    for file in settings.bulletins.glob("*.txt"):
        if not (data / "bulletins" / file.name).exists():
            (data / "bulletins" / file.name).symlink_to(file.resolve())
    for kind in ("english", "lexicon", READ_AHEAD):
        if not (data / kind).exists() and (settings.data / kind).is_dir():
            (data / kind).symlink_to((settings.data / kind).resolve())
    withheld: list[Withheld] = []
    for kind in ("asked", "answered"):
        (data / kind).mkdir()
        for file in sorted((settings.data / kind).glob("*.jsonl")):
            lines = file.read_text(encoding="utf-8").splitlines()
            if file.stem in bulletins:
                for line in map(json.loads, lines[half::2]):
                    for question in (line[key] for key in ("question", "q_zh", "q_en") if key in line):
                        way = line.get("style") or ("formal" if language(question) == "zh" else "english")
                        span = (line["start"], line["end"])
                        withheld.append(Withheld(question, way, f"{file.stem}.txt", span))
                lines = lines[1 - half :: 2]
            (data / kind / file.name).write_text("\n".join(lines), encoding="utf-8")
    return withheld
