# SPDX-License-Identifier: Apache-2.0
"""Makes the rows of docs/performance/slots.csv from summaries of runs: LIMIT=SUMMARY..., where LIMIT is the
Mbit/s that each node could send to the others, or `none`.
"""

import csv
import json
import pathlib
import sys

from scripts.workshop.common import Json

COLUMNS = [
    "slot_s", "limit_mbit_s", "proofs_per_s", "blocks", "full_blocks", "missed_slots", "forked_heights",
    "finality_lag_blocks", "propagation_p50_ms", "propagation_p95_ms", "inclusion_p50_ms", "finality_p50_ms",
    "sent_mbit_s", "cpu_percent", "lost", "state_mismatches",
]


def row(limit: str, run: Json) -> list[object]:
    throughput, chain, latency = run["throughput"], run["chain"], run["latency_ms"]
    nodes = run["nodes"].values()
    # The most of any node, over the whole run: the blocks are full for most of it.
    sent = max(8 * node["bytes_to_peers"] / run["seconds"] / 1e6 for node in nodes)
    cpu = max(node["cpu_percent"]["mean"] for node in nodes)
    return [
        chain["slot_s"], limit, round(throughput["proofs_per_s"], 1), throughput["blocks_with_proofs"],
        throughput["blocks_full_by_length"], chain["missed_slots"], chain["forked_heights"],
        chain["finality_lag_blocks"], round(latency["propagation"]["p50"]),
        round(latency["propagation"]["p95"]), round(latency["inclusion"]["p50"]),
        round(latency["finality"]["p50"]), round(sent, 1), round(cpu), run["counts"]["lost"],
        chain["state_mismatches"],
    ]


def main() -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    hardware = None
    rows = []
    for argument in sys.argv[1:]:
        limit, _, file = argument.partition("=")
        run = json.loads(pathlib.Path(file).read_text())
        rows.append(row(limit, run))
        hardware = (f"# commit {run['versions']['commit']}, {run['hardware']['cpu']}, "
                    f"{run['hardware']['cores']} cores for four nodes, prover and harness; "
                    f"{run['config']['scenario']['load'][0]['air']}")
    if hardware:
        print(hardware)
    writer.writerow(COLUMNS)
    writer.writerows(rows)


if __name__ == "__main__":
    main()
