"""Models fitted on questions (`models/*.json`), each with the encoder whose numbers it weighs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from rag.errors import BulletinError

Fitted = TypeVar("Fitted")
_log = logging.getLogger(__name__)


class OfEncoder(Protocol):
    """A fitted model that knows its encoder."""

    @property
    def encoder(self) -> str:
        """Fingerprint of the encoder it was fitted to; "" where nobody wrote it down."""
        ...


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


def write_fitted(model: OfEncoder, file: Path) -> None:
    """Write a fitted model as JSON that people can read and compare."""
    file.write_bytes(msgspec.json.format(msgspec.json.encode(model), indent=2) + b"\n")


def warn_where_fitted_otherwise(encoder: str, fingerprint: str, models: Mapping[str, OfEncoder]) -> None:
    """Say in the log which models were fitted to another encoder: they weigh its numbers as if they were theirs.

    :param encoder: The name of the encoder in use.
    :param models: By what they do.
    """
    others = [what for what, model in models.items() if model.encoder != fingerprint]
    if others:
        _log.warning(
            "Encoder %s is not the one that %s was fitted to: expect wrong passages and sentences. "
            "Fit anew to it (train/README.md), or leave --encoder (BULLETIN_ENCODER) out.",
            encoder,
            " and ".join(others),
        )
