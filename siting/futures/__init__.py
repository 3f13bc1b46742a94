"""One plan and several futures: how it does in each, and the plan that does well over all of them."""

from siting.futures.evaluate import InFuture, evaluate_plan
from siting.futures.future import Future, check_probabilities, in_future, stack
from siting.futures.known import Rule
from siting.futures.robust import RobustPlan, own_bests, robust_plan, with_regret

__all__ = [
    "Future",
    "InFuture",
    "RobustPlan",
    "Rule",
    "check_probabilities",
    "evaluate_plan",
    "in_future",
    "own_bests",
    "robust_plan",
    "stack",
    "with_regret",
]
