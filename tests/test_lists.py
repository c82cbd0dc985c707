"""Lists come whole, in order, each item with its place; a single fact stays a single fact."""

from __future__ import annotations

from collections.abc import Callable

from rag.contract import Answer

Ask = Callable[..., Answer]

HEAD = "青禾市人民政府办公室关于印发《青禾市住房补贴办法》的通知\n青政办发〔2025〕12号\n各县区人民政府：\n"
PAPERS = (
    HEAD
    + """《青禾市住房补贴办法》已经市政府同意，现印发给你们，请认真贯彻执行。
青禾市人民政府办公室
2025年3月1日
青禾市住房补贴办法
第一条 为规范住房补贴发放，制定本办法。
第二条 申请住房补贴应当提交下列材料：
（一）住房补贴申请表；
（二）申请人身份证；
（三）户口簿；
（四）婚姻状况证明；
（五）收入证明。
第三条 住房补贴每户每月400元，每季度发放一次。
第四条 区住房保障中心自受理之日起15个工作日内完成审核。
"""
)
INLINE = """青禾市公积金中心关于租房提取的公告
青公积金〔2025〕3号
职工租房可以提取住房公积金。
办理材料：1.身份证；2.户口簿；3.银行卡。
办理时限：3个工作日。
咨询电话：12329
青禾市住房公积金管理中心
2025年5月6日
"""


def test_papers_come_as_a_list_with_a_place_each(ask: Callable[[str], Ask]) -> None:
    answer = ask(PAPERS)("申请住房补贴需要哪些材料？")
    lines = answer.answer.splitlines()
    assert [line[:3] for line in lines[1:]] == ["（一）", "（二）", "（三）", "（四）", "（五）"]
    assert "申请住房补贴应当提交下列材料" in lines[0]
    assert [c.marker for c in answer.citations] == [1, 2, 3, 4, 5]
    assert answer.citations[2].quote == "（三）户口簿；"
    assert all(PAPERS[s:e] for c in answer.citations for s, e in c.spans)


def test_one_fact_stays_one_fact(ask: Callable[[str], Ask]) -> None:
    answer = ask(PAPERS)("住房补贴每户每月多少钱？")
    assert "400元" in answer.answer
    assert "\n" not in answer.answer


def test_a_list_in_one_line_is_a_list(ask: Callable[[str], Ask]) -> None:
    answer = ask(INLINE)("租房提取公积金要带什么材料？")
    for paper in ("身份证", "户口簿", "银行卡"):
        assert answer.answer.count(paper) == 1


def test_a_long_list_says_how_many_more_and_where(ask: Callable[[str], Ask]) -> None:
    items = "".join(f"{n}.第{n}号窗口领取的证明文件和复印件；\n" for n in range(1, 21))
    text = PAPERS.replace(
        "（一）住房补贴申请表；\n（二）申请人身份证；\n（三）户口簿；\n（四）婚姻状况证明；\n（五）收入证明。\n",
        items,
    )
    answer = ask(text)("申请住房补贴需要哪些材料？")
    assert "另有8项" in answer.answer
    assert "20.第20号窗口" in answer.citations[-1].quote


def test_a_hotline_is_a_telephone_number(ask: Callable[[str], Ask]) -> None:
    answer = ask(INLINE)("公积金咨询电话是多少？")
    assert not answer.abstained
    assert "12329" in answer.answer


def test_a_sentence_that_was_cut_says_so(ask: Callable[[str], Ask]) -> None:
    aims = "，".join(f"第{n}项工作由各有关部门按照职责分工认真抓好落实" for n in range(1, 16))
    answer = ask(HEAD + f"本市{aims}，住房补贴标准为每户每月400元，其余事项另行通知。\n2025年3月1日\n")(
        "住房补贴标准是每户每月多少钱？"
    )
    assert "400元" in answer.answer
    assert "……" in answer.answer
    assert "……" not in answer.citations[0].quote
    assert len(answer.answer) <= 220


LEAVING = (
    HEAD
    + """《青禾市公共租赁住房办法》已经市政府同意，现印发给你们，请认真贯彻执行。
青禾市人民政府办公室
2025年3月1日
青禾市公共租赁住房办法
第一条 为管好公共租赁住房，制定本办法。
第二条 承租人有下列行为之一的，应当退回公共租赁住房：
（一）将所承租的住房转借他人的；
（二）无正当理由连续六个月以上空置的；
（三）在住房内从事违法活动的。
第三条 租赁合同期限为三年。
第四条 本办法自2025年4月1日起施行，有效期五年。2018年印发的《青禾市廉租住房办法》同时废止。
"""
)


