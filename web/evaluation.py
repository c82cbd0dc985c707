"""The evaluation runs as staff look at them: the report, and every question with what became of it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from rag.settings import ROOT
from store.database import Store
from store.staff import Signed
from web import strings
from web.account import signed_in
from web.problems import Problem
from web.templates import Pages

RESULTS = ROOT / "eval" / "results"
_NAME = re.compile(r"[\w][\w.-]{0,99}")
_PAGE = 50  # questions


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the evaluation."""

    name: str
    folder: Path
    made: datetime

    @property
    def report(self) -> bool:
        """Whether it has its report page."""
        return (self.folder / "report.html").is_file()


def runs(folder: Path) -> list[Run]:
    """The runs there are, the latest first."""
    if not folder.is_dir():
        return []
    found = [
        Run(one.name, one, datetime.fromtimestamp(file.stat().st_mtime, UTC))
        for one in folder.iterdir()
        if one.is_dir() and _NAME.fullmatch(one.name)
        for file in [_made_last(one)]
        if file is not None
    ]
    return sorted(found, key=lambda run: (run.made, run.name), reverse=True)


def _made_last(folder: Path) -> Path | None:
    files = [folder / name for name in ("report.html", "judged.jsonl", "metrics.json")]
    return next((file for file in files if file.is_file()), None)


@dataclass(frozen=True, slots=True)
class Quoted:
    """As much of a citation as is shown."""

    title: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """One line of `judged.jsonl`, as much of it as is shown; what a run does not say is at its default."""

    id: str
    question: str
    answer: str = ""
    refused: bool = False
    right: bool = False
    bulletin: str = ""
    """The bulletin that states the fact; blank for a question without an answer."""
    evidence: int = 0
    evidence_cited: int = 0
    citations: tuple[Quoted, ...] = ()

    @property
    def tags(self) -> list[tuple[str, bool]]:
        """What became of it: the names of strings, each with whether it is a warning."""
        found = []
        if not self.bulletin:
            return [("F_REFUSED", False)] if self.refused else [("F_ANSWERED", True)]
        found.append(("RIGHT", False) if self.right else ("F_WRONG", True))
        if self.refused:
            found.append(("F_REFUSED", True))
        elif self.missed:
            found.append(("F_MISSED", True))
        return found

    @property
    def good(self) -> bool:
        """Whether it is as it should be: right, or refused where there is no answer."""
        return self.right if self.bulletin else self.refused

    @property
    def missed(self) -> bool:
        """Whether it was answered without citing all the evidence."""
        return bool(self.bulletin) and not self.refused and self.evidence_cited < self.evidence


_CHANGES = ("C_LOST", "C_GAINED", "C_OTHERWISE", "")
"""What became of an answer from one run to another, by the names of strings: what matters most first."""


def change(before: Judged | None, now: Judged) -> str:
    """What became of an answer: one of `_CHANGES`; "" where it is the same or was not given before."""
    if before is None or before.answer == now.answer:
        return ""
    if before.good != now.good:
        return "C_GAINED" if now.good else "C_LOST"
    return "C_OTHERWISE"


_FILTERS: tuple[tuple[str, str], ...] = (
    ("all", "F_ALL"),
    ("wrong", "F_WRONG"),
    ("refused", "F_REFUSED"),
    ("missed", "F_MISSED"),
    ("answered", "F_ANSWERED"),
    ("changed", "F_CHANGED"),
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A question as the page lists it."""

    id: str
    question: str
    tags: list[tuple[str, bool]]
    given: str
    expected: str
    quotes: str
    change: str = ""
    before: str = ""
    """The answer of the run compared with, where it is another."""


def read_answers(run: Run) -> tuple[list[Judged], int]:
    """The questions of a run, and how many lines could not be read."""
    file = run.folder / "judged.jsonl"
    if not file.is_file():
        return [], 0
    found, unreadable = [], 0
    for line in file.read_bytes().splitlines():
        if not line.strip():
            continue
        try:
            found.append(msgspec.json.decode(line, type=Judged))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            unreadable += 1
    return found, unreadable


def evaluation(store: Store, pages: Pages, folder: Path = RESULTS) -> APIRouter:
    """The routes of the evaluation.

    :param folder: Where the runs lie, a folder each.
    """
    router = APIRouter(prefix="/evaluate", include_in_schema=False, default_response_class=HTMLResponse)
    staff = Depends(signed_in(store))

    @router.get("")
    def overview(
        request: Request,
        name: str = "",
        against: str = "",
        show: str = "all",
        page: int = 1,
        who: Signed = staff,
    ) -> Response:
        known = runs(folder)
        run = next((one for one in known if one.name == name), known[0] if known else None)
        answers, unreadable = read_answers(run) if run else ([], 0)
        other = next((one for one in known if one.name == against and one != run), None)
        before = {one.id: one for one in read_answers(other)[0]} if other else {}
        changes = {one.id: change(before.get(one.id), one) for one in answers}
        answers.sort(key=lambda one: _CHANGES.index(changes[one.id]))
        groups = {
            "all": answers,
            "wrong": [one for one in answers if one.bulletin and not one.right],
            "refused": [one for one in answers if one.refused],
            "missed": [one for one in answers if one.missed],
            "answered": [one for one in answers if not one.bulletin and not one.refused],
            "changed": [one for one in answers if changes[one.id]],
        }
        show = show if show in groups else "all"
        page = min(max(page, 1), max(1, math.ceil(len(groups[show]) / _PAGE)))
        expected = _expected()
        lines = [
            _Line(
                one.id,
                one.question,
                one.tags,
                one.answer,
                expected.get(one.id.partition(":")[0], ""),
                "\n".join(citation.quote for citation in one.citations),
                changes[one.id],
                before[one.id].answer if changes[one.id] else "",
            )
            for one in groups[show][(page - 1) * _PAGE : page * _PAGE]
        ]
        return pages.show(
            request,
            "evaluate.html",
            signed=who,
            runs=known,
            run=run,
            other=other,
            show=show,
            filters=[one for one in _FILTERS if other or one[0] != "changed"],
            counts={name: len(group) for name, group in groups.items()},
            unreadable=unreadable,
            page_of=lines,
            page=page,
            pages=math.ceil(len(groups[show]) / _PAGE),
        )

    @router.get("/{name}/report.html")
    def report(name: str, who: Signed = staff) -> Response:
        del who
        run = next((one for one in runs(folder) if one.name == name and one.report), None)
        if run is None:
            raise Problem(404, "not_found", strings.NO_REPORT)
        return HTMLResponse((run.folder / "report.html").read_text(encoding="utf-8"))

    return router


def _expected() -> dict[str, str]:
    """What the set says is the answer, by the id of the fact."""
    from eval.questions import load_facts, load_unanswerable

    found = {fact.id: f"{fact.answer_zh} / {fact.answer_en}" for fact in load_facts()}
    found.update({one.id: one.why for one in load_unanswerable()})
    return found
