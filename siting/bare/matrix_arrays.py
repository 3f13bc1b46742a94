"""A matrix from NPZ, NPY or Parquet. In these NaN, +inf and null are unreachable pairs; a zero is a zero."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from siting.bare.cells import CellFaults, Kind, plain
from siting.bare.matrix import DEMAND_NAMES, TWICE, Matrix, check_ids, check_values, index_ids, long_form, repeated
from siting.bare.notes import Notes
from siting.errors import Faults, fail, nearest_word
from siting.impedance import FloatArray, ImpedanceMatrix, IntArray
from siting.instance import Instance
from siting.instance.checks import DEMAND, SITE

IDS = ("demand_ids", "site_ids")
MATRIX = "impedance"
NOT_NUMBERS = Kind(
    "这一列不是数值",
    "the column holds no numbers",
    "请只存数值；到不了的配对留空（null）",
    "store numbers, and null where there is no way",
)


def axes() -> dict[str, str]:
    """The fields of `Instance` that a file of arrays may carry, and along which axis each runs."""
    left_out = ("site_zone", "demand_zone", "site_unit", "future")
    along = {f.name: f.metadata.get("axis") for f in fields(Instance)}
    return {name: axis for name, axis in along.items() if axis in (DEMAND, SITE) and name not in left_out}


def read_npy(path: Path, unit: str, notes: Notes) -> Matrix:
    """One dense (I, J) array; the ids are i1, i2 ... and j1, j2 ...

    Raises:
        InputError: for another kind of file or array, and for every negative value.
    """
    loaded = _load(path)
    if not isinstance(loaded, np.ndarray):
        fail("文件不是 .npy 数组", "the file is not an .npy array", file=path)
    return _from_arrays(path, {MATRIX: loaded}, unit)


def read_npz(path: Path, unit: str, notes: Notes) -> Matrix:
    """What `scipy.sparse.save_npz` wrote, or `numpy.savez` with `impedance` and what else there is.

    Beside the matrix may stand `demand_ids`, `site_ids` and any field of `Instance` that runs along them. A single
    array is the matrix, whatever its name. In a sparse matrix what is not stored is unreachable.

    Raises:
        InputError: with every array that does not fit.
    """
    loaded = _load(path)
    if not isinstance(loaded, np.lib.npyio.NpzFile):
        fail("文件不是 .npz 压缩包", "the file is not an .npz archive", file=path)
    with loaded:
        try:
            if {"format", "shape", "data"} <= set(loaded.files):
                return _from_sparse(path, sparse.load_npz(path), unit)
            arrays = {name: loaded[name] for name in loaded.files}
        except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
            fail(
                f"无法读取其中的数组（{error}）",
                f"an array in it cannot be read ({error})",
                remedy_zh="编号请存为文本数组：np.array(ids, dtype=str)",
                remedy_en="store ids as an array of text: np.array(ids, dtype=str)",
                file=path,
            )
    if MATRIX not in arrays and len(arrays) == 1:
        arrays = {MATRIX: next(iter(arrays.values()))}
    _check_names(path, arrays)
    return _from_arrays(path, arrays, unit)


def read_parquet(path: Path, unit: str, notes: Notes) -> Matrix:
    """Wide (ids in the index or the first column) or long (demand, site, impedance).

    Raises:
        InputError: with every fault by column; pyarrow is not installed.
    """
    import pandas as pd  # slow

    table = _load_parquet(path)
    faults = Faults(path)
    cells = CellFaults(faults)
    place = long_form([str(name) for name in table.columns])
    if place is not None:
        (demand_ids, i), (site_ids, j) = (index_ids(_texts(table.iloc[:, k].tolist())) for k in place[:2])
        values = _column(table.iloc[:, place[2]], str(table.columns[place[2]]), cells)
        cells.close()
        faults.raise_if_any()
        return _from_pairs(path, i, j, values, (demand_ids, site_ids), unit)
    if table.index.name is None and table.index.equals(pd.RangeIndex(len(table))) and table.shape[1]:
        first = table.columns[0]  # the index only counts the rows
        if table[first].dtype.kind in "iuf" and plain(str(first)) not in (*DEMAND_NAMES, "id", "ids", "编号"):
            fail(
                "看不出哪一列是需求点编号",
                "no column is known to hold the ids of the demand points",
                remedy_zh="请把编号列命名为 id 并放在第一列，或设为索引",
                remedy_en="name the column of ids `id` and put it first, or make it the index",
                file=path,
                column=str(first),
            )
        table = table.set_index(first)
    ids, sites = _texts(table.index.tolist()), _texts(table.columns.tolist())
    values = np.full(table.shape, np.nan)
    for k, name in enumerate(sites):
        values[:, k] = _column(table.iloc[:, k], name, cells)
    cells.close()
    faults.raise_if_any()
    return _from_dense(path, values, (ids, sites), unit)


def _load_parquet(path: Path) -> Any:
    import pandas as pd

    if find_spec("pyarrow") is None:
        fail(
            "读取 Parquet 需要 pyarrow",
            "reading Parquet needs pyarrow",
            remedy_zh='请运行 pip install "siting[parquet]"（或 pip install pyarrow），或改用 CSV、NPZ',
            remedy_en='run pip install "siting[parquet]" (or pip install pyarrow), or use CSV or NPZ',
            file=path,
        )
    try:
        return pd.read_parquet(path, engine="pyarrow")
    except (ValueError, OSError) as error:  # pyarrow's own errors are both
        fail(f"无法读取文件（{error}）", f"the file cannot be read ({error})", file=path)


def _column(column: Any, name: str, cells: CellFaults) -> FloatArray:
    """A column's numbers, NaN for null; booleans and texts are refused."""
    filled = column[column.notna()]
    if column.dtype.kind not in "iuf" and len(filled):  # a column of nulls alone has no kind
        cells.add(NOT_NUMBERS, row=None, column=name, value=filled.iloc[0])
        return np.full(len(column), np.nan)
    values: FloatArray = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return values


