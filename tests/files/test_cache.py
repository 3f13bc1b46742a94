from __future__ import annotations

from pathlib import Path

from siting.files.cache import Cache, hash_file, hash_values


def save(value: str, path: Path) -> None:
    path.write_text(value, encoding="utf-8")


def load(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if text == "broken":
        raise ValueError(text)
    return text


def test_a_thing_is_made_once(tmp_path: Path) -> None:
    made = []

    def make() -> str:
        made.append(1)
        return "thing"

    for expected in (False, True):
        assert Cache(tmp_path).get("k", make=make, load=load, save=save) == ("thing", expected)
    assert made == [1]


def test_a_broken_file_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "k.npz").write_text("broken", encoding="utf-8")
    assert Cache(tmp_path).get("k", make=lambda: "thing", load=load, save=save) == ("thing", False)
    assert load(tmp_path / "k.npz") == "thing"


def test_a_disk_that_refuses_does_not_stop_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert Cache(tmp_path / "file").get("k", make=lambda: "thing", load=load, save=save) == ("thing", False)


def test_without_a_folder_nothing_is_kept() -> None:
    assert Cache(None).get("k", make=lambda: "thing", load=load, save=save) == ("thing", False)


def test_hashes_tell_contents_apart(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"2")
    assert hash_file(tmp_path / "a") != hash_file(tmp_path / "b")
    assert hash_values("a", 1) != hash_values("a", 2)
    assert hash_values("ab", "c") != hash_values("a", "bc")
    assert hash_values(b"x") == hash_values(b"x")
