"""A sentence laid beside its places, term by term: what stands in both, and what differs where both go on alike.

Within a language the sentence and the place are two chains of terms. What stands in both in the same order is paired;
between two pairs lies a *gap*, with what only the sentence says there and what only the place does. In a gap

- a particle or pole (`rag.writing.senses`) against another of its axis *turns* the sentence: 以下 for 以上, must
  for may; so does one that only one side has, unless it stands elsewhere on the other (a word order) or adds nothing;
- a word or figure against another *replaces* it, where nothing says that the two mean the same;
- a word that no place has is *added*.

Between languages the order says little, and clauses are compared as bags.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rag.writing.senses import axis
from rag.writing.terms import Frame, Term

Alike = Callable[[Term, Term], float]
"""How far a term of a sentence and one of a place mean the same, from 0 to 1."""
Weight = Callable[[Term], float]
"""What a term counts for."""

_ONE = ({"forbid", "not"}, {"need not", "not"}, {"need not", "may"})  # may stand for one another
_ADDED = {"may", "where"}  # may be added
_LEFT_OUT = {"must", "may", "where"}  # may be left out
_DENIES = ("forbid", "not", "need not")
_OFTEN_ADDED = ("must", "may", "if", "except")  # in English, of Chinese that does without
_BESIDE = 0.25  # what it counts for, beside a term's weight, to follow the same term as in the place
_APART = 0.02  # what it costs that two terms share a clause in the one and not in the other
_FAR = 0.004  # what a term of the place that is passed over costs
_MOST_PAIRS = 300
_REACH = 2  # terms from the edge of what is paired, within which a particle that is left out was said of it


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of a sentence, and what its place has there instead; either may be empty."""

    said: tuple[int, ...]
    """By their numbers."""
    place: tuple[Term, ...]
    anchored: bool
    """Whether both go on alike before and after it, with nothing passed over."""


@dataclass
class Difference:
    """How a sentence differs from its places."""

    kept: float = 0.0
    """Weight of its words and figures that stand in the places in the same order."""
    moved: float = 0.0
    """Weight of those that stand there in another."""
    total: float = 0.0
    added: list[Term] = field(default_factory=list)
    replaced: list[tuple[tuple[Term, ...], tuple[Term, ...]]] = field(default_factory=list)
    """Words or figures of the sentence, and those of the place that stand where they do."""
    turned: list[str] = field(default_factory=list)
    """What turns its meaning, each as `place > sentence`."""


@dataclass(frozen=True)
class Matches:
    """Which terms of a sentence are alike which of a place: for each the places of those in it, and how far."""

    said: Sequence[Term]
    places: Sequence[Sequence[Term]]
    found: Sequence[Sequence[Sequence[tuple[int, float]]]]
    """By place, by term of the sentence."""

    @classmethod
    def of(cls, said: Sequence[Term], places: Sequence[Sequence[Term]], alike: Alike) -> Matches:
        """All of them."""
        return cls(
            said,
            places,
            [
                [[(j, near) for j, two in enumerate(place) if (near := alike(one, two)) > 0] for one in said]
                for place in places
            ],
        )

    def holds(self, i: int, at: int = -1, free: Iterable[int] = ()) -> bool:
        """Whether any place has the term of the sentence with this number; one of them only where it is free."""
        return any(
            any(j in free for j, _ in found[i]) if number == at else bool(found[i])
            for number, found in enumerate(self.found)
        )


