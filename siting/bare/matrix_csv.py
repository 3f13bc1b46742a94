"""A matrix from CSV: wide (one row a demand point, one column a site) or long (one row a pair)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from siting.bare.cells import NO_VALUE, CellFaults, fast_numbers, read_delimited, read_number, split_rows
from siting.bare.matrix import (
    NO_ID,
    NO_IDS,
    TEXT,
    TWICE,
    WORD,
    Matrix,
    check_ids,
    check_values,
    index_ids,
    long_form,
    ragged,
    repeated,
    sentinel,
)
from siting.bare.notes import Notes
from siting.errors import Faults
from siting.impedance import FloatArray, ImpedanceMatrix, IntArray


def read_csv(path: Path, unit: str, notes: Notes) -> Matrix:
    """Wide or long, told apart by the header.

    Raises:
        InputError: with every fault by row, column id and value.
    """
    text, delimiter = read_delimited(path, notes)
    header = next(csv.reader([text.split("\n", 1)[0]], delimiter=delimiter))
    place = long_form(header)
    if place is not None:
        matrix = _read_long_fast(text, delimiter, len(header), place, unit)
        if matrix is not None:
            return matrix
    header, *body = split_rows(path, text, delimiter)
    cells = CellFaults(Faults(path))
    numbers, rows = [], []
    for number, row in enumerate(body, start=2):
        if len(row) == len(header):
            numbers.append(number)
            rows.append(row)
        elif any(cell.strip() for cell in row):
            cells.add(ragged(len(header)), row=number, column=None, value=len(row))
    if place is None:
        return _read_wide(header, rows, numbers, unit, cells)
    names, columns = [header[k].strip() for k in place], [[row[k] for row in rows] for k in place]
    return _read_long(names, columns, numbers, unit, cells)


def _read_wide(header: list[str], rows: list[list[str]], numbers: list[int], unit: str, cells: CellFaults) -> Matrix:
    kept = [k for k, row in enumerate(rows) if row[0].strip() or any(cell.strip() for cell in row)]
    rows, numbers = [rows[k] for k in kept], [numbers[k] for k in kept]
    width = len(header)
    while width > 1 and not any(row[width - 1].strip() for row in (header, *rows)):
        width -= 1  # spreadsheets like to leave empty columns at the end
    sites, ids = [cell.strip() for cell in header[1:width]], [row[0].strip() for row in rows]
    if all(read_number(cell) is not None and cell.strip() for cell in header[:width]):
        cells.add(NO_IDS, row=1, column=None, value=header[0])
    check_ids(sites, cells.faults, rows=None, what="site")
    check_ids(ids, cells.faults, rows=numbers, what="demand")
    values = np.full((len(ids), len(sites)), np.nan)
    for k, row in enumerate(rows):
        values[k] = _numbers(row[1:width], cells, [numbers[k]] * len(sites), sites)

    check_values(values, cells, lambda k: (numbers[k // len(sites)], sites[k % len(sites)]))
    cells.close()
    cells.faults.raise_if_any()
    return Matrix(tuple(ids), tuple(sites), ImpedanceMatrix.from_dense(values, unit))


def _numbers(row: Sequence[str], cells: CellFaults, rows: Sequence[int], columns: Sequence[str]) -> FloatArray:
    """The numbers of cells, NaN where empty; bad ones are noted at their row and column."""
    values = fast_numbers(row)
    if values is not None:
        return values
    values = np.full(len(row), np.nan)
    for k, cell in enumerate(row):
        number = read_number(cell)
        if number is None:
            kind = WORD if cell.strip().lower() in NO_VALUE else TEXT
            cells.add(kind, row=rows[k], column=columns[k], value=cell)
        else:
            values[k] = number
    return values


def _read_long_fast(text: str, delimiter: str, width: int, place: tuple[int, int, int], unit: str) -> Matrix | None:
    """A table of millions of pairs in seconds; None where anything needs a closer look."""
    import pandas as pd  # slow to load

    if '"' in text or text.count(delimiter) != (width - 1) * (text.rstrip("\n").count("\n") + 1):
        return None
    try:
        table = pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            usecols=list(place),
            dtype=dict.fromkeys(place[:2], str),
            keep_default_na=False,
            na_values=[""],
            skip_blank_lines=False,
            header=None,
            skiprows=1,
        )
    except (ValueError, pd.errors.ParserError):
        return None
    values = table[place[2]]
    if values.dtype.kind not in "if":
        return None
    (i, points), (j, places) = (pd.factorize(table[k]) for k in place[:2])  # in order of appearance
    demand_ids, site_ids = [str(key) for key in points], [str(key) for key in places]
    if (i < 0).any() or (j < 0).any() or any(key != key.strip() or not key for key in (*demand_ids, *site_ids)):
        return None
    t = values.to_numpy(dtype=np.float64)
    good = not np.isinf(t).any() and not (t < 0).any() and np.isnan(sentinel(t)) and not repeated(i, j).size
    return _from_pairs(i, j, t, demand_ids, site_ids, unit) if good else None


def _from_pairs(
    i: IntArray, j: IntArray, values: FloatArray, demand_ids: Sequence[str], site_ids: Sequence[str], unit: str
) -> Matrix:
    there = ~np.isnan(values)  # a row without a value only tells that the point and the site exist
    shape = (len(demand_ids), len(site_ids))
    pairs = ImpedanceMatrix.from_pairs(i[there], j[there], values[there], shape, unit)
    return Matrix(tuple(demand_ids), tuple(site_ids), pairs)


def _read_long(names: list[str], columns: list[list[str]], numbers: list[int], unit: str, cells: CellFaults) -> Matrix:
    demand, site = ([cell.strip() for cell in column] for column in columns[:2])
    for name, column in zip(names[:2], (demand, site), strict=True):
        for number in [number for number, key in zip(numbers, column, strict=True) if not key]:
            cells.add(NO_ID, row=number, column=name, value="")
    values = _numbers(columns[2], cells, numbers, [names[2]] * len(numbers))
    demand_ids, i = index_ids(demand)
    site_ids, j = index_ids(site)

    check_values(values, cells, lambda k: (numbers[k], names[2]))
    twice = repeated(i, j)
    cells.add_many(
        TWICE,
        twice.size,
        lambda k: (numbers[twice[k]], f"{names[0]}, {names[1]}", f"{demand[twice[k]]}, {site[twice[k]]}"),
    )
    cells.close()
    cells.faults.raise_if_any()
    return _from_pairs(i, j, values, demand_ids, site_ids, unit)
