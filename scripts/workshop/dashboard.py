# SPDX-License-Identifier: Apache-2.0
"""Writes docs/dashboards/validator.json, the Grafana dashboard of a validator.

The panels are below; `--check` fails if the file is not what they come to. scripts/test/observability.sh
runs every query here against a real node.
"""

import argparse
import json
import sys

from scripts.workshop import ROOT
from scripts.workshop.common import Json

FILE = ROOT / "docs/dashboards/validator.json"

# In queries: $job and $instance are the dashboard's variables, $__rate_interval is Grafana's.
NODE = 'job=~"$job",instance=~"$instance"'
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
    return f"sum by (backend, air) (increase({metric}[30m]))"


def seldom_quantile(q: float, metric: str) -> str:
    """A percentile of what happens seldom."""
    return (
        f"histogram_quantile({q}, sum by (le, backend, air) (increase({metric}_bucket[30m])))"
        f" and on (backend, air) {seldom(f'{metric}_count')} > 0"
    )


# Title, unit, what it shows, queries with their legends.
ROWS = [
    ("Blocks", [
        ("Block time", "s", "Time to execute and import a block of others (import), or to build and "
         "import one's own (author).", [
             (quantile(0.5, "assay_block_seconds", "stage"), "p50 {{stage}}"),
             (quantile(0.95, "assay_block_seconds", "stage"), "p95 {{stage}}"),
         ]),
        ("Share of verification", "percentunit", "How much of the block time is in verifiers.", [
            (over("assay_block_verification_seconds_sum", "assay_block_seconds_sum", "stage"),
             "{{stage}}"),
        ]),
        ("Proofs in a block", "short", "Mean.", [
            (over("assay_block_proofs_sum", "assay_block_proofs_count", "stage"), "{{stage}}"),
        ]),
        ("Drift", "percentunit", "Time in the runtime over time charged. Above 100 % this machine is "
         "slower than the weights promise.", [
             (over("assay_block_execution_seconds_total", "assay_block_charged_seconds_total",
                   "stage"), "{{stage}}"),
         ]),
    ]),
    ("Verification", [
        ("Time of a verification", "s", "Objectives: p95 of 3.2 s; of 10 ms at the profile standard.", [
            (quantile(0.5, "assay_verification_seconds", "backend"), "p50 {{backend}}"),
            (quantile(0.95, "assay_verification_seconds", "backend"), "p95 {{backend}}"),
            (quantile(0.99, "assay_verification_seconds", "backend"), "p99 {{backend}}"),
        ]),
        ("Verifications within 10 ms", "percentunit", "Share of all, in the interval.", [
            (f'{rate("assay_verification_seconds_bucket", "backend", LE)} / '
             f'({rate("assay_verification_seconds_count", "backend")} > 0)', "{{backend}}")
            for LE in (',le="0.01"',)
        ]),
        ("Accepted and refused", "ops", "Proofs a second.", [
            (rate("assay_verification_seconds_count", "backend", ',verdict="accepted"'),
             "{{backend}} accepted"),
            (rate("assay_verification_seconds_count", "backend", ',verdict!="accepted"'),
             "{{backend}} refused"),
        ]),
        ("Refusals by class", "ops", "Proofs a second; classes without a refusal are left out.", [
            (rate("assay_verification_seconds_count", "verdict", ',verdict!="accepted"') + " > 0",
             "{{verdict}}"),
        ]),
        ("Self-check", "short", "Verdicts of the node's verifiers on proofs that are known, since its "
         "start. A tampered proof that is accepted, or a genuine one that is refused, is an alarm.", [
             (f"sum by (proof, verdict) (assay_self_check_total{{{NODE}}})", "{{proof}} {{verdict}}"),
         ]),
        ("Length of a proof", "bytes", "", [
            (quantile(0.5, "assay_proof_bytes", "backend"), "p50 {{backend}}"),
            (quantile(0.95, "assay_proof_bytes", "backend"), "p95 {{backend}}"),
        ]),
        ("Proof bytes", "Bps", "Bytes of proofs verified a second.", [
            (rate("assay_proof_bytes_sum", "backend"), "{{backend}}"),
        ]),
    ]),
    # A proving service is another target than the node, and proves a block now and then.
    ("Proving", [
        ("Time of a proof", "s", "Of assay prove --serve, in the last half hour. Objective: p95 of "
         "5.5 s.", [
             (seldom_quantile(0.5, "assay_prove_seconds"), "p50 {{backend}} {{air}}"),
             (seldom_quantile(0.95, "assay_prove_seconds"), "p95 {{backend}} {{air}}"),
         ]),
        ("Length of a proof made", "bytes", "Mean, in the last half hour.", [
            (f"{seldom('assay_prove_proof_bytes_sum')} / "
             f"({seldom('assay_prove_proof_bytes_count')} > 0)", "{{backend}} {{air}}"),
        ]),
        ("Blocks that wait for a proof", "short", "", [
            ("sum by (backend, air) (assay_prove_queue)", "{{backend}} {{air}}"),
        ]),
        ("Proofs made and failures", "short", "In the last half hour.", [
            (seldom("assay_prove_accepted_total"), "{{backend}} {{air}} accepted"),
            (seldom("assay_prove_failures_total"), "{{backend}} {{air}} failures"),
        ]),
    ]),
    ("Chain", [
        ("Height", "short", "", [
            (f'substrate_block_height{{{NODE},status="best"}}', "best {{instance}}"),
            (f'substrate_block_height{{{NODE},status="finalized"}}', "final {{instance}}"),
        ]),
        ("Finality lag", "short", "Blocks from the last final one to the best.", [
            (f'substrate_block_height{{{NODE},status="best"}} - ignoring (status) '
             f'substrate_block_height{{{NODE},status="finalized"}}', "{{instance}}"),
        ]),
        ("Transaction pool", "short", "Transactions that are ready.", [
            (f"substrate_ready_transactions_number{{{NODE}}}", "{{instance}}"),
        ]),
        ("Calls of the runtime", "short", "Calls that go on now, by what they are for.", [
            (f"sum by (stage) (assay_runtime_calls{{{NODE}}})", "{{stage}}"),
        ]),
        ("Peers", "short", "", [
            (f"substrate_sub_libp2p_peers_count{{{NODE}}}", "{{instance}}"),
        ]),
        ("Time of a scrape", "s", "How long the node took to answer Prometheus.", [
            (f"scrape_duration_seconds{{{NODE}}}", "{{instance}}"),
        ]),
    ]),
]