def compare(
    matches: Matches,
    elsewhere: Callable[[Term], bool],
    rendered: Callable[[Term, int, Sequence[Term]], bool],
    alike: Alike,
    weight: Weight,
    asked: Sequence[Term],
) -> Difference:
    """A sentence beside places in its language; each of its clauses beside the place that has most of it.

    :param elsewhere: Whether a term that no place has is borne out by what stands beside the citation: title, headings.
    :param rendered: Whether the original of a place, by number, has a term that its rendering puts otherwise: as one of
        these others, where some are given.
    :param asked: What the question says: its particles, and conditions that it names, the sentence may leave out.
    """
    said, excused = matches.said, _particles(asked)
    found = Difference(total=sum(weight(term) for term in said if term.kind != "particle"))
    for at, run in _runs(matches, weight):
        place = matches.places[at]
        pairs = _chain(matches, at, run, weight)
        found.kept += sum(weight(said[i]) for i, _ in pairs if said[i].kind != "particle")
        gaps = list(_gaps(said, run, place, pairs))
        found.turned += _turns(said, gaps, place, excused)
        found.turned += _conditions(place, pairs, asked, alike)
        found.turned += _overstepped(said, place, pairs)
        found.turned += _exchanged(matches, at, pairs)
        free = set(range(len(place))) - {j for _, j in pairs}
        passed = [term for gap in gaps if gap.anchored for term in gap.place]
        for gap in gaps:
            only = [i for i in gap.said if said[i].kind != "particle"]
            others = tuple(term for term in gap.place if term.kind != "particle")
            lost = [i for i in only if not matches.holds(i, at, free)]
            new = [i for i in lost if not elsewhere(said[i]) and not rendered(said[i], at, ())]
            found.added += [said[i] for i in new]
            found.moved += sum(weight(said[i]) for i in only if i not in new)
            found.turned += opposed([said[i] for i in lost], [said[i] for i in run], place)
            found.turned += opposed([said[i] for i in lost], (), passed)
            if gap.anchored:
                found.turned += opposed([said[i] for i in only], [said[i] for i in only], others)
            swapped = any(one.text == said[i].text for one in others for other in gaps for i in other.said)
            figures = any(term.kind == "figure" for term in others)
            stead = tuple(
                said[i]
                for i in only
                if (swapped or i in lost or (figures and said[i].kind == "figure"))
                and not rendered(said[i], at, others)
            )
            if figures and gap.anchored and gap.place and gap is not gaps[0] and gap is not gaps[-1]:
                found.turned += [f"another > {one.text}" for one in stead if one.kind == "figure"]
            if stead and others and gap.anchored and len(others) <= len(only) + 1:
                found.replaced.append((stead, others))
    return found


def compare_abroad(
    matches: Matches, elsewhere: Callable[[Term], bool], weight: Weight, asked: Sequence[Term]
) -> Difference:
    """A sentence beside places in the other language: clause by clause, whatever the order."""
    said, excused = matches.said, _particles(asked)
    found = Difference(total=sum(weight(term) for term in said if term.kind != "particle"))
    for at, run in _runs(matches, weight):
        place = matches.places[at]
        hit = {j for i in run for j, _ in matches.found[at][i] if said[i].kind != "particle"}
        held = Counter(place[j].clause for j in hit)
        near = [one for one in place if 2 * held[one.clause] >= max(held.values(), default=0) > 0]
        terms = [said[i] for i in run]
        for i in run:
            if said[i].kind == "particle":
                continue
            if matches.holds(i):
                found.kept += weight(said[i])
            elif elsewhere(said[i]):
                found.moved += weight(said[i])
            else:
                found.added.append(said[i])
            if not any(2 * held[place[j].clause] >= max(held.values()) for j, _ in matches.found[at][i]):
                found.turned += opposed([said[i]], terms, near)
        found.turned += _turns_at_large(_particles(terms), _bounds(place), _bounds(near), excused)
    return found


def opposed(said: Iterable[Term], run: Iterable[Term], place: Sequence[Term]) -> list[str]:
    """The words that stand against their opposites: the place has only the other pole, and the run has not both."""
    poles = {term.pole for term in place if term.pole} - {term.pole for term in run}
    axes = dict(poles)
    return [
        f"{axes[term.pole[0]]} > {term.text}"
        for term in said
        if term.pole and term.pole[0] in axes and term.pole not in poles
    ]


def fits(said: Frame, place: Frame) -> bool:
    """Whether a figure in one frame bears out one in the other."""
    if said.unit and place.unit and said.unit != place.unit and {said.unit, place.unit} != {"year", "age"}:
        return False
    return said.limit == place.limit and said.order == place.order


