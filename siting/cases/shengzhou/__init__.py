"""The shipped case: Shengzhou, with real names, outline and census totals, and synthetic roads, people and sites.

`python -m siting.cases.shengzhou` makes `data/shengzhou/` again, the same every time.
"""

from siting.cases.shengzhou.builder import SEED, build

__all__ = ["SEED", "build"]
