"""Need and places by kind, against numbers worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from siting.case import Case, load_case
from siting.evaluation.kinds import places_by_kind
from siting.pipeline import evaluate_case
from siting.prepare import Settings
from siting.render.sheets import all_sheets
from siting.standards import load_service
from tests.tiny_case import demand_csv, place, write_case

HOME = load_service("care_home")
RATES = {kind.id: kind.demand.rate.value for kind in HOME.kinds}


def with_homes(folder: Path) -> Path:
    """Two care homes: 40 beds in 城关镇, 15 nursing and 5 dementia; 10 beds in 山乡 of which nothing is told."""
    people = demand_csv().replace("age_12_64", "age_12_59").replace("age_65_plus", "age_60_plus")
    (lon, lat), (east, north) = place(1, 1), place(3, 1)
    rows = [
        "id,name,service,lon,lat,zone,township,capacity,beds,nursing_beds,dementia_beds",
        f"h1,一院,care_home,{lon},{lat},core,城关镇,40,40,15,5",
        f"h2,二院,care_home,{east},{north},core,山乡,10,,,",
    ]
    return write_case(folder, demand=people, facilities="\n".join(rows) + "\n")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return load_case(with_homes(tmp_path / "tiny"))


def test_need_is_people_times_rate_and_places_are_those_of_the_ledger(case: Case) -> None:
    old = sum(30 + k for k in range(7))
    found = places_by_kind(case, HOME).set_index(["kind", "township"])
    for kind, rate in RATES.items():
        assert found.loc[(kind, ""), "need"] == pytest.approx(old * rate)
        assert found.loc[(kind, "城关镇"), "need"] == pytest.approx(old * rate)
        assert found.loc[(kind, "山乡"), "need"] == 0
    places = found["places"].unstack()
    assert places.loc["general"].to_dict() == {"": 30, "城关镇": 20, "山乡": 10}
    assert places.loc["nursing"].to_dict() == {"": 15, "城关镇": 15, "山乡": 0}
    assert places.loc["dementia"].to_dict() == {"": 5, "城关镇": 5, "山乡": 0}


def test_an_evaluation_shows_the_kinds(tmp_path: Path) -> None:
    sheets = all_sheets(evaluate_case(with_homes(tmp_path / "tiny"), Settings(service_areas=False)))
    (sheet,) = [sheet for sheet in sheets if sheet.key == "places_by_kind"]
    first = sheet.frame.iloc[0]
    assert (first["kind"], first["township"], first["places"]) == ("普通床位 General beds", "全部 All", 30)
    assert first["short"] == pytest.approx(sum(30 + k for k in range(7)) * RATES["general"] - 30, abs=1e-3)
