"""What is known of a document: number, issuers, district, days, kind, from small bulletins as they are printed."""

from __future__ import annotations

import pytest

from rag.audit import audit
from rag.chunk import LIMIT, chunk_bulletin
from rag.errors import BulletinError
from rag.reading.corpus import Bulletin, Document, bulletin_of, stable_id
from rag.text.spans import quote

NOTICE = """\
青禾市民政局 青禾市财政局
关于提高城乡低保标准的通知
青民发〔2024〕18号
各县（市、区）民政局、财政局：
自2024年7月1日起，城市低保标准提高到每人每月1036元。
青禾市民政局 青禾市财政局
2024年6月20日
（此件公开发布）
"""


def read(text: str) -> Bulletin:
    return bulletin_of("made.txt", text)


def one(text: str) -> Document:
    (document,) = read(text).documents
    return document


def checked(bulletin: Bulletin) -> None:
    """Every character is in a passage or in furniture, and every passage is verbatim."""
    chunks = chunk_bulletin(bulletin)
    account = audit(bulletin, chunks)
    assert account.passed, account
    assert all(chunk.text == quote(bulletin.text, chunk.spans) for chunk in chunks)


def test_a_notice_of_two_authorities_is_of_both() -> None:
    document = one(NOTICE)
    assert document.issuer == "青禾市民政局、青禾市财政局"
    assert document.title == "青禾市民政局、青禾市财政局关于提高城乡低保标准的通知"
    assert (document.number, document.kind) == ("青民发〔2024〕18号", "通知")
    assert (document.jurisdiction, document.signed_on) == ("青禾市", "2024-06-20")
    assert document.title_printed


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("CRLF", NOTICE.replace("\n", "\r\n")),
        ("CR", NOTICE.replace("\n", "\r")),
        ("BOM", "\ufeff" + NOTICE),
        ("no line end", NOTICE.rstrip("\n")),
        ("blank lines", NOTICE.replace("\n", "\n\n")),
        ("indented", "\n".join("　　" + line for line in NOTICE.splitlines())),
        ("full width", NOTICE.translate({ord(d): 0xFF10 + int(d) for d in "0123456789"})),
        ("traditional", NOTICE.replace("关于", "關於").replace("财政", "財政").replace("标准", "標準")),
        ("round brackets", NOTICE.replace("〔", "（").replace("〕", "）")),
        ("lunar digits", NOTICE.replace("2024年6月20日", "二〇二四年六月二十日")),
        ("number above", "青民发〔2024〕18号\n" + NOTICE.replace("青民发〔2024〕18号\n", "")),
    ],
    ids=lambda value: value if len(value) < 20 else "",
)
def test_a_notice_is_the_same_however_it_is_printed(name: str, text: str) -> None:
    document = one(text)
    assert document.number == "青民发〔2024〕18号"
    assert document.signed_on == "2024-06-20"
    assert document.jurisdiction == "青禾市"
    assert document.kind == "通知"
    checked(read(text))


def test_lines_and_places_are_those_of_the_file() -> None:
    text = "\n\n" + NOTICE
    document = one(text)
    assert (document.start_line, document.end_line) == (3, 10)
    assert text[slice(*document.span)] == NOTICE.rstrip("\n")


def test_the_id_of_a_document_is_that_of_its_file_and_place() -> None:
    assert one(NOTICE).id == one(NOTICE).id == stable_id("made.txt", 0)
    assert one("\n" + NOTICE).id != one(NOTICE).id
    assert bulletin_of("other.txt", NOTICE).documents[0].id != one(NOTICE).id


def test_two_documents_lie_one_behind_the_other() -> None:
    text = NOTICE + NOTICE.replace("18号", "19号").replace("低保", "特困")
    first, second = read(text).documents
    assert (first.number, second.number) == ("青民发〔2024〕18号", "青民发〔2024〕19号")
    assert first.span[1] <= second.span[0]
    checked(read(text))


def test_nothing_is_refused() -> None:
    for text in ("", " \n\ufeff\r\n　"):
        with pytest.raises(BulletinError, match="the file is empty"):
            read(text)


def test_a_signature_may_stand_on_one_line() -> None:
    document = one("问：断缴了还能补吗？\n答：中断三个月以内可以补缴。\n（青禾县医疗保障局 2026年1月8日）\n")
    assert (document.issuer, document.signed_on) == ("青禾县医疗保障局", "2026-01-08")
    assert document.jurisdiction == "青禾县"


