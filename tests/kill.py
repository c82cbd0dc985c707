"""Ends the program at random moments of writing, and looks at what is left: `python -m tests.kill --rounds 200`.

Each round starts one thing in a process of its own (bulletins put in, taken out, the index built anew, questions asked,
votes and verdicts written), ends that process with SIGKILL somewhere on the way, and then asks: is there an index that
answers? is every bulletin of a change in, or none? is nothing of the collection lost? is what was acknowledged there?
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tqdm import tqdm

from rag.answer import Engine
from rag.index import change_collection, open_index
from rag.indexing.encoder import load_encoder
from rag.publishing import versions
from rag.publishing.collection import Change
from rag.settings import Settings
from store.database import open_store
from store.keeper import Keeper
from store.questions import Ground, find, row_of, vote
from store.review import decide, open_file

_WHAT = ("add", "add", "remove", "rebuild", "write", "write")
QUESTION = "人民公园什么时候免费开放？"
_PARK = "关于开放人民公园的通告\n人民公园自2026年7月1日起全天免费开放。\n"
_TELL = 25  # rounds after which it is told how it stands
_BEYOND = 1.2  # how much of the time that a thing takes may pass before it is ended: some get to the end


@dataclass(slots=True)
class Counts:
    """What came of so many rounds."""

    rounds: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    """By what was going on, the rounds that were ended before it was done."""
    before: int = 0
    """Changes that were ended and had not happened."""
    after: int = 0
    """Changes that were ended and had happened, or were finished by the next who came."""
    kept: int = 0
    """Questions, votes and verdicts acknowledged, every one of them found again."""
    problems: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """The counts for people."""
        killed = ", ".join(f"{what} {count}" for what, count in sorted(self.killed.items()))
        return (
            f"{self.rounds} rounds, ended on the way: {sum(self.killed.values())} ({killed}). Changes not happened "
            f"{self.before}, happened {self.after}, half 0. Acknowledged and found again: {self.kept}. "
            f"Problems: {len(self.problems)}{''.join(f'{chr(10)}  {one}' for one in self.problems)}"
        )


def run(count: int, folder: Path, seed: int = 15) -> Counts:
    """So many rounds in a folder of one's own.

    :param seed: The same seed chooses the same things to do, not the same moments: those are the machine's.
    """
    chance = random.Random(seed)
    settings = Settings(data=folder / "data", index=folder / "index")
    settings.bulletins.mkdir(parents=True)
    (settings.bulletins / "park.txt").write_text(_PARK, encoding="utf-8")
    load_encoder(settings.encoder)  # its libraries are loaded here, and not in every round
    open_index(settings, quiet=True)
    database = f"sqlite:///{folder}/store/bulletin.db"
    open_store(database).close()
    counts, texts = Counts(), {"park.txt": _PARK}
    takes: dict[str, float] = {}
    for number in tqdm(range(count), desc="Killing", unit="round", disable=None):
        counts.rounds += 1
        what = chance.choice([one for one in _WHAT if one not in takes] or _WHAT)
        change = _change(what, number, texts, folder / "in", chance)
        acknowledged: list[str] = []
        began = time.monotonic()
        done = _in_a_process(
            partial(_work, settings, database, what, change),
            acknowledged,
            chance.random() * _BEYOND * takes[what] if what in takes else None,
        )
        takes.setdefault(what, time.monotonic() - began)  # the first of its kind is let be
        if not done:
            counts.killed[what] += 1
        problems, texts = _look(settings, database, texts, change, acknowledged, done, counts)
        counts.problems += [f"round {number}, {what}: {problem}" for problem in problems]
        if counts.rounds % _TELL == 0 and counts.rounds < count:
            tqdm.write(str(counts))
    return counts


def _change(
    what: str, number: int, texts: dict[str, str], folder: Path, chance: random.Random
) -> Change | None:
    """What a round does to the collection: three files in, two of them new; or two out."""
    folder.mkdir(exist_ok=True)
    if what == "remove":
        return Change(remove=sorted(texts.keys() - {"park.txt"})[:2])
    if what != "add":
        return None
    names = [
        f"{number}-a.txt",
        f"{number}-b.txt",
        *chance.sample(sorted(texts.keys() - {"park.txt"}), len(texts) > 1),
    ]
    for name in names:
        (folder / name).write_text(
            f"关于第{number}号事项的通告\n第{number}号事项自2026年9月1日起实行。\n", encoding="utf-8"
        )
    return Change(add={name: folder / name for name in names})


def _work(
    settings: Settings, database: str, what: str, change: Change | None, say: Callable[[str], None]
) -> None:
    if what == "write":
        _write(settings, database, say)
    elif change is None:
        open_index(settings, rebuild=True, quiet=True)
    elif change.add or change.remove:
        change_collection(settings, change, quiet=True)


def _write(settings: Settings, database: str, say: Callable[[str], None]) -> None:
    """Ask, vote and decide, and say of each what was acknowledged."""
    index = open_index(settings, quiet=True)
    answer, ground, store = Engine(index, settings).ask(QUESTION), Ground(index), open_store(database)
    keeper = Keeper(store)
    for _ in range(30):
        row = row_of(ground, answer)
        asked_id = row.id
        if keeper.keep(row):
            say(f"asked {asked_id}")
            vote(store, asked_id, helpful=False)
            say(f"voted {asked_id}")
            file = open_file(store, asked_id)
            decide(
                store, asked_id, staff="李", ruling="right", seen=file.version if file else 0, note=asked_id
            )
            say(f"decided {asked_id}")


def _say(pipe: int, line: str) -> None:
    os.write(pipe, f"{line}\n".encode())


def _in_a_process(
    work: Callable[[Callable[[str], None]], None], said: list[str], seconds: float | None
) -> bool:
    """Do something in a process, and take down what it said; whether it got to the end.

    :param seconds: After which the process is ended; None lets it be.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
            work(partial(_say, writing))
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        said += [line.strip() for line in pipe if line.endswith("\n")]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("What was to be ended on its way failed by itself.")
    return os.WIFEXITED(status)


