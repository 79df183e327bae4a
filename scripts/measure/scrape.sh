#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures what scraping takes while a node writes and another imports full blocks, and whether it
# holds the import up: waves of proofs that fill a block, every other one scraped fifty times a second.
# Writes docs/performance/scrape.csv. What is done on the chain is in scripts/workshop/scrape.py.
#
#   scripts/measure/scrape.sh
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
# Its functions are called by the script that is sourced.
# shellcheck disable=SC2034
observed=(--prometheus-port 0 --status-port 0)
start_node
bootnode=$(python3 -m scripts.workshop.observability bootnode --port "$port")
start "$CARGO_TARGET_DIR/release/assay-node" --chain dev --base-path "$work/follower" \
	--bootnodes "$bootnode" --rpc-port 0 --listen-addr /ip4/127.0.0.1/tcp/0 --no-mdns \
	"${observed[@]}" >"$work/follower.log" 2>&1
start python3 -m scripts.workshop.scrape --bin "$CARGO_TARGET_DIR/release" --port "$port" \
	--dir "$work/files" --log "author=$work/node.log" --log "follower=$work/follower.log" \
	--out "$work/scrape.csv"
wait "${groups[0]}" || fail "failed"
mv "$work/scrape.csv" docs/performance/scrape.csv
