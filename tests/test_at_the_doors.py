"""What comes in and goes out: settings, calls of the command line, names of files, answers as JSON, ranked passages."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
import pytest

from rag.asking.lexicon import Lexicon
from rag.asking.translate import Table
from rag.cli import _places, _read_batch, _said_of, main
from rag.contract import Answer, Citation, Notice, RankedPassage, Timings, cited, refused
from rag.errors import BulletinError
from rag.fitted import fitted_file, read_fitted, write_fitted
from rag.index import Index
from rag.publishing.collection import LONGEST_NAME, check_name
from rag.reading.corpus import Document
from rag.reading.files.original import Aside, Doubt, Original, Page
from rag.reading.files.shelf import Prepared
from rag.reading.succession import joined
from rag.retrieval.fresh import Editions, same_but_year
from rag.retrieval.rank import NAMES, Ranker, Signals, load_ranker
from rag.retrieval.retrieve import Retriever, explain
from rag.settings import Settings, stated
from rag.wording import listed, show_date, worded
from tests.made import index_of
from tests.test_owed import PLAIN

# --- settings ---


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TODAY", "2026-02-30", "a date such as 2025-09-01"),
        ("TODAY", "2026/6/1", "a date such as"),
        ("LLM_TIMEOUT", "0", "seconds above zero"),
        ("LLM_TIMEOUT", "-3", "seconds above zero"),
        ("LLM_STALL", "soon", "seconds above zero"),
        ("LLM_STALL", "nan", "seconds above zero"),
    ],
)
def test_a_setting_of_another_kind_is_told_by_its_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(f"BULLETIN_{name}", value)
    with pytest.raises(BulletinError, match=f"BULLETIN_{name} is '{value}'; expected {said}"):
        Settings.from_environment()


def test_settings_are_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULLETIN_INDEX", "/srv/index")
    monkeypatch.setenv("BULLETIN_STORE", "milvus+http://localhost:19530/b")
    monkeypatch.setenv("BULLETIN_DISTRICT", "临沂市兰山区")
    monkeypatch.setenv("BULLETIN_READER", "none")
    monkeypatch.setenv("BULLETIN_LLM_STALL", "30")
    made = Settings.from_environment()
    assert (made.index, made.store, made.district) == (
        Path("/srv/index"),
        "milvus+http://localhost:19530/b",
        "临沂市兰山区",
    )
    assert (made.reader, made.llm_stall) == ("none", 30.0)


def test_the_folders_of_a_collection_lie_in_its_data() -> None:
    made = Settings(data=Path("/srv/data"))
    assert made.bulletins == Path("/srv/data/bulletins")
    assert made.originals == Path("/srv/data/originals")


def test_the_day_that_answers_are_judged_by_is_read_at_each_question() -> None:
    assert Settings(today=date(2026, 6, 1)).current_date() == date(2026, 6, 1)
    assert Settings().current_date() == date.today()


def test_a_variable_that_is_not_there_is_not_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BULLETIN_HOST", raising=False)
    assert stated("host") is None
    monkeypatch.setenv("BULLETIN_HOST", "::")
    assert stated("host") == "::"


# --- calls ---


def told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    try:
        status = main(arguments)
    except SystemExit as stopped:
        status = int(stopped.code or 0)
    return status, capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ([], 2, "COMMAND"),
        (["dance"], 2, "invalid choice"),
        (["ask"], 1, "Nothing was asked"),
        (["ask", "q", "--batch", "in.jsonl"], 1, "Both a question and --batch"),
        (["ask", "--batch", "in.jsonl"], 1, "needs --out"),
        (["ask", "--today", "yesterday", "q"], 2, "is no date such as"),
        (["search", "q", "-k", "0"], 2, "0 is not above zero"),
        (["search", "q", "-k", "x"], 2, "invalid"),
        (["enrich", "--questions", "21"], 1, "expected 0 to 20"),
        (["add", "/no/such/file.txt"], 1, "No such file: /no/such/file.txt. Nothing was added."),
        (["store", "move", "a", "b"], 2, "invalid choice"),
    ],
)
def test_a_call_that_cannot_be_is_told_why(
    arguments: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found, error = told(arguments, capsys)
    assert found == status
    assert said in error
    assert "Traceback" not in error


def test_two_files_that_would_have_one_name_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder, text in (("a", "停水公告一。"), ("b", "停水公告二。")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "notice.txt").write_text(text, encoding="utf-8")
    status, error = told(
        ["add", "--data", str(tmp_path), str(tmp_path / "a/notice.txt"), str(tmp_path / "b/notice.txt")],
        capsys,
    )
    assert status == 1
    assert "would both be notice.txt" in error


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ('{"id": "1"}\n', "line 1: expected"),
        ('{"id": "1", "question": "?"}\n\nno json\n', "line 3: expected"),
        ('{"id": 1, "question": "?"}\n', "line 1: expected"),
    ],
)
def test_a_line_of_a_batch_that_is_none_is_named(tmp_path: Path, content: str, why: str) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(BulletinError, match=why):
        list(_read_batch(file))


def test_a_batch_may_have_a_mark_blank_lines_and_further_fields(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_bytes(
        '\ufeff{"id": "1", "question": "几点？", "kind": "x"}\r\n\r\n{"id": "2", "question": ""}'.encode()
    )
    assert [(one.id, one.question) for one in _read_batch(file)] == [("1", "几点？"), ("2", "")]


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_batch_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "in.jsonl"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BulletinError, match=r"in\.jsonl can't be read"):
        list(_read_batch(file))


def test_what_reading_a_file_found_is_told_to_whoever_adds_it() -> None:
    pages = (Page(1, 0, 0.95), Page(2, 10, 0.85))
    original = Original("scan.pdf", "pdf", "0" * 16, None, pages, (Doubt((1, 2), 0.5),), (Aside(1, "— 1 —"),))
    text = Path("scan.txt")
    assert _said_of(Prepared("scan.txt", text, original, ()), Path("scan.pdf")) == (
        " from scan.pdf, 2 pages, recognised, 90.0% sure, 1 doubtful places, 1 lines set aside (menus, running heads)"
    )
    assert _said_of(Prepared("notice.txt", text, None, ()), text) == ""
    assert _places([(3, 5), (10, 12)]) == "3–5, 10–12"


# --- names ---


@pytest.mark.parametrize("name", ["notice.txt", "通知（2024）.txt", "a b.txt", "长" * 65 + ".txt"])
def test_a_name_that_every_file_system_takes(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    [".hidden.txt", "-rf.txt", "a/b.txt", "a\\b.txt", "a\nb.txt", "..", "长" * 67 + ".txt", "\udcff.txt"],
)
def test_a_name_that_some_would_not_is_refused(name: str) -> None:
    with pytest.raises(BulletinError, match=f"up to {LONGEST_NAME} bytes"):
        check_name(name)


# --- answers ---


def answer(**changes: object) -> Answer:
    place = Citation(1, "a.txt", ((3, 5),), "停水", cited(PLAIN), ("一、安排",))
    made = Answer("1", "几点停水？", "zh", "8时停水。[1]", False, 0.9, citations=(place,))
    return replace(made, **changes)  # type: ignore[arg-type]


def test_an_answer_leaves_as_one_line_of_json() -> None:
    text = worded(answer()).json()
    assert "\n" not in text
    said = json.loads(text)
    assert said["answer"] == "8时停水。[1]"
    assert said["citations"][0]["spans"] == [[3, 5]]
    assert said["citations"][0]["document"]["number"] == PLAIN.number
    assert "停水" in text  # no escapes


def test_a_page_is_told_where_the_source_has_pages_only() -> None:
    plain = json.loads(worded(answer()).json())["citations"][0]
    paged = answer(citations=(replace(answer().citations[0], page=3),))
    assert "page" not in plain
    assert json.loads(worded(paged).json())["citations"][0]["page"] == 3


def test_notices_leave_in_words_of_the_language_of_the_question() -> None:
    notice = Notice("expired", {"on": date(2025, 5, 31), "title": "办法"})
    zh, en = (worded(answer(notices=(notice,), language=spoken)) for spoken in ("zh", "en"))
    assert "2025年5月31日" in zh.notices[0].text
    assert "31 May 2025" in en.notices[0].text
    assert json.loads(zh.json())["notices"][0]["kind"] == "expired"


def test_a_question_that_could_not_be_asked_is_answered_with_why() -> None:
    said = refused("7", "  ", "The question is empty.")
    assert (said.id, said.abstained, said.confidence, said.answer) == (
        "7",
        True,
        0.0,
        "The question is empty.",
    )
    assert not said.citations
    assert not said.passages


def test_what_a_citation_says_of_its_document_is_from_its_record() -> None:
    document = cited(PLAIN)
    assert (document.title, document.number, document.jurisdiction) == (
        PLAIN.title,
        PLAIN.number,
        PLAIN.jurisdiction,
    )


def test_passages_and_times_leave_with_an_answer() -> None:
    passage = RankedPassage(1, 3.5, "c", "a.txt", ((0, 2),), "停水")
    said = json.loads(worded(answer(passages=(passage,), timings_ms=Timings(1.0, 2.0, 3.0))).json())
    assert said["passages"][0]["text"] == "停水"
    assert said["timings_ms"] == {"retrieve": 1.0, "answer": 2.0, "total": 3.0}


@pytest.mark.parametrize(
    ("day", "zh", "en"),
    [
        (date(2025, 1, 5), "2025年1月5日", "5 January 2025"),
        (date(2024, 12, 31), "2024年12月31日", "31 December 2024"),
    ],
)
def test_days_are_written_without_noughts(day: date, zh: str, en: str) -> None:
    assert (show_date(day, "zh"), show_date(day, "en")) == (zh, en)
    assert listed("zh", ["甲", "乙"]) == "甲、乙"
    assert listed("en", []) == ""


# --- fitted models ---


def test_a_fitted_model_is_written_for_people_and_read_back(tmp_path: Path) -> None:
    ranker = Ranker(zh=Signals(dense=2.0), en=Signals(late=1.5), encoder="e", reader="r")
    file = tmp_path / "ranker.json"
    write_fitted(ranker, file)
    assert read_fitted(file, Ranker, "python -m train.ranker") == ranker
    assert file.read_text(encoding="utf-8").count("\n") > 10
    assert msgspec.json.decode(file.read_bytes())["zh"]["dense"] == 2.0


def test_a_model_for_no_reader_lies_beside_the_one_for_a_reader() -> None:
    file = Path("models/chooser.json")
    assert fitted_file(file, "fingerprint") == file
    assert fitted_file(file, "") == Path("models/chooser-plain.json")


def test_a_fitted_model_that_is_gone_says_how_to_fit_it(tmp_path: Path) -> None:
    with pytest.raises(BulletinError, match=r"`python -m train\.ranker`"):
        load_ranker(tmp_path / "none.json")


# --- years and successions ---


def year(of: int, place: str = "临沂市兰山区") -> Document:
    title = f"临沂市兰山区{of}年义务教育招生意见"
    return replace(PLAIN, id=str(of), title=title, signed_on=f"{of}-05-01", jurisdiction=place)


@pytest.mark.parametrize(
    ("today", "passed"),
    [
        (date(2026, 6, 1), {"2024": "2026", "2025": "2026"}),
        (date(2026, 4, 30), {"2024": "2025", "2026": "2025"}),
        (date(2023, 1, 1), {"2025": "2024", "2026": "2024"}),
    ],
)
def test_of_a_notice_of_several_years_the_last_that_is_out_holds(today: date, passed: dict[str, str]) -> None:
    editions = Editions([year(2025), year(2024), year(2026)])
    assert editions.passed_over(today) == passed
    assert editions.passed_over(today) == passed


def test_notices_of_other_places_or_things_pass_over_none() -> None:
    others = [year(2024), year(2025, "淄博市临淄区"), replace(PLAIN, signed_on="2026-01-01")]
    assert Editions(others).passed_over(date(2026, 6, 1)) == {}
    assert not same_but_year(year(2024), year(2024))


def test_a_later_document_that_repeals_another_is_named_by_its_number() -> None:
    old = replace(PLAIN, id="old", number="临兰政发〔2020〕1号", signed_on="2020-01-01")
    new = replace(PLAIN, id="new", signed_on="2025-01-01", replaces=("临兰政发〔2020〕1号",))
    found = joined([old, new])
    assert found["old"].replaced_by == PLAIN.number
    assert found["new"].replaced_by is None
    earlier = joined([old, replace(new, signed_on="2019-01-01")])
    assert earlier["old"].replaced_by is None


# --- ranked passages ---

RULES = """青禾市人民政府关于发放高龄津贴的通知
青政发〔2025〕8号
各县区人民政府：
第一条 年满80周岁的老年人，每人每月发放高龄津贴100元。
第二条 津贴由民政部门按月发放到银行账户。
第三条 申请人应当持身份证到社区办理。
青禾市人民政府
2025年6月3日
关于滨河路封闭施工的通告
滨河路自2025年7月1日起封闭施工，请绕行。
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return index_of(tmp_path_factory.mktemp("ranked"), RULES)


