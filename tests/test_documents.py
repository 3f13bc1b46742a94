from __future__ import annotations

import pytest

from siting.documents import FOLDER, documents

PAGES = documents()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_is_current(name: str) -> None:
    path = FOLDER / name
    assert path.is_file(), f"run `python -m siting.documents`: docs/{name} is missing"
    assert path.read_text(encoding="utf-8") == PAGES[name], f"run `python -m siting.documents`: docs/{name} has drifted"


def test_no_page_is_left_over() -> None:
    generated = {path.relative_to(FOLDER).as_posix() for path in (FOLDER / "formulations").glob("*.md")}
    assert generated <= set(PAGES)
