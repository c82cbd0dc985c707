"""The documents of the bulletins: where they begin and end, what they are called, when they hold."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path

import pytest

from rag.errors import BulletinError
from rag.reading.corpus import Bulletin, Document, read_bulletin
from rag.reading.lines import doc_number, mark_of
from rag.reading.succession import joined
from rag.reading.titles import place_of
from rag.reading.validity import validity_of
from rag.settings import Settings
from rag.text.dates import add_years, find_date, han_number, whole_date

BULLETINS = Settings().bulletins
EXPECTED = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "documents.jsonl").read_text(encoding="utf-8").splitlines()
]
NAMES = sorted({expected["source"] for expected in EXPECTED})


@cache
def bulletin(name: str) -> Bulletin:
    return read_bulletin(BULLETINS / name)


def document(number: str) -> Document:
    return next(d for name in NAMES for d in bulletin(name).documents if d.number == number)


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str | bytes], Bulletin]:
    """Read a bulletin made on the spot."""

    def reader(text: str | bytes) -> Bulletin:
        path = tmp_path / "made.txt"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_bulletin(path)

    return reader


# --- the collection, checked by eye ---


@pytest.mark.parametrize("name", NAMES)
def test_every_document_is_found_as_it_was_read_by_eye(name: str) -> None:
    fields = EXPECTED[0].keys()
    found = [
        {key: list(value) if isinstance(value := asdict(d)[key], tuple) else value for key in fields}
        for d in bulletin(name).documents
    ]
    assert found == [expected for expected in EXPECTED if expected["source"] == name]


@pytest.mark.parametrize("name", NAMES)
def test_documents_follow_each_other_without_overlap(name: str) -> None:
    read = bulletin(name)
    ends = [0, *(d.span[1] for d in read.documents)]
    assert all(end <= d.span[0] < d.span[1] for end, d in zip(ends, read.documents, strict=False))
    assert len({d.id for d in read.documents}) == len(read.documents)
    assert all(read.text.count("\n", 0, d.span[0]) + 1 == d.start_line for d in read.documents)


def test_the_issuer_and_not_the_prefix_tells_the_district() -> None:
    assert document("临政办字〔2018〕112号").jurisdiction == "临淄区"
    assert document("临政办字〔2025〕27号").jurisdiction == "临沂市"
    assert document("义政发〔2022〕30号").jurisdiction == "临沂市兰山区义堂镇"
    assert document("兰人社发〔2022〕10号").jurisdiction == "临沂市兰山区"


def test_what_a_title_implies_is_kept_apart_from_what_is_stated() -> None:
    trial = document("临兰政办发〔2021〕25号")
    assert (trial.valid_until, trial.implied_until) == (None, "2023-11-19")
    assert trial.implied_reason
    assert "试行" in trial.implied_reason
    stated = document("临兰政办发〔2022〕8号")  # 暂行, but a later article states the day
    assert (stated.valid_from, stated.valid_until, stated.implied_until) == ("2024-07-31", "2029-07-30", None)
    assert stated.amended_by == "临兰政办字〔2024〕19号"


def test_a_number_quoted_inside_a_sentence_opens_no_document(read: Callable[[str | bytes], Bulletin]) -> None:
    text = (
        "甲县人民政府\n关于停水的通知\n甲政发〔2024〕1号\n各镇:\n"
        "根据《关于供水的通知》(\n甲政发〔2020〕9号\n)要求,明日停水。\n"
    )
    assert [d.number for d in read(text).documents] == ["甲政发〔2024〕1号"]


# --- other files ---

NOTICE = (
    "甲县人民政府办公室\n关于印发《甲县节约用水\n办法》的通知\n（甲政办字［２０２４］ 7 号）\n"
    "各镇人民政府：\n"
    "现将《甲县节约用水办法》印发给你们。\n甲县人民政府办公室\n二〇二四年三月五日\n（此件公开发布）\n甲县节约用水办法\n"
    "第一条 为节约用水，制定本办法。\n第二条 本办法自2024年5月1日起施行，有效期３年。\n"
)


def test_full_width_forms_and_han_dates_are_read(read: Callable[[str | bytes], Bulletin]) -> None:
    (found,) = read(NOTICE).documents
    assert found.title == "甲县人民政府办公室关于印发《甲县节约用水办法》的通知"
    assert (found.number, found.kind, found.jurisdiction) == ("甲政办字〔2024〕7号", "通知", "甲县")
    assert (found.signed_on, found.valid_from, found.valid_until) == (
        "2024-03-05",
        "2024-05-01",
        "2027-04-30",
    )


@pytest.mark.parametrize("change", [lambda t: t.replace("\n", "\r\n"), lambda t: "\ufeff" + t])
def test_line_ends_and_a_byte_order_mark_change_nothing(
    read: Callable[[str | bytes], Bulletin], change: Callable[[str], str]
) -> None:
    plain, changed = read(NOTICE), read(change(NOTICE))
    assert [(d.title, d.number, d.start_line, d.end_line) for d in changed.documents] == [
        (d.title, d.number, d.start_line, d.end_line) for d in plain.documents
    ]
    assert changed.text == change(NOTICE)  # every code point of the file keeps its place


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-16-be"])
def test_other_encodings_are_read_and_said_so(read: Callable[[str | bytes], Bulletin], encoding: str) -> None:
    found = read(NOTICE.encode(encoding))
    assert found.encoding.startswith(encoding)
    assert found.encoding.upper() in found.warnings[0]
    assert found.text == NOTICE


def test_a_file_without_any_number_is_a_document_too(read: Callable[[str | bytes], Bulletin]) -> None:
    (found,) = read(
        "停水公告\n因管道维修,定于本周五八时至十八时停水,请居民提前储水,不便之处敬请谅解。\n"
    ).documents
    assert (found.start_line, found.end_line, found.number, found.signed_on) == (1, 2, None, None)


@pytest.mark.parametrize(
    ("raw", "line", "says"),
    [
        (b"", "line 1", "empty"),
        ("　\n\ufeff\n".encode(), "line 1", "empty"),
        ("通知\n".encode() + b"\x00\x01\x02", "line 2", "zero byte"),
        ("通知\n\n".encode() + b"\xff\xff\xff\xff", "line 3", "neither UTF-8 nor GB18030"),
    ],
)
def test_what_is_no_text_is_refused_with_a_remedy(
    read: Callable[[str | bytes], Bulletin], raw: bytes, line: str, says: str
) -> None:
    with pytest.raises(BulletinError, match=says) as caught:
        read(raw)
    assert line in str(caught.value)
    assert "made.txt" in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BulletinError, match=r"none\.txt"):
        read_bulletin(tmp_path / "none.txt")


# --- other styles of bulletin ---

ORDER_AND_OTHERS = """青山市人民政府令
第25号
《青山市物业管理办法》已经市政府第35次常务会议通过，现予公布，自2024年8月1日起施行。
市长 王大山
2024年6月10日
青山市物业管理办法
第一章 总 则
第一条 为了规范物业管理活动，制定本办法。
第二条 本办法自2024年8月1日起施行。《青山市物业管理暂行办法》（青政发〔2015〕8号）、《青山市小区管理办法》同时废止。
---
青山市人民政府关于废止部分规范性文件的决定
青政规〔2024〕3号
各县（区）人民政府：
决定废止《青山市户外广告管理办法》（青政发〔2015〕20号）和《青山市砂石管理规定》（青政办发〔2016〕31号）。
本决定自公布之日起施行。
青山市人民政府
2024年7月1日
---
青山市人民政府
关于李明等同志职务任免的通知
青政任[2024]6号
各县（区）人民政府：
任命李明为市教育局局长。
青山市人民政府
2024年7月9日
---
关于研究供热工作的会议纪要
〔2024〕15号
副市长刘洋主持召开会议。现纪要如下：
一、供热价格维持每平方米22元不变。
"""


def test_orders_decisions_and_minutes_parted_by_lines(read: Callable[[str | bytes], Bulletin]) -> None:
    found = read(ORDER_AND_OTHERS)
    order, repeal, posts, minutes = found.documents
    assert (order.number, order.kind, order.issuer) == ("青山市人民政府令第25号", "办法", "青山市人民政府")
    assert (order.signed_on, order.valid_from) == ("2024-06-10", "2024-08-01")
    assert order.replaces == ("青政发〔2015〕8号", "《青山市小区管理办法》")
    assert (repeal.number, repeal.valid_from) == ("青政规〔2024〕3号", "2024-07-01")
    assert repeal.replaces == ("青政发〔2015〕20号", "青政办发〔2016〕31号")
    assert (posts.title, posts.signed_on) == ("青山市人民政府关于李明等同志职务任免的通知", "2024-07-09")
    assert (minutes.number, minutes.kind) == ("〔2024〕15号", "纪要")
    assert {piece.kind for piece in found.furniture} == {"separator"}


GAZETTE = """青山县人民政府公报
2024年第2期（总第18期）
目    录
青山县人民政府关于印发《青山县城市养犬管理办法》的通知（青政发〔2024〕3号）……………（1）
青山县人民政府办公室关于印发民生实事工作方案的通知（青政办发〔2024〕6号）..........12
— 1 —
青山县人民政府
关于印发《青山县城市养犬管理办法》的通知
青政发〔2024〕3号

