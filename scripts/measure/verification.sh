#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures what a host call adds to a verification, and verifications both ways, and writes the raw
# times to docs/performance/{host_call,in_runtime,in_runtime_stwo,in_runtime_cairo,check_vk}.csv. Then
# it fits the weights' model to them. Run it on a quiet machine. It takes about a quarter of an hour.
#
#   scripts/measure/verification.sh [host_call|in_runtime|stwo|cairo|check]...    all of them unless named
#   scripts/measure/verification.sh search [SEED [STEPS]]
#       Searches for keys that take the most of their charge, in the node: a climb of STEPS (40) from
#       each kind of key, from SEED (1). Writes docs/performance/search_keys.csv and sums it up. About
#       as long.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts/setup.sh
# shellcheck source=scripts/env.sh
. scripts/env.sh
unset SKIP_WASM_BUILD

if [ "${1:-}" = search ]; then
	table=docs/performance/search_keys.csv
	cargo build --release --locked -p assay-plonky3 --features prover --example search_plonky3_keys
	stwo=${ASSAY_STWO_TARGET_DIR:-$ASSAY_CACHE/target-stwo}
	RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$stwo cargo build --release --locked -p assay-stwo-airs \
		--features prover --example search_stwo_keys
	"$CARGO_TARGET_DIR/release/examples/search_plonky3_keys" "${2:-1}" "${3:-40}" >"$table.part"
	"$stwo/release/examples/search_stwo_keys" "${2:-1}" "${3:-40}" | tail -n +2 >>"$table.part"
	mv "$table.part" "$table"
	exec python3 -m scripts.workshop.fit_weights --search
fi

# The whole workspace's features, as the tests do.
cargo build --release --locked --workspace --example measure
measure=$CARGO_TARGET_DIR/release/examples/measure
[ $# -gt 0 ] || set -- host_call in_runtime stwo cairo check
corpus=
trap '[ -z "$corpus" ] || rm -rf "$corpus"' EXIT
for what in "$@"; do
	table=$what arguments=("$what")
	case $what in
	stwo | check)
		# Keys and proofs of STWO come from a build of its own: RUSTC_BOOTSTRAP=1.
		if [ -z "$corpus" ]; then
			corpus=$(mktemp -d)
			RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=${ASSAY_STWO_TARGET_DIR:-$ASSAY_CACHE/target-stwo} \
				cargo run --release --locked -p assay-stwo-airs --features cli --example corpus "$corpus"
		fi
		arguments+=("$corpus")
		;;
	esac
	case $what in
	stwo) table=in_runtime_stwo ;;
	cairo) table=in_runtime_cairo ;;
	check) table=check_vk ;;
	esac
	table=docs/performance/$table.csv
	"$measure" "${arguments[@]}" >"$table.part"
	mv "$table.part" "$table"
done
python3 -m scripts.workshop.fit_weights
