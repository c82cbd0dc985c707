"""Whether a text is a draft: from its title, from what it asks for, from the day that it leaves open."""

import pytest

from rag.reading.drafts import is_draft

RULES = "青禾市养犬管理办法"


@pytest.mark.parametrize(
    ("title", "paragraph"),
    [
        (f"{RULES}（征求意见稿）", "第一条 为加强养犬管理，制定本办法。"),
        (f"关于公开征求《{RULES}》意见的公告", "请于8月1日前反馈。"),
        (RULES, "我局起草了本办法，现向社会公开征求意见。"),
        (RULES, "第九条 本办法自2027年  月  日起施行。"),
        (RULES, "第九条 本办法自２０２７年×月×日起施行，有效期五年。"),
        (RULES, "第九条 本办法自    年  月  日起施行。"),
    ],
)
def test_a_draft_is_known_with_or_without_the_word(title: str, paragraph: str) -> None:
    assert is_draft(title, ["各镇人民政府：", paragraph])


@pytest.mark.parametrize(
    "paragraph",
    [
        "第九条 本办法自2027年1月1日起施行。",
        "在征求社会各界意见的基础上，制定本办法。",
        "规范性文件应载明“本规定自××××年××月××日起施行”。",
        "申请人自2027年5月起可以办理。",
    ],
)
def test_what_holds_or_speaks_of_drafts_is_none(paragraph: str) -> None:
    assert not is_draft(RULES, [paragraph])


def test_a_text_asks_for_comments_where_it_begins() -> None:
    assert not is_draft(RULES, ["第一条 甲。"] * 10 + ["现征求各部门意见的方式由主管部门规定。"])