各乡镇人民政府：
现将《青山县城市养犬管理办法》印发给你们。

青山县人民政府
2024年4月8日

青山县城市养犬管理办法

第一条 养犬人应当自取得犬只之日起30日内到公安
— 2 —
机关办理登记。
第二条 本办法自2024年5月1日起施行，有效期至2029年4月30日。

— 12 —
青山县人民政府办公室
关于印发《青山县2024年民生
实事工作方案》
的通知
青政办发〔2024〕6号

各乡镇人民政府：
现将《青山县2024年民生实事工作方案》印发给你们。
青山县人民政府办公室
2024年4月10日
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_gazette_with_contents_and_page_numbers(read: Callable[[str | bytes], Bulletin], end: str) -> None:
    found = read(GAZETTE.replace("\n", end))
    dogs, plan = found.documents
    assert (dogs.number, dogs.valid_until) == ("青政发〔2024〕3号", "2029-04-30")
    assert plan.title == "青山县人民政府办公室关于印发《青山县2024年民生实事工作方案》的通知"
    assert (plan.implied_until, plan.signed_on) == ("2024-12-31", "2024-04-10")
    assert {piece.kind for piece in found.furniture} == {"cover", "contents", "page number"}


PAGE = """首页 > 政务公开 > 政府文件
<div class="title">青山区人民政府关于做好森林防火工作的通告</div>
发布日期：2024-03-02　来源：区应急局　浏览次数：233　字号：[大 中 小]
青区政告【2024】2号
<p>为预防森林火灾，&nbsp;现通告如下：</p>
<p style="text-indent:2em">一、防火期为２０２４年３月１日至５月３１日。</p>
<p>青山区人民政府</p>
<p>２０２４年３月１日</p>
<table></table>
【打印本页】 【关闭窗口】
上一篇：关于春节放假的通知
版权所有：青山区人民政府 ICP备12345号
"""


