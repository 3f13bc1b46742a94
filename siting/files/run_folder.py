"""The run folder: written aside and renamed when whole, so that nothing half-written is ever seen."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

from siting.errors import fail

PART, OLD = ".part-", ".old-"
RECORD_FILE = "run.json"  # what was run, with what, and how it ended
ANSWER_FILE = "answer.json.gz"  # all that is told of it, from which other outputs are made


def find_run(word: str, out: Path) -> Path:
    """The folder of a run: a path, or a name in `out`.

    Raises:
        InputError: when neither holds a run.
    """
    for folder in (Path(word), out / word):
        if any((folder / name).is_file() for name in (RECORD_FILE, ANSWER_FILE)):
            return folder
    fail(
        "这里没有运行结果",
        "there is no result of a run here",
        remedy_zh="先用 siting run 运行方案，再给出成果文件夹或它在 --out 里的名称",
        remedy_en="run the scenario with siting run first, then name its folder, or its name in --out",
        value=word,
    )


def check_writable(folder: Path) -> None:
    """Refuse a place that cannot be written, before anything is computed for it.

    Raises:
        InputError: naming the folder and the remedy.
    """
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        _refuse(folder, error)


def _refuse(folder: Path, error: OSError) -> NoReturn:
    fail(
        f"无法写入输出文件夹（{error.strerror}）",
        f"the output folder cannot be written ({error.strerror})",
        remedy_zh="请用 --out 指定另一个可写的文件夹",
        remedy_en="name another folder with --out",
        file=folder,
    )


@contextmanager
def writing(folder: Path) -> Iterator[Path]:
    """Yield a temporary folder beside `folder`; on success it takes the place of `folder`.

    Raises:
        InputError: when the place cannot be written, or an old result is held open by another program.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = _beside(folder, PART)
        temporary.mkdir()
    except OSError as error:
        _refuse(folder.parent, error)
    try:
        yield temporary
        _replace(temporary, folder)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        fail(
            f"写入结果时出错（{error.strerror or error}）",
            f"writing the results failed ({error.strerror or error})",
            remedy_zh="请检查磁盘空间，并关闭正在打开的旧结果文件（如 Excel），然后重试；旧结果未改动",
            remedy_en="check the disk's space, close old result files that are open (in Excel, say) and try again;"
            " the old results are untouched",
            file=folder,
        )
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


@contextmanager
def adding(folder: Path) -> Iterator[Path]:
    """Yield a temporary folder; on success its files go into `folder`, all or none, whose other files stay.

    Raises:
        InputError: when the place cannot be written, or an older file is held open by another program.
    """
    temporary, kept = _beside(folder, PART), _beside(folder, OLD)
    try:
        for place in (temporary, kept):
            place.mkdir()
    except OSError as error:
        _refuse(folder.parent, error)
    try:
        yield temporary
        _move_in(temporary, folder, kept)
    except OSError as error:
        fail(
            f"写入结果时出错（{error.strerror or error}）",
            f"writing the results failed ({error.strerror or error})",
            remedy_zh="请检查磁盘空间，并关闭正在打开的旧文件（如 Excel），然后重试；原有文件未改动",
            remedy_en="check the disk's space, close old files that are open (in Excel, say) and try again;"
            " what was there is untouched",
            file=folder,
        )
    finally:
        for place in (temporary, kept):
            shutil.rmtree(place, ignore_errors=True)


def _beside(folder: Path, prefix: str) -> Path:
    """A name of its own beside `folder`: on a shared drive another machine may write the same folder."""
    return folder.parent / f"{prefix}{folder.name}-{uuid.uuid4().hex[:12]}"


def remove_remains(place: Path, *, older_than: float) -> None:
    """Remove temporary folders and files in `place` that a killed program left.

    Args:
        older_than: seconds since the epoch; younger ones may be another program's that is at work.
    """
    for path in [path for prefix in (PART, OLD) for path in place.glob(f"{prefix}*")]:
        with suppress(OSError):
            if path.stat().st_mtime < older_than:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _move_in(new: Path, folder: Path, kept: Path) -> None:
    """Move the files of `new` into `folder`; where one fails, all that were moved are put back."""
    moved: list[Path] = []
    try:
        for path in sorted(new.iterdir()):
            place = folder / path.name
            if place.exists():
                place.rename(kept / path.name)
            path.rename(place)
            moved.append(place)
    except OSError:
        for place in moved:
            place.unlink(missing_ok=True)
        for path in kept.iterdir():
            path.rename(folder / path.name)
        raise


def _replace(new: Path, folder: Path) -> None:
    old = _beside(folder, OLD)
    if folder.exists():
        folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
