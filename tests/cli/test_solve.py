"""`siting solve`: the answer is that of the library for every model, JSON as promised, refusals with their place."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from siting.cli.main import main
from siting.errors import InfeasibleError
from siting.formulation.compose import list_formulations
from siting.solving.optimise import solve
from tests.bare_files import table, words_of
from tests.formulation.every_model import question
from tests.formulation.small import random_instance, six_points

Capture = pytest.CaptureFixture[str]
KEYS = {
    *("label", "label_zh", "formulation", "status", "sense", "objective", "bound", "gap", "open", "new", "closed"),
    *("unserved", "seconds", "verified", "checks", "solver", "version", "siting", "seed", "notes"),
}


def call(capsys: Capture, *words: str | Path) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as caught:
        main(["solve", *(str(word) for word in words)])
    captured = capsys.readouterr()
    return int(caught.value.code or 0), captured.out, captured.err


def ask(capsys: Capture, *words: str | Path) -> dict[str, Any]:
    code, out, err = call(capsys, *words, "--json")
    assert (code, err) == (0, ""), out + err
    assert out.count("\n") == 1
    record: dict[str, Any] = json.loads(out)
    return record


def refused(capsys: Capture, *words: str | Path, code: int = 2) -> list[dict[str, Any]]:
    got, out, _ = call(capsys, *words, "--json")
    record = json.loads(out)
    assert got == code
    assert record["exit_code"] == code
    assert record["error"] in ("InputError", "InfeasibleError", "SitingError", "VerificationError")
    faults: list[dict[str, Any]] = record["faults"]
    assert faults
    for fault in faults:
        assert {"zh", "en", "remedy_zh", "remedy_en", "file", "row", "column", "value"} <= set(fault)
    return faults


@pytest.fixture
def matrix(tmp_path: Path) -> Path:
    table(six_points()).to_csv(tmp_path / "matrix.csv")
    return tmp_path / "matrix.csv"


# --- every model ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", sorted(list_formulations()))
def test_every_model_answers_as_the_library_does(model: str, tmp_path: Path, capsys: Capture) -> None:
    compared = 0
    for seed in range(20):
        instance = question(model, seed, conditions=bool(seed % 2))
        words = ("--formulation", model, *words_of(instance, tmp_path))
        try:
            wanted = solve(instance, model).outcome.objective
        except InfeasibleError:
            assert refused(capsys, *words)
            continue
        record = ask(capsys, *words)
        assert record["objective"] == pytest.approx(wanted, rel=1e-6, abs=1e-9)
        assert record["verified"] is True
        compared += 1
        if compared == 2:
            return
    assert compared


def test_plans_that_are_excluded_do_not_come_again(tmp_path: Path, capsys: Capture) -> None:
    instance = random_instance(3, plain=True)
    words = ["-f", "p_median", *words_of(instance, tmp_path)]
    first = ask(capsys, *words)
    second = ask(capsys, *words, "--exclude", ",".join(first["open"]), "--least-difference", "2")
    assert second["open"] != first["open"]
    assert second["objective"] >= first["objective"]


# --- the answer ----------------------------------------------------------------------------------------------


def test_the_json_is_one_object_with_what_is_promised(tmp_path: Path, capsys: Capture) -> None:
    instance = random_instance(5, capacity=True)
    words = [*words_of(instance, tmp_path), "--seed", "7"]
    record = ask(capsys, "--formulation", "capacitated_p_median", *words)
    assert set(record) == KEYS
    solution = solve(instance, "capacitated_p_median")
    assert record["formulation"] == "capacitated_p_median"
    assert (record["label"], record["label_zh"]) == ("proven optimal", "已证明最优")
    assert (record["status"], record["sense"], record["seed"]) == ("optimal", "minimize", 7)
    assert record["objective"] == pytest.approx(solution.outcome.objective)
    assert record["bound"] <= record["objective"] * (1 + 1e-6)
    assert record["gap"] <= 1e-6
    existing = {key for key, flag in zip(instance.site_ids, instance.existing, strict=True) if flag}
    assert existing <= set(record["open"])
    assert set(record["new"]) == set(record["open"]) - existing
    assert record["closed"] == record["unserved"] == []
    assert record["verified"] is True
    seconds = record["seconds"]
    assert set(seconds) == {"read", "solve", "verify", "total", "solver"}
    assert seconds["read"] + seconds["solve"] + seconds["verify"] == pytest.approx(seconds["total"], abs=0.01)
    assert record["version"]
    assert "Lagrangian" in record["solver"]


def test_the_assignment_adds_up_and_gives_the_objective(tmp_path: Path, capsys: Capture) -> None:
    instance = random_instance(5, capacity=True)
    words = words_of(instance, tmp_path)
    record = ask(capsys, "--formulation", "capacitated_p_median", *words, "--assignment")
    minutes, people = table(instance), dict(zip(instance.demand_ids, instance.demand, strict=True))
    share: dict[str, float] = dict.fromkeys(instance.demand_ids, 0.0)
    travel = 0.0
    for point, site, part in record["assignment"]:
        share[point] += part
        travel += people[point] * part * minutes.loc[point, site]
        assert site in record["open"]
    assert list(share.values()) == pytest.approx([1.0] * 9)
    assert travel == pytest.approx(record["objective"])


def test_unserved_are_those_who_reach_no_open_site(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "m.csv").write_text("id,a,b\nv1,1,\nv2,,2\nv3,,\n", encoding="utf-8")
    record = ask(
        capsys, "-f", "maximal_covering", "-i", tmp_path / "m.csv", "--p", "1", "--standard", "5", "--assignment"
    )
    assert record["objective"] == 1
    assert len(record["assignment"]) == 1
    assert set(record["unserved"]) == {"v1", "v2", "v3"} - {record["assignment"][0][0]}
    words = ("-f", "maximal_covering", "-i", tmp_path / "m.csv", "--p", "2", "--standard", "1.5")
    record = ask(capsys, *words)
    assert (record["unserved"], record["uncovered"]) == (["v3"], ["v2", "v3"])  # covered and served are two things


def test_servers_sizes_and_further_objectives_are_told(tmp_path: Path, capsys: Capture) -> None:
    for model, seed, key in (("maximal_expected_covering", 0, "servers"), ("sized_p_median", 4, "sizes")):
        record = ask(capsys, "-f", model, *words_of(question(model, seed), tmp_path))
        assert set(record[key]) == set(record["open"])
    record = ask(capsys, "-f", "backup_set_covering", *words_of(question("backup_set_covering", 2), tmp_path))
    assert [then["sense"] for then in record["then"]] == ["maximize"]
    record = ask(capsys, "-f", "lexicographic_minimax", *words_of(question("lexicographic_minimax", 0), tmp_path))
    assert record["levels"][0][0] == pytest.approx(record["objective"])


def test_the_summary_is_chinese_first_and_english_second(matrix: Path, capsys: Capture) -> None:
    code, out, _ = call(capsys, "-f", "p_median", "-i", matrix, "--p", "2", "--assignment")
    assert code == 0
    assert "已证明最优 proven optimal" in out
    assert "2: j2, j5" in out
    assert "i1,j2,1" in out


def test_a_plan_that_the_clock_stopped_says_so(tmp_path: Path, capsys: Capture) -> None:
    rng = np.random.default_rng(0)
    here, there = rng.random((400, 2)), rng.random((300, 2))
    t = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1)) * 60
    np.savez(tmp_path / "m.npz", impedance=t, capacity=np.full(300, 20.0))
    record = ask(capsys, "-f", "capacitated_p_median", "-i", tmp_path / "m.npz", "--p", "30", "--time-limit", "0.3")
    assert record["status"] == "time_limit"
    assert record["label"].startswith("time-limited")
    assert record["label_zh"].startswith("限时求解")
    assert len(record["new"]) == 30


def test_san_francisco_through_the_command_line(tmp_path: Path, capsys: Capture) -> None:
    spec = importlib.util.find_spec("spopt")
    if spec is None or spec.origin is None:
        pytest.skip("spopt, which carries the San Francisco case, is not installed")
    folder = Path(spec.origin).parent / "tests" / "test_locate" / "data"
    if not folder.is_dir():
        pytest.skip("this spopt does not carry the San Francisco case")
    pairs = pd.read_csv(
        folder / "SF_network_distance_candidateStore_16_censusTract_205_new.csv", dtype={"DestinationName": str}
    )
    wide = pairs.pivot_table(values="distance", index="DestinationName", columns="name")
    wide.to_csv(tmp_path / "wide.csv")
    long = pairs.rename(columns={"DestinationName": "demand_id", "name": "site_id", "distance": "distance_m"})
    long[["site_id", "demand_id", "distance_m"]].to_csv(tmp_path / "long.csv", index=False)
    people = pd.read_csv(folder / "SF_demand_205_centroid_uniform_weight.csv", dtype={"NAME": str})
    people[["NAME", "POP2000"]].to_csv(tmp_path / "people.csv", index=False)
    for name in ("wide.csv", "long.csv"):
        words = ("-i", tmp_path / name, "--demand", tmp_path / "people.csv", "--p", "4")
        record = ask(capsys, "-f", "p_median", *words)
        assert record["objective"] == pytest.approx(2848268129.7145, rel=1e-9)
        assert record["label"] == "proven optimal"
        covering = ask(capsys, "-f", "maximal_covering", *words, "--standard", "5000")
        assert covering["objective"] == 875247


# --- refusals ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "words", "column", "says"),
    [
        ("p_medain", ("--p", "1"), None, "p_median"),
        ("p_median", ("--p", "1", "--standard", "5"), "--standard", "maximal_covering"),
        ("p_median", ("--p", "1", "--decay", "linear:30"), "--decay", "maximum_attendance"),
        ("p_median", ("--p", "1", "--size", "5=7"), "--size", "sized_p_median"),
        ("p_center", ("--p", "1", "--coverage-target", "5=0.7"), "--coverage-target", "tiered_covering"),
        ("p_median", (), "--p, --budget + --fixed-cost", "--p"),
        ("p_median", ("--p", "1", "--budget", "5"), "--p, --budget", "not both"),
        ("maximal_covering", ("--p", "1"), "--standard", "give --standard"),
        ("fixed_charge", (), "--fixed-cost", "give --fixed-cost, or the column fixed_cost"),
        ("p_median", ("--p", "9"), "--p", "at most 6"),
        ("p_median", ("--p", "-1"), "--p", "at least 0"),
        ("p_median", ("--p", "x"), None, "--help"),
        ("p_median", ("--p", "1", "--pp", "2"), None, "--help"),
        ("maximal_covering", ("--p", "1", "--standard", "-5"), "--standard", "at least 0"),
        ("maximal_covering", ("--p", "1", "--standard", "inf"), "--standard", "at least 0"),
        ("p_median", ("--p", "1", "--budget", "nan"), "--budget", "at least 0"),
        ("p_median", ("--p", "1", "--time-limit", "0"), None, "--time-limit"),
        ("p_median", ("--p", "1", "--gap", "nan"), None, "--gap"),
        ("worst_share_mean", ("--p", "1"), "--worst-share, --ordered-weight", "give one of"),
        ("worst_share_mean", ("--p", "1", "--worst-share", "1.5"), "--worst-share", "at most 1"),
        ("maximum_attendance", ("--p", "1", "--decay", "linear"), "--decay", "linear:30"),
        ("maximum_attendance", ("--p", "1", "--decay", "linear:-3"), "--decay", "above 0"),
        ("tiered_covering", ("--coverage-target", "5:0.7"), "--coverage-target", "15=0.8"),
        ("tiered_covering", ("--coverage-target", "5=80"), "--coverage-target", "between 0 and 1"),
        ("p_median", ("--p", "1", "--zone-minimum", "north"), "--zone-minimum", "north=1"),
        ("p_median", ("--p", "1", "--zone-minimum", "north=1"), "--zone-minimum", "zone"),
        ("p_median", ("--p", "1", "--exclude", "j1,k2"), "--exclude", "j2"),
        ("contiguous_p_median", ("--p", "1"), "--adjacency", "--adjacency"),
        ("p_dispersion", ("--p", "1"), "row", "same sites"),
        ("set_covering", ("--standard", "1", "--p", "2"), "--p", "leave it out"),
    ],
)
def test_words_that_do_not_fit_are_refused(
    model: str, words: tuple[str, ...], column: str | None, says: str, matrix: Path, capsys: Capture
) -> None:
    faults = refused(capsys, "--formulation", model, "--impedance", matrix, *words)
    told = [f for f in faults if f["column"] == column and says in f["en"] + f["remedy_en"]]
    assert told, faults


def test_all_faults_come_at_once(matrix: Path, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "people.csv").write_text("id,demand\ni1,4\ni2,four\n", encoding="utf-8")
    faults = refused(
        capsys,
        *("-f", "p_median", "-i", matrix, "--p", "1", "--demand", tmp_path / "people.csv"),
        *("--standard", "4", "--zone-minimum", "north", "--fixed-cost", tmp_path / "nowhere.csv"),
    )
    assert {f["column"] for f in faults} >= {"--standard", "--zone-minimum", "demand", "id"}
    assert any("nowhere.csv" in (f["file"] or "") for f in faults)


def test_capacity_that_does_not_suffice_names_who_is_left_out(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "m.csv").write_text("id,a,b\nv1,1,\nv2,,2\n", encoding="utf-8")
    (tmp_path / "c.csv").write_text("a,9\nb,9\n", encoding="utf-8")
    (tmp_path / "d.csv").write_text("v1,4\nv2,3\n", encoding="utf-8")
    faults = refused(
        capsys,
        *("-f", "capacitated_p_median", "-i", tmp_path / "m.csv", "--p", "1"),
        *("--demand", tmp_path / "d.csv", "--capacity", tmp_path / "c.csv"),
    )
    assert [fault["remedy_en"] for fault in faults[1:]] == [
        "provide otherwise for 3 people of 1 demand point: v2 (3)",
        "open 2 new facilities (1 more)",
    ]


def test_a_plan_that_fails_the_check_has_code_3(matrix: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    from siting.bare import ask as door
    from siting.verify import Check, Verification

    failed = Verification((Check("目标值重算一致", "the objective is derived anew", False),))
    monkeypatch.setattr(door, "verify", lambda *_: failed)
    faults = refused(capsys, "-f", "p_median", "-i", matrix, "--p", "1", code=3)
    assert "derived anew" in faults[0]["en"]


def test_a_failure_of_the_program_is_told_as_json_too(
    matrix: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from siting.bare import ask as door

    def broken(*_: object) -> None:
        raise RuntimeError("out of luck")

    monkeypatch.setattr(door, "read_instance", broken)
    monkeypatch.chdir(tmp_path)
    code, out, err = call(capsys, "-f", "p_median", "-i", matrix, "--p", "1", "--json")
    record = json.loads(out)
    assert (code, record["exit_code"], record["error"]) == (1, 1, "InternalError")
    assert "out of luck" in record["faults"][0]["en"]
    assert "out of luck" in err
    assert "out of luck" in (tmp_path / "siting-error.log").read_text(encoding="utf-8")


def test_files_are_noted_where_they_make_no_difference(matrix: Path, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "sites.csv").write_text(
        "id,capacity,name\n" + "".join(f"j{k},5,x\n" for k in range(1, 7)), encoding="utf-8"
    )
    (tmp_path / "cost.csv").write_text("".join(f"j{k},5\n" for k in range(1, 7)), encoding="utf-8")
    record = ask(
        capsys,
        *("-f", "p_median", "-i", matrix, "--p", "1", "--sites", tmp_path / "sites.csv"),
        *("--fixed-cost", tmp_path / "cost.csv"),
    )
    notes = " ".join(note["en"] for note in record["notes"])
    assert "capacity" in notes
    assert "capacitated_p_median" in notes
    assert "'name'" in notes
    assert "fixed_cost is given but makes no difference" in notes


# --- three lines of Python -----------------------------------------------------------------------------------


def test_three_lines_of_python_answer_too() -> None:
    lines = (
        "import sys, siting; assert not {'numpy', 'pyomo', 'highspy'} & set(sys.modules)\n"
        "from siting import Instance, solve\n"
        "plan = solve(Instance.from_arrays([[1, 5], [4, 2]], [3, 1], p=1), 'p_median')\n"
        "print(plan.outcome.objective, plan.open.tolist())\n"
    )
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[0] == "7.0 [True, False]"


def test_what_the_package_does_not_have_is_an_attribute_error() -> None:
    import siting

    with pytest.raises(AttributeError, match="resolve"):
        siting.resolve  # noqa: B018


# --- the page about it ---------------------------------------------------------------------------------------

PAGE = Path(__file__).resolve().parents[2] / "docs" / "bare-numbers.md"


def test_the_example_of_the_page_is_real(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, content in re.findall(r"<!-- file: (\S+) -->\n```csv\n(.*?)```", text, re.DOTALL):
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    examples = re.findall(
        r"<!-- command -->\n```\nsiting solve (.*?)\n```.*?<!-- output -->\n```\w*\n(.*?)```", text, re.DOTALL
    )
    assert len(examples) == 2
    for words, shown in examples:
        code, out, _ = call(capsys, *words.split())
        assert code == 0
        if "--json" in words:
            assert stable(json.loads(out)) == stable(json.loads(shown))
            assert list(json.loads(out)) == list(json.loads(shown))
        else:
            assert out.startswith(shown)


def stable(record: dict[str, Any]) -> dict[str, Any]:
    """The answer without what differs from machine to machine."""
    return {key: value for key, value in record.items() if key not in ("seconds", "version", "siting")}


def test_the_python_of_the_page_is_real() -> None:
    lines, shown = re.findall(r"```python\n(.*?)```\n\n    (.*?)\n", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0]
    done = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == shown
