from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from eval.questions import load_facts, load_unanswerable
from rag.answer import Engine
from rag.contract import Answer
from rag.errors import BulletinError
from rag.index import open_index
from rag.settings import Settings
from rag.wording import worded
from tests.conftest import SIREN


def quotes_are_the_source(engine: Engine, answer: Answer) -> bool:
    return all(c.quote == engine.index.quote(c.source, c.spans) and c.quote for c in answer.citations)


def test_a_chinese_question_gets_the_date_and_time_cited_to_its_document(engine: Engine) -> None:
    answer = engine.ask(SIREN)
    assert "2025年9月18日10时00分至10时20分" in answer.answer
    assert answer.language == "zh"
    assert answer.citations[0].document.number == "临政字〔2025〕75号"
    assert "2025年9月18日10时00分至10时20分" in answer.citations[0].quote


def test_an_english_question_gets_english_with_the_chinese_as_quote(engine: Engine) -> None:
    answer = engine.ask("when is the air-raid siren test?")
    assert "18 September 2025" in answer.answer
    assert "10:00" in answer.answer
    assert "10:20" in answer.answer
    assert answer.language == "en"
    assert answer.citations[0].document.number == "临政字〔2025〕75号"
    assert "2025年9月18日" in answer.citations[0].quote


def test_a_date_that_has_passed_is_said_to_have_passed(engine: Engine) -> None:
    assert "past_event" in {notice.kind for notice in engine.ask(SIREN).notices}


def test_a_date_to_come_is_not(engine: Engine) -> None:
    early = Engine(engine.index, replace(engine.settings, today=date(2025, 9, 10)))
    assert "past_event" not in {notice.kind for notice in early.ask(SIREN).notices}


def test_an_expired_document_is_said_to_have_expired(engine: Engine) -> None:
    answer = engine.ask("兰山区政府投资项目的工程变更,增加多少造价就必须报区政府领导审批?")
    assert "expired" in {notice.kind for notice in answer.notices}


def test_a_question_for_several_things_gets_all_of_them(engine: Engine) -> None:
    answer = engine.ask("兰山区区属企业哪些企业和资产不得设定担保？")
    for one in ("未按规定办理企业国有资产产权登记", "查封、扣押、监管", "有争议", "不得抵押或质押"):
        assert one in answer.answer


def test_a_figure_in_a_table_is_told_with_its_unit(engine: Engine) -> None:
    answer = engine.ask("临淄区2022年进出口总额目标是多少？").answer
    assert "280亿元" in answer.replace(" ", "")


def test_every_marker_in_the_text_has_its_citation(engine: Engine) -> None:
    for fact in load_facts("dev")[::10]:
        answer = engine.ask(fact.q_zh)
        for citation in answer.citations:
            assert f"[{citation.marker}]" in answer.answer


def test_every_quote_is_the_source_to_the_letter_for_every_development_question(engine: Engine) -> None:
    asked = [q for f in load_facts("dev") for q in (f.q_zh, f.q_zh_hard, f.q_en)] + [
        u.q_zh for u in load_unanswerable()
    ]
    for question in asked:
        assert quotes_are_the_source(engine, engine.ask(question)), question


@effort(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=300))
def test_whatever_is_asked_is_answered_or_refused_in_form(engine: Engine, question: str) -> None:
    try:
        answer = engine.ask(question)
    except BulletinError as error:
        assert "empty" in str(error)  # noqa: PT017 - most texts raise nothing
        return
    assert quotes_are_the_source(engine, answer)
    assert bool(answer.citations) != answer.abstained
    assert 0 <= answer.confidence <= 1


@pytest.mark.parametrize(
    "question",
    [
        "北京地铁末班车几点？",
        "红烧肉怎么做好吃？",
        "What is the capital of France?",
        "How do I reset my router password?",
        "asdkjh qwoeiu zxmcn",
    ],
)
def test_what_the_bulletins_do_not_hold_is_refused(engine: Engine, question: str) -> None:
    answer = engine.ask(question)
    assert answer.abstained, answer.answer
    assert answer.citations == ()


def test_markup_in_a_question_is_text_like_any_other(engine: Engine) -> None:
    marked = engine.ask("<script>alert(1)</script><b>防空警报</b>什么时候试鸣？\x00\x1b[31m")
    assert "2025年9月18日" in marked.answer
    assert "script" not in marked.answer


def test_the_contract_holds(engine: Engine) -> None:
    import json

    answer = json.loads(worded(engine.ask(SIREN, "q1")).json())
    assert set(answer) == {
        "id", "question", "language", "answer", "abstained", "confidence", "notices", "citations", "passages",
        "timings_ms", "suggestions", "version",
    }  # fmt: skip
    assert answer["id"] == "q1"
    assert [p["rank"] for p in answer["passages"]] == list(range(1, 11))
    assert set(answer["citations"][0]) == {"marker", "source", "spans", "quote", "document", "section"}
    assert set(answer["timings_ms"]) == {"retrieve", "answer", "total"}


def test_where_no_district_is_named_the_others_that_may_be_meant_are_offered(engine: Engine) -> None:
    answer = engine.ask("政务公开怎么考核？")
    assert "临淄区政务公开怎么考核？" in answer.suggestions
    assert not engine.ask("临淄区政务公开怎么考核？").suggestions


def test_where_no_district_is_likelier_it_is_asked_which_is_meant(tmp_path: Path) -> None:
    settings = replace(Settings(), data=tmp_path / "data", index=tmp_path / "index")
    settings.bulletins.mkdir(parents=True)
    for place in ("沂水县", "莒南县", "费县", "平邑县"):
        said = "一、城区养犬实行登记制度，办理犬证每只收费200元。"
        text = f"{place}人民政府关于城区养犬管理的通告\n\n{said}\n\n{place}人民政府\n2024年3月1日\n"
        (settings.bulletins / f"{place}.txt").write_text(text, encoding="utf-8")
    answer = Engine(open_index(settings, quiet=True), settings).ask("办犬证收费多少钱？")
    assert answer.abstained
    assert answer.answer.startswith("您问的是哪里？")
    assert len(answer.suggestions) == 2


def test_the_district_that_answers_is_no_alternative_to_itself(engine: Engine) -> None:
    answer = engine.ask("政务公开怎么考核？")
    (jurisdiction,) = {citation.document.jurisdiction for citation in answer.citations}
    assert jurisdiction is not None
    assert not any(asked.startswith(jurisdiction) for asked in answer.suggestions)


def test_a_document_of_a_district_inside_the_one_asked_about_is_told_apart(engine: Engine) -> None:
    answer = engine.ask(
        "临沂市国企对外担保总额不能超过净资产的多少？"
    )  # only the district of Lanshan rules on that
    assert not answer.abstained
    told = [notice.text for notice in worded(answer).notices if notice.kind == "other_district"]
    assert told == ["您问的是临沂市，这里引的是临沂市兰山区的文件。"]
    own = engine.ask("兰山区国企对外担保总额不能超过净资产的多少？")
    assert "other_district" not in {notice.kind for notice in own.notices}
