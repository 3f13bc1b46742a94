from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError
from siting.instance.decay import FORMS, Decay


@pytest.mark.parametrize(
    ("form", "parameter", "expected"),
    [
        ("linear", 40, [1, 0.75, 0.5, 0, 0, 0]),
        ("power", 1, [1, 0.1, 0.05, 0.025, 1 / 80, 0]),
        ("exponential", 0.1, [1, np.exp(-1), np.exp(-2), np.exp(-4), np.exp(-8), 0]),
        # (exp(-1/32) - exp(-1/2)) / (1 - exp(-1/2)), the same with 1/8, and 0 from the parameter on.
        ("gaussian", 40, [1, 0.9218064, 0.7013665, 0, 0, 0]),
    ],
)
def test_shares_at_0_10_20_40_80_and_no_reach(form, parameter, expected):
    assert Decay(form, parameter).share([0, 10, 20, 40, 80, np.inf]) == pytest.approx(expected, abs=1e-6)


@given(st.sampled_from(FORMS), st.floats(0.01, 100), st.lists(st.floats(0, 300), min_size=2, max_size=20))
def test_a_share_is_in_0_to_1_and_never_rises(form, parameter, minutes):
    share = Decay(form, parameter).share(sorted(minutes))
    assert ((share >= 0) & (share <= 1)).all()
    assert (np.diff(share) <= 1e-15).all()


@pytest.mark.parametrize(("form", "parameter"), [("quadratic", 1), ("linear", 0), ("linear", -1), ("power", np.inf)])
def test_other_forms_and_parameters_are_refused(form, parameter):
    with pytest.raises(InputError):
        Decay(form, parameter)
