"""Whether a service's question fits the location model that it names, said before anything is computed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from siting.assemble import Problem
from siting.bare.reads import fields_read, readers_of
from siting.errors import Faults
from siting.formulation.spec import Formulation
from siting.question.keys import ModelNumbers
from siting.question.sizes import size_classes
from siting.scenario import ServiceQuestion

# What each key gives the model: the field of the instance that a block must read for the key to mean anything.
FIELD_OF_KEY = {
    "new": "p",
    "budget_yuan": "budget",
    "zone_minimum": "zone_minimum",
    "township_minimum": "zone_minimum",
    "required": "required",
    "forbidden": "forbidden",
    "may_close": "closable",
    "may_move": "relocatable",
    "close_count": "closures",
    "closing_yuan": "closing_cost",
    "zone_maximum": "zone_maximum",
    "cover_share": "cover_share",
    "coverage_targets": "coverage_targets",
    "backup_weight": "backup_weight",
    "outer_minutes": "outer_standard",
    "vehicles": "servers",
    "busy_fraction": "busy_fraction",
    "decay": "decay",
    "worst_share": "worst_share",
    "ordered_weights": "ordered_weights",
    "envy_weight": "envy_weight",
    "zone_spread_minutes": "zone_spread",
    "minimum_persons": "minimum_load",
    "minimum_applies_to": "minimum_load",
    "sizes": "size_capacity",
    "travel_yuan_per_person_minute": "travel_cost",
    "competitors": "competitor",
    "attraction": "attraction",
}
# Keys without which the plan would rest on a number that nobody chose: one of each group, where the model reads it.
WANTED = (
    ("cover_share",),
    ("coverage_targets",),
    ("backup_weight",),
    ("outer_minutes",),
    ("vehicles",),
    ("busy_fraction",),
    ("decay",),
    ("worst_share", "ordered_weights"),
    ("zone_spread_minutes",),
    ("travel_yuan_per_person_minute",),
    ("competitors",),
)


def keys_read(formulation: Formulation) -> tuple[str, ...]:
    """The keys of a service's question that mean something to the model."""
    fields = fields_read(formulation)
    return tuple(key for key, field in FIELD_OF_KEY.items() if field in fields)


def check_question(problem: Problem, formulation: Formulation, path: Path) -> None:
    """Refuse keys that the model does not read, and a question that lacks what it does.

    Raises:
        InputError: with every misfit; names the key and the models that read it.
    """
    faults = Faults(path)
    question, prefix = problem.question, f"services.{problem.service.id}"
    _check_resource(problem, formulation, faults, prefix)
    read = keys_read(formulation)
    for key in (key for key in FIELD_OF_KEY if key not in ("new", "budget_yuan")):
        if key not in read and _given(question, key):
            models = readers_of(FIELD_OF_KEY[key])
            faults.add(
                f"模型 {formulation.name_zh}（{formulation.id}）用不到这一项",
                f"the model {formulation.id} has no use for this key",
                remedy_zh=f"请删去，或换用：{'、'.join(models)}" if models else "请删去",
                remedy_en=f"remove it, or use one of {', '.join(models)}" if models else "remove it",
                column=f"{prefix}.{key}",
                value=getattr(question, key),
            )
    for group in WANTED:
        if group[0] in read and not any(_given(question, key) for key in group):
            says = ModelNumbers.model_fields[group[0]].description or ""
            faults.add(
                f"模型 {formulation.name_zh}（{formulation.id}）需要 {' 或 '.join(group)}",
                f"the model {formulation.id} needs {' or '.join(group)}",
                remedy_zh=f"请写出：{says}",
                remedy_en="write it; docs/scenario-reference.md describes the key",
                column=f"{prefix}.{group[0]}",
            )
    if "future" in fields_read(formulation) and "future_best" in fields_read(formulation):
        faults.add(
            f"模型 {formulation.name_zh}（{formulation.id}）不能直接写在方案里：它由各种未来得出",
            f"the model {formulation.id} cannot be named in a scenario: it follows from the futures",
            remedy_zh='请写 p_median、capacitated_p_median 或 maximal_covering，并加 [[futures]] 与 robust = "regret"',
            remedy_en="name p_median, capacitated_p_median or maximal_covering, and add [[futures]] and "
            'robust = "regret"',
            column=f"{prefix}.formulation",
            value=formulation.id,
        )
    _check_times(problem, faults, prefix)
    _check_sites(problem, formulation, faults, prefix)
    faults.raise_if_any()


def _given(question: ServiceQuestion, key: str) -> bool:
    return bool(getattr(question, key) != type(question).model_fields[key].default)


