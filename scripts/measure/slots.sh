#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures slots of several lengths: full blocks of proofs on four validators, once as fast as this machine lets
# them talk, once with a limit on what each sends. Writes docs/performance/slots.csv.
# scripts/workshop/slots.py makes the rows.
#
#   scripts/measure/slots.sh [ROUNDS]      proofs to send, 2000 unless given; as root, for the limit
#
# Run it on a quiet machine: all four nodes share its processors.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/env.sh
. scripts/env.sh
rounds=${1:-2000}
programs=$(scripts/build/programs.sh)
export ASSAY_PROGRAMS=$programs

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
runs=()
for limit in none 100 50; do
	for slot in 6000 3000 2000; do
		options=()
		[ "$limit" = none ] || options=(--bandwidth "$limit")
		out=$work/$slot-$limit
		# What is wanted is what happens, not whether it is within the scenario's limits.
		code=0
		zombienet/run.sh stress-steady --rounds "$rounds" --slot "$slot" "${options[@]}" --out "$out" || code=$?
		[ "$code" -le 1 ] || exit "$code"
		runs+=("$limit=$out/summary.json")
	done
done
python3 -m scripts.workshop.slots "${runs[@]}" >"$work/slots.csv"
mv "$work/slots.csv" docs/performance/slots.csv
