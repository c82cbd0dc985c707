"""Two runs side by side: what was gained and lost, and whether chance alone could have done it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.compare import Compared, compare, markdown
from eval.measure import Result
from eval.metrics import BY_NAME
from eval.statistics import Difference, Estimate
from rag.errors import BulletinError
from tests.test_measures import RIGHT

EVEN = Estimate(0.5, 0.4, 0.6, 10)


def run(right: int, of: int = 60) -> list[Result]:
    """Answers to facts of their own, of which the first few are right."""
    return [
        replace(RIGHT, id=f"f{at}:zh", of=f"f{at}", right=at < right, concise=at < right) for at in range(of)
    ]


def measured(before: list[Result], after: list[Result], name: str, group: str = "all") -> Compared:
    found = compare(before, after)
    (one,) = [one for one in found.measures if (one.group, one.measure.name) == (group, name)]
    return one


def test_what_is_right_now_is_gained_and_what_no_longer_is_lost() -> None:
    before = [replace(RIGHT, id="a:zh", right=False), replace(RIGHT, id="b:zh"), replace(RIGHT, id="c:zh")]
    after = [replace(RIGHT, id="a:zh"), replace(RIGHT, id="b:zh", right=False), replace(RIGHT, id="c:zh")]
    found = compare(before, after)
    assert [one.after.id for one in found.gained] == ["a:zh"]
    assert [one.after.id for one in found.lost] == ["b:zh"]


def test_without_an_answer_a_refusal_is_what_is_good() -> None:
    nowhere = replace(RIGHT, id="n:zh", bulletin="", kind="off_topic", right=False)
    found = compare([nowhere], [replace(nowhere, refused=True)])
    assert [one.after.id for one in found.gained] == ["n:zh"]
    assert compare([replace(nowhere, refused=True)], [nowhere]).lost


def test_questions_of_one_run_alone_are_left_out() -> None:
    before = [replace(RIGHT, id="a:zh"), replace(RIGHT, id="b:zh")]
    after = [replace(RIGHT, id="b:zh"), replace(RIGHT, id="c:zh", right=False)]
    found = compare(before, after)
    assert found.questions == 1
    assert not found.lost


def test_runs_that_share_nothing_are_not_compared() -> None:
    with pytest.raises(BulletinError, match="share no question"):
        compare([replace(RIGHT, id="a:zh")], [replace(RIGHT, id="b:zh")])


def test_a_large_gain_is_better_and_a_large_loss_worse() -> None:
    assert measured(run(20), run(50), "right").verdict == "better"
    assert measured(run(50), run(20), "right").verdict == "worse"


def test_one_question_more_may_be_chance() -> None:
    one = measured(run(30), run(31), "right")
    assert one.gain.value > 0
    assert one.verdict == "same"


def test_more_refusals_of_what_is_answerable_are_worse() -> None:
    before = run(60)
    after = [replace(one, refused=at < 30) for at, one in enumerate(before)]
    refused = measured(before, after, "false_refusal")
    assert refused.gain.value == 0.5
    assert refused.verdict == "worse"


def test_each_way_of_asking_is_compared_by_itself() -> None:
    english = [replace(one, id=f"{one.of}:en", way="en", answer="At ten.") for one in run(60)]
    before = [*run(60), *english]
    after = [*run(60), *(replace(one, right=False) for one in english)]
    assert measured(before, after, "right", "zh").verdict == "same"
    assert measured(before, after, "right", "en").verdict == "worse"
    assert measured(before, after, "right").after.value == 0.5


def test_the_more_is_looked_at_the_more_is_asked_of_each() -> None:
    one = measured(run(30), run(36), "right")
    assert one.p > one.gain.p


@pytest.mark.parametrize(
    ("name", "gain", "p", "verdict"),
    [
        ("right", 0.1, 0.01, "better"),
        ("right", -0.1, 0.01, "worse"),
        ("stray", 0.1, 0.01, "worse"),
        ("stray", -0.1, 0.01, "better"),
        ("right", 0.1, 0.05, "same"),
        ("right", 0.0, 0.001, "same"),
    ],
)
def test_the_verdict_needs_a_gain_that_chance_does_not_make(
    name: str, gain: float, p: float, verdict: str
) -> None:
    one = Compared("all", BY_NAME[name], EVEN, EVEN, Difference(gain, gain, gain, p), p)
    assert one.verdict == verdict


def test_the_table_names_both_runs_and_every_question_that_changed() -> None:
    before = [replace(RIGHT, id="a:zh", right=False, question="停车收费吗？"), replace(RIGHT, id="b:zh")]
    after = [replace(RIGHT, id="a:zh", question="停车收费吗？"), replace(RIGHT, id="b:zh")]
    page = markdown(compare(before, after), "old", "new")
    assert page.startswith("| 2 questions | measure | old | new |")
    assert "| all | right | 0.500 | 1.000 | +0.500 [" in page
    assert "Now right: 1\n  a:zh  停车收费吗？" in page
    assert page.endswith("No longer right: 0")