def test_a_page_with_tags_and_navigation(read: Callable[[str | bytes], Bulletin]) -> None:
    page = read(PAGE)
    (found,) = page.documents
    assert (found.title, found.number) == (
        "青山区人民政府关于做好森林防火工作的通告",
        "青区政告〔2024〕2号",
    )
    assert (found.signed_on, found.published_on) == ("2024-03-01", "2024-03-02")
    assert (found.issuer, found.jurisdiction) == ("青山区人民政府", "青山区")
    assert found.implied_until == "2024-05-31"
    kinds = {piece.kind for piece in page.furniture}
    assert kinds == {"markup", "page information", "site navigation", "site footer"}


def test_a_single_notice_without_a_number(read: Callable[[str | bytes], Bulletin]) -> None:
    (found,) = read(
        "关于青山路临时封闭施工的通告\n\n因管网改造，现通告如下：\n\n一、封闭时间：2024年3月1日8时至2024年4月30日24时。\n"
        "特此通告。\n\n青山县住房和城乡建设局\n2024年2月20日\n"
    ).documents
    assert (found.title, found.title_printed, found.kind) == ("关于青山路临时封闭施工的通告", True, "通告")
    assert (found.issuer, found.jurisdiction) == ("青山县住房和城乡建设局", "青山县")
    assert (found.signed_on, found.implied_until) == ("2024-02-20", "2024-04-30")
    assert found.implied_reason == "文中写明的起止时间至2024年4月30日"


