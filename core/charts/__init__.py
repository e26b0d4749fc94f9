"""Charts drawn on the server: no script, no inline style, sharp in print, and every number stands beside them as a table.

`strips` are the thin bars inside tables and lists; the others are whole charts (:class:`Chart`): a figure whose marks are links to
the people behind them, with the same numbers as a table below. One drawing serves the page (classes, links) and a document
(:meth:`Chart.standalone`: explicit colours, no links). Series differ by pattern as well as by colour.
"""

from core.charts.bands import bars, pyramid, stacked
from core.charts.shapes import Cell, Chart
from core.charts.strips import progress_bar, stacked_bar
from core.charts.tiles import tile_map
from core.charts.trend import Point, line

__all__ = ["Cell", "Chart", "Point", "bars", "line", "progress_bar", "pyramid", "stacked", "stacked_bar", "tile_map"]
