from __future__ import annotations

import numpy as np
import pytest

from siting.sweep import peak
from siting.sweep.peak import forget_peak, peak_mb


def test_the_peak_knows_what_was_held_and_given_back() -> None:
    forget_peak()
    before = peak_mb()
    held = np.ones(25_000_000)  # 191 MB, touched
    del held
    assert peak_mb() - before > 150


@pytest.mark.skipif(not peak._CLEAR.exists(), reason="only Linux can begin anew")
def test_the_peak_can_be_forgotten() -> None:
    held = np.ones(25_000_000)
    high = peak_mb()
    del held
    forget_peak()
    assert high - peak_mb() > 150


def test_systems_without_proc_are_asked_in_their_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("resource")
    told = peak_mb()
    monkeypatch.setattr(peak, "_STATUS", peak._STATUS / "none")
    assert peak_mb() >= told - 1
