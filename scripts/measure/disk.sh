#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures what blocks take on disk: fills blocks with proofs while one node keeps every block and
# another the last few, and writes the size of both databases to docs/performance/disk.csv.
# scripts/workshop/disk.py does the work on the chain; this script runs the processes.
#
#   scripts/measure/disk.sh
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts/setup.sh
# shellcheck source=scripts/env.sh
. scripts/env.sh
unset SKIP_WASM_BUILD
export no_proxy=127.0.0.1 NO_PROXY=127.0.0.1

cargo build --release --locked --workspace --bins --example fill_blocks

# shellcheck source=scripts/node.sh
. scripts/node.sh
start_node --blocks-pruning archive-canonical
bootnode=$(python3 -m scripts.workshop.observability bootnode --port "$port")
start "$CARGO_TARGET_DIR/release/assay-node" --chain dev --base-path "$work/follower" \
	--blocks-pruning 8 --bootnodes "$bootnode" --rpc-port 0 --listen-addr /ip4/127.0.0.1/tcp/0 \
	--no-mdns "${observed[@]}" >"$work/follower.log" 2>&1
start python3 -m scripts.workshop.disk --bin "$CARGO_TARGET_DIR/release" --port "$port" \
	--dir "$work/files" --keeps "$work/node" --prunes "$work/follower" --out "$work/disk.csv"
wait "${groups[0]}" || fail "failed"
mv "$work/disk.csv" docs/performance/disk.csv
