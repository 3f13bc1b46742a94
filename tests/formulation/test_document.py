"""The pages of docs/formulations: complete, explained, and right."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import fields

import numpy as np
import pyomo.environ as pyo
import pytest

from siting.formulation.blocks import REGISTER
from siting.formulation.compose import active_constraints, always_open, list_plan_models, load_formulation
from siting.formulation.compose import list_formulations as shipped
from siting.formulation.data import Data
from siting.formulation.document.fields import FIELDS
from siting.formulation.document.guide import GUIDE
from siting.formulation.document.pages import CONDITIONS, conditions_data, data_of
from siting.formulation.document.symbols import sets_and_numbers, symbols_in, variable_symbol, variables
from siting.formulation.spec import FAMILIES, GROUPS, Formulation
from siting.instance import Instance
from tests.formulation.every_model import NEEDS, question
from tests.layout.small import random_plan


def test_symbols_are_read_from_latex() -> None:
    assert symbols_in(r"\sum_{j \in N_i} y_j \ge 1") == {"j", "i", "N_1", "y_1"}
    assert symbols_in(r"x_{u(j), j} = y_j \quad \forall j \in J_{new}") == {"x_2", "u", "j", "y_1", "J_new"}
    assert symbols_in(r"\beta^{k-1}\, A_i^{rival}\, \underline{c}_j") == {
        "\\beta", "k", "A_1^rival", "i", "\\underline{c}_1", "j",
    }  # fmt: skip
    assert variable_symbol(r"0 \le x_{ij} \le 1 \quad \forall i") == "x_{ij}"
    assert variable_symbol(r"y_j \in \{0, 1\}") == "y_j"


def test_every_symbol_of_every_formula_is_explained() -> None:
    explained = {key for row in [*sets_and_numbers(), *variables()] for key in row.head}
    for block in REGISTER.values():
        assert symbols_in(block.formula) <= explained, block.name
    for row in sets_and_numbers():
        assert symbols_in(row.means) <= explained, row.latex


def test_no_symbol_means_two_things() -> None:
    numbers = [key for row in sets_and_numbers() for key in row.head if not row.latex.startswith("\\alpha_q")]
    made = {key for row in variables() for key in row.head}
    assert [key for key, count in Counter(numbers).items() if count > 1] == []
    assert made & set(numbers) == set()
    makers: dict[str, set[str]] = {}
    for block in REGISTER.values():
        if block.kind == "variable":
            makers.setdefault(variable_symbol(block.formula), set()).add(block.symbols[0])
    assert all(len(symbols) == 1 for symbols in makers.values())


def test_braces_and_brackets_balance() -> None:
    texts = {name: block.formula for name, block in REGISTER.items()}
    texts |= {row.latex: row.latex + row.means for row in [*sets_and_numbers(), *variables()]}
    for name, latex in texts.items():
        depth = 0
        for mark in re.findall(r"(?<!\\)[{}]", latex):
            depth += 1 if mark == "{" else -1
            assert depth >= 0, name
        assert depth == 0, name
        assert latex.count("(") == latex.count(")"), name
        assert latex.count(r"\lbrace") == latex.count(r"\rbrace"), name


def test_every_number_of_an_instance_is_described() -> None:
    bare = {"demand_ids", "site_ids", "zone_ids"}
    assert set(FIELDS) == {f.name for f in fields(Instance)} - bare


@pytest.mark.parametrize("model", [*sorted(NEEDS), *list_plan_models()])
def test_the_page_names_every_number_that_the_blocks_read(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if model in NEEDS:
        formulation, instance = load_formulation(model), question(model, 0)
    else:
        formulation, instance = load_formulation(list_plan_models()[model]), random_plan(0, kinds=True)
    must, either, groups, may = data_of(formulation)
    named = {*must, *may, *(name for group in (*either, *groups) for name in group)}
    active = active_constraints(formulation, instance)
    data = Data(instance, always_open(active, instance))
    read: set[str] = set()
    plain = object.__getattribute__

    def record(self: Instance, name: str) -> object:
        if name in FIELDS:
            read.add(name)
        return plain(self, name)

    monkeypatch.setattr(Instance, "__getattribute__", record)
    built = pyo.ConcreteModel()
    built.I, built.J = pyo.Set(initialize=range(len(data.a))), pyo.Set(initialize=range(instance.site_count))
    built.A = pyo.Set(initialize=data.A, dimen=2)
    for name in formulation.variables:
        setattr(built, REGISTER[name].symbols[0], REGISTER[name].build(built, data))
    for name in (*active, *formulation.objectives):
        if name not in CONDITIONS:
            part = REGISTER[name].build(built, data)
            if name in active:
                setattr(built, name, part)
    assert "impedance" in read or model == "p_dispersion"
    assert read - named <= conditions_data(), model


def test_every_builthas_a_family_and_stands_in_the_guide() -> None:
    guided = {name for _, _, names in GUIDE for name in names}
    assert guided == set(shipped())
    families = {load_formulation(name).family for name in shipped()}
    assert families == set(FAMILIES)


def test_every_key_of_a_model_file_is_described_in_both_languages() -> None:
    for name, field in Formulation.model_fields.items():
        zh, en = (field.description or "").split(" | ")
        assert zh, name
        assert re.search("[一-鿿]", zh), name
        assert not re.search("[一-鿿]", en), name


def test_notes_come_in_both_languages() -> None:
    for path in (shipped() | list_plan_models()).values():
        f = load_formulation(path)
        assert bool(f.note_zh) == bool(f.note_en), f.id


def test_the_group_of_site_conditions_is_one_page() -> None:
    assert set(CONDITIONS) == {name for names in GROUPS["site_conditions"].values() for name in names}
    assert all(REGISTER[name].kind == "constraint" for name in CONDITIONS)
    assert np.all([name in FIELDS for name in conditions_data()])
