"""`python -m eval`: measure answers, and what each part of retrieval is worth."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rag.cli import add_settings, settings_from
from rag.errors import BulletinError
from rag.settings import Settings

RESULTS = Path(__file__).parent / "results"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0 done, 1 told why not, 2 called wrongly, 130 interrupted."""
    parsed = _parser().parse_args(arguments)
    try:
        status: int = parsed.run(parsed, settings_from(parsed))
    except BulletinError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval", description="Measures what the answers are worth. See eval/README.md."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: object, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        sub.set_defaults(run=run)
        add_settings(sub)
        return sub

    run = command("run", _run, "answer the evaluation questions, measure the answers and write the report")
    run.add_argument("--name", default="latest", help="results go to eval/results/NAME (default: latest)")
    run.add_argument(
        "--system",
        default="ours",
        metavar="NAME_OR_URL",
        help="ours, bm25, vectors, tutorial, or a server that answers POST /api/ask as ours does (default: ours)",
    )
    run.add_argument("--against", metavar="NAME", help="compare with this run, not with the one before")
    run.add_argument("--no-baselines", action="store_true", help="don't measure the baselines beside it")

    ablate = command(
        "ablate", _ablate, "rank by each signal alone and without each, and on bulletins left out"
    )
    ablate.add_argument(
        "--leave-out",
        nargs="+",
        action="append",
        default=[],
        metavar=("ENCODER", "BULLETIN"),
        help="a folder of an encoder trained without some bulletins, then their names; may be given again",
    )
    ablate.add_argument(
        "--training", type=Path, metavar="DIR", help="the public training files: the haystack for --leave-out"
    )
    ablate.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="default: eval/results")
    return parser


def _run(parsed: argparse.Namespace, settings: Settings) -> int:
    from eval.evaluate import evaluate
    from eval.table import table

    done = evaluate(
        parsed.name,
        parsed.system,
        settings,
        RESULTS,
        against=parsed.against,
        baselines=not parsed.no_baselines,
    )
    print(table(done))
    print(f"Written: {RESULTS / parsed.name / 'report.html'}")
    return 0


def _ablate(parsed: argparse.Namespace, settings: Settings) -> int:
    from eval.ablation import ablate
    from eval.ablation_report import write
    from eval.unprepared import LeftOut

    if any(len(given) < 2 for given in parsed.leave_out):
        raise BulletinError("--leave-out needs an encoder's folder and at least one bulletin's name.")
    if parsed.leave_out and parsed.training is None:
        raise BulletinError("--leave-out needs --training DIR, the folder of the public training files.")
    left_out = [LeftOut(Path(encoder), tuple(names)) for encoder, *names in parsed.leave_out]
    page = write(ablate(settings, left_out, parsed.training or Path()), parsed.out)
    print(page.read_text(encoding="utf-8"))
    print(f"Written: {page} and its chart.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
