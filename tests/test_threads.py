"""Parts of an array side by side."""

from hypothesis import given
from hypothesis import strategies as st

from siting.threads import in_parts


@given(st.integers(0, 50), st.integers(1, 10), st.integers(1, 8))
def test_parts_cover_everything_once_and_in_order(size: int, least: int, threads: int) -> None:
    parts = in_parts(lambda begin, end: list(range(begin, end)), size, least=least, threads=threads)
    assert [k for part in parts for k in part] == list(range(size))
    assert len(parts) <= threads
