"""The table of districts against the rules of GB/T 2260, and what its names say."""

from __future__ import annotations

import pytest

from rag.text.places import (
    TABLE,
    District,
    Place,
    district,
    full_name,
    is_strange,
    is_whole,
    mentions,
    same,
    within,
)

ROWS = [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]]


def the(name: str) -> Place:
    """The one place of a name."""
    (place,) = district(name).places
    return place


@pytest.mark.parametrize(
    ("name", "code", "level"),
    [
        ("山东省", "370000", 1),
        ("临沂市", "371300", 2),
        ("兰山区", "371302", 3),
        ("上海市", "310000", 1),
        ("浦东新区", "310115", 3),
        ("内蒙古自治区", "150000", 1),
        ("锡林郭勒盟", "152500", 2),
        ("正蓝旗", "152530", 3),
        ("石河子市", "659001", 3),
        ("仙桃市", "429004", 3),
        ("香港特别行政区", "810000", 1),
        ("延边朝鲜族自治州", "222400", 2),
        ("亦庄", "110000", 4),
    ],
)
def test_a_district_has_its_code_of_the_national_standard(name: str, code: str, level: int) -> None:
    place = the(name)
    assert (place.code, place.level) == (code, level)


def test_every_code_is_of_six_digits_and_lies_in_a_province_of_the_table() -> None:
    provinces = {row[0] for row in ROWS if row[0].endswith("0000")}
    assert len(provinces) == 34
    for code, *_ in ROWS:
        assert len(code) == 6
        assert code.isdecimal()
        assert f"{code[:2]}0000" in provinces


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("兰山区", "临沂市兰山区"),
        ("临沂市", "山东省临沂市"),
        ("上海市", "上海市"),
        ("浦东新区", "上海市浦东新区"),
        ("正蓝旗", "锡林郭勒盟正蓝旗"),
        ("仙桃市", "湖北省仙桃市"),
        ("亦庄", "北京市亦庄"),
    ],
)
def test_a_district_is_told_with_what_it_lies_in(name: str, said: str) -> None:
    place = the(name)
    assert full_name(place) in (said, said.removeprefix("山东省"))


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("临沂市", True),
        ("临沂", False),
        ("兴安盟", True),
        ("阿里地区", True),
        ("临沂临港经济开发区", True),
        ("义堂镇", False),
    ],
)
def test_a_whole_name_ends_with_the_word_for_its_kind(name: str, whole: bool) -> None:
    assert is_whole(name) is whole


def test_a_place_is_called_by_its_name_in_the_language_of_the_reader() -> None:
    assert the("临沂市").called("zh") == "临沂市"
    assert the("临沂市").called("en") == "Linyi"
    assert the("内蒙古自治区").called("en") == "Inner Mongolia"


def test_a_name_of_several_places_is_told_apart_by_the_city_before_it() -> None:
    assert len(district("鼓楼区").places) > 2
    assert [place.code for place in district("南京市鼓楼区").places] == ["320106"]
    assert within("南京市鼓楼区", "江苏省")
    assert not within("南京市鼓楼区", "福州市")


def test_a_zone_is_its_own_and_lies_in_its_city() -> None:
    zone = the("亦庄")
    assert zone.zone
    assert zone.lies_in(the("北京市"))
    assert not the("北京市").lies_in(zone)
    assert zone.lies_in(zone)


@pytest.mark.parametrize(
    ("inner", "outer", "lies"),
    [
        ("西湖区", "杭州市", True),
        ("余杭区", "宁波市", False),
        ("昆山市", "苏州市", True),
        ("昆山市", "江苏省", True),
        ("苏州市", "昆山市", False),
        ("朝阳区", "北京市", True),
        ("朝阳区", "长春市", True),
        ("朝阳县", "朝阳市", True),
        ("临沂市兰山区义堂镇", "临沂市兰山区义堂镇", True),
        ("临沂市兰山区半程镇", "临沂市兰山区义堂镇", False),
        ("青禾市", "青禾市云溪县", False),
        ("青禾市云溪县", "青禾", True),
    ],
)
def test_the_smaller_lies_in_the_larger(inner: str, outer: str, lies: bool) -> None:
    assert within(inner, outer) is lies


def test_names_of_one_district_with_and_without_what_they_lie_in_are_the_same() -> None:
    assert same("江苏省苏州市昆山市", "昆山市")
    assert same("青禾市", "青禾市")
    assert not same("青禾市", "青河市")


def test_a_district_nobody_knows_has_its_name_and_nothing_else() -> None:
    assert district("青禾市云溪县") == District("青禾市云溪县", rest="青禾市云溪县")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("南京鼓楼区低保标准", "南京鼓楼区"),
        ("江苏省苏州市昆山市人才公寓", "江苏省苏州市昆山市"),
        ("呼和浩特的公交", "呼和浩特"),
        ("请问杭州西湖区几点上班", "杭州西湖区"),
        ("in Nanjing City now", "Nanjing City"),
    ],
)
def test_a_mention_covers_the_whole_name(text: str, said: str) -> None:
    (found,) = mentions(text)
    assert text[found.start : found.end] == said


def test_places_of_both_scripts_come_in_the_order_of_the_text() -> None:
    found = mentions("Hangzhou 和苏州市谁更好")
    assert [one.places[0].name for one in found] == ["杭州市", "苏州市"]


def test_old_names_lead_to_the_district_of_today_or_are_known() -> None:
    found = mentions("襄樊市的医保")
    assert len(found) == 1
    assert found[0].certain


@pytest.mark.parametrize(
    "text",
    ["", "低保", "海", "The long and short of it", "东西南北", "中山装"],
)
def test_a_text_without_a_place_names_none(text: str) -> None:
    assert not [one for one in mentions(text) if one.certain]


def test_nothing_is_strange_where_only_the_nation_is_known() -> None:
    assert not is_strange(the("青岛市"), ["全国"])
    assert not is_strange(the("青岛市"), [])
    assert is_strange(the("青岛市"), ["临沂市"])


def test_an_invented_county_may_lie_in_any_province_but_in_no_known_city() -> None:
    assert not is_strange(the("山东省"), ["青禾市"])
    assert is_strange(the("上海市"), ["青禾市"])
    assert is_strange(the("青岛市"), ["青禾市"])
