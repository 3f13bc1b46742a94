"""The worked examples: of each model the Python lines that ask a small question with one best plan only."""

from __future__ import annotations

from dataclasses import dataclass

VILLAGES = "ABCDEF"
HEAD = """\
from siting.instance import Instance
from siting.optimise import solve
"""
DATA = """\
minutes = [  # from each village to a site in each village
    [0, 4, 9, 14, 18, 23],
    [4, 0, 5, 9, 14, 19],
    [9, 5, 0, 6, 10, 16],
    [14, 9, 6, 0, 5, 10],
    [18, 14, 10, 5, 0, 9],
    [23, 19, 16, 10, 9, 0],
]
people = [40, 65, 90, 30, 85, 55]
"""
LONG = 100  # columns of a call on one line


@dataclass(frozen=True)
class Example:
    """One question.

    Attributes:
        numbers: arguments of `Instance.from_arrays` beside minutes, people and names.
        imports: lines beside those that every example has.
        before: lines between the data and the instance.
        rows: the demand rows, where they are not the six villages: minutes, people, names.
        beside: another model that is asked with the same numbers, to compare.
    """

    numbers: tuple[str, ...]
    imports: str = ""
    before: str = ""
    rows: str = 'minutes, people, demand_ids="ABCDEF"'
    beside: str = ""

    def lines(self, model: str) -> str:
        """The program."""
        parts = [f"{self.rows}, site_ids=\"ABCDEF\"", *self.numbers]
        call = "instance = Instance.from_arrays(\n" + "".join(f"    {part},\n" for part in parts) + ")\n"
        imports = "".join(sorted((HEAD + self.imports).splitlines(keepends=True), key=_import_order))
        return f'{imports}\n{DATA}{self.before}{call}solution = solve(instance, "{model}")\n'


def _import_order(line: str) -> tuple[bool, str]:
    return "siting" in line, line


ADJACENCY = "from siting.adjacency import Adjacency\n"
DECAY = "from siting.decay import Decay\n"
TOUCH = "touching = Adjacency.from_pairs([0, 1, 2, 2, 3, 4], [1, 2, 3, 4, 4, 5], 6)  # A-B, B-C, C-D, C-E, D-E, E-F\n"
UNITS = ("adjacency=touching", "site_unit=[0, 1, 2, 3, 4, 5]")
COST = "fixed_cost=[900, 1000, 1100, 700, 1050, 800]"
FUTURES = """\
grown = [40, 65, 50, 30, 85, 240]  # if the new town at F is built
best = []
for persons in (people, grown):
    alone = solve(Instance.from_arrays(minutes, persons, p=2), "p_median")
    best.append(alone.outcome.objective)
"""

EXAMPLES: dict[str, Example] = {
    "p_median": Example(("p=2",)),
    "p_center": Example(("p=2",), beside="p_median"),
    "weighted_p_center": Example(("p=2",), beside="p_center"),
    "fixed_charge": Example((COST, "travel_cost=0.8"), beside=""),
    "p_dispersion": Example(
        ("p=3", "site_impedance=ImpedanceMatrix.from_dense(minutes)", "forbidden=[0, 0, 0, 0, 0, 1]"),
        imports="from siting.impedance import ImpedanceMatrix\n",
    ),
    "set_covering": Example(("standard=8",)),
    "partial_set_covering": Example(("standard=5", "cover_share=0.65"), beside="set_covering"),
    "tiered_covering": Example(("coverage_targets=((0, 0.45), (9, 0.9))",)),
    "backup_set_covering": Example(("standard=9",), beside="set_covering"),
    "maximal_covering": Example(("p=2", "standard=5")),
    "backup_covering": Example(("p=3", "standard=9"), beside="maximal_covering"),
    "maximal_backup_covering": Example(("p=2", "standard=9", "backup_weight=0.6"), beside="maximal_covering"),
    "gradual_covering": Example(("p=2", "standard=4", "outer_standard=12"), beside="maximal_covering"),
    "capacitated_p_median": Example(("p=2", "capacity=185"), beside="p_median"),
    "single_source_p_median": Example(("p=2", "capacity=200"), beside="capacitated_p_median"),
    "closest_p_median": Example(("p=3", "capacity=170"), beside="capacitated_p_median"),
    "sized_p_median": Example(
        ("budget=9_000_000", "size_capacity=[90, 180, 270]", "size_cost=[2_400_000, 4_000_000, 5_600_000]"),
    ),
    "capacitated_fixed_charge": Example((COST, "travel_cost=0.8", "capacity=150"), beside="fixed_charge"),
    "single_source_fixed_charge": Example(
        (COST, "travel_cost=0.8", "capacity=150"), beside="capacitated_fixed_charge"
    ),
    "capacitated_set_covering": Example(("standard=9", "capacity=140"), beside="set_covering"),
    "capacitated_maximal_covering": Example(("p=2", "standard=5", "capacity=130"), beside="maximal_covering"),
    "lexicographic_minimax": Example(("p=2",), beside="p_center"),
    "worst_share_mean": Example(("p=2", "worst_share=0.2"), beside="p_median"),
    "ordered_median": Example(("p=2", "ordered_weights=((1.0, 0.5), (0.2, 0.5))"), beside="p_median"),
    "minimum_envy": Example(("p=2", "standard=5", "envy_weight=3"), beside="p_median"),
    "balanced_zones": Example(("p=2", "demand_zone=[0, 0, 0, 1, 1, 1]", "zone_spread=1"), beside="p_median"),
    "least_inequality": Example(("p=2",), beside="p_median"),
    "contiguous_p_median": Example(
        ("p=2", "capacity=200", *UNITS), imports=ADJACENCY, before=TOUCH, beside="single_source_p_median"
    ),
    "contiguous_fixed_charge": Example(
        (COST, "travel_cost=0.8", "capacity=150", *UNITS),
        imports=ADJACENCY,
        before=TOUCH,
        beside="single_source_fixed_charge",
    ),
    "maximum_attendance": Example(("p=2", 'decay=Decay("linear", 15)'), imports=DECAY, beside="p_median"),
    "market_share": Example(
        (
            "p=1",
            'decay=Decay("exponential", 0.15)',
            "existing=[0, 0, 1, 0, 0, 0]",
            "competitor=[0, 0, 1, 0, 0, 0]",
        ),
        imports=DECAY,
    ),
    "target_market_share": Example(
        (
            "cover_share=0.6",
            'decay=Decay("exponential", 0.15)',
            "existing=[0, 0, 1, 0, 0, 0]",
            "competitor=[0, 0, 1, 0, 0, 0]",
        ),
        imports=DECAY,
        beside="",
    ),
    "maximal_expected_covering": Example(("standard=5", "servers=3", "busy_fraction=0.3")),
    "minimax_regret": Example(
        ("p=2", "future=[0] * 6 + [1] * 6", "future_best=np.array(best)"),
        imports="import numpy as np\n",
        before=FUTURES,
        rows='minutes + minutes, people + grown, demand_ids=[v + k for k in "12" for v in "ABCDEF"]',
        beside="",
    ),
}
