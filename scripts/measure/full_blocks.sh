#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Fills blocks of a dev chain with each of several mixes, executes them again with the node's
# `benchmark block`, and writes each one's charge and time to docs/performance/full_blocks.csv.
# scripts/workshop/full_blocks.py does the work on the chain; this script runs the processes.
#
#   scripts/measure/full_blocks.sh
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts/setup.sh
# shellcheck source=scripts/env.sh
. scripts/env.sh
unset SKIP_WASM_BUILD

cargo build --release --locked --workspace --bins --example fill_blocks
release=$(scripts/build/benchmark_node.sh)

# shellcheck source=scripts/node.sh
. scripts/node.sh
start_node
start python3 -m scripts.workshop.full_blocks fill --bin "$CARGO_TARGET_DIR/release" --port "$port" \
	--dir "$work/files" --blocks "$work/blocks.json"
wait "${groups[0]}" || fail "failed"
kill -TERM -- "-$node"
wait "$node" || true

python3 -m scripts.workshop.full_blocks measure --node "$release/assay-node" --base-path "$work/node" \
	--blocks "$work/blocks.json" >"$work/full_blocks.csv"
mv "$work/full_blocks.csv" docs/performance/full_blocks.csv
cat docs/performance/full_blocks.csv