def test_an_item_is_told_with_the_sentence_it_hangs_on(ask: Callable[[str], Ask]) -> None:
    answer = ask(LEAVING)("房子空置六个月会怎么样？")
    assert answer.answer.index("应当退回公共租赁住房") < answer.answer.index("连续六个月以上空置")
    assert "违法活动" not in answer.answer
    assert [LEAVING[s:e] for c in answer.citations for s, e in c.spans][:1] == [
        "第二条 承租人有下列行为之一的，应当退回公共租赁住房："
    ]


def test_whether_another_document_holds_is_not_told_of_the_one_that_ends_it(
    ask: Callable[[str], Ask],
) -> None:
    asked = ask(LEAVING)
    assert asked("这个办法还有效吗？").answer.startswith("仍在有效期内")
    other = asked("2018年的廉租住房办法还有效吗？")
    assert not other.answer.startswith("仍在有效期内")
    assert other.abstained or "同时废止" in other.answer


CHAPTERS = (
    HEAD
    + """《青禾市人才扶持办法》已经市政府同意，现印发给你们，请认真贯彻执行。
青禾市人民政府办公室
2025年3月1日
青禾市人才扶持办法
第一章 主播人才
第一条 激励政策。对年销售额排名前三的主播人才，各给予30万元奖励。
第二条 提报资料。
1.主播人才申报表；
2.本人身份证复印件；
3.年销售额证明。
4.组建工作室的还需提供：工作室营业执照。
5.多平台直播的还需提供：各平台账号证明。
第二章 培训机构
第三条 激励政策。对培训学员一千人以上的培训机构，给予10万元奖励。
第四条 提报资料。
1.培训机构申报表；
2.营业执照复印件；
3.学员名册。
"""
)


def test_the_papers_are_those_of_the_chapter_that_the_question_is_about(ask: Callable[[str], Ask]) -> None:
    answer = ask(CHAPTERS)("主播人才30万元奖励怎么申请，要什么材料？")
    assert "主播人才申报表" in answer.answer
    assert "培训机构申报表" not in answer.answer


def test_what_some_must_give_besides_is_told_with_what_all_must(ask: Callable[[str], Ask]) -> None:
    answer = ask(CHAPTERS)("主播组建工作室的申请奖励要什么材料？")
    assert "主播人才申报表" in answer.answer
    assert "工作室营业执照" in answer.answer
    assert "各平台账号证明" not in answer.answer
    assert "年销售额证明" in answer.answer
    assert "学员名册" not in answer.answer


def test_where_nobody_is_named_all_that_some_must_give_is_told(ask: Callable[[str], Ask]) -> None:
    answer = ask(CHAPTERS)("主播人才还需提供什么材料？")
    assert "工作室营业执照" in answer.answer
    assert "各平台账号证明" in answer.answer


def test_a_reference_is_followed(ask: Callable[[str], Ask]) -> None:
    text = (
        HEAD
        + """《青禾市住房补贴办法》已经市政府同意，现印发给你们，请认真贯彻执行。
青禾市人民政府办公室
2025年3月1日
青禾市住房补贴办法
第一条 为规范住房补贴发放，制定本办法。
第二条 本市户籍居民连续缴纳社会保险满12个月的，可以申请住房补贴。
第三条 住房补贴每户每月400元。
第四条 外地户籍居民申请住房补贴的，按照第二条执行。
第五条 区住房保障中心自受理之日起15个工作日内完成审核。
"""
    )
    answer = ask(text)("外地户籍居民怎样申请住房补贴？")
    assert "按照第二条执行" in answer.answer
    assert "满12个月" in answer.answer
    assert any("满12个月" in citation.quote for citation in answer.citations)


BATCHES = """青禾市第三小学招生简章
报名时间为2026年7月1日至7月5日。
学校按照户籍和住房情况，分以下三个批次依次录取。同一批次学位不足时，按户籍登记时间录取。
①户籍地址与自有住房一致的儿童；
②只有自有住房在学区内的儿童；
③随迁子女。
青禾市第三小学
2026年6月1日
"""


def test_a_sentence_that_announces_a_list_comes_with_it_though_another_stands_between(
    ask: Callable[[str], Ask],
) -> None:
    answer = ask(BATCHES)("第三小学分哪三个批次录取？")
    first, *items = answer.answer.splitlines()
    assert "分以下三个批次依次录取" in first
    assert [item[:1] for item in items] == ["①", "②", "③"]


HEAD_ALONE = """青禾市民政局、青禾市残疾人联合会关于印发《青禾市2022年暖心活动实施方案》的通知
2022年8月11日
"""


def test_a_notice_of_which_only_the_head_is_printed_says_who_issued_it(ask: Callable[[str], Ask]) -> None:
    answer = ask(HEAD_ALONE)("《青禾市2022年暖心活动实施方案》是哪几个部门印发的？")
    assert not answer.abstained
    assert "青禾市残疾人联合会" in answer.answer
