# SPDX-License-Identifier: Apache-2.0
"""Reads criterion's estimates below a folder; prints medians and ratios as CSV.

One row for each AIR and hash: the median in microseconds of upstream's `verify` on a decoded proof,
of upstream with decoding (of STWO not measured), and of this crate from bytes, and the third over each
of the first two.
"""

import json
import pathlib
import platform
import subprocess
import sys
from datetime import date


def cpu():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def main(home):
    medians: dict = {}
    for estimates in pathlib.Path(home).glob("*/*/*/new/estimates.json"):
        benchmark = json.loads((estimates.parent / "benchmark.json").read_text())
        group, function, value = (
            benchmark["group_id"], benchmark["function_id"], benchmark["value_str"],
        )
        median = json.loads(estimates.read_text())["median"]["point_estimate"]
        medians.setdefault((group, value), {})[function] = median / 1000
    if not medians:
        sys.exit(f"no estimates below {home}")
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    print(f"# {date.today()}, commit {commit}, {cpu()}; medians in microseconds")
    print("air,rows,hash,upstream,upstream_bytes,assay,assay/upstream,assay/upstream_bytes")
    for (group, value), of in sorted(medians.items()):
        air, rows = group.rsplit("/", 1)
        assay, decoded, encoded = of["assay"], of["upstream"], of.get("upstream-bytes")
        bytes_us, over_bytes = (f"{encoded:.1f}", f"{assay / encoded:.3f}") if encoded else ("", "")
        print(
            f"{air},{rows},{value.lower()},{decoded:.1f},{bytes_us},{assay:.1f},"
            f"{assay / decoded:.3f},{over_bytes}"
        )


if __name__ == "__main__":
    main(sys.argv[1])
