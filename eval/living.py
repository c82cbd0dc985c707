"""A service asked for minutes while bulletins come and go: `python -m eval.load --minutes 30`.

Starts the service on a copy of the collection. Some people ask one question after the other; beside them a bulletin is
put in with the command line, asked about until it is answered from, taken out, and asked about until it is gone. Prints
each minute what was answered and how much memory the service and its processes hold, and at the end what changed.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from rag.errors import BulletinError
from rag.settings import ROOT, Settings

_PATIENCE = 120.0  # seconds for one answer, where the machine does other things too
_SOON = 300.0  # seconds in which a change has to be seen
_QUIET = 15.0  # seconds between two changes
_NEW = "关于第{number}号停车场的通告\n第{number}号停车场自2026年9月{day}日起免费开放。\n"

Serve = Callable[[Sequence[str]], AbstractContextManager[tuple[str, int]]]
"""Starts the service with some arguments; gives its address and its process."""


@dataclass(slots=True)
class Counts:
    """What came of it."""

    answered: int = 0
    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    versions: set[str] = field(default_factory=set)
    added: int = 0
    removed: int = 0
    seen_after: list[float] = field(default_factory=list)
    """Seconds from a change that was published to the first answer that knows of it."""
    memory: list[float] = field(default_factory=list)
    """MB each minute, the first one before anybody asked."""

    def __str__(self) -> str:
        """For people."""
        taken, seen = sorted(self.seconds), sorted(self.seen_after)
        lines = [
            f"{self.answered} answers from {len(self.versions)} versions, {sum(self.errors.values())} errors; "
            f"{self.added} bulletins put in, {self.removed} taken out.",
            f"An answer took {_of(taken, 0.5):.2f} s in the middle, {_of(taken, 0.95):.2f} s at 95 of 100.",
            f"A change was answered from after {_of(seen, 0.5):.1f} s in the middle, {_of(seen, 1.0):.1f} s at most.",
            f"Memory: {self.memory[0]:.0f} MB at the start, {self.memory[min(1, len(self.memory) - 1)]:.0f} after a "
            f"minute, {max(self.memory):.0f} at most, {self.memory[-1]:.0f} at the end.",
            *(f"{count} x {error}" for error, count in self.errors.most_common(5)),
        ]
        return "\n".join(lines)


def live(serve: Serve, questions: Sequence[str], minutes: float, people: int, pause: float = 0.0) -> Counts:
    """Let a service live that long.

    :param people: How many ask, each one question after the other.
    :param pause: Seconds that each waits between two.
    """
    with tempfile.TemporaryDirectory(prefix="bulletin-living-") as folder:
        data, index = Path(folder) / "data", Path(folder) / "index"
        settings = Settings.from_environment()
        shutil.copytree(settings.data, data, ignore=shutil.ignore_patterns(".*", "removed"))
        if settings.index.is_dir():  # what is indexed already need not be indexed again
            shutil.copytree(settings.index, index)
        with serve(["--data", str(data), "--index-dir", str(index)]) as (url, process):
            return asyncio.run(_live(url, process, data, index, questions, minutes, people, pause))


async def _live(
    url: str,
    process: int,
    data: Path,
    index: Path,
    questions: Sequence[str],
    minutes: float,
    people: int,
    pause: float,
) -> Counts:
    counts, over = Counts(), time.monotonic() + 60 * minutes
    counts.memory.append(memory(process))
    print(
        f"minute  answers  errors  MB  (load {os.getloadavg()[0]:.1f})\n     0        0       0  {counts.memory[0]:.0f}"
    )

    async def ask(client: httpx.AsyncClient, question: str) -> dict[str, object]:
        began = time.perf_counter()
        try:
            response = await client.post("/api/ask", json={"question": question})
            response.raise_for_status()
        except httpx.HTTPError as error:
            status = getattr(getattr(error, "response", None), "status_code", "")
            counts.errors[f"{type(error).__name__} {status}"] += 1
            await asyncio.sleep(1.0)
            return {}
        counts.answered += 1
        counts.seconds.append(time.perf_counter() - began)
        counts.versions.add(response.headers["Bulletin-Version"])
        return dict(response.json())

    async def somebody(client: httpx.AsyncClient, first: int) -> None:
        at = first
        while time.monotonic() < over:
            await ask(client, questions[at % len(questions)])
            at += people
            await asyncio.sleep(pause)

    async def editor(client: httpx.AsyncClient) -> None:
        number = 100
        while time.monotonic() + _QUIET < over:
            number += 1
            name, day = f"parking-{number}.txt", number % 28 + 1
            file = data.parent / name
            file.write_text(_NEW.format(number=number, day=day), encoding="utf-8")
            for command, argument in (("add", str(file)), ("remove", name)):
                await _command(command, argument, "--data", str(data), "--index-dir", str(index))
                began = time.monotonic()
                while (await _has(name, number)) is not (command == "add"):
                    if time.monotonic() > began + _SOON:
                        counts.errors[f"{command}: not seen in {_SOON:.0f} s"] += 1
                        break
                    await asyncio.sleep(0.5)
                else:
                    counts.seen_after.append(time.monotonic() - began)
                counts.added += command == "add"
                counts.removed += command == "remove"
                await asyncio.sleep(_QUIET)

    async def _has(name: str, number: int) -> bool | None:
        """Whether a bulletin is answered from; None where nothing was answered."""
        answer = await ask(client, f"第{number}号停车场什么时候免费开放？")
        passages = answer.get("passages")
        return any(one["source"] == name for one in passages) if isinstance(passages, list) else None

    async def look() -> None:
        minute = 0
        while time.monotonic() < over:
            await asyncio.sleep(min(60.0, max(0.0, over - time.monotonic())))
            minute += 1
            counts.memory.append(memory(process))
            errors = sum(counts.errors.values())
            print(f"{minute:6}  {counts.answered:7}  {errors:6}  {counts.memory[-1]:.0f}", flush=True)

    # a connection each: over one kept open somebody may ask just as the service closes it, and it is nobody's fault
    limits = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=url, timeout=_PATIENCE, limits=limits) as client:
        await asyncio.gather(editor(client), look(), *(somebody(client, one) for one in range(people)))
    return counts


async def _command(*arguments: str) -> None:
    made = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "rag",
        *arguments,
        cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await made.communicate()
    if made.returncode:
        raise BulletinError(f"`python -m rag {' '.join(arguments)}` failed: {said.decode()[-500:]}")


def memory(process: int) -> float:
    """The memory that a process and those it started hold, what they share counted once, in MB."""
    total, waiting = 0, [process]
    while waiting:
        one = waiting.pop()
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text(encoding="utf-8").splitlines()
            started = [
                file.read_text(encoding="utf-8") for file in Path(f"/proc/{one}/task").glob("*/children")
            ]
        except OSError:  # it ended a moment ago
            continue
        total += next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
        waiting += (int(child) for of_thread in started for child in of_thread.split())
    return total / 1024


def _of(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
