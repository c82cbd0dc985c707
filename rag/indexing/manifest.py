"""What an index was made from: by this it is known to be the one wanted, and what has changed since."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rag.indexing.models import Models

_MOMENTS = 2_000_000_000  # nanoseconds: more than the coarsest clock of a file system


@dataclass(frozen=True, slots=True)
class Stamp:
    """How a file was written: by this it is known to be the same without being read."""

    size: int
    time: int
    """When it was written last, nanoseconds."""
    digest: str

    @classmethod
    def of(cls, path: Path, digest: str) -> Stamp:
        """Of a file as it lies there."""
        there = path.stat()
        return cls(there.st_size, there.st_mtime_ns, digest)

    def fits(self, path: Path) -> bool:
        """Whether a file looks as it did; what was copied without its time does not.

        :raises OSError: if there is none.
        """
        there = path.stat()
        return (there.st_size, there.st_mtime_ns) == (self.size, self.time)


@dataclass(frozen=True, slots=True)
class Look:
    """How a bulletin and what stands beside it lay there: as long as they do, none need be read to know them."""

    text: str
    """What the bulletin's original is found by."""
    stamps: tuple[tuple[int, int] | None, ...]
    """Size and time of each file, nanoseconds; None for one that is not there."""

    @classmethod
    def at(cls, text: str, files: Sequence[Path]) -> Look:
        """How some files lie there now."""
        return cls(text, tuple(_stamp(file) for file in files))

    @property
    def may_tell(self) -> bool:
        """Whether a later change is sure to give a file another time: none was written within the last moments."""
        return all(one is None or time.time_ns() - one[1] > _MOMENTS for one in self.stamps)


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        there = file.stat()
    except FileNotFoundError:
        return None
    return there.st_size, there.st_mtime_ns


@dataclass(frozen=True, slots=True)
class Unread:
    """A bulletin that could not be read."""

    digest: str
    """Of its file and of what stands beside it: unchanged, it need not be tried again."""
    reason: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an index was made from. Two equal manifests (how files were written aside) mean the same index."""

    encoder: str
    encoder_fingerprint: str
    reader: str
    reader_fingerprint: str
    """Of the reader that read the passages at indexing; empty where none did."""
    made_by: str
    """Digest of the reading code and the versions of the libraries that decide the content."""
    files: dict[str, str]
    """Bulletin name to digest of its file and of the fields beside it."""
    looks: dict[str, Look] = field(default_factory=dict)
    """How those lay there then, by name; of those that were written just before, nothing is said."""
    written: dict[str, Stamp] = field(default_factory=dict)
    """By name, how the files of a version were."""
    store: str = ""
    """Where its passages lie; empty where they lie in the version's own folder."""
    unread: dict[str, Unread] = field(default_factory=dict)
    """The bulletins that could not be read, by name."""

    def fits(self, models: Models) -> bool:
        """Whether the index can be used with some models."""
        ahead = models.ahead.fingerprint if models.ahead else ""
        return (self.encoder_fingerprint, self.reader_fingerprint) == (models.encoder.fingerprint, ahead)

    @property
    def seen(self) -> dict[str, str]:
        """Every bulletin there was, read or not, with the digest that `files` gives."""
        return self.files | {name: one.digest for name, one in self.unread.items()}

    def differences(self, wanted: Manifest) -> list[str]:
        """Why an index of this manifest is not the wanted one, each as a phrase for people; empty if it is."""
        reasons = []
        if self.encoder_fingerprint != wanted.encoder_fingerprint:
            reasons.append(f"it was made with encoder {self.encoder!r}, now {wanted.encoder!r} is asked for")
        if self.reader_fingerprint != wanted.reader_fingerprint:
            reasons.append(f"it was read by {self.reader!r}, now {wanted.reader!r} is asked for")
        if self.store != wanted.store:
            reasons.append(f"it lies in {self.store or 'files'}, now {wanted.store or 'files'} is asked for")
        if self.made_by != wanted.made_by:
            reasons.append("the reading code or a library changed")
        mine, theirs = self.seen, wanted.seen
        for label, names in (
            ("new", sorted(theirs.keys() - mine.keys())),
            ("gone", sorted(mine.keys() - theirs.keys())),
            ("changed", sorted(n for n in theirs.keys() & mine.keys() if mine[n] != theirs[n])),
        ):
            if names:
                reasons.append(f"{label}: {', '.join(names)}")
        return reasons
