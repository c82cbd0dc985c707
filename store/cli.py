"""The commands of accounts, exports, backups and the doctor: `python -m store …`, or `python -m rag …`."""

from __future__ import annotations

import argparse
import getpass
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from rag.cli import Add
from rag.errors import BulletinError
from rag.settings import Settings
from store.models import Role

if TYPE_CHECKING:
    from store.database import Store

_LONGEST_KEPT = 36_500  # days


def add_commands(add: Add) -> None:
    """Add the commands `doctor`, `backup`, `restore` and `staff` with their options."""
    doctor = add(
        "doctor", examine, "look at everything a service needs and say what to do; it changes nothing"
    )
    doctor.add_argument("--database", metavar="URL", help="the database to look at [BULLETIN_DATABASE]")
    doctor.add_argument(
        "--url", metavar="URL", help="a running service to look at too: http://127.0.0.1:7860"
    )
    backup = add(
        "backup", save, "write the collection and the database into one file; the service may run meanwhile"
    )
    backup.add_argument("file", type=Path, metavar="FILE", help="a name that ends in .tar.gz")
    again = add(
        "restore",
        put_back,
        "put the collection and the database of a backup in place, once all of it was verified",
    )
    again.add_argument("file", type=Path, metavar="FILE", help="what `backup` wrote")
    again.add_argument(
        "--replace", action="store_true", help="put aside what is there, in the folder .restore/ of the data"
    )
    for one in (backup, again):
        one.add_argument("--database", metavar="URL", help="the database [BULLETIN_DATABASE]")
    parser = add("staff", run, "manage the accounts of the verify desk, and export its verdicts")
    parser.add_argument(
        "--database", metavar="URL", help="where accounts and verdicts are kept [BULLETIN_DATABASE]"
    )
    actions = parser.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)
    for action, text in (
        ("add", "make an account; asks for a password, or reads it from standard input"),
        ("role", "let an account do more or less"),
        ("password", "change a password and end the account's sessions"),
        ("remove", "remove an account; its verdicts stay"),
        ("drop-factor", "ask no second factor of an account any more: its owner lost it"),
    ):
        described = actions.add_parser(action, help=text, description=text[0].upper() + text[1:] + ".")
        described.add_argument("name", metavar="NAME", help="what the person signs in with")
        if action in ("add", "role"):
            described.add_argument(
                "--role",
                choices=get_args(Role),
                default="editor",
                help="reader: sees what was asked; editor: decides and publishes too (default); "
                "administrator: sees the log as well",
            )
    actions.add_parser("list", help="list the accounts", description="List the accounts.")
    out = actions.add_parser(
        "export",
        help="write the verdicts as evaluation questions",
        description="Write the verdicts as evaluation questions, in the format of eval/questions/.",
    )
    out.add_argument(
        "out", type=Path, metavar="FOLDER", help="where desk.facts.jsonl and desk.unanswerable.jsonl go"
    )
    old = actions.add_parser(
        "forget",
        help="delete old questions that no verdict is about",
        description="Delete the questions asked more than so many days ago, with their votes, unless a verdict is "
        "about them.",
    )
    old.add_argument("days", type=int, metavar="DAYS", help="how many days are kept")


def examine(parsed: argparse.Namespace, settings: Settings) -> int:
    """Run `doctor`; 0 when nothing is ill."""
    from store.doctor import examine as look

    marks = {"well": "ok  ", "look": "look", "ill": "ILL "}
    ill = 0
    for found in look(settings, parsed.database, parsed.url):
        ill += found.state == "ill"
        print(f"{marks[found.state]} {found.about}: {found.said}")
        if found.todo:
            print(f"     {found.todo}")
    return 1 if ill else 0


def save(parsed: argparse.Namespace, settings: Settings) -> int:
    """Run `backup`; 0 when the file is there and was read back.

    :raises BulletinError: if it can't be written.
    """
    from store.backup import back_up
    from store.database import database_url, open_store

    store = open_store(database_url(settings, parsed.database))
    try:
        made = back_up(settings, store, parsed.file)
    finally:
        store.close()
    files, rows = sum(name.startswith("data/") for name in made.digests), sum(made.rows.values())
    size = parsed.file.stat().st_size
    print(
        f"{parsed.file}: {files} files, {rows} rows of {len(made.rows)} tables, {size / 1e6:.1f} MB, read back."
    )
    return 0


def put_back(parsed: argparse.Namespace, settings: Settings) -> int:
    """Run `restore`, and build the index; 0 when done.

    :raises BulletinError: if the file is damaged, or something is there and --replace was not given.
    """
    from rag.index import open_index
    from store.backup import models_differ, restore
    from store.database import database_url, open_store

    store = open_store(database_url(settings, parsed.database))
    try:
        made = restore(settings, store, parsed.file, replace=parsed.replace)
    finally:
        store.close()
    for one in models_differ(made, settings):
        print(f"Look: {one}.")
    index = open_index(settings)
    print(
        f"Restored as of {made.made_at:%Y-%m-%d %H:%M} UTC: {len(index.manifest.files)} bulletins, "
        f"{len(index.documents)} documents, {sum(made.rows.values())} rows. Everybody signs in again."
    )
    return 0


def run(parsed: argparse.Namespace, settings: Settings) -> int:
    """Run one action of `staff`; 0 when done.

    :raises BulletinError: if it can't be.
    """
    from store.database import database_url, open_store
    from store.staff import add_staff, drop_factor, remove_staff, set_password, set_role, staff_roles

    store = open_store(database_url(settings, parsed.database))
    try:
        if parsed.action == "list":
            lines = [f"{name} ({role})" for name, role in staff_roles(store).items()]
            print("\n".join(lines) or "There is no account. Make one: python -m rag staff add NAME")
        elif parsed.action == "export":
            _export(store, parsed.out)
        elif parsed.action == "forget":
            _forget(store, parsed.days)
        elif parsed.action == "role":
            set_role(store, parsed.name, parsed.role)
            print(f"{parsed.name}: {parsed.role} from now on.")
        elif parsed.action == "remove":
            remove_staff(store, parsed.name)
            print(f"{parsed.name}: removed.")
        elif parsed.action == "drop-factor":
            drop_factor(store, parsed.name)
            print(f"{parsed.name}: signs in with the password alone.")
        elif parsed.action == "password":
            set_password(store, parsed.name, _ask_password())
            print(f"{parsed.name}: password changed, sessions ended.")
        else:
            add_staff(store, parsed.name, _ask_password(), parsed.role)
            print(f"{parsed.name}: account made. Sign in at /verify.")
    finally:
        store.close()
    return 0


def _export(store: Store, folder: Path) -> None:
    from store.export import export

    if not folder.is_dir():
        raise BulletinError(f"There is no folder {folder}. Make it first, or export elsewhere.")
    exported = export(store)
    for name, text in (
        ("desk.facts.jsonl", exported.facts_jsonl()),
        ("desk.unanswerable.jsonl", exported.unanswerable_jsonl()),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    print(
        f"{len(exported.facts)} facts and {len(exported.unanswerable)} unanswerable questions written to {folder}; "
        f"{exported.left_out} verdicts name no right place and were left out."
    )


def _forget(store: Store, days: int) -> None:
    from store.questions import forget

    if not 0 <= days <= _LONGEST_KEPT:
        raise BulletinError(f"{days} is no number of days to keep; expected 0 to {_LONGEST_KEPT}.")
    count = forget(store, datetime.now(UTC) - timedelta(days=days))
    print(f"{count} questions older than {days} days deleted.")


def _ask_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Once more: "):
        raise BulletinError("The two passwords differ. Nothing was changed.")
    return first
