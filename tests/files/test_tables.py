from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from siting.errors import InputError
from siting.files.tables import Column, read_table

CONTRACT = (
    Column("id", "id"),
    Column("name", optional_value=True),
    Column("persons", "number", minimum=0),
    Column("kind", choices=("urban", "rural")),
    Column("note", required=False, optional_value=True),
)


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "table.csv"
    path.write_bytes(text.encode(encoding))
    return path


def faults_of(path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_table(path, CONTRACT)
    return [f"{fault.row}:{fault.column}:{fault.value}:{fault.en}" for fault in caught.value.faults]


def test_a_good_table_with_bom_full_width_digits_and_thousands(tmp_path: Path) -> None:
    path = write(tmp_path, '\ufeffid,name,persons,kind\n001,甲,"1,200",urban\n002,,３５,rural\n\n')
    frame = read_table(path, CONTRACT)
    assert list(frame["id"]) == ["001", "002"]
    np.testing.assert_array_equal(frame["persons"], [1200.0, 35.0])
    assert list(frame["note"]) == ["", ""]


def test_every_fault_is_gathered(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name,persons,kind\na,,x,urban\na,,-1,urbn\n,,nan,rural\nb,,,rural\n")
    found = faults_of(path)
    assert any(f.startswith("2:persons:x") for f in found)
    assert any(f.startswith("3:id:a") and "row 2" in f for f in found)
    assert any(f.startswith("3:persons:-1") for f in found)
    assert any(f.startswith("3:kind:urbn") for f in found)
    assert any(f.startswith("4:id") and "empty" in f for f in found)
    assert any(f.startswith("4:persons:nan") for f in found)
    assert any(f.startswith("5:persons") and "missing" in f for f in found)


def test_a_missing_column_suggests_the_one_to_rename(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_table(write(tmp_path, "id,name,person,kind\n"), CONTRACT)
    assert caught.value.faults[0].column == "persons"
    assert "'person'" in caught.value.faults[0].remedy_en


def test_gbk_is_recognised_and_refused_with_the_row(tmp_path: Path) -> None:
    path = write(tmp_path, "id,name,persons,kind\na,嵊州,1,urban\n", "gb18030")
    with pytest.raises(InputError) as caught:
        read_table(path, CONTRACT)
    fault = caught.value.faults[0]
    assert "GBK" in fault.zh
    assert fault.row == 2
    assert "CSV UTF-8" in fault.remedy_zh


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("id,id,persons,kind\n", "repeated"),
        ("id,name,persons,kind\na,b\n", "2 cells where the header has 4"),
    ],
)
def test_malformed_tables(tmp_path: Path, text: str, message: str) -> None:
    assert any(message in fault for fault in faults_of(write(tmp_path, text)))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_table(tmp_path / "absent.csv", CONTRACT)
    assert "absent.csv" in (caught.value.faults[0].file or "")
