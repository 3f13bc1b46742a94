"""What the command line draws of many tasks."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from siting.cli.task_lines import TaskLines
from siting.events import Event


def done(task: str, **data: Any) -> Event:
    told = {"task": task, "done": 1, "of": 3, "kept": False, "stopped": False, "failed": None, "peak_mb": 512.0}
    return Event("task", "done", task, "", 1 / 3, 12.34, {**told, "labels": [], **data})


def drawn(*events: Event, terminal: bool = False) -> tuple[TaskLines, str]:
    console = Console(file=io.StringIO(), force_terminal=terminal, width=200, color_system=None)
    lines = TaskLines(console)
    for event in events:
        lines(event)
    found = io.StringIO()
    Console(file=found, width=200).print(lines._lines())
    lines.stop()
    assert isinstance(console.file, io.StringIO)
    return lines, console.file.getvalue() + "|" + found.getvalue()


def test_a_task_at_work_shows_objective_bound_and_gap() -> None:
    begin = Event("task", "start", "a/b", "", data={"task": "a/b"})
    bound = {"task": "a/b", "incumbent": 1234.5, "bound": 1200.0, "gap": 0.0279}
    better = Event("task", "progress", "求解中", "solving", data=bound)
    stage = Event("task", "progress", "评估", "evaluating", data={"task": "a/b"})
    lines, text = drawn(begin, better, stage, terminal=True)
    at_work = text.split("|")[1]
    assert "evaluating" in at_work
    assert "objective 1,234.5" in at_work  # the last figures stay
    assert "bound 1,200" in at_work
    assert "gap 2.79%" in at_work
    assert lines.live is None  # the terminal is given back


def test_a_line_for_each_task_that_is_done() -> None:
    labels = [("已证明最优", "proven optimal")] * 2
    _, text = drawn(
        done("a/b", labels=labels),
        done("c/d", failed="it is broken"),
        done("e/f", kept=True, labels=labels),
        Event("task", "warning", "重试", "tried again"),
    )
    first, second, third, note = text.splitlines()[:4]
    assert first == "✓ 1/3  a/b  已证明最优 proven optimal  12.3 s  512 MB"
    assert second.startswith("✗ 1/3  c/d  it is broken")
    assert "kept from before" in third
    assert "12.3 s" not in third
    assert "tried again" in note
