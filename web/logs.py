"""What is logged: one line of JSON each, where a fault happened and of what kind, never what was asked.

Messages of errors are left out: a database says in them which row it could not write, and the row is a question.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from datetime import UTC, datetime

_FRAMES = 6  # of each error, the innermost


def fault(error: BaseException) -> str:
    """Where an error happened and of what kind it and those before it are, without the words it came with.

    >>> try:
    ...     int("a secret")
    ... except ValueError as error:
    ...     fault(error).split(" at ")[0]
    'ValueError'
    """
    said, seen = [], set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        frames = traceback.extract_tb(at.__traceback__)[-_FRAMES:]
        places = " > ".join(f"{os.path.basename(frame.filename)}:{frame.lineno}" for frame in frames)
        said.append(f"{type(at).__name__} at {places}" if places else type(at).__name__)
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
    return "; after ".join(said)


class JsonLines(logging.Formatter):
    """One line of JSON a record."""

    def format(self, record: logging.LogRecord) -> str:
        """The record, an error it came with told as `fault` tells it."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["fault"] = fault(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def configure() -> None:
    """Log in this form to standard error, whatever the libraries would."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in ("rag", "web", "store"):
        logging.getLogger(name).setLevel(logging.INFO)
    logging.captureWarnings(True)
