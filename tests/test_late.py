import numpy as np
import pytest

from rag.answer import Engine
from rag.indexing.encoder import StaticEncoder, load_encoder
from rag.indexing.late import Bags, TokenVectors
from rag.settings import Settings


@pytest.fixture
def vectors() -> tuple[np.ndarray, TokenVectors]:
    table = np.random.default_rng(1).normal(size=(9, 4)).astype(np.float32)
    table[0] = 0  # the unknown token
    return table, TokenVectors(table)


def by_the_book(table: np.ndarray, question: list[int], passage: list[int]) -> float:
    """Each token of the question by its best cosine in the passage, weighted by its length: word by word."""
    total = weights = 0.0
    for asked in question:
        length = float(np.linalg.norm(table[asked]))
        cosines = [
            float(table[asked] @ table[one]) / max(length * float(np.linalg.norm(table[one])), 1e-9)
            for one in passage
        ]
        total += length * max(cosines)
        weights += length
    return total / weights


def test_it_is_what_the_definition_says(vectors: tuple[np.ndarray, TokenVectors]) -> None:
    table, tokens = vectors
    question, passages = [3, 5, 5, 8], [[1, 2, 3], [5], [4, 8, 5, 3, 4]]
    found = tokens.scores(np.array(question, dtype=np.int32), Bags.of(passages))
    np.testing.assert_allclose(found, [by_the_book(table, question, p) for p in passages], rtol=1e-5)


def test_a_passage_that_holds_every_word_scores_one(vectors: tuple[np.ndarray, TokenVectors]) -> None:
    _, tokens = vectors
    found = tokens.scores(np.array([3, 5], dtype=np.int32), Bags.of([[1, 5, 2, 3], [1, 2]]))
    assert found[0] == pytest.approx(1.0)
    assert found[1] < 1


@pytest.mark.parametrize("question", [[], [0]])
def test_a_question_of_unknown_words_finds_nothing(
    vectors: tuple[np.ndarray, TokenVectors], question: list[int]
) -> None:
    _, tokens = vectors
    assert not tokens.scores(np.array(question, dtype=np.int32), Bags.of([[1], [2, 3]])).any()


def test_an_empty_passage_scores_nothing_and_shifts_no_other(
    vectors: tuple[np.ndarray, TokenVectors],
) -> None:
    _, tokens = vectors
    question = np.array([3], dtype=np.int32)
    found = tokens.scores(question, Bags.of([[], [3], [], [1, 2], []]))
    assert found[[0, 2, 4]].tolist() == [0, 0, 0]
    np.testing.assert_array_equal(found[[1, 3]], tokens.scores(question, Bags.of([[3], [1, 2]])))


def test_bags_are_taken_and_joined_in_order() -> None:
    bags = Bags.joined([Bags.of([[1, 2], []]), Bags.of([]), Bags.of([[3], [4, 5, 6]])])
    taken = bags.take(np.array([3, 0, 1]))
    assert [taken.ids[a:b].tolist() for a, b in zip(taken.starts, taken.starts[1:], strict=False)] == [
        [4, 5, 6],
        [1, 2],
        [],
    ]


def test_the_index_keeps_the_words_of_passages_and_questions(engine: Engine) -> None:
    index = engine.index
    passage = next(p for p in index.passages if p.fields.questions)
    assert index.late(passage.reading, [passage.id])[0] == pytest.approx(1.0, abs=1e-4)  # type: ignore[index]
    asked = passage.fields.questions[-1].question
    assert index.asked_late(asked, [passage.id])[0] == pytest.approx(1.0, abs=1e-4)  # type: ignore[index]


def test_the_built_in_encoder_reads_a_word_alike_in_questions_and_passages(settings: Settings) -> None:
    encoder = load_encoder(settings.encoder)
    assert isinstance(encoder, StaticEncoder)
    assert encoder.query_bags(["防空警报"]).ids.tolist() == encoder.document_bags(["防空警报"]).ids.tolist()


def test_a_token_told_twice_counts_once() -> None:
    bags = Bags.of([[3, 1, 3], [], [2, 2]]).distinct()
    assert bags.ids.tolist() == [1, 3, 2]
    assert bags.starts.tolist() == [0, 2, 2, 3]


def test_tokens_met_later_are_compared_as_well(vectors: tuple[np.ndarray, TokenVectors]) -> None:
    table, _ = vectors
    question = np.array([3, 5], dtype=np.int32)
    grown = TokenVectors(table)
    grown.scores(question, Bags.of([[1, 2]]))
    later = grown.scores(question, Bags.of([[4, 5], [1, 2]]))
    np.testing.assert_allclose(later, TokenVectors(table).scores(question, Bags.of([[4, 5], [1, 2]])))