def _texts(keys: Sequence[object]) -> list[str]:
    """Ids as text; whole numbers that came as floating ones without their `.0`."""
    return [str(int(k)) if isinstance(k, float) and k.is_integer() else str(k).strip() for k in keys]


def _load(path: Path) -> Any:
    try:
        return np.load(path, allow_pickle=False)
    except (ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        fail(
            f"无法读取文件（{error}）",
            f"the file cannot be read ({error})",
            remedy_zh="请用 numpy.save、numpy.savez 或 scipy.sparse.save_npz 写成，数组中不含 Python 对象",
            remedy_en="write it with numpy.save, numpy.savez or scipy.sparse.save_npz, without Python objects in it",
            file=path,
        )


def _check_names(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    known = (MATRIX, *IDS, *axes())
    faults = Faults(path)
    for name in arrays:
        if name not in known:
            close = nearest_word(name, known)
            faults.add(
                "不认识的数组",
                "unknown array",
                remedy_zh=f"是否想写“{close}”？" if close else f"可用：{'、'.join(known)}",
                remedy_en=f"did you mean {close!r}?" if close else f"known are {', '.join(known)}",
                value=name,
            )
    if MATRIX not in arrays:
        faults.add(
            "缺少数组 impedance",
            "the array impedance is missing",
            remedy_zh="np.savez(文件, impedance=矩阵, demand_ids=..., site_ids=...)",
            remedy_en="np.savez(file, impedance=matrix, demand_ids=..., site_ids=...)",
            column=MATRIX,
        )
    faults.raise_if_any()


def _from_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], unit: str) -> Matrix:
    matrix = _numbers(path, arrays[MATRIX], MATRIX)
    if matrix.ndim != 2:
        fail(
            f"矩阵应有两维，实有 {matrix.ndim} 维",
            f"the matrix must have two dimensions, not {matrix.ndim}",
            file=path,
            column=MATRIX,
            value=matrix.shape,
        )
    faults = Faults(path)
    length = dict(zip((DEMAND, SITE), matrix.shape, strict=True))
    along = dict(zip(IDS, (DEMAND, SITE), strict=True)) | axes()
    for name, array in arrays.items():
        if name != MATRIX and array.shape != (length[along[name]],):
            faults.add(
                f"数组长度应为 {length[along[name]]}",
                f"the array must have the length {length[along[name]]}",
                remedy_zh="行是需求点，列是地点",
                remedy_en="rows are demand points, columns are sites",
                column=name,
                value=array.shape,
            )
    faults.raise_if_any()
    ids = tuple(
        _texts(arrays[name].tolist()) if name in arrays else [f"{letter}{k + 1}" for k in range(count)]
        for name, letter, count in zip(IDS, "ij", matrix.shape, strict=True)
    )
    made = _from_dense(path, matrix, (ids[0], ids[1]), unit)
    others = {name: _numbers(path, array, name) for name, array in arrays.items() if name not in (MATRIX, *IDS)}
    return Matrix(made.demand_ids, made.site_ids, made.impedance, others)