def test_notices_that_only_their_titles_open(read: Callable[[str | bytes], Bulletin]) -> None:
    notice = "关于{}的通告\n\n因工程需要，现将有关事项通告如下。\n\n青山县住房和城乡建设局\n2024年2月20日\n\n"
    assert [d.title for d in read("".join(notice.format(what) for what in ("停水", "停气"))).documents] == [
        "关于停水的通告",
        "关于停气的通告",
    ]


def test_a_number_above_its_title_as_on_letterhead_paper(read: Callable[[str | bytes], Bulletin]) -> None:
    first, second = read(
        "青山县人民政府文件\n青政发〔2024〕3号\n青山县人民政府\n关于加强供水管理的\n意见\n各乡镇人民政府：\n为加强供水管理，提出以下意见。\n"
        "青山县人民政府\n2024年4月8日\n"
        "青教字〔2024〕5号\n青山县教育局\n青山县财政局\n关于印发《青山县校车\n管理办法》的通知各乡镇中心学校，县直各学校：\n"
        "现将《青山县校车管理办法》印发给你们。\n青山县教育局\n青山县财政局\n2024年4月9日\n"
    ).documents
    assert (first.title, first.issuer) == ("青山县人民政府关于加强供水管理的意见", "青山县人民政府")
    assert second.title == "青山县教育局、青山县财政局关于印发《青山县校车管理办法》的通知"
    assert (second.number, second.kind, second.start_line) == ("青教字〔2024〕5号", "通知", 10)


def test_an_explainer_under_its_own_title(read: Callable[[str | bytes], Bulletin]) -> None:
    (found,) = read(
        "《青山县供水办法》解读\n近日，青山县人民政府印发了《青山县供水办法》（青政发〔2024〕3号），现解读如下：\n一、背景\n为了供水。\n"
    ).documents
    assert (found.title, found.title_printed, found.kind) == ("《青山县供水办法》解读", True, "解读")
    assert (found.start_line, found.end_line) == (1, 4)


def test_questions_and_answers_explain_a_document(read: Callable[[str | bytes], Bulletin]) -> None:
    (found,) = read(
        "《青山市高龄津贴发放办法》政策问答\n\n问：哪些人可以领取？\n答：年满80周岁的老年人。\n"
    ).documents
    assert (found.title, found.kind) == ("《青山市高龄津贴发放办法》政策问答", "问答")
    assert (found.explains, found.jurisdiction) == ("《青山市高龄津贴发放办法》", "青山市")


