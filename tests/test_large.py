"""The measure of one large bulletin, at a small size."""

from pathlib import Path

import pytest

from eval import scale
from eval.large import Cost, Large, measure, shown
from rag.settings import Settings


@pytest.mark.usefixtures("quick_processes")
def test_a_bulletin_is_made_and_measured_in_processes_of_their_own(
    small: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scale, "_DOCUMENTS", 1)
    large = measure(0.002, tmp_path, small)
    assert large.bytes >= 2000
    assert large.passages > 1
    assert large.without_vectors.memory < large.indexed.memory  # which holds the encoder, too


def test_what_is_shown_names_size_time_and_memory() -> None:
    said = shown(Large(50_000_000, 71_000, Cost(55.4, 80, 590), Cost(90, 91, 1_100)))
    assert said.splitlines() == [
        "50.0 MB, 71,000 passages",
        "read, cut and written without vectors: 55 s, 80 s of processors, 590 MB",
        "indexed: 90 s, 91 s of processors, 1,100 MB",
    ]