def _numbers(path: Path, array: NDArray[Any], name: str) -> FloatArray:
    if array.dtype.kind not in "iufb" or (array.dtype.kind == "b" and name == MATRIX):
        fail(
            f"数组应为数值，实为 {array.dtype}",
            f"the array must hold numbers, not {array.dtype}",
            file=path,
            column=name,
        )
    return np.asarray(array, dtype=np.float64)


def _from_dense(path: Path, values: FloatArray, ids: tuple[Sequence[str], Sequence[str]], unit: str) -> Matrix:
    width = max(values.shape[1], 1)
    _check(path, values, lambda k: (k // width, k % width), ids)
    return Matrix(tuple(ids[0]), tuple(ids[1]), ImpedanceMatrix.from_dense(values, unit))


def _from_sparse(path: Path, matrix: Any, unit: str) -> Matrix:
    pairs = matrix.tocoo()
    values = _numbers(path, pairs.data, MATRIX)
    n, m = pairs.shape
    ids = [f"i{k + 1}" for k in range(n)], [f"j{k + 1}" for k in range(m)]
    return _from_pairs(path, pairs.row.astype(np.int64), pairs.col.astype(np.int64), values, ids, unit)


def _from_pairs(
    path: Path, i: IntArray, j: IntArray, values: FloatArray, ids: tuple[Sequence[str], Sequence[str]], unit: str
) -> Matrix:
    cells = CellFaults(Faults(path))
    twice = repeated(i, j)
    cells.add_many(TWICE, twice.size, lambda k: (None, MATRIX, f"{ids[0][i[twice[k]]]}, {ids[1][j[twice[k]]]}"))
    cells.close()
    cells.faults.raise_if_any()
    _check(path, values, lambda k: (int(i[k]), int(j[k])), ids)
    there = np.isfinite(values)
    shape = len(ids[0]), len(ids[1])
    pairs = ImpedanceMatrix.from_pairs(i[there], j[there], values[there], shape, unit)
    return Matrix(tuple(ids[0]), tuple(ids[1]), pairs)


def _check(
    path: Path,
    values: FloatArray,
    pair: Callable[[int], tuple[int, int]],
    ids: tuple[Sequence[str], Sequence[str]],
) -> None:
    """Refuse ids and values that cannot be; `pair` gives row and column of an entry."""
    cells = CellFaults(Faults(path))
    check_ids(ids[0], cells.faults, rows=range(1, len(ids[0]) + 1), what="demand")
    check_ids(ids[1], cells.faults, rows=None, what="site")

    def place(k: int) -> tuple[int | None, str]:
        i, j = pair(k)
        return None, f"{ids[0][i]}, {ids[1][j]}"

    check_values(values, cells, place)
    cells.close()
    cells.faults.raise_if_any()
