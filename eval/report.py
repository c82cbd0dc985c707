"""stub"""

from __future__ import annotations

from pathlib import Path


def write_report(evaluation: object, file: Path) -> None:
    """Stub."""
