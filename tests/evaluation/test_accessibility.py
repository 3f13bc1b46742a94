"""Floating catchments against tables worked by hand, the published formulas term by term, and their laws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import InputError
from siting.evaluation.accessibility import (
    Level,
    accessibility_gini,
    enhanced_two_step,
    hierarchical_two_step,
    three_step,
    two_step,
)
from siting.evaluation.metrics import coefficient_of_variation, weighted_mean, weighted_variance
from siting.impedance import ImpedanceMatrix
from siting.instance.decay import Decay

LUO_QI = ((10, 1.0), (20, 0.68), (30, 0.22))
# Four villages, three clinics; minutes.
MINUTES = np.array([[5, 25, np.inf], [10, 15, np.inf], [30, 20, 31], [np.inf, np.inf, 40]])
PEOPLE = np.array([100.0, 300.0, 200.0, 50.0])
DOCTORS = np.array([6.0, 3.0, 8.0])


def matrix(minutes=MINUTES) -> ImpedanceMatrix:
    return ImpedanceMatrix.from_dense(minutes)


def by_the_formula(minutes, people, places, weight, *, choice=False, used=None):
    """R_j = S_j / sum_k G_kj f_kj a_k, A_i = sum_j G_ij f_ij g_ij R_j, in loops; G is 1 unless people choose."""
    n, m = minutes.shape
    f = [[weight(i, minutes[i, j]) if np.isfinite(minutes[i, j]) else 0.0 for j in range(m)] for i in range(n)]
    share = [[1.0] * m for _ in range(n)]
    if choice:
        for i in range(n):
            drawn = sum(f[i][j] for j in range(m) if places[j] > 0)
            share[i] = [f[i][j] / drawn if drawn and places[j] > 0 else 0.0 for j in range(m)]
    found = np.zeros(n)
    for j in range(m):
        seekers = sum(share[k][j] * f[k][j] * people[k] for k in range(n))
        for i in range(n):
            if seekers > 0:
                second = 1.0 if used is None else used(i, minutes[i, j])
                found[i] += share[i][j] * f[i][j] * second * places[j] / seekers if f[i][j] else 0.0
    return found


def test_two_step_of_a_table_by_hand():
    # Within 20 min: clinic 1 has villages 1, 2 (400 people), clinic 2 villages 2, 3 (500), clinic 3 nobody.
    found = two_step(matrix(), PEOPLE, supply=DOCTORS, threshold=20)
    assert found == pytest.approx([6 / 400, 6 / 400 + 3 / 500, 3 / 500, 0], abs=1e-15)
    assert found @ PEOPLE == pytest.approx(9)  # of 17 doctors: nobody reaches the eight of clinic 3


def test_each_demand_point_may_have_its_own_threshold():
    # Village 1 walks 5 min, the others ride 40: clinic 1 has 1, 2, 3 (600), clinic 2 has 2, 3 (500), clinic 3 has 3, 4.
    found = two_step(matrix(), PEOPLE, supply=DOCTORS, threshold=[5, 40, 40, 40])
    expected = [6 / 600, 6 / 600 + 3 / 500, 6 / 600 + 3 / 500 + 8 / 250, 8 / 250]
    assert found == pytest.approx(expected)
    assert found @ PEOPLE == pytest.approx(17)


def test_enhanced_two_step_of_a_table_by_hand():
    # Clinic 1: 100 + 300 + 0.22 x 200 = 444; clinic 2: 0.22 x 100 + 0.68 x 300 + 0.68 x 200 = 362; clinic 3: none.
    found = enhanced_two_step(matrix(), PEOPLE, supply=DOCTORS, zones=LUO_QI)
    one, two = 6 / 444, 3 / 362
    assert found == pytest.approx([one + 0.22 * two, one + 0.68 * two, 0.22 * one + 0.68 * two, 0])
    assert found @ PEOPLE == pytest.approx(9)


def test_the_upper_limit_of_a_zone_belongs_to_it():
    times = ImpedanceMatrix.from_dense([[0, 10], [10.001, 30], [30.001, 31]])
    found = enhanced_two_step(times, [1, 1, 1], supply=[1, 1], zones=LUO_QI)
    assert found == pytest.approx([1 / 1.68 + 1 / 1.22, 0.68 / 1.68 + 0.22 / 1.22, 0])


def test_three_step_of_a_table_by_hand():
    # Within 25 min village 1 and 2 reach both clinics, 3 the second only: clinic 1 draws 50 + 150, clinic 2 400.
    found = three_step(matrix(), PEOPLE, supply=DOCTORS, threshold=25)
    assert found == pytest.approx([0.5 * 6 / 200 + 0.5 * 3 / 400] * 2 + [3 / 400, 0])
    assert found @ PEOPLE == pytest.approx(9)


def test_riders_outnumber_walkers_in_two_steps_and_not_in_three():
    # Ten schools of 100 seats; 1,000 pupils ride to all of them, 50 walk to the first only.
    times = np.full((2, 10), 5.0)
    times[1, 1:] = np.inf
    people, seats = np.array([1000.0, 50.0]), np.full(10, 100.0)
    two = two_step(ImpedanceMatrix.from_dense(times), people, supply=seats, threshold=10)
    three = three_step(ImpedanceMatrix.from_dense(times), people, supply=seats, threshold=10)
    assert two[1] == pytest.approx(100 / 1050)
    assert three[1] == pytest.approx(100 / 150)  # a tenth of the riders comes
    assert two @ people == pytest.approx(1000)
    assert three @ people == pytest.approx(1000)


def test_sites_without_supply_draw_nobody():
    times = ImpedanceMatrix.from_dense([[1, 1]])
    assert three_step(times, [10], supply=[5, 0], threshold=5) == pytest.approx([0.5])


def test_levels_of_a_table_by_hand():
    clinics = Level("clinic", matrix(), DOCTORS, threshold=20)
    hospital = Level("hospital", matrix([[50], [40], [30], [90]]), [30], threshold=60, demand_share=[0.5, 1, 0.5, 1])
    found = hierarchical_two_step([clinics, hospital], PEOPLE)
    beds = 30 / (50 + 300 + 100)
    assert found.by_level["clinic"] == pytest.approx(two_step(matrix(), PEOPLE, supply=DOCTORS, threshold=20))
    assert found.by_level["hospital"] == pytest.approx([beds, beds, beds, 0])
    shares = np.array([0.5, 1, 0.5, 1])
    assert found.total == pytest.approx(found.by_level["clinic"] + shares * found.by_level["hospital"])
    assert found.total @ PEOPLE == pytest.approx(9 + 30)


def test_with_absolute_decay_it_is_the_modified_two_step():
    decay = Decay("gaussian", 40)
    level = Level("hospital", matrix(), DOCTORS, threshold=40, decay=decay)
    found = hierarchical_two_step([level], PEOPLE, absolute_decay=True).total

    def f(_, t):
        return float(decay.share(t))

    assert found == pytest.approx(by_the_formula(MINUTES, PEOPLE, DOCTORS, f, used=f))
    plain = hierarchical_two_step([level], PEOPLE).total
    assert found @ PEOPLE < plain @ PEOPLE  # what is far is used less
    # A place that is alone is served in full by 2SFCA however far its clinic is, and not so here (Delamater 2013).
    alone = replace(level, impedance=matrix([[20.0]]), supply=[10.0])
    assert hierarchical_two_step([alone], [100]).total == pytest.approx([0.1])
    assert hierarchical_two_step([alone], [100], absolute_decay=True).total == pytest.approx([0.1 * decay.share(20)])


@pytest.mark.parametrize("levels", [[], [Level("a", matrix(), DOCTORS), Level("a", matrix(), DOCTORS)]])
def test_levels_must_be_there_and_have_names_of_their_own(levels):
    with pytest.raises(ValueError, match="names of their own"):
        hierarchical_two_step(levels, PEOPLE)


@pytest.mark.parametrize("share", [-0.1, 1.1, np.nan])
def test_a_share_of_demand_is_a_share(share):
    with pytest.raises(InputError, match=r"share of demand must be in 0\.\.1"):
        hierarchical_two_step([Level("clinic", matrix(), DOCTORS, demand_share=share)], PEOPLE)


def test_a_site_without_a_limit_is_refused_by_name():
    with pytest.raises(InputError) as caught:
        two_step(matrix(), PEOPLE, supply=[np.inf, 3, np.nan], threshold=20, site_ids=["f1", "f2", "f3"])
    assert [fault.value for fault in caught.value.faults] == ["f1: inf", "f3: nan"]
    assert "leave the site out" in caught.value.faults[0].remedy_en
    with pytest.raises(InputError, match="j2: -3"):
        enhanced_two_step(matrix(), PEOPLE, supply=[1, -3, 1], zones=LUO_QI)


@pytest.mark.parametrize("people", [[1, 2, -3, 4], [1, 2, np.nan, 4], [1, 2, np.inf, 4]])
def test_people_are_counted(people):
    with pytest.raises(InputError, match="i3"):
        two_step(matrix(), people, supply=DOCTORS, threshold=20)


@pytest.mark.parametrize("threshold", [-1, np.nan, [1, 2, np.nan, 4]])
def test_a_threshold_is_a_number_of_at_least_0(threshold):
    with pytest.raises(InputError, match="threshold"):
        two_step(matrix(), PEOPLE, supply=DOCTORS, threshold=threshold)


@pytest.mark.parametrize(
    "zones",
    [(), ((20, 1), (10, 0.5)), ((10, 0.5), (20, 0.6)), ((10, 1.5),), ((10, -0.1),), ((np.nan, 1),), ((-1, 1),)],
)
def test_zones_rise_and_their_weights_do_not(zones):
    with pytest.raises(InputError, match="distance zones"):
        enhanced_two_step(matrix(), PEOPLE, supply=DOCTORS, zones=zones)


def test_arrays_must_fit():
    with pytest.raises(ValueError, match="must fit the impedance"):
        two_step(matrix(), PEOPLE[:3], supply=DOCTORS, threshold=20)
    with pytest.raises(ValueError, match="must fit the impedance"):
        two_step(matrix(), PEOPLE, supply=5.0, threshold=20)
    with pytest.raises(ValueError, match="threshold must be a number or have the shape"):
        two_step(matrix(), PEOPLE, supply=DOCTORS, threshold=[20, 20])


def test_places_without_people_and_with_no_sites_have_a_number():
    assert two_step(matrix(), np.zeros(4), supply=DOCTORS, threshold=20).tolist() == [0, 0, 0, 0]
    none = ImpedanceMatrix.from_pairs([], [], [], (3, 0))
    assert two_step(none, [1, 2, 3], supply=[], threshold=20).tolist() == [0, 0, 0]
    # What somebody would find who moved there.
    assert two_step(matrix(), [100, 0, 0, 0], supply=DOCTORS, threshold=10) == pytest.approx([0.06, 0.06, 0, 0])


def test_weights_near_nothing_give_numbers():
    times = ImpedanceMatrix.from_dense([[0.0, 740.0], [700.0, 742.0]])  # exp(-742) is below the least normal number
    found = enhanced_two_step(times, [10, 20], supply=[5, 5], zones=Decay("exponential", 1))
    assert np.isfinite(found).all()
    assert found @ [10, 20] == pytest.approx(10)


def test_gini_and_variation_of_accessibility_by_hand():
    places, people = [0.0, 0.1, 0.3], [1, 2, 1]
    assert weighted_mean(places, people) == pytest.approx(0.125)
    assert weighted_variance(places, people) == pytest.approx((0.125**2 + 2 * 0.025**2 + 0.175**2) / 4)
    assert coefficient_of_variation(places, people) == pytest.approx(np.sqrt(0.011875) / 0.125)
    assert accessibility_gini(places, people) == pytest.approx(0.45)  # (2 x 0.1 + 0.3 + 2 x 0.2) / (16 x 0.125)
    assert accessibility_gini([0.2, 0.2, 0.2], people) == coefficient_of_variation([0.2, 0.2, 0.2], people) == 0
    assert coefficient_of_variation([0, 0], [1, 1]) == 0
    assert np.isnan(coefficient_of_variation([np.nan, 1], [1, 0]))
    assert np.isnan(weighted_variance([], []))


@st.composite
def towns(draw):
    n, m = draw(st.integers(1, 6)), draw(st.integers(1, 5))
    cell = st.one_of(st.just(np.inf), st.integers(0, 60), st.floats(0, 60))
    minutes = np.array([[draw(cell) for _ in range(m)] for _ in range(n)], dtype=float)
    people = np.array([draw(st.one_of(st.just(0.0), st.floats(0.1, 5000))) for _ in range(n)])
    places = np.array([draw(st.one_of(st.just(0.0), st.floats(0.1, 2000))) for _ in range(m)])
    threshold = np.array([draw(st.sampled_from([0.0, 10, 15, 30, 60])) for _ in range(n)])
    return minutes, people, places, threshold


decays = st.one_of(
    st.just(LUO_QI),
    st.builds(Decay, st.just("gaussian"), st.floats(1, 60)),
    st.builds(Decay, st.just("exponential"), st.floats(0.01, 0.5)),
    st.builds(Decay, st.just("linear"), st.floats(1, 90)),
    st.builds(Decay, st.just("power"), st.floats(0.1, 3)),
)


def measures(town, zones):
    """Each of the conserving measures, with the weight that it gives a pair and whether people choose."""
    minutes, people, places, threshold = town
    times = ImpedanceMatrix.from_dense(minutes)

    def in_zones(i, t):
        if t > threshold[i]:
            return 0.0
        if isinstance(zones, Decay):
            return float(zones.share(t))
        return next((w for limit, w in zones if t <= limit), 0.0)

    def within(i, t):
        return float(t <= threshold[i])

    common = {"supply": places, "threshold": threshold}
    yield two_step(times, people, **common), within, False
    yield enhanced_two_step(times, people, zones=zones, **common), in_zones, False
    yield three_step(times, people, zones=zones, **common), in_zones, True
    level = Level("one", times, places, threshold=threshold, decay=zones)
    yield hierarchical_two_step([level], people).total, in_zones, False


@given(towns(), decays)
def test_the_published_formulas_term_by_term(town, zones):
    minutes, people, places, _ = town
    for found, weight, choice in measures(town, zones):
        expected = by_the_formula(minutes, people, places, weight, choice=choice)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=0)


@given(towns(), decays)
def test_supply_is_conserved_and_nobody_in_reach_is_0(town, zones):
    minutes, people, places, _ = town
    n, m = minutes.shape
    for found, weight, _ in measures(town, zones):
        f = np.array([[weight(i, minutes[i, j]) for j in range(m)] for i in range(n)])
        reached = ((f > 0) & (people[:, None] > 0)).any(axis=0)
        assert np.isfinite(found).all()
        assert (found >= 0).all()
        assert found @ people == pytest.approx(places[reached].sum(), rel=1e-9)
        assert (found[~((f > 0) & (reached & (places > 0))).any(axis=1)] == 0).all()


@given(towns(), decays, st.floats(0.01, 100), st.floats(0.01, 100))
def test_it_goes_with_the_supply_and_against_the_demand(town, zones, more, crowd):
    minutes, people, places, threshold = town
    scaled = measures((minutes, people * crowd, places * more, threshold), zones)
    for (found, *_), (other, *_) in zip(measures(town, zones), scaled, strict=True):
        np.testing.assert_allclose(other, found * more / crowd, rtol=1e-9, atol=0)


@given(towns(), decays)
def test_a_site_that_nobody_reaches_changes_nothing(town, zones):
    minutes, people, places, threshold = town
    wider = np.column_stack([minutes, np.full(people.size, np.inf)]), people, np.append(places, 1e6), threshold
    for (found, *_), (other, *_) in zip(measures(town, zones), measures(wider, zones), strict=True):
        assert found.tolist() == other.tolist()


@given(towns(), st.floats(1, 1000))
def test_a_further_site_takes_nothing_away_in_two_steps(town, seats):
    minutes, people, places, threshold = town
    before = two_step(ImpedanceMatrix.from_dense(minutes), people, supply=places, threshold=threshold)
    wider = ImpedanceMatrix.from_dense(np.column_stack([minutes, np.full(people.size, 5.0)]))
    after = two_step(wider, people, supply=np.append(places, seats), threshold=threshold)
    assert (after >= before * (1 - 1e-12)).all()


@given(towns(), decays)
def test_relabelling_changes_nothing(town, zones):
    minutes, people, places, threshold = town
    rows, columns = np.arange(people.size)[::-1], np.arange(places.size)[::-1]
    turned = minutes[np.ix_(rows, columns)], people[rows], places[columns], threshold[rows]
    for (found, *_), (other, *_) in zip(measures(town, zones), measures(turned, zones), strict=True):
        np.testing.assert_allclose(other, found[rows], rtol=1e-9, atol=0)


@given(towns(), decays, st.floats(0.05, 1))
def test_absolute_decay_only_loses_supply_and_an_equal_share_leaves_the_total(town, zones, share):
    minutes, people, places, threshold = town
    level = Level("one", ImpedanceMatrix.from_dense(minutes), places, threshold=threshold, decay=zones)
    plain = hierarchical_two_step([level], people)
    assert (hierarchical_two_step([level], people, absolute_decay=True).total <= plain.total * (1 + 1e-12)).all()
    shared = hierarchical_two_step([replace(level, demand_share=share)], people)
    np.testing.assert_allclose(shared.total, plain.total, rtol=1e-9, atol=0)
    np.testing.assert_allclose(shared.by_level["one"] * share, plain.by_level["one"], rtol=1e-9, atol=0)


@given(st.lists(st.tuples(st.floats(0, 500), st.floats(0.01, 5000)), min_size=1, max_size=25), st.floats(0.01, 100))
def test_variation_is_numpys_and_knows_no_unit(data, factor):
    x, w = (np.array(column) for column in zip(*data, strict=True))
    mean = np.average(x, weights=w)
    assert weighted_variance(x, w) == pytest.approx(np.average((x - mean) ** 2, weights=w), rel=1e-9, abs=1e-12)
    value = coefficient_of_variation(x, w)
    assert coefficient_of_variation(x * factor, w) == pytest.approx(value, rel=1e-6, abs=1e-6)
