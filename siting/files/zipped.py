"""Zip archives whose bytes depend on nothing but what is in them: fixed dates, fixed order."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

FIXED = (2000, 1, 1, 0, 0, 0)  # date of all parts
UNIX = 3  # what the archive says of where it was made, wherever it was


def write_zip(parts: Iterable[tuple[str, bytes]], path: Path | IO[bytes]) -> None:
    """Write the archive.

    Args:
        parts: name and content, in the order in which they are written.
        path: of the archive, or a stream that takes its bytes.

    Raises:
        OSError: when it cannot be written.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            part = zipfile.ZipInfo(name, FIXED)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.create_system = UNIX
            part.external_attr = 0o644 << 16
            archive.writestr(part, content)


def zip_folder(folder: Path, path: Path, *, inside: str) -> None:
    """Write all files of a folder under the folder name `inside`, by name.

    Raises:
        OSError: when a file cannot be read or the archive not written.
    """
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    write_zip(((f"{inside}/{file.relative_to(folder).as_posix()}", file.read_bytes()) for file in files), path)


def write_fixed(made: IO[bytes], path: Path | IO[bytes]) -> None:
    """Write an archive that a library has made (a docx, say) with fixed dates.

    Raises:
        OSError: when it cannot be written.
    """
    with zipfile.ZipFile(made) as archive:
        write_zip(((name, archive.read(name)) for name in archive.namelist()), path)