@pytest.fixture(scope="module")
def retriever(index: Index) -> Callable[[Ranker | None], Retriever]:
    def made(ranker: Ranker | None = None) -> Retriever:
        return Retriever(index, Lexicon(()), ranker, Table({}), lambda: date(2026, 6, 1))

    return made


def test_the_passage_with_the_words_comes_first(retriever: Callable[..., Retriever]) -> None:
    _, hits = retriever().search("高龄津贴每月多少钱？", 2)
    assert "100元" in hits[0].passage.reading
    _, hits = retriever().search("滨河路什么时候封闭？", 2)
    assert "滨河路" in hits[0].passage.reading


def test_a_score_is_what_its_explanation_adds_up_to(retriever: Callable[..., Retriever]) -> None:
    ranker = Ranker(zh=Signals(text=2.0, number=5.0, late=1.0), en=Signals())
    one = retriever(ranker)
    query, hits = one.search("青政发〔2025〕8号的津贴多少钱", 3)
    said = explain(hits[0], query, ranker)
    assert said.startswith("number 5.00")
    parts = [float(part.rsplit(" ", 1)[1]) for part in said.split(" + ")]
    assert sum(parts) == pytest.approx(hits[0].score, abs=0.02)


def test_the_document_whose_number_is_given_comes_first(retriever: Callable[..., Retriever]) -> None:
    ranker = Ranker(zh=Signals(number=1.0), en=Signals())
    _, hits = retriever(ranker).search("青政发〔2025〕8号讲什么", 3)
    assert hits[0].signals.number == 1.0
    assert hits[0].passage.document.number == "青政发〔2025〕8号"