@pytest.mark.parametrize(
    ("says", "valid_from", "valid_until"),
    [
        ("本办法自2022年10月1日起施行,有效期至2025年9月30日。", "2022-10-01", "2025-09-30"),
        ("本办法自2022年10月1日起试行，试行期两年。", "2022-10-01", "2024-09-30"),
        ("本办法自印发之日起施行，有效期5年。", "2022-03-05", "2027-03-04"),
        ("本办法自公布之日起30日后施行。", "2022-04-04", None),
        ("本办法有效期自2022年5月1日至2024年4月30日。", "2022-05-01", "2024-04-30"),
        ("本办法自2022年5月1日起至2024年4月30日止执行。", "2022-05-01", "2024-04-30"),
        ("本规定自二〇二四年三月一日起施行，有效期至2026.2.28。", "2024-03-01", "2026-02-28"),
        ("本通告自2025年7月1日零时起生效，至2025年12月31日24时止。", "2025-07-01", "2025-12-31"),
        ("政策有效期：2024年1月1日—2026年12月31日", "2024-01-01", "2026-12-31"),
        ("文件废止日期：2026年12月31日", None, "2026-12-31"),
        ("规范性文件有效期为3年至5年。", None, None),
        ("增值税免征政策执行期限至2022年12月31日。", None, None),
    ],
)
def test_dates_of_validity(says: str, valid_from: str | None, valid_until: str | None) -> None:
    found = validity_of([says], "甲县管理办法", "2022-03-05")
    assert (found.valid_from, found.valid_until) == (valid_from, valid_until)


def test_the_rule_on_trial_documents_is_named_where_the_bulletin_has_it() -> None:
    trial = document("临兰政办发〔2021〕19号")
    assert trial.implied_until == "2023-09-27"
    assert trial.implied_reason
    assert "临兰政发〔2021〕3号" in trial.implied_reason


# --- the small readers below ---


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("临政字〔2025〕75号", "临政字〔2025〕75号"),
        ("(临政办字[2018]97号)", "临政办字〔2018〕97号"),
        ("临兰司发〔2022〕15 号", "临兰司发〔2022〕15号"),
        ("发改就业﹝2022﹞107号", "发改就业〔2022〕107号"),
        ("根据临政字〔2025〕75号,", None),
        ("第75号", None),
    ],
)
def test_document_numbers_in_every_bracket(line: str, number: str | None) -> None:
    assert doc_number(line) == number


@pytest.mark.parametrize(
    ("line", "kind", "label"),
    [
        ("㈠托管时间", "paren_cn", "㈠"),
        ("⑵第二期：7月28日起", "paren_num", "⑵"),
        ("1）基本费每人600元", "half_num", "1)"),
        ("A.登录“青山教育”公众号", "letter", "A."),
        ("一、2025年标准", "cn", "一、"),
        ("第一章 总则", "chapter", "第一章"),
        ("第十八条国家工作人员", "article", "第十八条"),
        ("第三条规定的情形", None, None),
        ("第七条至第十七条", None, None),
        ("一、二、三等奖各一名", None, None),
        ("- （一）符合法定的权限;", "paren_cn", "(一)"),
        ("**第二节** 发展目标", "section", "第二节"),
        ("4.2.6.1防汛预警", "decimal", "4.2.6.1"),
        ("1.5亿元", None, None),
        ("2.2022年招生划分表", "num", "2."),
        ("——打造新高地。", "dash", "——"),
    ],
)
def test_heading_marks(line: str, kind: str | None, label: str | None) -> None:
    mark = mark_of(line)
    assert (mark.kind if mark else None, mark.label if mark else None) == (kind, label)


def test_dates() -> None:
    assert whole_date("2021 年 11 月 30 日") == "2021-11-30"
    assert whole_date("二〇二四年十二月二十一日") == "2024-12-21"
    assert whole_date("自2021年1月1日") is None
    assert [whole_date(text) for text in ("2025/8/15", "2025.8.5", "2025-08-05")] == [
        "2025-08-15",
        "2025-08-05",
        "2025-08-05",
    ]
    assert find_date("2021年2月30日和2021年3月1日") == ("2021-03-01", 11, 20)
    assert add_years("2024-02-29", 2) == "2026-02-27"
    assert [han_number(text) for text in ("十", "二十一", "一百零三", "")] == [10, 21, 103, 0]


