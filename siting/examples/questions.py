"""The worked examples: of each model the Python lines that ask a small question with one best plan only."""

from __future__ import annotations

from dataclasses import dataclass

HEAD = """\
from siting.instance import Instance
from siting.solving.optimise import solve
"""
DATA = """\
sites = ["S1", "S2", "S3", "S4", "S5", "S6"]
minutes = [  # from each village to each site
    [3, 11, 13, 14, 15, 24],
    [8, 6, 9, 11, 10, 19],
    [10, 6, 11, 5, 7, 17],
    [16, 5, 7, 8, 6, 10],
    [20, 10, 11, 8, 6, 9],
    [25, 13, 12, 15, 14, 2],
]
people = [40, 65, 90, 30, 85, 55]
"""


@dataclass(frozen=True)
class Example:
    """One question.

    Attributes:
        numbers: arguments of `Instance.from_arrays` beside minutes, people and names.
        imports: lines beside those that every example has.
        before: lines between the data and the instance.
        rows: the demand rows, where they are not the six villages: minutes, people, names.
        beside: another model that is asked with the same numbers, to compare.
        many: whether the best choice of sites leaves open who goes where, so that this is not shown.
    """

    numbers: tuple[str, ...]
    imports: str = ""
    before: str = ""
    rows: tuple[str, ...] = ("minutes", "people", 'demand_ids=list("ABCDEF")')
    beside: str = ""
    many: bool = False

    def lines(self, model: str) -> str:
        """The program."""
        parts = [*self.rows, "site_ids=sites", *self.numbers]
        call = "instance = Instance.from_arrays(\n" + "".join(f"    {part},\n" for part in parts) + ")\n"
        imports = "".join(sorted((HEAD + self.imports).splitlines(keepends=True), key=_import_order))
        return f'{imports}\n{DATA}{self.before}{call}solution = solve(instance, "{model}")\n'


def _import_order(line: str) -> tuple[bool, str]:
    return "siting" in line, line


ADJACENCY = "from siting.instance.adjacency import Adjacency\n"
DECAY = "from siting.instance.decay import Decay\n"
TOUCH = "touching = Adjacency.from_pairs([0, 1, 2, 3, 4], [1, 2, 3, 4, 5], 6)  # A-B, B-C, C-D, D-E, E-F\n"
UNITS = ("adjacency=touching", "site_unit=[0, 3, 3, 2, 2, 5]")
COST = ("fixed_cost=[900, 700, 1000, 800, 1200, 950]", "travel_cost=0.8")
BETWEEN = """\
between = [  # minutes from site to site
    [0, 13, 16, 15, 16, 25],
    [13, 0, 5, 8, 8, 14],
    [16, 5, 0, 12, 11, 12],
    [15, 8, 12, 0, 3, 15],
    [16, 8, 11, 3, 0, 13],
    [25, 14, 12, 15, 13, 0],
]
"""
FUTURES = """\
grown = [200, 65, 90, 30, 85, 55]  # if the new town at A is built
alone = [Instance.from_arrays(minutes, persons, {numbers}) for persons in (people, grown)]
best = [solve(future, "{model}").outcome.objective for future in alone]
"""
TWICE = ("minutes + minutes", "people + grown", 'demand_ids=[f"{v}{k}" for k in (1, 2) for v in "ABCDEF"]')
TOLD_APART = ("future=[0] * 6 + [1] * 6", "future_best=np.array(best)")
DECAYED = 'decay=Decay("exponential", 0.15)'
RIVAL = ("existing=[0, 0, 1, 0, 0, 0]", "competitor=[0, 0, 1, 0, 0, 0]")