def test_a_page_tells_the_title_and_the_day_that_the_text_does_not() -> None:
    document = one(
        "标题：青禾县关于规范电动自行车停放的通告\n文号：青政通〔2026〕2号\n成文日期：2026-01-18\n"
        "为预防火灾，现通告如下：\n1.禁止在楼梯间停放电动自行车。\n2.违者处500元罚款。\n"
    )
    assert (document.title, document.kind) == ("青禾县关于规范电动自行车停放的通告", "通告")
    assert (document.number, document.signed_on) == ("青政通〔2026〕2号", "2026-01-18")


def test_the_market_is_no_part_of_the_name_of_a_county() -> None:
    document = one("青禾县市场监督管理局关于抽检结果的公告\n抽检合格。\n青禾县市场监督管理局\n2026年3月2日\n")
    assert document.jurisdiction == "青禾县"


def test_a_document_that_nobody_signs_is_of_the_day_it_was_printed() -> None:
    head = "青禾县人民政府\n关于招生范围的通告\n青政告〔2026〕6号\n第一小学：人民路以东。\n"
    assert one(head + "青禾县人民政府办公室\n2026年6月1日印发\n").signed_on == "2026-06-01"
    assert one(head + "青禾县人民政府办公室 2026年6月1日印发\n").signed_on == "2026-06-01"


def test_a_document_is_of_the_year_it_is_dated() -> None:
    assert one(NOTICE).year == 2024
    assert one("公园每天早上六点开放，晚上十点关闭，节假日不休息。\n").year == 0


def test_a_document_without_a_signature_is_dated_by_the_day_it_was_published() -> None:
    text = "城市供水须知\n发布日期：2024-03-02　来源：青禾市水务局\n每日供水二十四小时。\n"
    document = one(text)
    assert (document.signed_on, document.published_on, document.dated) == (None, "2024-03-02", "2024-03-02")
    assert document.issuer == "青禾市水务局"


@pytest.mark.parametrize(
    ("head", "number"),
    [
        ("关于停水的通知（青水发〔2024〕2号）\n", "青水发〔2024〕2号"),
        ("关于停水的通知\n发文字号：青水发〔2024〕2号　发布日期：2024-03-02\n", "青水发〔2024〕2号"),
        ("青禾海关公告2024年第6号（关于调整查验点的公告）\n", "青禾海关公告2024年第6号"),
        ("青禾市人民政府令\n第25号\n", "青禾市人民政府令第25号"),
        ("关于停水的通知\n", None),
    ],
)
def test_where_the_number_of_a_document_is_printed(head: str, number: str | None) -> None:
    body = "因管道维修，自2024年3月5日8时起停水二十四小时，请市民提前储水，谢谢配合。\n"
    assert read(head + body).documents[0].number == number


def test_an_order_is_called_by_the_rules_that_it_makes_law() -> None:
    text = (
        "青禾市人民政府令\n第25号\n《青禾市供热规定》已经市政府常务会议通过，现予公布，自2024年5月1日起施行。\n"
        "市长　王大山\n2024年3月1日\n青禾市供热规定\n第一条　为规范供热，制定本规定。\n"
    )
    document = read(text).documents[0]
    assert document.title == "青禾市供热规定"
    assert document.kind == "规定"
    assert (document.signed_on, document.valid_from) == ("2024-03-01", "2024-05-01")


def test_an_explainer_is_of_what_it_explains() -> None:
    text = (
        "《青禾市临时救助办法》政策解读\n发布日期：2024-03-02　来源：青禾市民政局\n"
        "近日，市民政局印发了《青禾市临时救助办法》（青民发〔2024〕9号），现就有关内容解读如下。\n一、背景\n略。\n"
    )
    document = read(text).documents[0]
    assert document.kind == "解读"
    assert document.explains in ("青民发〔2024〕9号", "《青禾市临时救助办法》")
    assert document.valid_from is None


def test_a_draft_says_so_and_a_law_does_not() -> None:
    body = "第一条　为加强养犬管理，制定本办法。\n第二条　本办法自2024年5月1日起施行。\n"
    assert read("青禾市养犬管理办法（征求意见稿）\n" + body).documents[0].draft
    assert not read("青禾市养犬管理办法\n" + body).documents[0].draft


