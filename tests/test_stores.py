"""What every store of passages must do, told by two tiny bulletins; the files are held to it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest

from rag.chunk import Chunk, Unit
from rag.indexing import files, near
from rag.indexing.catalogue import Sought
from rag.indexing.fields import Fields, Rendering, Written
from rag.indexing.files import FileStore, FileWriter, broken_files, read_manifest
from rag.indexing.late import Bags
from rag.indexing.manifest import Manifest
from rag.indexing.milvus import Address, MilvusStore, MilvusWriter
from rag.indexing.readings import Readings
from rag.indexing.store import Entry, Records, Store, Where, Writer
from rag.publishing import versions
from rag.reading.corpus import Document
from rag.text.spans import Span

PARK_TEXT = "公园免费开放。\n公园夜间关闭。\n"
POOL_TEXT = "游泳馆每日开放。\n"
EAST, NORTH, UP = np.eye(3, dtype=np.float32)


def bulletin(name: str, text: str, place: str, number: str, vectors: Sequence[np.ndarray]) -> Entry:
    """A bulletin of one document with a passage a line; the first has a rendering and two written questions."""
    document = Document(
        f"d-{name}",
        name,
        1,
        2,
        (0, len(text)),
        name,
        True,
        number,
        None,
        place,
        None,
        "2025-01-01",
        None,
        None,
        None,
    )
    chunks, start = [], 0
    for at, line in enumerate(text.splitlines()):
        spans: tuple[Span, ...] = ((start, start + len(line)),)
        start += len(line) + 1
        chunks.append(
            Chunk(f"{name}-{at}", document.id, name, spans, (), line, (Unit("sentence", spans, line),))
        )
    span = chunks[0].spans[0]
    asked = tuple(Written(span, question) for question in ("要钱吗？", "几点开门？"))
    fields = {chunks[0].id: Fields((Rendering(span, "free of charge"),), asked)}
    count = len(chunks)
    return Entry(
        Records(name, "utf-8", (document,), tuple(chunks), fields),
        text,
        np.stack(vectors[:count]),
        np.stack([UP, vectors[0]]),
        Bags.of([[at, at + 1] for at in range(count)]),
        Bags.of([[7], [8, 9]]),
        Readings(
            "reader",
            np.arange(count, dtype=np.uint64),
            np.stack([np.full(3, at + 1, np.int8) for at in range(count)]),
            np.stack([np.full(3, at + 1, np.int8) for at in range(count)]),
            np.arange(count + 1, dtype=np.intp),
        ),
    )


PARK = bulletin("park.txt", PARK_TEXT, "青山市", "青政发〔2025〕1号", [EAST, (EAST + NORTH) / np.sqrt(2)])
POOL = bulletin("pool.txt", POOL_TEXT, "白水县", "白政发〔2024〕7号", [NORTH])
FIRST, SECOND, THIRD = "park.txt-0", "park.txt-1", "pool.txt-0"


class House(Protocol):
    """A place where stores of one kind are kept."""

    def names(self) -> set[str]:
        """The bulletins in use."""
        ...

    def begin(self) -> Writer:
        """Change what is in use."""
        ...

    def open(self) -> Store:
        """Read what is in use."""
        ...


class FileHouse:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def names(self) -> set[str]:
        used = versions.current(self.folder)
        return self.open().names() if used else set()

    def begin(self) -> FileWriter:
        names = self.names()
        return FileWriter(self.folder, self.open() if names else None, names, quiet=True)

    def open(self) -> FileStore:
        version = self.folder / str(versions.current(self.folder))
        return FileStore(version, words=True, readings=True)


class MilvusHouse:
    """One in Milvus Lite, which stands in for a server here."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.address = Address.of(f"milvus+file://{folder}/kept.db/tests")

    def names(self) -> set[str]:
        return self.open().names() if MilvusWriter.in_use(self.address) else set()

    def begin(self) -> MilvusWriter:
        names = self.names()
        return MilvusWriter(self.address, self.open() if names else None, names)

    def open(self) -> MilvusStore:
        version = MilvusWriter.in_use(self.address)
        assert version is not None
        return MilvusStore(self.address, version, words=True, readings=True)


@pytest.fixture(params=[FileHouse, MilvusHouse])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    found: House = request.param(tmp_path / "store")
    return found


