"""The questions that the home page offers: those that staff chose, in `examples.tsv` beside the bulletins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rag.answer import Engine
from rag.errors import BulletinError
from rag.publishing import durable
from web.strings import Text

FILE = "examples.tsv"
"""Each line is `Chinese question<TAB>English question`; one of the two may be empty."""
MOST = 6


def load_examples(folder: Path) -> tuple[Text, ...]:
    """Read the file of a folder; one that isn't there holds none.

    :raises BulletinError: if a line has not two fields.
    """
    file = folder / FILE
    found = []
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        fields = [part.strip() for part in line.split("\t")]
        if len(fields) != 2 or not any(fields):
            raise BulletinError(
                f"{file}, line {number}: {len(fields)} fields; expected Chinese question<TAB>English question. "
                "Correct or delete the line."
            )
        found.append(Text(*fields))
    return tuple(found)


def is_answered(engine: Engine, one: Text) -> bool:
    """Whether a question is answered, in each language that it is written in."""
    return not any(engine.ask(question).abstained for question in (one.zh, one.en) if question)


def save_examples(folder: Path, examples: Sequence[Text]) -> None:
    """Put these questions in the place of those there were.

    :raises BulletinError: if one can't stand in the file.
    :raises OSError: if the file can't be written; what was there stays.
    """
    if any(not part.isprintable() for one in examples for part in (one.zh, one.en)):
        raise BulletinError("A question holds a line break, a tab or another sign that does not print.")
    lines = [f"{one.zh}\t{one.en}\n" for one in examples]
    durable.write(folder / FILE, "".join(lines).encode())
