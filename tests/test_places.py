import pytest

from rag.text.places import Around, district, is_strange, latin_of, mentions, same, within


def named(text: str) -> list[str]:
    """The places surely named in a text, as the table names the first that each can be."""
    return [found.places[0].name for found in mentions(text) if found.certain]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("上海的防空警报什么时候试鸣", ["上海市"]),
        ("青岛市小学几号报名", ["青岛市"]),
        ("山东省临沂市兰山区义堂镇", ["兰山区"]),
        ("济南市中区低保多少钱", ["市中区"]),
        ("晋城城区低保", ["城区"]),
        ("沈阳和平区", ["和平区"]),
        ("北京经济技术开发区", ["北京市"]),
        ("伊犁州和湘西州", ["伊犁哈萨克自治州", "湘西土家族苗族自治州"]),
        ("锡林郭勒盟正蓝旗牧民补贴", ["正蓝旗"]),
        ("章丘市还叫章丘市吗", ["章丘区", "章丘区"]),
        ("How is it done in Qingdao?", ["青岛市"]),
        ("shanghai rules for dogs", ["上海市"]),
        ("Lanshan District, Linyi City", ["兰山区"]),
        ("grants in Xi'an and Inner Mongolia", ["西安市", "内蒙古自治区"]),
        ("Shanghai's Pudong New Area", ["浦东新区"]),
    ],
)
def test_a_place_is_known_by_its_full_its_everyday_and_its_english_name(text: str, places: list[str]) -> None:
    assert named(text) == places


@pytest.mark.parametrize(
    "text",
    [
        "各市和县级单位、示范县",
        "和平的环境、朝阳产业、平安城区",
        "北京路在哪里修路",
        "青岛理工大学新校区什么时候招生",
        "北京时间几点",
        "长治久安",
        "马上海关检查",
        "Is there parking on Beijing Road?",
        "When did He say so, and how Long?",
        "the Shanghai Bank branch",
        "On what day was Liu Zhenjiang appointed?",
    ],
)
def test_a_road_a_university_or_an_ordinary_word_is_no_place(text: str) -> None:
    assert named(text) == []


def test_a_name_behind_the_place_it_lies_in_is_that_one() -> None:
    found = mentions("北京朝阳的低保")[0]
    assert [place.code for place in found.places] == ["110105"]
    assert len(mentions("朝阳区的低保")[0].places) == 2


def test_the_place_somebody_comes_from_or_goes_to_is_marked() -> None:
    assert [found.away for found in mentions("从上海回来要隔离吗")] == [True]
    assert [found.away for found in mentions("上海回来的人要隔离吗")] == [False]
    assert [found.away for found in mentions("谁被免去上海的职务")] == [False]
    assert [found.away for found in mentions("moving to Qingdao from Beijing")] == [True, True]
    assert [found.away for found in mentions("a flat in Qingdao")] == [False]


@pytest.mark.parametrize(
    ("inner", "outer", "lies"),
    [
        ("北京市朝阳区", "北京市", True),
        ("朝阳区", "朝阳市", False),
        ("临沂市兰山区义堂镇", "兰山区", True),
        ("兰山区", "山东省", True),
        ("临淄区", "淄博市", True),
        ("兰山区", "日照市", False),
        ("临沂临港经济开发区", "临沂市", True),
        ("临沂市", "临沂临港经济开发区", False),
        ("临沂临港经济开发区", "临沂市兰山区", False),
        ("北京经济技术开发区", "北京市", True),
        ("正蓝旗", "内蒙古自治区", True),
        ("青禾市云溪县", "青禾市", True),
        ("青禾市云溪县", "上海市", False),
        ("临沂市", "全国", True),
    ],
)
def test_what_lies_in_what(inner: str, outer: str, lies: bool) -> None:
    assert within(inner, outer) is lies


def test_one_district_has_several_names() -> None:
    assert same("山东省临沂市兰山区", "兰山区")
    assert not same("临沂市兰山区", "临沂市")
    assert not same("临沂临港经济开发区", "临沂市")


def test_a_district_is_read_down_to_its_town() -> None:
    read = district("临沂市兰山区义堂镇")
    assert [place.code for place in read.places] == ["371302"]
    assert read.rest == "义堂镇"
    assert district("青禾市").places == ()


def test_a_place_is_strange_where_nothing_here_is_it_holds_it_or_lies_in_it() -> None:
    here = ["临沂市兰山区", "全国", "青禾市"]
    strange = {
        m.places[0].name: is_strange(m.places[0], here) for m in mentions("青岛、山东、临沂、罗庄区、兰山区")
    }
    assert strange == {"青岛市": True, "山东省": False, "临沂市": False, "罗庄区": True, "兰山区": False}


def test_districts_around_one_are_found_among_all() -> None:
    here = ["临沂市", "临沂市兰山区", "青岛市", "山东省", "全国", "青禾市", "北京市朝阳区"]
    around = Around(here)
    for name in (*here, "临沂市罗庄区", "临沂市兰山区义堂镇", "朝阳区", "青禾市东区"):
        near = {other for other in here if within(name, other) or within(other, name)}
        assert near <= set(around.perhaps(name))
    assert "北京市朝阳区" not in around.perhaps("临沂市兰山区")


def test_the_apostrophe_of_a_name_in_letters_tells_two_places_apart() -> None:
    def possible(text: str) -> set[str]:
        return {place.name for one in mentions(text) for place in one.places}

    assert "济南市" in possible("a flat in Jinan?")
    assert possible("a flat in Jin'an District?") == {"金安区", "晋安区"}
    assert possible("a flat in Jin’an District?") == {"金安区", "晋安区"}
    assert "西安市" in possible("Who runs Xi'an?")
    assert latin_of("锦岸") == "jin'an"
