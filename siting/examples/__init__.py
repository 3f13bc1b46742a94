"""Worked examples of the models: a small question, the Python lines that ask it, and the answer, which is computed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from functools import cache
from typing import Any

import numpy as np

from siting.examples.questions import EXAMPLES
from siting.formulation.compose import load_formulation
from siting.formulation.document.pages import conditions_data, data_of
from siting.formulation.spec import Formulation
from siting.instance import Instance
from siting.objective_words import WORDS, ids, number, percent
from siting.solution import Solution, Status
from siting.solving.optimise import solve

__all__ = ["EXAMPLES", "example_section", "run", "simplified"]


@cache
def run(model: str) -> tuple[Instance, Solution]:
    """Run the example's lines; the instance and the solution that they make.

    Where the clock ended the search they run once more: on a slow machine the first run may be spent on compiling.
    """
    names: dict[str, Any] = {}
    for _ in range(2):
        exec(EXAMPLES[model].lines(model), names)
        if names["solution"].outcome.status is not Status.TIME_LIMIT:
            break
    return names["instance"], names["solution"]


def example_section(model: str) -> list[str]:
    """The example as Markdown."""
    example, formulation = EXAMPLES[model], load_formulation(model)
    instance, solution = run(model)
    lines = [
        "六个村（A–F）、六个地点（S1–S6），时间以分钟计。Six villages (A–F) and six sites (S1–S6); times in minutes.",
        "",
    ]
    lines += [*_data(instance), "", "```python", *example.lines(model).splitlines(), "```", ""]
    lines += _answer(formulation, instance, solution)
    if example.beside:
        other = load_formulation(example.beside)
        asked = simplified(instance, other)
        plan = solve(asked, other)
        zh, en = _say(other, asked, plan)
        opened = _opened(asked, plan)
        lines += [
            "",
            f"对照：同样的数据问[{other.name_zh}]({other.id}.md)，新建 {opened}：{zh}。",
            "",
            f"To compare: [{other.name_en}]({other.id}.md), asked with the same data, opens {opened}: {en}.",
        ]
    return lines


def simplified(instance: Instance, other: Formulation) -> Instance:
    """The instance with those numbers only that the other model reads."""
    must, either, groups, may = data_of(other)
    read = {*must, *may, *conditions_data(), *(name for group in (*either, *groups) for name in group)}
    drop = {f.name: None for f in fields(instance) if f.default is None and f.name not in read}
    return replace(instance, **drop)  # type: ignore[arg-type]


def _data(instance: Instance) -> list[str]:
    """The villages, and every number of the instance that is not as it is by default."""
    times = instance.impedance.dense()
    villages = {"人 people": [number(v) for v in instance.demand.tolist()]}
    villages |= {f"到 to {s}": [number(v) for v in times[:, j].tolist()] for j, s in enumerate(instance.site_ids)}
    villages |= _columns(instance, "I")
    lines = _table("村 village", instance.demand_ids, villages)
    if sites := _columns(instance, "J"):
        lines += ["", *_table("地点 site", instance.site_ids, sites)]
    return lines


def _columns(instance: Instance, axis: str) -> dict[str, list[str]]:
    """What is given along an axis."""
    columns = {}
    for f in fields(instance):
        array = getattr(instance, f.name)
        if f.metadata.get("axis") != axis or f.name in ("demand", "site_zone") or array is None or not np.any(array):
            continue
        values = array.tolist()
        if array.dtype == bool:
            shown = ["是 yes" if v else "" for v in values]
        elif f.name == "site_unit":
            shown = [instance.demand_ids[i] for i in values]
        else:
            shown = [number(v) for v in values]
        columns[f"`{f.name}`"] = shown
    return columns


def _table(corner: str, rows: Sequence[str], columns: dict[str, list[str]]) -> list[str]:
    lines = [f"| {corner} | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    return lines + [f"| {name} | {' | '.join(values)} |" for name, *values in zip(rows, *columns.values(), strict=True)]


def _answer(formulation: Formulation, instance: Instance, solution: Solution) -> list[str]:
    outcome = solution.outcome
    zh, en = _say(formulation, instance, solution)
    values = ", ".join(
        f"`{name}` = {number(part.objective or 0.0)}"
        for name, part in zip(formulation.objectives, (outcome, *outcome.then), strict=False)
    )
    lines = [
        f"新建 Opened: **{_opened(instance, solution)}**；目标值 objective: {values}；"
        f"{outcome.label_zh} {outcome.label_en}.",
        "",
        f"{zh}。",
        "",
        f"{en[0].upper()}{en[1:]}.",
    ]
    if EXAMPLES[formulation.id].many:
        lines += [
            "",
            "谁去哪里，有不止一种同样好的安排。Who goes where can be arranged in more than one equally good way.",
        ]
    elif "separate_open_sites" not in formulation.constraints:
        lines += ["", *_assignment(formulation, instance, solution)]
    return lines


def _opened(instance: Instance, solution: Solution) -> str:
    """The new facilities, with the servers or the size of each."""
    new = solution.open & ~instance.existing
    if solution.servers is None and solution.sizes is None:
        return ids(instance.site_ids, new)
    parts = []
    for j in np.flatnonzero(new).tolist():
        name = instance.site_ids[j]
        if solution.servers is not None:
            parts.append(f"{name} ({int(solution.servers[j])} 辆 vehicle{'s' * int(solution.servers[j] > 1)})")
        elif solution.sizes is not None and instance.size_capacity is not None:
            parts.append(f"{name} ({number(float(instance.size_capacity[solution.sizes[j]]))} 人 persons)")
    return ", ".join(parts)


def _say(formulation: Formulation, instance: Instance, solution: Solution) -> tuple[str, str]:
    outcome = solution.outcome
    if formulation.procedure:
        return (
            "；".join(f"走 {number(t)} 分钟或更远的有 {number(n)} 人" for t, n in solution.levels),
            "; ".join(f"{number(n)} people travel {number(t)} minutes or farther" for t, n in solution.levels),
        )
    said = [
        WORDS[name](part.objective or 0.0, instance, solution)
        for name, part in zip(formulation.objectives, (outcome, *outcome.then), strict=True)
    ]
    return "；".join(zh for zh, _ in said), "; ".join(en for _, en in said)


def _assignment(formulation: Formulation, instance: Instance, solution: Solution) -> list[str]:
    """Who goes where; in models without assignment, which open site is nearest. Covered is another matter."""
    plan = solution.assignment
    times = instance.impedance.dense()
    assigned = "去 goes to" if {"assign_share", "assign_whole"} & set(formulation.variables) else "最近一处 nearest"
    lines = [f"| 村 village | {assigned} | 分钟 minutes |", "|---|---|---|"]
    covered = None
    if instance.standard is not None:
        covered = np.where(solution.open, times, np.inf).min(axis=1) <= instance.standard
        lines = [lines[0] + " 标准之内 covered |", lines[1] + "---|"]
    for i, name in enumerate(instance.demand_ids):
        pairs = np.flatnonzero(plan.demand_index == i)
        sites, shares = plan.site_index[pairs].tolist(), plan.share[pairs].tolist()
        where = [
            instance.site_ids[j] + (f" {percent(share)}" if share < 1 - 1e-9 else "")
            for j, share in zip(sites, shares, strict=True)
        ]
        minutes = ", ".join(number(float(times[i, j])) for j in sites)
        line = f"| {name} | {', '.join(where) or '—'} | {minutes or '—'} |"
        if covered is not None:
            line += f" {'是 yes' if covered[i] else '否 no'} |"
        lines.append(line)
    return lines
