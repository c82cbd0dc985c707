"""What a document is called, what kind it is, who issued it and for where."""

import pytest

from rag.reading.titles import (
    derived_title,
    explained,
    full_place,
    issuer_in,
    kind_of,
    numbered_by,
    place_in,
    place_of,
    printed_title,
    short_place,
)


def test_a_title_over_several_lines_is_one_and_gets_its_issuer() -> None:
    assert printed_title(["青禾市人民政府"], ["关于印发临时", "救助办法的通知"]) == (
        "青禾市人民政府关于印发临时救助办法的通知"
    )
    assert printed_title(["青禾市人民政府"], ["青禾市临时救助办法"]) == "青禾市临时救助办法"
    assert printed_title(["甲局", "乙局"], ["关于开展检查的通知"]) == "甲局、乙局关于开展检查的通知"
    assert printed_title(["青禾市人民政府"], []) is None


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("关于印发临时救助办法的通知", "通知"),
        ("青禾市临时救助办法", "办法"),
        ("青禾市养犬管理办法（试行）", "办法"),
        ("关于同意设立经济开发区的批复", "批复"),
        ("应急预案", "预案"),
        ("防空警报试鸣", None),
    ],
)
def test_the_kind_is_the_word_a_title_ends_with(title: str, kind: str | None) -> None:
    assert kind_of(title) == kind


@pytest.mark.parametrize(
    ("title", "issuer"),
    [
        ("临沂市人民政府关于防空警报试鸣的通告", "临沂市人民政府"),
        ("兰山区人民政府办公室印发办法的通知", "兰山区人民政府办公室"),
        ("岭东省物价局、岭东省财政厅关于调整学费的通知", "岭东省物价局、岭东省财政厅"),
        ("关于防空警报试鸣的通告", None),
        ("防空警报试鸣", None),
    ],
)
def test_the_authority_a_title_begins_with(title: str, issuer: str | None) -> None:
    assert issuer_in(title) == issuer


@pytest.mark.parametrize(
    ("org", "place"),
    [
        ("临沂市人民政府", "临沂市"),
        ("临沂市兰山区人民政府", "临沂市兰山区"),
        ("中共临沂市委", "临沂市"),
        ("山东省教育厅", "山东省"),
        ("国务院办公厅", "全国"),
        ("教育部", "全国"),
        ("本单位", None),
    ],
)
def test_an_authority_is_of_its_district(org: str, place: str | None) -> None:
    assert place_of(org) == place


def test_a_title_that_names_a_district_is_of_it() -> None:
    assert place_in("关于印发临沂市养老服务条例的通知") == "临沂市"
    assert place_in("2024年度临沂市民生实事") == "临沂市"
    assert place_in("关于加强管理的通知") is None
    assert place_in("关于调整榆城市供水价格的通知") == "榆城市"
    assert place_in("广东省城镇华侨房屋征收补偿规定") == "广东省"  # no town of that name
    assert place_in("山东省乡镇企业管理办法") == "山东省"
    assert place_in("临沂市兰山区义堂镇养老服务方案") == "临沂市兰山区义堂镇"


@pytest.mark.parametrize(
    ("place", "short"),
    [("临沂市兰山区", "兰山区"), ("临沂临港经济开发区", "临港区"), ("临沂市", "临沂市"), ("全国", "全国")],
)
def test_the_everyday_name_of_a_district(place: str, short: str) -> None:
    assert short_place(place) == short


def test_a_district_is_called_by_the_fullest_name_that_is_known() -> None:
    assert full_place("兰山区", ["临沂市兰山区", "山东省临沂市兰山区", "罗庄区"]) == "山东省临沂市兰山区"
    assert full_place("兰山区", ["临沂市罗庄区"]) == "兰山区"


@pytest.mark.parametrize(
    ("paragraph", "title", "kind"),
    [
        (
            "现将《青禾市临时救助办法》印发给你们，请遵照执行。",
            "青禾市人民政府关于印发《青禾市临时救助办法》的通知",
            "通知",
        ),
        ("根据有关规定，市政府决定开展防空警报试鸣活动。", "青禾市人民政府关于开展防空警报试鸣活动", None),
        ("因管道维修，明日停水。", "因管道维修", None),
    ],
)
def test_a_document_without_a_title_is_called_by_what_it_does(
    paragraph: str, title: str, kind: str | None
) -> None:
    assert derived_title(paragraph, "青禾市人民政府") == (title, kind)


def test_an_explainer_says_what_it_explains_and_whose_it_is() -> None:
    told = explained("近日，市民政局印发了《青禾市临时救助办法》（青民发〔2021〕9号），现解读如下。")
    assert (told.title, told.number) == ("《青禾市临时救助办法》", "青民发〔2021〕9号")
    assert explained("现对《青禾市临时救助办法》作如下说明。").title == "《青禾市临时救助办法》"
    assert explained("现将有关情况说明如下。").title is None


@pytest.mark.parametrize(
    ("title", "issuer"),
    [
        ("青禾市总工会 青禾市财政局关于提高标准的通知", "青禾市总工会、青禾市财政局"),
        ("青禾海关公告2026年第6号（关于调整查验点的公告）", "青禾海关"),
        ("青禾新区管理委员会专题会议纪要", "青禾新区管理委员会"),
        ("区政府专题会议纪要", None),
    ],
)
def test_the_authorities_that_a_title_begins_with(title: str, issuer: str | None) -> None:
    assert issuer_in(title) == issuer


def test_a_title_gives_its_number_and_its_kind() -> None:
    title = "青禾海关公告2026年第6号（关于调整进口冷链食品查验点的公告）"
    assert (numbered_by(title), kind_of(title)) == ("青禾海关公告2026年第6号", "公告")
    assert numbered_by("青禾市人民政府关于2026年第6号台风的通知") is None


def test_a_bureau_of_a_city_is_no_part_of_the_districts_name() -> None:
    assert place_of("重庆市青禾区城市管理局") == "重庆市青禾区"
