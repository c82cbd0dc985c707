"""The notices owed with an answer, each from one small document and one quote."""

from dataclasses import replace
from datetime import date

from rag.answering.notices import notices_for, rendering, unprinted
from rag.asking.query import Understanding
from rag.contract import Notice, PrintedDate
from rag.indexing.fields import Rendering
from rag.reading.annexes import missing_annexes
from rag.reading.corpus import Document

TODAY = date(2026, 6, 1)
PLAIN = Document(
    id="d",
    source="a.txt",
    start_line=1,
    end_line=9,
    span=(0, 100),
    title="临沂市兰山区人民政府关于发放高龄津贴的通知",
    title_printed=True,
    number="临兰政发〔2025〕3号",
    issuer="临沂市兰山区人民政府",
    jurisdiction="临沂市兰山区",
    kind="通知",
    signed_on="2025-03-01",
    published_on=None,
    valid_from=None,
    valid_until=None,
)
PLAN = replace(PLAIN, title="临沂市兰山区国民经济和社会发展第十四个五年规划", kind=None)


def owed(
    document: Document, quote: str, question: str = "标准是多少？", today: date = TODAY
) -> dict[str, Notice]:
    """The notices by kind."""
    query = Understanding([document]).understand(question)
    return {notice.kind: notice for notice in notices_for(query, [document], [quote], today)}


def test_a_document_that_holds_owes_nothing() -> None:
    assert owed(PLAIN, "每人每月发放100元。") == {}


def test_a_document_past_its_last_day_has_expired_and_not_on_it() -> None:
    until = replace(PLAIN, valid_until="2026-05-31")
    assert owed(until, "每人每月发放100元。")["expired"].values == {
        "on": date(2026, 5, 31),
        "title": PLAIN.title,
    }
    assert "expired" not in owed(until, "每人每月发放100元。", today=date(2026, 5, 31))


def test_what_lapsed_by_implication_says_why_and_does_not_say_that_it_is_stated() -> None:
    lapsed = replace(PLAIN, implied_until="2025-12-31", implied_reason="2025年度计划")
    told = owed(lapsed, "每人每月发放100元。")
    assert told["implied_expired"].values["reason"] == "2025年度计划"
    assert "expired" not in told


def test_a_document_replaced_names_the_other() -> None:
    old = replace(PLAIN, replaced_by="临兰政发〔2026〕1号")
    assert owed(old, "每人每月发放100元。")["superseded"].values == {"by": "临兰政发〔2026〕1号"}


def test_a_document_amended_is_in_force_and_names_what_amended_it() -> None:
    told = owed(replace(PLAIN, amended_by="临兰政发〔2026〕1号"), "每人每月发放100元。")
    assert told["amended"].values == {"by": "临兰政发〔2026〕1号"}
    assert "superseded" not in told


def test_a_draft_is_said_to_be_one() -> None:
    draft = replace(PLAIN, draft=True)
    assert "draft" in owed(draft, "每户限养一只。")
    assert "draft" not in owed(PLAIN, "每户限养一只。")


def test_what_was_reached_or_is_an_age_is_no_target() -> None:
    assert "target" not in owed(PLAN, "65周岁及以上老年人每年提供1次健康管理服务。")
    assert "target" not in owed(PLAN, "截至2025年底，已建成护理型床位1200张。")


def test_an_explainer_names_what_it_explains() -> None:
    explainer = replace(PLAIN, kind="解读", explains="临兰政发〔2025〕3号")
    assert owed(explainer, "每人每月发放100元。")["explainer"].values == {"explains": "临兰政发〔2025〕3号"}


def test_a_figure_of_a_plan_is_a_target_and_a_sentence_without_one_is_not() -> None:
    assert "target" in owed(PLAN, "到2027年，产值突破1200亿元。")
    assert "target" not in owed(PLAN, "力争建成现代化城区。")
    assert "target" not in owed(PLAIN, "产值突破1200亿元。")


def test_a_number_of_years_ago_may_have_changed() -> None:
    old = replace(PLAIN, signed_on="2021-03-01")
    assert owed(old, "咨询电话：0539-8182110。")["old_contact"].values == {"year": 2021}
    assert "old_contact" in owed(old, "组长：张三", "组长是谁？")
    assert "old_contact" not in owed(PLAIN, "咨询电话：0539-8182110。")
    assert "old_contact" not in owed(old, "每人每月发放100元。")


def test_another_district_than_the_one_asked_about_is_named() -> None:
    linzi = replace(PLAIN, id="e", jurisdiction="淄博市临淄区", title="临淄区人民政府通知", number=None)
    query = Understanding([PLAIN, linzi]).understand("临淄区的标准是多少？")
    (notice,) = notices_for(query, [PLAIN], ["每人每月发放100元。"], TODAY)
    assert (notice.kind, notice.values) == (
        "other_district",
        {"asked": ("淄博市临淄区",), "found": ("临沂市兰山区",)},
    )