@pytest.mark.parametrize(
    ("question", "name", "value"),
    [
        ("2025年的高龄津贴", "year", 1.0),
        ("2024年的高龄津贴", "year", 0.0),
        ("青禾市的高龄津贴", "place", 1.0),
        ("第一条是什么高龄津贴", "article", 1.0),
    ],
)
def test_what_a_question_names_is_a_signal(
    retriever: Callable[..., Retriever], question: str, name: str, value: float
) -> None:
    one = retriever()
    passages, signals = one.signals(one.understanding.understand(question))
    at = next(at for at, passage in enumerate(passages) if "高龄津贴100元" in passage.reading)
    assert float(signals[at, NAMES.index(name)]) == value


def test_signals_lie_between_nought_and_one(retriever: Callable[..., Retriever]) -> None:
    one = retriever()
    _, signals = one.signals(one.understanding.understand("高龄津贴每月多少钱？"))
    assert np.isfinite(signals).all()
    assert signals.min() >= -1e-6
    assert signals.max() <= 1 + 1e-5


def test_no_more_passages_come_than_are_asked_for(retriever: Callable[..., Retriever]) -> None:
    _, hits = retriever().search("津贴", 1)
    assert len(hits) == 1
    _, all_of_them = retriever().search("津贴", 99)
    assert len({hit.passage.id for hit in all_of_them}) == len(all_of_them)
