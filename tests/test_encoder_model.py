"""The sentence encoder under `models/`: what searching relies on."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "bulletin-static-zh-en"
SIREN = "一、防空警报试鸣时间:2025年9月18日10时00分至10时20分。"


@pytest.fixture(scope="module")
def model() -> SentenceTransformer:
    """The encoder, read by path while every network connection is refused."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the encoder tried to reach the network")

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setattr(socket.socket, "connect", refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        from sentence_transformers import SentenceTransformer

        loaded = SentenceTransformer(str(MODEL), device="cpu", local_files_only=True)
        loaded.float()
        loaded.encode(["试"], show_progress_bar=False)
    return loaded


def encode(model: SentenceTransformer, texts: list[str]) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.asarray(model.encode(texts, show_progress_bar=False))


def bulletin_lines() -> list[str]:
    """The line about the siren test, and two hundred lines of the same bulletin that speak of no siren."""
    text = (ROOT / "data" / "bulletins" / "linyi-city-2025.txt").read_text(encoding="utf-8")
    lines = [line.strip() for line in text.splitlines() if len(line.strip()) > 20]
    return [SIREN, *[line for line in lines if "警报" not in line][:200]]


@pytest.mark.parametrize(
    "question",
    ["防空警报什么时候试鸣？", "拉警报是哪天几点?", "When is the air-raid siren test?"],
    ids=["official", "colloquial", "english"],
)
def test_a_question_is_nearest_to_the_line_that_answers_it(model: SentenceTransformer, question: str) -> None:
    similarity = encode(model, [question]) @ encode(model, bulletin_lines()).T
    assert int(similarity.argmax()) == 0


def test_the_same_text_gives_the_same_unit_vector(model: SentenceTransformer) -> None:
    alone = encode(model, [SIREN])
    among = encode(model, ["别的文字", SIREN])[1:]
    assert alone.dtype == np.float32
    np.testing.assert_allclose(alone, among, atol=1e-6)
    assert float(np.linalg.norm(alone)) == pytest.approx(1.0, abs=1e-5)


def test_spaces_that_a_scan_left_between_characters_change_nothing(model: SentenceTransformer) -> None:
    clean, spaced = encode(model, ["山东省人民政府", "山东 省人民\n政 府"])
    np.testing.assert_allclose(clean, spaced, atol=1e-6)


def test_an_empty_text_gives_zeros(model: SentenceTransformer) -> None:
    assert encode(model, [""]).tolist() == [[0.0] * encode(model, ["试"]).shape[1]]


def test_the_model_is_small_enough_for_the_repository() -> None:
    assert sum(path.stat().st_size for path in MODEL.rglob("*") if path.is_file()) <= 30_000_000