def change(house: House, *put: Entry, remove: Sequence[str] = ()) -> Store:
    left = (house.names() - set(remove)) | {entry.records.name for entry in put}
    writer = house.begin()
    for name in remove:
        writer.remove(name)
    for entry in put:
        writer.put(entry)
    writer.finish(Manifest("tiny", "1", "none", "", "these tests", dict.fromkeys(left, "")))
    writer.publish()
    return house.open()


@pytest.fixture
def store(house: House) -> Store:
    return change(house, POOL, PARK)


def test_passages_and_documents_are_found_by_id_in_the_order_of_their_places(store: Store) -> None:
    assert len(store) == 3
    assert list(store.ids()) == [FIRST, SECOND, THIRD]
    assert [p.chunk.text for p in store.passages([THIRD, FIRST])] == ["游泳馆每日开放。", "公园免费开放。"]
    assert [one.source for one in store.documents()] == ["park.txt", "pool.txt"]
    with pytest.raises(KeyError):
        store.passages(["of another collection"])


def test_documents_are_looked_for_by_what_they_are(store: Store) -> None:
    catalogue, today = store.catalogue, date(2026, 6, 1)
    assert catalogue.districts("", 5) == ["白水县", "青山市"]
    listed = catalogue.page(Sought("park", district="青山"), today, 0, 10)
    assert ([one.source for one in listed.documents], listed.total) == (["park.txt"], 1)


def test_a_quote_is_the_source_at_its_places(store: Store) -> None:
    assert store.text("park.txt") == PARK_TEXT
    assert store.quote("park.txt", [(0, 2), (4, 7)]) == "公园开放。"


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (Where(documents=frozenset(["d-pool.txt"])), [THIRD]),
        (Where(sources=frozenset(["park.txt"])), [FIRST, SECOND]),
        (Where(jurisdictions=frozenset(["白水县", "青山市"])), [FIRST, SECOND, THIRD]),
        (Where(numbers=frozenset(["白政发〔2024〕7号"])), [THIRD]),
        (Where(jurisdictions=frozenset(["青山市"]), numbers=frozenset(["白政发〔2024〕7号"])), []),
        (Where(documents=frozenset(["d-park.txt"]), sources=frozenset(["pool.txt"])), []),
    ],
)
def test_what_is_meant_fits_everything_that_is_set(store: Store, where: Where, found: list[str]) -> None:
    assert list(store.ids(where)) == found
    assert {d.id for d in store.documents(where)} == {f"d-{id_[:-2]}" for id_ in found}
    assert {id_ for id_, _ in store.search("text", {"开放": 1.0, "公园": 1.0}, 9, where)} == set(found)
    assert {id_ for id_, _ in store.search("passages", NORTH, 9, where)} == set(found)


def test_vectors_find_the_nearest_first_and_no_more_than_asked_for(store: Store) -> None:
    (first, second) = store.search("passages", NORTH, 2)
    assert (first[0], second[0]) == (THIRD, SECOND)
    assert (first[1], second[1]) == pytest.approx((1.0, np.sqrt(0.5)))
    assert len(store.search("passages", NORTH, 1000)) == 3


def test_a_passage_is_found_once_by_its_likest_written_question(store: Store) -> None:
    (first, second) = store.search("written", EAST, 4)
    assert (first[0], second[0]) == (FIRST, THIRD)
    assert (first[1], second[1]) == pytest.approx((1.0, 0.0))


def test_the_reader_s_vectors_are_searched_by_cosine(store: Store) -> None:
    diagonal = np.full(3, np.sqrt(1 / 3), dtype=np.float32)
    assert [score for _, score in store.search("read", diagonal, 9)] == pytest.approx([1.0, 1.0, 1.0])


def test_terms_find_only_what_holds_one_and_score_as_shares_of_the_most(store: Store) -> None:
    found = store.search("text", {"免费": 1.0}, 9)
    assert [id_ for id_, _ in found] == [FIRST]
    assert 0 < found[0][1] <= 1
    assert store.search("text", {"查无此词": 1.0}, 9) == []
    assert store.search("questions", {"免费": 1.0}, 9) == []
    assert {id_ for id_, _ in store.search("english", {"free": 1.0}, 9)} == {FIRST, THIRD}
    assert store.holding("text")["开放"] == 2


def test_candidates_score_as_they_do_when_searched(store: Store) -> None:
    terms = {"公园": 1.0, "开放": 0.5}
    found = dict(store.search("text", terms, 9))
    ids = [THIRD, FIRST, SECOND]
    assert store.scores("text", terms, ids).tolist() == [found[one] for one in ids]


