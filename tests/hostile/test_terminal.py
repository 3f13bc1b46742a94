"""What is printed: square brackets are no markup, escapes of names do not reach the terminal, odd words are faults."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.text import Text

import siting
from siting.cli import terminal
from siting.cli.main import main
from siting.errors import Fault, InputError
from siting.events import Event
from siting.screen import Screen, json_line, say, visible
from tests.hostile.names import HOSTILE, UNWRITABLE
from tests.hostile.sample import SURROGATE
from tests.render.make_result import make_result

Capture = pytest.CaptureFixture[str]
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
STYLES = re.compile(r"\x1b\[[0-9;]*m")  # the program's own colours
ALL = (*HOSTILE, *UNWRITABLE, "改\r写", "\x9b31m红")
WORDS = (
    "长" * 500,
    "../../etc/passwd",
    "{{ 7*7 }}",
    "[bold]x[/bold]",
    "\x1b[31mred",
    "<script>",
    "-",
    "\udcff",
    "a/../..",
)


def shown(text: str) -> str:
    """What is to be read: rich leaves out the five controls that move the cursor; the others are signs."""
    return visible(re.sub("[\x07\x08\x0b\x0c\r]", "", text))


@pytest.mark.parametrize("text", ALL)
def test_texts_are_printed_as_typed_and_controls_as_signs(text: str) -> None:
    for console in (Screen(file=io.StringIO(), width=2000), Screen(file=io.StringIO(), force_terminal=True)):
        console.print(Text(text, style="bold red"), soft_wrap=True)
        printed = STYLES.sub("", console.file.getvalue())  # type: ignore[attr-defined]
        assert printed == f"{shown(text)}\n".expandtabs()
        assert not CONTROL.search(printed)


def test_signs_stand_for_controls_alone() -> None:
    assert [visible(text) for text in HOSTILE] == list(HOSTILE)
    assert visible("\x1b[31m\x07\x7f\x9b\r\x00\n\t") == "␛[31m␇␡\ufffd␍␀\n\t"


def test_plain_lines_and_json_hold_no_control(capsys: Capture) -> None:
    for text in ALL:
        say(text)
        line = json_line({"name": text})
        assert not CONTROL.search(line)
        assert json.loads(line) == {"name": text}
    assert not CONTROL.search(capsys.readouterr().out)


def test_a_run_is_printed_with_its_names_as_typed(capsys: Capture) -> None:
    result = make_result(demand_points=60, sites=200, roads=5, services=("primary_school",))
    service = result.services[0]
    held = [text for text in ALL if not SURROGATE.search(text)]  # pandas holds no others
    names = [held[k % len(held)] for k in range(len(service.sites))]
    service = replace(service, sites=service.sites.assign(name=names, township=names, status="new"))
    told = replace(result, services=(service,), notes=tuple((text, text) for text in ALL))
    terminal.print_run(told, {"map.html": Path("a\x1b[31m")})
    terminal.print_gaps(told)
    printed = capsys.readouterr().out
    assert not CONTROL.search(printed)
    assert [text for text in ALL if shown(text).strip() not in printed] == []


def test_faults_and_progress_are_printed_with_what_they_name_as_typed(capsys: Capture) -> None:
    for text in ALL:
        terminal.print_error(InputError(Fault(text, text, text, text, file=text, row=2, column=text, value=text)))
        terminal.Progress(Screen(stderr=True))(Event("warning", text, text, text))
        terminal.print_lines([(text, "bold")], {text: Path("map.html")})
    captured = capsys.readouterr()
    assert not CONTROL.search(captured.err + captured.out)
    assert [text for text in ALL if shown(text).strip() not in captured.err] == []
    assert [text for text in ALL if shown(text).strip() not in captured.out] == []


@pytest.mark.parametrize("command", ["export", "report", "publish", "explain", "compare", "run", "gaps", "people"])
@pytest.mark.parametrize("word", WORDS)
def test_a_word_that_is_no_run_is_a_fault_and_nothing_is_written(
    command: str, word: str, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "in" / "here"
    home.mkdir(parents=True)
    monkeypatch.chdir(home)
    with pytest.raises(SystemExit) as caught:
        main([command, "--", word, *([word] if command == "compare" else [])])
    captured = capsys.readouterr()
    assert caught.value.code == 2, captured.err
    assert not CONTROL.search(captured.err + captured.out)
    assert not list(tmp_path.rglob("*.html"))
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == []


def test_there_is_one_way_to_the_terminal() -> None:
    own = Path(siting.__file__).parent
    direct = re.compile(
        r"typer\.echo\(|\bConsole\(\)|Console\(stderr|sys\.stdout\.write\(|^from rich\.console import .*\bConsole\b"
    )
    found = [
        path.relative_to(own).as_posix() for path in sorted(own.rglob("*.py"))
        if path.name != "screen.py" and any(direct.search(line) for line in path.read_text("utf-8").splitlines())
    ]  # fmt: skip
    assert found == []
