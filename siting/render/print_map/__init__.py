"""Printed maps of a `Told`'s views by matplotlib: A3 sheets for the wall, pictures for reports.

`draw_sheet` and `write_sheets` make the sheets, `picture_png` a map with its legend only. All draw what the `Told`
holds and nothing else, so that what was taken out of it is not on the paper either.
"""

from siting.render.print_map.picture import picture_png

__all__ = ["picture_png"]
