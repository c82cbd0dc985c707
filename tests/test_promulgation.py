"""By whom and when a text was made, from the lines that say it."""

import pytest

from rag.reading.promulgation import Promulgation, is_promulgation, proclaims, promulgation_of

LAW = "（2021年11月12日青禾市人民政府令第2号公布，自2022年1月1日起施行）"


def test_a_law_says_it_in_brackets_below_its_title() -> None:
    assert is_promulgation(LAW)
    assert promulgation_of([LAW, "第一条 …"]) == Promulgation(
        "青禾市人民政府令第2号", "青禾市人民政府", "2021-11-12", "2021-11-12"
    )


def test_a_law_passed_by_a_congress_has_its_maker_and_day() -> None:
    told = promulgation_of(["（2021年9月30日青禾市第十七届人民代表大会常务委员会第三次会议通过）"])
    assert told.on == "2021-09-30"
    assert told.number is None


@pytest.mark.parametrize(
    "line", ["（试行）", "（一）2021年的标准", "2021年11月12日公布", "（附件2）", "（2021年度计划）"]
)
def test_other_brackets_say_nothing_of_it(line: str) -> None:
    assert not is_promulgation(line)


def test_a_page_that_lost_its_line_breaks_says_it_at_its_ends() -> None:
    told = promulgation_of(
        ["青政发〔2024〕54号各县区人民政府：现将办法印发给你们。青禾市人民政府2024年3月5日（此件公开发布）"]
    )
    assert (told.number, told.on) == ("青政发〔2024〕54号", "2024-03-05")


def test_an_order_proclaims_and_is_dated() -> None:
    told = promulgation_of(
        ["青禾市人民政府令第7号《青禾市养犬管理办法》已经通过，现予公布。市长王大山2024年3月5日"]
    )
    assert told.on == "2024-03-05"
    assert told.number == "青禾市人民政府令第7号"


def test_a_day_within_the_text_is_not_its_own() -> None:
    assert promulgation_of(["自2024年5月1日起，每人每月发放100元，按月发放。"]).on is None


def test_nothing_says_nothing() -> None:
    assert promulgation_of([]) == Promulgation()
    assert promulgation_of(["每人每月发放100元。"]) == Promulgation()


def test_a_law_revised_more_than_once_tells_the_last_day() -> None:
    told = promulgation_of(
        [
            "（2015年6月1日青禾市第六届人民代表大会常务委员会第三次会议通过　根据2019年9月27日第一次修正　"
            "根据2024年10月8日青禾市第八届人民代表大会常务委员会第十二次会议《关于修改〈青禾市养犬管理条例〉的决定》第二次修正）"
        ]
    )
    assert (told.on, told.revised_on) == ("2015-06-01", "2024-10-08")


@pytest.mark.parametrize(
    ("title", "opening", "title_told"),
    [
        (
            "青禾市人民政府令",
            "《青禾市供热规定》已经2025年8月11日市政府常务会议通过，现予公布。",
            "青禾市供热规定",
        ),
        (
            "青禾市人民政府令",
            "《青禾市人民政府关于修改〈青禾市奖励办法〉的决定》已经审议通过，现予公布。",
            "青禾市人民政府关于修改《青禾市奖励办法》的决定",
        ),
        ("青禾市人民政府令", "为了规范供热，决定停止执行《青禾市供热规定》。", None),
        ("青禾市人民政府关于公布供热规定的通知", "《青禾市供热规定》已经审议通过，现予公布。", None),
    ],
)
def test_an_order_is_called_by_what_it_makes_law(title: str, opening: str, title_told: str | None) -> None:
    assert proclaims(title, [opening]) == title_told
