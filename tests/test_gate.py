"""The gate: what was accepted still holds; a broken retriever and a lying citation do not get through."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval.collection import Collection, read_collection
from eval.gate import Guarded, accept, answer_and_judge, failures, fixed_part, guard, read_accepted
from eval.measure import Result
from eval.questions import WAYS
from eval.runs import answer_one, judge_all
from eval.statistics import Estimate
from eval.stores import Beside, compared, table
from eval.systems import Ours
from rag.answer import Engine
from rag.asking.query import Query
from rag.contract import WordedAnswer
from rag.errors import BulletinError
from rag.retrieval.retrieve import Hit
from rag.settings import Settings


@pytest.fixture(scope="module")
def collection(settings: Settings) -> Collection:
    return read_collection(settings)


@pytest.fixture(scope="module")
def today(engine: Engine, collection: Collection) -> list[Result]:
    """Today's answers to the fixed part."""
    return answer_and_judge(Ours(engine), collection, fixed_part())


def test_nothing_got_worse_than_what_was_accepted(today: list[Result]) -> None:
    worse = failures(guard(today), read_accepted())
    assert not worse, "\n".join([*worse, "Mend it, or accept it: python -m eval accept"])


def test_a_broken_retriever_is_caught(
    engine: Engine, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    rank = engine.retriever.rank

    def worst_first(query: Query, k: int = 10) -> list[Hit]:
        return rank(query, 5 * k)[::-1][:k]

    monkeypatch.setattr(engine.retriever, "rank", worst_first)
    asked = [question for question in fixed_part() if question.fact and question.way == "en"]
    worse = failures(guard(answer_and_judge(Ours(engine), collection, asked)), read_accepted())
    assert any(line.startswith("en: recall@5") for line in worse)
    assert any(line.startswith("en: MRR") for line in worse)


def test_a_single_lying_citation_is_caught(
    today: list[Result], engine: Engine, collection: Collection
) -> None:
    class Lying(Ours):
        def ask(self, question: str, history: object = ()) -> WordedAnswer:
            answer = super().ask(question)
            first = replace(answer.citations[0], quote=answer.citations[0].quote[:-1] + "不")
            return replace(answer, citations=(first, *answer.citations[1:]))

    told = next(result for result in today if result.way == "zh" and result.citations)
    question = next(question for question in fixed_part() if question.id == told.id)
    (lie,) = judge_all([answer_one(Lying(engine), question)], [question], collection)
    with_lie = [lie if result.id == lie.id else result for result in today]
    (worse,) = failures(guard(with_lie), guard(today))
    assert worse.startswith("zh: verbatim is 0.99")


def test_the_fixed_part_has_every_kind_of_question_and_every_bulletin() -> None:
    questions = fixed_part()
    ways = {question.way for question in questions if question.fact}
    assert ways == set(WAYS)
    assert {question.fact.file for question in questions if question.fact} == {
        file.name for file in Settings().bulletins.glob("*.txt")
    }
    assert any(question.history for question in questions)
    assert len({question.unanswerable.kind for question in questions if question.unanswerable}) >= 6


def test_getting_better_is_no_failure(today: list[Result]) -> None:
    better = [replace(result, right=True, concise=True, rank=1) for result in today if result.answerable]
    better += [replace(result, refused=True) for result in today if not result.answerable]
    assert failures(guard(better), guard(today)) == []


def test_what_is_accepted_is_what_is_read(today: list[Result], tmp_path: Path) -> None:
    now = guard(today)
    accept(now, tmp_path / "gate.json")
    read = read_accepted(tmp_path / "gate.json")
    assert read.questions == now.questions
    assert np.isclose(read.groups["zh"]["mrr"].value, now.groups["zh"]["mrr"].value, atol=1e-4)
    assert not failures(now, read)


def test_without_an_accepted_result_one_is_told_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(BulletinError, match="python -m eval accept"):
        read_accepted(tmp_path / "gate.json")


def test_another_store_that_answers_otherwise_is_told_with_what_was_asked(
    engine: Engine, collection: Collection
) -> None:
    asked = [question for question in fixed_part() if question.fact and question.way == "zh"][:2]
    both = [answer_one(Ours(engine), question) for question in asked]
    other = replace(both[1], answer=replace(both[1].answer, answer="不知道。", citations=()))
    found = compared([(both[0], both[0]), (both[1], other)], asked, collection)
    assert (found.same_answers, found.same_citations) == (1, 1)
    assert found.differing == (asked[1].text,)


def test_stores_are_shown_side_by_side_and_what_leaves_the_interval_is_marked() -> None:
    files = Guarded(9, {"zh": {"mrr": Estimate(0.9, 0.8, 1.0, 9), "cited": Estimate(1.0, 1.0, 1.0, 9)}})
    other = Guarded(9, {"zh": {"mrr": Estimate(0.8, 0.7, 0.9, 9), "cited": Estimate(0.9, 0.8, 1.0, 9)}})
    shown = table(Beside((files, other), ([10.0], [20.0]), 8, 9, ("谁？",)))
    assert "8 answers are the same word for word, 9 have the same citations" in shown
    assert "Answered otherwise: 谁？" in shown
    assert "| zh | mrr | 0.900 (0.800 to 1.000) | 0.800 | yes |" in shown
    assert "| zh | cited | 1.000 (1.000 to 1.000) | 0.900 | **no** |" in shown
