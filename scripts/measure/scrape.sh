#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures scrapes while one node writes and another imports full blocks, and whether they delay the
# import: waves of proofs fill a block each, and every other wave has fifty scrapes a second. Writes
# docs/performance/scrape.csv. scripts/workshop/scrape.py does the work on the chain.
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
# The sourced script calls these functions.
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
