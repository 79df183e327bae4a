# SPDX-License-Identifier: Apache-2.0
"""Reads criterion's estimates below a folder; prints medians and ratios as CSV.

One row for each AIR and hash: the median in microseconds of upstream's `verify` on a decoded proof,
of upstream with decoding (of STWO not measured), and of this crate from bytes, and the third over each
of the first two.
"""

import json
import pathlib
import sys
from datetime import date

from scripts.workshop.common import commit, cpu


def main(home: str) -> None:
    medians: dict[tuple[str, str], dict[str, float]] = {}
    for estimates in pathlib.Path(home).glob("*/*/*/new/estimates.json"):
        benchmark = json.loads((estimates.parent / "benchmark.json").read_text())
        group, function, value = (
            benchmark["group_id"], benchmark["function_id"], benchmark["value_str"],
        )
        median = json.loads(estimates.read_text())["median"]["point_estimate"]
        medians.setdefault((group, value), {})[function] = median / 1000
    if not medians:
        sys.exit(f"no estimates below {home}")
    print(f"# {date.today()}, commit {commit()}, {cpu()}; medians in microseconds")
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
