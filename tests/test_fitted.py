"""Models fitted to one encoder, used with it and with another."""

from dataclasses import replace

import pytest

from rag.answer import Engine
from rag.answering.confidence import load_model as load_confidence
from rag.answering.grounds import load_model as load_chooser
from rag.index import Index, open_index
from rag.retrieval.rank import load_ranker
from rag.settings import Settings
from tests.conftest import SIREN


def test_what_is_shipped_was_fitted_to_the_encoder_that_is_shipped(index: Index) -> None:
    reader = index.read_by
    for model in (load_ranker(), load_chooser(reader), load_confidence(reader)):
        assert model.encoder == index.encoder.fingerprint
        assert model.reader == reader
    for plain in (load_chooser(""), load_confidence("")):
        assert (plain.encoder, plain.reader) == (index.encoder.fingerprint, "")


def test_with_the_encoder_shipped_nothing_is_said(
    index: Index, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    Engine(index, settings)
    assert caplog.text == ""


def test_another_encoder_answers_with_places_and_is_told_that_nothing_was_fitted_to_it(
    small: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    other = replace(
        small, query_prompt="问题："
    )  # our weights, but by sentence-transformers and as another model
    index = open_index(other, quiet=True)
    answer = Engine(index, other).ask(SIREN)
    assert "is not the one that the ranking and the choice of sentences was fitted to" in caplog.text
    assert answer.passages[0].source == "linyi-city-2025.txt"
    for citation in answer.citations:
        assert citation.quote == index.quote(citation.source, citation.spans)
