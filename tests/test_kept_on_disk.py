"""What an index keeps on disk: postings in parts and joined, words, readings in bytes, what it was made from."""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import pytest

from rag.chunk import Chunk, Unit
from rag.errors import BulletinError
from rag.index import Passage
from rag.indexing import aside, inverted
from rag.indexing.aside import Aside
from rag.indexing.catalogue import Catalogue, state_of
from rag.indexing.fields import Fields, Rendering, Written, fields_file, read_fields
from rag.indexing.houses import Files, Milvus, house_of
from rag.indexing.inverted import Inverted, Part, Postings, Terms, Vocabulary, counted, idf, join, worth
from rag.indexing.late import Bags, TokenVectors
from rag.indexing.layout import Laid, lay_out, lay_out_chunk
from rag.indexing.manifest import Look, Manifest, Stamp, Unread
from rag.indexing.reader import Reading
from rag.indexing.readings import Directions, Known, Readings, read_passages
from rag.indexing.store import Records, Where, text_of
from rag.text.normal import tokens
from tests.test_owed import PLAIN

Floats = npt.NDArray[np.float32]
TEXTS = (
    "公园每天早上六点开放，公园晚上十点关闭。",
    "游泳馆每天开放，票价三十元。",
    "防空警报试鸣，请市民不要惊慌。",
    "公园禁止携犬进入。",
    "",
    "消费券分四轮发放，每轮五万份，先到先得。",
    "公园、游泳馆、体育馆元旦免费开放。",
    "低保标准提高到一千零三十六元。",
)


def postings(folder: Path, texts: Sequence[str]) -> Postings:
    made = Terms()
    made.add(counted(texts))
    made.save(folder)
    return Postings(folder)


def whole(part: Postings, count: int) -> Part:
    return Part(part, [(0, count)], count)


def bm25(terms: Sequence[str], texts: Sequence[str], text: str) -> float:
    """BM25 as Lucene has it, as a share of the most that the terms could weigh."""
    cut = [tokens(one) for one in texts]
    own, average = Counter(tokens(text)), sum(map(len, cut)) / len(cut)
    found = most = 0.0
    for term in terms:
        held = sum(term in one for one in cut)
        weight = math.log(1 + (len(cut) - held + 0.5) / (held + 0.5))
        most += weight
        if own[term]:
            found += weight * own[term] / (own[term] + 1.5 * (0.25 + 0.75 * own.total() / average))
    return found / most if most else 0.0


# --- terms ---


def test_the_vocabulary_of_a_field_is_its_terms_in_the_order_of_their_bytes(tmp_path: Path) -> None:
    postings(tmp_path, TEXTS)
    words = Vocabulary(tmp_path)
    expected = sorted({term.encode() for text in TEXTS for term in tokens(text)})
    assert list(words) == expected
    assert len(words) == len(expected)
    assert [words.place(term.decode()) for term in expected] == list(range(len(expected)))
    assert words.place("没有的词") is None
    assert words.place("") is None


def test_the_rows_that_hold_a_term_come_in_order_with_how_often(tmp_path: Path) -> None:
    part = postings(tmp_path, TEXTS)
    rows, times = part.of("公园")
    assert rows.tolist() == [0, 3, 6]
    assert times.tolist() == [2, 1, 1]
    assert part.held("公园") == 3
    assert part.held("没有的词") == 0
    assert part.of("没有的词")[0].tolist() == []


def test_the_counts_of_a_field_are_those_of_its_texts(tmp_path: Path) -> None:
    expected = Counter(term for text in TEXTS for term in set(tokens(text)))
    part = postings(tmp_path, TEXTS)
    assert part.counts() == expected
    holding = Inverted([whole(part, len(TEXTS))]).holding
    assert dict(holding.items()) == expected
    assert holding["公园"] == 3
    assert len(holding) == len(expected)
    with pytest.raises(KeyError):
        holding["没有的词"]


