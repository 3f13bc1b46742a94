"""Printed maps of a `Told`'s views by matplotlib: A3 sheets for the wall, pictures for reports.

`draw_sheet` and `write_sheets` make the sheets, `picture_png` a map with its legend only. All draw what the `Told`
holds and nothing else, so that what was taken out of it is not on the paper either.
"""

from siting.render.print_map.picture import picture_png
from siting.render.print_map.sheet import draw_sheet
from siting.render.print_map.write import write_sheets

__all__ = ["draw_sheet", "picture_png", "write_sheets"]