LAWS = """灵河省殡葬管理办法
（1994年9月28日灵河省人民政府令第112号公布　根据2020年10月31日灵河省人民政府令〔2020〕第2号修正）
第一条 为加强殡葬管理，制定本办法。
第二条 本办法自发布之日起施行。
灵河省地震预警管理办法
（2021年11月12日灵河省人民政府令〔2021〕第2号公布）
第一条 为规范地震预警，制定本办法。
第二条 本办法自2022年1月1日起施行。
失业保险金申领发放办法
2020-03-30 15:25:01
第一条 为保证失业人员及时获得失业保险金，制定本办法。
"""


def test_laws_that_stand_one_below_the_other(read: Callable[[str | bytes], Bulletin]) -> None:
    first, second, third = read(LAWS).documents
    assert (first.title, first.issuer, first.signed_on) == (
        "灵河省殡葬管理办法",
        "灵河省人民政府",
        "1994-09-28",
    )
    assert (second.title, second.jurisdiction, second.valid_from) == (
        "灵河省地震预警管理办法",
        "灵河省",
        "2022-01-01",
    )
    assert (third.title, third.published_on) == ("失业保险金申领发放办法", "2020-03-30")


def test_a_law_that_its_own_notice_encloses_is_no_second_document(
    read: Callable[[str | bytes], Bulletin],
) -> None:
    (found,) = read(
        "关于公布《青山县养犬管理办法》的通知\n各镇人民政府：\n现将《青山县养犬管理办法》公布如下。\n"
        "青山县人民政府\n2024年5月1日\n青山县养犬管理办法\n（2024年4月20日县政府第8次常务会议通过）\n"
        "第一条 为规范养犬，制定本办法。\n"
    ).documents
    assert found.title == "关于公布《青山县养犬管理办法》的通知"


@pytest.mark.parametrize(
    ("text", "title", "issuer"),
    [
        (
            "青山市住房公积金管理中心\n租房提取公积金办事指南\n办理条件：连续缴存满3个月。\n办理时限：即时办结。\n",
            "租房提取公积金办事指南",
            "青山市住房公积金管理中心",
        ),
        (
            "首页 > 服务 > 住房\n青山市公租房常见问题解答\n发布日期：2025-11-20 来源：青山市住房和城乡建设局 字体：大\n"
            "问：谁可以申请？\n答：本市户籍家庭可以申请。\n",
            "青山市公租房常见问题解答",
            "青山市住房和城乡建设局",
        ),
        (
            "老年人优待证办理\n一、受理条件\n年满60周岁。\n二、申请材料\n身份证。\n",
            "老年人优待证办理",
            None,
        ),
        (
            "2026年公益性岗位招聘公告\n甲省青山市民政局　2026-05-12\n因工作需要，现招聘工作人员60名。\n",
            "2026年公益性岗位招聘公告",
            "甲省青山市民政局",
        ),
    ],
)
def test_a_page_is_called_by_its_title(
    read: Callable[[str | bytes], Bulletin], text: str, title: str, issuer: str | None
) -> None:
    (found,) = read(text).documents
    assert (found.title, found.issuer, found.title_printed) == (title, issuer, True)


@pytest.mark.parametrize(
    ("org", "place"),
    [
        ("景宁畲族自治县人民代表大会常务委员会", "景宁畲族自治县"),
        ("乌兰托旗人民政府办公室", "乌兰托旗"),
        ("甲省桐水市河滨区教育局", "甲省桐水市河滨区"),
        ("黔东南苗族侗族自治州人民政府", "黔东南苗族侗族自治州"),
        ("锡林郭勒盟行政公署", "锡林郭勒盟"),
        ("北京经济技术开发区管理委员会", "北京经济技术开发区"),
        ("兰州海关", "兰州市"),
        ("临沂市兰山区义堂镇人民政府", "临沂市兰山区义堂镇"),
        ("人力资源社会保障部办公厅", "全国"),
        ("市教育局", None),
        ("各区县人民政府", None),
    ],
)
def test_the_district_of_an_authority(org: str, place: str | None) -> None:
    assert place_of(org) == place


