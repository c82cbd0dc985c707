"""From ranked passages to a short, cited answer: sentences chosen, places quoted, notices owed, or a refusal."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from rag.answering import grounds
from rag.answering.articles import article_at, asked_article
from rag.answering.choose import LONGEST, READ, Candidate, Chooser, placed
from rag.answering.confidence import Model, is_of_place, load_model, may_be_told, signs_of
from rag.answering.conflicts import Conflicts, Rival
from rag.answering.contacts import load_contacts
from rag.answering.gloss import about, gloss, titled
from rag.answering.heads import asks_for_head, head_of
from rag.answering.lists import Listing, Lists
from rag.answering.notices import OVER, conflict, elsewhere, notices_for, recognised, rendering, unprinted
from rag.answering.parts import left_open, less_missing, parts_of, said_missing, untold
from rag.answering.records import asked_fact, is_named, printed_at, said
from rag.answering.refusal import asks_for_missing, only_points_to, refusal, which_one
from rag.answering.standing import (
    asks_for_standing,
    asks_of_today,
    asks_whether_on,
    is_over,
    repealed_at,
    repealed_by_name,
    said_over,
    standing,
    stated_at,
)
from rag.answering.subject import Subject, load_subject
from rag.answering.topics import LOOKED_AT, is_bare, offer, topics
from rag.answering.unstated import Aspect, asks_how, said_unstated, unstated
from rag.answering.yesno import verdict
from rag.asking.conversation import after, leans, may_lean
from rag.asking.lexicon import Lexicon, load_lexicon
from rag.asking.query import Query
from rag.asking.smalltalk import reply
from rag.chunk import Unit
from rag.contract import Answer, Citation, Notice, RankedPassage, Timings, Value, cited
from rag.fitted import OfModels, warn_where_fitted_otherwise
from rag.index import Index, Passage
from rag.indexing.layout import lay_out
from rag.indexing.store import Where
from rag.reading.annexes import Annex, missing_annexes
from rag.reading.corpus import Document
from rag.reading.sentences import reading
from rag.retrieval.fresh import same_but_year
from rag.retrieval.retrieve import PASSED_OVER, Hit, Retriever
from rag.settings import Settings
from rag.text.normal import Language, clean_question, language, squeeze, tokens
from rag.text.places import within
from rag.text.spans import Span

if TYPE_CHECKING:
    from rag.indexing.encoder import Vectors
    from rag.writing.generate import Rewriter

_AS_LIKELY = 2.0
"""How much less a passage of another district or year may score and still be meant: odds of seven to one."""
_TIE = 0.5
"""How much less one may score and be as likely: odds of less than two to one."""
_ROOM: dict[Language, int] = {"zh": 216, "en": 416}
"""Characters up to which contradicting places are quoted in the answer itself, not by their values alone."""
_MOST_ALTERNATIVES = 3
_SEVERAL_PLACES = 2  # districts from which an answer says whose it is
_REMEMBERED = 3  # questions before the last that still say what the talk is about
_SURER = 0.1
"""How much surer a question that does not point back must be answered with the one before to be meant with it."""
_SURE_APART = 0.3  # how sure what answers a part of a question must be to be told with the others
_HOPELESS = 0.05  # how sure what answers a part may be at most to say that nothing does
_NEAREST = 1  # sentences for a part of a question of which one shown tells it
_TITLED = 2  # passages that a title stands in
_TWO_CHARACTERS = 0.5  # what an everyday phrase of two characters weighs in the lexicon
_KEPT = 4096  # documents whose missing annexes stay read
_PASSAGES = 10  # passages in an answer, as the contract has it


@dataclass(frozen=True, slots=True)
class _Found:
    """What one reading of a question leads to."""

    query: Query
    hits: Sequence[Hit]
    candidates: Sequence[Candidate]
    """Scored sentences, best first; none where not a word of the question is known."""
    chosen: Sequence[Candidate]
    confidence: float
    retrieve_ms: float


class Engine:
    """Answers questions from one index."""

    def __init__(self, index: Index, settings: Settings, lexicon: Lexicon | None = None) -> None:
        """Read what answering needs beside the index.

        :param lexicon: Another one than that beside the bulletins.
        :raises BulletinError: if one of the files can't be read.
        """
        self.index = index
        self.settings = settings
        lexicon = lexicon or load_lexicon(settings.data / "lexicon")
        self.retriever = Retriever(index, lexicon, today=settings.current_date)
        model = grounds.load_model(index.read_by)
        self.chooser = Chooser(index, model)
        fitted: dict[str, OfModels] = {
            "the ranking": self.retriever.ranker,
            "the choice of sentences": model,
        }
        warn_where_fitted_otherwise(index.encoder, index.reader, fitted)
        self.lists = Lists(index)
        self.conflicts = Conflicts(index)
        self._contacts = load_contacts(settings.data)
        self._rewriter = self._open_rewriter() if settings.llm else None
        self._missing_annexes = lru_cache(maxsize=None)(self._find_missing_annexes)
        self._annex_titles = lru_cache(maxsize=_KEPT)(self._read_annex_titles)

    def _open_rewriter(self) -> Rewriter:
        from rag.writing.generate import Rewriter
        from rag.writing.models import open_llm

        settings = self.settings
        timed = replace(settings, llm_stall=min(settings.llm_stall, settings.llm_timeout))
        lexicon = self.retriever.lexicon
        return Rewriter(open_llm(timed), self.index, lexicon, self._owed, settings.llm_timeout)

    @cached_property
    def _model(self) -> Model:
        """Read when first needed: whoever fits it works with an engine too."""
        return load_model(self.index.read_by)

    @cached_property
    def _subject(self) -> Subject:
        return load_subject()

    def ask(
        self, question: str, question_id: str = "", history: Sequence[str] = (), district: str = ""
    ) -> Answer:
        """Answer one question, or say that the bulletins don't.

        :param history: The questions asked before in the same conversation, oldest first.
        :param district: Where who asks lives, meant where the question names no place; "" for the service's home.
        :raises BulletinError: if the question is blank or too long.
        """
        *_, answer = self.stream(question, question_id, history, district)
        return answer

    def stream(
        self, question: str, question_id: str = "", history: Sequence[str] = (), district: str = ""
    ) -> Iterator[Answer]:
        """The answer as it grows, the last one whole: just that one, unless an LLM is set.

        With an LLM, one answer after each sentence of the model's that was checked, without notices until the end.

        :raises BulletinError: if the question is blank or too long.
        """
        home = self.retriever.understanding.district(district) if district else self._home
        query, extracted = self._extracted(question, question_id, history, home)
        if self._rewriter is None:
            yield extracted
        else:
            yield from self._rewriter.answers(extracted, query)

    @cached_property
    def _home(self) -> str:
        """The service's own district as the collection or the table of places has it; "" for none."""
        return self.retriever.understanding.district(self.settings.district)

    def _extracted(
        self, question: str, question_id: str, history: Sequence[str], home: str
    ) -> tuple[Query, Answer]:
        """The answer in the bulletins' own sentences, or a refusal."""
        began = time.perf_counter()
        if polite := reply(question):
            return self.retriever.understanding.understand(question), _said(question_id, question, polite)
        found = self._meant(question, [said for said in history if not reply(said)], home)
        query, hits, candidates, chosen = found.query, found.hits, found.candidates, found.chosen
        confidence = found.confidence
        listing = None
        if chosen:
            best = self.chooser.likeliest(query, candidates)
            listing = self.lists.found(query, best, candidates)
        passages = tuple(ranked(rank, hit) for rank, hit in enumerate(hits, start=1))
        citations: tuple[Citation, ...] = ()
        notices: tuple[Notice, ...] = ()
        missing = self._missing_annexes(hits[0].passage.document.id) if hits else ()
        known = chosen and confidence >= self._model.threshold
        alternatives = self._alternatives(query, hits, chosen)
        abstained = True
        offered = (
            topics(query, self.retriever.rank(query, LOOKED_AT))
            if hits and not history and is_bare(query)
            else []
        )
        if len(offered) > 1:
            text, confidence = offer(query, offered), 0.0
            alternatives = [(topic, topic) for topic in offered]
        elif (
            not known
            or not may_be_told(query, chosen)
            or asks_for_missing(query, missing)
            or (listing is None and len(chosen) == 1 and self._only_points(query, chosen[0]))
        ):
            nearest = hits[0].passage.document if hits else None
            contact = self._contacts.line(nearest, query.language)
            title = self._titled(nearest) if nearest and query.language == "en" else ""
            text = refusal(query, nearest, missing, contact, title)
        elif tied := self._tied(query, hits, candidates):
            alternatives = tied
            text = which_one(query.language, [name for name, _ in tied])
        else:
            abstained = False
            text, citations, notices = self._told(query, candidates, chosen, listing)
            if alternatives:
                notices += (elsewhere([name for name, _ in alternatives]),)
        total = _ms(began, time.perf_counter())
        timings = Timings(found.retrieve_ms, round(total - found.retrieve_ms, 2), total)
        answer = Answer(
            question_id,
            query.asked,
            query.language,
            text,
            abstained,
            round(confidence, 4),
            notices,
            citations,
            passages,
            timings,
            tuple(asked for _, asked in alternatives),
            self.index.version,
        )
        return query, answer

    def _meant(self, question: str, history: Sequence[str], home: str) -> _Found:
        """What a question finds as it is meant after others: by itself, or together with the one before."""
        query, found = self._taken(question, history, home)
        return found or self._find(query)

    def _taken(self, question: str, history: Sequence[str], home: str) -> tuple[Query, _Found | None]:
        """A question as it is meant after others, and what it finds where it had to be asked to know that.

        One that points back is taken together with the one before; one that may do either is as it is answered more
        surely.
        """
        alone = replace(self.retriever.understanding.understand(question), home=home)
        if not history or not (leans(alone) or may_lean(alone)):
            return alone, None
        topic, _ = self._taken(history[-1], history[:-1][-_REMEMBERED:], home)
        joined = after(alone, topic)
        if leans(alone):
            return joined, None
        together, by_itself = self._find(joined), self._find(alone)
        found = together if together.confidence > by_itself.confidence + _SURER else by_itself
        return found.query, found

    def _find(self, query: Query) -> _Found:
        """The passages and sentences for an understood question, and how sure they answer it."""
        began = time.perf_counter()
        hits = self.retriever.rank(query, _PASSAGES)
        retrieve_ms = _ms(began, time.perf_counter())
        read = hits[:READ]
        if query.places and read and is_of_place(read[0].passage.document, query.places):
            # what another place says of the same matter is not what is asked
            read = [hit for hit in read if is_of_place(hit.passage.document, query.places)]
        candidates = self.chooser.candidates(query, read) if self._is_sayable(query.whole or query) else []
        if not candidates:
            return _Found(query, hits, [], [], 0.0, retrieve_ms)
        chosen = self.chooser.choose(query, candidates)
        _, missing_parts = untold(query, chosen, candidates)
        judged = less_missing(query.whole or query, missing_parts)
        civic = self.civic(query.whole or query)
        annex = self.annexed(query, candidates[0].passage.document)
        confidence = self._model.confidence(signs_of(judged, hits, candidates, chosen, civic, annex))
        return _Found(query, hits, candidates, chosen, confidence, retrieve_ms)

    def civic(self, query: Query) -> float:
        """How far a question is one for a government, between 0 and 1."""
        return self._subject.civic(query.text, self.index.models.ahead)

    def annexed(self, query: Query, document: Document) -> float:
        """How near a question is to the nearest annex that a document does not print, as the reader sees its title."""
        reader, titles = self.index.models.ahead, self._annex_titles(document.id)
        return float((titles @ reader.questions([query.text])[0]).max()) if reader and len(titles) else 0.0

    def _told(
        self,
        query: Query,
        candidates: Sequence[Candidate],
        chosen: Sequence[Candidate],
        listing: Listing | None,
    ) -> tuple[str, tuple[Citation, ...], tuple[Notice, ...]]:
        """The answer, its citations and what is owed with it."""
        value, others = "", list[Rival]()
        head = self._head(query, chosen[0])
        one_thing = len(parts_of(query)) == 1
        if head and not one_thing:
            chosen = [*(one for one in chosen if one.unit.spans != head.unit.spans), head]
        if stated := self._stated(query, chosen[0]) or ([head] if head and one_thing else []):
            listing, shown = None, stated
        elif listing is None:
            value, others = self.conflicts.rivals(query, chosen, self._beside(chosen[0], candidates))
            room = _ROOM[query.language] - sum(len(candidate.text) + 4 for candidate in chosen)
            shown = [*chosen, *_in_short(others, chosen, room)]
            told = {one.unit.spans for one in shown}
            shown += [one for one in self.lists.referred_to(query, chosen[0]) if one.unit.spans not in told]
        else:
            shown = list(listing.candidates)
            if listing.rest:
                shown.append(replace(listing.rest, text=_more(query.language, listing)))
        proved = None
        if not others and not stated:
            of_it = self.lists.passages(shown[0].passage.document)
            if proved := self.conflicts.proved(query, shown, of_it):
                room = _ROOM[query.language] - sum(len(candidate.text) + 4 for candidate in shown)
                shown += _in_short(proved[1], shown, room)
        more, missing = untold(query, shown, candidates)
        unknown = [] if listing or stated else left_open(query)
        found_apart, missing = self._asked_apart(query, missing, unknown, [*shown, *more])
        shown += [*more, *found_apart]
        if not stated:
            shown += self._repeals(query, shown)
        text, citations = self._compose(shown, query.language, "\n" if listing else " ")
        notices = self._owed(query, citations)
        lapsed = "" if stated else said_over(notices, query)
        if lapsed and not (listing or others or proved):
            kept = _fitting(shown, _ROOM[query.language] - len(lapsed))
            if len(kept) < len(shown):  # what is over needs no second sentence that makes it long
                shown = kept
                text, citations = self._compose(shown, query.language, " ")
                notices = self._owed(query, citations)
        if missing:
            text += ("\n" if listing else " ") + said_missing(missing, query.language)
        elif listing is None and not stated and (lacking := self._unstated(query, shown)):
            contact = self._contacts.short(shown[0].passage.document, query.language)
            text += (
                f" {said_unstated(lacking, query.language)}{'' if query.language == 'zh' else ' '}{contact}"
            )
        over = asks_of_today(query) and not OVER.isdisjoint(notice.kind for notice in notices)
        decided = "" if stated or listing or over else verdict(query, shown[0].unit.reading)
        if lapsed:
            decided = f"{lapsed.rstrip()}\n" if listing else lapsed
        elif listing and listing.counted:
            decided = f"共{listing.counted}：\n" if query.language == "zh" else f"{listing.counted} in all:\n"
        text = self._frame(query, shown[0].passage.document) + decided + text
        if others:
            notices = (conflict([value, *(rival.value for rival in others)]), *notices)
        elif proved:
            notices = (proved[0], *notices)
        if query.language == "en":
            notices += (rendering([r for c in shown for r in c.passage.fields.renderings_of(c.spans)]),)
        return text, citations, notices

    def _beside(self, first: Candidate, candidates: Sequence[Candidate]) -> list[Passage]:
        """The passages that may contradict an answer: those of its document, and those read of others of its place."""
        document = first.passage.document
        read = {one.passage.id: one.passage for one in candidates}
        of_others = (
            passage
            for passage in read.values()
            if passage.document.id != document.id and passage.document.jurisdiction == document.jurisdiction
        )
        return [*self.lists.passages(document), *of_others]

    def _asked_apart(
        self, query: Query, missing: Sequence[str], unknown: Sequence[str], shown: Sequence[Candidate]
    ) -> tuple[list[Candidate], list[str]]:
        """What a part of a question finds when it is asked by itself, and those that find nothing so.

        :param missing: The parts that no sentence gives by its kind.
        :param unknown: Those of which no kind tells whether they are answered.
        """
        said = {one.unit.spans for one in shown}
        room = LONGEST[query.language] - sum(len(one.text) for one in shown)
        more: list[Candidate] = []
        left: list[str] = []
        for part in (*missing, *unknown):
            if part not in missing and room <= 0:
                continue
            before = [other for other in parts_of(query)[:1] if other != part]
            found = self._meant(part, before, query.home)
            near = {one.unit.spans for one in found.candidates[:_NEAREST]}
            if part not in missing and said & near:
                continue
            if found.chosen and found.confidence >= _SURE_APART:
                told = found.chosen[0]
                if len(told.text) <= room and told.passage.document.id == shown[0].passage.document.id:
                    said.add(told.unit.spans)
                    more.append(told)
                    room -= len(told.text)
            elif part in missing or found.confidence < _HOPELESS:
                left.append(part)
        return more, left

    def _unstated(self, query: Query, shown: Sequence[Candidate]) -> list[Aspect]:
        """What somebody who must do something needs to know, and nothing of the document on the matter says."""
        if not asks_how(query):
            return []
        first, terms = shown[0], set(query.terms)
        beside = [
            unit.reading
            for passage in self.lists.passages(first.passage.document)
            for unit in passage.chunk.units
            if unit.path[: len(first.unit.path)] == first.unit.path or terms & set(tokens(unit.reading))
        ]
        return unstated(query, [one.unit.reading for one in shown], beside)

    def _stated(self, query: Query, first: Candidate) -> list[Candidate]:
        """What the record of a document says, or one of its articles, where a question asks for that and no more."""
        if standing := self._standing(query, first):
            return [standing]
        if recorded := self._recorded(query, first):
            return [recorded]
        asked = asked_article(query.text)
        if asked is None:
            return []
        passages = self.lists.passages(first.passage.document)
        source = self.index.source_text(first.passage.chunk.source)
        return [placed(query, first, *place) for place in article_at(asked, query.terms, passages, source)]

    def _recorded(self, query: Query, first: Candidate) -> Candidate | None:
        """The line that prints what a question asks of a document's record."""
        fact = asked_fact(query)
        if fact is None:
            return None
        numbered = self.index.store.documents(Where(numbers=frozenset(query.numbers)))
        document = next(iter(numbered), first.passage.document)
        rendered = self._titled(document) if query.language == "en" else ""
        if not is_named(query, document, rendered):
            return None
        source = self.index.source_text(document.source)
        place = printed_at(fact, document, source)
        if place is None:
            return None
        unit = Unit("meta", (place,), reading(source[slice(*place)])[0])
        line = placed(query, first, self.lists.passages(document)[0], 0, unit)
        return replace(line, text=said(fact, query.language) + line.text)

    def _standing(self, query: Query, first: Candidate) -> Candidate | None:
        """Where a question is whether a document still holds: what its record says, at the place that states it."""
        document = first.passage.document
        today = self.settings.current_date()
        if not asks_for_standing(query) and not (asks_whether_on(query) and is_over(document, today)):
            return None
        repealed = repealed_by_name(query, document, self._replacing, self.lists.passages)
        of_another = bool(query.years) and document.year not in query.years
        own = None if of_another else stated_at(self.lists.passages(document))
        place = repealed[1] if repealed else own
        if place is None:
            return None
        said = repealed[0] if repealed else standing(document, query.language, today)
        sentence = placed(query, first, *place)
        return replace(sentence, text=said + sentence.text)

    def _head(self, query: Query, first: Candidate) -> Candidate | None:
        """Where a question is who heads a body: the line of its members that says so."""
        if not asks_for_head(query):
            return None
        place = head_of(query, first, self.lists.passages(first.passage.document))
        return placed(query, first, *place) if place else None

    def _repeals(self, query: Query, shown: Sequence[Candidate]) -> list[Candidate]:
        """The place that says so, where the document of the answer was replaced by one that is here too."""
        old = shown[0].passage.document
        new = next(iter(self.index.documents.called(old.replaced_by or "")), None)
        if new is None:
            return []
        passages = self.lists.passages(new)
        places = (repealed_at(passages, repealed) for repealed in new.replaces)
        names = [name for name in (old.number, old.title) if name]
        place = next(
            (p for p in places if p and any(squeeze(n) in squeeze(p[2].reading) for n in names)), None
        )
        return [placed(query, shown[0], *place)] if place else []

    def _frame(self, query: Query, document: Document) -> str:
        """What an answer opens with: the place and the year of its document, as far as the question names neither.

        Nothing where the question names a document, or all documents are of one place.
        """
        if query.numbers or len(self._districts) < _SEVERAL_PLACES:
            return ""
        place = ""
        if document.jurisdiction and not query.places:
            place = self.retriever.understanding.called(document.jurisdiction, query.language)
        year = str(document.year) if place and document.year and not query.years else ""
        if query.language == "zh":
            said = "，".join(part for part in (place, f"{year}年" if year else "") if part)
            return f"{said}：" if said else ""
        said = ", ".join(part for part in (place, year) if part)
        return f"{said}: " if said else ""

    @cached_property
    def _districts(self) -> frozenset[str]:
        return frozenset(self.index.documents.counts("district"))

    @cached_property
    def _replacing(self) -> list[Document]:
        return self.index.documents.replacing()

    def _alternatives(
        self, query: Query, hits: Sequence[Hit], chosen: Sequence[Candidate]
    ) -> list[tuple[str, str]]:
        """Other districts or years that a question may mean as well: their name, and the question asked of them."""
        if not hits or query.numbers or query.whole or query.elsewhere:
            return []
        first = (chosen[0] if chosen else hits[0]).passage.document
        found: dict[str, str] = {}
        for hit in hits:
            document = hit.passage.document
            year_before = not query.years and same_but_year(document, first)
            least = hits[0].score - _AS_LIKELY - PASSED_OVER * year_before
            if hit.score < least or not document.jurisdiction or document.id == first.id:
                continue
            if document.jurisdiction != first.jurisdiction:
                if query.places or _is_at_home(query, first):
                    continue
                name, asked = self.retriever.understanding.asked_of(query, document.jurisdiction)
                found.setdefault(name, asked)
            elif year_before:
                year = str(document.year or "")
                said = f"{year}年" if query.language == "zh" else year
                asked = (
                    f"{said}{query.asked}"
                    if query.language == "zh"
                    else f"{query.asked.rstrip('?')} in {year}?"
                )
                found.setdefault(said, asked)
        return list(found.items())[:_MOST_ALTERNATIVES]

    def _tied(
        self, query: Query, hits: Sequence[Hit], candidates: Sequence[Candidate]
    ) -> list[tuple[str, str]]:
        """The districts of which none is likelier than another, as `_alternatives`; none where one is.

        One whose likeliest sentence does not give what is asked for, as the best one does, is not as likely.
        """
        if query.places or query.numbers or query.whole or query.elsewhere:
            return []
        if _is_at_home(query, hits[0].passage.document):
            return []
        as_good = [hit.passage.document.jurisdiction for hit in hits if hit.score >= hits[0].score - _TIE]
        best, first = candidates[0], dict[str | None, Candidate]()
        for one in candidates:
            first.setdefault(one.passage.document.jurisdiction, one)
        giving = {
            place
            for place, one in first.items()
            if place and one.grounds.holds >= best.grounds.holds and one.grounds.astray <= best.grounds.astray
        }
        tied = dict.fromkeys(place for place in as_good if place in giving)
        asked_of = self.retriever.understanding.asked_of
        return [asked_of(query, place) for place in tied][:_MOST_ALTERNATIVES] if len(tied) > 1 else []

    def _owed(self, query: Query, citations: Sequence[Citation]) -> tuple[Notice, ...]:
        """The notices owed with some citations."""
        documents = [self.index.documents[id_] for id_ in dict.fromkeys(c.document.id for c in citations)]
        quotes = [c.quote for c in citations]
        missing = [annex for document in documents for annex in self._missing_annexes(document.id)]
        told = [*map(self._headed, citations[:1]), *quotes[1:]]
        section = citations[0].section if citations else ()
        owed = notices_for(query, documents, told, self.settings.current_date(), section)
        originals = [(c, original) for c in citations if (original := self.index.original(c.source))]
        notices = (*owed, *recognised(originals), *unprinted(quotes, missing, query.language))
        return self._in_english(notices, documents) if query.language == "en" else notices

    def _in_english(self, notices: Sequence[Notice], documents: Sequence[Document]) -> tuple[Notice, ...]:
        """Notices with the English names of what they name in Chinese, as far as there are any: titles, districts."""
        called = self.retriever.understanding.called
        english = {document.title: self._titled(document) for document in documents}
        english |= {place: called(place, "en") for one in notices for place in _places_of(one)}
        return tuple(
            replace(one, values={k: _named(v, english) for k, v in one.values.items()}) for one in notices
        )

    def _headed(self, citation: Citation) -> str:
        """The text of a place; of a row of a table, each cell with the head of its column."""
        passages = self.lists.passages(self.index.documents[citation.document.id])
        rows = (unit for passage in passages for unit in passage.chunk.units if unit.kind == "row")
        return next((row.reading for row in rows if row.spans == citation.spans), citation.quote)

    def _titled(self, document: Document) -> str:
        """The title of a document in English; "" where nobody rendered it."""
        return titled(document, self.lists.passages(document)[:_TITLED])

    def _page(self, source: str, spans: Sequence[Span]) -> int | None:
        """The page of the original on which a place begins."""
        original = self.index.original(source)
        page = original.page_of(spans[0][0]) if original else None
        return page.number if page else None

    def _find_missing_annexes(self, id_: str) -> tuple[Annex, ...]:
        document = self.index.documents[id_]
        return missing_annexes(self.index.quote(document.source, (document.span,)))

    def _read_annex_titles(self, id_: str) -> Vectors:
        """The vectors of the titles of a document's missing annexes, under its own title; shape (titles, dimension)."""
        titles = [annex.title for annex in self._missing_annexes(id_) if annex.title]
        reader = self.index.models.ahead
        if reader is None or not titles:
            return np.zeros((0, 0), dtype=np.float32)
        ((_, _, vectors),) = reader.passages([lay_out(self.index.documents[id_].title, (), titles)])
        return vectors

    def _only_points(self, query: Query, chosen: Candidate) -> bool:
        """Whether a sentence does no more than name an annex that its document does not print."""
        return only_points_to(query, chosen.unit.reading, self._missing_annexes(chosen.passage.document.id))

    def _is_sayable(self, query: Query) -> bool:
        """Whether the collection or the lexicon knows a single word of the question; gibberish is near to anything.

        A word of one character (做, 好) says nothing, unless that is all there is, nor a single official word behind an
        everyday phrase of two characters, which may be a part of other words (做好 in 怎么做好吃).
        """
        # without the name of its place, which may be cut in the wrong spot: 白鹭县征哪些村的地
        terms = tokens(query.matter(query.places[0])) if query.places else query.terms
        words = [term for term in terms if len(term) > 1] or terms
        official = query.official
        by_chance = (
            query.language == "zh" and len(official) == 1 and max(official.values()) <= _TWO_CHARACTERS
        )
        return bool(official and not by_chance) or any(self.index.knows(term) for term in words)

    def _compose(
        self, chosen: Sequence[Candidate], spoken: Language, between: str
    ) -> tuple[str, tuple[Citation, ...]]:
        """The chosen sentences with their markers, and a citation a place.

        :param between: What stands between two sentences: a blank, or a new line in a list.
        """
        parts: list[str] = []
        citations: list[Citation] = []
        opening: Candidate | None = None
        for at, candidate in enumerate(chosen):
            if candidate.opens and at + 1 < len(chosen):
                opening = candidate
                continue
            if opening is not None:
                candidate, opening = opening.opening(candidate), None
            passage = candidate.passage
            marker = len(citations) + 1
            citations.append(
                Citation(
                    marker,
                    passage.chunk.source,
                    candidate.spans,
                    self.index.quote(passage.chunk.source, candidate.spans),
                    cited(passage.document),
                    candidate.unit.path,
                    self._page(passage.chunk.source, candidate.spans),
                )
            )
            explained = ""
            if spoken == "en" and language(candidate.text) == "zh":  # nobody rendered it
                document = passage.document
                said = [
                    part for part in (gloss(candidate.text), about(document, self._titled(document))) if part
                ]
                explained = f" ({'; '.join(said)})" if said else ""
            parts.append(f"{candidate.text}{explained} [{marker}]")
        return between.join(parts), tuple(citations)


