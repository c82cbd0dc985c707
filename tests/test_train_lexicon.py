"""The table of translations, from word-aligned pairs; the sources it and the encoder are made from."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from train.lexicon import (
    Aligned,
    Counts,
    chinese_terms,
    count_words,
    english_terms,
    normalised,
    phrase_table,
    read_links,
    term_pairs,
    word_table,
)
from train.pairs import Pairs
from train.sources import LexiconEntry, Sources, public_passages, read_asked, read_lexicon

# --- counts ---


def counted(*links: tuple[str, str, float, bool]) -> Counts:
    counts = Counts()
    for link in links:
        counts.add(*link)
    return counts


def test_a_word_means_what_it_is_most_often_linked_to() -> None:
    counts = counted(
        ("allowance", "津贴", 6.0, False),
        ("allowance", "补贴", 3.0, False),
        ("allowance", "制度", 1.0, False),
    )
    assert counts.translations("allowance", least=0.03, backward=0.01) == [("津贴", 0.6), ("补贴", 0.3)]


def test_what_a_dictionary_gives_counts_when_seen_once() -> None:
    counts = counted(("siren", "警报", 1.0, True), ("siren", "试鸣", 1.0, False))
    assert [word for word, _ in counts.translations("siren", least=0.03, backward=0.01)] == ["警报"]


def test_a_word_that_everything_is_linked_to_translates_nothing() -> None:
    everywhere = [(f"word{number}", "办法", 4.0, False) for number in range(200)]
    counts = counted(("measure", "办法", 3.0, False), *everywhere)
    assert counts.translations("measure", least=0.03, backward=0.01) == []


def test_a_single_character_must_be_likelier_than_a_word() -> None:
    counts = counted(("park", "公园", 18.0, False), ("park", "园", 1.0, True), ("park", "停车", 1.0, True))
    assert [word for word, _ in counts.translations("park", least=0.03, backward=0.01)] == ["公园", "停车"]


def test_the_likeliest_few_add_up_to_one() -> None:
    kept = normalised([("津贴", 0.5), ("补贴", 0.3), ("补助", 0.1)], at_most=2)
    assert [word for word, _ in kept] == ["津贴", "补贴"]
    assert sum(share for _, share in kept) == pytest.approx(1.0)


def test_a_phrase_stands_in_the_table_where_it_says_more_than_its_words() -> None:
    old_age = [
        Aligned(("old", "age", "allow"), ("高龄", "津贴"), ((0, 0, 1.0), (1, 0, 1.0), (2, 1, 1.0)), "x")
    ] * 4
    old = [Aligned(("old", "park"), ("旧", "公园"), ((0, 0, 1.0), (1, 1, 1.0)), "x")] * 12
    age = [Aligned(("age", "park"), ("年龄", "公园"), ((0, 0, 1.0), (1, 1, 1.0)), "x")] * 12
    words, phrases = count_words([*old_age, *old, *age])
    singles = word_table(words)
    assert singles["park"][0] == ("公园", 1.0)
    table = phrase_table(phrases, singles, at_most=10)
    assert table["old age"][0][0] == "高龄"
    assert "old park" not in table  # its words say as much


def test_our_own_renderings_count_twice() -> None:
    link = (("park",), ("公园",), ((0, 0, 1.0),))
    words, _ = count_words([Aligned(*link, "own_renderings"), Aligned(*link, "parallel_other")])
    assert words.english["park"] == 3.0


# --- terms ---


def test_terms_of_a_language_are_those_it_is_written_in() -> None:
    assert english_terms("The allowances of 高龄 2025") == ("allow", "2025")
    assert "高龄" in chinese_terms("the 高龄津贴 2025")
    assert all(not term.isascii() for term in chinese_terms("the 高龄津贴 2025"))


def test_the_senses_of_a_dictionary_entry_are_pairs_of_their_own_and_of_others_one() -> None:
    def pairs(name: str) -> Pairs:
        made = Pairs(name, symmetric=True)
        made.add("警报", "alarm; siren (of a ship)")
        return made

    assert [left for left, *_ in term_pairs([pairs("parallel_cedict")])] == [("alarm",), ("siren",)]
    assert [left for left, *_ in term_pairs([pairs("parallel_other")])] == [("alarm", "siren", "ship")]


def test_pairs_of_one_language_translate_nothing() -> None:
    made = Pairs("x", symmetric=True)
    made.add("notice", "announcement")
    made.add("通知", "公告")
    assert list(term_pairs([made])) == []


def test_links_are_read_a_line_a_pair(tmp_path: Path) -> None:
    (tmp_path / "links").write_text("0-0 1-2\n\n2-1\n", encoding="utf-8")
    assert read_links(tmp_path / "links") == [{(0, 0), (1, 2)}, set(), {(2, 1)}]


# --- sources ---


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    public, own = tmp_path / "public", tmp_path / "own"
    public.mkdir()
    for kind in ("bulletins", "asked", "answered", "lexicon"):
        (own / kind).mkdir(parents=True)
    for name in ("a", "b"):
        (own / "bulletins" / f"{name}.txt").write_text("停水通知\n九月停水。\n", encoding="utf-8")
    records = [
        {"title": f"关于第{number}号的批复", "text": f"同意第{number}号规划。" * 30} for number in range(40)
    ]
    for name in ("titles_hebei_gov_docs", "titles_gov_cn_policies"):
        packed = gzip.compress("\n".join(map(json.dumps, records)).encode())
        (public / f"{name}.jsonl.gz").write_bytes(packed)
    asked = {"style": "colloquial", "question": "啥时候停水", "start": 5, "end": 10}
    (own / "asked" / "a.jsonl").write_text(json.dumps(asked), encoding="utf-8")
    answered = {"q_zh": "何时停水", "q_en": "When?", "start": 5, "end": 10}
    (own / "answered" / "a.jsonl").write_text(json.dumps(answered), encoding="utf-8")
    (own / "lexicon" / "aid.tsv").write_text(
        "# subject\n高龄津贴\t老人补贴； 高龄补助\told-age allowance; \nbroken line\n", encoding="utf-8"
    )
    return Sources(public, own, hold_out=0.3)


def test_a_bulletin_left_out_is_not_trained_on_and_an_unknown_one_is_told(sources: Sources) -> None:
    assert sources.bulletins() == ["a", "b"]
    assert Sources(sources.public, sources.own, leave_out=("a",)).bulletins() == ["b"]
    with pytest.raises(ValueError, match="No bulletin c: expected some of a, b"):
        Sources(sources.public, sources.own, leave_out=("c",)).bulletins()


def test_what_is_held_out_and_what_is_trained_on_are_all_and_share_nothing(sources: Sources) -> None:
    names = ("titles_hebei_gov_docs",)
    trained, held = (set(public_passages(sources, names, held_out=out).values()) for out in (False, True))
    assert trained
    assert held
    assert not trained & held
    assert len(trained | held) == 40
    assert {one["title"] for one in sources.public_records("titles_hebei_gov_docs")} == trained


def test_files_that_are_skipped_are_not_listed(sources: Sources) -> None:
    assert sources.public_files("titles_") == ["titles_gov_cn_policies", "titles_hebei_gov_docs"]
    fewer = Sources(sources.public, sources.own, skip=("titles_gov_cn_policies",))
    assert fewer.public_files("titles_") == ["titles_hebei_gov_docs"]


def test_questions_have_their_style_and_their_place(sources: Sources) -> None:
    found = {(one.style, one.question, one.start) for one in read_asked(sources, "a")}
    assert found == {("colloquial", "啥时候停水", 5), ("formal", "何时停水", 5), ("english", "When?", 5)}


def test_an_entry_of_the_lexicon_is_its_three_columns(sources: Sources) -> None:
    assert read_lexicon(sources.own / "lexicon") == [
        LexiconEntry("高龄津贴", ("老人补贴", "高龄补助"), ("old-age allowance",))
    ]
