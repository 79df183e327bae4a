#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures what a host call adds to a verification, and what verifications take both ways, and
# writes the raw times to docs/performance/{host_call,in_runtime,in_runtime_stwo}.csv; then fits the
# weights' model to them. On a quiet machine: other work shows. Takes about a quarter of an hour.
#
#   scripts/measure_verification.sh [host_call|in_runtime|stwo]...    all of them unless named
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/setup.sh
# shellcheck source=scripts/env.sh
. scripts/env.sh
unset SKIP_WASM_BUILD

# The whole workspace's features, as the tests do.
cargo build --release --locked --workspace --example measure
measure=$CARGO_TARGET_DIR/release/examples/measure
[ $# -gt 0 ] || set -- host_call in_runtime stwo
for what in "$@"; do
	table=docs/performance/$what.csv arguments=("$what")
	if [ "$what" = stwo ]; then
		# Proofs of STWO come from a build of its own: RUSTC_BOOTSTRAP=1.
		table=docs/performance/in_runtime_stwo.csv
		corpus=$(mktemp -d)
		trap 'rm -rf "$corpus"' EXIT
		RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=${ASSAY_STWO_TARGET_DIR:-$ASSAY_CACHE/target-stwo} \
			cargo run --release --locked -p assay-stwo-airs --features cli --example corpus "$corpus"
		arguments+=("$corpus")
	fi
	"$measure" "${arguments[@]}" >"$table.part"
	mv "$table.part" "$table"
done
python3 scripts/fit_weights.py