def test_what_is_kept_of_passages_comes_in_the_order_asked_for(store: Store) -> None:
    np.testing.assert_array_equal(store.vectors([THIRD, FIRST]), [NORTH, EAST])
    words = store.words([SECOND, FIRST])
    assert words is not None
    assert words.ids.tolist() == [1, 2, 0, 1]
    vectors, starts = store.written([SECOND, THIRD, FIRST])
    assert starts.tolist() == [0, 0, 2, 4]
    np.testing.assert_array_equal(vectors, [UP, NORTH, UP, EAST])
    written = store.written_words([SECOND, FIRST])
    assert written is not None
    assert written[0].ids.tolist() == [7, 8, 9]
    readings = store.readings([SECOND, FIRST])
    assert readings is not None
    assert readings.keys.tolist() == [1, 0]


def test_an_entry_comes_back_as_it_was_put_in(store: Store) -> None:
    entry = store.entry("park.txt")
    assert (entry.records, entry.text) == (PARK.records, PARK.text)
    np.testing.assert_array_equal(entry.written, PARK.written)


def test_a_bulletin_put_in_later_is_found_by_its_own_words_wherever_its_name_stands(house: House) -> None:
    change(house, POOL)
    store = change(house, PARK)
    assert list(store.ids()) == [FIRST, SECOND, THIRD]
    assert [id_ for id_, _ in store.search("text", {"游泳馆": 1.0}, 9)] == [THIRD]
    assert [id_ for id_, _ in store.search("text", {"免费": 1.0}, 9)] == [FIRST]
    assert store.search("passages", EAST, 1)[0][0] == FIRST


def test_a_bulletin_of_the_same_name_is_replaced_and_one_removed_is_gone(house: House) -> None:
    change(house, PARK, POOL)
    new = bulletin("pool.txt", "游泳馆停业。\n", "白水县", "白政发〔2025〕9号", [UP])
    store = change(house, new)
    assert store.search("text", {"每日": 1.0}, 9) == []
    assert store.quote("pool.txt", [(0, 6)]) == "游泳馆停业。"
    store = change(house, remove=["park.txt"])
    assert list(store.ids()) == [THIRD]
    assert store.search("text", {"公园": 1.0}, 9) == []


def test_what_is_read_stays_as_it_is_while_another_version_is_published(house: House) -> None:
    before = change(house, PARK)
    writer = house.begin()
    writer.put(POOL)
    writer.finish(
        Manifest("tiny", "1", "none", "", "these tests", dict.fromkeys(["park.txt", "pool.txt"], ""))
    )
    assert len(house.open()) == 2  # finished is not in use
    writer.publish()
    assert (len(before), len(house.open())) == (2, 3)


def test_a_field_is_asked_in_its_own_terms(store: Store) -> None:
    with pytest.raises(ValueError, match="not by terms"):
        store.search("passages", {"公园": 1.0}, 9)
    with pytest.raises(ValueError, match="not by a vector"):
        store.search("text", EAST, 9)


def test_passages_are_found_again_when_where_they_stand_was_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_STANDS_KEPT", 0)
    store = change(FileHouse(tmp_path / "store"), POOL, PARK)
    for wanted in ([FIRST], [THIRD, FIRST], [SECOND, THIRD]):
        assert [passage.id for passage in store.passages(wanted)] == wanted
    with pytest.raises(KeyError):
        store.passages([FIRST, "none"])


def test_what_is_given_up_leaves_no_file(tmp_path: Path) -> None:
    house = FileHouse(tmp_path / "store")
    writer = house.begin()
    writer.put(PARK)
    writer.abandon()
    assert list(house.folder.iterdir()) == []


def test_a_file_that_changed_is_told(tmp_path: Path) -> None:
    house = FileHouse(tmp_path / "store")
    change(house, PARK)
    version = house.folder / str(versions.current(house.folder))
    assert broken_files(version, read_manifest(version)) == []
    (file,) = version.glob("segments/*/texts.bin")
    file.write_text("公园收费。", encoding="utf-8")
    assert broken_files(version, read_manifest(version)) == [str(file.relative_to(version))]


def test_a_file_that_changed_without_a_trace_is_told_when_every_one_is_read(tmp_path: Path) -> None:
    house = FileHouse(tmp_path / "store")
    change(house, PARK)
    version = house.folder / str(versions.current(house.folder))
    (file,) = version.glob("segments/*/texts.bin")
    was = file.stat()
    file.write_bytes(file.read_bytes().replace("免".encode(), "收".encode()))
    os.utime(file, ns=(was.st_atime_ns, was.st_mtime_ns))
    assert broken_files(version, read_manifest(version)) == []
    assert broken_files(version, read_manifest(version), every=True) == [str(file.relative_to(version))]


