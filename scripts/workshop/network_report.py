# SPDX-License-Identifier: Apache-2.0
"""Writes index.html for a run's folder: the verdict, its limits and pictures from summary and tables, one file that
opens from disk and loads nothing. The verdict is what scripts/analyze_simnet.py --verdict wrote into the folder.

With --index, the page over many runs that scripts/test/nightly.sh made.
"""

import csv
import html
import json
import pathlib
import sys
from collections.abc import Sequence

from scripts.workshop.common import Json, number

# Distinguishable without colour vision, on light and on dark.
COLOURS = ["#2b7de0", "#e07b1a", "#1f9e77", "#b54fb0", "#c9a10e", "#d9485f", "#6c7a89"]
WIDTH, HEIGHT = 860, 240
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 14, 34
STROKE = 2
# Of plots with a line for each node.
APART = "Lines of nodes are set apart by their width, so that equal ones are seen."

# Lines of a table by column, and the points of a line.
Rows = list[dict[str, str]]
Points = Sequence[tuple[float, float]]

STYLE = """
:root { color-scheme: light dark; --ink: #1c232b; --soft: #66717d; --line: #d9dee4; --page: #fff;
	--panel: #f6f8fa; --bad: #b3261e; --good: #1a7f4b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf2; --soft: #98a4b0; --line: #37414b;
	--page: #14181d; --panel: #1c2229; --bad: #ff8a80; --good: #6fd39b; } }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: var(--ink);
	background: var(--page); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .4rem; }
p.note { color: var(--soft); margin: .2rem 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .6rem;
	margin: 1.2rem 0; }
.tile { background: var(--panel); border-radius: 8px; padding: .7rem .9rem; }
.tile b { display: block; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
p.reason { color: var(--bad); margin: .2rem 0; }
.tile.bad b { color: var(--bad); } .tile.good b { color: var(--good); }
svg { width: 100%; height: auto; background: var(--panel); border-radius: 8px; }
svg text { fill: var(--soft); font: 11px system-ui, sans-serif; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; color: var(--soft); margin: .3rem 0; }
.legend i { display: inline-block; width: .8em; height: .8em; border-radius: 2px;
	margin-right: .4em; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; }
th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px solid var(--line);
	white-space: nowrap; }
th { color: var(--soft); font-weight: 500; } th:first-child, td:first-child { text-align: left; }
"""


def ticks(top: float) -> list[float]:
    """About five round steps up to `top`."""
    step = 1.0
    while top / step > 5:
        step *= 2.5 if str(step).lstrip("0.")[:1] == "2" else 2
    while top / step < 2.5:
        step /= 2
    count = int(top / step) + 1
    return [index * step for index in range(count + 1) if index * step <= top * 1.0001]


