"""Since when, until when and for what reason: the wordings in which real documents speak of their force."""

from __future__ import annotations

import pytest

from rag.reading.validity import (
    Validity,
    announces_event,
    is_on_trial,
    states_trial_rule,
    validity_of,
    validity_of_explained,
)

SIGNED = "2024-03-15"


def says(*paragraphs: str, title: str = "青禾市养犬管理办法", signed: str | None = SIGNED) -> Validity:
    return validity_of(paragraphs, title, signed)


@pytest.mark.parametrize(
    ("paragraph", "begin", "end"),
    [
        ("本条例自２０２４年７月１日起施行。", "2024-07-01", None),
        ("本办法自2024 年 7 月 1 日起施行，有效期至 2029 年 6 月 30 日。", "2024-07-01", "2029-06-30"),
        ("本辦法自二〇二四年七月一日起施行。", "2024-07-01", None),
        ("本细则自2024-07-01起实施，有效期三年。", "2024-07-01", "2027-06-30"),
        ("本通告于2024年7月1日零时起施行。", "2024-07-01", None),
        ("本意见自发文之日起施行，有效期5年。", SIGNED, "2029-03-14"),
        ("本规定自公布之日起10日后施行。", "2024-03-25", None),
        ("本方案试行期自2024年4月1日至2025年3月31日。", "2024-04-01", "2025-03-31"),
        ("本通知自2024年4月1日起至2024年9月30日止执行。", "2024-04-01", "2024-09-30"),
        ("本办法有效期限截止到2026年12月31日。", None, "2026-12-31"),
        ("失效日期：2027-01-31，生效日期另行公布。", None, "2027-01-31"),
        ("本公告有效期为2年，自2024年5月1日起执行。", "2024-05-01", "2026-04-30"),
        ("施行日期：自2024年2月29日起施行，本办法有效期1年。", "2024-02-29", "2025-02-27"),
    ],
)
def test_a_day_of_force_is_read_however_it_is_worded(
    paragraph: str, begin: str | None, end: str | None
) -> None:
    told = says(paragraph)
    assert (told.valid_from, told.valid_until) == (begin, end)


@pytest.mark.parametrize(
    "paragraph",
    [
        "自2024年7月1日起，养犬人应当携犬到登记点办理登记手续。",
        "执行2024年7月1日起的收费标准的，由价格主管部门另行公布，各登记点应当在显著位置公示收费依据和收费标准。",
        "有效期3年的登记证到期前应当换发。",
        "已购车辆的保险有效期至2024年12月31日的，可以顺延。",
        "第三条 犬只免疫每年一次。",
        "",
    ],
)
def test_what_speaks_of_other_days_states_no_force(paragraph: str) -> None:
    told = says(paragraph)
    assert told.valid_from is None
    assert told.valid_until in (None, "2024-12-31")


def test_a_term_of_years_needs_a_day_to_begin_with() -> None:
    assert says("本办法有效期三年。", signed=None).valid_until is None


def test_a_last_day_that_is_stated_wins_over_a_term() -> None:
    told = says("本办法自2024年7月1日起施行，有效期五年。", "本办法有效期至2026年6月30日。")
    assert told.valid_until == "2026-06-30"


@pytest.mark.parametrize(
    ("paragraph", "repealed"),
    [
        ("原《青禾市养犬管理规定》即行废止。", ("《青禾市养犬管理规定》",)),
        ("《甲办法》《乙办法》和《丙办法》予以废止。", ("《甲办法》", "《乙办法》", "《丙办法》")),
        ("《甲办法》（青政发〔2018〕3号）、《乙办法》（青政办发〔2019〕12号）同时废止。",
         ("青政发〔2018〕3号", "青政办发〔2019〕12号")),
        ("《甲市关于〈乙条例〉的实施办法》同时废止。", ("《甲市关于〈乙条例〉的实施办法》",)),
        ("原青政发〔2018〕3号文件同时废止。", ("青政发〔2018〕3号",)),
        ("废止了《甲办法》、《乙办法》。", ("《甲办法》", "《乙办法》")),
        ("《甲办法》未废止的条款继续执行。", ()),
        ("此前印发的青政发〔2018〕3号文件同时废止。", ("青政发〔2018〕3号",)),
        ("《甲办法》尚未废止。", ()),
    ],
)  # fmt: skip
def test_what_is_repealed_is_called_by_its_number_or_title(paragraph: str, repealed: tuple[str, ...]) -> None:
    assert says(f"本办法自2024年7月1日起施行，{paragraph}").replaces == repealed


def test_what_is_repealed_twice_is_named_once() -> None:
    assert says("《甲办法》同时废止。", "此前发布的《甲办法》同时废止。").replaces == ("《甲办法》",)


def test_a_list_of_repealed_documents_is_read_entry_by_entry() -> None:
    told = says(
        "经研究，决定废止下列规范性文件：",
        "1.关于加强犬类管理的通知（青政发〔2009〕33号）",
        "2.《青禾市犬类收容规定》",
        "本决定自公布之日起施行。",
        title="青禾市人民政府关于废止部分规范性文件的决定",
    )
    assert told.replaces == ("青政发〔2009〕33号", "《青禾市犬类收容规定》")
    assert told.valid_from == SIGNED


