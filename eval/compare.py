"""Two runs side by side: what each measure gained, whether by more than chance, and which questions changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.measure import Result
from eval.metrics import MEASURES, Measure
from eval.questions import WAYS
from eval.statistics import Difference, Estimate, difference, estimate, holm
from rag.errors import BulletinError

_CONVINCING = 0.05


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure of both runs, on the questions they share."""

    group: str
    measure: Measure
    before: Estimate
    after: Estimate
    gain: Difference
    p: float
    """Adjusted for the number of measures looked at in the group."""

    @property
    def verdict(self) -> str:
        """better, worse, or no difference that chance could not make."""
        if self.p >= _CONVINCING or not self.gain.value:
            return "same"
        return "better" if (self.gain.value > 0) == self.measure.rises else "worse"


@dataclass(frozen=True, slots=True)
class Changed:
    """A question whose answer was right in one run only."""

    before: Result
    after: Result


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that changed from one run to another."""

    questions: int
    measures: tuple[Compared, ...]
    gained: tuple[Changed, ...]
    lost: tuple[Changed, ...]


def compare(before: Sequence[Result], after: Sequence[Result]) -> Comparison:
    """Compare two runs on the questions that both were asked.

    :raises BulletinError: if they share none.
    """
    earlier = {result.id: result for result in before}
    pairs = [(earlier[result.id], result) for result in after if result.id in earlier]
    if not pairs:
        raise BulletinError("These two runs share no question; nothing can be compared.")
    measures = _compared("all", pairs)
    for way in WAYS:
        measures += _compared(way, [pair for pair in pairs if pair[1].way == way])
    return Comparison(
        len(pairs),
        tuple(measures),
        tuple(Changed(*pair) for pair in pairs if _good(pair[1]) and not _good(pair[0])),
        tuple(Changed(*pair) for pair in pairs if _good(pair[0]) and not _good(pair[1])),
    )


def markdown(comparison: Comparison, before: str, after: str) -> str:
    """The comparison as a table, and the questions that changed."""
    lines = [
        f"| {comparison.questions} questions | measure | {before} | {after} | gain, 95 % interval | p (Holm) | |",
        "|---|---|---:|---:|---:|---:|---|",
    ]
    for one in comparison.measures:
        gain = one.gain
        lines.append(
            f"| {one.group} | {one.measure.title} | {one.before.value:.3f} | {one.after.value:.3f} "
            f"| {gain.value:+.3f} [{gain.low:+.3f}, {gain.high:+.3f}] | {one.p:.3f} "
            f"| {'' if one.verdict == 'same' else one.verdict} |"
        )
    for title, changes in (("Now right", comparison.gained), ("No longer right", comparison.lost)):
        lines += ["", f"{title}: {len(changes)}", *(f"  {c.after.id}  {c.after.question}" for c in changes)]
    return "\n".join(lines)


def _good(result: Result) -> bool:
    return result.right if result.answerable else result.refused


def _compared(group: str, pairs: Sequence[tuple[Result, Result]]) -> list[Compared]:
    found: list[tuple[Measure, Estimate, Estimate, Difference]] = []
    for measure in MEASURES:
        earlier = measure.shares([before for before, _ in pairs])
        later = measure.shares([after for _, after in pairs])
        one, other, gain = estimate(earlier), estimate(later), difference(earlier, later)
        if one and other and gain:
            found.append((measure, one, other, gain))
    adjusted = holm([gain.p for *_, gain in found])
    return [Compared(group, *one, p) for one, p in zip(found, adjusted, strict=True)]