def test_what_holds_for_the_city_holds_for_its_district() -> None:
    city = replace(PLAIN, id="c", jurisdiction="临沂市", title="临沂市人民政府通知", number=None)
    query = Understanding([PLAIN, city]).understand("兰山区的标准是多少？")
    assert notices_for(query, [city], ["每人每月发放100元。"], TODAY) == ()


def test_an_annex_that_is_named_and_not_printed_is_told_where_the_quote_names_it() -> None:
    missing = missing_annexes("请按要求填报。\n附件：1.高龄津贴申请表\n临沂市兰山区人民政府\n")
    (notice,) = unprinted(["申请表见附件1。"], missing)
    assert (notice.kind, notice.values) == ("missing_annex", {"annexes": ("“高龄津贴申请表”",)})
    assert unprinted(["每人每月发放100元。"], missing) == ()


def test_english_readers_are_told_the_number_of_an_annex() -> None:
    missing = missing_annexes(
        "请按要求填报，评分标准见附件1。\n附件：1.高龄津贴申请表\n2.名单\n附件2\n名单\n张三\n"
    )
    (notice,) = unprinted(["申请表见附件1。"], missing, "en")
    assert notice.values == {"annexes": ("Annex 1",)}


def test_an_english_reader_is_told_whose_rendering_it_is() -> None:
    ours, machine = Rendering((0, 9), "ours", False), Rendering((0, 9), "theirs", True)
    assert [rendering(shown).kind for shown in ([], [ours], [ours, machine])] == [
        "untranslated",
        "language",
        "machine_rendered",
    ]


def test_money_of_years_ago_without_a_term_is_told_with_its_year() -> None:
    old = replace(PLAIN, signed_on="2022-06-13")
    assert owed(old, "给予1.2万元的一次性创业补贴。")["dated"].values == {"year": 2022}
    assert "dated" not in owed(old, "区教体局牵头做好组织工作。")
    assert "dated" not in owed(old, "给予1.2万元的一次性创业补贴。", today=date(2023, 6, 1))
    assert "dated" not in owed(replace(old, valid_until="2027-12-31"), "给予1.2万元的一次性创业补贴。")


def test_a_document_of_another_place_than_the_readers_own_is_told() -> None:
    query = replace(Understanding([PLAIN]).understand("高龄津贴多少钱？"), home="淄博市临淄区")
    (notice,) = notices_for(query, [PLAIN], ["每人每月发放100元。"], TODAY)
    assert (notice.kind, notice.manner) == ("other_district", "home")
    assert notices_for(replace(query, home="临沂市兰山区"), [PLAIN], ["每人每月发放100元。"], TODAY) == ()


def test_the_last_day_of_a_stretch_is_told_with_its_month() -> None:
    told = owed(PLAIN, "报名时间为2025年7月27日8:00至29日8:00。")["past_event"].values["on"]
    assert isinstance(told, PrintedDate)
    assert told.text == "7月29日"


def test_what_a_place_grants_expires_by_the_term_that_it_states() -> None:
    relief = replace(PLAIN, signed_on="2022-06-13")
    told = owed(relief, "减按20%的税率缴纳企业所得税，执行期限至2024年12月31日。")
    assert (told["expired"].manner, told["expired"].values) == ("term", {"on": date(2024, 12, 31)})
    assert owed(relief, "免征增值税，执行期限至2027年12月31日。") == {}


def test_what_was_granted_for_one_year_is_over_with_it() -> None:
    relief = replace(PLAIN, signed_on="2022-06-13")
    told = owed(relief, "承租国有房屋的，2022年减免6个月租金。")
    assert told["implied_expired"].values["on"] == date(2022, 12, 31)
    assert "implied_expired" not in owed(relief, "自2022年起减免租金。")


def test_a_secondment_ends_with_its_term() -> None:
    told = owed(PLAIN, "张三为市发展和改革委员会副主任（挂职时间一年）。")
    assert told["implied_expired"].values["on"] == date(2026, 2, 28)
    assert owed(PLAIN, "张三为市发展和改革委员会副主任（挂职时间一年）。", today=date(2026, 2, 28)) == {}


OVER = replace(
    PLAIN,
    title="关于举办职工技能竞赛的通知",
    implied_until="2025-07-25",
    implied_reason="文中写明的时间至2025年7月25日",
)


def test_an_event_is_over_and_a_campaign_has_lapsed() -> None:
    told = owed(OVER, "前6名可晋升技师。")
    assert (told["past_event"].manner, told["past_event"].values) == ("event", {"on": date(2025, 7, 25)})
    campaign = replace(OVER, title="关于开展“飞线”专项整治行动的方案")
    assert set(owed(campaign, "由城管办负责。")) == {"implied_expired"}


