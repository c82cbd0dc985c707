"""Bulletins on their way in: a file as it came, read and indexed by itself, to be looked at before it is published.

<data>/.drafts/ID/draft.json    who brought it, when, and what it will be called
<data>/.drafts/ID/file/NAME     the file as it came
<data>/.drafts/ID/data/         a collection of that one bulletin, with its corrections
<data>/.drafts/ID/index/        the index of it
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from rag.audit import Audit, audit
from rag.chunk import chunk_bulletin
from rag.errors import BulletinError
from rag.index import Index, change_collection, open_index
from rag.indexing.corrections import correct, corrections_file
from rag.publishing import durable
from rag.publishing.collection import Change, check_name
from rag.reading.corpus import Document, read_bulletin
from rag.reading.files import shelf
from rag.settings import Settings

_ID = re.compile(r"[0-9a-f]{16}")
_MOST = 200  # drafts at once


@dataclass(frozen=True, slots=True)
class Draft:
    """A bulletin on its way in."""

    id: str
    file: str
    """The name of the file as it came."""
    name: str
    """What the bulletin will be called."""
    by: str
    at: datetime
    warnings: tuple[str, ...] = ()
    """What reading the file found doubtful."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read from a draft."""

    index: Index
    as_read: tuple[Document, ...]
    """The documents as they were read, before anything was corrected."""
    audit: Audit
    warnings: tuple[str, ...]
    tables: int
    """Rows of tables."""


class Drafts:
    """The drafts of a collection. What takes long here is for a thread of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.data / ".drafts"

    def all(self) -> list[Draft]:
        """Every draft, the latest first."""
        if not self._folder.is_dir():
            return []
        found = [self.get(path.name) for path in self._folder.iterdir()]
        return sorted((one for one in found if one is not None), key=lambda one: one.at, reverse=True)

    def get(self, draft_id: str) -> Draft | None:
        """A draft; None where there is none."""
        if not _ID.fullmatch(draft_id):
            return None
        try:
            return msgspec.json.decode((self._folder / draft_id / "draft.json").read_bytes(), type=Draft)
        except (OSError, msgspec.MsgspecError):
            return None

    def add(self, file_name: str, content: BinaryIO, by: str) -> Draft:
        """Take a file in, read it and index it.

        :raises BulletinError: if it can't be named or read, or there is no room; nothing is left of it.
        """
        file_name = check_name(Path(file_name.replace("\\", "/")).name)
        if len(self.all()) >= _MOST:
            raise BulletinError(f"There are {_MOST} drafts already. Publish or delete some first.")
        draft_id = secrets.token_hex(8)
        folder = self._folder / draft_id
        try:
            try:
                (folder / "file").mkdir(parents=True)
                came = folder / "file" / file_name
                with came.open("wb") as out:
                    shutil.copyfileobj(content, out)
                durable.sync(came)
                settings = self._settings_of(draft_id)
                settings.bulletins.mkdir(parents=True)
                prepared = shelf.prepare(came, folder)
                shelf.keep(settings.originals, prepared, came)
                durable.copy(prepared.text, settings.bulletins / prepared.name)
                lexicon = (self._settings.data / "lexicon").resolve()
                if lexicon.is_dir():
                    os.symlink(lexicon, settings.data / "lexicon")
            except OSError as error:
                raise BulletinError(
                    f"{file_name} can't be taken in ({error.strerror}). See that there is room on the disk."
                ) from error
            open_index(settings, quiet=True)
            draft = Draft(draft_id, file_name, prepared.name, by, datetime.now(UTC), prepared.warnings)
            durable.write(folder / "draft.json", msgspec.json.encode(draft))
        except BulletinError as error:  # which names a place of this machine; staff know the file by its name
            shutil.rmtree(folder, ignore_errors=True)
            raise BulletinError(re.sub(rf"{re.escape(str(folder))}\S*/", "", str(error))) from error
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return draft

    def seen(self, draft: Draft) -> Seen:
        """What was read from a draft.

        :raises BulletinError: if it can't be read any more.
        """
        settings = self._settings_of(draft.id)
        index = open_index(settings, quiet=True)
        bulletin = read_bulletin(settings.bulletins / draft.name)
        account = audit(bulletin, chunk_bulletin(bulletin))
        rows = sum(unit.kind == "row" for passage in index.passages for unit in passage.chunk.units)
        return Seen(index, bulletin.documents, account, (*draft.warnings, *bulletin.warnings), rows)

    def settings_of(self, draft: Draft) -> Settings:
        """What an engine that answers from a draft alone is set to."""
        return self._settings_of(draft.id)

    def correct(self, draft: Draft, document: Document, values: Mapping[str, str]) -> None:
        """Put right what was read of one document.

        :param document: As it was read.
        :raises BulletinError: if a value can't be.
        """
        settings = self._settings_of(draft.id)
        correct(settings.data, draft.name, document, values)
        open_index(settings, quiet=True)

    def publish(self, draft: Draft, *, replace_old: bool) -> Index:
        """Put a draft into the collection, with its corrections and its original, and forget it as a draft.

        :param replace_old: Whether it may take the place of a bulletin of its name, which is kept in `removed/`.
        :raises BulletinError: if one of its name is there already, or there is no room; nothing is changed.
        """
        mine, whole = self._settings_of(draft.id), self._settings
        if (whole.bulletins / draft.name).exists() and not replace_old:
            raise BulletinError(
                f"There is a bulletin {draft.name} already. Say that it is to be replaced, or rename the file."
            )
        came = self._folder / draft.id / "file" / draft.file
        shelf.keep(whole.originals, shelf.prepare(came, self._folder / draft.id), came)
        corrections, old = corrections_file(mine.data, draft.name), corrections_file(whole.data, draft.name)
        if corrections.is_file():
            old.parent.mkdir(exist_ok=True)
            durable.copy(corrections, old)
        index = change_collection(whole, Change(add={draft.name: mine.bulletins / draft.name}), quiet=True)
        self.delete(draft)
        return index

    def delete(self, draft: Draft) -> None:
        """Forget a draft."""
        shutil.rmtree(self._folder / draft.id, ignore_errors=True)

    def _settings_of(self, draft_id: str) -> Settings:
        folder = self._folder / draft_id
        return replace(self._settings, data=folder / "data", index=folder / "index", llm=None)
