"""More than one plan: trade-offs of two objectives, the next best plans, and what one more facility or yuan brings."""

from siting.explore.alternatives import best_plans
from siting.explore.pareto import Point, frontier
from siting.explore.sweep import Step, sweep

__all__ = ["Point", "Step", "best_plans", "frontier", "sweep"]