class Plot:
    """Axes in an SVG; x and y begin at zero unless told."""

    def __init__(
        self, right: float, top: float, x_name: str, y_name: str, left: float = 0.0
    ) -> None:
        self.left, self.right, self.top = left, max(right, left + 1e-9), max(top, 1e-9)
        self.parts: list[str] = []
        for value in ticks(self.top):
            y = self.y(value)
            self.parts.append(
                f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"'
                f' stroke="var(--line)"/><text x="{LEFT - 6}" y="{y + 4:.1f}"'
                f' text-anchor="end">{number(value, 2)}</text>'
            )
        for value in ticks(self.right - self.left):
            x = self.x(self.left + value)
            self.parts.append(
                f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 15}" text-anchor="middle">'
                f"{number(self.left + value, 2)}</text>"
            )
        self.parts.append(
            f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 6}" text-anchor="end">{x_name}</text>'
            f'<text x="{LEFT}" y="{TOP - 3}">{y_name}</text>'
        )
        self.names: list[tuple[str, str]] = []

    def x(self, value: float) -> float:
        share = (value - self.left) / (self.right - self.left)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return HEIGHT - BOTTOM - min(value / self.top, 1.0) * (HEIGHT - TOP - BOTTOM)

    def span(self, begin: float, end: float, name: str) -> None:
        x, width = self.x(begin), max(self.x(end) - self.x(begin), 2)
        self.parts.append(
            f'<rect x="{x:.1f}" y="{TOP}" width="{width:.1f}" height="{HEIGHT - TOP - BOTTOM}"'
            f' fill="var(--bad)" opacity="0.15"><title>{html.escape(name)}</title></rect>'
        )

    def line(self, points: Points, name: str, colour: str, dashed: bool = False, place: int = 0) -> None:
        """Lines are as wide as they are set apart by their `place`, so that none hides an equal one."""
        if points:
            apart = place * STROKE
            path = " ".join(f"{self.x(x):.1f},{self.y(y) - apart:.1f}" for x, y in points)
            dash = ' stroke-dasharray="5 4"' if dashed else ""
            self.parts.append(
                f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{STROKE}"'
                f' stroke-linejoin="round"{dash}/>'
            )
        self.names.append((name, colour))

    def bar(
        self, place: float, low: float, high: float, width: float, colour: str, title: str
    ) -> None:
        top, bottom = self.y(high), self.y(low)
        self.parts.append(
            f'<rect x="{self.x(place) - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}"'
            f' height="{max(bottom - top, 0):.1f}" fill="{colour}"><title>{html.escape(title)}'
            f"</title></rect>"
        )

    def dot(self, x: float, y: float, colour: str, title: str) -> None:
        self.parts.append(
            f'<circle cx="{self.x(x):.1f}" cy="{self.y(y):.1f}" r="3" fill="{colour}">'
            f"<title>{html.escape(title)}</title></circle>"
        )

    def svg(self, title: str) -> str:
        legend = "".join(
            f'<span><i style="background:{colour}"></i>{html.escape(name)}</span>'
            for name, colour in self.names
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
            f' aria-label="{html.escape(title)}">{"".join(self.parts)}</svg>'
            f'<div class="legend">{legend}</div>'
        )


def read(folder: pathlib.Path, name: str) -> Rows:
    with open(folder / name, newline="") as file:
        return list(csv.DictReader(file))


def blocks_plot(blocks: Rows) -> str:
    numbers = [int(block["number"]) for block in blocks]
    most = max(int(block["proofs"]) for block in blocks)
    plot = Plot(numbers[-1] + 1, max(most, 1) * 1.1, "block", "proofs", left=numbers[0] - 1)
    width = max((WIDTH - LEFT - RIGHT) / (numbers[-1] - numbers[0] + 2) - 2, 1)
    for block in blocks:
        accepted, refused = int(block["accepted"]), int(block["refused"])
        title = f"block {block['number']}: {accepted} accepted, {refused} refused"
        place = int(block["number"])
        plot.bar(place, 0, accepted, width, COLOURS[0], title)
        plot.bar(place, accepted, accepted + refused, width, COLOURS[1], title)
    plot.names = [("accepted", COLOURS[0]), ("refused", COLOURS[1])]
    return plot.svg("Proofs in each block")


def fullness_plot(blocks: Rows) -> str:
    numbers = [int(block["number"]) for block in blocks]
    plot = Plot(numbers[-1] + 1, 110, "block", "percent of the limit", left=numbers[0] - 1)
    shares = [("length_share", "length"), ("weight_share", "weight")]
    for index, (column, name) in enumerate(shares):
        points = [(int(block["number"]), 100 * float(block[column])) for block in blocks]
        plot.line(points, name, COLOURS[index], place=index)
    return plot.svg("How full blocks are")


def spread_plot(blocks: Rows, nodes: list[str]) -> str | None:
    numbers = [int(block["number"]) for block in blocks]
    dots = []
    for block in blocks:
        seen = {node: float(block[f"seen_{node}_s"]) for node in nodes if block[f"seen_{node}_s"]}
        first = min(seen.values(), default=0)
        dots += [(int(block["number"]), node, 1e3 * (at - first)) for node, at in seen.items()]
    if not dots:
        return None
    plot = Plot(numbers[-1] + 1, max(late for *_, late in dots) * 1.1 or 1, "block",
                "ms after the first node", left=numbers[0] - 1)
    for number_, node, late in dots:
        plot.dot(number_, late, COLOURS[nodes.index(node) % len(COLOURS)],
                 f"block {number_}, {node}: {late:.0f} ms")
    plot.names = [(node, COLOURS[i % len(COLOURS)]) for i, node in enumerate(nodes)]
    return plot.svg("When each node had a block")