@pytest.mark.parametrize("cut", [1, 3, 7])
@pytest.mark.parametrize("terms", [["公园"], ["公园", "开放", "元"], ["没有的词", "警报"]])
def test_a_field_in_two_parts_scores_as_one(tmp_path: Path, cut: int, terms: list[str]) -> None:
    parts = [postings(tmp_path / "a", TEXTS[:cut]), postings(tmp_path / "b", TEXTS[cut:])]
    field = Inverted([whole(parts[0], cut), whole(parts[1], len(TEXTS) - cut)])
    weighed = dict.fromkeys(terms, 1.0)
    scores = [
        *field.scores(weighed, 0, np.arange(cut)),
        *field.scores(weighed, 1, np.arange(len(TEXTS) - cut)),
    ]
    assert scores == pytest.approx([bm25(terms, TEXTS, text) for text in TEXTS], abs=1e-6)
    found = {(part, row): score for part, row, score in field.search(weighed, 20)}
    assert found == pytest.approx(
        {(int(at >= cut), at - cut * (at >= cut)): score for at, score in enumerate(scores) if score > 0},
        abs=1e-6,
    )


def test_passages_taken_out_count_no_more(tmp_path: Path) -> None:
    """As if they had never been there: neither for how rare a term is nor for how long texts are."""
    first = postings(tmp_path, TEXTS)
    there = np.ones(len(TEXTS), dtype=np.bool_)
    there[[3, 4]] = False
    part = Postings(tmp_path, first.gone_with(there).astype(np.float32))
    field = Inverted([Part(part, [(0, 3), (5, 8)], 6)])
    left = [text for text, stays in zip(TEXTS, there, strict=True) if stays]
    assert part.held("公园") == 2
    assert "禁止" not in part.counts()
    rows = np.array([0, 1, 2, 5, 6, 7])
    assert field.scores({"公园": 1.0, "开放": 1.0}, 0, rows) == pytest.approx(
        [bm25(["公园", "开放"], left, text) for text in left], abs=1e-6
    )
    assert [row for _, row, _ in field.search({"禁止": 1.0}, 5)] == []


def test_a_search_in_blocks_finds_what_one_in_a_single_block_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [TEXTS[at % len(TEXTS)] for at in range(50)]
    field = Inverted([whole(postings(tmp_path, texts), 50)])
    terms = {"公园": 1.0, "开放": 0.5, "元": 1.0}
    at_once = field.search(terms, 7)
    monkeypatch.setattr(inverted, "_BLOCK", 4)
    assert field.search(terms, 7) == at_once


@pytest.mark.parametrize("left_out", [[], [0], [2, 5], [0, 1, 2, 3]])
def test_postings_joined_are_those_written_at_once(
    tmp_path: Path, left_out: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inverted, "_POSTINGS", 3)  # a few terms at a time
    parts = [postings(tmp_path / "a", TEXTS[:4]), postings(tmp_path / "b", TEXTS[4:])]
    stays = [at for at in range(len(TEXTS)) if at not in left_out]
    to = np.full(len(TEXTS), -1, dtype=np.int32)
    to[stays] = np.arange(len(stays))
    join(tmp_path / "joined", parts, [to[:4], to[4:]])
    postings(tmp_path / "once", [TEXTS[at] for at in stays])
    for name in ("terms.bin", "begins.npy", "starts.npy", "rows.npy", "times.npy", "lengths.npy"):
        assert (tmp_path / "joined" / name).read_bytes() == (tmp_path / "once" / name).read_bytes(), name


def test_a_term_is_worth_more_the_oftener_and_the_shorter_the_text() -> None:
    assert worth(1, 1.0) == pytest.approx(1 / 2.5)
    assert worth(1, 1.0) < worth(2, 1.0) < worth(9, 1.0) < 1
    assert worth(1, 0.5) > worth(1, 1.0) > worth(1, 2.0)
    assert idf(10, 0) > idf(10, 1)


# --- words of texts ---


def bags(*texts: Sequence[int]) -> Bags:
    return Bags.of([list(text) for text in texts])


def lists(found: Bags) -> list[list[int]]:
    return [found.ids[a:b].tolist() for a, b in zip(found.starts, found.starts[1:], strict=False)]