def test_a_district_is_told_by_the_text_where_nothing_else_names_it(
    read: Callable[[str | bytes], Bulletin],
) -> None:
    (found,) = read(
        "关于调整护理补贴标准的通知\n各区县民政局：\n凡具有兰州市户籍的，按甘肃省规定申请，兰州市城关区另增补贴。\n"
        "市民政局\n2025年3月1日\n"
    ).documents
    assert (found.issuer, found.jurisdiction) == ("市民政局", "兰州市")


def test_what_a_decision_lists_as_repealed() -> None:
    said = [
        "经研究，决定废止2件、修改1件文件。",
        "一、废止下列文件",
        "（一）《青山县养犬规定》（青政发〔2012〕45号）；",
        "（二）《关于鼓励购车的措施》；",
        "二、修改下列文件",
        "（一）将《青山县投资管理办法》（青政发〔2019〕30号）第八条修改为：……",
        "本决定自公布之日起施行。",
    ]
    found = validity_of(said, "青山县人民政府关于废止和修改部分文件的决定", "2025-06-30")
    assert found.replaces == ("青政发〔2012〕45号", "《关于鼓励购车的措施》")


def test_a_notice_is_not_over_before_the_last_day_it_names() -> None:
    said = ["报名时间为2026年11月11日至11月20日。", "笔试定于2026年12月12日上午9时。"]
    found = validity_of(said, "公开招聘工作人员公告", "2026-11-10")
    assert found.implied_until == "2026-12-12"


def test_a_plan_for_the_next_year_is_not_over_with_the_year_it_looks_back_on() -> None:
    assert validity_of([], "2024年工作总结和2025年工作计划", "2025-01-10").implied_until == "2025-12-31"


def test_what_is_said_to_last_does_not_lapse() -> None:
    said = ["本办法自2021年1月1日起施行，长期有效。"]
    assert validity_of(said, "青山县奖励办法（试行）", "2020-12-01").implied_until is None


def test_a_repealed_version_knows_the_one_that_repealed_it(read: Callable[[str | bytes], Bulletin]) -> None:
    version = (
        "青山市人民政府关于印发《青山市出租车管理办法》的通知\n青政发〔{year}〕{no}号\n各区人民政府：\n"
        "现将《青山市出租车管理办法》印发给你们。\n青山市人民政府\n{year}年3月1日\n青山市出租车管理办法\n"
        "第一条 起步价为{price}元。\n第二条 本办法自{year}年5月1日起施行。{repeal}\n"
    )
    old = version.format(year=2019, no=8, price=6, repeal="")
    new = version.format(
        year=2024, no=15, price=8, repeal="《青山市出租车管理办法》（青政发〔2019〕8号）同时废止。"
    )
    first, second = joined(read(old + new).documents).values()
    assert (first.replaced_by, second.replaced_by) == ("青政发〔2024〕15号", None)


def test_a_page_that_lost_its_line_breaks_still_has_its_number_and_its_day(
    read: Callable[[str | bytes], Bulletin],
) -> None:
    order, letter = read(
        "青山省盐业管理办法\n青山省盐业管理办法青山省人民政府令〔2022〕第2号《青山省盐业管理办法》已经通过，现予公布，"
        "自2022年10月1日起施行。省长王大山2022年8月18日第一条为加强盐业管理，制定本办法。\n"
        "关于做好学生资助工作的通知\n2024-05-11 10:00:00\n青人社函〔2024〕54号各市人力资源社会保障局：现通知如下。"
        "青山省人力资源和社会保障厅2024年5月10日（此件主动公开）更多信息请关注微信\n"
    ).documents
    assert (order.number, order.signed_on) == ("青山省人民政府令〔2022〕第2号", "2022-08-18")
    assert (letter.number, letter.signed_on) == ("青人社函〔2024〕54号", "2024-05-10")


