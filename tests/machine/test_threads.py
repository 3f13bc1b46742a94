"""Parts of an array side by side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.machine import threads
from siting.machine.threads import in_parts


@given(st.integers(0, 50), st.integers(1, 10), st.integers(1, 8))
def test_parts_cover_everything_once_and_in_order(size: int, least: int, most: int) -> None:
    parts = in_parts(lambda begin, end: list(range(begin, end)), size, least=least, threads=most)
    assert [k for part in parts for k in part] == list(range(size))
    assert len(parts) <= most


def test_a_process_can_be_kept_to_a_share_of_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_share", None)
    all_of_them = threads.core_count()
    for asked, granted in ((0, 1), (1, 1), (10_000, all_of_them)):
        threads.use_at_most(asked)
        assert threads.core_count() == granted
    threads.use_at_most(1)
    assert len(threads.in_parts(lambda begin, end: (begin, end), 100)) == 1
