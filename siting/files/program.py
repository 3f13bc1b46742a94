"""What this program consists of, as a hash: the same question gives the same answer where it is the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import siting
from siting.files import resources


@cache
def program_hash() -> str:
    """SHA-256 of the version, the code and the look of the outputs."""
    return _hash(_code())


@cache
def installation_hash() -> str:
    """SHA-256 of the program with every standard and location model that comes with it."""
    return _hash([*_code(), *_of(resources.models(), "*.toml"), *_of(resources.data() / "standards", "*.toml")])


def file_hash(path: Path) -> str:
    """SHA-256 of one of the program's text files, however its lines end."""
    return hashlib.sha256(_content(path)).hexdigest()


def _code() -> list[tuple[str, Path]]:
    return [*_of(resources.PACKAGE, "**/*.py"), *_of(resources.maps(), "**/*")]


def _of(folder: Path, pattern: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.glob(pattern)):
        if path.is_file():
            yield f"{folder.name}/{path.relative_to(folder).as_posix()}", path


def _hash(files: list[tuple[str, Path]]) -> str:
    digest = hashlib.sha256(siting.__version__.encode())
    for name, path in files:
        digest.update(name.encode() + b"\0" + hashlib.sha256(_content(path)).digest())
    return digest.hexdigest()


def _content(path: Path) -> bytes:
    return path.read_bytes().replace(b"\r\n", b"\n")  # Git may write either on Windows
