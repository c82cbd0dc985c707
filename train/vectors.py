"""Shipping what the reader makes of our bulletins, so that a first start need not read them."""

from __future__ import annotations

import shutil
from pathlib import Path

from rag.index import READ_AHEAD, open_index
from rag.settings import Settings


def ship(settings: Settings) -> list[Path]:
    """Index the bulletins with the reader that is set, and put its vectors beside them, `NAME.npz`.

    :return: The files written.
    """
    folder = settings.data / READ_AHEAD
    folder.mkdir(exist_ok=True)
    index = open_index(settings)
    written = []
    for name in index.manifest.files:
        target = (folder / name).with_suffix(".npz")
        shutil.copyfile(index.folder / "bulletins" / name / "read.npz", target)
        written.append(target)
    return written