def test_a_town_is_of_the_county_of_its_bulletin() -> None:
    text = (
        "青禾市云溪县人民政府\n关于做好防汛工作的通知\n云政发〔2024〕1号\n各乡镇：\n请做好防汛准备。\n"
        "青禾市云溪县人民政府\n2024年5月1日\n"
        "白石镇人民政府\n关于封闭河道的通知\n白政发〔2024〕2号\n各村：\n河道即日封闭。\n白石镇人民政府\n2024年5月2日\n"
    )
    assert [document.jurisdiction for document in read(text).documents] == [
        "青禾市云溪县",
        "青禾市云溪县白石镇",
    ]


def test_a_document_of_the_state_is_of_the_nation() -> None:
    text = "国务院办公厅\n关于做好防汛工作的通知\n国办发〔2024〕1号\n各省：\n请做好防汛准备。\n"
    assert one(text).jurisdiction == "全国"


def test_what_a_page_prints_around_a_text_is_furniture() -> None:
    text = "首页 > 政务公开\n" + NOTICE + "【打印本页】\n— 3 —\n版权所有：青禾市人民政府　青ICP备12345号\n"
    bulletin = read(text)
    kinds = {piece.kind for piece in bulletin.furniture}
    assert {"site navigation", "page number", "site footer"} <= kinds
    assert all("版权所有" not in chunk.text for chunk in chunk_bulletin(bulletin))
    checked(bulletin)


# --- passages ---


def test_a_long_paragraph_is_cut_at_sentences_and_nothing_is_lost() -> None:
    sentences = [
        f"第{at}项工作由市民政局负责组织实施，各县区按照职责分工抓好落实，确保按期完成任务。"
        for at in range(30)
    ]
    text = NOTICE.replace("自2024年7月1日起", "".join(sentences) + "自2024年7月1日起")
    chunks = chunk_bulletin(read(text))
    assert max(len(chunk.text) for chunk in chunks) <= LIMIT
    assert all(any(sentence in chunk.text for chunk in chunks) for sentence in sentences)
    checked(read(text))


def test_a_text_without_a_single_stop_is_cut_too() -> None:
    text = NOTICE.replace("自2024年7月1日起", "救" * 2000 + "自2024年7月1日起")
    chunks = chunk_bulletin(read(text))
    assert max(len(chunk.text) for chunk in chunks) <= LIMIT
    checked(read(text))


def test_a_passage_does_not_reach_over_two_documents() -> None:
    text = NOTICE + NOTICE.replace("18号", "19号")
    bulletin = read(text)
    spans = {document.id: document.span for document in bulletin.documents}
    for chunk in chunk_bulletin(bulletin):
        first, last = spans[chunk.document]
        assert all(first <= start and end <= last for start, end in chunk.spans)


def test_a_page_number_inside_a_sentence_is_cut_out_of_its_passage() -> None:
    text = NOTICE.replace("起，城市", "起，\n— 3 —\n城市")
    passage = next(chunk for chunk in chunk_bulletin(read(text)) if "1036元" in chunk.text)
    assert "— 3 —" not in passage.text
    assert len(passage.spans) > 1
    assert "自2024年7月1日起，城市低保标准提高到每人每月1036元。" in [unit.reading for unit in passage.units]


def test_passages_of_the_same_text_in_another_file_have_other_ids() -> None:
    ids = {chunk.id for chunk in chunk_bulletin(read(NOTICE))}
    others = {chunk.id for chunk in chunk_bulletin(bulletin_of("other.txt", NOTICE))}
    assert ids
    assert not ids & others


# --- the account ---


def test_the_shares_of_an_account_make_the_whole() -> None:
    bulletin = read("首页 > 政务公开\n" + NOTICE)
    account = audit(bulletin, chunk_bulletin(bulletin))
    assert sum(share.characters for share in account.shares) == len(bulletin.text)
    assert sum(share.share for share in account.shares) == pytest.approx(1)
    assert account.shares[0].kind == "passage"


def test_a_passage_left_out_is_lost_and_one_given_twice_is_doubled() -> None:
    bulletin = read(NOTICE + NOTICE.replace("18号", "19号"))
    chunks = chunk_bulletin(bulletin)
    assert audit(bulletin, chunks[1:]).lost
    assert audit(bulletin, [*chunks, chunks[0]]).doubled
    assert not audit(bulletin, [*chunks, chunks[0]]).passed


