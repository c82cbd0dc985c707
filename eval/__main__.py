"""`python -m eval`: measure answers, compare runs, guard what was reached, check the set itself."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.cli import commands_of, run
from rag.errors import BulletinError
from rag.settings import Settings

if TYPE_CHECKING:
    from eval.unprepared import LeftOut

RESULTS = Path(__file__).parent / "results"
_EXAMPLES = """\
examples:
  python -m eval run                                    # as `make eval`: everything, into eval/results/latest
  python -m eval run --name new-ranker --against latest
  python -m eval run --name theirs --system http://127.0.0.1:8000
  python -m eval elsewhere                              # other places' documents, each collection alone
  python -m eval moved                                  # the same questions asked of Shanghai and Qingdao
  python -m eval documents                              # titles, numbers, dates … as read, beside the truth
  python -m eval compare latest new-ranker
  python -m eval stores milvus+file:///tmp/kept.db/bulletins --folder /tmp/kept   # and the files, side by side
  python -m eval check
  python -m eval accept                                 # what `make test` guards from now on
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0 done, 1 told why not, 2 called wrongly, 130 interrupted."""
    return run(_parser(), arguments, "the same command goes on where it stopped")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval",
        description="Measures what answers are worth. eval/README.md says how, and what it can't tell.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command = commands_of(parser)

    ask = command("run", _run, "answer the evaluation questions, measure the answers and write the report")
    ask.add_argument("--name", default="latest", help="results go to eval/results/NAME (default: latest)")
    ask.add_argument(
        "--system",
        default="ours",
        metavar="NAME_OR_URL",
        help="ours, bm25, vectors, tutorial, or a server that answers POST /api/ask as ours does (default: ours)",
    )
    ask.add_argument("--against", metavar="NAME", help="compare with this run, not with the one before")
    ask.add_argument(
        "--alone",
        action="store_true",
        help="without the baselines and the collections of other places beside it",
    )
    _add_leave_out(ask, "a folder of an encoder trained without some bulletins, then their names")

    elsewhere = command("elsewhere", _elsewhere, "measure ours on collections of other places, each alone")
    elsewhere.add_argument(
        "collections", nargs="*", metavar="NAME", help="some of eval/elsewhere (default: all)"
    )
    elsewhere.add_argument(
        "--name", default="latest", help="results go to eval/results/NAME (default: latest)"
    )

    command("moved", _moved, "ask the test questions of cities that the bulletins do not cover")

    documents = command("documents", _documents, "compare documents as they are read with their truth by eye")
    documents.add_argument(
        "collections", nargs="*", metavar="NAME", help="some of eval/elsewhere (default: all)"
    )

    compare = command("compare", _compare, "say what changed from one run to another, and whether by chance")
    compare.add_argument("before", metavar="A", help="a run below eval/results")
    compare.add_argument("after", metavar="B", help="another one")

    command("check", _check, "check the evaluation set itself: gold places, counts, likeness to training")
    command("accept", _accept, "make today's result on the fixed part the one that the tests guard")

    export = command("export", _export, "write the set as BEIR has it: corpus, queries, qrels")
    export.add_argument("folder", type=Path, metavar="DIR", help="where to write")

    stores = command("stores", _stores, "ask the fixed part of the files and of another store, side by side")
    stores.add_argument("store", metavar="STORE", help="its address, milvus+…; it is filled where it is not")
    stores.add_argument("--folder", type=Path, required=True, metavar="DIR", help="for its index")
    stores.add_argument("--most", type=int, metavar="N", help="of the fixed part, so many spread over it")

    ablate = command(
        "ablate", _ablate, "rank by each signal alone and without each, and on bulletins left out"
    )
    _add_leave_out(ablate, "the same as for run; may be given several times")
    ablate.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="default: eval/results")

    large = command("large", _large, "measure one large bulletin: time and memory to read and to index it")
    large.add_argument("megabytes", type=float, metavar="MB", help="how large it is")
    large.add_argument(
        "--folder",
        type=Path,
        default=Path(".bench"),
        metavar="DIR",
        help="where it is kept (default: .bench)",
    )
    large.add_argument(
        "--documents", type=Path, metavar="DIR", help="public documents to stand in it, as for scale"
    )
    terms = command("terms", _terms, "compare our lists of terms with tantivy and SQLite FTS5")
    terms.add_argument("passages", type=int, metavar="N", help="the size of a collection that scale made")
    terms.add_argument("--folder", type=Path, required=True, metavar="DIR", help="where scale keeps it")
    scale = command(
        "scale", _scale, "measure made collections of several sizes: time, memory, disk, what is found"
    )
    scale.add_argument("passages", nargs="+", type=int, metavar="N", help="about how many passages each has")
    scale.add_argument(
        "--folder", type=Path, required=True, metavar="DIR", help="where to keep collections and results"
    )
    scale.add_argument(
        "--documents",
        type=Path,
        metavar="DIR",
        help="public documents that stand among the made ones: titles_*.jsonl.gz, a line {title, text} a piece",
    )
    scale.add_argument(
        "--again", action="store_true", help="measure serving again; what is built is not built anew"
    )
    scale.add_argument(
        "--chart", type=Path, metavar="FILE", help="where to draw how cost grows; default: DIR/scale.svg"
    )
    return parser


def _add_leave_out(parser: argparse.ArgumentParser, text: str) -> None:
    parser.add_argument(
        "--leave-out", nargs="+", action="append", default=[], metavar=("ENCODER", "BULLETIN"), help=text
    )
    parser.add_argument(
        "--training", type=Path, metavar="DIR", help="the public training files: the haystack for --leave-out"
    )


def _run(parsed: argparse.Namespace, settings: Settings) -> int:
    from eval.evaluate import evaluate
    from eval.questions import load_questions
    from eval.table import table
    from eval.unprepared import make_collection, questions_about

    left_out = _left_out(parsed)
    if len(left_out) > 1:
        raise BulletinError("run takes one --leave-out; give each its own --name.")
    questions = load_questions()
    with tempfile.TemporaryDirectory() as folder:
        for one in left_out:
            settings = make_collection(one, parsed.training, settings, Path(folder))
            questions = questions_about(one, questions)
        done = evaluate(
            parsed.name,
            parsed.system,
            settings,
            RESULTS,
            questions,
            against=parsed.against,
            beside=not parsed.alone and not left_out,
        )
    summary = table(done)
    (RESULTS / parsed.name / "summary.md").write_text(summary + "\n", encoding="utf-8")
    print(summary)
    print(f"Written: {RESULTS / parsed.name / 'report.html'}")
    return 0


def _elsewhere(parsed: argparse.Namespace, settings: Settings) -> int:
    from eval.evaluate import measured_elsewhere
    from eval.table import elsewhere
    from eval.unprepared import collections_elsewhere

    chosen = collections_elsewhere(parsed.collections)
    print(elsewhere(measured_elsewhere(chosen, settings, RESULTS / parsed.name)))
    print(f"Written: {RESULTS / parsed.name / 'elsewhere'}, every judged answer in judged.jsonl.")
    return 0


def _moved(parsed: argparse.Namespace, settings: Settings) -> int:
    from eval.collection import read_collection
    from eval.gate import answer_and_judge
    from eval.moved import moved, table
    from eval.questions import load_questions, part_of
    from eval.systems import OURS, open_system

    asked = moved([question for question in load_questions() if part_of(question.id) == "test"])
    results = answer_and_judge(open_system(OURS, settings), read_collection(settings), asked)
    print(table(results))
    return 0


def _documents(parsed: argparse.Namespace, settings: Settings) -> int:
    from eval.documents import measure_reading, misreadings, table
    from eval.unprepared import collections_elsewhere

    chosen = collections_elsewhere(parsed.collections, holding="documents.jsonl")
    readings = [measure_reading(one) for one in chosen]
    print(misreadings(readings))
    print(table(readings))
    return 0


def _scale(parsed: argparse.Namespace, settings: Settings) -> int:
    from eval.scale import chart, measure, public_documents, table

    public = public_documents(parsed.documents) if parsed.documents else ()
    scales = [
        measure(passages, parsed.folder, settings, public, again=parsed.again)
        for passages in sorted(parsed.passages)
    ]
    (parsed.chart or parsed.folder / "scale.svg").write_text(chart(scales), encoding="utf-8")
    print(table(scales))
    return 0


def _terms(parsed: argparse.Namespace, settings: Settings) -> int:
    from eval.scale import texts_and_questions
    from eval.terms import compare, table

    texts, questions = texts_and_questions(parsed.passages, parsed.folder, settings)
    with tempfile.TemporaryDirectory() as folder:
        print(table(compare(texts, questions, Path(folder))))
    return 0


def _large(parsed: argparse.Namespace, settings: Settings) -> int:
    from eval.large import measure, shown
    from eval.scale import public_documents

    public = public_documents(parsed.documents) if parsed.documents else ()
    print(shown(measure(parsed.megabytes, parsed.folder, settings, public)))
    return 0


def _compare(parsed: argparse.Namespace, settings: Settings) -> int:
    from eval.compare import compare, markdown
    from eval.runs import read_results

    before, after = (read_results(RESULTS / name / "judged.jsonl") for name in (parsed.before, parsed.after))
    print(markdown(compare(before, after), parsed.before, parsed.after))
    return 0


def _check(parsed: argparse.Namespace, settings: Settings) -> int:
    from eval.health import check, shown

    health = check(settings)
    print(shown(health))
    return 1 if health.faults else 0


def _accept(parsed: argparse.Namespace, settings: Settings) -> int:
    from eval.collection import read_collection
    from eval.gate import ACCEPTED, accept, answer_and_judge, failures, fixed_part, guard, read_accepted
    from eval.systems import OURS, open_system

    now = guard(answer_and_judge(open_system(OURS, settings), read_collection(settings), fixed_part()))
    if ACCEPTED.exists():
        for line in failures(now, read_accepted()):
            print(f"Worse than before: {line}")
    accept(now)
    for group, measures in now.groups.items():
        print(f"{group:12} " + "  ".join(f"{name} {e.value:.3f}" for name, e in measures.items()))
    print(f"Written: {ACCEPTED}. Say in the commit why it may stand.")
    return 0


def _export(parsed: argparse.Namespace, settings: Settings) -> int:
    from eval.collection import export_beir, read_collection
    from eval.questions import load_questions

    questions = load_questions()
    export_beir(questions, read_collection(settings), parsed.folder)
    print(f"{parsed.folder}: corpus.jsonl, queries.jsonl ({len(questions)} questions) and qrels/test.tsv.")
    return 0


def _stores(parsed: argparse.Namespace, settings: Settings) -> int:
    from eval.gate import fixed_part
    from eval.stores import beside, table

    questions = fixed_part()
    step = max(1, len(questions) // parsed.most) if parsed.most else 1
    print(table(beside(settings, parsed.store, parsed.folder, questions[::step][: parsed.most])))
    return 0


def _ablate(parsed: argparse.Namespace, settings: Settings) -> int:
    from eval.ablation import ablate
    from eval.ablation_report import write

    page = write(ablate(settings, _left_out(parsed), parsed.training or Path()), parsed.out)
    print(page.read_text(encoding="utf-8"))
    print(f"Written: {page} and its chart.")
    return 0


def _left_out(parsed: argparse.Namespace) -> list[LeftOut]:
    from eval.unprepared import LeftOut

    if any(len(given) < 2 for given in parsed.leave_out):
        raise BulletinError("--leave-out needs an encoder's folder and at least one bulletin's name.")
    if parsed.leave_out and parsed.training is None:
        raise BulletinError("--leave-out needs --training DIR, the folder of the public training files.")
    return [LeftOut(Path(encoder), tuple(names)) for encoder, *names in parsed.leave_out]


if __name__ == "__main__":
    raise SystemExit(main())
