# SPDX-License-Identifier: Apache-2.0
"""Writes docs/dashboards/validator.json, the Grafana dashboard of a validator.

The panels are below, grouped by the questions that a validator asks; the first row has a state for each, with one
tile a node. Thresholds are the limits in docs/alerts/assay.yaml, which is read here: every alert is drawn in one
panel, and marks the time at which it fires in all. `--check` fails if the file is not what this comes to.
scripts/test/observability.sh runs every query here against a real node.
"""

import argparse
import json
import re
import sys
from typing import NamedTuple

from scripts.workshop import ROOT
from scripts.workshop.common import Json

FILE = ROOT / "docs/dashboards/validator.json"
ALERTS = ROOT / "docs/alerts/assay.yaml"
COLOURS = {"critical": "red", "warning": "orange"}

# In queries: $job and $instance are the dashboard's variables, $__rate_interval is Grafana's.
NODE = 'job=~"$job",instance=~"$instance"'
ACCEPTED = ',verdict="accepted"'
REFUSED = ',verdict!="accepted"'
RATE = "[$__rate_interval]"


def quantile(q: float, metric: str, by: str, where: str = "") -> str:
    """A percentile; groups without a sample in the interval are left out, as theirs is NaN."""
    selector = f"{{{NODE}{where}}}"
    return (
        f"histogram_quantile({q}, sum by (le, {by}) (rate({metric}_bucket{selector}{RATE})))"
        f" and on ({by}) sum by ({by}) (rate({metric}_count{selector}{RATE})) > 0"
    )


def rate(metric: str, by: str, where: str = "") -> str:
    return f"sum by ({by}) (rate({metric}{{{NODE}{where}}}{RATE}))"


def over(above: str, below: str, by: str, where: str = "") -> str:
    """One rate over another, where there is something to divide by."""
    return f"{rate(above, by, where)} / ({rate(below, by, where)} > 0)"


def seldom(metric: str) -> str:
    """The increase of what happens less often than Prometheus looks."""
    return f"sum by (proof_system, air) (increase({metric}[30m]))"


def seldom_quantile(q: float, metric: str) -> str:
    """A percentile of what happens seldom."""
    return (
        f"histogram_quantile({q}, sum by (le, proof_system, air) (increase({metric}_bucket[30m])))"
        f" and on (proof_system, air) {seldom(f'{metric}_count')} > 0"
    )


class Alert(NamedTuple):
    """When an alert of docs/alerts/assay.yaml fires: the comparison, and for how long it must hold."""

    name: str
    above: bool
    limit: float
    # The number in a second condition.
    also: str
    hold: str
    severity: str


def alerts(text: str) -> dict[str, Alert]:
    """The alerts by name. Each expression is `<what is measured> <op> <limit>`, perhaps with `and` a second."""
    found = {}
    for name, rest in re.findall(r"^ +- alert: (\w+)\n(.*?)(?=^ +- |\Z)", text, re.M | re.S):
        expr = re.search(r"^ +expr: (.*)$", rest, re.M)
        severity = re.search(r"^ +labels: \{ severity: (\w+) \}$", rest, re.M)
        parts = expr and re.fullmatch(r"(.*?) ([<>]) ([\d.]+)(?: and .* > ([\d.]+))?", expr[1])
        if not parts or not severity:
            sys.exit(f"dashboard: {name}: expected an expression `... > NUMBER` and a severity")
        hold = re.search(r"^ +for: (\d+)m$", rest, re.M)
        found[name] = Alert(
            name, parts[2] == ">", float(parts[3]), parts[4] or "", hold[1] if hold else "", severity[1]
        )
    return found


class Unit(NamedTuple):
    """What Grafana formats values with, and what the axis says."""

    grafana: str
    words: str

    def value(self, number: float) -> str:
        """A limit, in words."""
        if self.grafana == "percentunit":
            return f"{number:.0%}"
        return f"{number:g} {self.words}" if self.grafana == "s" else f"{number:g}"


