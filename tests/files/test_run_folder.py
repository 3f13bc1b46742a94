from __future__ import annotations

from pathlib import Path

import pytest

from siting.errors import InputError
from siting.files.run_folder import adding, find_run, writing


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_whole_folder_replaces_the_old_one(tmp_path: Path) -> None:
    for text in ("first", "second"):
        with writing(tmp_path / "runs" / "a") as folder:
            (folder / "x.txt").write_text(text, encoding="utf-8")
            if text == "first":
                (folder / "old.txt").write_text("", encoding="utf-8")
    assert names(tmp_path / "runs") == ["a"]
    assert names(tmp_path / "runs" / "a") == ["x.txt"]
    assert (tmp_path / "runs" / "a" / "x.txt").read_text(encoding="utf-8") == "second"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_failure_leaves_the_old_result_and_nothing_else(tmp_path: Path, error: type[BaseException]) -> None:
    with writing(tmp_path / "a") as folder:
        (folder / "x.txt").write_text("first", encoding="utf-8")

    def stop_half_way() -> None:
        with writing(tmp_path / "a") as folder:
            (folder / "x.txt").write_text("half", encoding="utf-8")
            raise error

    with pytest.raises(error):
        stop_half_way()
    assert names(tmp_path) == ["a"]
    assert (tmp_path / "a" / "x.txt").read_text(encoding="utf-8") == "first"


def test_a_full_disk_is_explained(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No space left"), writing(tmp_path / "a"):
        raise OSError(28, "No space left on device")
    assert names(tmp_path) == []


def test_a_place_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError) as caught, writing(tmp_path / "file" / "a"):
        pass
    assert "--out" in caught.value.faults[0].remedy_en


def held(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    for name in ("run.json", "a.csv"):
        (folder / name).write_text("old", encoding="utf-8")
    return folder


def test_files_are_added_and_the_others_stay(tmp_path: Path) -> None:
    folder = held(tmp_path)
    with adding(folder) as place:
        (place / "a.csv").write_text("new", encoding="utf-8")
        (place / "b.html").write_text("new", encoding="utf-8")
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == {
        "run.json": "old",
        "a.csv": "new",
        "b.html": "new",
    }
    assert names(tmp_path) == ["run"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_nothing_is_added_where_writing_stops_half_way(tmp_path: Path, error: type[BaseException]) -> None:
    folder = held(tmp_path)

    def stop_half_way() -> None:
        with adding(folder) as place:
            (place / "a.csv").write_text("half", encoding="utf-8")
            raise error

    with pytest.raises(error):
        stop_half_way()
    assert {path.read_text(encoding="utf-8") for path in folder.iterdir()} == {"old"}
    assert names(tmp_path) == ["run"]


def test_a_file_that_cannot_be_replaced_puts_the_others_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = held(tmp_path)
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name == "z.html" and self.parent != folder:
            raise PermissionError(13, "open in another program")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)

    def add() -> None:
        with adding(folder) as place:
            (place / "a.csv").write_text("new", encoding="utf-8")
            (place / "z.html").write_text("new", encoding="utf-8")

    with pytest.raises(InputError, match="open in another program"):
        add()
    assert names(folder) == ["a.csv", "run.json"]
    assert (folder / "a.csv").read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["run"]


def test_a_run_is_found_by_its_path_or_its_name(tmp_path: Path) -> None:
    for name, file in (("new", "answer.json.gz"), ("old", "run.json")):
        (tmp_path / name).mkdir()
        (tmp_path / name / file).write_bytes(b"")
        assert find_run(name, tmp_path) == tmp_path / name
        assert find_run(str(tmp_path / name), tmp_path / "elsewhere") == tmp_path / name


def test_a_folder_that_holds_no_run_is_refused_with_the_word(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("")
    for word in ("other", "nothing"):
        with pytest.raises(InputError, match=word):
            find_run(word, tmp_path)
