"""What a document says of its own force, each from one paragraph."""

import pytest

from rag.reading.validity import Validity, validity_of

RULES = "青禾市临时救助办法"
SIGNED = "2021-11-20"


def says(*paragraphs: str, title: str = RULES, signed: str | None = SIGNED) -> Validity:
    return validity_of(paragraphs, title, signed)


@pytest.mark.parametrize(
    ("paragraph", "begin", "end"),
    [
        ("本办法自2021年12月1日起施行，有效期5年。", "2021-12-01", "2026-11-30"),
        ("本办法自2021年12月1日起施行，有效期至2023年11月30日。", "2021-12-01", "2023-11-30"),
        ("本通知自2021年12月1日起实施，有效期截止到2022年5月31日。", "2021-12-01", "2022-05-31"),
        ("本办法自印发之日起施行，有效期二年。", SIGNED, "2023-11-19"),
        ("本办法自发布之日起30日后施行。", "2021-12-20", None),
        ("本通知自2022年3月抄表之日起执行。", "2022-03-01", None),
        ("以上价格自2022年3月1日抄见水量起执行。", "2022-03-01", None),
        ("本通知从2022年3月1日起在全市范围内执行。", "2022-03-01", None),
        ("本办法自二〇二二年一月一日起施行。", "2022-01-01", None),
        ("本办法有效期自2022年1月1日至2024年12月31日。", "2022-01-01", "2024-12-31"),
        ("本办法自2022年1月1日起施行，至2023年12月31日止。", "2022-01-01", "2023-12-31"),
        ("本批复自2021年12月1日起执行，有效期三年。", "2021-12-01", "2024-11-30"),
        ("本通知的有效期至2023年2月30日。", None, None),  # no day that is none
    ],
)
def test_since_when_and_until_when_a_document_holds(
    paragraph: str, begin: str | None, end: str | None
) -> None:
    told = says(paragraph)
    assert (told.valid_from, told.valid_until) == (begin, end)


def test_another_texts_force_is_not_its_own() -> None:
    other = "根据自2015年1月1日起施行的《社会救助条例》以及各级财政部门关于加强资金管理使用的工作要求，制定以下措施。"
    assert says(other).valid_from is None


def test_the_last_statement_wins() -> None:
    told = says("本办法自2020年1月1日起施行。", "本办法自2021年12月1日起施行。")
    assert told.valid_from == "2021-12-01"


def test_a_stated_day_wins_over_the_day_of_issue() -> None:
    assert says("本办法自2022年1月1日起施行。", "本办法自印发之日起施行。").valid_from == "2022-01-01"


def test_the_day_of_issue_counts_only_where_it_is_known() -> None:
    assert says("本办法自印发之日起施行。", signed=None).valid_from is None


@pytest.mark.parametrize(
    ("paragraph", "repealed"),
    [
        ("《青禾市临时救助规定》同时废止。", ("《青禾市临时救助规定》",)),
        ("原《青禾市临时救助规定》（青政发〔2016〕3号）同时废止。", ("青政发〔2016〕3号",)),
        ("《甲办法》、《乙办法》同时废止。", ("《甲办法》", "《乙办法》")),
        ("青政发〔2016〕3号文件同时废止。", ("青政发〔2016〕3号",)),
        ("废止《甲办法》。", ("《甲办法》",)),
        ("按照《甲办法》执行。", ()),
    ],
)
def test_what_a_document_repeals(paragraph: str, repealed: tuple[str, ...]) -> None:
    assert says(paragraph).replaces == repealed


def test_a_list_of_what_is_repealed_ends_where_that_of_what_is_amended_begins() -> None:
    told = says(
        "一、废止下列文件",
        "1.《甲办法》（青政发〔2010〕1号）",
        "2.《乙办法》",
        "二、修改下列文件",
        "1.《丙办法》",
        title="青禾市人民政府关于清理规范性文件的决定",
    )
    assert told.replaces == ("青政发〔2010〕1号", "《乙办法》")


@pytest.mark.parametrize(
    ("title", "until", "why"),
    [
        ("青禾市养老服务“十四五”规划", "2025-12-31", "十四五"),
        ("青禾市第十四个五年规划纲要", "2025-12-31", "十四五"),
        ("青禾市妇女发展规划（2021—2030年）", "2030-12-31", "2030"),
        ("青禾市2022年民生实事计划", "2022-12-31", "2022"),
        ("青禾市临时救助暂行办法", "2023-11-19", "暂行"),
    ],
)
def test_what_a_title_implies_is_told_with_its_reason(title: str, until: str, why: str) -> None:
    told = says("现印发给你们，请认真组织实施。", "自印发之日起施行。", title=title)
    assert told.implied_until == until
    assert why in (told.implied_reason or "")
    assert told.valid_until is None


