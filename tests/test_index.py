import errno
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.errors import BulletinError
from rag.index import Index, open_index
from rag.indexing import files
from rag.indexing.encoder import StaticEncoder
from rag.indexing.late import Bags
from rag.publishing import durable
from rag.settings import Settings
from rag.text.normal import tokens

SIREN_FILE = "linyi-city-2025.txt"


def build_of(settings: Settings) -> Path:
    return settings.index / (settings.index / "CURRENT").read_text()


def test_every_passage_is_the_source_at_its_place(index: Index) -> None:
    for passage in index.passages:
        chunk = passage.chunk
        assert chunk.text == index.quote(chunk.source, chunk.spans)
        for unit in chunk.units:
            assert all(any(s <= a and b <= e for s, e in chunk.spans) for a, b in unit.spans)


def test_a_current_index_is_not_built_again(small: Settings) -> None:
    open_index(small, quiet=True)
    before = build_of(small).stat().st_mtime_ns
    open_index(small, quiet=True)
    assert build_of(small).stat().st_mtime_ns == before


def test_ids_are_the_same_whenever_and_beside_whatever_a_bulletin_is_indexed(small: Settings) -> None:
    first = open_index(small, quiet=True)
    (small.bulletins / "lingang-zone-2024.txt").unlink()
    alone = open_index(small, quiet=True)
    kept = [p.chunk.id for p in first.passages if p.chunk.source == SIREN_FILE]
    assert [p.chunk.id for p in alone.passages] == kept


