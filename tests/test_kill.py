"""A few rounds of `python -m tests.kill`; two hundred are for whoever has the minutes."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_nothing_is_half_or_lost_when_the_program_is_ended_on_its_way() -> None:
    # in a process of its own: it makes copies of itself, which one with many threads should not
    result = subprocess.run(
        [sys.executable, "-m", "tests.kill", "--rounds", "10"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "10 rounds" in result.stdout
    assert "Problems: 0" in result.stdout