def count(of: str, axis: str | None = None) -> Unit:
    return Unit(f"suffix:{of}", axis or of)


SECONDS = Unit("s", "seconds")
BYTES = Unit("bytes", "bytes")


def share(of: str) -> Unit:
    return Unit("percentunit", f"percent of {of}")


class Panel(NamedTuple):
    title: str
    unit: Unit
    description: str
    # With their legends.
    queries: list[tuple[str, str]]
    # Names of the alerts whose limits are drawn.
    alerts: tuple[str, ...] = ()


class Tile(NamedTuple):
    """A state of each node, in the first row: green, or the colour of the alert that fires."""

    title: str
    unit: Unit
    description: str
    query: str
    # Names of the alerts whose limits colour it.
    alerts: tuple[str, ...] = ()
    # Values that are shown as words.
    words: dict[str, str] = {}
    # Its states where no alert has a limit: the colour from each value on.
    states: tuple[tuple[float | None, str], ...] = ()
    # Shown without a value.
    none: str = "no proofs yet"


HEIGHT = f'substrate_block_height{{{NODE},status="%s"}}'
VERIFIED = "assay_verifications_total"
WITHIN = ',le="0.01"'
P = "p95: 95 of 100 took at most this long; p50 and p99 likewise."

# Alerts that fire now, and 0 for nodes without one. The recorded series has the labels of the alert.
FIRING = f'ALERTS{{alertstate="firing",{NODE}}}'
WRONG = (
    f'sum by (instance) (assay_self_check_total{{{NODE},proof="tampered",verdict="accepted"}})'
    f' + sum by (instance) (assay_self_check_total{{{NODE},proof="genuine",verdict="refused"}})'
)
SINCE_CHECK = f"time() - min by (%s) (assay_self_check_timestamp_seconds{{{NODE}}})"
# The rates of the alerts, and not of the graphs: a tile and its alert agree.
TILES = [
    Tile("Alerts", Unit("none", ""), "Alerts that fire for the node.",
         f"count by (instance) ({FIRING}) or on (instance) 0 * up{{{NODE}}}",
         words={"0": "none"}, states=((None, "green"), (1, "red"))),
    Tile("Node", Unit("none", ""), "Whether Prometheus reaches the node.", f"up{{{NODE}}}",
         ("AssayNodeDown",), words={"0": "down", "1": "up"}, none="unknown"),
    Tile("Finality lag", count("blocks"), "Blocks from the last final one to the best.",
         f'{HEIGHT % "best"} - ignoring (status) {HEIGHT % "finalized"}', ("AssayFinalityLag",),
         none="unknown"),
    Tile("Slots with a block", share("the slots"), "Of those of 5 minutes.",
         f"max by (instance) (assay:slots_with_block:ratio_5m{{{NODE}}})", ("AssayBlockProductionSlow",),
         none="unknown"),
    Tile("Peers", count("peers"), "Nodes that this one is connected to. A development chain needs none.",
         f"substrate_sub_libp2p_peers_count{{{NODE}}}",
         states=((None, "red"), (1, "orange"), (3, "green")), none="unknown"),
    Tile("Offences", count("offences"), "Validators that the chain saw sign twice, in the last hour.",
         f"sum by (instance) (increase(assay_offences{{{NODE}}}[1h]))", ("AssayOffence",),
         words={"0": "none"}, none="unknown"),
    Tile("Verification", SECONDS, "The slowest proof system's p95: 95 of 100 took at most this long.",
         f"max by (instance) (assay:verification_seconds:p95_5m{{{NODE}}})",
         ("AssayVerificationSlow", "AssayVerificationSlowAtStandard")),
    Tile("Block", share("a slot"), "p95 of the time to import or to write a block.",
         f"max by (instance) (assay:block_slots:p95_5m{{{NODE}}})", ("AssayBlockSlow",),
         none="no blocks"),
    Tile("Drift", share("the time charged"), "Time that blocks take, over the time that they are charged.",
         f"max by (instance) (assay:drift_ratio:rate_10m{{{NODE}}})", ("AssayDrift",)),
    Tile("Refused proofs", share("verified proofs"), "Of the proof system with the largest share.",
         f"max by (instance) (assay:refused_ratio:rate_5m{{{NODE}}})", ("AssayBadProofs",)),
    Tile("Wrong verdicts", count("proofs"), "Of the node's verifiers on proofs that are known.", WRONG,
         ("AssayUnexpectedAccept", "AssayUnexpectedRefusal"), words={"0": "none"}, none="unknown"),
    Tile("Since the self-check", SECONDS, "Since the node last checked its verifiers, every ten minutes.",
         SINCE_CHECK % "instance", ("AssaySelfCheckStopped",), none="never"),
]
TILES_IN_A_LINE = 6
LITTLE = 0.001

