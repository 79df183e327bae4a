#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Fills blocks of a dev chain with each of several mixes, executes them again with the node's own
# `benchmark block`, and writes to docs/performance/full_blocks.csv what each was charged and what
# it took. What happens on the chain is in scripts/workshop/full_blocks.py; here are the processes.
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
