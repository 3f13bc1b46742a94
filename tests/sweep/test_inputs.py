"""The key of a task: every byte that the answer depends on counts, and nothing else does."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from siting.errors import InputError
from siting.files import resources
from siting.prepare import Settings, ask_scenario
from siting.sweep.inputs import Inputs, read_case, read_scenario, to_toml, unpack
from siting.sweep.task import Amount, make_job
from tests.sweep.counties import one_service, write_county
from tests.tiny_case import SCENARIO


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write_county(tmp_path / "a", "county")


def own_model(scenario: Path) -> Path:
    """Give the scenario a model of its own, beside it."""
    model = scenario.parent / "mine" / "own.toml"
    model.parent.mkdir()
    text = (resources.models() / "p_median.toml").read_text(encoding="utf-8")
    model.write_text(text.replace('id = "p_median"', 'id = "own"'), encoding="utf-8")
    scenario.write_text(SCENARIO.replace('"p_median"', '"mine/own.toml"'), encoding="utf-8")
    return model


def test_nothing_changed_and_everything_moved_is_the_same_key(scenario: Path, tmp_path: Path) -> None:
    own_model(scenario)
    key = read_scenario(scenario).key
    assert read_scenario(scenario).key == key
    moved = tmp_path / "elsewhere" / "renamed"
    shutil.copytree(scenario.parents[1], moved)
    there = moved / "scenarios" / "plan.toml"
    assert read_scenario(there).key == key
    there.write_text(
        there.read_text("utf-8").replace('case = ".."', f'case = "{moved.as_posix()}"') + "# 注\n", "utf-8"
    )
    assert read_scenario(there.rename(moved / "scenarios" / "other.toml")).key == key


@pytest.mark.parametrize(
    "name", ["case.toml", "roads.osm", "demand.csv", "facilities.csv", "candidates.csv", "zones.csv", "mine/own.toml"]
)
def test_every_byte_of_an_input_counts(scenario: Path, name: str) -> None:
    own_model(scenario)
    before = read_scenario(scenario).key
    path = scenario.parents[0 if "/" in name else 1] / name
    for text in (path.read_bytes() + b"\n", path.read_bytes().replace(b"a", b"b", 1)):
        path.write_bytes(text)
        try:
            after = read_scenario(scenario).key
        except InputError:
            continue  # a file that cannot be read any more has no key at all
        assert after != before
        before = after


def test_a_file_that_is_added_counts(scenario: Path) -> None:
    before = read_scenario(scenario).key
    (scenario.parents[1] / "adjacency.csv").write_text("a,b\nd0,d1\n", encoding="utf-8")
    after = read_scenario(scenario).key
    assert after != before
    (scenario.parents[1] / "sources.csv").write_text(
        "file,title,origin,licence\nroads.osm,roads,survey,own\n", encoding="utf-8"
    )
    assert read_scenario(scenario).key != after


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("new = 1", "new = 2"),
        ("小镇方案", "方案"),
        ('"p_median"', '"p_center"'),
        ("primary_school", "elderly_care_station"),
    ],
)
def test_every_word_of_the_question_counts(scenario: Path, old: str, new: str) -> None:
    before = read_scenario(scenario).key
    scenario.write_text(SCENARIO.replace(old, new, 1), encoding="utf-8")
    assert read_scenario(scenario).key != before


def test_standards_models_and_the_program_count(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "program"
    for name in resources.FOLDERS:
        shutil.copytree(resources.root() / name, copy / name, ignore=shutil.ignore_patterns("shengzhou", "monaco"))
    monkeypatch.setattr(resources, "root", lambda: copy)
    keys = {read_scenario(scenario).key}
    for name in ("data/standards/primary_school.toml", "models/maximal_covering.toml"):
        path = copy / name
        path.write_text(path.read_text("utf-8") + "# changed\n", encoding="utf-8")
        keys.add(read_scenario(scenario).key)
    assert len(keys) == 3
    path = copy / "data/standards/elderly_care_station.toml"  # of a service that is not asked for
    path.write_text(path.read_text("utf-8") + "# changed\n", encoding="utf-8")
    assert read_scenario(scenario).key in keys
    monkeypatch.setattr("siting.sweep.inputs.program_hash", lambda: "another program")
    assert read_scenario(scenario).key not in keys


def test_tasks_of_one_scenario_have_keys_of_their_own(scenario: Path) -> None:
    inputs = read_scenario(scenario)
    jobs = [make_job(inputs), make_job(inputs, areas=False), make_job(read_case(scenario.parents[1]))]
    jobs += [make_job(inputs, amount=Amount("primary_school", p=n)) for n in (1, 2)]
    jobs += [make_job(inputs, amount=Amount("health_station", p=1))]
    jobs += [make_job(inputs, amount=Amount("primary_school", budget=1.0))]
    assert len({job.task.key for job in jobs}) == len(jobs)


def test_what_is_unpacked_asks_the_same(scenario: Path, tmp_path: Path) -> None:
    own_model(scenario)
    there = unpack(read_scenario(scenario).pack(), tmp_path / "there")
    here, again = ask_scenario(scenario), ask_scenario(there, Settings())
    assert again.case.demand.equals(here.case.demand)
    assert [s.formulation for s in again.services] == [s.formulation for s in here.services]
    for one, two in zip(here.services, again.services, strict=True):
        assert (one.times.impedance.values == two.times.impedance.values).all()


def test_the_registry_of_sources_goes_along(tmp_path: Path) -> None:
    inputs = read_case(resources.data() / "monaco")
    there = unpack(inputs.pack(), tmp_path / "there")
    again = read_case(there)
    assert again.key == inputs.key
    assert "OpenStreetMap" in again.written["case/sources.csv"]


def test_inputs_that_change_before_they_are_sent_are_refused(scenario: Path) -> None:
    inputs = read_scenario(scenario)
    (scenario.parents[1] / "demand.csv").write_text("id\n", encoding="utf-8")
    with pytest.raises(InputError, match="was changed while the tasks ran"):
        inputs.pack()


def test_toml_is_written_as_it_was_read() -> None:
    text = SCENARIO + 'decay = { kind = "linear", reach = 3.5 }\nlist = [1, 2.5, true, "引\\"号\\\\", [1e-7]]\n'
    document = tomllib.loads(text)
    assert tomllib.loads(to_toml(document)) == document
    assert tomllib.loads(to_toml(tomllib.loads(one_service()))) == tomllib.loads(one_service())


def test_names_are_of_case_and_scenario(scenario: Path) -> None:
    found: list[Inputs] = [read_scenario(scenario), read_case(scenario.parents[1])]
    assert [inputs.name for inputs in found] == ["county/tiny_plan", "county/gaps"]
