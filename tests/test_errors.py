from __future__ import annotations

import pytest

from siting.errors import Fault, Faults, InputError, SitingError, fail


def test_faults_are_raised_together_with_place_and_remedy() -> None:
    faults = Faults("folder/demand.csv")
    faults.add("重复编号", "duplicate id", row=3, column="id", value="v1", remedy_zh="改名", remedy_en="rename")
    faults.add("缺列", "missing column", column="zone")
    with pytest.raises(InputError) as caught:
        faults.raise_if_any()
    assert len(caught.value.faults) == 2
    text = str(caught.value)
    assert "demand.csv" in text
    assert "row 3" in text
    assert "'v1'" in text
    assert "改名" in text


def test_nothing_gathered_raises_nothing() -> None:
    Faults("a.csv").raise_if_any()


def test_long_runs_of_one_fault_are_shortened_with_their_count() -> None:
    faults = Faults("a.csv")
    for row in range(50):
        faults.add("坏", "bad", row=row, column="x")
    faults.add("另", "other", row=1)
    with pytest.raises(SitingError) as caught:
        faults.raise_if_any()
    texts = [fault.en for fault in caught.value.faults]
    assert texts.count("bad") == Faults.SHOWN_PER_KIND
    assert "other" in texts
    assert any("40 more" in text for text in texts)


def test_fail_raises_one_fault_and_long_values_are_cut() -> None:
    with pytest.raises(InputError) as caught:
        fail("错", "wrong", value="x" * 500)
    assert len(caught.value.faults[0].value or "") == 80


def test_a_fault_without_place_has_none() -> None:
    assert Fault("错", "wrong").place == ""
