# SPDX-License-Identifier: Apache-2.0
"""Draws docs/dashboards/validator.json with real data, as Grafana lays it out: its grid, its dark theme, its colours,
units, thresholds, states and annotations. Grafana itself is a program that we do not run in tests.

scripts/test/observability.sh --picture calls this with a Prometheus that watched its nodes.
"""

import pathlib
import re
import time
from collections.abc import Iterable
from typing import Any, Protocol

from scripts.workshop.common import Json

# Grafana's dark theme, and the first colours of its classic palette.
BACKGROUND, PANEL, EDGE, WORDS, FAINT = "#111217", "#181b1f", "#2c2f36", "#ccccdc", "#8e8e99"
COLOURS = {"green": "#73bf69", "orange": "#ff9830", "red": "#f2495c", "transparent": "none"}
PALETTE = ["#73bf69", "#f2cc0c", "#8ab8ff", "#ff780a", "#f2495c", "#5794f2", "#b877d9", "#705da0",
           "#37872d", "#fade2a", "#447ebc", "#c15c17", "#890f02", "#0a437c", "#6d1f62", "#584477"]
# Pixels: width of the 24 columns, height of a unit of the grid, gap between panels.
WIDTH, UNIT, GAP = 1600, 30, 8
DPI = 100
SERIES_IN_LEGEND = 8


class Source(Protocol):
    """Prometheus."""

    def query(self, expr: str) -> list[tuple[Json, float]]: ...

    def history(self, expr: str, start: float, end: float) -> list[tuple[Json, list]]: ...


def shown(value: float, unit: str) -> str:
    """A value as Grafana writes it in this unit."""
    if unit == "percentunit":
        return f"{value * 100:.4g}%"
    if unit == "s":
        for factor, name in ((1e-6, "µs"), (1e-3, "ms"), (1, "s"), (60, "min"), (3600, "hours")):
            if abs(value) < factor * (60 if factor in (1, 60) else 1000):
                return f"{value / factor:.3g} {name}" if value else "0 s"
        return f"{value / 86400:.3g} days"
    if unit in ("bytes", "Bps"):
        step, names = (1024, ["B", "KiB", "MiB", "GiB"]) if unit == "bytes" else (
            1000, ["B/s", "kB/s", "MB/s", "GB/s"])
        for name in names:
            if abs(value) < step or name == names[-1]:
                return f"{value:.3g} {name}"
            value /= step
    number = f"{value:.0f}" if float(value).is_integer() else f"{value:.3g}"
    return number + (" " + unit.removeprefix("suffix:") if unit.startswith("suffix:") else "")


def colour(value: float | None, steps: list[Json]) -> str:
    """The colour of a state: that of the last step which the value reaches."""
    if value is None:
        return FAINT
    name = [step["color"] for step in steps if step["value"] is None or value >= step["value"]][-1]
    return COLOURS[name]


def word(value: float, defaults: Json) -> str:
    """What a tile shows for a value."""
    for mapping in defaults["mappings"]:
        if f"{value:g}" in mapping["options"]:
            return mapping["options"][f"{value:g}"]["text"]
    if defaults.get("decimals") == 0 and not defaults["unit"].startswith("percent"):
        value = round(value)
    return shown(value, defaults["unit"])


def legend(template: str, labels: Json) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], ""), template).strip()


def limits(defaults: Json) -> Iterable[tuple[float, str, bool]]:
    """The thresholds of a graph: value, colour, and whether what is above it is coloured."""
    steps = defaults["thresholds"]["steps"]
    for below, step in zip(steps, steps[1:]):
        above = steps[0]["color"] == "transparent"
        yield step["value"], COLOURS[step["color"] if above else below["color"]], above


