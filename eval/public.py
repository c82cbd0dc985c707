"""Public documents of other governments: which are kept out of training, so that an encoder can be measured by them."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DOCUMENTS = ("titles_hebei_gov_docs", "titles_gov_cn_policies")
"""Public files of government documents: the nearest there is to the bulletins of another place."""


def is_held_out(title: str, share: float) -> bool:
    """Whether a public document is among a share of them that is kept out: decided by its title alone."""
    digest = hashlib.sha1(title.encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32 < share


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a JSON-lines file, gzipped or not."""
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8") as lines
    ):
        for line in lines:
            if line.strip():
                yield json.loads(line)
