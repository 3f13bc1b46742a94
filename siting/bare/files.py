"""Which reader reads which kind of matrix file."""

from __future__ import annotations

from pathlib import Path

from siting.bare.matrix import Matrix
from siting.bare.matrix_arrays import read_npy, read_npz, read_parquet
from siting.bare.matrix_csv import read_csv
from siting.bare.notes import Notes
from siting.errors import fail
from siting.files.text import refuse_missing

READERS = {
    **dict.fromkeys((".csv", ".txt", ".tsv"), read_csv),
    **dict.fromkeys((".parquet", ".pq"), read_parquet),
    ".npz": read_npz,
    ".npy": read_npy,
}


def read_matrix(path: Path, unit: str, notes: Notes) -> Matrix:
    """Read a matrix: `.csv` (also `.txt`, `.tsv`), `.parquet`, `.npz` or `.npy`.

    Raises:
        InputError: with every fault by row, column id and value.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        fail(
            "不认识这种矩阵文件",
            "a matrix is not read from this kind of file",
            remedy_zh="可用 .csv、.parquet、.npz、.npy；Excel 表格请另存为“CSV UTF-8（逗号分隔）”",
            remedy_en="use .csv, .parquet, .npz or .npy; save an Excel sheet as 'CSV UTF-8 (comma delimited)'",
            file=path,
            value=path.suffix,
        )
    if not path.is_file():
        refuse_missing(path)
    matrix = reader(path, unit, notes)
    if not matrix.demand_ids or not matrix.site_ids:
        fail(
            "矩阵中没有需求点或没有地点",
            "the matrix has no demand points or no sites",
            remedy_zh="第一行写地点编号，第一列写需求点编号，其余各格写阻抗",
            remedy_en="write site ids in the first row, demand ids in the first column, impedances in the other cells",
            file=path,
        )
    return matrix