def test_words_come_back_from_disk_as_they_were_laid_out(tmp_path: Path) -> None:
    bags([1, 2], [], [3]).lay_out(tmp_path / "words", "passages")
    assert lists(Bags.mapped(tmp_path / "words", "passages")) == [[1, 2], [], [3]]
    assert Bags.are_in(tmp_path / "words", "passages")
    assert not Bags.are_in(tmp_path / "words", "written")


def test_stretches_of_words_are_copied_one_after_the_other(tmp_path: Path) -> None:
    one, two = bags([1], [2, 3], [], [4]), bags([5], [6])
    Bags.copied([(one, 1, 4), (two, 0, 1), (one, 0, 0)], tmp_path, "all")
    assert lists(Bags.mapped(tmp_path, "all")) == [[2, 3], [], [4], [5]]
    Bags.copied([(one, 2, 3)], tmp_path, "none")
    assert lists(Bags.mapped(tmp_path, "none")) == [[]]


def test_of_the_words_of_texts_those_with_any_are_known() -> None:
    assert bags([1], [], [2, 2]).filled().tolist() == [0, 2]
    assert len(bags([], [])) == 2
    assert lists(bags([5, 5, 1], [], [2]).distinct()) == [[1, 5], [], [2]]
    assert lists(Bags.joined([bags([1], [2]), bags(), bags([3, 4])])) == [[1], [2], [3, 4]]


def test_a_question_is_compared_alike_whatever_was_compared_before() -> None:
    table = np.random.default_rng(5).normal(size=(20, 6)).astype(np.float32)
    asked = np.array([3, 7, 7], dtype=np.int32)
    fresh = TokenVectors(table).scores(asked, bags([1, 3], [9, 12, 19], []))
    used = TokenVectors(table)
    used.scores(asked, bags([4], [5, 6]))
    assert used.scores(asked, bags([1, 3], [9, 12, 19], [])) == pytest.approx(fresh)
    assert fresh[2] == 0
    assert (fresh <= 1 + 1e-6).all()


# --- what a reader made ---


class Reader:
    """Reads a passage as the counts of three characters, a sentence likewise."""

    name, fingerprint, dimension = "counting", "counting-1", 3

    def __init__(self) -> None:
        self.read: list[str] = []

    def passages(self, laid: Sequence[Laid]) -> Iterator[tuple[int, Floats, Floats]]:
        for at, one in enumerate(laid):
            self.read.append(one.text)
            parts = [one.text[start:end] for start, end in one.sentences]
            yield at, _counts(one.text), np.stack([_counts(part) for part in parts])

    def questions(self, texts: list[str]) -> Floats:
        return np.stack([_counts(text) for text in texts])


def _counts(text: str) -> Floats:
    vector = np.array([text.count(character) for character in "甲乙丙"], dtype=np.float32)
    found: Floats = vector / max(float(np.linalg.norm(vector)), 1e-6)
    return found


LAID = [lay_out("甲", (), ["甲甲乙", "丙"]), lay_out("乙", (), ["乙丙"]), lay_out("", (), ["丙丙丙甲"])]


def read(laid: Sequence[Laid], reader: Reader, *known: Readings) -> Readings:
    return read_passages(laid, reader, Known(known, reader.fingerprint), quiet=True)  # type: ignore[arg-type]


def test_bytes_keep_the_direction_of_a_vector() -> None:
    """Against the vectors themselves: a cosine differs by less than a hundredth."""
    made = read(LAID, Reader())
    question = _counts("甲乙乙丙")
    for laid, near in zip(LAID, made.near(question), strict=True):
        assert near.passage == pytest.approx(float(_counts(laid.text) @ question), abs=0.01)
        exact = [float(_counts(laid.text[a:b]) @ question) for a, b in laid.sentences]
        assert list(near.sentences) == pytest.approx(exact, abs=0.01)
        assert near.best == max(near.sentences)


def test_vectors_are_taken_up_as_unit_vectors() -> None:
    made = Directions(np.array([[127, 0, 0], [3, 4, 0]], dtype=np.int8))
    assert made[np.array([1])][0].tolist() == pytest.approx([0.6, 0.8, 0.0])
    assert len(made) == 2
    assert made.shape == (2, 3)


