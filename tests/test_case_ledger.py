"""The optional columns of a case's tables, and the table of school resources."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siting.case import load_case
from siting.case_ledger import RESOURCES
from siting.errors import InputError
from tests.tiny_case import candidates_csv, facilities_csv, write_case

LEDGER = "level,ownership,inclusive,classes,enrolment,boarders,beds,nursing_beds,dementia_beds,staff,doctors,built_year"
SCHOOL = "完全小学,公办,是,12,400,20,,,,30,,1998"
CLINIC = ",private,no,,,,10,5,5,8,3,"
RESOURCE_HEADER = "id," + ",".join(RESOURCES)


def ledger_csv(school: str = SCHOOL, clinic: str = CLINIC) -> str:
    header, one, two = facilities_csv().strip().split("\n")
    return "\n".join([f"{header},{LEDGER}", f"{one},{school}", f"{two},{clinic}"]) + "\n"


def faults_of(folder: Path) -> list[tuple[str | None, int | None, str | None, str]]:
    with pytest.raises(InputError) as caught:
        load_case(folder)
    return [(fault.file, fault.row, fault.column, fault.en) for fault in caught.value.faults]


def with_resources(folder: Path, rows: str, facilities: str | None = None) -> Path:
    write_case(folder, facilities=ledger_csv() if facilities is None else facilities)
    (folder / "school_resources.csv").write_text(f"{RESOURCE_HEADER}\n{rows}\n", encoding="utf-8")
    return folder


def test_the_ledger_is_read_and_chinese_words_are_understood(tmp_path: Path) -> None:
    found = load_case(write_case(tmp_path / "tiny", facilities=ledger_csv())).facilities
    assert found["ownership"].tolist() == ["public", "private"]
    assert found["inclusive"].tolist() == ["yes", "no"]
    assert found["enrolment"].iloc[0] == 400
    assert np.isnan(found["beds"].iloc[0])
    assert found["built_year"].iloc[0] == 1998
    assert found["tcm_clinic"].tolist() == ["", ""]  # a column that is not there


def test_a_case_without_a_ledger_has_its_columns_empty(tmp_path: Path) -> None:
    case = load_case(write_case(tmp_path / "tiny"))
    assert case.school_resources is None
    assert case.facilities["enrolment"].isna().all()
    assert case.candidates["site_m2"].isna().all()


def test_plots(tmp_path: Path) -> None:
    rows = candidates_csv().strip().split("\n")
    texts = ["site_m2,available_from,existing_building", "12000,2028,no", ",,是", "500,,"]
    table = "\n".join(f"{row},{text}" for row, text in zip(rows, texts, strict=True)) + "\n"
    found = load_case(write_case(tmp_path / "tiny", candidates=table)).candidates
    assert found["site_m2"].tolist()[::2] == [12000, 500]
    assert found["available_from"].iloc[0] == 2028
    assert found["existing_building"].tolist() == ["no", "yes", ""]


def test_what_contradicts_itself_is_told_at_once(tmp_path: Path) -> None:
    school, clinic = SCHOOL.replace("400,20", "400,401"), CLINIC.replace("10,5,5,8,3", "10,5,5.5,8,9")
    found = faults_of(write_case(tmp_path / "bad", facilities=ledger_csv(school, clinic)))
    assert found == [
        ("facilities.csv", 2, "boarders, enrolment", "more boarders than pupils"),
        (
            "facilities.csv",
            3,
            "nursing_beds, dementia_beds, beds",
            "nursing and dementia beds together are more than all beds",
        ),
        ("facilities.csv", 3, "doctors, staff", "more doctors than staff"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "column", "message"),
    [
        ("公办", "国有", "ownership", "must be one of public, private"),
        (",是,", ",也许,", "inclusive", "must be one of yes, no"),
        ("1998", "19980", "built_year", "must be at most 2200"),
        (",30,,", ",-3,,", "staff", "must be at least 0"),
    ],
)
def test_wrong_cells(tmp_path: Path, old: str, new: str, column: str, message: str) -> None:
    ((file, row, where, en),) = faults_of(write_case(tmp_path / "bad", facilities=ledger_csv(SCHOOL.replace(old, new))))
    assert (file, row, where) == ("facilities.csv", 2, column)
    assert message in en


def test_school_resources_are_read(tmp_path: Path) -> None:
    case = load_case(with_resources(tmp_path / "tiny", "f1,20,4,5,2000,3200,900000,10"))
    assert case.school_resources is not None
    assert case.school_resources.loc[0, "sports_area_m2"] == 3200
    assert "school_resources.csv" in {path.name for path in case.input_files}


def test_resources_of_no_school_are_told_at_once(tmp_path: Path) -> None:
    rows = "\n".join(f"{name},20,4,5,2000,3200,900000,10" for name in ("f9", "f2", "f1"))
    empty = ledger_csv(SCHOOL.replace("400,20", ","))
    assert faults_of(with_resources(tmp_path / "bad", rows, empty)) == [
        ("school_resources.csv", 2, "id", "facilities.csv has no such id"),
        ("school_resources.csv", 3, "id", "only primary and junior schools are judged by their resources"),
        (
            "school_resources.csv",
            4,
            "id",
            "the school's number of pupils (enrolment in facilities.csv) is empty or 0",
        ),
    ]
