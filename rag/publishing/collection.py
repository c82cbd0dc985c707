"""The collection's folder: which bulletins there are, and changes of several of them that happen whole or not at all.

A change is staged below `.change/`, the index that will hold it is built, and then a plan is written in one step: from
there on the change has happened, and whoever finds the plan, now or after a crash, carries it out to its end.

    <data>/bulletins/NAME        the bulletins
    <data>/removed/NAME          what was taken out or replaced; a second one of the name is kept as NAME~2
    <data>/.change/files/NAME    bulletins that are to go in
    <data>/.change/plan.json     what is to be done; here it happened
    <data>/.lock                 held while the collection changes
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from filelock import FileLock

from rag.errors import BulletinError
from rag.publishing import durable
from rag.settings import Settings

LONGEST_NAME = 200
"""Bytes of a bulletin's name; most file systems take 255, and what is written beside it has a longer one."""


@dataclass(frozen=True, slots=True)
class Change:
    """Bulletins to put in, by the name they get, and bulletins to take out."""

    add: Mapping[str, Path] = field(default_factory=dict)
    remove: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A change that has happened, whether or not its files are where they belong yet."""

    add: tuple[str, ...]
    kept: dict[str, str]
    """Bulletins taken out or replaced, and the name each is kept under in `removed/`."""
    index: str
    """The folder of the index that was built with it, and the version there that holds it."""
    version: str


def check_name(name: str) -> str:
    """A name that a bulletin can have, on every file system.

    :raises BulletinError: if it can't.
    """
    if (
        not name.isprintable()
        or name.startswith((".", "-"))
        or name != Path(name).name
        or "\\" in name
        or len(name.encode("utf-8", "surrogateescape")) > LONGEST_NAME
    ):
        shown = name.encode("utf-8", "backslashreplace").decode()[:80]
        raise BulletinError(
            f"A bulletin can't be named {shown!r}: expected up to {LONGEST_NAME} bytes of printable UTF-8, without "
            "slashes, not beginning with a dot or a dash. Rename the file."
        )
    return name


@contextmanager
def changing(settings: Settings) -> Iterator[Plan | None]:
    """Alone among those who change the collection, with the change that was left half done before, now carried out.

    :raises OSError: if the folder can't be written.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    with FileLock(settings.data / ".lock"):
        plan = carry_out(settings)
        if plan is None:
            shutil.rmtree(_staging(settings), ignore_errors=True)  # of a change that never happened
        try:
            yield plan
        finally:
            if not is_pending(settings):  # it never happened, and leaves nothing
                shutil.rmtree(_staging(settings), ignore_errors=True)


def is_pending(settings: Settings) -> bool:
    """Whether a change has happened whose files are not all where they belong."""
    return _plan_file(settings).is_file()


def stage(settings: Settings, change: Change) -> dict[str, Path]:
    """Copy what is to go in beside the collection, and return all bulletins as they will be, by name.

    :raises OSError: if there is no room.
    """
    files = _staging(settings) / "files"
    files.mkdir(parents=True)
    for name, source in change.add.items():
        durable.copy(source, files / name)
    durable.sync(_staging(settings))
    settings.bulletins.mkdir(exist_ok=True)  # the first ones of a new collection
    present = {path.name: path for path in sorted(settings.bulletins.iterdir())}
    for name in change.remove:
        present.pop(name, None)
    return present | {name: files / name for name in change.add}


def commit(settings: Settings, change: Change, version: str) -> Plan:
    """Let a staged change happen: afterwards it is carried out, whatever comes between.

    :param version: The version of the index, built and not in use yet, that holds it.
    """
    taken = {*change.remove, *change.add} & {path.name for path in settings.bulletins.iterdir()}
    kept = {name: _free_name(settings.data / "removed", name) for name in sorted(taken)}
    plan = Plan(tuple(change.add), kept, str(settings.index.resolve()), version)
    durable.write(_plan_file(settings), msgspec.json.encode(plan))
    return plan


def carry_out(settings: Settings) -> Plan | None:
    """Put the files of a change that happened where they belong; None where there is none. Begun twice, it ends once.

    The version that the plan names is for the caller to publish, before `done`.
    """
    try:
        plan = msgspec.json.decode(_plan_file(settings).read_bytes(), type=Plan)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise BulletinError(
            f"{_plan_file(settings)} can't be read ({error}). Compare {_staging(settings)}/files with "
            f"{settings.bulletins}, put right what is not, and delete {_staging(settings)}."
        ) from error
    staged, removed = _staging(settings) / "files", settings.data / "removed"
    settings.bulletins.mkdir(exist_ok=True)
    removed.mkdir(exist_ok=True)
    for name, keep_as in plan.kept.items():
        present = settings.bulletins / name
        replaced = name in plan.add
        if (
            present.exists()
            and not (removed / keep_as).exists()
            and (not replaced or (staged / name).exists())
        ):
            durable.move(present, removed / keep_as)
    for name in plan.add:
        if (staged / name).exists():
            durable.move(staged / name, settings.bulletins / name)
    return plan


def done(settings: Settings) -> None:
    """Forget a change that was carried out."""
    _plan_file(settings).unlink(missing_ok=True)
    durable.sync(_staging(settings))
    shutil.rmtree(_staging(settings), ignore_errors=True)


def _free_name(folder: Path, name: str) -> str:
    """The name, or with a number after it where the folder has it already."""
    number, free = 1, name
    while (folder / free).exists():
        number += 1
        free = f"{Path(name).stem}~{number}{Path(name).suffix}"
    return free


def _staging(settings: Settings) -> Path:
    return settings.data / ".change"


def _plan_file(settings: Settings) -> Path:
    return _staging(settings) / "plan.json"
