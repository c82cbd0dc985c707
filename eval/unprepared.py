"""Collections that nothing was prepared for: other places' documents, and our own bulletins left out.

What the next city brings can only be guessed at from what was kept apart. `eval/elsewhere` holds documents of other
places with questions about them: no model was trained on them and no setting chosen by them, and they are indexed
alone, with nothing written beside them. Our own bulletins can be left out as well: with an encoder that never saw
them (`python -m train encoder --leave-out …`), without renderings and written questions, and around them, as a
haystack, public documents that the encoder never saw either.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.public import DOCUMENTS, is_held_out, read_jsonl
from eval.questions import Question, load_questions
from rag.errors import BulletinError
from rag.settings import Settings
from rag.text.spans import Span

ELSEWHERE = Path(__file__).parent / "elsewhere"
"""A folder a collection, of `bulletins/` and `questions/`."""
HELD_OUT = 0.5
"""Share of the public documents that an encoder measured here must have been trained without."""
STYLES = {"col": "zh_hard", "kw": "keywords", "en": "en"}
"""How the questions about the public documents were asked, in the words of this evaluation."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A collection of other places' documents, with questions about them."""

    name: str
    folder: Path

    @property
    def bulletins(self) -> Path:
        """The folder of its documents."""
        return self.folder / "bulletins"

    @property
    def questions_folder(self) -> Path:
        """The folder of its facts and its questions without an answer."""
        return self.folder / "questions"

    def questions(self) -> list[Question]:
        """Every question about it, as it is asked."""
        return load_questions(self.questions_folder)

    def settings(self, settings: Settings, folder: Path) -> Settings:
        """Settings under which it is the whole collection.

        :param settings: Where the civic lexicon lies, and everything else that is set.
        :param folder: An empty folder for its data and its index.
        """
        files = sorted(self.bulletins.iterdir())
        return replace(settings, data=_data_folder(files, settings, folder), index=folder / "index")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Bulletins, and the encoder that was trained without them."""

    encoder: Path
    bulletins: tuple[str, ...]
    """File names without `.txt`."""


@dataclass(frozen=True, slots=True)
class Located:
    """A question about a public document, and the place that answers it."""

    question: str
    way: str
    source: str
    span: Span


def towns() -> Elsewhere:
    """Documents in the form of real ones, of invented towns, with questions about them: to fit by, not to judge by."""
    folder = Path(__file__).parent / "towns"
    return Elsewhere(folder.name, folder)


def collections_elsewhere(
    names: Sequence[str] = (), folder: Path = ELSEWHERE, *, holding: str = "questions"
) -> list[Elsewhere]:
    """The collections of other places, by name.

    :param names: Only these; none for all there are.
    :param holding: What they have: `questions`, or `documents.jsonl`, the truth of how they read.
    :raises BulletinError: if there is none of a name.
    """
    known = {
        one.parent.name: Elsewhere(one.parent.name, one.parent) for one in sorted(folder.glob(f"*/{holding}"))
    }
    if unknown := [name for name in names if name not in known]:
        raise BulletinError(
            f"No collection {', '.join(unknown)} in {folder}; expected some of {', '.join(known)}."
        )
    return [known[name] for name in names] or list(known.values())


def make_collection(left_out: LeftOut, training: Path, settings: Settings, folder: Path) -> Settings:
    """Write a data folder of the left-out bulletins and the haystack, each document a bulletin of its own.

    :param training: The folder of the public training files.
    :param settings: Where the bulletins and the lexicon lie.
    :param folder: Where to write; must not hold a collection yet.
    :return: Settings for that collection, with its own index and the encoder that knows nothing of it.
    :raises BulletinError: if a bulletin, the encoder or the training files are not there.
    """
    if not left_out.encoder.is_dir():
        raise BulletinError(
            f"No encoder in {left_out.encoder}; expected a folder written by "
            f"`python -m train encoder --leave-out {' '.join(left_out.bulletins)} --hold-out {HELD_OUT}`."
        )
    sources = [settings.bulletins / f"{name}.txt" for name in left_out.bulletins]
    if missing := [source.stem for source in sources if not source.is_file()]:
        there = ", ".join(sorted(path.stem for path in settings.bulletins.glob("*.txt")))
        raise BulletinError(f"No bulletin {missing[0]} to leave out; expected one of {there}.")
    data = _data_folder(sources, settings, folder)
    for number, (title, texts) in enumerate(_haystack(training), start=1):
        (data / "bulletins" / f"other-{number:03}.txt").write_bytes("\n".join([title, *texts]).encode())
    return replace(settings, data=data, index=folder / "index", encoder=str(left_out.encoder.resolve()))


def _data_folder(bulletins: Iterable[Path], settings: Settings, folder: Path) -> Path:
    """A data folder of some bulletins and the civic lexicon, which is general; nothing else beside them."""
    data = folder / "data"
    (data / "bulletins").mkdir(parents=True)
    for source in bulletins:
        shutil.copyfile(source, data / "bulletins" / source.name)
    if (settings.data / "lexicon").is_dir():
        (data / "lexicon").symlink_to((settings.data / "lexicon").resolve())
    return data


def questions_about(left_out: LeftOut, questions: Sequence[Question]) -> list[Question]:
    """The questions that can be put to a collection of bulletins left out: about them, or about nothing there is."""
    names = {f"{name}.txt" for name in left_out.bulletins}
    return [one for one in questions if one.fact is None or one.fact.file in names]


def haystack_questions(training: Path) -> list[Located]:
    """The questions that were written about documents of the haystack, with the places they were written for."""
    files = {
        title: (f"other-{number:03}.txt", "\n".join([title, *texts]))
        for number, (title, texts) in enumerate(_haystack(training), start=1)
    }
    found = []
    for record in read_jsonl(training / "pairs_civic_questions.jsonl.gz"):
        source, text = files.get(record["title"], ("", ""))
        start = text.find(record["passage"])
        if start >= 0:
            span = (start, start + len(record["passage"]))
            found.append(Located(record["query"], STYLES[record["style"]], source, span))
    return found


def _haystack(training: Path) -> Sequence[tuple[str, list[str]]]:
    """Titles and texts of the public documents held out, in the order of their titles."""
    documents: dict[str, list[str]] = defaultdict(list)
    for name in DOCUMENTS:
        file = training / f"{name}.jsonl.gz"
        if not file.is_file():
            raise BulletinError(f"No {file.name} in {training}; expected the public training files there.")
        for record in read_jsonl(file):
            if is_held_out(record["title"], HELD_OUT):
                documents[record["title"]].append(record["text"])
    return sorted(documents.items())
