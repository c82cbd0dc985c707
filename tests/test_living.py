"""What is measured of a service that lives."""

from __future__ import annotations

import os
import subprocess
import sys

from eval.living import Counts, memory


def test_memory_is_that_of_a_process_and_of_those_it_started() -> None:
    before = memory(os.getpid())
    assert before > 1
    code = "import sys; held = b'x' * 60_000_000; print('there', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        assert child.stdin
        child.stdout.readline()
        assert memory(os.getpid()) > before + 50
        child.stdin.close()
    assert memory(2**22 + 1) == 0  # no such process


def test_the_counts_tell_start_and_end() -> None:
    counts = Counts(
        answered=2, seconds=[0.1, 0.3], added=1, removed=1, seen_after=[2.0], memory=[500, 520, 510]
    )
    counts.versions.update(("a", "b", "c"))
    counts.errors["ReadTimeout "] += 1
    said = str(counts)
    assert "2 answers from 3 versions, 1 errors; 1 bulletins put in, 1 taken out." in said
    assert "500 MB at the start, 520 after a minute, 520 at most, 510 at the end" in said
    assert "1 x ReadTimeout" in said
