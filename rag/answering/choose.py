"""The right few words: which sentences of the best passages answer, and which part of a long one."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from rag.answering.grounds import Grounds, Model, Sought, cells_named
from rag.asking.query import Query, by_matter
from rag.asking.wants import MEASURED, TIMES, share_held
from rag.chunk import Unit
from rag.index import Index, Passage
from rag.indexing.late import Bags
from rag.reading.sentences import reading
from rag.retrieval.retrieve import Hit
from rag.text.normal import Language, fold, squeeze, tokens
from rag.text.spans import Span, mostly_shared, quote, within

if TYPE_CHECKING:
    from rag.indexing.encoder import Vectors

READ = 4
"""Passages whose sentences may answer."""
LONGEST: dict[Language, int] = {"zh": 200, "en": 400}
"""Characters of an answer, markers aside: what a resident reads in one go."""

_KEPT = 4096  # passages whose sentences stay embedded: some 10 kB each
# Sentences of an answer: for a question that asks one thing, and for one that asks several.
_MOST = (3, 4)
_TITLE = re.compile(r"(?![\d(《])[^,。;:、]{6,60}(?:公告|通告|通知|公示|简章)")
"""A line that is a further title of its document: 人才公寓申请公告 below 管理委员会公告."""
_THINGS = r"\d\s*[余多]?[万亿]?[名人个家户套辆处所项件]"
"""What a number counts, where a question says no more than how many."""
# How much less than the best one a further one may score, if it adds something: where the best gives what is asked for,
# where nothing exact is asked for, where several things are asked, where it lacks what is asked for.
_WHOLE, _OPEN, _SEVERAL, _LACKING = 2.0, 3.0, 5.0, 6.0
_PROMOTED = 2.0
"""How much less than the best one, which lacks what is wanted and would be refused, one that gives it may score."""
_ENGLISH_CLAUSE = re.compile(r"(?<=[;:.,])\s+")
_ROW = re.compile(r"[^；：]{0,40}：[^；]*(?:；[^；：]{0,40}：[^；]*)+$")
"""A row of a table as it is read: header：cell；header：cell."""
_FIGURES_ONLY = re.compile(r"[^\w]*\d[\d.,%\s<>≥≤|/—-]*")
_HOPELESS = (
    8.0  # how much less than the best a passage may score and be read: beyond, odds are thousands to one
)
_DOTS = 4  # characters of the dots on either side of what was cut
_WORTH_CLIPPING = 0.3  # share of an answer that must be left for a further sentence to be cut to its part
_ANOTHER = (
    0.25  # share of what a question says that a further sentence must add for the best one to be cut for it
)
_WEIGHED = 20  # candidates by which is told what of a question tells them apart
_GAP = 0.1  # what an answer loses by dots within it, where a term that all the rest turns on is worth 1
_FIGURE = 0.5  # what a figure in a clause is worth beside them, where one is asked for
_SHORT_LEAD = 60  # characters of a leading sentence that is told with an item of its list
_HANGS = re.compile(
    "(?:下列|以下).{0,20}(?:之一|条件|情形|行为|材料|规定|要求|标准)|之一的|不得|应当?|必须|可以|禁止|须"
)
_BODY_LABEL = re.compile(
    r"\s*(?:[(（]?[\d一二三四五六七八九十]+[)）.．、]\s*)?(?:\S{1,20}[局委办院部厅署会处站队]|\S{1,20}(?:办公室|中心|街道|公司|单位|政府|[乡镇]))[:：]"
)
"""The body that a paragraph begins with, whose duties it lists."""
_PREAMBLE = re.compile(
    r"(?:现将|现就|特制定|经.{0,20}(?:同意|研究)|根据|按照|为).{0,200}(?:印发给你们|(?:通知|公告|通告|意见|方案|办法|措施|规定)如下)"
    r"[^。]{0,12}[:。]?$|"
    r"(?:现|特)(?:将|就)?.{0,60}(?:通知|通告|公告|公布|批复|函复)如下[:。]?$"
)
_CLAUSE_END = re.compile(r"[^,，;；。!！?？]*[,，;；。!！?？]+[”’\"）)》]*|[^,，;；。!！?？]+$")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence, or a part of one, that may answer."""

    passage: Passage
    unit: Unit
    place: int
    """Its number among the units of its passage."""
    spans: tuple[Span, ...]
    text: str
    """As it is shown, in the question's language where there is a rendering."""
    score: float
    grounds: Grounds
    opens: bool = False
    """Whether it only opens the one behind it: the body whose duty that is, the lead that an item hangs on."""

    def opening(self, other: Candidate) -> Candidate:
        """Another sentence of its bulletin told in one place with this one, which opens it."""
        between = "" if self.text[-1:] in "：:，,；;。" else " "
        return replace(other, spans=(*self.spans, *other.spans), text=f"{self.text}{between}{other.text}")


