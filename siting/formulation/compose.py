"""A file of `models/` and an instance become a Pyomo model; blocks that do not fit together are refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import siting.formulation.constraints
import siting.formulation.objectives
import siting.formulation.variables  # noqa: F401  (these three fill the register)
from siting.errors import Faults, fail, nearest_word
from siting.files import resources
from siting.files.toml import load_toml
from siting.formulation.blocks import REGISTER, Block, Kind
from siting.formulation.data import Data
from siting.formulation.pyomo import pyo
from siting.formulation.spec import Formulation, Limit
from siting.impedance import BoolArray
from siting.instance import NO_LIMIT, Instance

# Numbers of an instance that change the answer: a model that has no block for them would ignore them unsaid.
BINDING = (
    "p",
    "budget",
    "existing",
    "required",
    "forbidden",
    "zone_minimum",
    "zone_maximum",
    "closable",
    "relocatable",
    "closures",
    "cover_share",
    "servers",
    "minimum_load",
    "least_points",
    "most_points",
    "size_capacity",
    "adjacency",
    "coverage_targets",
    "zone_spread",
    "competitor",
    "future_best",
    "changes",
    "demand_kind",
    "excluded",
)


def list_formulations() -> dict[str, Path]:
    """The shipped models: id to file."""
    return {path.stem: path for path in sorted(resources.models().glob("*.toml"))}


def list_plan_models() -> dict[str, Path]:
    """The shipped models of plans over several periods, which bare numbers cannot ask: id to file."""
    return {path.stem: path for path in sorted((resources.models() / "plans").glob("*.toml"))}


def load_formulation(name: str | Path) -> Formulation:
    """A model by its id, or by the path of a file of one's own.

    Raises:
        InputError: no such model, a key or block that does not exist (the nearest valid one is named), or
            blocks that do not fit together (with the reason).
    """
    known = list_formulations()
    path = Path(name)
    if str(name) in known:
        path = known[str(name)]
    elif path.suffix != ".toml":
        close = nearest_word(str(name), known)
        fail(
            "没有这个选址模型",
            "there is no such location model",
            remedy_zh=f"是否想写“{close}”？" if close else f"可用：{'、'.join(known)}；也可给出 .toml 文件路径",
            remedy_en=f"did you mean {close!r}?"
            if close
            else f"available: {', '.join(known)}; or give a .toml file's path",
            value=name,
        )
    formulation = load_toml(path, Formulation)
    check_fit(formulation, path)
    return formulation


def check_fit(formulation: Formulation, file: Path | str | None = None) -> None:
    """Refuse blocks that do not exist, stand in the wrong list or do not fit together.

    Raises:
        InputError: with every misfit and its reason.
    """
    faults = Faults(file or f"{formulation.id}.toml")
    listed: list[tuple[str, Kind, tuple[str, ...]]] = [
        ("variables", "variable", formulation.variables),
        ("objective", "objective", (formulation.objective,)),
        ("then", "objective", formulation.then),
        ("constraints", "constraint", formulation.constraints),
        ("resource", "constraint", formulation.resource),
        ("optional", "constraint", formulation.optional),
    ]
    blocks: list[Block] = []
    for key, kind, names in listed:
        for name in names:
            block = REGISTER.get(name)
            if block is None or block.kind != kind:
                _refuse_unknown(faults, key, kind, name, block)
            elif block in blocks:
                faults.add("同一模块写了两次", "the same block is listed twice", column=key, value=name)
            else:
                blocks.append(block)
    faults.raise_if_any()
    _check_symbols(faults, blocks)
    present = {block.name for block in blocks}
    for block in blocks:
        for other in block.requires:
            choice = other.split("|")
            if not present & set(choice):
                where = [f"{'constraints' if REGISTER[b].kind == 'constraint' else 'then'}: {b}" for b in choice]
                faults.add(
                    f"{block.name} 需要 {' 或 '.join(choice)} 才有意义",
                    f"{block.name} means nothing without {' or '.join(choice)}",
                    remedy_zh=f"请加入 {' 或 '.join(where)}",
                    remedy_en=f"add one of these: {'; '.join(where)}" if len(where) > 1 else f"add {where[0]}",
                    value=block.name,
                )
    faults.raise_if_any()


def _refuse_unknown(faults: Faults, key: str, kind: Kind, name: str, block: Block | None) -> None:
    if block is not None:
        faults.add(
            f"{name} 不能写在 {key} 中，它属于 {block.kind}",
            f"{name} does not belong in {key}: it is of the kind {block.kind}",
            column=key,
            value=name,
        )
        return
    close = nearest_word(name, [b.name for b in REGISTER.values() if b.kind == kind])
    faults.add(
        "没有这个模块",
        "there is no such block",
        remedy_zh=f"是否想写“{close}”？" if close else "可用的模块见 docs/formulations",
        remedy_en=f"did you mean {close!r}?" if close else "docs/formulations lists the blocks",
        column=key,
        value=name,
    )


def _check_symbols(faults: Faults, blocks: list[Block]) -> None:
    """Each variable that is used is made once; each that is made is used."""
    makers: dict[str, list[str]] = {}
    for block in blocks:
        if block.kind == "variable":
            makers.setdefault(block.symbols[0], []).append(block.name)
    for symbol, names in makers.items():
        if len(names) > 1:
            faults.add(
                f"变量 {symbol} 只能定义一次：{'、'.join(names)}",
                f"the variable {symbol} is made more than once: {', '.join(names)}",
                remedy_zh="请只保留一个",
                remedy_en="keep one of them",
                column="variables",
            )
        if not any(symbol in b.symbols for b in blocks if b.kind != "variable"):
            faults.add(
                f"没有任何模块用到 {names[0]}",
                f"no block uses {names[0]}",
                remedy_zh="请删去",
                remedy_en="remove it",
                column="variables",
                value=names[0],
            )
    for block in blocks:
        for symbol in block.symbols:
            if symbol not in makers:
                choice = [b.name for b in REGISTER.values() if b.kind == "variable" and symbol in b.symbols]
                faults.add(
                    f"{block.name} 用到变量 {symbol}，但 variables 中没有",
                    f"{block.name} uses the variable {symbol}, which variables does not list",
                    remedy_zh=f"请在 variables 中加入 {' 或 '.join(choice)}",
                    remedy_en=f"add {' or '.join(choice)} to variables",
                    value=block.name,
                )


def active_constraints(formulation: Formulation, instance: Instance) -> tuple[str, ...]:
    """The constraints that hold for these numbers, with `resource` and `optional` decided.

    Raises:
        InputError: numbers that the model needs are missing, or numbers are given that it has no use for.
    """
    faults = Faults(f"{formulation.id}")

    def given(name: str) -> bool:
        return all(has(instance, f) for f in REGISTER[name].reads)

    active = list(formulation.constraints) + [name for name in formulation.optional if given(name)]
    if formulation.resource:
        chosen = [name for name in formulation.resource if given(name)]
        if len(chosen) == 1:
            active += chosen
        else:
            _refuse_choice(faults, formulation, instance)
    for name in (*formulation.variables, *formulation.constraints, *formulation.objectives):
        for f in REGISTER[name].reads:
            if getattr(instance, f) is None:
                faults.add(
                    f"模型 {formulation.name_zh} 需要 {f}",
                    f"the model {formulation.id} needs {f}",
                    column=f,
                )
    blocks = [REGISTER[name] for name in (*formulation.variables, *active, *formulation.objectives)]
    for block in blocks:
        if block.either and sum(has(instance, f) for f in block.either) != 1:
            _refuse_either(faults, block)
    read = {f for block in blocks for f in (*block.reads, *block.uses, *block.either)}
    if not faults:
        for f in BINDING:
            if has(instance, f) and f not in read:
                faults.add(
                    f"给出了 {f}，但模型 {formulation.name_zh} 用不到它",
                    f"{f} is given, but the model {formulation.id} has no use for it",
                    remedy_zh="请去掉它，或换一个模型",
                    remedy_en="leave it out, or choose another model",
                    column=f,
                )
    faults.raise_if_any()
    return tuple(active)


def _refuse_either(faults: Faults, block: Block) -> None:
    faults.add(
        f"须且只须给出其中一项：{'、'.join(block.either)}",
        f"give exactly one of these: {', '.join(block.either)}",
        remedy_zh=f"例如给出 {block.either[0]}",
        remedy_en=f"for example {block.either[0]}",
        column=", ".join(block.either),
    )


def has(instance: Instance, field: str) -> bool:
    """Whether the instance says anything by this field: flags that are all off say nothing, nor do absent maxima."""
    value = getattr(instance, field)
    if value is None:
        return False
    if field == "zone_maximum":
        return bool((value < NO_LIMIT).any())
    return bool(np.any(value)) if field in BINDING and isinstance(value, np.ndarray) else True


def _refuse_choice(faults: Faults, formulation: Formulation, instance: Instance) -> None:
    wanted = [" + ".join(REGISTER[name].reads) for name in formulation.resource]
    lacking = ""
    if instance.budget is not None and instance.fixed_cost is None:
        lacking = "（budget 需要 fixed_cost；a budget needs fixed_cost）"
    faults.add(
        f"须且只须给出其中一项：{'、'.join(wanted)}{lacking}",
        f"give exactly one of these: {', '.join(wanted)}",
        remedy_zh="例如给出新建数量 p",
        remedy_en="for example the number of new facilities p",
        column=", ".join(wanted),
    )


def always_open(active: tuple[str, ...], instance: Instance) -> BoolArray:
    """(J,) sites that the active constraints open in any case."""
    mask = np.zeros(instance.site_count, dtype=bool)
    if "keep_existing" in active:
        mask |= instance.kept
    if "require_sites" in active:
        mask |= instance.required
    return mask


def with_objective(formulation: Formulation, name: str) -> Formulation:
    """The model with another objective beside its own, and the blocks that this one needs.

    Raises:
        InputError: there is no such objective, or its blocks do not fit the model's.
    """
    goal = REGISTER.get(name)
    if goal is None or goal.kind != "objective":
        faults = Faults(f"{formulation.id}")
        _refuse_unknown(faults, "objective", "objective", name, goal)
        faults.raise_if_any()
    if name in formulation.objectives:
        return formulation
    variables, constraints = list(formulation.variables), list(formulation.constraints)
    made = {REGISTER[v].symbols[0] for v in variables}
    waiting = [name]
    while waiting:
        block = REGISTER[waiting.pop()]
        for symbol in block.symbols:
            if symbol not in made:
                maker = next(b for b in REGISTER.values() if b.kind == "variable" and b.symbols[0] == symbol)
                made.add(symbol)
                variables.append(maker.name)
                waiting.append(maker.name)
        for other in block.requires:
            choice = other.split("|")
            if not set(choice) & {*constraints, *formulation.objectives, name}:
                constraints.append(choice[-1])
                waiting.append(choice[-1])
    extended = formulation.model_copy(
        update={
            "variables": tuple(variables),
            "constraints": tuple(constraints),
            "then": (*formulation.then, name),
        }
    )
    check_fit(extended)
    return extended


def build_model(
    formulation: Formulation,
    instance: Instance,
    *,
    constant: float = 0.0,
    objective: str | None = None,
    limits: Sequence[Limit] = (),
) -> Any:
    """The Pyomo `ConcreteModel`.

    Variables are `model.y`, `model.x` ..., constraints `model.<block>`, the objective `model.objective`.

    Args:
        constant: added to the objective, for what a reduction took out of the instance.
        objective: which of the formulation's objectives; none: the first.
        limits: how good the plan must be by others of the formulation's objectives; `model.limits`.

    Raises:
        InputError: as `active_constraints`.
    """
    active = active_constraints(formulation, instance)
    from pyomo.common.gc_manager import PauseGC

    with PauseGC():
        model = pyo.ConcreteModel(name=formulation.id)
        data = Data(instance, always_open(active, instance))
        model.I = pyo.Set(initialize=range(instance.demand_count))
        model.J = pyo.Set(initialize=range(instance.site_count))
        symbols = {REGISTER[name].symbols[0] for name in formulation.variables}
        model.A = pyo.Set(initialize=data.A if "x" in symbols else [], dimen=2)
        for name in formulation.variables:
            block = REGISTER[name]
            setattr(model, block.symbols[0], block.build(model, data))
        for name in active:
            setattr(model, name, REGISTER[name].build(model, data))
        goal = REGISTER[objective or formulation.objective]
        model.objective = pyo.Objective(
            expr=goal.build(model, data) + constant,
            sense=pyo.maximize if goal.sense == "maximize" else pyo.minimize,
        )
        if limits:
            model.limits = pyo.ConstraintList()
            for limit in limits:
                other = REGISTER[limit.objective]
                value = other.build(model, data)
                held = value >= limit.value if other.sense == "maximize" else value <= limit.value
                model.limits.add(pyo.Constraint.Feasible if held is True else held)  # True: no variable in it
    return model
