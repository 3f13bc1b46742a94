"""What the readmes say of the program holds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from siting.formulation.compose import list_formulations

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    ("name", "words"), [("README.md", r"\[(\d+) location models\]"), ("README.zh.md", r"\[(\d+) 个选址模型\]")]
)
def test_the_number_of_models_is_right(name: str, words: str) -> None:
    (count,) = re.findall(words, (ROOT / name).read_text("utf-8"))
    assert int(count) == len(list_formulations())


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "README.zh.md",
        "benchmarks/README.md",
        "benchmarks/growth.md",
        "docs/gallery/README.md",
        *sorted(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md")),
    ],
)
def test_every_link_of_a_page_leads_somewhere(name: str) -> None:
    page = ROOT / name
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert all((page.parent / link).exists() for link in links if "://" not in link), links