def nodes_plot(
    samples: Rows, nodes: list[str], column: str, title: str, y_name: str, faults: list[Json],
    second: str | None = None,
) -> str:
    end = max(float(sample["at_s"]) for sample in samples)
    top = max(float(sample[column] or 0) for sample in samples)
    plot = Plot(end, top * 1.1 or 1, "seconds", y_name)
    for fault in faults:
        plot.span(fault["from"], fault["to"], fault["name"])
    for index, node in enumerate(nodes):
        colour = COLOURS[index % len(COLOURS)]
        own = [sample for sample in samples if sample["node"] == node]
        if second:
            points = [(float(s["at_s"]), float(s[second])) for s in own]
            plot.line(points, f"{node}, {second}", colour, dashed=True, place=index)
            plot.names.pop()
        plot.line([(float(s["at_s"]), float(s[column] or 0)) for s in own], node, colour, place=index)
    return plot.svg(title)


def waits_plot(calls: Rows) -> str | None:
    lines = []
    for name, column in [("in a block", "in_block_s"), ("final", "final_s")]:
        waits = sorted(
            float(call[column]) - float(call["sent_s"]) for call in calls
            if call[column] and call["sent_s"] and call["proof_bytes"]
        )
        lines.append((name, waits))
    longest = max((waits[-1] for _, waits in lines if waits), default=0)
    if not longest:
        return None
    plot = Plot(longest * 1.02, 100, "seconds after sending", "percent of the calls")
    for index, (name, waits) in enumerate(lines):
        points = [(0.0, 0.0)]
        for rank, wait in enumerate(waits):
            points += [(wait, 100 * rank / len(waits)), (wait, 100 * (rank + 1) / len(waits))]
        plot.line(points, name, COLOURS[index], place=index)
    return plot.svg("How long calls wait")


def rows(head: list[str], lines: Sequence[Sequence[object]]) -> str:
    cells = "".join(f"<th>{html.escape(str(cell))}</th>" for cell in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in line) + "</tr>"
        for line in lines
    )
    return f'<div class="scroll"><table><tr>{cells}</tr>{body}</table></div>'


def document(title: str, about: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}'
        f'</title><meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f'<body><h1>{html.escape(title)}</h1><p class="note">{html.escape(about)}</p>'
        f"{body}</body></html>\n"
    )


def verdict_of(folder: pathlib.Path) -> Json | None:
    """What the analyser said, if it was asked."""
    file = folder / "verdict.json"
    if not file.exists():
        return None
    (verdict,) = json.loads(file.read_text()).values()
    return verdict


def told(value: float | str | None) -> str:
    return value if isinstance(value, str) else number(value)


def limits(verdict: Json) -> str:
    """Every figure with its limit, and the baseline's beside it."""
    compared = any("baseline" in figure for figure in verdict["figures"])
    lines = []
    for figure in verdict["figures"]:
        limit = figure["limit"]
        # What this run did not have, and need not have.
        if figure["value"] is None and figure["kept"]:
            continue
        bound = "-" if limit is None else f"{'at least' if figure['least'] else 'at most'} {number(limit)}"
        beside = [told(figure.get("baseline"))] if compared else []
        kept = "-" if limit is None else "kept" if figure["kept"] else "NOT KEPT"
        of = "-" if limit is None else "safety" if figure["safety"] else figure["set_by"]
        lines.append((figure["what"], told(figure["value"]), *beside, bound, of, kept))
    return rows(["", "this run", *(["baseline"] if compared else []), "limit", "set by", ""], lines)


def refusals(summary: Json) -> str | None:
    """What each proof system's verifier refused, and why. Summaries of before have no proof systems."""
    by_system = summary.get("by_system", {})
    classes = sorted({name for own in by_system.values() for name in own["rejected_by_class"]})
    if not classes:
        return None
    lines = [(system, own["accepted"], own["tampered"], *(own["rejected_by_class"].get(name, 0) for name in classes))
             for system, own in by_system.items()]
    return rows(["", "accepted", "tampered", *(name.replace("_", " ") for name in classes)], lines)