def test_what_was_read_before_is_not_read_again() -> None:
    first = Reader()
    before = read(LAID[:2], first)
    again = Reader()
    made = read(LAID, again, before)
    assert again.read == [LAID[2].text]
    assert made.keys.tolist() == [one.key for one in LAID]
    assert np.array_equal(made.take(np.array([0, 1])).sentences, before.sentences)


def test_what_another_reader_made_is_not_taken_for_its_own() -> None:
    before = replace(read(LAID, Reader()), fingerprint="another")
    again = Reader()
    read(LAID, again, before)
    assert len(again.read) == 3


def test_readings_come_back_whole_from_a_file_and_from_a_folder(tmp_path: Path) -> None:
    made = read(LAID, Reader())
    made.save(tmp_path / "readings.npz")
    made.lay_out(tmp_path / "readings")
    for back in (Readings.load(tmp_path / "readings.npz"), Readings.mapped(tmp_path / "readings")):
        assert back.fingerprint == made.fingerprint
        for name in ("keys", "passages", "sentences", "starts"):
            assert np.array_equal(getattr(back, name), getattr(made, name)), name


def test_readings_joined_are_those_read_at_once() -> None:
    joined = Readings.joined([read(LAID[:1], Reader()), read(LAID[1:], Reader())])
    at_once = read(LAID, Reader())
    assert np.array_equal(joined.sentences, at_once.sentences)
    assert joined.starts.tolist() == at_once.starts.tolist() == [0, 2, 3, 4]


def test_no_passages_are_no_readings() -> None:
    made = read([], Reader())
    assert made.near(_counts("甲")) == []
    assert made.passages.shape == (0, 3)


def test_the_best_sentence_of_a_reading_without_any_is_none() -> None:
    assert Reading(0.5, np.zeros(0, dtype=np.float32)).best == 0.0


# --- a passage as it is read ---


def chunk(*units: Unit, path: tuple[str, ...] = ("一、总则",)) -> Chunk:
    spans = tuple(span for unit in units for span in unit.spans)
    return Chunk("c", "d", "made.txt", spans, path, "", units)


def test_a_passage_is_laid_out_with_its_headings_and_a_line_a_sentence() -> None:
    laid = lay_out("通知", ("一、时间", ""), ["9月18日。", "10时。"])
    assert laid.text == "通知\n一、时间\n9月18日。\n10时。\n"
    assert [laid.text[a:b] for a, b in laid.sentences] == ["9月18日。", "10时。"]
    assert lay_out("通知", (), ["甲"]).key != lay_out("通知", (), ["乙"]).key
    assert lay_out("", (), ["甲", "乙"]).key != lay_out("", (), ["甲\n乙"]).key


def test_an_item_whose_lead_stands_in_another_passage_is_read_with_it() -> None:
    source = "下列材料：（一）身份证；（二）户口簿。"
    items = (
        Unit("item", ((5, 12),), "（一）身份证；", lead=((0, 5),)),
        Unit("item", ((12, 19),), "（二）户口簿。", lead=((0, 5),)),
    )
    lead = Unit("sentence", ((0, 5),), "下列材料：")
    assert lay_out_chunk("通知", chunk(*items), source).text.splitlines()[2:] == [
        "下列材料：（一）身份证；",
        "（二）户口簿。",
    ]
    assert lay_out_chunk("通知", chunk(lead, *items), source).text.splitlines()[2:] == [
        "下列材料：",
        "（一）身份证；",
        "（二）户口簿。",
    ]


def test_what_is_searched_of_a_passage_is_told_by_its_field() -> None:
    unit = Unit("sentence", ((0, 4),), "停水四天")
    fields = Fields(
        (Rendering((0, 4), "No water."),), (Written((0, 4), "停几天？"), Written((0, 4), "How long?"))
    )
    passage = Passage(chunk(unit, path=("一、安排",)), replace(PLAIN, title="停水公告"), fields)
    assert text_of(passage, "text") == "停水公告\n一、安排\n停水四天"
    assert text_of(passage, "english") == "No water."
    assert text_of(passage, "questions") == "停几天？ How long?"
    assert passage.reading == "停水四天"
    traditional = Passage(passage.chunk, replace(PLAIN, title="關於停水的公告"), Fields())
    assert traditional.headed.startswith("关于停水的公告")