EXAMPLES: dict[str, Example] = {
    "p_median": Example(("p=2",)),
    "p_center": Example(("p=2",), beside="p_median"),
    "weighted_p_center": Example(("p=2",), beside="p_center"),
    "fixed_charge": Example(COST),
    "p_dispersion": Example(
        ("p=3", "site_impedance=ImpedanceMatrix.from_dense(between)"),
        imports="from siting.impedance import ImpedanceMatrix\n",
        before=BETWEEN,
    ),
    "set_covering": Example(("standard=7",)),
    "partial_set_covering": Example(("standard=7", "cover_share=0.85"), beside="set_covering"),
    "tiered_covering": Example(("coverage_targets=((7, 0.6), (11, 0.95))",)),
    "backup_set_covering": Example(("standard=11",)),
    "maximal_covering": Example(("p=2", "standard=7")),
    "backup_covering": Example(("p=3", "standard=11")),
    "maximal_backup_covering": Example(("p=2", "standard=7", "backup_weight=0.6"), beside="maximal_covering"),
    "gradual_covering": Example(("p=2", "standard=7", "outer_standard=12"), beside="maximal_covering"),
    "capacitated_p_median": Example(("p=2", "capacity=185"), beside="p_median"),
    "single_source_p_median": Example(("p=2", "capacity=200"), beside="capacitated_p_median"),
    "closest_p_median": Example(("p=3", "capacity=170"), beside="capacitated_p_median"),
    "sized_p_median": Example(
        ("budget=9_000_000", "size_capacity=[135, 225, 315]", "size_cost=[2_400_000, 4_000_000, 5_600_000]"),
    ),
    "capacitated_fixed_charge": Example((*COST, "capacity=185"), beside="fixed_charge"),
    "single_source_fixed_charge": Example((*COST, "capacity=150"), beside="capacitated_fixed_charge"),
    "capacitated_set_covering": Example(("standard=11", "capacity=170")),
    "capacitated_maximal_covering": Example(
        ("p=2", "standard=7", "capacity=130"), beside="maximal_covering", many=True
    ),
    "lexicographic_minimax": Example(("p=2",), beside="p_center"),
    "worst_share_mean": Example(("p=2", "worst_share=0.2"), beside="p_median"),
    "ordered_median": Example(("p=2", "ordered_weights=((1.0, 0.5), (0.1, 0.5))"), beside="p_median"),
    "minimum_envy": Example(("p=2", "standard=7", "envy_weight=3"), beside="p_median"),
    "balanced_zones": Example(("p=2", "demand_zone=[0, 0, 0, 1, 1, 1]", "zone_spread=0.5"), beside="p_median"),
    "least_inequality": Example(("p=2",), beside="p_median"),
    "contiguous_p_median": Example(
        ("p=2", "capacity=200", *UNITS), imports=ADJACENCY, before=TOUCH, beside="single_source_p_median"
    ),
    "contiguous_fixed_charge": Example(
        (*COST, "capacity=150", *UNITS), imports=ADJACENCY, before=TOUCH, beside="single_source_fixed_charge"
    ),
    "maximum_attendance": Example(("p=2", 'decay=Decay("linear", 8)'), imports=DECAY, beside="p_median"),
    "market_share": Example(("p=1", DECAYED, *RIVAL), imports=DECAY),
    "target_market_share": Example(("cover_share=0.56", DECAYED, *RIVAL), imports=DECAY),
    "maximal_expected_covering": Example(("standard=7", "servers=3", "busy_fraction=0.5")),
    "minimax_regret": Example(
        ("p=2", *TOLD_APART),
        imports="import numpy as np\n",
        before=FUTURES.format(numbers="p=2", model="p_median"),
        rows=TWICE,
    ),
    "capacitated_minimax_regret": Example(
        ("p=3", "capacity=230", *TOLD_APART),
        imports="import numpy as np\n",
        before=FUTURES.format(numbers="p=3, capacity=230", model="capacitated_p_median"),
        rows=TWICE,
        many=True,
    ),
    "maximal_covering_regret": Example(
        ("p=2", "standard=6", *TOLD_APART),
        imports="import numpy as np\n",
        before=FUTURES.format(numbers="p=2, standard=6", model="maximal_covering"),
        rows=TWICE,
    ),
}
