"""Which sentence of the best passages answers, and with what beside it: read off one small bulletin."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.answering.choose import LONGEST, Candidate, Chooser
from rag.answering.grounds import Model, Sought
from rag.asking.lexicon import Lexicon
from rag.asking.query import Query, Understanding
from rag.chunk import Unit
from rag.index import Index
from rag.retrieval.retrieve import Retriever
from tests.made import NOTHING, index_of, sentence

LONG = (
    "第六条 参加申请的家庭应当向户籍所在地街道办事处提出书面申请，街道办事处自受理之日起20个工作日内完成初审并公示，"
    "公示期不少于7日，区住房保障部门自收到初审材料之日起15个工作日内完成复核，市住房保障中心自收到复核意见之日起10个工作日内作出决定，"
    "符合条件的，登记为轮候对象，轮候期一般不超过3年，轮候期间家庭人口、收入、住房发生变化的，应当自变化之日起30日内如实申报，"
    "逾期不申报的，取消其轮候资格，两年内不再受理其申请。"
)
RULES = f"""青禾市人民政府关于印发青禾市公共租赁住房管理办法的通知
青政发〔2025〕8号
各县区人民政府：
现将《青禾市公共租赁住房管理办法》印发给你们，请遵照执行。
青禾市人民政府
2025年6月3日
青禾市公共租赁住房管理办法
第一条 年满18周岁的单身居民可以申请公共租赁住房。
第二条 租金标准由市住房保障中心制定。
第三条 租金为每平方米每月6元。
第四条 2024年共分配320套，2025年计划分配410套。
第五条 承租人有下列行为之一的，应当退回公共租赁住房：
（一）转租、转借住房的；
（二）连续6个月以上闲置住房的；
（三）拖欠租金累计满3个月的。
{LONG}
第七条 本办法自2025年7月1日起施行。
"""
FLAT = Model(NOTHING)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return index_of(tmp_path_factory.mktemp("choosing"), RULES)


@pytest.fixture(scope="module")
def chooser(index: Index) -> Chooser:
    return Chooser(index, FLAT)


def asked(index: Index, question: str) -> Query:
    return Understanding(index.documents.values()).understand(question)


def scored(index: Index, *words: str, step: float = 1.0, holds: int | None = None) -> list[Candidate]:
    """The sentences with some words, each worth a little less; the one of a number holds what is wanted."""
    found = []
    for at, word in enumerate(words):
        one = sentence(list(index.passages), word)
        grounds = replace(one.grounds, holds=float(at == holds), exact=float(at == holds))
        found.append(replace(one, score=10.0 - step * at, grounds=grounds))
    return found


def unit(index: Index, words: str) -> Unit:
    return sentence(list(index.passages), words).unit


def spoken_for(index: Index, question: str, words: str) -> dict[str, float]:
    """What speaks for the sentence with some words by what it says."""
    one = unit(index, words)
    return Sought(asked(index, question)).grounds(one, one.reading, "", None)


def test_the_best_sentence_answers(index: Index, chooser: Chooser) -> None:
    candidates = scored(index, "租金为每平方米", "租金标准由")
    assert chooser.likeliest(asked(index, "租金怎么定？"), candidates) is candidates[0]


@pytest.mark.parametrize(("step", "promoted"), [(1.5, True), (9.0, False)])
def test_one_that_gives_what_is_wanted_goes_before_one_that_does_not_if_it_is_nearly_as_good(
    index: Index, chooser: Chooser, step: float, promoted: bool
) -> None:
    candidates = scored(index, "租金标准由", "租金为每平方米", step=step, holds=1)
    assert chooser.likeliest(asked(index, "租金每月多少钱？"), candidates) is candidates[promoted]


def test_the_head_of_a_document_does_not(index: Index, chooser: Chooser) -> None:
    candidates = scored(index, "请遵照执行", "租金标准由")
    assert chooser.likeliest(asked(index, "租金怎么定？"), candidates) is candidates[1]


def test_an_amount_speaks_for_a_sentence_where_one_is_asked_for(index: Index) -> None:
    amount, none = (spoken_for(index, "租金每月多少钱？", one) for one in ("租金为每平方米", "租金标准由"))
    assert (amount["holds"], amount["exact"]) == (1.0, 1.0)
    assert (none["holds"], none["exact"]) == (0.0, 0.0)
    assert spoken_for(index, "租金怎么定？", "租金为每平方米")["exact"] == 0.0


def test_a_limit_speaks_for_itself_where_an_age_is_asked_about(index: Index) -> None:
    assert spoken_for(index, "17岁能申请吗？", "年满18周岁")["pinned"] == 1.0
    assert spoken_for(index, "17岁能申请吗？", "租金标准由")["pinned"] == 0.0
    assert spoken_for(index, "怎么申请？", "年满18周岁")["pinned"] == 0.0


def test_another_year_than_the_one_pinned_down_speaks_against_a_sentence(index: Index) -> None:
    assert spoken_for(index, "2026年分配多少套？", "2024年共分配")["astray"] == 1.0
    assert spoken_for(index, "2024年分配多少套？", "2024年共分配")["astray"] == 0.0
    assert spoken_for(index, "2024年分配多少套？", "租金标准由")["astray"] == 0.0


# --- what is told beside it ---


def test_an_item_is_told_with_the_sentence_that_it_hangs_on(index: Index, chooser: Chooser) -> None:
    candidates = scored(index, "连续6个月以上闲置")
    lead, item = chooser.choose(asked(index, "房子空着6个月会怎样？"), candidates)
    assert lead.unit.reading.endswith("应当退回公共租赁住房：")
    assert "闲置" in item.unit.reading


def test_a_further_sentence_is_told_where_it_adds_what_is_asked_for(index: Index, chooser: Chooser) -> None:
    candidates = scored(index, "租金标准由", "租金为每平方米", holds=1, step=5.0)
    chosen = chooser.choose(asked(index, "租金标准是什么，每平方米多少钱？"), candidates)
    assert len(chosen) == 2


def test_a_sentence_much_worse_is_left_out(index: Index, chooser: Chooser) -> None:
    candidates = scored(index, "租金为每平方米", "年满18周岁", holds=0, step=20.0)
    (only,) = chooser.choose(asked(index, "租金每月多少钱？"), candidates)
    assert "6元" in only.text


def test_a_long_sentence_is_cut_to_what_tells_and_says_so(index: Index, chooser: Chooser) -> None:
    (long,) = scored(index, "轮候期一般不超过3年")
    assert len(long.text) > LONGEST["zh"]
    (cut,) = chooser.choose(asked(index, "轮候期最长几年？"), [long])
    assert len(cut.text) <= LONGEST["zh"]
    assert "轮候期一般不超过3年" in cut.text
    assert "……" in cut.text
    for start, end in cut.spans:
        assert RULES[start:end] in RULES
        assert any(s <= start and end <= e for s, e in long.spans)


def test_what_is_shown_stands_in_reading_order_behind_the_best(index: Index, chooser: Chooser) -> None:
    candidates = scored(index, "拖欠租金", "转租、转借", "连续6个月", step=0.5)
    chosen = chooser.choose(asked(index, "有哪些情形要退回住房，拖欠租金几个月，闲置几个月？"), candidates)
    starts = [one.spans[0][0] for one in chosen if "拖欠" not in one.text]
    assert starts == sorted(starts)


# --- every sentence is a candidate ---


def test_every_sentence_of_the_passages_found_is_weighed(index: Index) -> None:
    query, hits = Retriever(index, Lexicon(())).search("公共租赁住房租金每平方米多少钱？", 4)
    found = Chooser(index, replace(FLAT, weights=replace(FLAT.weights, late=1.0))).candidates(query, hits)
    assert "每平方米每月6元" in found[0].unit.reading
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(0 <= one.grounds.holds <= 1 for one in found)
    assert any(one.grounds.holds == 1 and "6元" in one.unit.reading for one in found)


def test_without_passages_there_are_no_sentences(index: Index, chooser: Chooser) -> None:
    assert chooser.candidates(asked(index, "租金多少？"), []) == []
