"""Models fitted on questions (`models/*.json`), each with the encoder and the reader whose numbers it weighs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from rag.errors import BulletinError

Fitted = TypeVar("Fitted")
_log = logging.getLogger(__name__)


class Named(Protocol):
    """An encoder or a reader."""

    name: str
    fingerprint: str


class OfModels(Protocol):
    """A fitted model that knows its encoder and its reader."""

    @property
    def encoder(self) -> str:
        """Fingerprint of the encoder it was fitted to; "" where nobody wrote it down."""
        ...

    @property
    def reader(self) -> str:
        """Fingerprint of the reader it was fitted to; "" where it was fitted without."""
        ...


def fitted_file(file: Path, reader: str) -> Path:
    """Where the model lies that was fitted for a reader, or for none.

    :param file: Where the one for a reader lies: `chooser.json`; that for none lies beside it, `chooser-plain.json`.
    :param reader: The fingerprint of the reader in use; "" for none.
    """
    return file if reader else file.with_stem(f"{file.stem}-plain")


def read_fitted(file: Path, kind: type[Fitted], command: str) -> Fitted:
    """Read a fitted model.

    :param command: What fits it again.
    :raises BulletinError: if the file is missing or does not fit this version.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError) as error:
        raise BulletinError(
            f"{file} can't be used ({error}). It belongs to the program: restore it, or fit it again with "
            f"`{command}`."
        ) from error


def write_fitted(model: object, file: Path) -> None:
    """Write a fitted model as JSON that people can read and compare."""
    file.write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=2) + b"\n")


def warn_where_fitted_otherwise(encoder: Named, reader: Named | None, models: Mapping[str, OfModels]) -> None:
    """Say in the log which models were fitted to others: they weigh the numbers as if they were of those they know.

    :param encoder: The one in use.
    :param reader: The same; None for none.
    :param models: By what they do.
    """
    for attribute, used in (("encoder", encoder), ("reader", reader)):
        others = [
            what for what, model in models.items() if used and getattr(model, attribute) != used.fingerprint
        ]
        if used and others:
            _log.warning(
                "%s %s is not the one that %s was fitted to: expect wrong passages and sentences. "
                "Fit anew to it (train/README.md), or leave --%s (BULLETIN_%s) out.",
                attribute.capitalize(), used.name, " and ".join(others), attribute, attribute.upper(),
            )  # fmt: skip
