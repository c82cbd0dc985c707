"""The command line: ask, search, list, add, remove, enrich, audit. Errors become one line here, and only here."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from tqdm import tqdm

from rag.errors import BulletinError
from rag.reading.files.original import KINDS, percent
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.reading.files.shelf import Prepared

_EXAMPLES = """\
examples:
  python -m rag ask "防空警报什么时候试鸣？"
  python -m rag ask "when is the air-raid siren test?" --json
  python -m rag ask --batch questions.jsonl --out answers.jsonl
  python -m rag search "养老床位" -k 5
  python -m rag documents
"""


Add = Callable[[str, object, str], argparse.ArgumentParser]
"""Takes a command's name, the function that runs it, and what it does; gives the parser that its options go to."""


def main(
    arguments: Sequence[str] | None = None,
    further: Callable[[Add], None] | None = None,
) -> int:
    """Run one command and return the exit status: 0 done, 1 told why not, 2 called wrongly, 130 interrupted.

    :param further: Adds commands that are not this package's own.
    """
    parser = argparse.ArgumentParser(
        prog="python -m rag",
        description="Answers questions from government bulletins, each answer with its exact place in the source.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = commands_of(parser)
    _add_commands(add)
    if further:
        further(add)
    return run(parser, arguments)


def commands_of(parser: argparse.ArgumentParser) -> Add:
    """What adds commands to a parser, each with the options that all of them share."""
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: object, text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        sub.set_defaults(run=run)
        add_settings(sub)
        return sub

    return command


def run(
    parser: argparse.ArgumentParser,
    arguments: Sequence[str] | None,
    interrupted: str = "nothing was left half done",
) -> int:
    """Run the command that the arguments name, and return the exit status, as `main` does.

    :param interrupted: What whoever interrupts it is told.
    """
    parsed = parser.parse_args(arguments)
    try:
        status: int = parsed.run(parsed, settings_from(parsed))
    except BulletinError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nInterrupted; {interrupted}.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of a pipe went away, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add the options that every command and the app share. Each may also be set in the environment."""
    group = parser.add_argument_group("settings")
    group.add_argument(
        "--data", type=Path, metavar="DIR", help="folder that holds bulletins/ [BULLETIN_DATA]"
    )
    group.add_argument("--index-dir", type=Path, metavar="DIR", help="where the index lies [BULLETIN_INDEX]")
    group.add_argument("--encoder", metavar="NAME_OR_PATH", help="any SentenceTransformer [BULLETIN_ENCODER]")
    group.add_argument(
        "--reader",
        metavar="NAME_OR_PATH",
        help="an encoder, cross-encoder or token classifier that reads passages; none: do without [BULLETIN_READER]",
    )
    group.add_argument(
        "--query-prompt", metavar="TEXT", help="put before each question [BULLETIN_QUERY_PROMPT]"
    )
    group.add_argument(
        "--document-prompt", metavar="TEXT", help="put before each passage [BULLETIN_DOCUMENT_PROMPT]"
    )
    group.add_argument(
        "--llm",
        metavar="NAME_OR_URL",
        help="a transformers model or an OpenAI-compatible server [BULLETIN_LLM]",
    )
    group.add_argument(
        "--llm-model", metavar="NAME", help="the model's name on the server [BULLETIN_LLM_MODEL]"
    )
    group.add_argument(
        "--today", type=_date, metavar="YYYY-MM-DD", help="the date answers are judged by [BULLETIN_TODAY]"
    )
    group.add_argument(
        "--district",
        metavar="NAME",
        help="the district meant where a question names none [BULLETIN_DISTRICT]",
    )


def settings_from(parsed: argparse.Namespace) -> Settings:
    """The settings of the environment, overridden by what was given on the command line."""
    given = {
        "data": parsed.data,
        "index": parsed.index_dir,
        "encoder": parsed.encoder,
        "reader": parsed.reader,
        "query_prompt": parsed.query_prompt,
        "document_prompt": parsed.document_prompt,
        "llm": parsed.llm,
        "llm_model": parsed.llm_model,
        "today": parsed.today,
        "district": parsed.district,
    }
    return replace(
        Settings.from_environment(), **{name: value for name, value in given.items() if value is not None}
    )


def _add_commands(command: Add) -> None:
    index = command("index", _index, "build or refresh the index from data/bulletins/")
    index.add_argument("--rebuild", action="store_true", help="start from scratch, reusing nothing")
    index.add_argument(
        "--join",
        action="store_true",
        help="keep all passages in one segment: for the night, in a large collection",
    )

    ask = command("ask", _ask, "answer one question, or a file of them")
    ask.add_argument("question", nargs="?", help="the question, in Chinese or English")
    ask.add_argument("--json", action="store_true", help="print the whole answer as one line of JSON")
    ask.add_argument("--batch", type=Path, metavar="IN", help='JSON Lines file, each line {"id", "question"}')
    ask.add_argument(
        "--out", type=Path, metavar="OUT", help="where the batch's answers go, one JSON line each"
    )

    search = command("search", _search, "list the passages that fit a query best")
    search.add_argument("query", help="words or a question, in Chinese or English")
    search.add_argument("-k", type=_positive, default=10, metavar="N", help="how many passages (default 10)")
    search.add_argument("--explain", action="store_true", help="show why each passage ranks where it does")
    search.add_argument("--json", action="store_true", help="print JSON")

    documents = command("documents", _documents, "list the documents found in the bulletins")
    documents.add_argument("--json", action="store_true", help="print JSON")

    add = command("add", _add, "put bulletins in, indexing only them")
    add.add_argument("files", nargs="+", type=Path, metavar="FILE", help=f"a file: {KINDS}")
    add.add_argument("--replace", action="store_true", help="replace a bulletin of the same name")

    remove = command("remove", _remove, "take bulletins out, keeping the files in data/removed/")
    remove.add_argument(
        "names", nargs="+", metavar="NAME", help="a bulletin's file name, as `documents` lists it"
    )

    enrich = command("enrich", _enrich, "have an LLM write the renderings and questions that bulletins lack")
    enrich.add_argument(
        "names", nargs="*", metavar="NAME", help="a bulletin's file name (all, where none is given)"
    )
    enrich.add_argument(
        "--questions",
        type=int,
        default=6,
        metavar="N",
        help="questions for each passage that has none (default 6)",
    )
    enrich.add_argument("--yes", action="store_true", help="start without asking")
    enrich.add_argument("--dry-run", action="store_true", help="say what it would cost, and stop")

    store = command("store", _store, "copy what an index holds to another place: store copy FROM TO")
    store.add_argument("action", choices=["copy"], help="what to do")
    store.add_argument(
        "source", metavar="FROM", help="a folder of the index, or milvus+http://HOST:PORT/NAME"
    )
    store.add_argument("target", metavar="TO", help="the same; what is there already is not copied again")

    audit = command("audit", _audit, "show where every character of every bulletin went")
    audit.add_argument("--json", action="store_true", help="print JSON")


def _index(parsed: argparse.Namespace, settings: Settings) -> int:
    from rag.index import open_index

    began = time.perf_counter()
    index = open_index(settings, rebuild=parsed.rebuild, join=parsed.join)
    seconds = time.perf_counter() - began
    files, documents, passages = len(index.manifest.files), len(index.documents), len(index.passages)
    print(f"{files} bulletins, {documents} documents, {passages} passages, encoder {index.manifest.encoder}.")
    print(f"Ready in {seconds:.1f} s.")
    return 0


def _store(parsed: argparse.Namespace, settings: Settings) -> int:
    from rag.indexing.houses import copy, house_of

    copied = copy(house_of(parsed.source), house_of(parsed.target))
    print(
        f"{copied.bulletins} bulletins, {copied.passages} passages, {copied.new} of the bulletins new; "
        "each is the same in both places."
    )
    return 0


def _ask(parsed: argparse.Namespace, settings: Settings) -> int:
    from rag.answer import Engine
    from rag.index import open_index
    from rag.wording import worded

    if parsed.batch is not None:
        if parsed.question is not None:
            raise BulletinError("Both a question and --batch were given; expected one of them.")
        if parsed.out is None:
            raise BulletinError("--batch needs --out FILE, where the answers go.")
        questions = list(_read_batch(parsed.batch))
        _answer_batch(Engine(open_index(settings), settings), questions, parsed.out)
        return 0
    if parsed.question is None:
        raise BulletinError("Nothing was asked. Give a question in quotation marks, or --batch IN --out OUT.")
    answer = worded(Engine(open_index(settings), settings).ask(parsed.question))
    if parsed.json:
        print(answer.json())
        return 0
    print(answer.answer)
    for notice in answer.notices:
        print(f"! {notice.text}")
    for citation in answer.citations:
        document = citation.document
        place = " › ".join([document.title, *citation.section])
        facts = " · ".join(
            fact for fact in (document.number, document.jurisdiction, document.signed_on) if fact
        )
        quote = " ".join(citation.quote.split())
        print(f"\n[{citation.marker}] {place}\n    {facts}\n    “{quote}”")
        page = f", page {citation.page}" if citation.page else ""
        print(f"    {citation.source} {_places(citation.spans)}{page}")
    return 0


@dataclass(frozen=True, slots=True)
class _Question:
    id: str
    question: str


def _read_batch(file: Path) -> Iterator[_Question]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BulletinError(
            f"{file} can't be read ({error}). Expected a UTF-8 file of JSON lines."
        ) from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield msgspec.json.decode(line, type=_Question)
        except msgspec.MsgspecError as error:
            raise BulletinError(
                f'{file}, line {number}: expected {{"id": "…", "question": "…"}} ({error}).'
            ) from error


def _answer_batch(engine: object, questions: Sequence[_Question], out: Path) -> None:
    """Answer all questions into a file that appears only when it is complete."""
    from rag.answer import Engine
    from rag.contract import refused
    from rag.wording import worded

    assert isinstance(engine, Engine)
    if not out.parent.is_dir():
        raise BulletinError(
            f"--out {out}: there is no folder {out.parent}. Make it first, or write elsewhere."
        )
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=out.parent, prefix=f".{out.name}.", delete=False
    ) as file:
        try:
            for one in tqdm(questions, desc="Answering", unit="question", disable=None):
                try:
                    answer = worded(engine.ask(one.question, one.id))
                except BulletinError as error:  # one bad question must not cost the others
                    answer = refused(one.id, one.question, str(error))
                file.write(answer.json() + "\n")
        except BaseException:
            os.unlink(file.name)
            raise
    os.chmod(file.name, 0o644)
    os.replace(file.name, out)


def _search(parsed: argparse.Namespace, settings: Settings) -> int:
    from rag.answer import ranked
    from rag.asking.lexicon import load_lexicon
    from rag.index import open_index
    from rag.retrieval.retrieve import Retriever, explain

    lexicon = load_lexicon(settings.data / "lexicon")
    retriever = Retriever(open_index(settings), lexicon, today=settings.current_date)
    query, hits = retriever.search(parsed.query, parsed.k)
    if parsed.json:
        print(msgspec.json.encode([ranked(rank, hit) for rank, hit in enumerate(hits, start=1)]).decode())
        return 0
    for rank, hit in enumerate(hits, start=1):
        passage = hit.passage
        place = " › ".join([passage.document.title, *passage.chunk.path])
        print(f"{rank:2}. {hit.score:.3f}  {place}")
        print(f"    {passage.chunk.source} {_places(passage.chunk.spans)}\n    {passage.reading}")
        if parsed.explain:
            print(f"    {explain(hit, query, retriever.ranker)}")
        print()
    return 0


def _documents(parsed: argparse.Namespace, settings: Settings) -> int:
    from rag.index import list_documents, open_index

    listed = list_documents(open_index(settings))
    if parsed.json:
        print(msgspec.json.encode(listed).decode())
        return 0
    source = ""
    for one in listed:
        if one.source != source:
            source = one.source
            print(f"\n{source}")
        dates = [
            f"signed {one.signed_on}" if one.signed_on else "",
            f"published {one.published_on}" if one.published_on else "",
        ]
        valid = (
            f"valid {one.valid_from or '…'} to {one.valid_until or '…'}"
            if one.valid_from or one.valid_until
            else ""
        )
        facts = (one.number, one.kind, one.jurisdiction, *dates, valid, f"{one.chunks} passages")
        title = one.title if one.title_printed else f"{one.title} (no title printed)"
        print(
            f"  {one.start_line}–{one.end_line}  {title}\n      {' · '.join(fact for fact in facts if fact)}"
        )
    return 0


def _add(parsed: argparse.Namespace, settings: Settings) -> int:
    from rag.index import change_collection
    from rag.indexing.store import Where
    from rag.publishing.collection import Change, check_name
    from rag.reading.corpus import read_bulletin
    from rag.reading.files.shelf import keep, prepare

    missing = [str(file) for file in parsed.files if not file.is_file()]
    if missing:
        raise BulletinError(f"No such file: {', '.join(missing)}. Nothing was added.")
    wanted: dict[str, tuple[Path, Prepared]] = {}
    with tempfile.TemporaryDirectory() as workplace:
        for file in parsed.files:
            prepared = prepare(file, Path(workplace))
            name = check_name(prepared.name)
            if name in wanted and not wanted[name][0].samefile(file):
                raise BulletinError(
                    f"{wanted[name][0]} and {file} would both be {name}. Rename one of them. Nothing was added."
                )
            read_bulletin(prepared.text)  # raises before anything is touched
            target = settings.bulletins / name
            if target.exists() and target.read_bytes() != prepared.text.read_bytes() and not parsed.replace:
                raise BulletinError(
                    f"{target} exists and differs. Give --replace to replace it, or rename {file.name}."
                )
            wanted[name] = (file, prepared)
        for file, prepared in wanted.values():
            keep(settings.originals, prepared, file)
        new = {
            name: prepared.text
            for name, (_, prepared) in wanted.items()
            if not (
                (there := settings.bulletins / name).exists()
                and there.read_bytes() == prepared.text.read_bytes()
            )
        }
        index = change_collection(settings, Change(add=new))
    for name, (file, prepared) in wanted.items():
        count = len(index.store.documents(Where(sources=frozenset([name]))))
        print(f"{name}: {count} documents{_said_of(prepared, file)}.")
        for warning in prepared.warnings:
            print(f"  {warning}")
    return 0


def _said_of(prepared: Prepared, file: Path) -> str:
    """What reading a file found, for the person who adds it."""
    original = prepared.original
    if original is None:
        return ""
    said = [f"from {file.name}"]
    if original.pages:
        said.append(f"{len(original.pages)} pages")
    if original.sure is not None:
        said.append(f"recognised, {percent(original.sure)} sure, {len(original.doubts)} doubtful places")
    if original.aside:
        said.append(f"{len(original.aside)} lines set aside (menus, running heads)")
    return f" {', '.join(said)}"


def _remove(parsed: argparse.Namespace, settings: Settings) -> int:
    from rag.index import bulletin_files, change_collection
    from rag.publishing.collection import Change

    present = {file.name: file for file in bulletin_files(settings)}
    given = [
        name if name in present else f"{Path(name).stem}.txt" for name in parsed.names
    ]  # notice.pdf is notice.txt
    unknown = [name for name, meant in zip(parsed.names, given, strict=True) if meant not in present]
    if unknown:
        raise BulletinError(
            f"No bulletin named {', '.join(unknown)}. There are: {', '.join(present)}. Nothing was removed."
        )
    names = tuple(dict.fromkeys(given))
    change_collection(settings, Change(remove=names))
    for name in names:
        print(f"{name}: taken out; the file is kept in {settings.data / 'removed'}.")
    return 0


def _enrich(parsed: argparse.Namespace, settings: Settings) -> int:
    from rag.writing.enrich import run

    if not 0 <= parsed.questions <= 20:
        raise BulletinError(f"--questions {parsed.questions}: expected 0 to 20.")
    run(settings, parsed.names, questions=parsed.questions, yes=parsed.yes, dry_run=parsed.dry_run)
    return 0


def _audit(parsed: argparse.Namespace, settings: Settings) -> int:
    from rag.audit import audit
    from rag.chunk import chunk_bulletin
    from rag.index import bulletin_files
    from rag.reading.corpus import read_bulletin

    audits = []
    for file in bulletin_files(settings):
        bulletin = read_bulletin(file)
        audits.append(audit(bulletin, chunk_bulletin(bulletin)))
    passed = all(one.passed for one in audits)
    if parsed.json:
        print(msgspec.json.encode(audits).decode())
        return 0 if passed else 1
    for one in audits:
        verdict = "all accounted for" if one.passed else "FAILED"
        print(f"{one.source}: {one.characters:,} characters, {one.passages} passages, {verdict}")
        for share in one.shares:
            print(f"  {share.share:7.2%}  {share.characters:8,}  {share.kind}")
        for problem, places in (("lost", one.lost), ("claimed twice", one.doubled)):
            if places:
                print(f"  {problem}: {_places(places[:10])}")
        for fault in one.faults:
            print(f"  {fault}")
    return 0 if passed else 1


def _places(spans: Sequence[tuple[int, int]]) -> str:
    return ", ".join(f"{start}–{end}" for start, end in spans)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not above zero")
    return number


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2025-09-01") from None
