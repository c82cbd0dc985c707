"""Shipping what the reader makes of our bulletins, so that a first start need not read them."""

from __future__ import annotations

from pathlib import Path

from rag.index import READ_AHEAD, open_index
from rag.settings import Settings


def ship(settings: Settings) -> list[Path]:
    """Index the bulletins with the reader that is set, and put its vectors beside them, `NAME.npz`.

    :return: The files written; none where no reader is set.
    """
    folder = settings.data / READ_AHEAD
    folder.mkdir(exist_ok=True)
    index = open_index(settings)
    written = []
    for name in index.manifest.files:
        if (made := index.store.entry(name).readings) is not None:
            made.save(target := (folder / name).with_suffix(".npz"))
            written.append(target)
    return written
