"""What people look at after a run: the report, the comparison of two runs, the health of the set; and other systems."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from eval import report
from eval.__main__ import main
from eval.collection import Collection, read_collection
from eval.compare import compare, markdown
from eval.evaluate import evaluate
from eval.health import NEAR, check
from eval.measure import Result
from eval.metrics import MEASURES
from eval.questions import Question, load_questions
from eval.report import faults_of, write_report
from eval.runs import Evaluation, Measured, answer_one, judge_all
from eval.systems import Ours, Served, System, UnreachableError
from eval.words import ZH
from rag.answer import Engine
from rag.errors import BulletinError
from rag.settings import Settings
from rag.wording import worded


@pytest.fixture(scope="module")
def collection(settings: Settings) -> Collection:
    return read_collection(settings)


@pytest.fixture(scope="module")
def questions() -> list[Question]:
    """Some of every kind, with and without an answer."""
    everything = load_questions()
    return [*everything[:300:25], *everything[-90::15], *(q for q in everything if q.fact is None)][:30]


@pytest.fixture(scope="module")
def evaluation(
    settings: Settings, questions: list[Question], tmp_path_factory: pytest.TempPathFactory
) -> Evaluation:
    """A run of a baseline, cheap and with misses enough, beside another."""
    folder = tmp_path_factory.mktemp("results")
    found = evaluate("tried", "vectors", settings, folder, questions, against=None, beside=True)
    (page,) = folder.glob("tried/report.html")
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    return found


def _page(evaluation: Evaluation, folder: Path) -> str:
    write_report(evaluation, folder / "report.html")
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(evaluation: Evaluation, tmp_path_factory: pytest.TempPathFactory) -> str:
    return _page(evaluation, tmp_path_factory.mktemp("page"))


def test_the_report_needs_nothing_but_itself(page: str) -> None:
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!#)""", page.replace('xlink:href="#', ""))
    assert "@import" not in page
    assert page.count("<svg") >= 6


def test_every_miss_is_in_the_report_with_its_gold(evaluation: Evaluation, page: str) -> None:
    misses = [result for result in evaluation.run.results if faults_of(result)]
    assert misses
    for result in misses:
        assert f'id="{result.id}"' in page
    assert page.count('class="miss"') == len(misses)
    assert page.count('class="gold"') == len(misses)


def test_the_report_is_in_chinese_too(page: str) -> None:
    said = [*(measure.meaning for measure in MEASURES), *ZH]
    template = (Path(report.__file__).parent / "report.html.jinja").read_text(encoding="utf-8")
    said += re.findall(r'"([^"]+)" \| both', template)
    assert {text for text in said if text not in ZH} == set()
    assert '<span class="en" lang="en">Every miss</span><span class="zh" lang="zh-CN">逐条不足</span>' in page
    assert '<tspan class="en">everyday Chinese</tspan><tspan class="zh">日常中文</tspan>' in page
    for text, in_chinese in ZH.items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", in_chinese))


def test_the_report_shows_the_same_twice(evaluation: Evaluation, page: str, tmp_path: Path) -> None:
    assert _page(evaluation, tmp_path) == page


def test_markup_in_an_answer_is_shown_not_run(evaluation: Evaluation, tmp_path: Path) -> None:
    first = replace(evaluation.run.results[0], answer="<script>alert(1)</script>", right=False)
    run = replace(evaluation.run, results=[first, *evaluation.run.results[1:]])
    page = _page(replace(evaluation, run=run), tmp_path)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_report_compares_with_the_run_before(evaluation: Evaluation, page: str, tmp_path: Path) -> None:
    before = Measured(evaluation.baselines[0].metrics, evaluation.baselines[0].results)
    assert "Compared with" not in page
    assert "No longer right:" in _page(replace(evaluation, before=before), tmp_path)


def test_what_an_older_version_left_behind_does_not_stop_a_run(
    settings: Settings, questions: list[Question], tmp_path: Path
) -> None:
    (tmp_path / "tried").mkdir()
    (tmp_path / "tried" / "before.jsonl").write_text('{"id": "x"}\n', encoding="utf-8")
    found = evaluate("tried", "bm25", settings, tmp_path, questions[:3], against=None, beside=False)
    assert found.before is None


def test_a_run_compared_with_itself_has_not_changed(evaluation: Evaluation) -> None:
    found = compare(evaluation.run.results, evaluation.run.results)
    assert not found.gained
    assert not found.lost
    assert {one.verdict for one in found.measures} == {"same"}


