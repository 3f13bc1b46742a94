from __future__ import annotations

import re
from typing import Any

import pytest

from siting.documents import FOLDER, documents
from siting.examples import EXAMPLES, run
from siting.formulation.blocks import REGISTER
from siting.formulation.compose import list_formulations, list_plan_models, load_formulation
from siting.solving.optimise import solve

PAGES = documents()
ELSEWHERE = {"formulations/differences.md"} & {f"formulations/{p.name}" for p in (FOLDER / "formulations").iterdir()}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_page_is_current(name: str) -> None:
    path = FOLDER / name
    assert path.is_file(), f"run `python -m siting.documents`: docs/{name} is missing"
    assert path.read_text(encoding="utf-8") == PAGES[name], f"run `python -m siting.documents`: docs/{name} has drifted"


def test_no_page_is_left_over() -> None:
    there = {path.relative_to(FOLDER).as_posix() for path in (FOLDER / "formulations").iterdir()}
    assert there == {name for name in PAGES if name.startswith("formulations/")} | ELSEWHERE


def test_there_is_a_page_for_every_model_and_a_heading_for_every_block() -> None:
    besides = {f"formulations/{name}" for name in ("index.md", "blocks.md", "site_conditions.md", "own_model.toml")}
    models = {f"formulations/{model}.md" for model in (*list_formulations(), *list_plan_models())}
    assert {name for name in PAGES if name.startswith("formulations/")} == models | besides
    headings = re.findall(r"^### `(\w+)`", PAGES["formulations/blocks.md"], flags=re.M)
    assert sorted(headings) == sorted(REGISTER)


def test_every_model_page_shows_all_of_its_blocks() -> None:
    shared = set(re.findall(r"^### `(\w+)`", PAGES["formulations/site_conditions.md"], flags=re.M))
    for model, path in (list_formulations() | list_plan_models()).items():
        shown = set(re.findall(r"^### (?:\d+\. )?`(\w+)`", PAGES[f"formulations/{model}.md"], flags=re.M))
        assert shown | shared == set(load_formulation(path).blocks) | shared, model
        assert not shown & shared, model


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    for name, text in PAGES.items():
        if not name.startswith("formulations/"):
            continue
        for table in re.findall(r"(?:^\|.*\n)+", text, flags=re.M):
            assert len({line.count("|") for line in table.splitlines()}) == 1, (name, table)


def test_every_link_between_the_pages_leads_somewhere() -> None:
    for name, text in PAGES.items():
        if not name.startswith("formulations/"):
            continue
        for target, anchor in re.findall(r"\]\(([\w.]+?)(#\w+)?\)", text):
            page = PAGES.get(f"formulations/{target}")
            assert page is not None, (name, target)
            assert not anchor or f'<a id="{anchor[1:]}"></a>' in page, (name, target, anchor)


def test_the_example_of_an_own_model_solves() -> None:
    instance, _ = run("maximal_covering")
    solution = solve(instance, str(FOLDER / "formulations" / "own_model.toml"))
    assert solution.outcome.proven
    covered = solve(instance, "maximal_covering").outcome.objective
    assert solution.outcome.objective == covered
    assert len(solution.outcome.then) == 1


@pytest.mark.parametrize("model", sorted(EXAMPLES))
def test_the_lines_on_the_page_give_the_answer_on_the_page(model: str) -> None:
    page = PAGES[f"formulations/{model}.md"]
    lines = re.search(r"```python\n(.*?)```", page, flags=re.S)
    shown = re.search(r"目标值 objective: `\w+` = ([\d,.]+)", page)
    opened = re.search(r"新建 Opened: \*\*(.*?)\*\*", page)
    assert lines
    assert shown
    assert opened
    names: dict[str, Any] = {}
    exec(lines[1], names)
    instance, solution = names["instance"], names["solution"]
    assert float(shown[1].rstrip(".").replace(",", "")) == pytest.approx(solution.outcome.objective, abs=0.005)
    new = solution.open & ~instance.existing
    assert re.findall(r"S\d", opened[1]) == [s for s, flag in zip(instance.site_ids, new, strict=True) if flag]
    assert "已证明最优 proven optimal" in page
