"""Every location model through the pipeline on the tiny case, and the keys that a model does not read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siting.errors import InfeasibleError, InputError
from siting.formulation.compose import list_formulations, load_formulation
from siting.pipeline import Settings, run_scenario
from siting.question_checks import FIELD_OF_KEY, keys_read, models_reading
from siting.question_keys import ModelNumbers
from siting.render.csv_files import write_csv
from siting.results import RunResult, ServiceResult
from tests.tiny_case import SCENARIO, facilities_csv, place, write_case, write_scenario

HEAD = SCENARIO.split("[[services]]", maxsplit=1)[0]
WIDE = 'threshold = { urban = { max_minutes = 30, mode = "walk" }, rural = { max_minutes = 30, mode = "walk" } }'
MONEY = "travel_yuan_per_person_minute = 500000"
HUFF = 'competitors = ["f9"]\ndecay = { form = "exponential", parameter = 0.1 }\nattraction = "capacity"'

# What a scenario says beside `new = 1` (or nothing, where the model decides), for every model.
ASKED = {
    "backup_covering": f"new = 2\n{WIDE}",
    "backup_set_covering": WIDE,
    "balanced_zones": "new = 1\nzone_spread_minutes = 15",
    "capacitated_fixed_charge": MONEY,
    "capacitated_maximal_covering": "new = 1\nnew_capacity_persons = 20",
    "capacitated_p_median": "new = 1",
    "capacitated_set_covering": WIDE,
    "closest_p_median": "new = 1",
    "contiguous_fixed_charge": MONEY,
    "contiguous_p_median": "new = 1",
    "fixed_charge": MONEY,
    "gradual_covering": "new = 1\nouter_minutes = { urban = 25, rural = 45 }",
    "least_inequality": "new = 1",
    "lexicographic_minimax": "new = 1",
    "market_share": f"new = 1\n{HUFF}",
    "maximal_backup_covering": "new = 1\nbackup_weight = 0.3",
    "maximal_covering": "new = 1",
    "maximal_expected_covering": "vehicles = 4\nbusy_fraction = 0.3",
    "maximum_attendance": 'new = 1\ndecay = { form = "gaussian", parameter = 40 }',
    "minimum_envy": "new = 1\nenvy_weight = 2",
    "ordered_median": "new = 1\nordered_weights = [{ share = 1, weight = 1 }, { share = 0.1, weight = 0.5 }]",
    "p_center": "new = 1",
    "p_dispersion": "new = 2",
    "p_median": "new = 1",
    "partial_set_covering": "cover_share = 0.8",
    "set_covering": WIDE,
    "single_source_fixed_charge": MONEY,
    "single_source_p_median": "new = 1",
    "sized_p_median": "budget_yuan = 320_000_000",
    "target_market_share": f"cover_share = 0.3\n{HUFF}",
    "tiered_covering": "coverage_targets = [{ minutes = 10, share = 0.5 }, { minutes = 20, share = 0.9 }]",
    "weighted_p_center": "new = 1",
    "worst_share_mean": "new = 1\nworst_share = 0.2",
}
LON, LAT = place(4, 0)
RIVAL = f"f9,邻校,primary_school,{LON},{LAT},core,城关镇,40\n"


def asked(model: str, keys: str) -> str:
    return f'{HEAD}\n[[services]]\nservice = "primary_school"\nformulation = "{model}"\n{keys}\n'


def run(folder: Path, model: str, keys: str, **files: str) -> RunResult:
    case = write_case(folder / "tiny", **({"facilities": facilities_csv() + RIVAL} | files))
    return run_scenario(write_scenario(case, asked(model, keys)), Settings(service_areas=False))


def one(folder: Path, model: str, keys: str, **files: str) -> ServiceResult:
    return run(folder, model, keys, **files).services[0]


def status(service: ServiceResult) -> dict[str, str]:
    return dict(zip(service.sites["id"], service.sites["status"], strict=True))


def test_every_model_is_asked_here() -> None:
    assert set(ASKED) == set(list_formulations()) - {"minimax_regret"}  # which is asked by its futures


@pytest.mark.parametrize("model", sorted(ASKED))
def test_every_model_runs_to_tables(model: str, tmp_path: Path) -> None:
    result = run(tmp_path, model, ASKED[model])
    service = result.services[0]
    assert service.outcome is not None
    assert service.outcome.proven
    assert all(check.passed for check in service.checks)
    assigned = service.assignments["persons"].sum()
    assert assigned + service.unassigned_persons == pytest.approx(service.demand["demand_persons"].sum())
    write_csv(result, tmp_path / "tables")
    assert (tmp_path / "tables" / "facilities.csv").read_text(encoding="utf-8-sig")
