from pathlib import Path

import numpy as np
import pytest

from rag.answer import Engine
from rag.errors import BulletinError
from rag.retrieval.rank import NAMES, Ranker, Signals, load_ranker
from rag.retrieval.retrieve import explain


def test_a_score_is_the_weighted_sum_of_the_signals() -> None:
    ranker = Ranker(zh=Signals(dense=2.0, place=3.0), en=Signals(late=1.0))
    signals = np.zeros((2, len(NAMES)), dtype=np.float32)
    signals[0, NAMES.index("dense")] = 0.5
    signals[1, NAMES.index("place")] = 1.0
    assert ranker.scores(signals, "zh").tolist() == [1.0, 3.0]
    assert ranker.scores(signals, "en").tolist() == [0.0, 0.0]


def test_signals_can_be_left_out() -> None:
    ranker = load_ranker()
    assert ranker.without(["dense", "late"]).en.late == 0
    assert ranker.without(["dense"]).en.text == ranker.en.text


def test_what_is_named_and_found_never_speaks_against_a_passage() -> None:
    for weights in (load_ranker().zh, load_ranker().en):
        assert all(getattr(weights, name) >= 0 for name in NAMES if name != "prepared")


@pytest.mark.parametrize("content", ["", "{", '{"zh": 1}'])
def test_a_damaged_ranker_is_told_so(tmp_path: Path, content: str) -> None:
    file = tmp_path / "ranker.json"
    file.write_text(content)
    with pytest.raises(BulletinError, match=r"train\.ranker"):
        load_ranker(file)


def test_the_explanation_adds_up_to_the_score(engine: Engine) -> None:
    query, hits = engine.retriever.search("防空警报什么时候试鸣", 3)
    for hit in hits:
        weights = engine.retriever.ranker.weights("zh")
        total = sum(getattr(hit.signals, name) * getattr(weights, name) for name in NAMES)
        assert total == pytest.approx(hit.score, abs=0.01)
        assert "late" in explain(hit, query, engine.retriever.ranker)
