"""Fifty people asking at once: `python -m eval.load`.

Starts the service as `python app.py` does, lets that many people ask one question each at the same moment, first
over the API and then in the chat, and prints how long they waited until the answer was
whole. The client runs on the same processors. With `--minutes N` it is asked that long, while bulletins come and go
(`eval.living`).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec

from eval.living import live
from eval.questions import load_facts
from rag.errors import BulletinError
from rag.settings import ROOT

WAIT = 2.0
"""Seconds within which 95 of 100 should have their answer."""
_PATIENCE = 60.0
_START = 1800.0

Ask = Callable[[str], Awaitable[None]]
Arrive = Callable[[httpx.AsyncClient], Awaitable[Ask]]
"""Somebody comes to the service, and then can ask."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the check and print its numbers; 0 where 95 of 100 had their answer in time and nobody saw an error."""
    parser = argparse.ArgumentParser(prog="python -m eval.load", description="Lets many people ask at once.")
    parser.add_argument("--people", type=int, default=50, metavar="N", help="how many (default 50)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="how often (default 3)")
    parser.add_argument(
        "--minutes", type=float, metavar="N", help="ask that long instead, while bulletins come and go"
    )
    parser.add_argument(
        "--pause",
        type=float,
        default=0.0,
        metavar="S",
        help="with --minutes: seconds somebody waits before the next question (default 0)",
    )
    parser.add_argument("--url", help="a service that is running already; one is started otherwise")
    parsed = parser.parse_args(arguments)
    questions = [question for fact in load_facts("dev") for question in (fact.q_zh, fact.q_en)]
    try:
        if parsed.minutes:
            print(
                f"{parsed.people} people, {parsed.pause:g} s between two questions of one, {parsed.minutes:g} minutes, "
                f"{os.cpu_count()} processors."
            )
            counts = live(_served, questions, parsed.minutes, parsed.people, parsed.pause)
            print(counts)
            good = not counts.errors
        elif parsed.url:
            good = asyncio.run(_check(parsed.url, questions, parsed.people, parsed.rounds))
        else:
            with _served([]) as (url, _):
                good = asyncio.run(_check(url, questions, parsed.people, parsed.rounds))
    except BulletinError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0 if good else 1


async def _check(url: str, questions: Sequence[str], people: int, rounds: int) -> bool:
    print(f"{people} people at once, {rounds} rounds, {os.cpu_count()} processors, {platform.machine()}.")
    print(f"Load of the machine before: {os.getloadavg()[0]:.1f}.")
    good = True
    for name, arrive in (("API", _over_api), ("chat", await _in_chat(url))):
        seconds: list[float] = []
        errors: list[str] = []
        for place in range(rounds + 1):
            chosen = [questions[(place * people + one) % len(questions)] for one in range(people)]
            taken, failed = await _round(url, arrive, chosen if place else chosen[:2])
            if place:  # the one before is for warming up
                seconds += taken
                errors += failed
        seconds.sort()
        if not seconds:
            raise BulletinError(f"Nobody was answered: {errors[0]}.")
        late = sum(one > WAIT for one in seconds) + len(errors)
        share = 1 - late / (len(seconds) + len(errors))
        good = good and share >= 0.95 and not errors
        print(
            f"{name:>4}: median {_quantile(seconds, 0.5):.2f} s, 95 % within {_quantile(seconds, 0.95):.2f} s, "
            f"slowest {seconds[-1]:.2f} s, {100 * share:.0f} % within {WAIT:.0f} s, {len(errors)} errors."
        )
        for error in sorted(set(errors))[:3]:
            print(f"      {error}")
    return good


async def _round(url: str, arrive: Arrive, questions: Sequence[str]) -> tuple[list[float], list[str]]:
    """Everybody asks at the same moment: how long each waited, and what went wrong."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=_PATIENCE, limits=limits) as client:
        everybody = [await arrive(client) for _ in questions]

        async def one(ask: Ask, question: str) -> float:
            began = time.perf_counter()
            await ask(question)
            return time.perf_counter() - began

        waiting = [one(ask, question) for ask, question in zip(everybody, questions, strict=True)]
        found = await asyncio.gather(*waiting, return_exceptions=True)
    taken = [one for one in found if isinstance(one, float)]
    failed = [f"{type(one).__name__}: {one}" for one in found if isinstance(one, Exception)]
    return taken, failed


async def _over_api(client: httpx.AsyncClient) -> Ask:
    async def ask(question: str) -> None:
        (await client.post("/api/ask", json={"question": question})).raise_for_status()

    return ask


async def _in_chat(url: str) -> Arrive:
    """Asking as the page does: join the queue, then listen until the answer is whole."""
    async with httpx.AsyncClient(base_url=url, timeout=_PATIENCE) as client:
        config = (await client.get("/config")).json()
    box = next(one["id"] for one in config["components"] if one["props"].get("elem_id") == "question")
    events = config["dependencies"]
    submit = next(one["id"] for one in events if [box, "submit"] in one["targets"] and one["backend_fn"])

    async def arrive(client: httpx.AsyncClient) -> Ask:
        session = uuid.uuid4().hex[:11]

        async def event(name: int, data: list[str | None]) -> None:
            body = {"data": data, "fn_index": name, "session_hash": session, "trigger_id": box}
            (await client.post("/gradio_api/queue/join", json=body)).raise_for_status()
            address = f"/gradio_api/queue/data?session_hash={session}"
            async with client.stream("GET", address) as stream:
                async for line in stream.aiter_lines():
                    said = msgspec.json.decode(line.removeprefix("data:")) if line.startswith("data:") else {}
                    if said.get("msg") == "process_completed":
                        if not said["success"]:
                            raise BulletinError("the chat failed")
                        return
            raise BulletinError("the chat broke off")

        async def ask(question: str) -> None:
            await event(submit, [question, "{}"])

        return ask

    return arrive


@contextmanager
def _served(arguments: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The service on a free port, with a database of its own and no limit for one client: its address and process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "app.py", "--port", str(port), "--rate", "1000000/minute"]
        command += ["--database", f"sqlite:///{Path(folder) / 'bulletin.db'}", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + _START
            while not _answers(url):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise BulletinError("The service did not start; try `python app.py`.")
                time.sleep(0.2)
            yield url, process.pid
        finally:
            process.terminate()
            process.wait(timeout=20)


def _answers(url: str) -> bool:
    """Whether the service answers, with all the processes it will have."""
    try:
        health = httpx.get(f"{url}/healthz").json()
    except httpx.TransportError:
        return False
    return bool(health["status"] == "ok" and health["workers"] != "loading")


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    sys.exit(main())
