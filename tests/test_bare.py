"""Bare numbers from files: every format says the same, and whatever is wrong is named by its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse

from siting.bare import matrix_arrays
from siting.bare.ask import Files, Words, answer
from siting.bare.cells import read_number
from siting.bare.files import read_matrix
from siting.bare.matrix import Matrix, sentinel
from siting.bare.notes import Notes
from siting.bare.question import read_instance
from siting.bare.reads import COLUMN, OPTION, fields_read
from siting.errors import Fault, InputError
from siting.formulation.compose import list_formulations, load_formulation
from siting.instance import Instance

NAN = np.nan
TABLE = pd.DataFrame(
    [[3.5, 12, NAN], [9, 0, 20], [NAN, 6, 5], [15, NAN, 2]],
    index=["v1", "v2", "v3", "v4"],
    columns=["s1", "s2", "s3"],
)


def read(path: Path) -> Matrix:
    return read_matrix(path, "min", Notes())


def faults_of(action: Callable[[], object]) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        action()
    for fault in caught.value.faults:
        assert fault.zh
        assert fault.en
    return caught.value.faults


def as_table(matrix: Matrix) -> pd.DataFrame:
    dense = matrix.impedance.dense()
    dense[np.isinf(dense)] = NAN
    return pd.DataFrame(dense, index=list(matrix.demand_ids), columns=list(matrix.site_ids))


def pairs_of(table: pd.DataFrame) -> pd.DataFrame:
    stacked = table.stack(future_stack=True).reset_index()
    return stacked.set_axis(["demand", "site", "impedance"], axis=1)


def write_wide(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path)


def write_long(table: pd.DataFrame, path: Path) -> None:
    pairs_of(table).to_csv(path, index=False)


def write_long_quoted(table: pd.DataFrame, path: Path) -> None:
    pairs_of(table)[["site", "impedance", "demand"]].to_csv(path, index=False, quoting=1)


def write_npz(table: pd.DataFrame, path: Path) -> None:
    np.savez(path, impedance=table.to_numpy(), demand_ids=list(table.index), site_ids=list(table.columns))


def write_parquet_index(table: pd.DataFrame, path: Path) -> None:
    pytest.importorskip("pyarrow")
    table.to_parquet(path)


def write_parquet_column(table: pd.DataFrame, path: Path) -> None:
    pytest.importorskip("pyarrow")
    table.reset_index(names="id").to_parquet(path)


def write_parquet_long(table: pd.DataFrame, path: Path) -> None:
    pytest.importorskip("pyarrow")
    pairs_of(table).to_parquet(path)


WITH_IDS = [
    (write_wide, "m.csv"),
    (write_long, "m.csv"),
    (write_long_quoted, "m.csv"),
    (write_npz, "m.npz"),
    (write_parquet_index, "m.parquet"),
    (write_parquet_column, "m.parquet"),
    (write_parquet_long, "m.parquet"),
]


# --- every format says the same ------------------------------------------------------------------------------


@pytest.mark.parametrize(("write", "name"), WITH_IDS)
def test_every_format_gives_the_same_matrix(
    write: Callable[[pd.DataFrame, Path], None], name: str, tmp_path: Path
) -> None:
    write(TABLE, tmp_path / name)
    pd.testing.assert_frame_equal(as_table(read(tmp_path / name)), TABLE)


@pytest.mark.parametrize(("write", "name"), WITH_IDS)
def test_every_format_gives_the_same_plan(
    write: Callable[[pd.DataFrame, Path], None], name: str, tmp_path: Path
) -> None:
    write(TABLE, tmp_path / name)
    (tmp_path / "people.csv").write_text("id,demand\nv4,2\nv3,5\nv2,1\nv1,4\n", encoding="utf-8")
    plan = answer("p_median", Files(tmp_path / name, tmp_path / "people.csv"), Words({"p": 2}))
    # By hand: s1, s3 serve v1, v2 at 3.5, 9 and v3, v4 at 5, 2; s2, s3 at 12, 0, 5, 2; s1, s2 leave v4 at 15.
    assert plan.open == ["s1", "s3"]
    assert plan.solution.outcome.objective == 4 * 3.5 + 9 + 5 * 5 + 2 * 2


def test_formats_without_ids_number_them(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", TABLE.to_numpy())
    np.savez(tmp_path / "any_name.npz", TABLE.to_numpy())
    i, j = np.nonzero(TABLE.notna().to_numpy())
    values = TABLE.to_numpy()[i, j]
    for kind in ("csr", "csc", "coo"):
        sparse.save_npz(tmp_path / f"{kind}.npz", sparse.coo_array((values, (i, j)), shape=TABLE.shape).asformat(kind))
    wanted = TABLE.set_axis(["i1", "i2", "i3", "i4"], axis=0).set_axis(["j1", "j2", "j3"], axis=1)
    for name in ("m.npy", "any_name.npz", "csr.npz", "csc.npz", "coo.npz"):
        pd.testing.assert_frame_equal(as_table(read(tmp_path / name)), wanted)  # with the zero of (v2, s2)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(st.none() | st.floats(0, 900, allow_subnormal=False), min_size=3, max_size=3), min_size=1, max_size=5
    )
)
def test_what_is_written_is_read(tmp_path: Path, rows: list[list[float | None]]) -> None:
    table = pd.DataFrame(np.array(rows, dtype=float), columns=["a,b", "乙", '3"']).rename(index=lambda k: f"点 {k}")
    for write, name in ((write_wide, "m.csv"), (write_long, "m.csv"), (write_npz, "m.npz")):
        write(table, tmp_path / name)
        pd.testing.assert_frame_equal(as_table(read(tmp_path / name)), table)


def test_a_thousand_by_a_thousand(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    t = np.round(rng.random((1000, 1000)) * 60, 2)
    t[t > 50] = NAN
    table = pd.DataFrame(t, index=[f"v{k}" for k in range(1000)], columns=[f"s{k}" for k in range(1000)])
    write_wide(table, tmp_path / "wide.csv")
    pd.testing.assert_frame_equal(as_table(read(tmp_path / "wide.csv")), table)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("编号,甲,乙\n村一,3,\n村二,１２,5\n", "utf-8"),
        ("编号,甲,乙\r\n村一,3,\r\n村二,12,5\r\n,,\r\n", "utf-8-sig"),
        ("编号,甲,乙\n村一,3,\n村二,12,5\n", "gb18030"),
        ("编号\t甲\t乙\n村一\t 3\t\n村二\t12\t5\n", "utf-8"),
        ("编号;甲;乙;\n村一;3; ;\n\n村二;12;5;\n", "utf-8"),
        ("需求点,地点,时间\n村一,甲,3\n村二,甲,12\n村二,乙,5\n", "gb18030"),
        (",甲,乙\n村一,3,\n村二,12,5\n", "utf-8"),
        ("From_ID,To_ID,travel_time_p50\n村一,甲,3\n村一,乙,\n村二,甲,12\n村二,乙,5\n", "utf-8"),
        ('编号,甲,乙\n村一,3,\n村二,"0,012.0",5e0\n', "utf-8"),
    ],
)
def test_files_as_people_hand_them_in(text: str, encoding: str, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_bytes(text.replace('"0,012.0"', '"12"').encode(encoding))
    notes = Notes()
    matrix = read_matrix(tmp_path / "m.csv", "min", notes)
    wanted = pd.DataFrame([[3, NAN], [12, 5]], index=["村一", "村二"], columns=["甲", "乙"], dtype=float)
    pd.testing.assert_frame_equal(as_table(matrix), wanted)
    assert bool(notes.items) == (encoding == "gb18030")


@pytest.mark.parametrize(
    ("cell", "number"), [("1,234.5", 1234.5), ("１２", 12), (" 3 ", 3), ("1e3", 1000), (".5", 0.5), ("-4", -4)]
)
def test_numbers_as_people_write_them(cell: str, number: float) -> None:
    assert read_number(cell) == number


@pytest.mark.parametrize("cell", ["3,5", "1_000", "12 min", "0x10", "inf", "nan", "1e999", "1.2.3", "十"])
def test_what_is_no_number(cell: str) -> None:
    assert read_number(cell) is None


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([1, 2, 9999], 9999),
        ([1, 2, 1e9], 1e9),
        ([50, 60, 999], 999),
        ([5000, 9000, 9999], NAN),  # metres may well be 9999
        ([1, 2, 2500], NAN),
        ([999], NAN),
        ([], NAN),
    ],
)
def test_big_numbers_that_stand_for_unreachable(values: list[float], found: float) -> None:
    np.testing.assert_equal(sentinel(np.array(values, dtype=float)), found)


# --- what is wrong is named ----------------------------------------------------------------------------------

BAD_MATRICES = [
    ("id,a,b\nv1,1,-2\nv2,3,4\n", 2, "b", "-2", "negative"),
    ("id,a,b\nv1,1,2\nv2,inf,4\n", 3, "a", "inf", "a word"),
    ("id,a,b\nv1,1,NaN\nv2,3,4\n", 2, "b", "NaN", "leave the cell empty"),
    ("id,a,b\nv1,1,不可达\nv2,3,4\n", 2, "b", "不可达", "leave the cell empty"),
    ("id,a,b\nv1,1,9999\nv2,3,4\n", 2, "b", "9999", "leave the cell empty"),
    ("id,a,b\nv1,1,-1\nv2,3,4\n", 2, "b", "-1", "leave the cell empty"),
    ("id,a,b\nv1,1,12 min\nv2,3,4\n", 2, "b", "12 min", "no unit"),
    ('id,a,b\nv1,1,"3,5"\nv2,3,4\n', 2, "b", "3,5", "decimal point"),
    ("3,1,2\n4,3,4\n5,6,7\n", 1, None, "3", "no ids"),
    ("id,a,b\nv1,1,2\nv1,3,4\n", 3, "demand", "v1", "row 2"),
    ("id,a,a\nv1,1,2\nv2,3,4\n", 1, "第 3 列 column 3", "a", "column 2"),
    ("id,a,\nv1,1,2\nv2,3,4\n", 1, "第 3 列 column 3", "", "empty"),
    ("id,a,b\n,1,2\nv2,3,4\n", 2, "demand", "", "empty"),
    ("id,a,b\nv1,1\nv2,3,4\n", 2, None, "2", "as many cells"),
    ("id,a,b\nv1,1,2,3\nv2,3,4\n", 2, None, "4", "as many cells"),
    ("demand,site,impedance\nv1,a,1\nv1,b,-2\n", 3, "impedance", "-2", "negative"),
    ("demand,site,impedance\nv1,a,1\nv1,a,2\n", 3, "demand, site", "v1, a", "twice"),
    ("demand,site,impedance\nv1,a,inf\nv1,b,2\n", 2, "impedance", "inf", "leave the cell empty"),
    ("demand,site,impedance\n,a,1\nv1,b,2\n", 2, "demand", "", "empty"),
    ("demand,site,impedance\nv1,a,1\nv1,b\n", 3, None, "2", "as many cells"),
    ("demand,site,impedance\nv1,a,99999\nv1,b,2\n", 2, "impedance", "99999", "leave the cell empty"),
    ("demand,site,impedance\nv1,a,far\nv1,b,2\n", 2, "impedance", "far", "not a number"),
]


@pytest.mark.parametrize(("text", "row", "column", "value", "says"), BAD_MATRICES)
def test_a_bad_cell_is_named(text: str, row: int, column: str | None, value: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text(text, encoding="utf-8")
    faults = faults_of(lambda: read(tmp_path / "m.csv"))
    assert len(faults) == 1
    assert (faults[0].file, faults[0].row, faults[0].column, faults[0].value) == ("m.csv", row, column, value)
    assert says in faults[0].en + faults[0].remedy_en
    assert faults[0].remedy_zh
    assert faults[0].remedy_en


def test_many_faults_of_a_kind_are_counted(tmp_path: Path) -> None:
    body = "".join(f"v{k},x,{-k - 1}\n" for k in range(50))
    (tmp_path / "m.csv").write_text("id,a,b\n" + body, encoding="utf-8")
    faults = faults_of(lambda: read(tmp_path / "m.csv"))
    assert len(faults) == 22
    assert [f.en for f in faults if f.row is None] == [
        "... and 40 more: a word cannot stand for 'unreachable'",
        "... and 40 more: an impedance cannot be negative",
    ]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("m.xlsx", b"PK", ".csv"),
        ("m.csv", b"", "empty"),
        ("m.csv", b"id,a\n", "no demand points"),
        ("m.csv", b"id\nv1\n", "no sites"),
        ("m.csv", b'id,a\n"v1,1\n', "malformed"),
        ("m.csv", b"\xff\xfeid,a\xff", "UTF-8"),
        ("m.npz", b"nothing", "numpy.savez"),
        ("m.npy", b"nothing", "numpy.save"),
    ],
)
def test_a_file_that_is_none_is_refused(name: str, content: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    (fault,) = faults_of(lambda: read(tmp_path / name))
    assert says in fault.en + fault.remedy_en
    assert fault.file is not None
    assert name in fault.file


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (fault,) = faults_of(lambda: read(tmp_path / "m.csv"))
    assert "not there" in fault.en


def save_arrays(path: Path, **arrays: object) -> Path:
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return path


@pytest.mark.parametrize(
    ("arrays", "column", "value", "says"),
    [
        ({"impedance": [[1, -2], [3, 4]]}, "i1, j2", "-2", "negative"),
        ({"impedance": [[1, -2], [3, 4]], "site_ids": ["a", "b"]}, "i1, b", "-2", "negative"),
        ({"impedance": [[1, 1e9], [3, 4]]}, "i1, j2", "1000000000", "unreachable"),
        ({"impedance": [[1, 2], [3, 4]], "demand_ids": ["v1"]}, "demand_ids", "(1,)", "length 2"),
        ({"impedance": [[1, 2], [3, 4]], "demand_ids": ["v1", "v1"]}, "demand", "v1", "already used"),
        ({"impedance": [[1, 2], [3, 4]], "demands": [1, 2]}, None, "demands", "did you mean"),
        ({"cost": [[1, 2], [3, 4]], "demand": [1, 2]}, "impedance", None, "is missing"),
        ({"impedance": [1, 2, 3]}, "impedance", "(3,)", "two dimensions"),
        ({"impedance": [["a", "b"]]}, "impedance", None, "hold numbers"),
        ({"impedance": [[1, 2]], "site_ids": np.array(["a", None], dtype=object)}, None, None, "dtype=str"),
    ],
)
def test_bad_arrays_are_named(
    arrays: dict[str, object], column: str | None, value: str | None, says: str, tmp_path: Path
) -> None:
    faults = faults_of(lambda: read(save_arrays(tmp_path / "m.npz", **arrays)))
    assert [f for f in faults if (f.column, f.value) == (column, value) and says in f.en + f.remedy_en], faults


def test_repeated_pairs_of_a_sparse_matrix_are_not_added_up(tmp_path: Path) -> None:
    sparse.save_npz(tmp_path / "m.npz", sparse.coo_array(([1.0, 2.0], ([0, 0], [1, 1])), shape=(2, 2)))
    (fault,) = faults_of(lambda: read(tmp_path / "m.npz"))
    assert (fault.value, fault.en) == ("i1, j2", "the pair is listed twice")


def test_parquet_faults_and_the_missing_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "m.parquet"
    path.write_bytes(b"nothing")
    with monkeypatch.context() as patch:
        patch.setattr(matrix_arrays, "find_spec", lambda name: None)
        (fault,) = faults_of(lambda: read(path))
        assert "pip install" in fault.remedy_en
    pytest.importorskip("pyarrow")
    (fault,) = faults_of(lambda: read(path))
    assert "cannot be read" in fault.en
    pd.DataFrame({"id": ["v1", "v2"], "a": [1.0, -2.0]}).to_parquet(path)
    (fault,) = faults_of(lambda: read(path))
    assert (fault.column, fault.value) == ("v2, a", "-2")
    pd.DataFrame({"id": ["v1", "v2"], "a": ["1", "far"]}).to_parquet(path)
    (fault,) = faults_of(lambda: read(path))
    assert (fault.column, fault.en) == ("a", "the column holds no numbers")
    pd.DataFrame({"s1": [1.0, 2.0], "s2": [1.0, 2.0]}).to_parquet(path)
    (fault,) = faults_of(lambda: read(path))
    assert "ids" in fault.en


# --- tables beside the matrix --------------------------------------------------------------------------------


def ask_tables(folder: Path, model: str = "capacitated_p_median", **tables: str) -> tuple[Instance, Notes]:
    """The instance of TABLE and these tables; p is 2."""
    write_wide(TABLE, folder / "m.csv")
    files = {"impedance": folder / "m.csv"}
    for name, text in tables.items():
        files[name] = folder / f"{name}.csv"
        files[name].write_text(text, encoding="utf-8")
    notes = Notes()
    return read_instance(load_formulation(model), Files(**files), Words({"p": 2}), notes), notes


CAPACITY = "s1,10\ns2,20\ns3,30\n"
ZONED = "id,zone\ns1,north\ns2,south\ns3,\n"


def test_tables_in_any_order_with_and_without_header(tmp_path: Path) -> None:
    for text in (
        "id,demand\nv2,2\nv1,1\nv4,4\nv3,3\n",
        "demand_id,demand\nv2,2\nv1,1\nv4,4\nv3,3\n",
        "demand,id\n2,v2\n1,v1\n4,v4\n3,v3\n",
        "v2,2\nv1,1\nv4,4\nv3,3\n",
        "tract,population\nv2,2\nv1,1\nv4,4\nv3,3\n",
        "村,总人数\nv2,2\nv1,1\nv4,4\nv3,3\n",
        "编号,人口,负荷\nv2,2,5\nv1,1,5\nv4,4,5\nv3,3,5\n",
    ):
        instance, notes = ask_tables(tmp_path, demand=text, capacity=CAPACITY)
        assert instance.demand.tolist() == [1, 2, 3, 4]
        assert instance.capacity is not None
        assert instance.capacity.tolist() == [10, 20, 30]
        assert (instance.load is not None) == ("负荷" in text)
        assert not notes.items


def test_one_table_of_all_site_facts(tmp_path: Path) -> None:
    text = (
        "site,existing,required,forbidden,capacity,fixed_cost,zone,name\n"
        "s3,,1,,30,7,north,丙\ns1,是,,,,0,south,甲\ns2,no,0,yes,20,5,,乙\n"
    )
    instance, notes = ask_tables(tmp_path, sites=text)
    assert instance.existing.tolist() == [True, False, False]
    assert instance.required.tolist() == [False, False, True]
    assert instance.forbidden.tolist() == [False, True, False]
    assert instance.capacity is not None
    assert instance.capacity.tolist() == [np.inf, 20, 30]
    assert [instance.zone_ids[k] if k >= 0 else "" for k in instance.site_zone] == ["south", "", "north"]
    assert [en for _, en in notes.items] == ["the column 'name' of sites.csv is not used"]


def test_sites_may_be_listed_in_part_where_only_flags_are_told(tmp_path: Path) -> None:
    instance, _ = ask_tables(tmp_path, "p_median", sites="id,existing\ns2,1\n")
    assert instance.existing.tolist() == [False, True, False]


def test_arrays_beside_the_matrix(tmp_path: Path) -> None:
    save_arrays(
        tmp_path / "m.npz", impedance=TABLE.to_numpy(), demand=[1, 2, 3, 4], capacity=[9, np.inf, 9], existing=[1, 0, 0]
    )
    words = Words({"p": 1})
    instance = read_instance(load_formulation("capacitated_p_median"), Files(tmp_path / "m.npz"), words, Notes())
    assert instance.demand.tolist() == [1, 2, 3, 4]
    assert instance.capacity is not None
    assert instance.capacity.tolist() == [9, np.inf, 9]
    assert instance.existing.tolist() == [True, False, False]
    (tmp_path / "d.csv").write_text("i1,1\ni2,1\ni3,1\ni4,1\n", encoding="utf-8")
    (fault,) = faults_of(
        lambda: read_instance(
            load_formulation("capacitated_p_median"), Files(tmp_path / "m.npz", tmp_path / "d.csv"), words, Notes()
        )
    )
    assert "twice" in fault.en


DEMAND = "id,demand\nv1,1\nv2,2\nv3,3\nv4,4\n"
BAD_TABLES = [
    ({"demand": DEMAND.replace("v4,4", "v5,4")}, "demand.csv", 5, "id", "v5", "does not have this id"),
    ({"demand": DEMAND.replace("v4,4", "V4,4")}, "demand.csv", 5, "id", "V4", "did you mean 'v4'"),
    ({"demand": DEMAND.replace("v4,4\n", "")}, "demand.csv", None, "id", "v4", "missing in the table"),
    ({"demand": DEMAND + "v1,9\n"}, "demand.csv", 6, "id", "v1", "duplicate"),
    ({"demand": DEMAND + ",9\n"}, "demand.csv", 6, "id", "", "empty"),
    ({"demand": DEMAND.replace("v2,2", "v2,two")}, "demand.csv", 3, "demand", "two", "not a number"),
    ({"demand": DEMAND.replace("v2,2", "v2,-2")}, "demand.csv", 3, "demand", "-2", "at least 0"),
    ({"demand": DEMAND.replace("v2,2", "v2,")}, "demand.csv", 3, "demand", "", "0 for none"),
    ({"demand": DEMAND.replace("v2,2", "v2,2,2")}, "demand.csv", 3, None, "3", "as many cells"),
    ({"demand": "id,people,zone\nv1,1,a\n"}, "demand.csv", 1, "demand", "id, people, zone", "name the column demand"),
    ({"demand": "id,demand,laod\nv1,1,2\n"}, "demand.csv", 1, "laod", None, "did you mean 'load'"),
    ({"demand": "demand,load\n1,2\n"}, "demand.csv", 1, "id", "demand, load", "column of ids"),
    ({"demand": "id,demand,demand\nv1,1,2\n"}, "demand.csv", 1, "demand", "id, demand, demand", "repeated"),
    ({"demand": "s1,1\ns2,1\ns3,1\n"}, "demand.csv", 1, "id", "s1", "transpose"),
    ({"capacity": "v1,1\nv2,1\n"}, "capacity.csv", 1, "id", "v1", "transpose"),
    ({"capacity": CAPACITY.replace("s3,30\n", "")}, "capacity.csv", None, "id", "s3", "missing in the table"),
    ({"capacity": "id,capacity\ns1,inf\ns2,1\ns3,2\n"}, "capacity.csv", 2, "capacity", "inf", "no limit"),
    ({"sites": "id,existing\ns1,perhaps\n"}, "sites.csv", 2, "existing", "perhaps", "yes or no"),
    ({"sites": "id,capcity\ns1,3\n"}, "sites.csv", 1, "capcity", None, "did you mean 'capacity'"),
    ({"sites": "id,closing_cost\ns1,3\n"}, "sites.csv", None, "id", "s2", "missing in the table"),
    ({"sites": "s1,3\n"}, "sites.csv", 1, None, "s1, 3", "header is missing"),
    (
        {"sites": "id,capacity\ns1,1\ns2,1\ns3,1\n", "capacity": CAPACITY},
        None,
        None,
        "sites.csv [capacity]",
        None,
        "twice",
    ),
    ({"fixed_cost": "s1,3\ns2,free\ns3,4\n"}, "fixed_cost.csv", 2, "fixed_cost", "free", "not a number"),
]


@pytest.mark.parametrize(("tables", "file", "row", "column", "value", "says"), BAD_TABLES)
def test_a_bad_table_is_named(
    tables: dict[str, str],
    file: str | None,
    row: int | None,
    column: str | None,
    value: str | None,
    says: str,
    tmp_path: Path,
) -> None:
    faults = faults_of(lambda: ask_tables(tmp_path, **tables))
    place = (file, row, column, value)
    told = [f for f in faults if (f.file, f.row, f.column, f.value) == place and says in f.en + f.remedy_en]
    assert told, faults


@pytest.mark.parametrize(
    ("model", "tables", "row", "column", "value", "says"),
    [
        ("contiguous_p_median", {"adjacency": "v1,v2\nv2,v9\n"}, 2, "id", "v9", "did you mean"),
        ("contiguous_p_median", {"adjacency": "from,to\nv1,v2,v3\n"}, 2, None, None, "two columns"),
        ("contiguous_p_median", {"sites": "id,unit\ns1,v1\ns2,\ns3,v2\n"}, 3, "unit", "", "empty"),
        ("contiguous_p_median", {"sites": "id,unit\ns1,v1\ns2,v2\n"}, None, "id", "s3", "missing in the table"),
        ("contiguous_p_median", {"sites": "id,unit\ns1,v1\ns2,vv\ns3,v2\n"}, 3, "unit", "vv", "does not have"),
        (
            "p_median",
            {"sites": "id,competitor,existing\ns1,1,1\n"},
            None,
            "sites.csv [competitor]",
            None,
            "market_share",
        ),
        ("p_dispersion", {"site_impedance": "id,s1,s2\ns1,0,1\ns2,1,0\n"}, None, "row", "s3", "same sites"),
        ("p_dispersion", {"site_impedance": "id,s1,s2,s3\ns1,0,1,-2\n"}, 2, "s3", "-2", "negative"),
    ],
)
def test_bad_tables_of_single_models(
    model: str,
    tables: dict[str, str],
    row: int | None,
    column: str | None,
    value: str | None,
    says: str,
    tmp_path: Path,
) -> None:
    faults = faults_of(lambda: ask_tables(tmp_path, model, **tables))
    told = [f for f in faults if (f.row, f.column, f.value) == (row, column, value) and says in f.en + f.remedy_en]
    assert told, faults


def test_ids_that_a_spreadsheet_turned_into_numbers(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("id,a,b\n0101,1,2\n0102,3,4\n", encoding="utf-8")
    (tmp_path / "d.csv").write_text("id,demand\n101,1\n102,3\n", encoding="utf-8")
    files = Files(tmp_path / "m.csv", tmp_path / "d.csv")
    faults = faults_of(lambda: read_instance(load_formulation("p_median"), files, Words({"p": 1}), Notes()))
    assert "keep them as text" in faults[0].remedy_en


def test_zones_of_sites_and_of_people_share_their_names(tmp_path: Path) -> None:
    demand = "id,demand,zone\nv1,1,south\nv2,1,north\nv3,1,east\nv4,1,\n"
    write_wide(TABLE, tmp_path / "m.csv")
    (tmp_path / "d.csv").write_text(demand, encoding="utf-8")
    (tmp_path / "s.csv").write_text(ZONED, encoding="utf-8")
    instance = read_instance(
        load_formulation("balanced_zones"),
        Files(tmp_path / "m.csv", tmp_path / "d.csv", sites=tmp_path / "s.csv"),
        Words({"p": 1, "zone_spread": 5}, zone_minimum=["south=1"]),
        Notes(),
    )
    assert instance.demand_zone is not None
    assert [instance.zone_ids[k] if k >= 0 else "" for k in instance.demand_zone] == ["south", "north", "east", ""]
    assert {zone: int(least) for zone, least in zip(instance.zone_ids, instance.zone_minimum, strict=True)} == {
        "north": 0,
        "south": 1,
        "east": 0,
    }


def test_the_matrix_itself_is_between_sites_where_its_ids_say_so(tmp_path: Path) -> None:
    table = pd.DataFrame([[0, 4, 9], [4, 0, 3], [9, 3, 0]], index=["b", "a", "c"], columns=["a", "c", "b"])
    table.loc["b"], table.loc["a"], table.loc["c"] = [9.0, 4, 0], [0.0, 3, 9], [3.0, 0, 4]
    write_wide(table, tmp_path / "m.csv")
    plan = answer("p_dispersion", Files(tmp_path / "m.csv"), Words({"p": 2}))
    assert sorted(plan.open) == ["a", "b"]
    assert plan.solution.outcome.objective == 9


def test_every_number_that_a_model_reads_can_be_given() -> None:
    single = {f.name for f in fields(Instance) if "least" in f.metadata}
    assert single <= set(OPTION)
    for name in list_formulations():
        for field in fields_read(load_formulation(name)):
            assert field in OPTION or field in COLUMN or field == "size_cost", (name, field)