def test_an_announcement_of_several_ministries_has_the_number_below_its_title() -> None:
    (document,) = read(
        "关于提高扣除比例的公告\n财政部 税务总局公告2025年第8号\n现就扣除比例公告如下：\n一、比例提高至百分之百。\n"
        "财政部 税务总局\n2025年9月2日\n"
    ).documents
    assert document.number == "财政部税务总局公告2025年第8号"


def test_who_passed_a_regulation_issues_it_however_its_page_abbreviates_that() -> None:
    (document,) = read(
        "索引号：0001/2025-31 发布机构：榆城市人大常委会\n榆城市绿化条例\n"
        "（2025年3月7日榆城市第六届人民代表大会常务委员会第九次会议通过）\n"
        "第一条　为了加强绿化，制定本条例。\n第二条　本条例自2025年5月1日起施行。\n"
    ).documents
    assert document.issuer == "榆城市人民代表大会常务委员会"


def test_the_way_to_a_page_is_no_title() -> None:
    bulletin = read(
        "岭西市人民政府 > 新闻发布 > 发布会\n岭西市招生政策新闻发布会\n发布日期：2026-04-18 16:20\n"
        "【主持人】今天介绍招生政策。\n【方敏】小学报名时间为5月26日至6月1日。\n"
    )
    assert [document.title for document in bulletin.documents] == ["岭西市招生政策新闻发布会"]
    assert [piece.kind for piece in bulletin.furniture][:1] == ["site navigation"]


def test_a_law_is_published_on_the_day_on_which_it_says_it_was_made_public() -> None:
    (document,) = read(
        "岭东省防雷管理办法\n（2021年11月12日岭东省人民政府令〔2021〕第2号公布 "
        "根据2022年1月9日岭东省人民政府令〔2022〕第1号修正）\n"
        "第一条　为加强防雷，制定本办法。\n第二条　本办法自2022年1月1日起施行。\n"
    ).documents
    assert (document.published_on, document.revised_on) == ("2021-11-12", "2022-01-09")


def test_a_law_that_was_passed_and_not_made_public_says_no_day_of_that() -> None:
    (document,) = read(
        "榆城市绿化条例\n（2025年3月7日榆城市第六届人民代表大会常务委员会第九次会议通过）\n"
        "第一条　为了加强绿化，制定本条例。\n第二条　本条例自2025年5月1日起施行。\n"
    ).documents
    assert (document.signed_on, document.published_on) == ("2025-03-07", None)


def test_the_government_whose_meeting_passed_a_rule_issues_it() -> None:
    (document,) = read(
        "岭东省慈善事业促进办法\n（《岭东省慈善事业促进办法》已经2022年10月25日省政府第162次常务会议通过，现予公布，"
        "自2023年1月1日起施行。）\n为促进慈善事业发展，制定本办法。\n"
    ).documents
    assert document.issuer == "岭东省人民政府"


def test_an_office_above_the_day_of_printing_signs() -> None:
    (document,) = read(
        "区政府常务会议纪要\n〔2025〕15号\n2025年5月22日，区长何文斌主持召开常务会议，纪要如下：\n一、会议同意加装电梯补助办法。\n"
        "榆城市城东区人民政府办公室\n2025年5月26日印发\n"
    ).documents
    assert (document.issuer, document.signed_on) == ("榆城市城东区人民政府办公室", "2025-05-26")


def test_who_publishes_an_explainer_on_its_page_speaks_in_it() -> None:
    (document,) = read(
        "《石桥县渔船管理办法》政策解读\n发布时间：2025-06-05　来源：石桥县农业农村局\n一、出台背景\n"
        "为加强渔船管理，石桥县人民政府印发了《石桥县渔船管理办法》（石政规〔2025〕3号）。\n"
    ).documents
    assert (document.issuer, document.explains) == ("石桥县农业农村局", "《石桥县渔船管理办法》")


def test_prices_hold_from_the_day_that_stands_in_brackets_below_the_title() -> None:
    (document,) = read(
        "榆城市殡仪馆服务收费公示表\n（依据：榆城市发展和改革委员会榆发改价〔2024〕15号，自2024年7月1日起执行）\n"
        "序号 | 项目 | 收费标准（元）\n1 | 遗体接运 | 200\n2 | 骨灰寄存 | 60\n"
    ).documents
    assert document.valid_from == "2024-07-01"