ROWS = [
    ("Is my node in step with the chain?", [
        Panel("Height", count("blocks", "block number"), "Numbers of the best and of the last final block.", [
            (HEIGHT % "best", "best {{instance}}"),
            (HEIGHT % "finalized", "final {{instance}}"),
        ]),
        Panel("Finality lag", count("blocks"), "Blocks from the last final one to the best.", [
            (f'{HEIGHT % "best"} - ignoring (status) {HEIGHT % "finalized"}', "{{instance}}"),
        ], ("AssayFinalityLag",)),
        Panel("New blocks", count("blocks"), "By how much the best block's number rose. A chain with slots of "
              "2 seconds makes 150 blocks in 5 minutes.", [
                  (f'increase({HEIGHT % "best"}[5m])', "in 5 minutes {{instance}}"),
                  (f'increase({HEIGHT % "best"}[3m])', "in 3 minutes {{instance}}"),
              ], ("AssayBlockProductionStopped",)),
        Panel("Slots with a block", share("the slots"), "Of those of 5 minutes: a slot whose validator is away has none.", [
            (f"assay:slots_with_block:ratio_5m{{{NODE}}}", "{{instance}}"),
        ], ("AssayBlockProductionSlow",)),
        Panel("Peers", count("peers"), "Nodes that this one is connected to.", [
            (f"substrate_sub_libp2p_peers_count{{{NODE}}}", "{{instance}}"),
        ], ("AssayNoPeers",)),
    ]),
    ("Who validates?", [
        Panel("Validators", count("validators"), "Validators of this session (active), of later ones (wanted), and those that "
              "write no blocks because of an offence (disabled).", [
                  (f"max by (state) (assay_validators{{{NODE}}})", "{{state}}"),
              ]),
        Panel("My votes", count("votes"), "Votes for finality that this node cast in 10 minutes. Without a figure where it "
              "does not validate, still fetches blocks, or the chain finalises none.", [
                  (f"assay:votes:increase_10m{{{NODE}}}", "{{instance}}"),
              ], ("AssayValidatorSilent",)),
        Panel("Offences", count("offences"), "Validators that signed two blocks of a slot or two votes of a round, in the "
              "last hour.", [
                  (f"sum by (kind) (increase(assay_offences{{{NODE}}}[1h]))", "{{kind}}"),
              ], ("AssayOffence",)),
    ]),
    ("Do I verify fast enough?", [
        Panel("Time of a verification", SECONDS, f"Time to decode and verify one proof. {P}", [
            (quantile(0.5, "assay_verification_seconds", "proof_system"), "p50 {{proof_system}}"),
            (quantile(0.95, "assay_verification_seconds", "proof_system"), "p95 {{proof_system}}"),
            (quantile(0.99, "assay_verification_seconds", "proof_system"), "p99 {{proof_system}}"),
        ], ("AssayVerificationSlow", "AssayVerificationSlowAtStandard")),
        Panel("Verifications within 10 milliseconds", share("verifications"),
              "The objective for keys of the profile standard is that 95 % are.", [
                  (f'{rate("assay_verification_seconds_bucket", "proof_system", WITHIN)} / '
                   f'({rate("assay_verification_seconds_count", "proof_system")} > 0)', "{{proof_system}}"),
              ]),
        Panel("Length of a proof", BYTES, "Longer proofs take longer to verify.", [
            (quantile(0.5, "assay_proof_bytes", "proof_system"), "p50 {{proof_system}}"),
            (quantile(0.95, "assay_proof_bytes", "proof_system"), "p95 {{proof_system}}"),
        ]),
        Panel("Proof bytes", Unit("Bps", "bytes per second"), "Bytes of the proofs that were verified.", [
            (rate("assay_proof_bytes_sum", "proof_system"), "{{proof_system}}"),
        ]),
    ]),
    ("Do my blocks keep their time?", [
        Panel("Time of a block", SECONDS, "Time to execute and import another validator's block (import), or "
              f"to build and import one's own (author). {P}", [
                  (quantile(0.5, "assay_block_seconds", "stage"), "p50 {{stage}}"),
                  (quantile(0.95, "assay_block_seconds", "stage"), "p95 {{stage}}"),
              ]),
        Panel("Time of a block in slots", share("a slot"), "A block that takes more than half of its slot may come "
              "too late for the next author.", [
                  (f"max by (stage) (assay:block_slots:p95_5m{{{NODE}}})", "p95 {{stage}}"),
              ], ("AssayBlockSlow",)),
        Panel("Verification in a block", share("the block time"), "If this is low and blocks are slow, the "
              "verifiers are not the cause.", [
                  (over("assay_block_verification_seconds_sum", "assay_block_seconds_sum", "stage"),
                   "{{stage}}"),
              ]),
        Panel("Proofs in a block", count("proofs"), "The mean over all blocks.", [
            (over("assay_block_proofs_sum", "assay_block_proofs_count", "stage"), "{{stage}}"),
        ]),
        Panel("Transaction pool", count("transactions"), "Transactions that are ready for a block.", [
            (f"substrate_ready_transactions_number{{{NODE}}}", "{{instance}}"),
        ]),
    ]),
    ("Is anyone sending bad proofs?", [
        Panel("Refused proofs", share("verified proofs"), "Proofs that the verifiers refused, of all that "
              "they verified. The alert also needs more than {also} refusals in 5 minutes.", [
                  (f'{rate(VERIFIED, "proof_system", REFUSED)} / ({rate(VERIFIED, "proof_system")} > 0)',
                   "{{proof_system}}"),
              ], ("AssayBadProofs",)),
        Panel("Accepted and refused", count("proofs/s", "proofs per second"), "", [
            (rate(VERIFIED, "proof_system", ACCEPTED), "{{proof_system}} accepted"),
            (rate(VERIFIED, "proof_system", REFUSED), "{{proof_system}} refused"),
        ]),
        Panel("Refusals by class", count("proofs/s", "proofs per second"), "Many classes point to an attacker; "
              "one class points to a prover that is misconfigured. Classes without a refusal are left "
              "out.", [
                  (rate(VERIFIED, "verdict", REFUSED) + " > 0", "{{verdict}}"),
              ]),
        Panel("Proofs verified in the pool", count("proofs"), "In the last 10 minutes. Must be 0: nobody pays "
              "for this work.", [
                  (f"sum by (proof_system) (increase({VERIFIED}{{{NODE},stage=\"pool\"}}[10m]))", "{{proof_system}}"),
              ], ("AssayVerificationInPool",)),
    ]),
    ("Do my verifiers judge right?", [
        Panel("Self-check", count("proofs"), "Verdicts of the node's verifiers on known proofs, since the "
              "node's start: genuine ones must be accepted, tampered ones refused.", [
                  (f"sum by (proof, verdict) (assay_self_check_total{{{NODE}}})", "{{proof}} {{verdict}}"),
              ]),
        Panel("Wrong verdicts of the self-check", count("proofs"), "Tampered proofs that were accepted, and "
              "genuine ones that were refused. Must be 0.", [
                  (f'sum by (proof_system) (assay_self_check_total{{{NODE},proof="tampered",verdict="accepted"}})',
                   "{{proof_system}} accepted a tampered proof"),
                  (f'sum by (proof_system) (assay_self_check_total{{{NODE},proof="genuine",verdict="refused"}})',
                   "{{proof_system}} refused a genuine proof"),
              ], ("AssayUnexpectedAccept", "AssayUnexpectedRefusal")),
        Panel("Time since the self-check", SECONDS, "The node checks its verifiers every ten minutes.", [
            (SINCE_CHECK % "instance", "{{instance}}"),
        ], ("AssaySelfCheckStopped",)),
        Panel("Failures of a verifier", count("proofs"), "Proofs of the last 10 minutes on which a verifier "
              "panicked. Must be 0: each one is a bug.", [
                  (f"sum by (proof_system) (increase({VERIFIED}{{{NODE},verdict=\"internal\"}}[10m]))",
                   "{{proof_system}}"),
              ], ("AssayVerifierFailed",)),
    ]),
    ("Is my machine all right?", [
        Panel("Drift", share("the time charged"), "Time in the runtime over the time that the blocks' weight "
              "stands for. Above 100 % this machine is slower than the weights promise.", [
                  (over("assay_block_execution_seconds_total", "assay_block_charged_seconds_total",
                        "stage"), "{{stage}}"),
              ], ("AssayDrift",)),
        Panel("Node is up", Unit("none", "1: up, 0: down"), "Whether Prometheus reached the "
              "node.", [
                  (f"up{{{NODE}}}", "{{instance}}"),
              ], ("AssayNodeDown",)),
        Panel("Calls of the runtime", count("calls"), "Calls in progress, by their purpose.", [
            (f"sum by (stage) (assay_runtime_calls{{{NODE}}})", "{{stage}}"),
        ]),
        Panel("Time of a scrape", SECONDS, "How long the node took to send its metrics to Prometheus.", [
            (f"scrape_duration_seconds{{{NODE}}}", "{{instance}}"),
        ]),
    ]),
    # A proving service is another target than the node, and proves a block now and then.
    ("Does my proving service keep up?", [
        Panel("Time to make a proof", SECONDS, f"Of assay prove --serve, in the last half hour. {P}", [
            (seldom_quantile(0.5, "assay_prove_seconds"), "p50 {{proof_system}} {{air}}"),
            (seldom_quantile(0.95, "assay_prove_seconds"), "p95 {{proof_system}} {{air}}"),
        ], ("AssayProvingSlow",)),
        Panel("Blocks that wait for a proof", count("blocks"), "", [
            ("sum by (proof_system, air) (assay_prove_queue)", "{{proof_system}} {{air}}"),
        ], ("AssayProverBehind",)),
        Panel("Blocks left without a proof", count("blocks"), "In the last half hour. Failures to reach the "
              "node or the pool are not counted: the service tries again.", [
                  ("sum by (proof_system, air, reason) "
                   "(increase(assay_prove_failures_total{reason!~\"connection|pool\"}[30m]))",
                   "{{proof_system}} {{air}} {{reason}}"),
              ], ("AssayProverFailed",)),
        Panel("Proofs made and failures", count("proofs"), "In the last half hour.", [
            (seldom("assay_prove_accepted_total"), "{{proof_system}} {{air}} accepted"),
            (seldom("assay_prove_failures_total"), "{{proof_system}} {{air}} failures"),
        ]),
        Panel("Length of a proof made", BYTES, "The mean, in the last half hour.", [
            (f"{seldom('assay_prove_proof_bytes_sum')} / "
             f"({seldom('assay_prove_proof_bytes_count')} > 0)", "{{proof_system}} {{air}}"),
        ]),
    ]),
]


