"""Compiled loops are kept apart by the text of all files that have any."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from siting.machine.compiled import OLD_S, forget_old, kept_in, loops_text_hash

HEAD = "from siting.machine.compiled import compiled\n"
CALLEE = HEAD + "@compiled\ndef one(x):\n    return x + {}\n"
CALLER = HEAD + "from callee import one\n@compiled\ndef two(x):\n    return one(x)\n"
ASK = """
from pathlib import Path
import siting.machine.compiled as c
c.numba.config.CACHE_DIR = str(c.kept_in(Path('loops')))
from caller import two
print(two(1), two.stats.cache_hits)
"""


def test_a_change_in_a_file_with_loops_changes_the_folder(tmp_path: Path) -> None:
    (tmp_path / "callee.py").write_text(CALLEE.format(1), encoding="utf-8")
    (tmp_path / "plain.py").write_text("x = 1\n", encoding="utf-8")
    before = loops_text_hash(tmp_path)
    (tmp_path / "plain.py").write_text("x = 2\n", encoding="utf-8")
    assert loops_text_hash(tmp_path) == before
    (tmp_path / "callee.py").write_text(CALLEE.format(2), encoding="utf-8")
    assert loops_text_hash(tmp_path) != before


def test_a_loop_is_never_run_with_a_callee_of_before(tmp_path: Path) -> None:
    loops = tmp_path / "loops"
    loops.mkdir()
    (loops / "caller.py").write_text(CALLER, encoding="utf-8")
    answers = []
    for added in (1, 1, 10):
        (loops / "callee.py").write_text(CALLEE.format(added), encoding="utf-8")
        environment = {k: v for k, v in os.environ.items() if k != "NUMBA_CACHE_DIR"}
        environment["PYTHONPATH"] = os.pathsep.join([str(loops), os.environ.get("PYTHONPATH", "")])
        done = subprocess.run(
            [sys.executable, "-c", ASK], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
        answers.append(done.stdout.split()[0])
        hits = done.stdout
    assert answers == ["2", "2", "11"], hits


def test_where_the_program_cannot_be_written_the_users_folder_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "__pycache__").write_text("not a folder", encoding="utf-8")
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "user"))
    assert kept_in(tmp_path).is_relative_to(tmp_path / "user")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "own"))
    assert kept_in(tmp_path).is_relative_to(tmp_path / "own")


def test_what_is_a_month_old_is_forgotten_when_a_new_folder_is_due(tmp_path: Path) -> None:
    old, recent, new = (tmp_path / f"siting-loops-{name}" for name in ("a", "b", "c"))
    old.mkdir()
    recent.mkdir()
    now = recent.stat().st_mtime
    os.utime(old, (now - OLD_S - 60, now - OLD_S - 60))
    forget_old(new)
    assert not old.exists()
    assert recent.exists()
