#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Compares verifications of the committed STWO and Cairo proofs at several commits, from bytes, in processor
# time of one thread. Builds of the example `measure_verification` of crate assay-stwo run in turns, so that
# the load of a shared machine falls on all alike. Writes docs/performance/verify_commits.csv, or the table that
# TABLE names: the medians of 15 runs of 31 verifications each, a row for each run, and prints the medians of the
# runs.
#
#   scripts/measure/commits.sh COMMIT=PROGRAM...
#
# PROGRAM: from a checkout of COMMIT, `cargo build --release -p assay-stwo --example measure_verification`.
# Into a commit that lacks the example, copy it, and add `libc` to the crate's dev-dependencies.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ $# -gt 0 ] || {
	sed -n '4,15s/^# \{0,1\}//p' "$0" >&2
	exit 2
}
table=${TABLE:-docs/performance/verify_commits.csv}
echo run,commit,proof,proof_bytes,cpu_us >"$table.part"
for run in {0..14}; do
	for proof in cairo/{fibonacci,votes,attendance,tally,opcodes,builtins,ledger,bootloader} poseidon range_standard quorum; do
		for build in "$@"; do
			"${build#*=}" 31 "$proof" | sed "s/^/$run,${build%%=*},/" >>"$table.part"
		done
	done
done
mv "$table.part" "$table"
python3 - "$table" <<'PYTHON'
import csv, statistics, sys

times: dict[tuple[str, str], list[float]] = {}
for row in csv.DictReader(open(sys.argv[1])):
    times.setdefault((row["proof"], row["commit"]), []).append(float(row["cpu_us"]))
for (proof, commit), values in times.items():
    print(f"{proof:20} {commit:10} {statistics.median(values) / 1000:7.2f} ms")
PYTHON
