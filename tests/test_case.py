from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer

from siting.case import find_case, load_case
from siting.case_checks import services_in
from siting.errors import InputError
from tests.tiny_case import CASE, SIZE, ZONES, candidates_csv, demand_csv, facilities_csv, place, write_case


def outline() -> str:
    (west, south), (east, north) = place(-1, -1), place(SIZE, SIZE)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    shape = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    return json.dumps({"type": "FeatureCollection", "features": [shape]})


def faults_of(folder: Path) -> list[tuple[str | None, int | None, str]]:
    with pytest.raises(InputError) as caught:
        load_case(folder)
    return [(fault.file, fault.row, fault.en) for fault in caught.value.faults]


def test_a_good_case(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path / "tiny", outline=outline()))
    assert len(case.demand) == 7
    assert case.age_columns == ["age_0_5", "age_6_11", "age_12_64", "age_65_plus"]
    assert case.population.sum() == sum(5 + k + 10 + k + 100 + k + 30 + k for k in range(7))
    assert np.isnan(case.facilities["capacity"].iloc[1])


def test_projected_coordinates_give_the_same_case(tmp_path: Path) -> None:
    plain = load_case(write_case(tmp_path / "plain"))
    to_metres = Transformer.from_crs("EPSG:4326", "EPSG:4549", always_xy=True)

    def project(text: str) -> str:
        header, *rows = text.strip().split("\n")
        k = header.split(",").index("lon")
        out = [header.replace("lon,lat", "x,y")]
        for row in rows:
            cells = row.split(",")
            x, y = to_metres.transform(float(cells[k]), float(cells[k + 1]))
            cells[k : k + 2] = [f"{x:.3f}", f"{y:.3f}"]
            out.append(",".join(cells))
        return "\n".join(out)

    folder = write_case(
        tmp_path / "metres",
        case=CASE + 'crs = "EPSG:4549"\n',
        demand=project(demand_csv()),
        facilities=project(facilities_csv()),
        candidates=project(candidates_csv()),
    )
    metres = load_case(folder)
    np.testing.assert_allclose(metres.demand["lon"], plain.demand["lon"], atol=1e-7)
    np.testing.assert_allclose(metres.candidates["lat"], plain.candidates["lat"], atol=1e-7)


def test_faults_of_all_tables_come_together(tmp_path: Path) -> None:
    folder = write_case(
        tmp_path / "bad",
        demand=demand_csv().replace(",30,", ",-30,").replace("30\n", "-30\n"),
        facilities=facilities_csv().replace("primary_school", "primary_scool"),
        candidates=candidates_csv().replace("c1,", "c0,").replace(",core,", ",kern,"),
    )
    found = faults_of(folder)
    files = {file for file, _, _ in found}
    assert {"demand.csv", "facilities.csv", "candidates.csv"} <= files
    assert ("candidates.csv", 3, "the id is already used in row 2") in found


def test_swapped_coordinates_are_recognised(tmp_path: Path) -> None:
    lon, lat = place(4, 1)
    swapped = candidates_csv().replace(f"{lon},{lat}", f"{lat},{lon}")
    folder = write_case(tmp_path / "bad", candidates=swapped, outline=outline())
    assert ("candidates.csv", 2, "longitude and latitude are swapped") in faults_of(folder)


def test_metres_in_a_degree_case_are_refused(tmp_path: Path) -> None:
    lon, lat = place(4, 1)
    folder = write_case(tmp_path / "bad", candidates=candidates_csv().replace(f"{lon},{lat}", "579072,3268296"))
    assert ("candidates.csv", 2, "not degrees (it looks like metres)") in faults_of(folder)


def test_a_candidate_off_the_map(tmp_path: Path) -> None:
    lon, lat = place(4, 1)
    text = candidates_csv().replace(f"{lon},{lat}", f"{lon + 1},{lat}")
    found = faults_of(write_case(tmp_path / "bad", candidates=text, outline=outline()))
    assert ("candidates.csv", 2, "the point lies outside the case's outline") in found


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"case": CASE.replace("EPSG:4549", "EPSG:999999")}, "unknown coordinate reference system"),
        ({"case": CASE.replace("EPSG:4549", "EPSG:4326")}, "must be a projected system in metres"),
        ({"case": CASE.replace("name_zh", "nmae_zh")}, "there is no such key"),
        ({"case": CASE.replace('notice_en = "synthetic data"\n', "")}, "synthetic data need notice_zh and notice_en"),
        ({"case": CASE + "population_total = 5\n"}, "do not add up"),
        ({"case": CASE + "]["}, "malformed TOML"),
        ({"zones": ZONES.replace("urban", "city")}, "must be one of urban, town, rural"),
        ({"zones": None}, "the file is not there"),
        ({"demand": demand_csv().replace("age_6_11", "age_5_11")}, "two age columns overlap"),
        ({"demand": demand_csv().replace("age_6_11", "age_six")}, "an age column is named like"),
        ({"demand": demand_csv().split("\n")[0] + "\n"}, "there is not one demand point"),
        ({"demand": demand_csv().replace(",zone,", ",zne,")}, "the column 'zone' is missing"),
    ],
)
def test_bad_cases(tmp_path: Path, changes: dict[str, str | None], message: str) -> None:
    found = faults_of(write_case(tmp_path / "bad", **changes))
    assert any(message in en for _, _, en in found), found


def test_an_unknown_case_lists_the_shipped_ones() -> None:
    with pytest.raises(InputError) as caught:
        find_case("shengzou")
    assert "shengzhou" in caught.value.faults[0].remedy_en


def test_a_misspelt_service_of_a_candidate_is_told_and_not_left_out_in_silence(tmp_path: Path) -> None:
    text = candidates_csv().replace("A33,\n", "A33,primary_school；helth_station\n", 1)
    with pytest.raises(InputError) as caught:
        load_case(write_case(tmp_path / "tiny", candidates=text))
    (fault,) = caught.value.faults
    assert (fault.file, fault.row, fault.value) == ("candidates.csv", 2, "helth_station")
    assert "health_station" in fault.remedy_zh


@pytest.mark.parametrize("mark", [";", "；", "、", "， "])
def test_services_may_be_separated_as_a_chinese_keyboard_does(tmp_path: Path, mark: str) -> None:
    text = candidates_csv().replace("A33,\n", f"A33,primary_school{mark}health_station\n", 1)
    case = load_case(write_case(tmp_path / "tiny", candidates=text))
    assert services_in(case.candidates["services"].iloc[0]) == ["primary_school", "health_station"]