def page(folder: pathlib.Path) -> str:
    summary = json.loads((folder / "summary.json").read_text())
    blocks, samples = read(folder, "blocks.csv"), read(folder, "samples.csv")
    calls = read(folder, "calls.csv")
    counts, chain, verdict = summary["counts"], summary["chain"], verdict_of(folder)
    nodes = list(summary["nodes"])
    # Faults are counted from the begin of the load, samples from the begin of the run.
    offset = summary["load_start_s"]
    faults = [
        {"from": offset + fault["at_s"], "to": offset + fault["healed_s"],
         "name": f"{fault['kind']}: {', '.join(fault['nodes'])}"}
        for fault in summary["faults"]
    ]
    surprises = (counts["unexpected_accepts"] + counts["unexpected_rejects"]
                 + counts["unexpected_classes"])
    tiles = [
        ("verdict", "not judged", "") if verdict is None
        else ("verdict", "ok" if verdict["ok"] else "FAILED", "good" if verdict["ok"] else "bad"),
        ("unexpected verdicts", number(surprises), "bad" if surprises else "good"),
        ("accepted", number(counts["accepted"]), ""),
        ("tampered and refused", number(counts["tampered"] - counts["unexpected_accepts"]), ""),
        ("never final", number(counts["lost"]), "bad" if counts["lost"] else ""),
        ("proofs a second", number(summary["throughput"]["proofs_per_s"]), ""),
        ("time to finality, p95",
         number((summary["latency_ms"]["finality"]["p95"] or 0) / 1e3) + " s", ""),
        ("nodes disagree at", f"{chain['state_mismatches']} of {chain['heights_compared']} heights",
         "bad" if chain["state_mismatches"] else ""),
        ("missed slots", number(chain["missed_slots"]), ""),
    ]
    tile = "".join(
        f'<div class="tile {kind}">{html.escape(name)}<b>{html.escape(value)}</b></div>'
        for name, value, kind in tiles
    )
    parts = [f'<div class="tiles">{tile}</div>']

    def section(title: str, content: str | None, note: str = "") -> None:
        if content:
            note = f'<p class="note">{html.escape(note)}</p>' if note else ""
            parts.append(f"<h2>{html.escape(title)}</h2>{note}{content}")

    if verdict:
        for reason in verdict["reasons"]:
            parts.append(f'<p class="reason">{html.escape(reason)}</p>')
        section("Figures and limits", limits(verdict))
    section("What was refused, by proof system", refusals(summary))
    if blocks:
        section("Proofs in each block", blocks_plot(blocks))
        section("How full blocks are", fullness_plot(blocks),
                f"Share of what ordinary calls may fill; bound: {summary['throughput']['bound']}.")
    section("How long calls wait", waits_plot(calls))
    if samples:
        section("Best block of each node",
                nodes_plot(samples, nodes, "best", "Best block", "block", faults, "final"),
                f"Dashed: the last final block. Red: a fault. {APART}")
        section("Memory of each node",
                nodes_plot(samples, nodes, "memory_mib", "Memory", "MiB", faults), APART)
        section("Processor of each node",
                nodes_plot(samples, nodes, "cpu_percent", "Processor", "percent of a core", faults), APART)
    if blocks:
        section("When each node had a block", spread_plot(blocks, nodes),
                "From the node that had it first; import included.")
    latency = summary["latency_ms"]
    lines = [(name, *(number(latency[name][q]) for q in ("n", "p50", "p95", "p99", "max")))
             for name in ("prove", "inclusion", "finality", "propagation")]
    lines += [(f"verify, {name}",
               *(number(node["verify_ms"][q], 2) for q in ("n", "p50", "p95", "p99", "max")))
              for name, node in summary["nodes"].items()]
    section("Times in milliseconds", rows(["", "n", "p50", "p95", "p99", "max"], lines))
    if summary["by_tamper"]:
        lines = [(name, sum(verdicts.values()), ", ".join(f"{k} {v}" for k, v in verdicts.items()))
                 for name, verdicts in summary["by_tamper"].items()]
        section("What was tampered with", rows(["", "calls", "verdicts"], lines))
    lines = [(name, load["air"], load["hash"], load["submitted"], load["accepted"], load["final"],
              number(load["blocks_to_inclusion"]["max"]))
             for name, load in summary["by_load"].items()]
    section("Loads", rows(["", "AIR", "hash", "sent", "accepted", "final", "most blocks waited"],
                          lines))
    lines = [(name, node["best"], node["final"], node["restarts"], node["reorganisations"],
              number(node["cpu_percent"]["mean"]), number(node["memory_mib_max"]))
             for name, node in summary["nodes"].items()]
    section("Nodes", rows(["", "best", "final", "restarts", "reorganisations", "CPU %", "MiB"],
                          lines))
    if summary["faults"]:
        lines = [(fault["kind"], ", ".join(fault["nodes"]), number(fault["at_s"]),
                  number(fault["healed_s"]), number(fault["back_in_step_s"]),
                  number(fault["finality_back_s"])) for fault in summary["faults"]]
        section("Faults, in seconds",
                rows(["", "nodes", "begin", "healed", "in step after", "finality after"], lines))
    versions, hardware = summary["versions"], summary["hardware"]
    rounds = [load["rounds"] for load in summary["config"]["scenario"]["load"]]
    about = (
        f"{summary['description']}. {sum(rounds)} rounds of {len(rounds)} loads; seed {summary['config']['seed']}"
        f"{', short variant' if summary['config']['short'] else ''}; {number(summary['seconds'])} s;"
        f" node {versions.get('node')}, runtime {versions.get('runtime')}, commit"
        f" {versions.get('commit') or 'unknown'}; {hardware['cpu']}, {hardware['cores']} cores,"
        f" load average {hardware['load_average']} at the end."
    )
    return document(f"Run of {summary['scenario']}", about, "".join(parts))


