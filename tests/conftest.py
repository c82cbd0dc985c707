"""What several tests share: the real collection, indexed once, and small collections made on the spot."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rag.answer import Engine
from rag.enrich import ASK, RENDER
from rag.index import Index, open_index
from rag.settings import Settings
from tests.llms import save_tiny_model

SIREN = "防空警报什么时候试鸣？"


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The real bulletins with an index of the tests' own, judged on a fixed day."""
    return replace(Settings(), index=tmp_path_factory.mktemp("index"), today=date(2026, 6, 1))


@pytest.fixture(scope="session")
def index(settings: Settings) -> Index:
    return open_index(settings, quiet=True)


@pytest.fixture(scope="session")
def engine(index: Index, settings: Settings) -> Engine:
    return Engine(index, settings)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A causal model of random weights with a tokenizer and a chat template: it runs, and speaks garbage."""
    text = (Settings().bulletins / "linyi-city-2025.txt").read_text(encoding="utf-8")
    return save_tiny_model(tmp_path_factory.mktemp("llm") / "tiny", [*text.splitlines()[:300], RENDER, ASK])


@pytest.fixture
def small(tmp_path: Path) -> Settings:
    """A collection of the two shortest bulletins, without anything beside them, to be changed at will."""
    folder = tmp_path / "data" / "bulletins"
    folder.mkdir(parents=True)
    for name in ("linyi-city-2025.txt", "lingang-zone-2024.txt"):
        shutil.copy(Settings().bulletins / name, folder / name)
    return replace(Settings(), data=tmp_path / "data", index=tmp_path / "index", today=date(2026, 6, 1))
