"""A scenario of redistribution answered: read, solved, certified, told."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siting.base_map import base_of
from siting.case import Case, find_case, load_case
from siting.network import RoadGraph
from siting.prepare import Clock, Settings, roads_of
from siting.rebalance.inputs import pose
from siting.rebalance.scenario import Rebalance, load_rebalance
from siting.rebalance.solve import Shared, share_out
from siting.rebalance.tell import figures, findings, notices, record, tell
from siting.render.answer_folder import write_answer
from siting.solving.solver import SolverOptions


@dataclass(frozen=True, eq=False)
class RebalanceAnswer:
    """Amounts shared out anew among a case's facilities."""

    case: Case
    scenario: Rebalance
    shared: Shared
    graph: RoadGraph

    @property
    def id(self) -> str:
        """Name of the run folder."""
        return self.scenario.id

    def lines(self) -> list[tuple[str, str]]:
        """Title, label, figures before and after, findings, notices."""
        outcome = self.shared.outcome
        found = [
            (f"{self.scenario.title_zh} {self.scenario.title_en}", "bold"),
            (f"  结论 result：{outcome.label_zh} {outcome.label_en}；已独立核验 verified", ""),
        ]
        found += [(f"  {zh} {en}：{text}", "") for (zh, en), text in figures(self.case, self.scenario, self.shared)]
        for zh, en in findings(self.case, self.scenario, self.shared):
            found += [(f"  · {zh}", ""), (f"    {en}", "dim")]
        for zh, en in notices(self.case):
            found += [(f"! {zh}", "yellow"), (f"  {en}", "dim")]
        return found

    def record(self) -> dict[str, Any]:
        """What `--json` tells."""
        return record(self.case, self.scenario, self.shared)

    def write(self, folder: Path, settings: Settings) -> dict[str, Path]:
        """Write the run folder.

        Raises:
            InputError: when it cannot be written.
        """
        return write_answer(
            tell(self.case, self.scenario, self.shared, base_of(self.case, self.graph)), folder, settings
        )


def answer(path: Path, settings: Settings) -> RebalanceAnswer:
    """Answer a scenario file of kind `rebalance`.

    Raises:
        InputError: for anything wrong with the file or its case.
        InfeasibleError: when the limits do not let the total be kept.
        VerificationError: the amounts failed the independent check.
    """
    scenario = load_rebalance(path)
    case = load_case(find_case(scenario.case, path.parent))
    clock = Clock()
    graph, key = roads_of(case, scenario.travel, settings, clock)
    with clock.time(settings.listener, "times", "计算出行时间", "Computing travel times"):
        problem = pose(case, scenario, graph, key, settings, path)
    asked = scenario.solver
    options = SolverOptions(time_limit_s=asked.time_limit_s, threads=asked.threads, seed=asked.seed)
    with clock.time(settings.listener, "solve", "求解均等化", "Solving for equal access"):
        shared = share_out(problem, scenario.objective, options, whole=scenario.whole)
    return RebalanceAnswer(case, scenario, shared, graph)