def test_a_comparison_names_what_was_lost(evaluation: Evaluation) -> None:
    before = [replace(r, right=True) if r.answerable else r for r in evaluation.run.results]
    after = [replace(r, right=False) if r.answerable else r for r in evaluation.run.results]
    found = compare(before, after)
    assert len(found.lost) == sum(result.answerable for result in after)
    right = next(one for one in found.measures if one.group == "all" and one.measure.name == "right")
    assert right.verdict == "worse"
    assert "worse" in markdown(found, "a", "b")


def test_less_is_better_where_it_is(evaluation: Evaluation) -> None:
    refused = [replace(result, refused=True) for result in evaluation.run.results]
    found = compare(refused, evaluation.run.results)
    one = next(m for m in found.measures if m.group == "all" and m.measure.name == "false_refusal")
    assert one.gain.value == -1.0
    assert one.verdict == "better"


def test_runs_that_share_no_question_are_not_compared(evaluation: Evaluation) -> None:
    results = evaluation.run.results
    with pytest.raises(BulletinError, match="share no question"):
        compare(results[:3], results[3:])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"refused": True}, "refused"),
        ({"right": False}, "wrong"),
        ({"concise": False}, "long"),
        ({"rank": 6}, "not found"),
        ({"rank": None}, "not found"),
        ({"owed": ("expired",)}, "notice missing"),
        ({"bulletin": ""}, "answered"),
    ],
)
def test_each_fault_is_named(evaluation: Evaluation, change: dict[str, object], fault: str) -> None:
    good = next(result for result in evaluation.run.results if result.answerable and result.cited)
    good = replace(good, right=True, concise=True, rank=1, owed=None)
    assert faults_of(good) == ()
    assert fault in faults_of(replace(good, **change))  # type: ignore[arg-type]


def test_the_set_is_sound(settings: Settings) -> None:
    health = check(settings)
    assert not health.faults, "\n".join(health.faults)


def test_a_question_that_is_also_written_for_the_index_is_found(small: Settings) -> None:
    question = load_questions()[0].text
    asked = small.data / "asked"
    asked.mkdir()
    line = {"start": 0, "end": 9, "style": "formal", "question": question + "呢"}
    (asked / "linyi-city-2025.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    health = check(small)
    assert health.near[0].question == question
    assert health.near[0].alike >= NEAR
    assert any(question in fault for fault in health.faults)


def test_evidence_that_is_not_in_the_bulletin_is_found(small: Settings) -> None:
    file = small.bulletins / "linyi-city-2025.txt"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("防空警报试鸣时间:2025年9月18日", "防空警报试鸣时间:2025年9月19日"), encoding="utf-8"
    )
    assert any("own-others-001: its evidence does not stand in" in fault for fault in check(small).faults)


@pytest.fixture
def server(engine: Engine) -> Iterator[str]:
    """A server that answers as ours does: at first too busy, and badly to questions that hold the word 'break'."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(body["question"])
            content = (
                b"<html>"
                if "break" in body["question"]
                else worded(engine.ask(body["question"])).json().encode()
            )
            busy = len(asked) == 1
            self.send_response(429 if busy else 200 if self.path == "/api/ask" else 404)
            if busy:
                self.send_header("Retry-After", "0")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


def test_a_server_is_judged_like_the_engine_behind_it(
    server: str, engine: Engine, collection: Collection
) -> None:
    asked = load_questions()[:2]

    def judged(system: System) -> list[Result]:
        results = judge_all([answer_one(system, one) for one in asked], asked, collection)
        return [replace(result, milliseconds=0.0) for result in results]

    assert judged(Served(server)) == judged(Ours(engine))


def test_a_server_that_answers_otherwise_is_told(server: str) -> None:
    with pytest.raises(UnreachableError, match="gave no answer of the form"):
        Served(server).ask("break")


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(UnreachableError, match="Is the server running"):
        Served("http://127.0.0.1:9").ask("在吗？")


def test_a_path_elsewhere_is_taken_as_given(server: str) -> None:
    with pytest.raises(UnreachableError, match="answered 404"):
        Served(f"{server}/elsewhere").ask("在吗？")


def test_a_name_that_leads_elsewhere_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--name", "../outside"]) == 1
    assert "plain name" in capsys.readouterr().err


def test_beir_is_exported_by_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(tmp_path)]) == 0
    assert (tmp_path / "qrels" / "test.tsv").is_file()
    assert f"{len(load_questions())} questions" in capsys.readouterr().out
