"""True sentences twisted into false ones by rule: what each rule changes, and where there is nothing to change."""

from __future__ import annotations

import pytest

from rag.text.normal import Language
from train.support import another_name, leave_for_ban
from train.twists import TwistKind, another_figure, kinds, twisted

ZH = ["补贴", "津贴", "公园", "停水"]
EN = ["allowance", "park", "notice", "water"]


def kind(name: str, spoken: Language = "zh") -> TwistKind:
    return next(one for one in kinds(spoken, ZH if spoken == "zh" else EN) if one.name == name)


def made(name: str, sentence: str, spoken: Language = "zh") -> set[str]:
    return {said for _, said in twisted(kind(name, spoken), [sentence], 1)}


@pytest.mark.parametrize(
    ("name", "sentence", "said"),
    [
        ("limit", "申请人应年满60周岁以上。", "申请人应年满60周岁以下。"),
        ("bidding", "公共场所禁止吸烟和饮酒。", "公共场所允许吸烟和饮酒。"),
        ("denial", "逾期申请的不予受理。", "逾期申请的予以受理。"),
        ("time", "应当在9月1日之前申报。", "应当在9月1日之后申报。"),
        ("unit", "每人每月发放补助。", "每人每年发放补助。"),
        ("opposite", "全年降水较上年增加。", "全年降水较上年减少。"),
        ("scope", "全部由财政承担支出。", "部分由财政承担支出。"),
        ("condition dropped", "符合以下条件的申请人的，可以领取一次性补贴。", "可以领取一次性补贴。"),
        (
            "bodies swapped",
            "市教育局先审核，通过之后，市财政局拨付。",
            "市财政局先审核，通过之后，市教育局拨付。",
        ),
    ],
)
def test_each_rule_turns_what_a_chinese_sentence_says(name: str, sentence: str, said: str) -> None:
    assert said in made(name, sentence)


@pytest.mark.parametrize(
    ("name", "sentence", "said"),
    [
        ("limit", "Applicants must be at least 60.", "Applicants must be at most 60."),
        ("bidding", "Shops may open on Sunday.", "Shops must open on Sunday."),
        ("denial", "The fee is due in May.", "The fee is not due in May."),
        ("time", "Apply before 1 September.", "Apply after 1 September."),
        ("unit", "It takes ten working days.", "It takes ten days."),
        ("opposite", "The rural pension is paid monthly.", "The urban pension is paid monthly."),
        ("scope", "It holds for all residents.", "It holds for some residents."),
        (
            "condition dropped",
            "Homes are let, if the family has no other home.",
            "Homes are let.",
        ),
    ],
)
def test_each_rule_turns_what_an_english_sentence_says(name: str, sentence: str, said: str) -> None:
    assert said in made(name, sentence, "en")


@pytest.mark.parametrize("spoken", ["zh", "en"])
def test_a_sentence_without_anything_to_twist_makes_none(spoken: Language) -> None:
    for one in kinds(spoken, []):
        assert list(twisted(one, ["天气晴。" if spoken == "zh" else "Sunny."], 5)) == []


def test_a_word_within_another_english_word_is_left() -> None:
    assert made("time", "The aftermath ended.", "en") == set()


def test_members_of_a_list_are_not_swapped() -> None:
    assert made("bodies swapped", "由教育局、财政局负责。") == set()


def test_a_word_is_replaced_by_one_that_the_sentence_lacks() -> None:
    sentences = [f"本市发放补贴给{at}名老年人。" for at in range(20)]
    changed = dict(twisted(kind("another word"), sentences, 20))
    assert len(changed) > 5
    for at, said in changed.items():
        (other,) = [word for word in ZH if word in said]
        assert other != "补贴"
        assert said == sentences[at].replace("补贴", other)


def test_no_more_than_so_many_are_made_by_one_rule() -> None:
    sentences = [f"第{at}类人员须年满{at}岁以上。" for at in range(9)]
    numbers = [at for at, _ in twisted(TwistKind("some", kind("limit").twists[:1]), sentences, 4)]
    assert numbers == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("每人每月发放100元。", "每人每月发放107元。"),
        ("第3条 每人发放100元。", "第3条 每人发放107元。"),
        ("1月1日", None),
        ("由区政府负责。", None),
    ],
)
def test_a_figure_grows_and_the_mark_of_the_sentence_stays(sentence: str, said: str | None) -> None:
    assert another_figure(sentence) == said


def test_other_names_and_leave_for_bans() -> None:
    assert another_name("兰山区民政局负责。") == "罗庄区教育局负责。"
    assert another_name("Lanshan District") == "Luozhuang District"
    assert leave_for_ban("不得转租。") == "可以转租。"
    assert leave_for_ban("Homes must not be let.") == "Homes may be let."


def test_the_same_sentence_is_twisted_the_same() -> None:
    sentence = "市教育局先审核，通过之后，市财政局拨付补贴，每月不超过3次。"
    for spoken in kinds("zh", ZH):
        assert list(twisted(spoken, [sentence], 3)) == list(twisted(spoken, [sentence], 3))
