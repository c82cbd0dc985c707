"""What staff put right of what was read from a bulletin: titles, districts, dates. Kept beside it, and used at reading.

<data>/corrections/NAME.json    {DOCUMENT ID: {"title": "…", "valid_until": null, …}}
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec

from rag.errors import BulletinError
from rag.publishing import durable
from rag.reading.corpus import Document

FIELDS = ("title", "number", "jurisdiction", "signed_on", "published_on", "valid_from", "valid_until")
"""What can be put right."""
DATES = ("signed_on", "published_on", "valid_from", "valid_until")
_LONGEST = 300  # characters

Corrections = dict[str, dict[str, str | None]]
"""By document id, the right value of each field that was read wrong; None where the text states none."""


def corrections_file(data: Path, name: str) -> Path:
    """Where the corrections of a bulletin are kept."""
    return data / "corrections" / Path(name).with_suffix(".json").name


def read_corrections(data: Path, name: str) -> Corrections:
    """The corrections of a bulletin; none where there is no file.

    :raises BulletinError: if the file is not of the form described above.
    """
    file = corrections_file(data, name)
    try:
        return msgspec.json.decode(file.read_bytes(), type=Corrections)
    except FileNotFoundError:
        return {}
    except (OSError, msgspec.MsgspecError) as error:
        raise BulletinError(
            f'{file} can\'t be read ({error}). Expected {{"DOCUMENT ID": {{"title": "…"}}}}; correct or delete it.'
        ) from error


def correct(data: Path, name: str, document: Document, values: Mapping[str, str]) -> Corrections:
    """Write down what is right of one document, and return all corrections of its bulletin.

    :param document: As it was read, whatever was corrected before.
    :param values: By field, the value it should have; blank for none. What was read right is not kept.
    :raises BulletinError: if a value can't be; nothing is written.
    """
    changed: dict[str, str | None] = {}
    for field in FIELDS:
        value = values.get(field, "").strip() or None
        _check(field, value)
        if value != getattr(document, field):
            changed[field] = value
    known = {key: one for key, one in read_corrections(data, name).items() if key != document.id}
    if changed:
        known[document.id] = changed
    file = corrections_file(data, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    durable.write(file, msgspec.json.format(msgspec.json.encode(known)))
    return known


def corrected(documents: Sequence[Document], corrections: Corrections) -> tuple[Document, ...]:
    """The documents as they are right; what is corrected of one that is no longer there is passed over."""
    return tuple(
        replace(document, **_known(corrections[document.id])) if document.id in corrections else document  # type: ignore[arg-type]
        for document in documents
    )


def _known(values: Mapping[str, str | None]) -> dict[str, str | None]:
    for field, value in values.items():
        _check(field, value)
    return dict(values)


def _check(field: str, value: str | None) -> None:
    if field not in FIELDS:
        raise BulletinError(f"{field} can't be corrected; expected one of {', '.join(FIELDS)}.")
    if field == "title" and not value:
        raise BulletinError("A document needs a title.")
    if value is not None and (len(value) > _LONGEST or not value.isprintable()):
        raise BulletinError(f"{field}: expected up to {_LONGEST} characters on one line.")
    if field in DATES and value is not None:
        try:
            date.fromisoformat(value)
        except ValueError:
            raise BulletinError(f"{field}: {value!r} is no date; expected one such as 2026-07-01.") from None