def ranked(rank: int, hit: Hit) -> RankedPassage:
    """A hit as the contract shows it."""
    chunk = hit.passage.chunk
    return RankedPassage(rank, round(hit.score, 4), chunk.id, chunk.source, chunk.spans, chunk.text)


def _in_short(others: Sequence[Rival], chosen: Sequence[Candidate], room: int) -> list[Candidate]:
    """What contradicts the answer, less what it already says: in whole clauses, or only the values if room is short."""
    said = [span for candidate in chosen for span in candidate.spans]
    new = [o for o in others if not any(a <= o.candidate.spans[0][0] < b for a, b in said)]
    fits = sum(len(rival.candidate.text) + 4 for rival in new) <= room
    return [rival.candidate if fits else replace(rival.candidate, text=rival.value) for rival in new]


def _fitting(shown: Sequence[Candidate], room: int) -> list[Candidate]:
    """The first sentences that have room together, one of them at the least."""
    kept = list(shown)
    while len(kept) > 1 and sum(len(one.text) for one in kept) > room:
        kept.pop()
    return kept


def _places_of(notice: Notice) -> tuple[str, ...]:
    """The districts that a notice names."""
    if notice.kind != "other_district":
        return ()
    named = (notice.values.get(name) for name in ("asked", "found"))
    return tuple(place for value in named if isinstance(value, tuple) for place in value)


def _named(value: Value, english: Mapping[str, str]) -> Value:
    """A value of a notice with what it names in English, where that is known."""
    if isinstance(value, tuple):
        return tuple(english.get(one) or one for one in value)
    return (english.get(value) or value) if isinstance(value, str) else value


def _more(language: Language, listing: Listing) -> str:
    """What stands for the items of a list that are not shown."""
    if language == "zh":
        return f"……另有{listing.left_out}项，见原文"
    return f"… and {listing.left_out} more in the source"


def _is_at_home(query: Query, document: Document) -> bool:
    """Whether a document holds where the reader lives."""
    return bool(query.home and document.jurisdiction and within(query.home, document.jurisdiction))


def _said(question_id: str, question: str, text: str) -> Answer:
    """A polite word, which answers nothing and so cites nothing."""
    return Answer(
        question_id, clean_question(question), language(question), text, abstained=True, confidence=1.0
    )


def _ms(start: float, end: float) -> float:
    return round(1000 * (end - start), 2)
