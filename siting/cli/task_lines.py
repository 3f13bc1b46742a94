"""What the command line draws of many tasks: a line for each that is done, and those at work with bound and gap."""

from __future__ import annotations

import atexit
import time
from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Group
from rich.live import Live
from rich.text import Text

from siting.events import Event
from siting.screen import Screen


@dataclass
class _AtWork:
    begin: float
    words: str = ""
    figures: str = ""


class TaskLines:
    """Draws the events of tasks (`siting.sweep.drive`)."""

    def __init__(self, console: Screen) -> None:
        self.console = console
        self.at_work: dict[str, _AtWork] = {}
        self.live: Live | None = None

    def __call__(self, event: Event) -> None:
        """Draw one event."""
        task = str(event.data.get("task", ""))
        if event.kind == "start":
            self.at_work[task] = _AtWork(time.perf_counter())
            self._draw()
        elif event.kind == "progress" and task in self.at_work:
            line = self.at_work[task]
            line.words = f"{event.zh} {event.en}"
            line.figures = figures(event.data) or line.figures
            self._draw()
        elif event.kind == "done":
            self.at_work.pop(task, None)
            self._print(done_line(event))
            self._draw()
        elif event.kind in ("note", "warning"):
            self._print(Text(f"! {event.zh}  {event.en}", style="yellow"))

    def _print(self, line: Text) -> None:
        self.console.print(line, soft_wrap=True)

    def _draw(self) -> None:
        if not self.console.is_terminal:
            return
        if not self.at_work:
            self.stop()
            return
        if self.live is None:
            self.live = Live(console=self.console, refresh_per_second=4, transient=True, get_renderable=self._lines)
            self.live.start()
            atexit.register(self.stop)  # an error must not leave the terminal without its cursor

    def _lines(self) -> Group:
        now = time.perf_counter()
        return Group(
            *(
                Text(f"… {task}  {now - line.begin:.0f} s  {line.words}  {line.figures}", no_wrap=True)
                for task, line in list(self.at_work.items())
            )
        )

    def stop(self) -> None:
        """Take the lines of what is at work away."""
        if self.live is not None:
            self.live.stop()
            self.live = None
            atexit.unregister(self.stop)


def figures(data: Mapping[str, object]) -> str:
    """Objective, bound and gap, as much as is told."""
    found = []
    for key, words, form in (
        ("incumbent", "目标 objective", ",.6g"),
        ("bound", "界 bound", ",.6g"),
        ("gap", "差距 gap", ".2%"),
    ):
        value = data.get(key)
        if isinstance(value, int | float):
            found.append(f"{words} {value:{form}}")
    return "  ".join(found)


def done_line(event: Event) -> Text:
    """One line of a task that is answered, or has failed."""
    data = event.data
    parts = [f"{data['done']}/{data['of']}", str(data["task"])]
    labels = data["labels"]
    if isinstance(labels, list):
        parts += list(dict.fromkeys(f"{zh} {en}" for zh, en in labels))
    if data["failed"] is not None:
        parts.append(str(data["failed"]))
    if data["kept"]:
        parts.append("已有结果 kept from before")
    else:
        if event.seconds is not None:
            parts.append(f"{event.seconds:.1f} s")
        if isinstance(data["peak_mb"], float):
            parts.append(f"{data['peak_mb']:,.0f} MB")
    mark, style = ("✗", "red") if data["failed"] is not None else ("·", "yellow") if data["stopped"] else ("✓", "green")
    return Text(f"{mark} {'  '.join(parts)}", style=style)