def told(alert: Alert, unit: Unit) -> str:
    """When an alert fires, as a sentence."""
    side = "above" if alert.above else "below"
    hold = f" for {alert.hold} minutes" if alert.hold else ""
    return f"{alert.name} ({alert.severity}) fires {side} {unit.value(alert.limit)}{hold}."


def steps(drawn: list[Alert]) -> list[Json]:
    """Grafana's thresholds: the colour from each value on. All alerts of a panel are on one side."""
    drawn = sorted(drawn, key=lambda alert: alert.limit)
    colours = [COLOURS[alert.severity] for alert in drawn]
    colours = ["transparent", *colours] if not drawn or drawn[0].above else [*colours, "transparent"]
    found: list[Json] = [{"color": colours[0], "value": None}]
    for alert, colour in zip(drawn, colours[1:]):
        # Two alerts at one limit: one line.
        if found[-1]["value"] != alert.limit:
            found.append({"color": colour, "value": alert.limit})
    return found


def fields(panel: Panel, rules: dict[str, Alert]) -> Json:
    drawn = [rules[name] for name in panel.alerts]
    if len({alert.above for alert in drawn}) > 1:
        sys.exit(f"dashboard: {panel.title}: expected alerts on one side, got {panel.alerts}")
    style = "off" if not drawn else "dashed" if drawn[0].above else "dashed+area"
    defaults = {
        "unit": panel.unit.grafana, "min": 0,
        "custom": {"axisLabel": panel.unit.words, "thresholdsStyle": {"mode": style}},
        "thresholds": {"mode": "absolute", "steps": steps(drawn)},
    }
    return {"defaults": defaults, "overrides": []}


