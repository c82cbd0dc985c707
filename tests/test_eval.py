"""The evaluation set is sound, answers are judged by their places, and runs resume and repeat."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from eval.collection import Collection, Places, export_beir, read_collection, relevant
from eval.evaluate import measured, measured_elsewhere
from eval.measure import Result, evidence_rank, judge
from eval.metrics import BY_NAME, measure_group, notices, trade_off
from eval.moved import count, moved
from eval.questions import Fact, Question, load_facts, load_questions, places
from eval.runs import answer_all, judge_all, read_results
from eval.statistics import Share, area, difference, estimate, holm
from eval.systems import Ours, UnreachableError, open_system
from eval.table import elsewhere
from eval.unprepared import collections_elsewhere
from rag.answer import Engine
from rag.contract import Citation, CitedDocument, RankedPassage, WordedAnswer, WordedNotice
from rag.errors import BulletinError
from rag.settings import Settings

DOCUMENT = CitedDocument("d", "t", None, None, None, None, None, None, None)
SIREN_FACT = next(fact for fact in load_facts() if fact.id == "own-others-001")
SIREN = Question("own-others-001:zh", "zh", SIREN_FACT.q_zh, SIREN_FACT)


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {file.name: file.read_bytes().decode() for file in Settings().bulletins.glob("*.txt")}


@pytest.fixture(scope="module")
def collection() -> Collection:
    return read_collection(Settings())


def _answer(texts: dict[str, str], **changes: object) -> WordedAnswer:
    """A right, cited answer to the question of the siren."""
    place = places(SIREN_FACT.evidence[0], texts[SIREN_FACT.file])[0]
    citation = Citation(1, SIREN_FACT.file, (place,), texts[SIREN_FACT.file][slice(*place)], DOCUMENT, ())
    passage = RankedPassage(1, 1.0, "c", SIREN_FACT.file, ((place[0] - 2, place[1] + 9),), "")
    answer = WordedAnswer(
        "", SIREN.text, "zh", SIREN_FACT.answer_zh, False, 0.9, citations=(citation,), passages=(passage,)
    )
    return replace(answer, **changes)  # type: ignore[arg-type]


def _result(answer: WordedAnswer, texts: dict[str, str]) -> Result:
    return judge(SIREN, answer, 5.0, texts)


def test_white_space_in_the_source_does_not_hide_evidence() -> None:
    assert places("一百万元", "奖励一百\n\n万 元。") == [(2, 9)]


def test_a_right_and_cited_answer_is_known_as_such(texts: dict[str, str]) -> None:
    result = _result(_answer(texts), texts)
    assert (result.right, result.concise, result.cited, result.rank) == (True, True, True, 1)
    assert result.evidence_cited == result.evidence == 1


def test_an_answer_that_lacks_a_required_fact_is_wrong(texts: dict[str, str]) -> None:
    assert not _result(_answer(texts, answer="2025年9月18日10时00分起。"), texts).right


def test_a_right_answer_may_be_too_long(texts: dict[str, str]) -> None:
    result = _result(_answer(texts, answer=SIREN_FACT.answer_zh + "等" * 220), texts)
    assert (result.right, result.concise) == (True, False)


def test_a_refusal_is_not_right_whatever_it_says(texts: dict[str, str]) -> None:
    assert not _result(_answer(texts, abstained=True), texts).right


def test_a_lying_quote_is_caught(texts: dict[str, str]) -> None:
    honest = _answer(texts)
    lie = replace(honest.citations[0], quote="防空警报试鸣时间:2025年9月19日")
    result = _result(replace(honest, citations=(lie,)), texts)
    assert not result.citations[0].verbatim
    assert result.citations[0].quote == lie.quote


def test_a_quote_of_a_bulletin_that_is_not_there_is_a_lie(texts: dict[str, str]) -> None:
    honest = _answer(texts)
    made_up = replace(honest.citations[0], source="nowhere.txt")
    assert not _result(replace(honest, citations=(made_up,)), texts).citations[0].verbatim


def test_a_passage_counts_by_its_place_not_by_the_text_it_claims(texts: dict[str, str]) -> None:
    claims = RankedPassage(1, 1.0, "c", SIREN_FACT.file, ((0, 10),), "".join(SIREN_FACT.evidence))
    assert _result(_answer(texts, passages=(claims,)), texts).rank is None


def test_evidence_in_two_pieces_is_found_when_both_are() -> None:
    fact = replace(SIREN_FACT, evidence=("甲乙", "丙丁"))
    found = [
        RankedPassage(n, 1.0, "", fact.file, (), text) for n, text in ((1, "甲 乙"), (2, "无"), (3, "丙丁"))
    ]
    assert evidence_rank(fact, found) == 3
    assert evidence_rank(fact, found[:2]) is None


def test_notices_owed_and_given_are_counted(texts: dict[str, str]) -> None:
    given = (WordedNotice("past_event", ""), WordedNotice("language", ""), WordedNotice("expired", ""))
    measures = measure_group("", "", [_result(_answer(texts, notices=given), texts)]).measures
    assert measures["notices_recall"].value == 1.0
    assert measures["notices_precision"].value == 0.5
    counts = {one.kind: one for one in notices([_result(_answer(texts, notices=given), texts)])}
    assert (counts["past_event"].owed, counts["past_event"].given) == (1, 1)
    assert (counts["expired"].owed, counts["expired"].needless) == (0, 1)


def test_refusals_are_measured_both_ways(texts: dict[str, str]) -> None:
    right = _result(_answer(texts), texts)
    refused = replace(right, of="b", refused=True)
    nowhere = replace(right, of="c", bulletin="", refused=True, confidence=0.1)
    measures = measure_group("", "", [right, refused, nowhere]).measures
    assert measures["false_refusal"].value == 0.5
    assert measures["refusal_recall"].value == 1.0
    assert measures["refusal_precision"].value == 0.5


def test_the_trade_off_runs_from_answering_all_to_refusing_all(texts: dict[str, str]) -> None:
    right = _result(_answer(texts), texts)
    curve = trade_off([right, replace(right, bulletin="", confidence=0.2)])
    assert (curve[0].answered_falsely, curve[0].refused_falsely) == (1.0, 0.0)
    assert (curve[-1].answered_falsely, curve[-1].refused_falsely) == (0.0, 1.0)
    assert any(t.answered_falsely == 0 and t.refused_falsely == 0 for t in curve)


def test_an_interval_draws_facts_not_answers() -> None:
    alone = [Share(str(n), n % 2, 1) for n in range(40)]
    thrice = [Share(str(n // 3), n // 3 % 2, 1) for n in range(120)]
    one, other = estimate(alone), estimate(thrice)
    assert one
    assert other
    assert (one.value, one.low, one.high) == (other.value, other.low, other.high)
    assert one.low < 0.5 < one.high


def test_nothing_to_measure_has_no_estimate() -> None:
    assert estimate([]) is None
    assert estimate([Share("a", 0, 0)]) is None


def test_a_real_gain_is_told_from_chance() -> None:
    before = [Share(str(n), n < 50, 1) for n in range(100)]
    better = [Share(str(n), n < 70, 1) for n in range(100)]
    shuffled = [Share(str(n), n % 2, 1) for n in range(100)]
    gain, chance = difference(before, better), difference(before, shuffled)
    assert gain
    assert chance
    assert gain.value == pytest.approx(0.2)
    assert gain.p < 0.001
    assert gain.low > 0
    assert chance.p > 0.5


def test_looking_at_many_measures_is_paid_for() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_ndcg_is_full_when_the_evidence_comes_first_and_less_when_second(
    texts: dict[str, str], collection: Collection, tmp_path: Path
) -> None:
    (gold,) = relevant(SIREN_FACT, collection)
    other = next(passage for passage in collection.passages if passage.id != gold)
    gains = []
    for order in ((gold, other.id), (other.id, gold)):
        found = tuple(RankedPassage(n, 0.5, chunk, "", (), "") for n, chunk in enumerate(order, start=1))
        system = _Fixed(_answer(texts, passages=found))
        answered = answer_all(system, [SIREN], tmp_path / order[0])
        gains.append(judge_all(answered, [SIREN], collection, tmp_path / order[0])[0].ndcg)
    assert gains == [1.0, pytest.approx(0.63, abs=0.01)]


def test_passages_cut_elsewhere_stand_for_those_they_share_most_with(collection: Collection) -> None:
    one = collection.passages[5]
    start, end = one.spans[0]
    cut = RankedPassage(1, 1.0, "somebody's own id", one.source, ((start + 1, end),), "")
    assert Places(collection).corpus_ids((cut, cut)) == [one.id]


def test_the_set_is_written_as_beir_has_it(collection: Collection, tmp_path: Path) -> None:
    nowhere = next(question for question in load_questions() if question.fact is None)
    export_beir([SIREN, nowhere], collection, tmp_path)
    corpus = {msgspec.json.decode(line)["_id"] for line in (tmp_path / "corpus.jsonl").open("rb")}
    first, second = map(msgspec.json.decode, (tmp_path / "queries.jsonl").open("rb"))
    assert first["metadata"]["answerable"] is True
    assert second["metadata"]["kind"]
    header, *qrels = (tmp_path / "qrels" / "test.tsv").read_text().splitlines()
    assert header.split("\t") == ["query-id", "corpus-id", "score"]
    assert {line.split("\t")[0] for line in qrels} == {SIREN.id}
    assert {line.split("\t")[1] for line in qrels} <= corpus


class _Fixed:
    """A system that always gives the same answer, or none after a while."""

    title = "fixed"
    fingerprint = "1"
    known = True

    def __init__(self, answer: WordedAnswer, breaks_after: int = 10**6) -> None:
        self.answer = answer
        self.asked = 0
        self.breaks_after = breaks_after

    def ask(self, question: str, history: Sequence[str] = ()) -> WordedAnswer:
        self.asked += 1
        if self.asked > self.breaks_after:
            raise UnreachableError("gone")
        return replace(self.answer, question=question)


def test_an_interrupted_run_goes_on_where_it_stopped(texts: dict[str, str], tmp_path: Path) -> None:
    questions = load_questions()[:40]
    with pytest.raises(UnreachableError):
        answer_all(_Fixed(_answer(texts), breaks_after=35), questions, tmp_path)
    kept = (tmp_path / "answers.jsonl").read_bytes()
    (tmp_path / "answers.jsonl").write_bytes(
        kept[:-20]
    )  # as if the machine had stopped in the middle of a line
    again = _Fixed(_answer(texts))
    answered = answer_all(again, questions, tmp_path)
    assert [one.id for one in answered] == [question.id for question in questions]
    assert again.asked == 10 + 40 - 24  # ten to warm up; 25 had been answered, one of them not whole


def test_a_changed_system_is_asked_anew_and_what_was_before_is_kept(
    texts: dict[str, str], collection: Collection, tmp_path: Path
) -> None:
    old = _Fixed(_answer(texts, answer="旧"))
    judge_all(answer_all(old, [SIREN], tmp_path), [SIREN], collection, tmp_path)
    new = _Fixed(_answer(texts, answer="新"))
    new.fingerprint = "2"
    judge_all(answer_all(new, [SIREN], tmp_path), [SIREN], collection, tmp_path)
    assert [r.answer for r in read_results(tmp_path / "judged.jsonl")] == ["新"]
    assert [r.answer for r in read_results(tmp_path / "before.jsonl")] == ["旧"]


def test_a_system_that_may_have_changed_unseen_is_asked_again(texts: dict[str, str], tmp_path: Path) -> None:
    system = _Fixed(_answer(texts))
    system.known = False
    for _ in range(2):
        answer_all(system, [SIREN], tmp_path)
    assert system.asked == 4  # each time once to warm up


def test_two_runs_give_the_same_answers(engine: Engine, tmp_path: Path) -> None:
    questions = load_questions()[::60]
    runs = [answer_all(Ours(engine), questions, tmp_path / name) for name in ("a", "b")]
    first, second = (
        [(o.id, o.answer.answer, o.answer.citations, o.answer.passages) for o in r] for r in runs
    )
    assert first == second


def test_a_baseline_is_measured_like_ours(settings: Settings, collection: Collection, tmp_path: Path) -> None:
    questions = load_questions()[:6]
    found = measured("bm25", "bm25", settings, questions, collection, tmp_path / "bm25")
    (everything,) = [group for group in found.metrics.groups if group.dimension == "all"]
    assert everything.measures["verbatim"].value == 1.0
    assert everything.measures["recall_10"].value > 0
    assert set(everything.measures) <= set(BY_NAME)


def test_a_system_that_is_none_is_told(settings: Settings) -> None:
    with pytest.raises(BulletinError, match="expected http://HOST:PORT or one of ours, bm25"):
        open_system("nonsense", settings)


def test_results_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(BulletinError, match="No results in"):
        read_results(tmp_path / "x" / "judged.jsonl")


def test_a_fact_is_asked_only_in_the_ways_it_has(tmp_path: Path) -> None:
    fact = load_facts("dev")[0]
    exported = replace(fact, q_zh_hard="", q_en="")
    (tmp_path / "staff.facts.jsonl").write_bytes(msgspec.json.encode(exported))
    (tmp_path / "none.unanswerable.jsonl").write_text("", encoding="utf-8")
    (tmp_path / "none.conversations.jsonl").write_text("", encoding="utf-8")
    assert [question.way for question in load_questions(tmp_path)] == ["zh"]


def test_each_collection_of_another_place_is_measured_alone(tmp_path: Path) -> None:
    (tmp_path / "there" / "bulletins").mkdir(parents=True)
    (tmp_path / "there" / "questions").mkdir()
    text = "青溪县人民政府关于调整公交票价的通告\n自2026年5月1日起，城区公交票价调整为每人次2元。\n"
    (tmp_path / "there" / "bulletins" / "fares.txt").write_text(text, encoding="utf-8")
    fact = {
        "id": "own-fare", "file": "fares.txt", "doc": "fares", "type": "how_much", "must": [["2元", "2 yuan"]],
        "evidence": ["城区公交票价调整为每人次2元"], "answer_zh": "2元", "answer_en": "2 yuan",
        "q_zh": "青溪县城区公交票价是多少？", "q_zh_hard": "坐一趟公交多少钱？", "q_en": "What is the bus fare?",
        "difficulty": "easy",
    }  # fmt: skip
    nowhere = {"id": "own-u", "kind": "off_topic", "q_zh": "月球上有几只兔子？", "q_en": "", "why": "nowhere"}
    for name, line in (("facts", fact), ("unanswerable", nowhere)):
        (tmp_path / "there" / "questions" / f"t.{name}.jsonl").write_text(json.dumps(line) + "\n")
    (there,) = collections_elsewhere(folder=tmp_path)
    (found,) = measured_elsewhere([there], Settings(), tmp_path / "results")
    assert {result.bulletin for result in found.results} == {"fares.txt", ""}
    assert all(citation.source == "fares.txt" for result in found.results for citation in result.citations)
    assert found.metrics.areas["zh"].of == 1
    assert (tmp_path / "results" / "elsewhere" / "there" / "judged.jsonl").exists()
    assert "there zh" in elsewhere([found])


def test_a_collection_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BulletinError, match=r"No collection mars .* hebei"):
        collections_elsewhere(["mars"])


def test_an_added_question_of_another_form_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "new.facts.jsonl").write_text('\n{"id": "own-x", "file": "a.txt"}\n', encoding="utf-8")
    with pytest.raises(BulletinError, match=r"new\.facts\.jsonl, line 2 .*doc.*\n?.*q_zh_hard"):
        load_facts(folder=tmp_path)


def test_the_area_says_how_well_the_confidence_tells() -> None:
    answerable = [(str(n), 0.5 + n / 100) for n in range(40)]
    told = area(answerable, [(f"u{n}", n / 100) for n in range(40)])
    same = area(answerable, [(f"u{n}", score) for n, (_, score) in enumerate(answerable)])
    assert told
    assert same
    assert told.value == told.low == 1.0
    assert same.value == 0.5
    assert same.low < 0.5 < same.high
    assert area(answerable, []) is None


def _asked(must: list[list[str]], evidence: str, parts: list[list[list[str]]] | None = None) -> Fact:
    return replace(
        SIREN_FACT,
        evidence=(evidence,),
        must=tuple(tuple(group) for group in must),
        parts=tuple(tuple(tuple(group) for group in part) for part in parts or ()),
    )


def _told(fact: Fact, text: str, *quotes: str, answer: str, **changes: object) -> Result:
    """An answer whose n-th marker cites the n-th quote, judged."""
    places_ = [(text.index(quote), text.index(quote) + len(quote)) for quote in quotes]
    citations = tuple(
        Citation(number, fact.file, (place,), quote, DOCUMENT, ())
        for number, (place, quote) in enumerate(zip(places_, quotes, strict=True), start=1)
    )
    given = WordedAnswer("", "", "zh", answer, False, 0.95, citations=citations)
    return judge(Question("x:zh", "zh", "", fact), replace(given, **changes), 1.0, {fact.file: text})  # type: ignore[arg-type]


LIST_TEXT = "申请须交下列材料：\n一、身份证；\n二、户口簿；\n三、照片。\n本办法由民政局解释。"


def test_a_list_is_measured_by_how_much_of_it_is_there() -> None:
    fact = _asked([["身份证"], ["户口簿"], ["照片"]], "一、身份证；\n二、户口簿；\n三、照片。")
    half = _told(fact, LIST_TEXT, "一、身份证；", "三、照片。", answer="身份证； [1]\n照片。 [2]")
    assert (half.items, half.items_given, half.right) == (3, 2, False)
    none = replace(half, refused=True, items_given=0)
    assert measure_group("", "", [half, none]).measures["completeness"].value == pytest.approx(2 / 6)
    long = _told(fact, LIST_TEXT, "一、身份证；", answer="身份证、户口簿、照片" + "等" * 225 + " [1]")
    assert long.concise  # a list of three may have 240 characters


def test_a_sentence_beside_the_evidence_that_says_nothing_required_is_stray() -> None:
    fact = _asked([["身份证"]], "一、身份证；")
    answer = "身份证； [1] 本办法由民政局解释。 [2] 须交身份证。"
    result = _told(fact, LIST_TEXT, "一、身份证；", "本办法由民政局解释。", answer=answer)
    assert (result.sentences, result.stray) == (3, 1)
    assert measure_group("", "", [result]).measures["stray"].value == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("须交身份证 [1]。收费多少，公报没有写。", 2),
        ("须交身份证 [1]", 1),
        ("The identity card 身份证 [1]; the fee is not stated.", 2),
        ("收费多少，公报未说明。", 1),
    ],
)
def test_each_part_is_answered_or_said_to_be_missing(answer: str, told: int) -> None:
    fact = _asked([["身份证"]], "一、身份证；", parts=[[["身份证"]], []])
    result = _told(fact, LIST_TEXT, "一、身份证；", answer=answer)
    assert (result.parts, result.parts_told) == (2, told)


def test_answers_given_at_high_confidence_are_counted_by_whether_they_are_right(
    texts: dict[str, str],
) -> None:
    sure = _result(_answer(texts, confidence=0.95), texts)
    wrong = replace(sure, of="b", right=False)
    nowhere = replace(sure, of="c", bulletin="", right=False)
    unsure, refused = replace(wrong, confidence=0.5), replace(wrong, refused=True)
    measures = measure_group("", "", [sure, wrong, nowhere, unsure, refused]).measures
    assert measures["sure"].value == pytest.approx(1 / 3)


def test_questions_are_moved_to_cities_that_no_bulletin_covers() -> None:
    fact = replace(SIREN_FACT, q_zh="临沂市兰山区2022年转学要交什么？", q_en="What must I submit in Lanshan?")
    asked = [Question("a:zh", "zh", fact.q_zh, fact), Question("a:en", "en", fact.q_en, fact)]
    there = moved([*asked, Question("b:zh", "zh", "转学要交什么？", fact)])
    assert [one.text for one in there] == [
        "上海2022年转学要交什么？",
        "青岛2022年转学要交什么？",
        "What must I submit in Shanghai?",
        "What must I submit in Qingdao?",
    ]
    assert all(one.fact is None for one in there)
    told = WordedAnswer("", "", "zh", "甲", False, 0.9, notices=(WordedNotice("other_district", ""),))
    answers = [told, replace(told, abstained=True), replace(told, notices=()), told]
    results = [judge(one, answer, 1.0, {}) for one, answer in zip(there, answers, strict=True)]
    found = {one.city: (one.refused, one.told, one.without_a_word) for one in count(results)}
    assert found == {"上海": (0, 1, 0), "青岛": (1, 0, 0), "Shanghai": (0, 0, 1), "Qingdao": (0, 1, 0)}