def _runs(matches: Matches, weight: Weight) -> list[tuple[int, list[int]]]:
    """Stretches of whole clauses, by the numbers of their terms, each with the place that has most of it."""
    clauses: dict[int, list[int]] = {}
    for i, term in enumerate(matches.said):
        clauses.setdefault(term.clause, []).append(i)
    runs: list[tuple[int, list[int]]] = []
    for clause in clauses.values():
        held = [
            sum(weight(matches.said[i]) * max((near for _, near in found[i]), default=0.0) for i in clause)
            for found in matches.found
        ]
        best = runs[-1][0] if runs and held[runs[-1][0]] >= max(held) else held.index(max(held))
        if runs and runs[-1][0] == best:
            runs[-1][1].extend(clause)
        else:
            runs.append((best, list(clause)))
    return runs


def _chain(matches: Matches, at: int, run: Sequence[int], weight: Weight) -> list[tuple[int, int]]:
    """The heaviest chain of terms that stand in both in the same order, close together where there is a choice."""
    said, place = matches.said, matches.places[at]
    found = [(i, j, weight(said[i]) * near) for i in run for j, near in matches.found[at][i]]
    if len(found) > _MOST_PAIRS:
        found = sorted(sorted(found, key=lambda pair: -pair[2])[:_MOST_PAIRS])
    best: list[float] = []
    before: list[int] = []
    for here, (i, j, gain) in enumerate(found):
        top, link = gain, -1
        for back in range(here):
            a, b, _ = found[back]
            if a < i and b < j:
                beside = _BESIDE * gain if a == i - 1 and b == j - 1 else -_FAR * min(j - b - 1, 25)
                if (said[a].clause == said[i].clause) != (place[b].clause == place[j].clause):
                    beside -= _APART
                if (total := best[back] + gain + beside) > top:
                    top, link = total, back
        best.append(top)
        before.append(link)
    pairs: list[tuple[int, int]] = []
    here = max(range(len(best)), key=best.__getitem__) if best else -1
    while here >= 0:
        pairs.append(found[here][:2])
        here = before[here]
    return pairs[::-1]


def _gaps(
    said: Sequence[Term], run: Sequence[int], place: Sequence[Term], pairs: Sequence[tuple[int, int]]
) -> Iterable[Gap]:
    """What differs before, between and after the pairs; of clauses that are passed over whole nothing."""
    if not pairs:
        yield Gap(tuple(run), (), anchored=False)
        return
    i, j = pairs[0]
    yield _edge(tuple(n for n in run if n < i), place[:j], place[j].clause, -_REACH)
    for (i, j), (k, m) in pairwise(pairs):
        between = tuple(
            term for term in place[j + 1 : m] if term.clause in (place[j].clause, place[m].clause)
        )
        only = tuple(n for n in run if i < n < k)
        if only or between:
            yield Gap(only, between, anchored=len(between) == m - j - 1)
    i, j = pairs[-1]
    yield _edge(tuple(n for n in run if n > i), place[j + 1 :], place[j].clause, _REACH)


def _edge(said: tuple[int, ...], place: Sequence[Term], clause: int, reach: int) -> Gap:
    """What differs before the first pair or after the last: of the place no more than the clause that is paired."""
    rest = [term for term in place if term.clause == clause]
    near = rest[reach:] if reach < 0 else rest[:reach]
    kept = (term for term in rest if term.kind != "particle" or (term in near and _binds(term)))
    return Gap(said, tuple(kept), anchored=bool(said))


def _conditions(
    place: Sequence[Term], pairs: Sequence[tuple[int, int]], asked: Sequence[Term], alike: Alike
) -> list[str]:
    """The condition in the clause before the first that is paired, where the sentence and the question leave it out."""
    if not pairs:
        return []
    clause = place[pairs[0][1]].clause - 1
    before = [term for term in place if term.clause == clause]
    if not any(term.kind == "particle" and term.text in ("if", "where") for term in before):
        return []
    named = any(alike(one, term) for one in asked for term in before if term.kind != "particle")
    return [] if named else ["if >"]


