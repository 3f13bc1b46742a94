"""Results of slow stages, kept by the content of what they were made from.

A cached file that cannot be read is made anew: the cache is never the truth.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import siting

logger = logging.getLogger(__name__)
Thing = TypeVar("Thing")


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hash_values(*values: object) -> str:
    """SHA-256 of values that JSON can write; bytes count by their own hash."""
    digest = hashlib.sha256()
    for value in (siting.__version__, *values):
        if isinstance(value, bytes):
            digest.update(hashlib.sha256(value).digest())
        else:
            digest.update(json.dumps(value, sort_keys=True, ensure_ascii=True, default=str).encode())
        digest.update(b"\x00")
    return digest.hexdigest()


class Cache:
    """A folder of files named after the hash of their inputs; None keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def get(
        self,
        key: str,
        *,
        make: Callable[[], Thing],
        load: Callable[[Path], Thing],
        save: Callable[[Thing, Path], None],
        suffix: str = ".npz",
    ) -> tuple[Thing, bool]:
        """The thing of that key, loaded when it is there, else made and saved; and whether it was there."""
        if self.folder is None:
            return make(), False
        path = self.folder / f"{key}{suffix}"
        if path.is_file():
            try:
                return load(path), True
            except Exception:  # whatever is wrong with it, it can be made again
                logger.warning("unreadable cache file %s is made anew", path)
        thing = make()
        self._write(thing, path, save)
        return thing, False

    def _write(self, thing: Thing, path: Path, save: Callable[[Thing, Path], None]) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-", suffix=path.suffix)
            os.close(handle)
            try:
                save(thing, Path(name))
                Path(name).replace(path)
            finally:
                Path(name).unlink(missing_ok=True)
        except OSError as error:  # a full or read-only disk must not stop the run
            logger.warning("could not write the cache file %s: %s", path, error)