def description(panel: Panel, rules: dict[str, Alert]) -> str:
    drawn = [rules[name] for name in panel.alerts]
    also = next((alert.also for alert in drawn if alert.also), "")
    sentences = [panel.description.format(also=also), *(told(alert, panel.unit) for alert in drawn)]
    return " ".join(filter(None, sentences))


def states(tile: Tile, rules: dict[str, Alert]) -> list[Json]:
    """The colour of a tile from each value on. Alerts above their limit leave green below it, others above it."""
    if tile.states:
        return [{"color": colour, "value": value} for value, colour in tile.states]
    found = steps([rules[name] for name in tile.alerts])
    # A step colours its value too, and an alert above 0 is silent at 0.
    return [{
        "color": step["color"].replace("transparent", "green"),
        "value": LITTLE if step["value"] == 0 else step["value"],
    } for step in found]


def tile_panel(tile: Tile, rules: dict[str, Alert]) -> Json:
    """Grafana's panel, without its place."""
    sentences = [tile.description, *(told(rules[name], tile.unit) for name in tile.alerts)]
    mappings = [{"type": "value", "options": {
        value: {"text": word, "index": index} for index, (value, word) in enumerate(tile.words.items())
    }}] if tile.words else []
    return {
        "type": "stat", "title": tile.title, "description": " ".join(sentences),
        "datasource": {"type": "prometheus", "uid": "$datasource"},
        "fieldConfig": {"defaults": {
            "unit": tile.unit.grafana, "decimals": 0 if tile.unit.grafana != "s" else None,
            "mappings": mappings, "noValue": tile.none,
            "thresholds": {"mode": "absolute", "steps": states(tile, rules)},
        }, "overrides": []},
        "options": {
            "colorMode": "background", "graphMode": "none", "textMode": "value_and_name",
            "justifyMode": "center", "orientation": "horizontal",
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        },
        "targets": [{
            "refId": "A", "expr": tile.query, "legendFormat": "{{instance}}", "instant": True,
            "datasource": {"type": "prometheus", "uid": "$datasource"},
        }],
    }