def variable(name: str, label: str, query: str) -> Json:
    return {
        "name": name, "label": label, "type": "query", "multi": True, "includeAll": True,
        "current": {"text": "All", "value": "$__all"}, "refresh": 2,
        "datasource": {"type": "prometheus", "uid": "$datasource"},
        "query": {"query": query, "refId": name}, "definition": query,
    }


def dashboard() -> Json:
    panels: list[Json] = []
    number, y = 0, 0
    for title, row in ROWS:
        number += 1
        panels.append({
            "id": number, "type": "row", "title": title, "collapsed": False, "panels": [],
            "gridPos": {"x": 0, "y": y, "w": 24, "h": 1},
        })
        y += 1
        for place, (title, unit, description, queries) in enumerate(row):
            number += 1
            panels.append({
                "id": number, "type": "timeseries", "title": title, "description": description,
                "datasource": {"type": "prometheus", "uid": "$datasource"},
                "gridPos": {"x": place % 2 * 12, "y": y + place // 2 * 8, "w": 12, "h": 8},
                "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
                "options": {"legend": {"displayMode": "list", "placement": "bottom"},
                            "tooltip": {"mode": "multi"}},
                "targets": [
                    {"refId": chr(ord("A") + index), "expr": expr, "legendFormat": legend,
                     "datasource": {"type": "prometheus", "uid": "$datasource"}}
                    for index, (expr, legend) in enumerate(queries)
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
        "annotations": {"list": []}, "links": [], "panels": panels,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say whether the file is current")
    arguments = parser.parse_args()
    text = json.dumps(dashboard(), indent="\t") + "\n"
    if not arguments.check:
        FILE.write_text(text)
    elif FILE.read_text() != text:
        sys.exit("dashboard: validator.json is not what scripts/workshop/dashboard.py writes; run it")


if __name__ == "__main__":
    main()