def _look(
    settings: Settings,
    database: str,
    texts: dict[str, str],
    change: Change | None,
    acknowledged: list[str],
    done: bool,
    counts: Counts,
) -> tuple[list[str], dict[str, str]]:
    """What is wrong with what was left, and the bulletins there are now."""
    problems = []
    lease, trouble = versions.lease(settings.index)
    if lease is None or trouble or not versions.is_whole(lease.folder):
        problems.append(f"no whole version is in use ({trouble})")
    index = open_index(settings, quiet=True)
    answer = Engine(index, settings).ask(QUESTION)
    if "2026年7月1日" not in answer.answer:
        problems.append(f"answered {answer.answer!r}")
    wanted = dict(texts)
    if change is not None:
        wanted = {name: text for name, text in texts.items() if name not in change.remove}
        wanted |= {name: file.read_text(encoding="utf-8") for name, file in change.add.items()}
    found = {path.name: path.read_text(encoding="utf-8") for path in settings.bulletins.iterdir()}
    if found not in (texts, wanted) or (done and found != wanted):
        problems.append(f"bulletins {sorted(found)}, expected {sorted(texts)} or {sorted(wanted)}")
    if sorted(index.manifest.files) != sorted(found):
        problems.append(f"the index holds {sorted(index.manifest.files)}")
    if not done and wanted != texts:
        counts.after, counts.before = counts.after + (found == wanted), counts.before + (found == texts)
    problems += [f"{text[:20]!r} is lost" for text in texts.values() if text not in _everywhere(settings)]
    store = open_store(database)
    for line in acknowledged:
        problems += [f"{line}, and it is not there"] if not _is_there(store, line) else []
        counts.kept += 1
    store.close()
    return problems, found


def _everywhere(settings: Settings) -> set[str]:
    """Every bulletin there is or was."""
    folders: Iterator[Path] = iter((settings.bulletins, settings.data / "removed"))
    return {
        path.read_text(encoding="utf-8") for folder in folders if folder.is_dir() for path in folder.iterdir()
    }


def _is_there(store: object, line: str) -> bool:
    from store.database import Store

    assert isinstance(store, Store)
    what, asked_id = line.split()
    if what == "asked":
        return find(store, asked_id) is not None
    file = open_file(store, asked_id)
    if file is None:
        return False
    return bool(file.votes) if what == "voted" else any(one.note == asked_id for one in file.history)


def main() -> int:
    """Run as many rounds as the command line says; 0 when nothing was wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.kill", description="Ends the program at random moments."
    )
    parser.add_argument("--rounds", type=int, default=200, metavar="N", help="how often (default 200)")
    parser.add_argument("--seed", type=int, default=15, metavar="N", help="what is done in which round")
    parsed = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        counts = run(parsed.rounds, Path(folder), parsed.seed)
    print(counts)
    return 1 if counts.problems else 0


if __name__ == "__main__":
    sys.exit(main())
