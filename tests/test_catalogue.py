"""Documents looked for: the latest first, a page at a time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rag.indexing.catalogue import Catalogue, Sought, Where, write_catalogue
from rag.reading.corpus import Document

TODAY = date(2026, 6, 1)


def document(id_: str, title: str, place: str | None, day: str | None, **given: object) -> Document:
    values: dict[str, object] = {
        "id": id_,
        "source": f"{id_}.txt",
        "start_line": 1,
        "end_line": 2,
        "span": (0, 10),
        "title": title,
        "title_printed": True,
        "number": None,
        "issuer": None,
        "jurisdiction": place,
        "kind": "办法",
        "signed_on": day,
        "published_on": None,
        "valid_from": None,
        "valid_until": None,
    }
    return Document(**values | given)  # type: ignore[arg-type]


PARKS = document("parks", "青山市公园办法", "青山市", "2025-03-01", number="青政发〔2025〕1号")
POOLS = document("pools", "青山市游泳馆办法", "青山市", "2024-03-01", valid_until="2026-05-31")
SOUTH = document("south", "南区公园通告", "青山市南区", "2026-01-01", kind="通告", valid_until="2027-01-01")
OTHER = document("other", "白水县公园办法", "白水县", None, replaced_by="白政发〔2026〕2号")
CATALOGUE = Catalogue([OTHER, PARKS, POOLS, SOUTH])


def found(sought: Sought, *ahead: str) -> list[str]:
    return [one.id for one in CATALOGUE.page(sought, TODAY, 0, 10, ahead).documents]


def test_the_latest_come_first_and_what_has_no_date_last() -> None:
    assert found(Sought()) == ["south", "parks", "pools", "other"]


def test_a_page_is_a_part_of_all_and_says_how_many_there_are() -> None:
    listed = CATALOGUE.page(Sought(), TODAY, 1, 2)
    assert [one.id for one in listed.documents] == ["parks", "pools"]
    assert listed.total == 4
    assert CATALOGUE.page(Sought(), TODAY, 8, 2).documents == ()


@pytest.mark.parametrize(
    ("sought", "ids"),
    [
        (Sought(words="公园"), ["south", "parks", "other"]),
        (Sought(words="青政发〔2025〕1号"), ["parks"]),
        (Sought(year="2025"), ["parks"]),
        (Sought(kind="通告"), ["south"]),
        (Sought(kind="公告"), []),
        (Sought(state="expired"), ["pools"]),
        (Sought(state="in_force"), ["south"]),
        (Sought(state="replaced"), ["other"]),
        (Sought(state="unstated"), ["parks"]),
        (Sought(words="公园", district="青山市", year="2025"), ["parks"]),
        (Sought(words="游泳", year="2025"), []),
    ],
)
def test_what_is_looked_for_narrows_together(sought: Sought, ids: list[str]) -> None:
    assert found(sought) == ids


def test_a_district_is_its_whole_name_or_where_none_has_it_a_part() -> None:
    assert found(Sought(district="青山市")) == ["parks", "pools"]
    assert found(Sought(district="青山")) == ["south", "parks", "pools"]
    assert found(Sought(district="海边")) == []


def test_what_a_search_found_stands_before_the_others_where_it_fits() -> None:
    assert found(Sought(words="公园"), "pools", "parks", "gone") == ["pools", "parks", "south", "other"]
    assert found(Sought(words="公园", district="白水县"), "pools") == ["other"]


def test_districts_are_offered_by_words_those_of_the_most_documents_first() -> None:
    assert CATALOGUE.districts("", 2) == ["青山市", "白水县"]  # of one document each, by name
    assert CATALOGUE.districts("青 山", 5) == ["青山市", "青山市南区"]
    assert CATALOGUE.districts("海", 5) == []


def test_what_there_is_is_counted_the_most_first() -> None:
    assert dict(CATALOGUE.counts("kind")) == {"办法": 3, "通告": 1}
    assert set(CATALOGUE.counts("year")) == {"2024", "2025", "2026"}
    assert CATALOGUE.states(TODAY)["expired"] == 1
    assert "expired" not in CATALOGUE.states(date(2026, 5, 31))


def test_nothing_is_an_empty_page() -> None:
    listed = Catalogue([]).page(Sought(district="青山市"), TODAY, 0, 10)
    assert (listed.documents, listed.total) == ((), 0)


def test_what_was_written_is_read_from_the_file_by_id_in_order_and_by_what_is_meant(tmp_path: Path) -> None:
    again = document(
        "again",
        "青山市公园办法",
        "青山市",
        "2026-03-01",
        number="青政发〔2026〕9号",
        replaces=("青政发〔2025〕1号",),
    )
    write_catalogue(tmp_path / "documents.db", [PARKS, again, OTHER])
    kept = Catalogue(file=tmp_path / "documents.db")
    assert list(kept) == ["parks", "again", "other"]
    assert list(kept.values()) == [PARKS, again, OTHER]
    assert kept["other"] == OTHER
    assert kept.get("pools") is None
    assert kept.meant(
        Where(jurisdictions=frozenset(["青山市"]), sources=frozenset(["again.txt", "other.txt"]))
    ) == [again]
    assert kept.meant(Where(numbers=frozenset(["青政发〔2025〕1号"]))) == [PARKS]
    assert kept.meant(Where(documents=frozenset())) == []
    assert kept.called("青山市公园办法") == [PARKS, again]
    assert kept.called("青政发〔2026〕9号") == [again]
    assert kept.replacing() == [again]


def test_many_threads_read_one_catalogue() -> None:
    many = [replace(PARKS, id=f"d{number}", title=f"第{number}号") for number in range(3000)]
    kept = Catalogue(many)
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda one: (kept[one.id], kept.called(one.title)), many[::3])
        assert list(found) == [(one, [one]) for one in many[::3]]
    assert list(kept.values()) == many


def test_a_file_that_holds_no_documents_is_told_from_one_that_is_missing(tmp_path: Path) -> None:
    (tmp_path / "documents.db").write_bytes(b"no database" * 100)
    with pytest.raises(ValueError, match="holds no documents"):
        Catalogue(file=tmp_path / "documents.db")
    with pytest.raises(OSError, match="No such file"):
        Catalogue(file=tmp_path / "gone.db")