def test_words_and_readings_are_none_where_they_are_not_wanted(tmp_path: Path) -> None:
    house = FileHouse(tmp_path / "store")
    change(house, PARK)
    version = house.folder / str(versions.current(house.folder))
    store = FileStore(version, words=False, readings=False)
    assert store.words([FIRST]) is None
    assert store.written_words([FIRST]) is None
    assert store.readings([FIRST]) is None
    assert store.search("read", EAST, 9) == []


def in_pieces(house: House, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The two bulletins written one after the other, each in a segment of its own."""
    monkeypatch.setattr(files, "_SMALL", 0)
    monkeypatch.setattr(files, "_AS_LARGE", 0)
    change(house, POOL)
    return change(house, PARK)


def test_a_store_in_pieces_answers_as_one_that_was_written_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = change(FileHouse(tmp_path / "whole"), POOL, PARK)
    pieces = in_pieces(FileHouse(tmp_path / "pieces"), monkeypatch)
    asked = {"公园": 1.0, "开放": 0.5}
    for where in (Where(), Where(jurisdictions=frozenset(["白水县"]))):
        assert pieces.search("text", asked, 9, where) == whole.search("text", asked, 9, where)
        assert pieces.search("passages", EAST, 9, where) == whole.search("passages", EAST, 9, where)
        assert pieces.search("written", UP, 9, where) == whole.search("written", UP, 9, where)
    ids = [THIRD, FIRST, SECOND]
    assert pieces.scores("text", asked, ids).tolist() == whole.scores("text", asked, ids).tolist()
    assert [one.id for one in pieces.passages(ids)] == ids
    np.testing.assert_array_equal(pieces.written(ids)[0], whole.written(ids)[0])
    kept, same = pieces.words(ids), whole.words(ids)
    assert kept is not None
    assert same is not None
    assert kept.ids.tolist() == same.ids.tolist()
    assert dict(pieces.holding("text").items()) == dict(whole.holding("text").items())


def test_what_is_gone_from_a_piece_counts_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = FileHouse(tmp_path / "store")
    in_pieces(house, monkeypatch)
    monkeypatch.setattr(files, "_AT_ONCE", 0)
    store = change(house, bulletin("third.txt", "公园收费。\n", "青山市", "", [UP]))
    both = store.search("text", {"公园": 1.0}, 9)
    store = change(house, remove=["park.txt"])
    assert (len(store), list(store.ids())) == (2, [THIRD, "third.txt-0"])
    assert store.holding("text")["公园"] == 1
    assert "夜间" not in dict(store.holding("text").items())
    assert store.search("passages", EAST, 9)[-1][0] in {THIRD, "third.txt-0"}
    assert len(store.search("passages", EAST, 9)) == 2
    alone = store.search("text", {"公园": 1.0}, 9)
    assert [id_ for id_, _ in alone] == ["third.txt-0"]
    assert alone[0][1] > dict(both)["third.txt-0"]  # rarer now


def test_pieces_joined_are_the_files_that_were_written_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, house = FileHouse(tmp_path / "whole"), FileHouse(tmp_path / "store")
    change(whole, POOL, PARK)
    in_pieces(house, monkeypatch)
    writer = house.begin()
    writer.finish(Manifest("tiny", "1", "none", "", "these tests", {}), tidy=True)
    writer.publish()
    (joined,), (at_once,) = (one.open().segments for one in (house, whole))
    assert joined.folder.name == at_once.folder.name  # which is a digest of all they hold


def test_many_vectors_are_kept_in_lists_and_found_by_their_own_score(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near, "FEW", 200)
    chance = np.random.default_rng(5)
    vectors = chance.normal(size=(2000, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    near.write_lists(vectors, tmp_path / "some.lists")
    kept = near.Nearest(vectors, tmp_path / "some.lists")
    for row in (3, 1999):
        found = kept.search(vectors[row], 5, [(0, 2000)])
        assert found[0][0] == row
        assert found[0][1] == pytest.approx(1.0)
        assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
        assert row not in dict(kept.search(vectors[row], 5, [(0, row), (row + 1, 2000)]))
    only = np.arange(0, 2000, 7)
    assert set(dict(kept.search(vectors[3], 5, [(0, 2000)], only))) <= set(only.tolist())