def index(folder: pathlib.Path) -> str:
    """One line a run: nightly.csv has its name, exit status and seconds."""
    words = {"0": "ok", "1": "failed", "2": "could not run", "124": "out of time"}
    lines = []
    with open(folder / "nightly.csv", newline="") as file:
        runs = list(csv.DictReader(file))
    for run in runs:
        name, status = run["run"], run["status"]
        figures = ["-"] * 6
        try:
            summary = json.loads((folder / name / "summary.json").read_text())
            counts = summary["counts"]
            figures = [
                counts["accepted"], counts["tampered"],
                counts["unexpected_accepts"] + counts["unexpected_rejects"]
                + counts["unexpected_classes"],
                number(summary["throughput"]["proofs_per_s"]),
                number(summary["latency_ms"]["finality"]["p95"]),
                f"{summary['chain']['state_mismatches']}/{summary['chain']['heights_compared']}",
            ]
        except (OSError, ValueError, KeyError):
            # A run that was not made has no figures; its status says so.
            pass
        place = f"{name}/index.html" if (folder / name / "index.html").exists() else f"{name}.log"
        link = f'<a href="{html.escape(place)}">{html.escape(name)}</a>'
        cells = [words.get(status, f"exit {status}"), run["seconds"], *figures]
        lines.append("<tr><td>" + link + "</td>" + "".join(
            f"<td>{html.escape(str(cell))}</td>" for cell in cells) + "</tr>")
    head = "".join(f"<th>{name}</th>" for name in (
        "run", "verdict", "seconds", "accepted", "tampered", "unexpected", "proofs/s",
        "finality p95 ms", "disagree"))
    bad = sum(run["status"] != "0" for run in runs)
    body = f'<div class="scroll"><table><tr>{head}</tr>{"".join(lines)}</table></div>'
    return document("Nightly runs", f"{len(runs)} runs, {bad} not ok.", body)


def main() -> None:
    arguments = sys.argv[1:]
    make = index if arguments[:1] == ["--index"] else page
    if len(arguments) != (2 if make is index else 1):
        sys.exit("expected the folder of a run, or --index and the folder of many")
    folder = pathlib.Path(arguments[-1])
    (folder / "index.html").write_text(make(folder))


if __name__ == "__main__":
    main()
