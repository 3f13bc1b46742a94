from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siting.case import Case, find_case, load_case
from siting.errors import InputError
from siting.grouping.inputs import catchments, choose
from siting.grouping.run import answer
from siting.grouping.scenario import load_grouping
from siting.prepare import Settings

BASE = """
schema = 1
kind = "grouping"
id = "asked"
title_zh = "分组"
title_en = "Groups"
case = "shengzhou"
[leads]
service = "county_hospital"
{leads}
[members]
service = "township_health_centre"
{members}
[rules]
load = "{load}"
balance = 0.1
max_minutes = 60
{rules}
"""


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case(find_case("shengzhou"))


def written(folder: Path, *, load: str = "people", leads: str = "", members: str = "", rules: str = "") -> Path:
    path = folder / "asked.toml"
    path.write_text(BASE.format(leads=leads, members=members, load=load, rules=rules), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"leads": 'ids = ["f513", "f999"]'}, "leads.ids"),
        ({"leads": 'ids = ["f513"]'}, "fewer than two leads"),
        ({"members": 'zones = ["no_such"]'}, "members.zones"),
        ({"members": 'leave_out = ["f001"]'}, "members.leave_out"),
        ({"members": 'ids = ["f498"]'}, "fewer members"),
        ({"load": "enrolment"}, "has no enrolment"),
    ],
)
def test_what_cannot_be_used_is_named(asked: dict[str, str], says: str, case: Case, tmp_path: Path) -> None:
    path = written(tmp_path, **asked)
    with pytest.raises(InputError) as caught:
        choose(case, load_grouping(path), path)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"leads": "share = { f513 = 2 }"}, "share of every lead"),
        ({"leads": "share = { f513 = 2, f514 = 0 }"}, "above 0"),
        ({"rules": 'together = { f498 = "f599" }'}, "rules.together.f498"),
        ({"rules": "least_members = 8"}, "do not fit"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(asked: dict[str, str], says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        answer(written(tmp_path, **asked), Settings())
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"rules": "balanse = 0.2"}, "balance"),
        ({"rules": "with_lead = true"}, "with_lead"),
        ({"rules": "least_members = 5\nmost_members = 4"}, "most_members"),
    ],
)
def test_keys_that_cannot_be_are_refused(asked: dict[str, str], says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_grouping(written(tmp_path, **asked))
    assert says in str(caught.value)


def test_a_place_belongs_to_the_centre_of_its_township_or_to_the_nearest(case: Case, tmp_path: Path) -> None:
    path = written(tmp_path)
    scenario = load_grouping(path)
    _, members = choose(case, scenario, path)
    rng = np.random.default_rng(0)
    minutes = rng.uniform(1, 60, (len(case.demand), len(members)))
    minutes[5] = np.inf  # no road leads there
    own = catchments(case, members, minutes, scenario.rules)
    assert (members["township"].to_numpy()[own] == case.demand["township"].to_numpy()).all()
    nearest = catchments(case, members, minutes, scenario.rules.model_copy(update={"catchment": "nearest"}))
    reached = np.isfinite(minutes).any(axis=1)
    assert (nearest[reached] == minutes[reached].argmin(axis=1)).all()
