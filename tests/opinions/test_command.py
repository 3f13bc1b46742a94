"""`siting opinions` as staff call it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from siting.files.run_folder import ANSWER_FILE
from siting.opinions.asked import asked_of
from siting.opinions.form import form_page
from siting.opinions.published import find_asked
from siting.render.told_file import write_told
from tests.cli.test_main import Capture, call
from tests.opinions.sample import ASKED, RULES, form, put
from tests.render.sample_told import make_told


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    put(tmp_path, "run/pack/opinion.html", form_page(ASKED, []))
    return tmp_path / "run"


def test_the_log_is_written_and_what_was_not_read_is_told(pack: Path, tmp_path: Path, capsys: Capture) -> None:
    back = tmp_path / "back"
    put(back, "a.json", form(date="2026-12-31"))
    put(back, "b.json", "{")
    code, printed, _ = call(capsys, "opinions", back, "--run", pack, "--public")
    assert code == 0
    assert "收到意见 1 条" in printed
    assert "1 条不在公示期内" in printed
    assert "b.json" in printed
    assert "已损坏" in printed
    for name in ("意见采纳情况表.xlsx", "意见采纳情况表.csv", "意见采纳情况表_公开.xlsx", "意见采纳情况表_公开.csv"):
        assert (back / name).is_file()
        assert name in printed


def test_as_json(pack: Path, tmp_path: Path, capsys: Capture) -> None:
    back = tmp_path / "back"
    put(back, "a.json", form(content="秘密"))
    put(back, "b.json", "{")
    code, printed, _ = call(capsys, "opinions", back, "--json")
    record = json.loads(printed)
    assert (code, record["opinions"], len(record["faults"])) == (0, 1, 1)
    assert "秘密" not in printed


def test_the_register_is_written(tmp_path: Path, capsys: Capture) -> None:
    code, printed, _ = call(capsys, "opinions", tmp_path, "--template")
    assert code == 0
    assert "opinions.xlsx" in printed
    code, _, wrong = call(capsys, "opinions", tmp_path, "--template")
    assert code == 2
    assert "不覆盖" in wrong


def test_a_folder_that_is_not_there(tmp_path: Path, capsys: Capture) -> None:
    code, _, wrong = call(capsys, "opinions", tmp_path / "none")
    assert code == 2
    assert "none" in wrong


def test_what_was_published_is_found(pack: Path, capsys: Capture, tmp_path: Path) -> None:
    for place in (pack, pack / "pack", pack / "pack" / "opinion.html"):
        assert find_asked(str(place), tmp_path) == ASKED
    assert find_asked("run", tmp_path) == ASKED
    put(tmp_path, "run/other/opinion.html", "<html></html>")
    (tmp_path / "back").mkdir()
    code, _, wrong = call(capsys, "opinions", tmp_path / "back", "--run", pack)
    assert (code, "不是本程序写出的意见表" in wrong) == (2, True)
    code, _, wrong = call(capsys, "opinions", tmp_path / "back", "--run", tmp_path / "back")
    assert (code, "没有公示的意见表" in wrong) == (2, True)


def test_of_a_run_without_a_pack_the_lists_are_known(tmp_path: Path) -> None:
    told = make_told()
    write_told(told, tmp_path / ANSWER_FILE)
    asked = find_asked(str(tmp_path), tmp_path)
    assert asked == asked_of(told, None, RULES)
    assert (asked.version, asked.start, len(asked.facilities)) == ("", None, 40)
