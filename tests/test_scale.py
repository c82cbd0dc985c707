"""The measure of scale at a small size: made collections are the same at each call, and what is planted is found."""

from pathlib import Path

import pytest

from eval import scale
from eval.scale import chart, make, measure, table
from rag.settings import Settings


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "_DOCUMENTS", 3)


def test_made_bulletins_are_the_same_at_each_call(small: Settings, tmp_path: Path) -> None:
    (small.data / "lexicon").mkdir()
    made = []
    for folder in ("one", "other"):
        own = Settings(data=tmp_path / folder / "data")
        planted = make(2, own, small)
        made.append((planted, [file.read_text(encoding="utf-8") for file in sorted(own.bulletins.iterdir())]))
    assert made[0] == made[1]
    (first, second), texts = made[0]
    assert first.sentence in texts[0]
    assert second.sentence in texts[1]
    assert texts[0] != texts[1]


@pytest.mark.usefixtures("quick_processes")
def test_a_small_collection_is_measured_once(small: Settings, tmp_path: Path) -> None:
    (small.data / "lexicon").mkdir()
    found = measure(600, tmp_path / "bench", small)
    assert found.built.bulletins == 2
    assert (found.served.found, found.served.found_exactly, found.served.near) == (1.0, 1.0, 1.0)
    assert found.served.passages > 4
    assert found.built.on_disk > 10_000
    assert found.worker > 10_000_000
    assert found.served.retrieval[0] <= found.served.retrieval[1] <= found.served.retrieval[2]
    assert f"| {found.served.passages} passages |" in table([found])
    assert chart([found]).startswith("<svg")
    again = measure(600, tmp_path / "bench", small, again=True)
    assert (again.built, again.served.passages) == (found.built, found.served.passages)
    kept = tmp_path / "bench" / "600"
    kept.rename(tmp_path / "away")  # what is done needs nothing of it
    assert measure(600, tmp_path / "bench", small) == again