def test_what_a_plan_tells_of_the_time_before_it_did_not_lapse_with_it() -> None:
    plan = replace(
        PLAIN,
        title="关于印发甲县老龄事业发展规划的通知",
        implied_until="2025-12-31",
        implied_reason="“十四五”期间至2025年",
    )
    query = Understanding([plan]).understand("养老机构有几处？")

    def kinds(*section: str) -> list[str]:
        quotes = ["全县养老机构达到8处。"]
        return [one.kind for one in notices_for(query, [plan], quotes, date(2026, 6, 1), section)]

    assert kinds("第一章 规划背景", "第一节 发展成效") == []
    paid = notices_for(query, [plan], ["高龄津贴每人每月100元。"], date(2029, 6, 1), ("第一节 发展成效",))
    assert [one.kind for one in paid] == ["dated"]  # of a time gone by all the same
    assert kinds("第二章 发展目标", "第一节 夯实数字乡村发展基础") == ["implied_expired", "target"]
    assert kinds("四、健全参与机制，增强互动成效") == ["implied_expired", "target"]


def test_what_is_offered_from_a_day_to_a_day_has_expired() -> None:
    stretched = "文中写明的起止时间至2025年7月25日"
    offer = replace(OVER, title="关于发放惠民消费券的公告", implied_reason=stretched)
    told = owed(offer, "每人每轮可领取三张。")
    assert (told["expired"].manner, told["expired"].values) == ("event", {"on": date(2025, 7, 25)})
    assert set(owed(offer, "首轮于7月3日上午10点投放。")) == {"expired"}  # no day of it says more
    assert "past_event" in owed(replace(OVER, implied_reason=stretched), "前6名可晋升技师。")


def test_a_day_that_a_place_gives_is_told_instead_of_what_its_campaign_implies() -> None:
    campaign = replace(OVER, title="关于开展“飞线”专项整治行动的方案")
    assert set(owed(campaign, "试点阶段（7月6日至7月10日）。")) == {"past_event"}
    yearly = replace(campaign, implied_reason="标题所示为2025年度的安排", implied_until="2025-12-31")
    assert set(owed(yearly, "试点阶段（7月6日至7月10日）。")) == {"implied_expired", "past_event"}


def test_a_body_for_one_occasion_is_of_its_time() -> None:
    body = replace(PLAIN, title="关于调整体育用品博览会推进工作专班的通知", signed_on="2022-08-04")
    told = owed(body, "组长：张三。")["past_event"]
    assert (told.manner, told.values) == ("occasion", {"year": 2022})
    assert owed(body, "组长：张三。")["old_contact"].values == {"year": 2022}
    assert "past_event" not in owed(body, "组长：张三。", today=date(2023, 6, 1))
    assert "past_event" not in owed(replace(body, title="关于调整防汛工作领导小组的通知"), "组长：张三。")


def test_a_day_of_an_event_is_told_as_printed() -> None:
    told = owed(OVER, "报名截止时间为6月30日。")["past_event"]
    assert (told.manner, told.values) == (
        None,
        {"on": PrintedDate(date(2025, 6, 30), "6月30日", by_day=True)},
    )


def test_what_a_lapsed_plan_aims_at_is_not_said_to_be_over_twice() -> None:
    lapsed = replace(
        PLAN, implied_until="2025-12-31", implied_reason="“十四五”期间至2025年", signed_on="2021-12-01"
    )
    assert set(owed(lapsed, "到2025年底，养老床位达到1.2万张。")) == {"implied_expired", "target"}
    # what there was before the plan, and what shall be after it, did not lapse with it
    assert owed(lapsed, "截至2020年底，全区有养老床位8000张。") == {}
    assert "implied_expired" not in owed(lapsed, "到2035年，基本实现现代化，产值达到1000亿元。")


def test_a_year_that_was_to_be_reached_has_passed() -> None:
    measures = replace(PLAIN, title="关于促进就业的若干措施", signed_on="2018-10-30")
    assert "past_event" in owed(measures, "到2022年，新增就业突破5000人。")
    assert "past_event" in owed(measures, "指标：出口额；2017年：9.5亿元；2022年：15亿元")
    assert "past_event" not in owed(measures, "到2030年，新增就业突破5000人。")


def test_the_day_of_issue_and_what_comes_back_are_no_events() -> None:
    assert "past_event" not in owed(PLAIN, "《任务清单》于2024年10月24日正式印发。")
    assert "past_event" not in owed(PLAIN, "水灾通常在汛期，8、9月有时受台风影响。")
    assert "past_event" not in owed(PLAIN, "截至2024年12月31日，全区有养老机构8处。")
