"""Pages of `docs/formulations/`, written from the files of `models/` and the docstrings of the blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from siting.formulation.compose import list_formulations, list_plan_models, load_formulation
from siting.formulation.document.guide import OWN_MODEL, OWN_MODEL_FILE, index_page
from siting.formulation.document.pages import blocks_page, model_page, site_conditions_page

__all__ = ["formulation_pages"]


def formulation_pages(examples: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Text of each page by file name.

    Args:
        examples: lines of each model's worked example, which take a solver to write.
    """
    formulations = [load_formulation(name) for name in list_formulations()]
    plans = [load_formulation(path) for path in list_plan_models().values()]
    return {
        "index.md": index_page(formulations, plans),
        "blocks.md": blocks_page(),
        "site_conditions.md": site_conditions_page(),
        OWN_MODEL_FILE: OWN_MODEL,
        **{f"{formulation.id}.md": model_page(formulation, examples[formulation.id]) for formulation in formulations},
        **{f"{plan.id}.md": model_page(plan) for plan in plans},
    }
