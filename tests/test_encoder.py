import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from rag.errors import BulletinError
from rag.indexing.encoder import StaticEncoder, load_encoder
from rag.settings import DEFAULT_ENCODER

TEXTS = [
    "防空警报什么时候试鸣？",
    "When is the air-raid siren test?",
    "到2027年，产值突破1200亿元",
    "",
    "\u2603",
]


def test_the_quick_reader_gives_what_sentence_transformers_gives() -> None:
    from sentence_transformers import SentenceTransformer

    reference = SentenceTransformer(str(DEFAULT_ENCODER), device="cpu", local_files_only=True).float()
    quick = StaticEncoder(DEFAULT_ENCODER)
    texts = TEXTS[:3]
    np.testing.assert_allclose(quick.queries(texts), reference.encode_query(texts), atol=2e-3)
    np.testing.assert_allclose(quick.documents(texts), reference.encode_document(texts), atol=2e-3)


def test_vectors_have_unit_length_and_an_empty_text_none() -> None:
    lengths = np.linalg.norm(load_encoder(str(DEFAULT_ENCODER)).documents(TEXTS), axis=1)
    np.testing.assert_allclose(lengths[:3], 1.0, atol=1e-5)
    assert lengths[3] == 0.0


def test_a_given_prompt_changes_vectors_and_fingerprint() -> None:
    plain = load_encoder(str(DEFAULT_ENCODER))
    prompted = load_encoder(str(DEFAULT_ENCODER), query_prompt="问题：")
    assert prompted.fingerprint != plain.fingerprint
    assert not np.allclose(prompted.queries(TEXTS[:1]), plain.queries(TEXTS[:1]), atol=1e-2)


def test_a_missing_encoder_is_named_with_the_remedy() -> None:
    with pytest.raises(BulletinError, match=r"No encoder at /no/such/model.*--encoder"):
        load_encoder("/no/such/model")


def test_a_hub_name_that_cannot_be_reached_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(BulletinError, match=r"nobody/nothing.*could not be loaded"):
        load_encoder("nobody/nothing")


def test_a_folder_with_broken_weights_is_named_with_the_remedy(tmp_path: Path) -> None:
    broken = shutil.copytree(DEFAULT_ENCODER, tmp_path / "broken")
    module = broken / json.loads((broken / "modules.json").read_text())[0]["path"]
    (module / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(BulletinError, match="could not be loaded"):
        load_encoder(str(broken))


def test_one_model_is_in_memory_once_until_its_folder_changes(tmp_path: Path) -> None:
    folder = shutil.copytree(DEFAULT_ENCODER, tmp_path / "encoder")
    first = load_encoder(str(folder))
    assert (
        load_encoder(str(folder)) is first
    )  # a new version of the index brings no second copy of its weights
    config = folder / "config_sentence_transformers.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"prompts": {"query": "问题："}}))
    changed = load_encoder(str(folder))
    assert changed.fingerprint != first.fingerprint
    assert not np.array_equal(changed.queries(TEXTS[:1]), first.queries(TEXTS[:1]))
