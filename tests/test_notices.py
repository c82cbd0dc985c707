from dataclasses import replace
from datetime import date

from rag.answer import Engine
from rag.answering.notices import notices_for
from rag.contract import PrintedDate


def kinds(engine: Engine, quotes: list[str], today: date) -> list[str]:
    query = engine.retriever.understanding.understand("什么时候？")
    return [notice.kind for notice in notices_for(query, [], quotes, today)]


def test_the_end_of_a_period_decides_and_takes_its_year_from_the_beginning(engine: Engine) -> None:
    quotes = ["2025年5月27日至6月20日,在我市行政区域内进行飞机施药"]
    assert kinds(engine, quotes, date(2025, 6, 10)) == []
    assert kinds(engine, quotes, date(2025, 6, 21)) == ["past_event"]


def test_what_comes_back_every_year_does_not_pass(engine: Engine) -> None:
    assert kinds(engine, ["每年9月18日鸣放"], date(2030, 1, 1)) == []


def test_a_date_without_a_year_is_of_the_documents_year(engine: Engine) -> None:
    (document,) = [
        d for d in engine.index.documents.values() if "人力资源和社会保障局、兰山区总工会" in d.title
    ]
    query = engine.retriever.understanding.understand("报名什么时候截止？")
    quotes = ["报名截止时间为6月30日。"]
    assert "past_event" in [n.kind for n in notices_for(query, [document], quotes, date(2022, 7, 1))]
    assert "past_event" not in [n.kind for n in notices_for(query, [document], quotes, date(2022, 6, 1))]


def test_a_day_without_a_year_comes_again_in_a_document_that_holds_for_years(engine: Engine) -> None:
    made = replace(
        next(iter(engine.index.documents.values())), signed_on="2020-04-20", valid_until="2031-05-31"
    )
    query = engine.retriever.understanding.understand("什么时候缴费？")
    quotes = ["热费应当于10月31日前缴清。"]
    assert "past_event" not in [n.kind for n in notices_for(query, [made], quotes, date(2026, 11, 30))]
    short = replace(made, valid_until=None)
    assert "past_event" in [n.kind for n in notices_for(query, [short], quotes, date(2026, 11, 30))]


def test_the_end_of_a_year_passes_with_it(engine: Engine) -> None:
    quotes = ["2025年底前,新打造18个“一件事”服务场景"]
    assert kinds(engine, quotes, date(2025, 12, 1)) == []
    assert kinds(engine, quotes, date(2026, 1, 1)) == ["past_event"]


def test_only_the_place_that_answers_decides(engine: Engine) -> None:
    assert kinds(engine, ["养蜂户必须在飞防前撤出", "2025年5月27日至6月20日"], date(2026, 1, 1)) == []


def test_a_date_that_is_no_date_is_passed_over(engine: Engine) -> None:
    assert kinds(engine, ["2025年2月30日"], date(2026, 1, 1)) == []


def test_a_beginning_is_no_event_that_has_passed(engine: Engine) -> None:
    assert kinds(engine, ["自2026年1月起，护理补贴提高到每人每月160元"], date(2026, 11, 29)) == []


def test_a_date_that_has_passed_is_told_as_it_is_printed(engine: Engine) -> None:
    query = engine.retriever.understanding.understand("什么时候？")
    (notice,) = notices_for(query, [], ["2025年10月组织笔试"], date(2026, 1, 1))
    assert notice.values == {"on": PrintedDate(date(2025, 10, 31), "2025年10月", by_day=False)}


def test_a_month_is_over_with_its_last_day(engine: Engine) -> None:
    assert kinds(engine, ["2025年10月组织笔试"], date(2025, 10, 30)) == []
    assert kinds(engine, ["2025年10月组织笔试"], date(2025, 11, 1)) == ["past_event"]


def test_a_stretch_within_a_month_ends_with_its_last_day(engine: Engine) -> None:
    assert kinds(engine, ["2025年9月1日至5日报名"], date(2025, 9, 4)) == []
    assert kinds(engine, ["2025年9月1日至5日报名"], date(2025, 9, 6)) == ["past_event"]
