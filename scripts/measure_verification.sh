#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures what a host call adds to a verification, and what verifications take both ways, and
# writes the raw times to docs/performance/{host_call,in_runtime}.csv; then fits the weights' model
# to them. On a quiet machine: other work shows. Takes about a quarter of an hour.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/setup.sh
# shellcheck source=scripts/env.sh
. scripts/env.sh
unset SKIP_WASM_BUILD

# The whole workspace's features, as the tests do.
cargo build --release --locked --workspace --example measure
measure=$CARGO_TARGET_DIR/release/examples/measure
for what in host_call in_runtime; do
	"$measure" "$what" >"docs/performance/$what.csv.part"
	mv "docs/performance/$what.csv.part" "docs/performance/$what.csv"
done
python3 scripts/fit_weights.py