def annotation() -> Json:
    """Marks the times at which alerts fire, in every graph."""
    return {
        "name": "Alerts", "enable": True, "hide": False, "iconColor": "red",
        "datasource": {"type": "prometheus", "uid": "$datasource"},
        "expr": FIRING, "step": "30s", "titleFormat": "{{alertname}}", "tagKeys": "severity",
        "textFormat": "{{instance}} {{proof_system}} {{stage}}",
    }


def variable(name: str, label: str, query: str) -> Json:
    return {
        "name": name, "label": label, "type": "query", "multi": True, "includeAll": True,
        "current": {"text": "All", "value": "$__all"}, "refresh": 2,
        "datasource": {"type": "prometheus", "uid": "$datasource"},
        "query": {"query": query, "refId": name}, "definition": query,
    }


def dashboard(rules: dict[str, Alert]) -> Json:
    strangers = {name for tile in TILES for name in tile.alerts} - set(rules)
    if strangers:
        sys.exit(f"dashboard: no such alerts: {sorted(strangers)}")
    drawn = sorted(name for _, row in ROWS for panel in row for name in panel.alerts)
    if drawn != sorted(rules):
        sys.exit(f"dashboard: expected each alert in one panel: {sorted(rules)}, got {drawn}")
    panels: list[Json] = []
    number, y = 0, 0

    def headline(title: str) -> None:
        nonlocal number, y
        number += 1
        panels.append({
            "id": number, "type": "row", "title": title, "collapsed": False, "panels": [],
            "gridPos": {"x": 0, "y": y, "w": 24, "h": 1},
        })
        y += 1

    headline("Am I fine?")
    width = 24 // TILES_IN_A_LINE
    for place, tile in enumerate(TILES):
        number += 1
        panels.append({"id": number, **tile_panel(tile, rules), "gridPos": {
            "x": place % TILES_IN_A_LINE * width, "y": y + place // TILES_IN_A_LINE * 4, "w": width, "h": 4,
        }})
    y += -(-len(TILES) // TILES_IN_A_LINE) * 4
    for title, row in ROWS:
        headline(title)
        for place, panel in enumerate(row):
            number += 1
            panels.append({
                "id": number, "type": "timeseries", "title": panel.title,
                "description": description(panel, rules),
                "datasource": {"type": "prometheus", "uid": "$datasource"},
                "gridPos": {"x": place % 2 * 12, "y": y + place // 2 * 8, "w": 12, "h": 8},
                "fieldConfig": fields(panel, rules),
                "options": {"legend": {"displayMode": "list", "placement": "bottom"},
                            "tooltip": {"mode": "multi"}},
                "targets": [
                    {"refId": chr(ord("A") + index), "expr": expr, "legendFormat": legend,
                     "datasource": {"type": "prometheus", "uid": "$datasource"}}
                    for index, (expr, legend) in enumerate(panel.queries)
                ],
            })
        y += (len(row) + 1) // 2 * 8
    return {
        "uid": "assay-validator", "title": "Assay validator", "tags": ["assay"],
        "schemaVersion": 39, "version": 1, "editable": True, "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"}, "timezone": "utc",
        "templating": {"list": [
            {"name": "datasource", "label": "Data source", "type": "datasource",
             "query": "prometheus", "current": {}, "hide": 0},
            variable("job", "Job", "label_values(assay_block_seconds_count, job)"),
            variable("instance", "Node",
                     'label_values(assay_block_seconds_count{job=~"$job"}, instance)'),
        ]},
        "annotations": {"list": [annotation()]}, "links": [], "panels": panels,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail if the file is not current")
    arguments = parser.parse_args()
    text = json.dumps(dashboard(alerts(ALERTS.read_text())), indent="\t") + "\n"
    if not arguments.check:
        FILE.write_text(text)
    elif FILE.read_text() != text:
        sys.exit("dashboard: validator.json is not what scripts/workshop/dashboard.py writes; run it")


if __name__ == "__main__":
    main()