def test_one_more_bulletin_is_indexed_without_embedding_the_rest_again(
    small: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = open_index(small, quiet=True)
    (small.bulletins / "new.txt").write_text(
        "关于开放公园的通告\n本市人民公园自2026年1月1日起全天免费开放。\n", encoding="utf-8"
    )
    ids = list(before.store.ids())
    kept = before.store.vectors(ids)
    embedded: list[str] = []
    real = StaticEncoder.document_bags

    def watched(encoder: StaticEncoder, texts: list[str]) -> Bags:
        embedded.extend(texts)
        return real(encoder, texts)

    monkeypatch.setattr(StaticEncoder, "document_bags", watched)
    after = open_index(small, quiet=True)
    new = [p for p in after.passages if p.chunk.source == "new.txt"]
    assert embedded == [p.headed for p in new]
    assert any("全天免费开放" in p.reading for p in new)
    np.testing.assert_array_equal(after.store.vectors(ids), kept)


def test_a_large_bulletin_is_embedded_a_part_at_a_time_and_as_in_one_go(
    small: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = open_index(small, quiet=True)
    ids = list(whole.store.ids())
    together: list[int] = []
    real = StaticEncoder.document_bags

    def watched(encoder: StaticEncoder, texts: list[str]) -> Bags:
        together.append(len(texts))
        return real(encoder, texts)

    monkeypatch.setattr(StaticEncoder, "document_bags", watched)
    monkeypatch.setattr("rag.index._EMBEDDED", 3)
    parts = open_index(replace(small, index=tmp_path / "parts"), quiet=True)
    assert max(together) == 3
    assert list(parts.store.ids()) == ids
    np.testing.assert_array_equal(parts.store.vectors(ids), whole.store.vectors(ids))
    words, same = parts.store.words(ids), whole.store.words(ids)
    assert words
    assert same
    np.testing.assert_array_equal(words.ids, same.ids)
    np.testing.assert_array_equal(words.starts, same.starts)


def test_segments_are_joined_when_asked_for(tiny: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_SMALL", 0)
    monkeypatch.setattr(files, "_AS_LARGE", 0)
    plain = replace(tiny, reader="none")
    pool = plain.bulletins / "pool.txt"
    text = pool.read_text(encoding="utf-8")
    pool.unlink()
    open_index(plain, quiet=True)
    pool.write_text(text, encoding="utf-8")
    ids = list(open_index(plain, quiet=True).store.ids())
    assert len(list(build_of(plain).glob("segments/*"))) == 2
    assert list(open_index(plain, join=True, quiet=True).store.ids()) == ids
    assert len(list(build_of(plain).glob("segments/*"))) == 1


def test_a_changed_bulletin_is_noticed(small: Settings) -> None:
    open_index(small, quiet=True)
    with (small.bulletins / "lingang-zone-2024.txt").open("a", encoding="utf-8") as file:
        file.write("\n新增一段关于公园免费开放的说明文字。\n")
    assert any("公园免费开放" in p.reading for p in open_index(small, quiet=True).passages)


def test_bulletins_that_lie_there_as_they_did_are_not_read_to_open_an_index(
    small: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for bulletin in small.bulletins.iterdir():  # what was written just before is always read
        os.utime(bulletin, (1_700_000_000, 1_700_000_000))
    open_index(small, quiet=True)
    read: list[Path] = []
    real = Path.read_bytes

    def watched(path: Path) -> bytes:
        read.append(path)
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", watched)
    open_index(small, quiet=True)
    assert not [path for path in read if path.parent == small.bulletins]
    english = small.data / "english" / Path(SIREN_FILE).with_suffix(".jsonl").name
    english.parent.mkdir()
    english.write_text("", encoding="utf-8")
    open_index(small, quiet=True)
    assert small.bulletins / SIREN_FILE in read
    assert small.bulletins / "lingang-zone-2024.txt" not in read


def test_another_encoder_is_noticed_named_and_rebuilt(
    small: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_index(small, quiet=True)
    other = shutil.copytree(small.encoder, tmp_path / "other-model")
    config = other / "config_sentence_transformers.json"
    config.write_text('{"prompts": {"query": "query: ", "document": "passage: "}}', encoding="utf-8")
    changed = open_index(replace(small, encoder=str(other)))
    said = capsys.readouterr()
    assert "bulletin-static-zh-en" in said.out + said.err
    assert "other-model" in said.out + said.err
    assert changed.manifest.encoder == "other-model"


@pytest.mark.parametrize(
    "name", ["segments/*/vectors/passages.npy", "segments/*/records.bin", "manifest.json"]
)
def test_a_damaged_index_is_noticed_and_rebuilt(
    small: Settings, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    count = len(open_index(small, quiet=True).passages)
    (damaged,) = build_of(small).glob(name)
    damaged.write_bytes(damaged.read_bytes()[:-40] + b"x" * 20)
    assert len(open_index(small).passages) == count
    said = capsys.readouterr()
    assert "damaged" in said.out + said.err


def test_a_half_written_index_is_never_used(small: Settings) -> None:
    count = len(open_index(small, quiet=True).passages)
    (terms,) = build_of(small).glob("segments/*/terms")
    shutil.rmtree(terms)
    assert len(open_index(small, quiet=True).passages) == count


def test_a_build_that_fails_leaves_the_index_in_use_as_it_was(
    small: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    before = open_index(small, quiet=True)
    (small.bulletins / "new.txt").write_text(
        "关于开放公园的通告\n公园自2026年7月1日起开放。\n", encoding="utf-8"
    )

    def full(folder: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(folder))

    monkeypatch.setattr(durable, "sync_tree", full)
    assert open_index(small, quiet=True).version == before.version
    assert "No space left on device" in caplog.text
    assert [p.name for p in small.index.iterdir() if p.is_dir()] == [before.version]
    monkeypatch.undo()
    assert "new.txt" in open_index(small, quiet=True).manifest.files


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"\x00\x01\x02\xff" * 50, "text"),
        ("公告".encode() + b"\xff\xfe\xfa", "UTF-8"),
    ],
)
def test_a_bulletin_that_cannot_be_read_is_named_and_stops_no_other(
    small: Settings, content: bytes, word: str, caplog: pytest.LogCaptureFixture
) -> None:
    (small.bulletins / "bad.txt").write_bytes(content)
    index = open_index(small, quiet=True)
    assert sorted(index.manifest.files) == ["lingang-zone-2024.txt", "linyi-city-2025.txt"]
    assert "bad.txt" in caplog.text
    assert word in index.manifest.unread["bad.txt"].reason
    version = index.version
    assert open_index(small, quiet=True).version == version  # unchanged, it is not tried again
    (small.bulletins / "bad.txt").write_text(
        "关于开放公园的通告\n公园自2026年7月1日起开放。\n", encoding="utf-8"
    )
    assert "bad.txt" in open_index(small, quiet=True).manifest.files


def test_where_no_bulletin_can_be_read_it_says_why(small: Settings) -> None:
    for file in small.bulletins.iterdir():
        file.write_bytes(b"")
    with pytest.raises(BulletinError, match=r"linyi-city-2025\.txt.*empty"):
        open_index(small, quiet=True)


def test_a_missing_folder_of_bulletins_is_named(tmp_path: Path) -> None:
    with pytest.raises(BulletinError, match=r"No folder .*bulletins"):
        open_index(replace(Settings(), data=tmp_path / "nowhere", index=tmp_path / "index"))


def test_a_folder_without_bulletins_is_named(small: Settings) -> None:
    for file in small.bulletins.iterdir():
        file.unlink()
    with pytest.raises(BulletinError, match=r"holds no \.txt file"):
        open_index(small)


def test_search_never_asks_for_more_vectors_than_there_are(small: Settings) -> None:
    index = open_index(small, quiet=True)
    found = index.store.search("passages", index.encoder.queries(["防空警报"])[0], 10**6)
    assert sorted(id_ for id_, _ in found) == sorted(index.store.ids())


def test_terms_score_as_a_reference_bm25_does(small: Settings) -> None:
    """Our share of the most there is, against Lucene's BM25 (Robertson, k1 1.5, b 0.75) written out."""
    index = open_index(small, quiet=True)
    texts = [tokens(passage.headed) for passage in index.passages]
    lengths = np.array([len(words) for words in texts])
    asked = {"防空": 1.0, "警报": 0.5}
    holding = {term: sum(term in words for words in texts) for term in asked}
    idf = {term: np.log(1 + (len(texts) - held + 0.5) / (held + 0.5)) for term, held in holding.items()}
    expected = np.zeros(len(texts))
    for term, weight in asked.items():
        tf = np.array([words.count(term) for words in texts])
        expected += weight * idf[term] * tf / (tf + 1.5 * (0.25 + 0.75 * lengths / lengths.mean()))
    most = sum(weight * idf[term] for term, weight in asked.items())
    assert min(holding.values()) > 0
    ids = list(index.store.ids())
    assert index.store.scores("text", asked, ids) == pytest.approx(expected / most, rel=1e-4)
    strange = index.store.scores("text", {**asked, "查无此词": 1.0}, ids)
    assert strange.max() < index.store.scores("text", asked, ids).max()
