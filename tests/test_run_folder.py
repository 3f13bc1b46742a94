from __future__ import annotations

from pathlib import Path

import pytest

from siting.errors import InputError
from siting.run_folder import writing


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
