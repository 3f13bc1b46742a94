from __future__ import annotations

import mmap

import pytest

from siting.sweep import peak
from siting.sweep.peak import forget_peak, peak_mb


def hold() -> None:
    """Touch 200 MB and give them back: pages of their own, not what an allocator had kept of earlier tests."""
    with mmap.mmap(-1, 200 * 1024**2) as pages:
        for start in range(0, len(pages), mmap.PAGESIZE):
            pages[start] = 1


def test_the_peak_knows_what_was_held_and_given_back() -> None:
    forget_peak()
    before = peak_mb()
    hold()
    assert peak_mb() - before > 150


@pytest.mark.skipif(not peak._CLEAR.exists(), reason="only Linux can begin anew")
def test_the_peak_can_be_forgotten() -> None:
    hold()
    high = peak_mb()
    forget_peak()
    assert high - peak_mb() > 150


def test_systems_without_proc_are_asked_in_their_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("resource")
    told = peak_mb()
    monkeypatch.setattr(peak, "_STATUS", peak._STATUS / "none")
    assert peak_mb() >= told - 1
