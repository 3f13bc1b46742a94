"""The small real case that the project ships."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest

from siting.case import load_case
from siting.cases.monaco import POPULATION, build_monaco
from siting.files import resources
from siting.pipeline import run_scenario
from siting.prepare import Settings
from siting.render.told_of import told_of
from siting.render.view_map import views_html
from siting.scenario import find_scenario

HOME = resources.data() / "monaco"


def test_the_builder_gives_the_committed_case(tmp_path: Path) -> None:
    build_monaco(tmp_path, extract=HOME / "roads.osm.pbf")
    made = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert made == [
        "candidates.csv",
        "case.toml",
        "demand.csv",
        "facilities.csv",
        "scenarios/three_services.toml",
        "zones.csv",
        "zones.geojson",
    ]
    for name in made:
        assert (tmp_path / name).read_text(encoding="utf-8") == (HOME / name).read_text(encoding="utf-8"), name


def test_the_case_is_small_and_its_origin_registered() -> None:
    case = load_case(HOME)
    assert case.population.sum() == pytest.approx(POPULATION, abs=0.5)
    assert sum(path.stat().st_size for path in HOME.rglob("*")) < 1_000_000
    (source,) = case.sources
    assert source.sha256 == hashlib.sha256(case.roads.read_bytes()).hexdigest()
    assert (source.licence, source.attribution) == ("ODbL 1.0", "© OpenStreetMap contributors")
    assert source.attribution_zh == "© OpenStreetMap 贡献者"
    assert "ODbL" in (HOME / "LICENCE.md").read_text(encoding="utf-8")
    assert any("not checked" in guess.en for guess in case.info.guesses)


def test_facilities_are_those_of_the_map() -> None:
    with (HOME / "facilities.csv").open(encoding="utf-8-sig", newline="") as stream:
        names = {row["name"] for row in csv.DictReader(stream)}
    assert {"École des Carmes", "École Saint-Charles", "International School of Monaco"} <= names
    assert not {"Lycée Technique et Hôtelier", "Centre hospitalier Princesse Grace"} & names


def test_the_main_job_runs_on_it_and_is_verified() -> None:
    result = run_scenario(find_scenario("monaco/three_services"), Settings(cache=None, service_areas=False))
    assert "© OpenStreetMap contributors" in views_html(told_of(result))
    for service in result.services:
        assert service.outcome is not None
        assert service.outcome.proven
        assert all(check.passed for check in service.checks)
        before, after = (float(service.headline(when)["covered_share"]) for when in ("before", "after"))
        assert after > before
        assert after > 0.9