def draw_graph(axis: Any, source: Source, panel: Json, span: tuple[float, float],
               marks: list[tuple[float, float]]) -> None:
    """A panel `timeseries`: series, thresholds within the axis, and marks of the alerts."""
    start, end = span
    defaults = panel["fieldConfig"]["defaults"]
    for target in panel["targets"]:
        for labels, values in source.history(target["expr"], start, end):
            place = len(axis.lines)
            axis.plot([at for at, _ in values], [float(value) for _, value in values], linewidth=1,
                      color=PALETTE[place % len(PALETTE)], label=legend(target["legendFormat"], labels))
    series = list(axis.lines)
    axis.set_xlim(start, end)
    axis.set_ylim(bottom=0)
    if axis.get_ylim()[1] < 1e-9 or not any(line.get_ydata().any() for line in series):
        axis.set_ylim(0, 1)
    top = axis.get_ylim()[1]
    for limit, shade, above in limits(defaults):
        axis.axhline(limit, color=shade, linestyle=(0, (6, 4)), linewidth=1)
        if defaults["custom"]["thresholdsStyle"]["mode"].endswith("area") and not above:
            axis.axhspan(0, limit, color=shade, alpha=0.1, linewidth=0)
    axis.set_ylim(0, top)
    for first, last in marks:
        axis.axvspan(first, last, color=COLOURS["red"], alpha=0.08, linewidth=0)
        axis.axvline(first, color=COLOURS["red"], linestyle=(0, (3, 3)), linewidth=0.8)
    axis.set_facecolor(PANEL)
    axis.grid(color=WORDS, alpha=0.08, linewidth=0.7)
    axis.tick_params(colors=FAINT, labelsize=7.5, length=0)
    for spine in axis.spines.values():
        spine.set_visible(False)
    axis.yaxis.set_major_formatter(lambda value, _: shown(value, defaults["unit"]))
    axis.yaxis.set_major_locator(locator(5))
    axis.xaxis.set_major_locator(locator(6))
    axis.xaxis.set_major_formatter(lambda at, _: time.strftime("%H:%M:%S", time.gmtime(at)))
    axis.set_ylabel(defaults["custom"]["axisLabel"], fontsize=7.5, color=FAINT)
    if series:
        named = series[:SERIES_IN_LEGEND]
        axis.legend(named, [str(line.get_label()) for line in named], loc="upper left",
                    bbox_to_anchor=(-0.14, -0.09), ncols=4, fontsize=7.5, frameon=False, labelcolor=WORDS,
                    handlelength=1.2, columnspacing=1.2, borderaxespad=0)


def locator(parts: int) -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(parts)


def draw_tile(axis: Any, source: Source, panel: Json) -> None:
    """A panel `stat`: for each node a bar in the colour of its state."""
    defaults = panel["fieldConfig"]["defaults"]
    target = panel["targets"][0]
    found = source.query(target["expr"])
    nodes = [(legend(target["legendFormat"], labels), value) for labels, value in sorted(
        found, key=lambda series: str(series[0].get("instance")))]
    states = [(name, colour(value, defaults["thresholds"]["steps"]), word(value, defaults))
              for name, value in nodes] or [("", FAINT, defaults["noValue"])]
    axis.set_xlim(0, 1)
    axis.set_ylim(len(states), 0)
    axis.axis("off")
    for place, (name, shade, text) in enumerate(states):
        axis.barh(place + 0.5, 1, height=0.94, color=shade, alpha=0.8)
        axis.text(0.03, place + 0.5, name, color="white", fontsize=8, va="center")
        axis.text(0.97, place + 0.5, text, color="white", fontsize=13, fontweight="bold", va="center", ha="right")


def draw(source: Source, dashboard: Json, picture: pathlib.Path, span: tuple[float, float]) -> int:
    """Every panel, where Grafana puts it; returns how many. The queries' variables are filled in already."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot
    from matplotlib.patches import Rectangle

    marks = []
    for mark in dashboard["annotations"]["list"]:
        for _, values in source.history(mark["expr"], *span):
            marks.append((values[0][0], values[-1][0]))
    panels = dashboard["panels"]
    column, line = WIDTH / 24, UNIT + GAP
    height = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in panels) * line + GAP
    figure = pyplot.figure(figsize=(WIDTH / DPI, height / DPI), dpi=DPI, facecolor=BACKGROUND)

    def place(left: float, top: float, width: float, tall: float) -> list[float]:
        return [left / WIDTH, 1 - (top + tall) / height, width / WIDTH, tall / height]

    for panel in panels:
        grid = panel["gridPos"]
        left, top = grid["x"] * column + GAP / 2, grid["y"] * line + GAP
        width, tall = grid["w"] * column - GAP, grid["h"] * line - GAP
        if panel["type"] == "row":
            figure.text((left + 4) / WIDTH, 1 - (top + tall / 2) / height, "⌄ " + panel["title"], color=WORDS,
                        fontsize=11, fontweight="bold", va="center")
            continue
        x, y, wide, high = place(left, top, width, tall)
        figure.add_artist(Rectangle((x, y), wide, high, facecolor=PANEL, edgecolor=EDGE, linewidth=0.8, zorder=-1))
        figure.text((left + 10) / WIDTH, 1 - (top + 14) / height, panel["title"], color=WORDS, fontsize=9,
                    fontweight="bold", va="center")
        if panel["type"] == "stat":
            draw_tile(figure.add_axes(place(left + 6, top + 28, width - 12, tall - 34)), source, panel)
        else:
            axis = figure.add_axes(place(left + 110, top + 32, width - 142, tall - 92))
            draw_graph(axis, source, panel, span, marks)
    figure.savefig(picture, facecolor=BACKGROUND)
    return sum(panel["type"] != "row" for panel in panels)