def _overstepped(said: Sequence[Term], place: Sequence[Term], pairs: Sequence[tuple[int, int]]) -> list[str]:
    """Figures that are given of something else: to the one side of a pair stands, nearer, another of their unit."""
    found = []
    for (i, j), (k, m) in pairwise(pairs):
        unit = said[k].frame.unit
        skipped = (
            place[j + 1 : m]
            if k == i + 1 and said[i].clause == said[k].clause and place[j].clause != place[m].clause
            else said[i + 1 : k]
            if m == j + 1 and place[j].clause == place[m].clause and said[i].clause != said[k].clause
            else ()
        )
        found += [f"{one.text} > {said[k].text}" for one in skipped if unit and one.frame.unit == unit]
    return found


def _exchanged(matches: Matches, at: int, pairs: Sequence[tuple[int, int]]) -> list[str]:
    """Figures right before or behind all that is paired, where the place has another of their unit in the clause."""
    if not pairs:
        return []
    said, place = matches.said, matches.places[at]
    (first, begins), (last, ends) = pairs[0], pairs[-1]
    found = []
    for (i, j), (k, m) in (((first, begins), (first - 1, begins - 1)), ((last, ends), (last + 1, ends + 1))):
        if not (0 <= k < len(said) and 0 <= m < len(place)):
            continue
        one, other = said[k], place[m]
        beside = one.clause == said[i].clause and other.clause == place[j].clause
        figures = one.kind == other.kind == "figure" and one.frame.unit == other.frame.unit != ""
        if beside and figures and m not in {number for number, _ in matches.found[at][k]}:
            found.append(f"{other.text} > {one.text}")
    return found


def _binds(term: Term) -> bool:
    """Whether what a term is said of can't be said without it, even where the sentence is no more than a part of it."""
    return term.kind != "particle" or axis(term.text) in ("mode", "only", "if")


def _particles(terms: Iterable[Term]) -> Counter[str]:
    return Counter(term.text for term in terms if term.kind == "particle")


def _bounds(terms: Iterable[Term]) -> Counter[str]:
    """The particles of a text, and those that stand in the frames of its figures."""
    terms = list(terms)
    return _particles(terms) + Counter(
        bound for term in terms for bound in (term.frame.limit, term.frame.order) if bound
    )


def _turns(
    said: Sequence[Term], gaps: Sequence[Gap], place: Sequence[Term], excused: Counter[str]
) -> list[str]:
    """The particles that turn a sentence: others of their axis in the same gap, or on one side only."""
    loose_said = _particles(said[i] for gap in gaps for i in gap.said) + excused
    loose_place = _particles(term for gap in gaps for term in gap.place)
    loose_place += _bounds(term for term in place if term.kind == "figure")
    found: list[str] = []
    for gap in gaps:
        here, there = _particles(said[i] for i in gap.said), _particles(gap.place)
        here, there = here - there, there - here
        for name in here:
            rivals = [other for other in there if axis(other) == axis(name)]
            if rivals:
                found += [] if _stands_for(name, rivals) else [f"{rivals[0]} > {name}"]
            elif name not in _ADDED and not _stands_for(name, loose_place):
                found.append(f"> {name}")
        for name in there:
            if any(axis(other) == axis(name) for other in here) or name in _LEFT_OUT:
                continue
            if axis(name) in ("limit", "order", "or") and any(term.kind != "particle" for term in gap.place):
                continue  # what it was said of went with it
            if not _stands_for(name, loose_said):
                found.append(f"{name} >")
    return found


def _turns_at_large(
    said: Counter[str], place: Counter[str], near: Counter[str], excused: Counter[str]
) -> list[str]:
    """The same of bags: particles of a stretch, of its place, of the clauses of the place that it is about."""
    found = []
    for name in said:
        rivals = [other for other in near if axis(other) == axis(name) and other not in said]
        if not _stands_for(name, place) and (rivals or name not in _OFTEN_ADDED):
            found.append(f"{' '.join(rivals)} > {name}")
    for name in _DENIES:
        if name in near and not _stands_for(name, said + excused):
            found.append(f"{name} >")
    return found


def _stands_for(name: str, others: Iterable[str]) -> bool:
    return any(name == other or {name, other} in _ONE for other in others)