def test_passages_of_a_bulletin_have_their_documents_and_fields() -> None:
    unit = Unit("sentence", ((0, 4),), "停水四天")
    one = replace(chunk(unit), document=PLAIN.id)
    records = Records("made.txt", "utf-8", (PLAIN,), (one,), {"c": Fields((Rendering((0, 4), "No water."),))})
    (passage,) = records.passages()
    assert (passage.document, passage.fields.english) == (PLAIN, "No water.")
    assert next(replace(records, fields={}).passages()).fields == Fields()


@pytest.mark.parametrize("in_memory", [1, 4_000_000])
def test_passages_set_aside_are_read_again_as_they_were_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    monkeypatch.setattr(aside, "_IN_MEMORY", in_memory)
    cut = [replace(chunk(Unit("item", ((at, at + 2),), f"第{at}项")), id=f"c{at}") for at in range(5)]
    kept = Aside(map(msgspec.msgpack.encode, cut), tmp_path)
    assert len(kept) == 5
    pairs = list(zip(kept, reversed(kept), strict=True))  # two who read at once don't disturb each other
    assert pairs == list(zip(cut, reversed(cut), strict=True))
    assert not list(tmp_path.iterdir())


def test_a_term_that_a_text_repeats_without_end_counts_as_often_as_can_be_written(tmp_path: Path) -> None:
    made = postings(tmp_path, ["公园 " * 70_000, "公园"])
    assert made.of("公园")[1].tolist() == [65_535, 1]


# --- which documents are meant ---


@pytest.mark.parametrize(
    ("where", "admitted"),
    [
        (Where(), True),
        (Where(sources=frozenset({"a.txt"})), True),
        (Where(sources=frozenset({"b.txt"})), False),
        (Where(jurisdictions=frozenset({"临沂市兰山区"})), True),
        (Where(jurisdictions=frozenset()), False),
        (Where(numbers=frozenset({"临兰政发〔2025〕3号"})), True),
        (Where(documents=frozenset({"d"}), numbers=frozenset({"甲"})), False),
    ],
)
def test_a_document_is_meant_that_fits_everything_that_is_set(where: Where, admitted: bool) -> None:
    assert Catalogue([PLAIN]).meant(where) == [PLAIN] * admitted


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "unstated"),
        ({"valid_until": "2026-06-01"}, "in_force"),
        ({"valid_until": "2026-05-31"}, "expired"),
        ({"implied_until": "2026-05-31"}, "lapsed"),
        ({"implied_until": "2026-06-01"}, "unstated"),
        ({"valid_until": "2030-01-01", "replaced_by": "甲"}, "replaced"),
    ],
)
def test_whether_a_document_holds_on_a_day(changes: dict[str, str], state: str) -> None:
    assert state_of(replace(PLAIN, **changes), date(2026, 6, 1)) == state  # type: ignore[arg-type]


# --- what an index was made from ---

MADE = Manifest("static", "e1", "reader", "r1", "code1", {"a.txt": "1", "b.txt": "2"})


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (MADE, []),
        (replace(MADE, encoder="other", encoder_fingerprint="e2"), ["encoder 'static', now 'other'"]),
        (replace(MADE, reader="", reader_fingerprint=""), ["read by 'reader'"]),
        (replace(MADE, made_by="code2"), ["the reading code or a library changed"]),
        (replace(MADE, store="milvus+http://h/n"), ["it lies in files, now milvus+http://h/n"]),
        (replace(MADE, files={"a.txt": "9", "c.txt": "3"}), ["new: c.txt", "gone: b.txt", "changed: a.txt"]),
        (replace(MADE, files={"a.txt": "1"}, unread={"b.txt": Unread("2", "broken")}), []),
    ],
)
def test_why_an_index_is_not_the_one_wanted(wanted: Manifest, why: list[str]) -> None:
    said = MADE.differences(wanted)
    assert len(said) == len(why)
    assert all(part in one for part, one in zip(why, said, strict=True))


