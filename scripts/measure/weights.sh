#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures the weights of every pallet in the runtime with the node's `benchmark pallet`, and writes
# runtime/src/weights/ and the weights.rs of our own pallets.
#
#   scripts/measure/weights.sh [PALLET...]     all of them unless named
#   STEPS=50 REPEAT=20                 as few as 2 and 1 for a trial
#
# Run it on a quiet machine: the figures become prices.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts/setup.sh
release=$(scripts/build/benchmark_node.sh)
node=$release/assay-node
runtime=$release/wbuild/assay-runtime/assay_runtime.compact.compressed.wasm
genesis=(--runtime "$runtime" --genesis-builder runtime --genesis-builder-preset development)

pallets=("$@")
if [ $# -eq 0 ]; then
	# The list that the runtime itself gives: nothing can be forgotten here.
	mapfile -t pallets < <("$node" benchmark pallet "${genesis[@]}" --list=pallets --no-csv-header 2>/dev/null)
fi
[ "${#pallets[@]}" -gt 0 ] || { echo "weights.sh: the node lists no pallet" >&2; exit 1; }

for pallet in "${pallets[@]}"; do
	case $pallet in
	pallet_proof_verifier | pallet_validators)
		folder=${pallet#pallet_}
		template=pallet output=pallets/${folder//_/-}/src/weights.rs
		;;
	*) template=runtime output=runtime/src/weights/$pallet.rs ;;
	esac
	mkdir -p "$(dirname "$output")"
	echo "=== $pallet -> $output"
	"$node" benchmark pallet "${genesis[@]}" --pallet "$pallet" --extrinsic '*' \
		--steps "${STEPS:-50}" --repeat "${REPEAT:-20}" --wasm-execution compiled \
		--no-storage-info --no-median-slopes --no-min-squares \
		--template "scripts/measure/weights/$template.hbs" --output "$output"
done