def test_what_a_page_prints_over_a_document_is_not_its_title(read: Callable[[str | bytes], Bulletin]) -> None:
    """A page names its document once more; labels and what they say stand on lines of their own."""
    (one,) = read(
        "热点丨青山县人民政府关于发放取暖补贴的意见\n发布日期：2025-11-03\n浏览次数：\n青山县人民政府\n"
        "关于发放取暖补贴的意见\n青政发〔2025〕9号\n各乡镇人民政府：\n每户补贴600元。\n"
    ).documents
    assert (one.title, one.number) == ("青山县人民政府关于发放取暖补贴的意见", "青政发〔2025〕9号")
    assert (one.issuer, one.published_on) == ("青山县人民政府", "2025-11-03")
    (other,) = read(
        "青山县人民政府工作规则\n• 索引号:\n610/2024-001\n• 发文字号:\n青政发〔2024〕7号\n• 发布日期:\n"
        "2024年04月06日 16:34\n青山县人民政府工作规则\n一、县政府实行县长负责制。\n"
    ).documents
    assert (other.title, other.number) == ("青山县人民政府工作规则", "青政发〔2024〕7号")
    assert other.published_on == "2024-04-06"


def test_an_issuer_named_more_fully_on_the_letterhead_is_one(read: Callable[[str | bytes], Bulletin]) -> None:
    (one,) = read(
        "甘肃省青山市人民政府办公室文件\n青政办发〔2025〕63号\n青山市人民政府办公室\n关于发放补贴的通知\n"
        "各县区人民政府：\n每户补贴1200元。\n青山市人民政府办公室\n2025年10月22日\n"
    ).documents
    assert one.issuer == "青山市人民政府办公室"
    assert one.title == "青山市人民政府办公室关于发放补贴的通知"


def test_a_title_in_traditional_characters_below_its_number(read: Callable[[str | bytes], Bulletin]) -> None:
    (one,) = read(
        "青府〔2021〕54號\n青山市人民政府關于貫徹落實《穩定就業若干措施》的實施意見\n各鎮人民政府：\n"
        "為貫徹落實就業政策，提出如下意見：\n一、減輕企業負擔。\n"
    ).documents
    assert one.title == "青山市人民政府關于貫徹落實《穩定就業若干措施》的實施意見"
    assert one.kind == "意见"


@pytest.mark.parametrize(
    ("above", "below", "place"),
    [
        ("", "主办单位：溪州市住房公积金管理中心　湘ICP备01234567号\n", "溪州市"),
        ("当前位置：溪州市政务服务网 / 办事指南\n", "", "溪州市"),
        ("", "", None),
    ],
)
def test_a_page_that_names_no_place_is_of_who_keeps_it(
    read: Callable[[str | bytes], Bulletin], above: str, below: str, place: str | None
) -> None:
    body = "提取住房公积金须知\n一、受理条件\n无自有住房的职工可以提取。\n二、办理时限\n三个工作日。\n"
    (one,) = read(above + body + below).documents
    assert one.jurisdiction == place


def test_a_page_that_says_only_when_it_was_made(read: Callable[[str | bytes], Bulletin]) -> None:
    (one,) = read(
        "提取住房公积金须知\n时间：2025-10-09 15:20:11　来源：市住房公积金管理中心　字体：【大】\n职工可以提取。\n"
    ).documents
    assert (one.published_on, one.issuer) == ("2025-10-09", "市住房公积金管理中心")
    (other,) = read("青禾县关于举办书市的公告\n时间：2025年10月9日至12日。\n欢迎参加。\n").documents
    assert other.published_on is None
