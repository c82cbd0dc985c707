"""What is told of a document beside or instead of a sentence: its record, its force, notices, whom to ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rag.answering.articles import Asked, article_at, asked_article
from rag.answering.confidence import Model, Signs
from rag.answering.contacts import FILE, Contacts, load_contacts, save_contacts
from rag.answering.gloss import about, gloss, titled
from rag.answering.heads import head_of
from rag.answering.notices import conflict, elsewhere, notices_for, recognised, unprinted
from rag.answering.records import asked_fact, is_named, printed_at, said
from rag.answering.references import articles_referred_to, refers_before
from rag.answering.refusal import asks_for_missing, refusal
from rag.answering.standing import (
    asks_for_standing,
    asks_of_today,
    repealed_at,
    repealed_by_name,
    standing,
    stated_at,
)
from rag.answering.topics import is_bare, offer
from rag.answering.unstated import asks_how, said_unstated, unstated
from rag.answering.yesno import verdict
from rag.asking.query import Query, Understanding
from rag.contract import Citation, PrintedDate, cited
from rag.errors import BulletinError
from rag.index import Passage
from rag.reading.annexes import Annex
from rag.reading.corpus import Document
from rag.reading.files.original import Doubt, Original, Page
from rag.text.normal import Language
from tests.made import documents_of, passages_of, sentence
from tests.test_owed import PLAIN

TODAY = date(2026, 6, 1)
RULES = """青禾市人民政府
关于印发青禾市养犬管理办法的通知
青政发〔2025〕8号
各县区人民政府：
现将《青禾市养犬管理办法》印发给你们，请遵照执行。
青禾市人民政府
2025年6月3日
青禾市养犬管理办法
第一条 养犬人应当登记。
登记免费。
第二条 遛犬应当束犬绳。
犬绳不得超过一点五米。
（一）公园；
（二）广场。
第三条 成立养犬管理工作领导小组。
组长：王大山 市公安局局长
副组长：李小河 市农业农村局副局长
第四条 违反本办法第二条规定的，处二百元罚款。
第五条 本办法自2025年7月1日起施行，有效期至2030年6月30日。《青禾市犬类管理规定》（青政发〔2015〕3号）同时废止。
"""


@pytest.fixture
def passages(tmp_path: Path) -> list[Passage]:
    return passages_of(tmp_path, RULES)


def asked(question: str, *documents: Document) -> Query:
    return Understanding(documents or [PLAIN]).understand(question)


def owed(
    document: Document, quote: str, question: str = "标准是多少？", today: date = TODAY
) -> dict[str, object]:
    query = Understanding([document]).understand(question)
    return {notice.kind: notice.values for notice in notices_for(query, [document], [quote], today)}


# --- the record ---


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("养犬管理办法的文号是多少", "number"),
        ("养犬管理办法是哪个部门发布的", "issuer"),
        ("养犬管理办法的制定机关", "issuer"),
        ("养犬管理办法是什么时候印发的", "dated"),
        ("Who issued the dog rules?", "issuer"),
        ("When was the notice on dogs published?", "dated"),
        ("What is the document number of the dog rules?", "number"),
        ("旧办法的文号，被哪个文件废止", None),
        ("养犬要登记吗", None),
        ("这是关于什么的", None),
    ],
)
def test_what_the_record_of_a_document_answers(question: str, fact: str | None) -> None:
    assert asked_fact(asked(question)) == fact


def test_what_a_document_is_about_is_asked_by_its_number() -> None:
    assert asked_fact(asked("临兰政发〔2025〕3号是什么文件")) == "title"


def test_a_fact_is_told_with_the_line_that_prints_it(passages: list[Passage]) -> None:
    (document,) = documents_of(passages)
    line = {
        fact: RULES[slice(*span)]
        for fact in ("number", "issuer", "dated", "title")
        if (span := printed_at(fact, document, RULES))
    }
    assert line["number"] == "青政发〔2025〕8号"
    assert line["issuer"] == "青禾市人民政府"
    assert line["dated"] == "2025年6月3日"


def test_a_fact_that_no_line_prints_has_no_place(passages: list[Passage]) -> None:
    (document,) = documents_of(passages)
    assert printed_at("number", replace(document, number="青政发〔2025〕9号"), RULES) is None
    assert printed_at("issuer", replace(document, issuer=None), RULES) is None


def test_a_question_names_a_document_by_its_number_or_most_of_its_title() -> None:
    assert is_named(asked("临兰政发〔2025〕3号讲什么"), PLAIN)
    assert is_named(asked("高龄津贴通知的文号"), PLAIN)
    assert not is_named(asked("公共租赁住房租金标准"), PLAIN)
    assert is_named(asked("the notice"), PLAIN)
    assert not is_named(asked("rent of public housing"), PLAIN, "Notice on the old-age allowance")


def test_a_fact_is_introduced_in_the_language_of_the_question() -> None:
    assert said("number", "zh") == "文号："
    assert said("dated", "en") == "Date of issue: "


# --- whether it holds ---


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("这个办法还有效吗", True),
        ("养犬办法过期了没有", True),
        ("养犬办法什么时候到期", True),
        ("Is this policy still in force?", True),
        ("When does the plan expire?", True),
        ("Is the 2021 live-streaming incentive scheme still in force?", True),
        ("身份证过期了怎么办", False),
        ("办法的有效期是几年", False),
        ("有效的身份证件有哪些", False),
        ("津贴还发吗", False),
    ],
)
def test_whether_a_question_is_for_the_force_of_a_document(question: str, asks: bool) -> None:
    assert asks_for_standing(asked(question)) is asks


def test_what_replaced_a_document_goes_before_its_term() -> None:
    old = replace(PLAIN, valid_until="2030-01-01", replaced_by="临兰政发〔2026〕1号")
    assert standing(old, "en", TODAY) == "No longer valid; replaced by 临兰政发〔2026〕1号: "


def test_a_plan_of_a_year_gone_by_is_said_to_have_ended() -> None:
    plan = replace(PLAIN, implied_until="2025-12-31", implied_reason="“十四五”期间至2025年")
    assert standing(plan, "zh", TODAY) == "没有写明有效期，但据其内容应至2025年12月31日为止："
    assert (
        standing(plan, "zh", date(2025, 12, 31)) == "没有写明有效期，据其内容至2025年12月31日为止，尚未到期："
    )


def test_a_draft_holds_not_yet() -> None:
    assert standing(replace(PLAIN, draft=True), "zh", TODAY) == "还在征求意见，没有施行："


def test_what_holds_today_is_asked_for() -> None:
    assert asks_of_today(asked("消费券现在还能用吗？"))
    assert asks_of_today(asked("Can the vouchers still be used?"))
    assert not asks_of_today(asked("消费券能在网上用吗？"))


def test_where_no_force_is_stated_the_sentence_that_issues_the_document_is_its_place(tmp_path: Path) -> None:
    plan = RULES.replace("第五条", "第五条 各单位组织实施健身行动，每天1小时。\n第六条").split("\n第六条")[0]
    found = stated_at(passages_of(tmp_path, plan + "\n"))
    assert found is not None
    assert found[2].reading.startswith("现将")


def test_the_place_that_states_the_force_is_the_one_with_the_term(passages: list[Passage]) -> None:
    found = stated_at(passages)
    assert found is not None
    assert "有效期至2030年6月30日" in found[2].reading


def test_a_text_that_states_no_force_is_told_by_its_title(tmp_path: Path) -> None:
    place = stated_at(passages_of(tmp_path, "关于停水的通告\n因管道维修，明日停水，请提前储水。\n"))
    assert place is not None
    assert place[2].reading == "关于停水的通告"


def test_the_place_that_repeals_another_is_found_by_number_or_title(passages: list[Passage]) -> None:
    for name in ("青政发〔2015〕3号", "《青禾市犬类管理规定》"):
        found = repealed_at(passages, name)
        assert found is not None
        assert "同时废止" in found[2].reading
    assert repealed_at(passages, "青政发〔2015〕4号") is None


def test_a_document_that_is_not_here_is_known_to_be_repealed(passages: list[Passage]) -> None:
    documents = documents_of(passages)
    found = repealed_by_name(asked("犬类管理规定还有效吗？"), documents[0], documents, lambda _: passages)
    assert found is not None
    assert found[0] == "已被青政发〔2025〕8号废止："
    assert (
        repealed_by_name(asked("养猫管理规定还有效吗？"), documents[0], documents, lambda _: passages) is None
    )


# --- articles ---


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("养犬办法第二条是什么", Asked(2)),
        ("第二条第一款怎么规定的？", Asked(2, 1)),
        ("第十二条", Asked(12)),
        ("第2条的具体内容", Asked(2)),
        ("What does Article 2 say?", Asked(2)),
        ("Show article 2, paragraph 3", Asked(2, 3)),
        ("违反第二条罚多少", None),
        ("第二条规定的犬绳多长", None),
        ("犬绳多长", None),
    ],
)
def test_an_article_is_asked_for_by_its_number(question: str, article: Asked | None) -> None:
    assert asked_article(question) == article


def test_an_article_is_told_whole_and_by_its_paragraphs(passages: list[Passage]) -> None:
    def told(one: Asked) -> list[str]:
        return [unit.reading for _, _, unit in article_at(one, (), passages, RULES)]

    whole = told(Asked(2))
    assert whole[0].startswith("第二条")
    assert any("一点五米" in text for text in whole)
    assert not any("登记" in text for text in whole)
    assert any("一点五米" in text for text in told(Asked(2, 2)))
    assert not any("束犬绳" in text for text in told(Asked(2, 2)))
    assert told(Asked(99)) == []


# --- heads, references ---


def test_the_head_of_a_body_is_the_line_of_its_members(passages: list[Passage]) -> None:
    query = asked("养犬管理工作领导小组组长是谁？")
    found = head_of(query, sentence(passages, "成立养犬管理工作领导小组"), passages)
    assert found is not None
    assert found[2].reading.startswith("组长")
    assert "王大山" in found[2].reading


def test_where_no_members_are_listed_there_is_no_head(tmp_path: Path) -> None:
    some = passages_of(tmp_path, "关于停水的通告\n因管道维修，明日停水，请提前储水。\n")
    assert head_of(asked("领导小组组长是谁？"), sentence(some, "停水"), some) is None


@pytest.mark.parametrize(
    ("sentence", "own", "numbers"),
    [
        ("符合本办法第三条、第四条的", 5, [3]),
        ("按照第３条执行", 5, [3]),
        ("违反本条例第十二条规定的", None, [12]),
        ("前条规定的情形", 1, []),
        ("前条规定的情形", None, []),
        ("依据《民法典》第三条", 5, []),
    ],
)
def test_the_articles_that_a_sentence_points_to(sentence: str, own: int | None, numbers: list[int]) -> None:
    assert articles_referred_to(sentence, own) == numbers


@pytest.mark.parametrize(
    ("sentence", "before"),
    [
        ("违反前款规定的，处罚款。", True),
        ("违者，处罚款。", True),
        ("备注：同上", True),
        ("与上同步推进", False),
    ],
)
def test_a_sentence_that_leans_on_the_one_above(sentence: str, before: bool) -> None:
    assert refers_before(sentence) is before


# --- yes or no, and what is left open ---


@pytest.mark.parametrize(
    ("question", "sentence", "said"),
    [
        ("能带宠物吗？", "禁止携带宠物入园。", "不能。"),
        ("可不可以代领？", "可以委托他人代领。", "可以。"),
        ("要不要预约？", "无需预约，随到随办。", "不用。"),
        ("需要复印件吗？", "应当提交复印件一份。", "要。"),
        ("能带宠物吗？", "除导盲犬外，禁止携带宠物入园。", ""),
        ("能带宠物吗？", "公园每日开放。", ""),
        ("谁能带宠物吗？", "禁止携带宠物入园。", ""),
        ("Can I bring a pet?", "禁止携带宠物入园。", ""),
    ],
)
def test_yes_or_no_is_said_where_the_sentence_decides(question: str, sentence: str, said: str) -> None:
    assert verdict(asked(question), sentence) == said


@pytest.mark.parametrize(
    ("question", "how"),
    [
        ("失业金怎么领", True),
        ("失业金如何申领？", True),
        ("办证要什么材料", True),
        ("How can I apply for it?", True),
        ("失业金多少钱", False),
        ("怎么处罚", False),
    ],
)
def test_whether_it_is_asked_how_something_is_done(question: str, how: bool) -> None:
    assert asks_how(asked(question)) is how


@pytest.mark.parametrize(
    ("question", "shown", "beside", "lacking"),
    [
        ("失业金怎么领", "由人社局发放。", "", ["papers", "where"]),
        ("失业金怎么领", "由人社局发放。", "凭身份证到窗口办理。", []),
        ("失业金怎么领", "提交申请表。", "", []),
        ("办证要什么材料", "由人社局发放。", "", ["papers"]),
        ("办证要什么材料", "免提交户口簿。", "", []),
        ("失业金多少钱", "由人社局发放。", "", []),
    ],
)
def test_what_a_document_leaves_open(question: str, shown: str, beside: str, lacking: list[str]) -> None:
    assert unstated(asked(question), [shown], [beside]) == lacking


def test_what_is_left_open_is_said_in_both_languages() -> None:
    assert said_unstated(["papers", "where"], "zh") == "需要哪些材料、在哪里办理，公报没有写明。"
    assert said_unstated(["papers"], "en") == "Not stated in the bulletin: which papers are needed."


@pytest.mark.parametrize(
    ("word", "bare"),
    [
        ("公积金", True),
        ("低保？", True),
        ("air raid", True),
        ("the air raid siren test", False),
        ("公积金提取", False),
        ("临兰政发〔2025〕3号", False),
        ("第二条", False),
        ("多少", False),
        ("电话", False),
    ],
)
def test_a_word_that_asks_nothing(word: str, bare: bool) -> None:
    assert is_bare(asked(word)) is bare


def test_topics_are_offered_a_line_each() -> None:
    assert offer(asked("低保？"), ["城市低保标准", "农村低保标准"]).splitlines()[1:] == [
        "· 城市低保标准",
        "· 农村低保标准",
    ]
    assert "“低保”" in offer(asked("低保？"), ["城市低保标准"])


# --- notices ---


@pytest.mark.parametrize(
    ("quote", "today", "over"),
    [
        ("报名时间为2026年5月1日至5月20日。", date(2026, 5, 21), True),
        ("报名时间为2026年5月1日至5月20日。", date(2026, 5, 20), False),
        ("2026年5月底前完成。", date(2026, 6, 1), True),
        ("自2026年5月1日起，每人每月发放100元。", date(2026, 6, 1), False),
        ("本办法自2020年1月1日起施行。", date(2026, 6, 1), False),
        ("2000年1月1日出生的居民。", date(2026, 6, 1), False),
        ("每年5月1日开放。", date(2026, 6, 1), False),
        ("五月二十日截止。", date(2026, 6, 1), False),
        ("2025年3月1日", date(2026, 6, 1), False),  # the day the document is dated
    ],
)
def test_an_event_has_passed_the_day_after_its_last(quote: str, today: date, over: bool) -> None:
    assert ("past_event" in owed(PLAIN, quote, today=today)) is over


def test_a_day_that_has_passed_is_told_as_printed() -> None:
    told = owed(PLAIN, "评选于5月20日举行。", today=date(2026, 6, 1))
    assert told["past_event"] == {"on": PrintedDate(date(2025, 5, 20), "5月20日", by_day=True)}


@pytest.mark.parametrize(
    ("quote", "today", "told"),
    [
        ("给予一次性补贴1.2万元。", date(2027, 3, 1), True),
        ("给予一次性补贴1.2万元。", date(2026, 12, 31), False),
        ("由区民政局负责。", date(2030, 1, 1), False),
        ("免收工本费。", date(2027, 1, 1), True),
    ],
)
def test_what_was_promised_two_years_ago_is_told_with_its_year(quote: str, today: date, told: bool) -> None:
    assert ("dated" in owed(PLAIN, quote, today=today)) is told


def test_a_single_act_is_not_said_to_be_old() -> None:
    assert "dated" not in owed(replace(PLAIN, kind="批复"), "补贴100元。", today=date(2030, 1, 1))


def test_several_districts_found_are_told_once_each() -> None:
    others = [
        replace(PLAIN, id=str(at), jurisdiction=place)
        for at, place in enumerate(("青岛市", "青岛市", "烟台市"))
    ]
    query = Understanding([PLAIN, *others]).understand("兰山区的标准是多少？")
    (notice,) = [
        one for one in notices_for(query, others, ["每月100元。"], TODAY) if one.kind == "other_district"
    ]
    assert notice.values["found"] == ("青岛市", "烟台市")


def test_values_and_places_are_handed_on_in_their_order() -> None:
    assert conflict(["55%", "100%"]).values == {"values": ("55%", "100%")}
    assert elsewhere(["青岛市", "烟台市"]).values == {"places": ("青岛市", "烟台市")}


def test_an_annex_is_told_where_the_quote_names_it() -> None:
    missing = (Annex("1", "申请表"), Annex("2", "名单"))
    (notice,) = unprinted(["请填写申 请 表。"], missing)
    assert notice.values == {"annexes": ("“申请表”",)}
    assert unprinted(["见附件2。"], missing)[0].values == {"annexes": ("“名单”",)}
    assert unprinted(["每月100元。"], missing) == ()


def citation(quote: str, *spans: tuple[int, int]) -> Citation:
    return Citation(1, "a.txt", spans, quote, cited(PLAIN), ())


def test_a_quote_that_was_recognised_is_told_with_page_and_doubts() -> None:
    original = Original(
        "scan.pdf",
        "pdf",
        "0" * 16,
        pages=(Page(1, 0), Page(2, 10, 0.913)),
        doubts=(Doubt((14, 16), 0.5), Doubt((30, 31), 0.5)),
    )
    (notice,) = recognised([(citation("标准为86元", (10, 13), (14, 17)), original)])
    assert notice.values == {"page": 2, "sure": "91.3%", "doubts": ("86",)}
    assert recognised([(citation("停水公告", (0, 4)), original)]) == ()
    assert recognised([]) == ()


# --- whom to ask ---


def test_the_line_of_the_city_is_that_of_its_districts() -> None:
    contacts = Contacts(
        {"临沂市": {"zh": "问市里", "en": "Ask the city"}, "": {"zh": "问12345", "en": "Call 12345"}}
    )
    assert contacts.line(PLAIN, "zh") == "问市里"
    assert contacts.line(replace(PLAIN, jurisdiction="青岛市"), "en") == "Call 12345"
    assert contacts.line(None, "zh") == "问12345"


def test_the_short_line_names_no_office() -> None:
    contacts = Contacts({})
    assert "临沂市兰山区人民政府" in contacts.line(PLAIN, "zh")
    assert contacts.short(PLAIN, "zh") == "可以拨打12345政务服务便民热线。"
    assert contacts.line(None, "en") == "You may call 12345, the government service line."


def test_lines_are_read_back_as_they_were_saved(tmp_path: Path) -> None:
    contacts = Contacts({"临沂市": {"zh": "问市里。", "en": "Ask."}, "": {"zh": "问12345。", "en": "Call."}})
    save_contacts(tmp_path, contacts)
    assert load_contacts(tmp_path) == contacts


@pytest.mark.parametrize(
    ("place", "zh", "en"),
    [
        ("#甲", "问", "Ask"),
        ("甲\t乙", "问", "Ask"),
        ("甲", "问\n", "Ask"),
        ("甲", "", "Ask"),
        ("甲", "问", ""),
    ],
)
def test_a_line_that_cannot_stand_in_the_file_is_refused_and_the_others_stay(
    tmp_path: Path, place: str, zh: str, en: str
) -> None:
    save_contacts(tmp_path, Contacts({"": {"zh": "问12345。", "en": "Call."}}))
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(BulletinError):
        save_contacts(tmp_path, Contacts({place: {"zh": zh, "en": en}}))
    assert (tmp_path / FILE).read_bytes() == before


# --- refusals ---


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("津贴多少钱，几点发？", "要找的是：钟点、金额。"),
        ("青岛的津贴多少钱？", "这里收录的公报不包括青岛市的文件。"),
        ("How much in Qingdao?", "No document of Qingdao is in this collection."),
        ("张伟的身份证号是多少", "个人信息"),
    ],
)
def test_why_there_is_no_answer(question: str, said: str) -> None:
    assert said in refusal(asked(question), None, (), "请打12345。")


def test_a_place_that_the_nearest_document_names_is_not_said_to_be_missing() -> None:
    near = replace(PLAIN, title="关于赴青岛学习的通知")
    assert "不包括" not in refusal(asked("青岛学习花了多少钱？"), near, (), "请打12345。")


def test_a_missing_annex_is_meant_by_its_whole_title_only() -> None:
    annexes = (Annex("1", "养犬登记申请表"), Annex("2", "名单"))
    assert asks_for_missing(asked("养犬登记申请表里要填什么"), annexes)
    assert not asks_for_missing(asked("名单里有谁"), annexes)


# --- in English ---


@pytest.mark.parametrize(
    ("sentence", "explained"),
    [
        ("2025年9月18日8时至10时30分", "18 September 2025, 8:00, 10:30"),
        ("总投资1.2亿元，补贴30%", "120,000,000 yuan, 30%"),
        ("每月1,036.5元", "1,036.50 yuan"),
        ("5月1日和5月1日", "1 May"),
        ("3万亿元", "3,000,000,000,000 yuan"),
        ("2月30日停水", ""),
    ],
)
def test_the_figures_of_a_chinese_sentence_in_english(sentence: str, explained: str) -> None:
    assert gloss(sentence) == explained


def test_a_document_is_told_in_english_as_far_as_its_record_goes() -> None:
    assert about(PLAIN) == "临兰政发〔2025〕3号, dated 1 March 2025"
    assert about(PLAIN, "Notice") == "Notice, 临兰政发〔2025〕3号, dated 1 March 2025"
    assert about(replace(PLAIN, number=None, signed_on=None)) == ""


def test_a_title_that_nobody_rendered_is_empty(passages: list[Passage]) -> None:
    assert titled(documents_of(passages)[0], passages) == ""


# --- how sure ---


def test_confidence_rises_with_what_speaks_for_an_answer_and_is_a_probability() -> None:
    weights = Signs(
        late=4.0,
        read=2.0,
        annexed=-1.0,
        lacks=-3.0,
        figures=-3.0,
        stranger=-1.0,
        elsewhere=-5.0,
        other_place=-1.0,
        english=0.5,
        apart=0.0,
        civic=0.0,
    )
    model = Model(weights, bias=-2.0, threshold=0.5)
    nothing = Signs(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    assert model.confidence(nothing) == pytest.approx(0.1192, abs=1e-4)
    near, strange = replace(nothing, late=0.9, read=0.8), replace(nothing, late=0.9, read=0.8, elsewhere=1.0)
    assert 0 < model.confidence(strange) < model.confidence(near) < 1


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "文件没有写明有效期："), ("en", "The document states no date of expiry: ")]
)
def test_the_force_of_a_document_without_a_term_is_open(language: Language, said: str) -> None:
    assert standing(PLAIN, language, TODAY) == said
