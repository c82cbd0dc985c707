"""Answers as HTML, from small answers made by hand."""

import re
from dataclasses import replace
from urllib.parse import quote as url_quote

import pytest

from rag.contract import Answer, Citation, CitedDocument, Notice, WordedNotice
from rag.text.normal import Language
from web import render, strings
from web.asking import Told

DOCUMENT = CitedDocument(
    "d1", "甲办法", "甲政发〔2025〕1号", "甲市人民政府", "甲市", "2025-01-02", None, None, None
)


def citation(
    marker: int = 1, quote: str = "每人每月发放100元。", document: CitedDocument = DOCUMENT
) -> Citation:
    return Citation(marker, "a.txt", ((5, 5 + len(quote)),), quote, document, ("一、标准",))


def answer(text: str = "每人每月100元 [1]", *citations: Citation, question: str = "津贴多少钱？") -> Answer:
    return Answer("", question, "zh", text, False, 0.9, citations=citations or (citation(),))


def page(given: Answer, asked_id: str | None = "a" * 32) -> str:
    return render.answered(1, Told(given, asked_id))


def test_a_marker_without_a_source_is_no_link() -> None:
    shown = page(answer("每人100元 [1] 和 [2]"))
    assert 'href="#q1-s1"' in shown
    assert 'href="#q1-s2"' not in shown
    assert "[2]" in shown


def test_places_of_one_document_share_a_card() -> None:
    other = replace(DOCUMENT, id="d2", title="乙办法")
    shown = page(answer("甲 [1] 乙 [2] 丙 [3]", citation(1), citation(2), citation(3, document=other)))
    assert shown.count('class="card"') == 2
    assert shown.count("<blockquote") == 3


def test_a_reader_of_english_sees_the_title_in_english_beside_the_printed_one() -> None:
    shown = render.answered(1, Told(answer(), None, titles={"d1": "Measures <A>"}))
    assert '<h4 lang="zh-CN">甲办法</h4><p class="quiet" lang="en">Measures &lt;A&gt;</p>' in shown
    assert 'lang="en">Measures' not in page(answer())


def test_a_quote_leads_to_its_place_in_the_document() -> None:
    shown = page(answer())
    assert "/documents/d1?at=5-16&amp;of=" in shown
    assert "#at" in shown


def test_a_quote_from_a_page_leads_to_that_page_of_the_original() -> None:
    assert "/documents/d1/original#page=3" in page(answer("甲 [1]", replace(citation(), page=3)))
    assert "/original" not in page(answer())


def test_a_quote_from_a_text_leads_to_its_words_in_the_original() -> None:
    quoted = replace(citation(), quote="二、\t甲-乙路口：8月3日8时起停水，时间以公告为准。")
    shown = render.answered(1, Told(answer("停水 [1]", quoted), None, texts=frozenset([quoted.source])))
    assert f"/documents/d1/original#:~:text={url_quote('8月3日8时起停水')}" in shown
    assert render.original_url("d1", words="甲-乙路口").endswith("%E7%94%B2%2D%E4%B9%99%E8%B7%AF%E5%8F%A3")
    assert render.original_url("d1", words="一，二") == "/documents/d1/original"


def test_an_answer_not_kept_takes_no_vote() -> None:
    assert 'class="vote"' in page(answer())
    assert 'class="vote"' not in page(answer(), asked_id=None)


def test_what_is_copied_is_question_answer_and_sources() -> None:
    copied = re.search(r'data-text="([^"]*)"', page(answer()))
    assert copied
    assert copied[1].split("\n") == [
        "津贴多少钱？",
        "",
        "每人每月100元 [1]",
        "",
        "[1] 甲办法 甲政发〔2025〕1号",
    ]


def test_an_answer_is_copied_with_its_warnings() -> None:
    draft = replace(answer(), notices=(Notice("draft"),))
    copied = re.search(r'data-text="([^"]*)"', page(draft))
    assert copied
    assert "! 这是征求意见的草案，还没有正式施行。" in copied[1].split("\n")


def test_the_figures_of_the_answer_and_the_words_of_the_question_are_marked_in_a_quote() -> None:
    marked = render.highlighted("津贴为每人每月100元，共3人。", answer())
    assert re.findall("<mark>(.*?)</mark>", marked) == ["津贴", "100元"]


def test_a_figure_that_is_part_of_another_is_not_marked() -> None:
    assert "<mark>" not in render.highlighted("共1000人", answer("100 [1]", question="几？"))


def test_marking_changes_no_character() -> None:
    quote = "津贴<b>100元</b>&每月100元"
    shown = render.highlighted(quote, answer())
    assert re.sub("</?mark>", "", shown) == render.plain(quote)


@pytest.mark.parametrize(("language", "length"), [("zh", 61), ("en", 131)])
def test_a_long_answer_is_set_lighter(language: Language, length: int) -> None:
    short = replace(answer("字" * (length - 1)), language=language)
    assert 'class="answer"' in page(short)
    assert 'class="answer long"' in page(replace(short, answer="字" * length))


def test_a_refusal_is_told_from_an_answer() -> None:
    assert 'class="refusal"' in page(replace(answer("公报中没有查到答案。"), abstained=True, citations=()))


def test_a_notice_has_a_label_and_says_itself_in_the_answers_language() -> None:
    draft = replace(answer(), notices=(Notice("draft"),))
    assert strings.TAGS["draft"].text.zh in page(draft)
    assert "征求意见的草案" in page(draft)
    assert "published for comment" in page(replace(draft, language="en"))


def test_a_notice_of_a_kind_no_longer_known_is_shown_all_the_same() -> None:
    shown = render.notices([WordedNotice("of_old", "说过的话")])
    assert "说过的话" in shown
    assert strings.OTHER_TAG.text.zh in shown


def test_no_notice_is_no_list() -> None:
    assert render.notices([]) == ""


def test_growing_ends_short_of_notices_and_begins_with_something() -> None:
    grown = list(
        render.growing(1, replace(answer("一二三四五六七八九十 [1]"), notices=(Notice("draft"),)), 4)
    )
    assert 1 <= len(grown) <= 4
    assert not any("草案" in one or 'class="sources"' in one for one in grown)


def test_the_page_one_is_on_is_said_to_be_it() -> None:
    assert re.findall(r'href="([^"]*)" aria-current="page"', render.header("/documents/x")) == ["/documents"]
    assert re.findall(r'href="([^"]*)" aria-current="page"', render.header("/")) == ["/"]


def test_only_who_is_signed_in_sees_the_way_to_the_desk() -> None:
    assert "/evaluate" not in render.header()
    assert "/evaluate" in render.header(signed="王")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (replace(DOCUMENT, valid_from="2025-01-01"), "2025年1月1日起"),
        (replace(DOCUMENT, valid_until="2026-01-01"), "2026年1月1日"),
        (replace(DOCUMENT, valid_from="2025-01-01", valid_until="2026-01-01"), "1 January 2026"),
    ],
)
def test_a_card_says_since_when_and_until_when(document: CitedDocument, said: str) -> None:
    assert said in page(answer("甲 [1]", citation(document=document)))


def test_signs_that_a_page_would_obey_are_replaced() -> None:
    assert render.plain("甲\x1b[31m\u202e乙") == "甲\ufffd[31m\ufffd乙"
    assert render.plain("甲\n乙") == "甲\n乙"


def test_the_number_of_places_is_read_out() -> None:
    assert "1" in render.finished(answer())
    assert render.finished(replace(answer(), abstained=True)) != render.finished(answer())
