"""The house itself: imports run one way, and a stranger finds every room."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HOUSES = ("rag", "store", "web", "eval", "train")
ROOMS = sorted(
    str(file.parent.relative_to(ROOT)) for house in HOUSES for file in (ROOT / house).rglob("__init__.py")
)
DOORS = sorted(f"rag/{file.name}" for file in (ROOT / "rag").glob("*.py") if not file.stem.startswith("_"))
MODULES = sorted(
    str(file.relative_to(ROOT))
    for house in HOUSES
    for file in (ROOT / house).rglob("*.py")
    if not file.stem.startswith("_") and "migrations" not in file.parts
)


def test_imports_run_one_way() -> None:
    """In a process of its own: the linter turns off every logger of the one it runs in."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("room", [*ROOMS, *DOORS])
def test_every_room_and_every_door_is_named_for_whoever_comes_new(room: str) -> None:
    assert room in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("module", MODULES)
def test_every_module_is_named_in_the_row_of_its_package(module: str) -> None:
    room, _, name = module.removesuffix(".py").rpartition("/")
    named = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    if room == "rag":
        assert module in named
        return
    (row,) = [line for line in named.splitlines() if line.startswith(f"| `{room}` |")]
    assert name in re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", row)))


@pytest.mark.parametrize("room", [room for room in ROOMS if room.count("/") == 1 and room.startswith("rag/")])
def test_every_room_of_the_answers_says_what_it_may_import(room: str) -> None:
    said = (ROOT / room / "__init__.py").read_text(encoding="utf-8")
    assert "import" in said.lower()