@pytest.mark.parametrize("paragraph", ["本办法长期有效。", "本办法自2021年12月1日起施行，有效期5年。"])
def test_what_is_stated_leaves_nothing_to_be_implied(paragraph: str) -> None:
    assert says(paragraph, title="青禾市临时救助暂行办法").implied_until is None


def test_a_document_that_sets_rules_implies_no_end() -> None:
    assert says("本办法自2021年12月1日起施行。").implied_until is None


def test_a_note_that_a_document_was_replaced_or_amended_names_by_what() -> None:
    gone = says("此文件已废止，代之以《青禾市社会救助办法》（青政发〔2023〕5号）。")
    assert gone.replaced_by == "青政发〔2023〕5号"
    changed = says("此文件已被修改，见《青禾市人民政府关于修改部分文件的决定》。")
    assert changed.amended_by == "《青禾市人民政府关于修改部分文件的决定》"
    assert changed.replaced_by is None


def test_a_decision_changes_some_and_repeals_others() -> None:
    read = says(
        "决定对下列规范性文件作如下修改：",
        "一、对《青禾市养犬管理规定》（青政规〔2020〕7号）作如下修改",
        "（一）将第八条中的“300元”修改为“200元”。",
        "二、废止下列规范性文件",
        "1.《青禾市集贸市场收费办法》（青政发〔2008〕19号）；",
        "2.《青禾市户外广告管理办法》。",
        "三、本决定自2026年1月1日起施行。",
        "四、请按《青禾市公文处理办法》归档。",
        title="青禾市人民政府关于修改部分规范性文件的决定",
    )
    assert read.amends == ("青政规〔2020〕7号",)
    assert read.replaces == ("青政发〔2008〕19号", "《青禾市户外广告管理办法》")


def test_what_a_table_lists_as_repealed_is_known_by_its_number() -> None:
    read = says(
        "市政府决定对下列文件予以废止。",
        "序号\t文件名称\t文号",
        "1\t关于加强散装水泥管理的通知\t青政发〔2009〕33号",
        title="青禾市人民政府关于废止一批规范性文件的决定",
    )
    assert read.replaces == ("青政发〔2009〕33号",)


@pytest.mark.parametrize(
    ("note", "by"),
    [
        ("（此文件已被《青禾市社会救助办法》（青政发〔2023〕5号）废止）", "青政发〔2023〕5号"),
        ("本文件已经被《青禾市社会救助办法》代替。", "《青禾市社会救助办法》"),
        ("根据2023年7月25日公布的清理结果（青政办〔2023〕19号），此文件已宣布失效。", "青政办〔2023〕19号"),
    ],
)
def test_what_replaced_a_document_is_not_what_it_repeals(note: str, by: str) -> None:
    told = says(note)
    assert (told.replaced_by, told.replaces) == (by, ())


def test_a_document_repealed_on_a_day_holds_until_then() -> None:
    assert says("此文件已于2023年7月25日废止。").valid_until == "2023-07-25"


def test_what_another_repeals_repeals_nothing_itself() -> None:
    assert says("上述规定被《青禾市社会救助办法》废止。").replaces == ()


def test_a_decision_counts_before_the_text_that_it_prints_anew() -> None:
    told = says(
        "本决定自2024年12月1日起施行。《青禾市养犬管理条例》根据本决定作相应修改后重新公布。",
        "第五条 本条例自2015年10月1日起施行。",
        title="青禾市人民代表大会常务委员会关于修改《青禾市养犬管理条例》的决定",
    )
    assert told.valid_from == "2024-12-01"
    assert told.amends == ("《青禾市养犬管理条例》",)
    assert told.replaces == ()


def test_the_day_from_which_something_is_had_is_not_when_a_notice_is_over() -> None:
    paid = "缴费时间：2025年10月1日至2025年12月31日。缴费后自2026年1月1日起享受待遇。"
    assert says(paid, title="青禾县关于医保缴费的通告").implied_until == "2025-12-31"
    assert says(paid, title="青禾县关于2026年度医保缴费的通告").implied_until == "2026-12-31"
