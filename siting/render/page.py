"""What the printed pages share: templates of `maps/`, strict and escaped, with the forms of numbers as filters."""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from siting.files import resources
from siting.render.inline import seal
from siting.render.wording import minutes_text, persons_text, share_text, yuan_text


def page_environment(**filters: Callable[..., object]) -> Environment:
    """Templates with `persons`, `share`, `dash` (minutes), `yuan` and the given filters.

    Raises:
        InputError: when the program's own templates are missing.
    """
    environment = Environment(
        loader=FileSystemLoader(resources.maps(), encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(persons=persons_text, share=share_text, dash=minutes_text, yuan=yuan_text, **filters)
    return environment


def sealed_page(template: str, **values: object) -> str:
    """The page that a template of `maps/` makes of the values and of the look of printed pages.

    It has no characters that UTF-8 cannot hold and asks for nothing outside itself.

    Raises:
        InputError: when the program's own template is missing, or was changed such that it needs a network.
    """
    page = page_environment().get_template(template).render(css=page_style(), **values)
    return seal(page.encode("utf-8", "replace").decode("utf-8"))


def page_style() -> str:
    """The look of the printed pages."""
    return (resources.maps() / "report.css").read_text(encoding="utf-8")