def _check_resource(problem: Problem, formulation: Formulation, faults: Faults, prefix: str) -> None:
    """A model that opens sites by number or by budget must be given one of the two, and no other model may be."""
    question = problem.question
    blocks = {*formulation.constraints, *formulation.resource, *formulation.optional}
    wrong: list[tuple[str, str]] = []
    if formulation.resource and question.new is None and question.budget_yuan is None:
        wrong.append(("请给出新建数量 new 或预算 budget_yuan", "give new (a number) or budget_yuan (money)"))
    if question.new is not None and "open_exactly_p" not in blocks:
        wrong.append(("该模型自行决定新建数量，请删去 new", "the model decides the number itself: remove new"))
    if question.budget_yuan is not None and not blocks & {"stay_within_budget", "stay_within_size_budget"}:
        wrong.append(("该模型不用预算，请删去 budget_yuan", "the model uses no budget: remove budget_yuan"))
    costs = problem.sites.loc[problem.sites["origin"] == "candidate", "cost_yuan"]
    if "size_of_site" in formulation.variables:
        costs = pd.Series([size.yuan for size in size_classes(question, problem.service)], dtype=float)
    closing = question.close_count or question.may_close or question.may_move
    if question.budget_yuan and not costs.empty and not closing and question.budget_yuan < costs.min():
        wrong.append(
            (
                f"预算 {question.budget_yuan:,.0f} 元不够新建一处（最少 {costs.min():,.0f} 元）；"
                "请注意单位是元，不是万元",
                f"the budget of {question.budget_yuan:,.0f} yuan buys no facility ({costs.min():,.0f} yuan)",
            )
        )
    for zh, en in wrong:
        faults.add(zh, en, column=prefix, value=formulation.id)


def _check_times(problem: Problem, faults: Faults, prefix: str) -> None:
    """Outer standards beyond the standards, every kind of zone with one, nothing beyond the computed times."""
    question, limit = problem.question, problem.question.max_travel_minutes
    standards = dict(zip(problem.zone_kind, problem.standard_min.tolist(), strict=True))
    if question.outer_minutes:
        for kind, standard in standards.items():
            outer = question.outer_minutes.get(kind)
            if outer is None or outer < standard or outer > limit:
                faults.add(
                    f"{kind} 地区的外圈时间应在达标时间 {standard:g} 与 max_travel_minutes {limit:g} 分钟之间",
                    f"the outer minutes of {kind} zones must lie between the standard of {standard:g} and "
                    f"max_travel_minutes of {limit:g}",
                    column=f"{prefix}.outer_minutes.{kind}",
                    value=outer,
                )
    for target in question.coverage_targets:
        if target.minutes > limit:
            faults.add(
                f"长于 max_travel_minutes（{limit:g} 分钟），会漏算在此时间之内的人",
                f"beyond max_travel_minutes ({limit:g} min): people within it would be missed",
                remedy_zh=f"请把 max_travel_minutes 加到 {target.minutes:g} 以上",
                remedy_en=f"raise max_travel_minutes to {target.minutes:g} or more",
                column=f"{prefix}.coverage_targets",
                value=target.minutes,
            )


def _check_sites(problem: Problem, formulation: Formulation, faults: Faults, prefix: str) -> None:
    """Closings that there are facilities for, sizes that there are, attractions that are known."""
    question, sites = problem.question, problem.sites
    closable = int(sites["closable"].sum())
    if question.close_count is not None and question.close_count > closable:
        faults.add(
            f"要关闭 {question.close_count} 处，但可以关闭的只有 {closable} 处",
            f"{question.close_count} are to close, but only {closable} may",
            column=f"{prefix}.close_count",
            value=question.close_count,
        )
    for key, flag in (("may_close", "closable"), ("may_move", "relocatable")):
        if getattr(question, key) == "all" and not sites[flag].any():
            faults.add(
                "没有符合这一项的现有设施",
                "no existing facility is left for this key",
                column=f"{prefix}.{key}",
                value="all",
            )
    if "size_of_site" in formulation.variables:
        if not size_classes(question, problem.service):
            faults.add(
                f"{problem.service.name_zh}的标准没有列出规模，请写 sizes",
                f"the standard of {problem.service.id} lists no sizes: give sizes",
                column=f"{prefix}.sizes",
            )
        if question.new_capacity_persons is not None:
            faults.add(
                "新设施的规模由 sizes 决定，请删去 new_capacity_persons",
                "sizes say how large a new facility is: remove new_capacity_persons",
                column=f"{prefix}.new_capacity_persons",
                value=question.new_capacity_persons,
            )
    if question.attraction in ("capacity", "column"):
        for site in sites[sites["attraction"].isna() & ~sites["closing"]].itertuples():
            faults.add(
                "设施没有吸引力数值：规模未知或不设上限，或 attraction 一格是空的",
                "a facility without an attraction: no known, finite capacity, or an empty cell of the column",
                column=f"{prefix}.attraction",
                value=f"{site.id} {site.name}",
            )
