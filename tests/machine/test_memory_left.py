from __future__ import annotations

from pathlib import Path

from siting.machine import memory_left


def test_some_memory_is_left() -> None:
    left = memory_left.available_bytes()
    assert left is None or left > 10_000_000


def test_what_linux_says(tmp_path: Path) -> None:
    path = tmp_path / "meminfo"
    path.write_text("MemTotal: 4 kB\nMemAvailable:   2048 kB\n", encoding="ascii")
    assert memory_left._linux(path) == 2048 * 1024
    path.write_text("MemTotal: 4 kB\n", encoding="ascii")
    assert memory_left._linux(path) is None
    assert memory_left._linux(tmp_path / "absent") is None


def test_what_a_container_may_take(tmp_path: Path) -> None:
    assert memory_left._container(tmp_path) is None
    (tmp_path / "memory.current").write_text("300\n", encoding="ascii")
    for most, left in (("max", None), ("1000", 700), ("200", 0)):
        (tmp_path / "memory.max").write_text(most + "\n", encoding="ascii")
        assert memory_left._container(tmp_path) == left
