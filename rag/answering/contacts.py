"""Whom to ask where the bulletins do not say: a line per district that staff may write, else the general hotline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import BulletinError
from rag.publishing import durable
from rag.reading.corpus import Document
from rag.text.normal import Language
from rag.text.places import within

FILE = "contacts.tsv"
"""Beside the bulletins, optional: `DISTRICT<TAB>Chinese line<TAB>English line`; the district may be left empty."""
_HOTLINE: dict[Language, str] = {
    "zh": "可以拨打12345政务服务便民热线",
    "en": "You may call 12345, the government service line",
}
_ISSUER: dict[Language, str] = {
    "zh": "，或问发文单位（{issuer}）。",
    "en": ", or ask the issuing office ({issuer}).",
}
_END: dict[Language, str] = {"zh": "。", "en": "."}


@dataclass(frozen=True, slots=True)
class Contacts:
    """The lines that staff wrote, by district; the empty name is for all others."""

    lines: Mapping[str, Mapping[Language, str]]

    def line(self, document: Document | None, language: Language) -> str:
        """Whom to ask, by the district and the issuer of the document that came nearest."""
        place = (document.jurisdiction if document else None) or ""
        own = self.lines.get(place) or next(
            (said for name, said in self.lines.items() if name and place and within(place, name)), None
        )
        if said := own or self.lines.get(""):
            return said[language]
        issuer = document.issuer if document else None
        return _HOTLINE[language] + (_ISSUER[language].format(issuer=issuer) if issuer else _END[language])

    def short(self, document: Document, language: Language) -> str:
        """The same in few words: the hotline alone where staff wrote no line."""
        return self.line(replace(document, issuer=None), language)


def load_contacts(folder: Path) -> Contacts:
    """Read the file of a folder; one that isn't there holds no lines.

    :raises BulletinError: if a line has not three fields.
    """
    file = folder / FILE
    lines: dict[str, dict[Language, str]] = {}
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [part.strip() for part in line.split("\t")]
        if len(fields) != 3:
            raise BulletinError(
                f"{file}, line {number}: {len(fields)} fields; expected DISTRICT<TAB>Chinese line<TAB>English line. "
                "Correct or delete the line."
            )
        lines[fields[0]] = {"zh": fields[1], "en": fields[2]}
    return Contacts(lines)


def save_contacts(folder: Path, contacts: Contacts) -> None:
    """Put these lines in the place of those there were.

    :raises BulletinError: if a line is missing in one language, or can't stand in the file.
    :raises OSError: if the file can't be written; what was there stays.
    """
    lines = []
    for place, said in contacts.lines.items():
        fields = (place, said["zh"], said["en"])
        if place.startswith("#") or any(not one.isprintable() for one in fields):
            raise BulletinError(f"{place!r}: a line break, a tab or another sign that does not print.")
        if not said["zh"] or not said["en"]:
            raise BulletinError(f"{place!r}: the line is missing in one of the two languages.")
        lines.append("\t".join(fields) + "\n")
    durable.write(folder / FILE, "".join(lines).encode())