def test_what_a_decision_amends_is_known_by_its_title_or_its_text() -> None:
    told = says(
        "对《青禾市养犬管理办法》（青政规〔2021〕2号）作出如下修改：",
        "将《青禾市集贸市场管理办法》作以下修改：",
        title="青禾市人民政府关于修改《青禾市户外广告管理办法》等规范性文件的决定",
    )
    assert told.amends == ("《青禾市户外广告管理办法》", "青政规〔2021〕2号", "《青禾市集贸市场管理办法》")


@pytest.mark.parametrize(
    ("note", "replaced", "amended"),
    [
        ("此文件已被青政发〔2025〕9号文件废止。", "青政发〔2025〕9号", None),
        ("此件已于2025年1月1日被《新办法》取代。", "《新办法》", None),
        ("本文件已由青政发〔2025〕9号修订。", None, "青政发〔2025〕9号"),
        ("此文件继续有效。", None, None),
    ],
)
def test_a_note_of_the_site_says_what_became_of_a_document(
    note: str, replaced: str | None, amended: str | None
) -> None:
    told = says(note)
    assert (told.replaced_by, told.amended_by) == (replaced, amended)


# --- what is implied ---


@pytest.mark.parametrize(
    ("title", "until"),
    [
        ("青禾市2024年度重点工作安排", "2024-12-31"),
        ("青禾市2024—2026年三年行动计划", "2026-12-31"),
        ("青禾市“十五五”规划编制方案", "2030-12-31"),
        ("青禾市教育发展规划(2021-2035年)", "2035-12-31"),
        ("青禾市中小学收费办法（试行）", "2026-03-14"),
        ("青禾市养犬管理办法", None),
        ("关于表彰2023年度先进单位的决定", None),
        ("青禾市2024年养犬管理办法", None),
    ],
)
def test_how_long_a_title_lets_its_document_hold(title: str, until: str | None) -> None:
    told = says("现印发给你们，请认真贯彻执行。", title=title)
    assert told.implied_until == until
    assert (told.implied_reason is None) == (until is None)


def test_without_a_day_of_issue_a_trial_implies_no_end() -> None:
    assert says("现印发给你们。", title="青禾市收费办法（试行）", signed=None).implied_until is None


@pytest.mark.parametrize(
    ("paragraph", "title", "until"),
    [
        ("集中整治时间：2024年4月1日至6月30日。", "关于开展犬只集中整治的通告", "2024-06-30"),
        ("比赛定于时间为2024年5月20日举行。", "关于举办2024年足球比赛的通知", "2024-05-20"),
        ("报名自2024年12月20日至2025年1月10日。", "关于举办新春灯会活动的公告", "2025-01-10"),
        ("活动时间：2023年4月1日至4月30日。", "关于开展植树活动的通知", None),  # over before it was signed
        ("整治时间：2024年4月1日至6月30日。", "青禾市犬只整治办法", None),  # rules last
        ("整治时间另行通知。", "关于开展犬只集中整治的通告", None),
        ("每年2024年4月1日至6月30日。", "关于停水的函", None),
        # days without a year are of the year in which it was signed
        ("试点阶段（4月6日-4月10日）。", "关于开展“飞线”专项整治行动的方案", "2024-04-10"),
        ("报名截止时间为6月30日。", "关于举办职工技能竞赛的通知", "2024-06-30"),
        ("汛期（每年6月1日至9月30日）加强巡查。", "关于开展防溺水攻坚行动的通知", None),
    ],
)
def test_an_event_is_over_with_its_last_day(paragraph: str, title: str, until: str | None) -> None:
    assert says(paragraph, title=title).implied_until == until


def test_what_is_held_after_the_registration_ends_later() -> None:
    told = says(
        "报名时间：2024年4月1日至4月20日。",
        "比赛于2024年5月18日举行，成绩自6月1日起公布。",
        title="关于举办足球比赛的公告",
    )
    assert told.implied_until == "2024-05-18"
    assert told.implied_reason == "文中写明的时间至2024年5月18日"


def test_what_takes_place_is_told_from_a_campaign_and_from_a_plan() -> None:
    by_days = "文中写明的时间至2024年6月30日"
    assert announces_event("关于举办职工技能竞赛的通知", by_days)
    assert not announces_event("关于开展犬只集中整治行动的方案", by_days)
    assert not announces_event("2024年职工技能竞赛工作要点", "标题所示为2024年度的安排")


def test_an_explainer_lapses_with_the_plan_that_it_explains() -> None:
    assert validity_of_explained("《2023年政务公开工作要点》解读").implied_until == "2023-12-31"
    assert validity_of_explained("《养犬管理办法》解读").implied_until is None


@pytest.mark.parametrize(
    ("title", "trial"),
    [("收费办法（试行）", True), ("收费暂行办法", True), ("收费办法", False), ("試行辦法", True)],
)
def test_a_title_says_that_its_document_is_on_trial(title: str, trial: bool) -> None:
    assert is_on_trial(title) is trial


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("标注“暂行”、“试行”的，有效期为1年至2年。", True),
        ("标注“暂行”“试行”的规范性文件，有效期为一年至两年。", True),
        ("规范性文件的有效期为三年至五年。", False),
        ("本办法试行期一年。", False),
    ],
)
def test_the_rule_on_trials_is_known_where_it_stands(text: str, rule: bool) -> None:
    assert states_trial_rule(text) is rule