class Chooser:
    """Chooses sentences from the passages of one index."""

    def __init__(self, index: Index, model: Model) -> None:
        self._index = index
        self._model = model
        self._words = lru_cache(maxsize=_KEPT)(self._words_of)
        self._vectors = lru_cache(maxsize=_KEPT)(self._vectors_of)

    def candidates(self, query: Query, hits: Sequence[Hit]) -> list[Candidate]:
        """Every sentence of some passages, scored, best first."""
        best = max((hit.score for hit in hits), default=0.0)
        places = [
            (hit, place, unit)
            for hit in hits
            if hit.score >= best - _HOPELESS
            for place, unit in enumerate(hit.passage.chunk.units)
            if unit.reading.strip()
            and (unit.kind != "heading" or _may_head_answer(query, unit))
            and (unit.kind != "meta" or _may_frame_answer(query, unit))
        ]
        if not places and hits:
            # a notice of which only the head is printed may still be asked for its record
            places = [(hits[0], at, unit) for at, unit in enumerate(hits[0].passage.chunk.units)]
        if not places:
            return []
        ids = [hit.passage.id for hit in hits]
        late: dict[str, Vectors] = {}
        for matter, at in by_matter(query, [hit.passage.document for hit in hits]).items():
            of = [ids[one] for one in at]
            late.update(zip(of, self._late(matter, of), strict=True))
        official = self._late(" ".join(query.official), ids) if query.official else []
        meant = dict(zip(ids, official, strict=False))
        written = dict(zip(ids, self._index.written(query.text, ids), strict=True))
        shown = [show(query.language, hit.passage, unit.spans, unit.reading) for hit, _, unit in places]
        sought = Sought(query)
        found = []
        for (hit, place, unit), text in zip(places, shown, strict=True):
            chunk = hit.passage.chunk
            lead = self._index.quote(chunk.source, unit.lead)
            grounds = Grounds(
                passage=math.exp(hit.score - best),
                read=float(hit.reading.sentences[place]),
                late=float(late[hit.passage.id][place]),
                official=float(meant[hit.passage.id][place]) if meant else 0.0,
                asked=_asked(hit.passage, unit, written[hit.passage.id]),
                **sought.grounds(unit, text, lead, chunk.units[place - 1] if place else None),
            )
            found.append(
                Candidate(hit.passage, unit, place, unit.spans, text, self._model.score(grounds), grounds)
            )
        return sorted(found, key=lambda candidate: -candidate.score)

    def _late(self, question: str, ids: Sequence[str]) -> list[Vectors]:
        """Late interaction of the question with every unit of some passages, shape (units,) each.

        Their cosines, where the encoder knows no words.
        """
        encoder = self._index.encoder
        if by_word := encoder.by_word:
            bags = [self._words(one) for one in ids]
            lengths = [len(one) for one in bags]
            scores = by_word.late(question, Bags.joined(bags))
        else:
            vectors = [self._vectors(one) for one in ids]
            lengths = [len(one) for one in vectors]
            scores = np.concatenate(vectors) @ encoder.queries([question])[0]
        return np.split(scores, np.cumsum(lengths)[:-1])

    def _words_of(self, chunk_id: str) -> Bags:
        """The words of each unit of a passage."""
        by_word = self._index.encoder.by_word
        assert by_word
        return by_word.document_bags(self._units(chunk_id)).distinct()

    def _vectors_of(self, chunk_id: str) -> Vectors:
        """The vector of each unit of a passage."""
        return self._index.encoder.documents(self._units(chunk_id))

    def _units(self, chunk_id: str) -> list[str]:
        passage = self._index.passage(chunk_id)
        return [self._in_context(passage, unit) for unit in passage.chunk.units]

    def choose(self, query: Query, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The best sentence and those nearly as good that still fit, in reading order; a long one is cut to its part.

        :param candidates: Scored, best first; at least one.
        """
        longest = LONGEST[query.language]
        best = self.likeliest(query, candidates)
        candidates = [best, *(candidate for candidate in candidates if candidate is not best)]
        keep = _keep(query, best)
        figures = (query.parts > 1 or query.several) and bool(MEASURED & set(query.wants))
        chosen: list[Candidate] = []
        room = longest
        said: set[str] = set()
        context = self._context(query, best)
        if context and len(context.text) + min(len(best.text), longest // 2) <= longest:
            chosen, room, said = (
                [replace(context, opens=True)],
                longest - len(context.text),
                set(tokens(context.text)),
            )
        at = len(chosen)  # where the best one will stand
        for candidate in candidates:
            if candidate in chosen:
                continue
            if len(chosen) == _MOST[query.parts > 1] or candidate.score < best.score - keep:
                break
            words = set(tokens(f"{candidate.unit.reading} {candidate.text}"))
            new = words - said
            adds = new & set(query.terms) or (candidate.grounds.holds and _measures(new))
            if candidate is not best and (
                not adds
                or candidate.unit.kind == "meta"
                or not _says_something(candidate)
                or candidate.grounds.astray > best.grounds.astray
                or candidate.passage.document.id != best.passage.document.id
                or _is_another_row(query, candidate.unit, best.unit)
            ):
                continue
            if len(candidate.text) > room:
                if candidate is not best and room < _WORTH_CLIPPING * longest:
                    if not figures or len(chosen[at].text) <= longest // 2:
                        continue
                    held = [set(tokens(f"{one.unit.reading} {one.text}")) for one in candidates[:_WEIGHED]]
                    weights = telling(query.terms, held)
                    if sum(weights[term] for term in new & set(weights)) < _ANOTHER:
                        continue
                    whole, chosen[at] = chosen[at], self._clipped(query, best, longest // 2)
                    room += len(whole.text) - len(chosen[at].text)
                clipped = self._clipped(query, candidate, room - _DOTS)
                if candidate is not best and len(clipped.text) > room:
                    continue
                candidate = clipped
            chosen.append(candidate)
            said |= words
            room -= len(candidate.text)
        return sorted(
            chosen,
            key=lambda c: (
                not c.opens,
                c.unit.spans != best.unit.spans,
                c.passage.id != best.passage.id,
                c.spans,
            ),
        )

    @staticmethod
    def likeliest(query: Query, candidates: Sequence[Candidate]) -> Candidate:
        """The best sentence that says something; for one that lacks what is wanted, one of its document that gives it.

        For a row of a table, a sentence that tells the whole asked for.

        :param candidates: Scored, best first; at least one.
        """
        saying = [candidate for candidate in candidates if _says_something(candidate)] or candidates
        best = saying[0]
        giving = (
            one
            for one in saying
            if one.grounds.exact > best.grounds.exact
            and one.grounds.astray <= best.grounds.astray
            and one.score >= best.score - _PROMOTED
            and one.passage.document.id == best.passage.document.id
        )
        best = next(giving, best)
        if query.wants != ("count",) or best.unit.kind != "row" or best.grounds.cells:
            return best
        named = set(query.terms) & set(tokens(best.unit.reading))
        rows = (
            one
            for one in saying
            if one is not best and one.unit.kind == "row" and one.unit.path == best.unit.path
        )
        if not any(named <= set(tokens(one.unit.reading)) for one in rows):
            return best  # no other row has as much of the question
        whole = (
            one
            for one in saying
            if one.unit.kind == "sentence"
            and one.passage.document.id == best.passage.document.id
            and one.score >= best.score - _LACKING
            and one.grounds.astray <= best.grounds.astray
            and share_held(query.wants, one.unit.reading, query.measure or _THINGS) == 1
        )
        return next(whole, best)

    def _context(self, query: Query, best: Candidate) -> Candidate | None:
        """What the best sentence stands under, where it says nothing without, or where that holds what is asked for.

        The leading sentence whose list it is an item of (承租人有下列行为之一的，应当退回：); the body that a list of
        duties belongs to, the level of response whose conditions are listed: the nearest heading, leading sentence or
        beginning of the paragraph before it in its passage.
        """
        if (lead := self._lead(query, best)) is not None:
            return lead
        who = bool({"who", "person"} & set(query.wants))
        if who and (label := self._label(query, best)) is not None:
            return label
        if best.grounds.holds:
            return None
        if query.wants and not who:
            return self._heading(query, best)
        asked = set(query.terms)
        own = set(tokens(f"{best.unit.reading} {best.text}"))
        for place in range(best.place - 1, -1, -1):
            unit = best.passage.chunk.units[place]
            if unit.kind == "meta":
                continue
            text = show(query.language, best.passage, unit.spans, unit.reading)
            if unit.kind == "heading" and fold(unit.reading.rstrip("* ")).endswith("?"):
                return None
            leads = unit.kind == "heading" or unit.spans == best.unit.lead
            answers = (
                bool(share_held(("who",), unit.reading)) if who else bool(asked & set(tokens(text)) - own)
            )
            if answers and (leads or who):
                return placed(query, best, best.passage, place, unit)
            if leads and unit.kind == "heading":
                return None
        return None

    @staticmethod
    def _lead(query: Query, best: Candidate) -> Candidate | None:
        """The short sentence that the best one, an item, hangs on by what it demands or allows; None for others."""
        if best.unit.kind != "item" or not best.unit.lead:
            return None
        for place, unit in enumerate(best.passage.chunk.units[: best.place]):
            if (
                unit.spans == best.unit.lead
                and len(unit.reading) <= _SHORT_LEAD
                and _HANGS.search(unit.reading)
            ):
                return placed(query, best, best.passage, place, unit)
        return None

    def _label(self, query: Query, best: Candidate) -> Candidate | None:
        """The body that the best sentence's paragraph opens with, where a sentence before it does.

        区住建局：负责市政基础设施的防汛安全。督促物业做好地下车库防洪。
        """
        source = self._index.source_text(best.passage.chunk.source)
        units = best.passage.chunk.units
        for place in range(best.place, -1, -1):
            start = units[place].spans[0][0]
            opens = _BODY_LABEL.match(source, start, units[place].spans[0][1])
            if opens:
                if place == best.place:
                    return None
                unit = replace(units[place], spans=((start, opens.end()),), reading=opens[0])
                return placed(query, best, best.passage, place, unit)
            if "\n" in source[units[place - 1].spans[-1][1] : start]:
                return None
        return None

    def _heading(self, query: Query, best: Candidate) -> Candidate | None:
        """The nearest heading over the best sentence that gives the number asked for by its measure: Ⅱ级应急响应."""
        if query.wants != ("count",) or not query.measure:
            return None
        held = [one for one in best.unit.path if share_held(query.wants, one, query.measure) == 1]
        if not held:
            return None
        before = best.spans[0][0]
        headings = (
            placed(query, best, passage, place, unit)
            for passage in reversed(self._index.passages_of(best.passage.document.id))
            for place, unit in reversed(list(enumerate(passage.chunk.units)))
            if unit.kind == "heading" and unit.spans[0][0] < before and unit.reading == held[-1]
        )
        return next(headings, None)

    def _in_context(self, passage: Passage, unit: Unit) -> str:
        """A sentence with what it stands under: its document's title, its heading, the words before its list.

        What all sentences of a document are about then tells none of them apart.
        """
        headings = (heading for heading in unit.path if heading != unit.reading)
        lead = self._index.quote(passage.chunk.source, unit.lead)
        return " ".join((passage.document.title, *headings, lead, unit.reading))

    def _clipped(self, query: Query, candidate: Candidate, longest: int) -> Candidate:
        """The run of clauses that tells most, at most `longest` characters, with dots where the sentence was cut."""
        if query.language == "en" and candidate.passage.fields.renderings_of(candidate.spans):
            return replace(candidate, text=self._clipped_english(query, candidate.text, longest))
        source = self._index.source_text(candidate.passage.chunk.source)
        clauses = [clause for span in candidate.unit.spans for clause in clauses_in(source, span)]
        texts = [
            show(query.language, candidate.passage, [c], reading(source[c[0] : c[1]])[0]) for c in clauses
        ]
        held = [set(tokens(f"{source[c[0] : c[1]]} {text}")) for c, text in zip(clauses, texts, strict=True)]
        weights = telling(query.terms, held)
        best: tuple[float, int, int] = (-1.0, 0, 1)
        for first in range(len(clauses)):
            for last in range(first + 1, len(clauses) + 1):
                run = clauses[first:last]
                text = show(query.language, candidate.passage, run, _read(source, run))
                if len(text) > longest and last > first + 1:
                    break
                words = set().union(*held[first:last])
                worth = sum(weight for term, weight in weights.items() if term in words)
                worth += 0.5 * share_held(query.wants, _read(source, run)) - 0.0005 * len(text)
                best = max(best, (worth, first, last))
        run = clauses[best[1] : best[2]]
        spans = _joined(run, candidate.unit.spans)
        text = show(query.language, candidate.passage, spans, _read(source, run))
        before, after = ("……" if cut else "" for cut in (run[0] != clauses[0], run[-1] != clauses[-1]))
        return replace(candidate, spans=spans, text=f"{before}{text}{after}")

    def _clipped_english(self, query: Query, text: str, longest: int) -> str:
        """The run of a rendering's clauses that tells most, dots where it was cut; the whole place stays cited."""
        clauses = [clause.strip() for clause in _ENGLISH_CLAUSE.split(text) if clause.strip()]
        encoder = self._index.encoder
        near = encoder.documents(clauses) @ encoder.queries([query.text])[0]
        held = [set(tokens(clause)) for clause in clauses]
        weights = telling(query.terms, held)
        measured = bool((MEASURED | TIMES) & set(query.wants))
        least = float(near.min(initial=1.0))
        worth = [
            sum(weight for term, weight in weights.items() if term in words)
            + 0.5 * (float(near[at]) - least)
            + _FIGURE * (measured and bool(_measures(words)))
            for at, words in enumerate(held)
        ]
        kept = _best_clauses(worth, [len(clause) for clause in clauses], longest)
        said = [clauses[at] if at - 1 in kept or at == 0 else f"… {clauses[at]}" for at in sorted(kept)]
        return cut_short(" ".join(said) + ("" if len(clauses) - 1 in kept else " …"), longest)


def _best_clauses(worth: Sequence[float], lengths: Sequence[int], longest: int) -> set[int]:
    """The clauses that are worth most together and fit, with what it costs to leave some out between two.

    :param worth: Of each clause, not negative.
    :param lengths: In characters; a blank, and dots where something is left out, come on top.
    """
    # by the last clause kept and the characters used: the most that those kept so far are worth, and which they are
    best: dict[tuple[int, int], tuple[float, tuple[int, ...]]] = {}
    found: tuple[float, tuple[int, ...]] = (-1.0, (int(np.argmax(worth)),))
    for at, (value, length) in enumerate(zip(worth, lengths, strict=True)):
        for (last, used), (total, kept) in [*best.items(), ((-1, 0), (0.0, ()))]:
            gap = last != at - 1
            size = used + length + (3 if gap else 1)
            if size > longest - 2:
                continue
            told = total + value - (_GAP if gap and kept else 0.0)
            if told > best.get((at, size), (-1.0, ()))[0]:
                best[at, size] = (told, (*kept, at))
                found = max(found, best[at, size])
    return set(found[1])


def cut_short(text: str, longest: int) -> str:
    """An English text in at most so many characters: whole words, no figure without what it counts, dots at the end.

    >>> cut_short("a fine of 50 million yuan is due", 20)
    'a fine of …'
    """
    if len(text) <= longest:
        return text
    words = text[: longest - 1].split(" ")[:-1]
    while words and any(character.isdigit() for character in words[-1]):
        words.pop()
    return " ".join([*words, "…"])


def show(language: Language, passage: Passage, spans: Sequence[Span], clean: str) -> str:
    """A place as the reader of a question sees it: our rendering for an English one where there is one.

    Figures that stand between what was rendered, as in the cells of a table, are shown as they are.
    """
    renderings = passage.fields.renderings_of(spans) if language == "en" else ()
    if not renderings:
        return clean.strip()
    parts = [(r.span, r.english.strip(" |")) for r in renderings]
    for start, end in spans:
        at = start
        for covered in [*(r.span for r in renderings if r.span[1] > start and r.span[0] < end), (end, end)]:
            gap = _within(passage, at, covered[0])
            if _FIGURES_ONLY.fullmatch(gap):
                parts.append(((at, covered[0]), gap.strip(" |\n\t")))
            at = max(at, covered[1])
    parts.sort()
    cells = [next((n for n, (_, end) in enumerate(spans) if end > span[0]), 0) for span, _ in parts]
    between = ["; " if _ROW.match(clean) and one != other else " " for one, other in pairwise(cells)]
    said = zip(parts, [*between, ""], strict=True)
    return "".join(part + gap if gap != "; " else part.rstrip(".") + gap for (_, part), gap in said)


def placed(query: Query, first: Candidate, passage: Passage, place: int, unit: Unit) -> Candidate:
    """A unit of a document as a sentence of the answer, as sure as another one that it is told with."""
    text = show(query.language, passage, unit.spans, unit.reading)
    return replace(first, passage=passage, unit=unit, place=place, spans=unit.spans, text=text)


def _within(passage: Passage, start: int, end: int) -> str:
    """The passage's text between two offsets of its source, as far as it holds it."""
    at, found = 0, []
    for first, last in passage.chunk.spans:
        found.append(passage.chunk.text[at + max(start - first, 0) : at + max(min(end, last) - first, 0)])
        at += last - first
    return "".join(found)


def telling(terms: Sequence[str], sentences: Sequence[set[str]]) -> dict[str, float]:
    """Weight of each term of the question among some sentences, adding up to 1.

    The fewer sentences hold a term, the more it tells them apart; the district's name, in all of them, tells
    nothing. A term that none holds counts too: no sentence earns it.
    """
    weights = {
        t: math.log((1 + len(sentences)) / (0.5 + sum(t in words for words in sentences))) for t in terms
    }
    total = sum(weights.values())
    return {term: weight / total for term, weight in weights.items()} if total else weights


def _asked(passage: Passage, unit: Unit, nearness: Vectors) -> float:
    """How near the likest question is that was written for a place the unit shares."""
    near = 0.0
    for asked, likeness in zip(passage.fields.questions, nearness, strict=True):
        if mostly_shared(unit.spans, asked.span):
            near = max(near, float(likeness))
    return near


def _keep(query: Query, best: Candidate) -> float:
    """How much less than the best sentence a further one may score: little where the best is the whole answer."""
    if query.parts > 1 or query.several:
        return _SEVERAL
    if best.grounds.holds < bool(query.wants):
        return _LACKING
    return _WHOLE if set(query.wants) - {"whether"} else _OPEN


def is_preamble(text: str) -> bool:
    """Whether a sentence opens a document and says only that something follows: …，现将有关事项通知如下：."""
    return bool(_PREAMBLE.search(fold(text.rstrip("* "))))


def _says_something(candidate: Candidate) -> bool:
    """Whether a sentence answers by itself: no title, no preamble, no question of the document, no table's header."""
    unit, units = candidate.unit, candidate.passage.chunk.units
    plain = fold(unit.reading.rstrip("* "))
    if (
        plain.endswith("?")
        or is_preamble(plain)
        or squeeze(plain) in squeeze(candidate.passage.document.title)
    ):
        return False
    if unit.kind == "item" and _TITLE.fullmatch(plain):
        return False
    below = units[candidate.place + 1] if candidate.place + 1 < len(units) else None
    return not (unit.kind == "heading" and below is not None and below.kind == "row")


def _is_another_row(query: Query, unit: Unit, best: Unit) -> bool:
    """Whether a row is not the one that the question names by a cell, as the best one is: 一类区域每日最高收多少？."""
    if unit.kind != "row" or best.kind != "row":
        return False
    here, there = (cells_named(squeeze(query.text), one) for one in (best, unit))
    return there < here


def _may_head_answer(query: Query, unit: Unit) -> bool:
    """Whether a heading gives what is wanted: 落实整改（7月11日—15日）."""
    exact = [kind for kind in query.wants if kind in TIMES | MEASURED - {"count"}]
    return bool(exact) and share_held(exact, unit.reading) == 1


def _may_frame_answer(query: Query, unit: Unit) -> bool:
    """Whether the frame of a notice (its addressee, its signature and date) may be what a question is after."""
    wanted = set(query.wants)
    return bool(wanted) and wanted <= TIMES | {"who"} and share_held(query.wants, unit.reading) == 1


def _measures(words: set[str]) -> set[str]:
    """The words that are numbers: what a further sentence may add beside words of the question."""
    return {word for word in words if word[0].isdigit()}


def clauses_in(source: str, span: Span) -> list[Span]:
    """The clauses of a place, as offsets into its bulletin's text."""
    return [(span[0] + m.start(), span[0] + m.end()) for m in _CLAUSE_END.finditer(source[span[0] : span[1]])]


def _read(source: str, spans: Iterable[Span]) -> str:
    return reading(quote(source, spans))[0]


def _joined(run: Sequence[Span], cut: Sequence[Span]) -> tuple[Span, ...]:
    """Neighbouring clauses as one span each, never across a place that was cut out."""
    return within(cut, (run[0][0], run[-1][1]))