def test_a_file_is_known_again_by_its_size_and_time(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"one")
    os.utime(file, ns=(10**18, 10**18))
    stamp = Stamp.of(file, "digest")
    assert stamp.fits(file)
    file.write_bytes(b"two")
    os.utime(file, ns=(10**18, 10**18))
    assert stamp.fits(file)  # of the same size and time: the digest is for that
    os.utime(file, ns=(10**18, 10**18 + 1))
    assert not stamp.fits(file)
    with pytest.raises(OSError, match="none"):
        stamp.fits(tmp_path / "none.txt")


def test_a_look_tells_nothing_of_what_was_written_a_moment_ago(tmp_path: Path) -> None:
    file, none = tmp_path / "a.txt", tmp_path / "none.jsonl"
    file.write_bytes(b"one")
    assert not Look.at("digest", [file, none]).may_tell
    os.utime(file, ns=(10**18, 10**18))
    look = Look.at("digest", [file, none])
    assert look.may_tell
    assert look == Look.at("digest", [file, none])
    none.write_bytes(b"")
    assert look != Look.at("digest", [file, none])


@pytest.mark.parametrize(
    ("given", "kind"), [("/srv/index", Files), ("milvus+http://localhost:19530/bulletins", Milvus)]
)
def test_where_a_store_lies_is_told_by_its_address(given: str, kind: type) -> None:
    assert isinstance(house_of(given), kind)


def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(BulletinError, match="milvus"):
        house_of("milvus+nothing")


def test_a_folder_without_a_version_holds_nothing(tmp_path: Path) -> None:
    assert Files(tmp_path / "none").manifest() is None


# --- what is written beside a bulletin ---

TEXT = "一、每年九月第三个星期六上午十时鸣放防空警报三分钟。二、养老床位每千名老人达到四十五张以上。"
SIREN, BEDS = (0, 26), (26, len(TEXT))
CHUNKS = [
    Chunk(name, "d", "b.txt", (span,), (), TEXT[slice(*span)], ())
    for name, span in (("siren", SIREN), ("beds", BEDS))
]


def beside(folder: Path, kind: str, *lines: dict[str, object]) -> None:
    (folder / kind).mkdir(exist_ok=True)
    written = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    (folder / kind / "b.jsonl").write_text(written, encoding="utf-8")


def test_a_rendering_over_two_passages_belongs_to_the_one_it_mostly_lies_in(tmp_path: Path) -> None:
    beside(tmp_path, "english", {"start": 0, "end": 28, "en": "The siren sounds."})
    found = read_fields(tmp_path, "b.txt", TEXT, CHUNKS)
    assert found["siren"].english == "The siren sounds."
    assert "beds" not in found


def test_renderings_are_read_in_the_order_of_the_text(tmp_path: Path) -> None:
    beside(
        tmp_path, "english", {"start": 2, "end": 26, "en": "second"}, {"start": 0, "end": 2, "en": "first"}
    )
    fields = read_fields(tmp_path, "b.txt", TEXT, CHUNKS)["siren"]
    assert fields.english == "first second"
    assert fields.english_of([(0, 2)]) == "first"
    assert fields.english_of([(30, 40)]) == ""


def test_what_is_written_for_a_place_beyond_the_text_is_passed_over(tmp_path: Path) -> None:
    beside(tmp_path, "english", {"start": 0, "end": 999, "en": "gone"})
    beside(tmp_path, "asked", {"start": 900, "end": 999, "question": "还在吗？"})
    assert read_fields(tmp_path, "b.txt", TEXT, CHUNKS) == {}


@pytest.mark.parametrize(
    "line", ["{", "[]", '{"start": 0, "end": 3}', '{"start": null, "end": 3, "en": "x"}']
)
def test_a_line_of_another_form_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "english").mkdir()
    (tmp_path / "english" / "b.jsonl").write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(BulletinError, match=r"b\.jsonl, line 1: expected"):
        read_fields(tmp_path, "b.txt", TEXT, CHUNKS)


@pytest.mark.parametrize(
    ("source", "file"), [("linyi.txt", "linyi.jsonl"), ("a.b.txt", "a.b.jsonl"), ("无后缀", "无后缀.jsonl")]
)
def test_the_file_beside_a_bulletin_has_its_name(source: str, file: str) -> None:
    assert fields_file(source) == file
