#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures what the node's timing adds to an import, and writes docs/performance/timing.csv. It compares
# that with the mean import of empty blocks by a real node, and with as many verifications of the
# quickest sample.
#
#   scripts/measure/timing.sh
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts/setup.sh
# shellcheck source=scripts/env.sh
. scripts/env.sh

unset SKIP_WASM_BUILD
cargo build --release --locked --workspace --bins --example cost

# shellcheck source=scripts/node.sh
. scripts/node.sh
start_node
bootnode=$(python3 -m scripts.workshop.observability bootnode --port "$port")
start "$CARGO_TARGET_DIR/release/assay-node" --chain dev --base-path "$work/follower" \
	--bootnodes "$bootnode" --rpc-port 0 --listen-addr /ip4/127.0.0.1/tcp/0 --no-mdns --no-status \
	--prometheus-port 0 >"$work/follower.log" 2>&1
empty_us=$(python3 -m scripts.workshop.observability empty-import --log "$work/follower.log")

bin=$CARGO_TARGET_DIR/release
"$bin/assay" export fibonacci --degree-bits 10 --hash blake3 --out "$work/key.vk" >/dev/null
"$bin/assay" prove fibonacci --vk "$work/key.vk" --proof "$work/proof" \
	--public-values "$work/public-values" >/dev/null
{
	printf '# %s, commit %s, %s; medians; fibonacci, 2^10 rows, blake3; mean of ten empty imports\n' \
		"$(date -u +%F)" "$(git rev-parse --short HEAD)" \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
	"$bin/examples/cost" "$work/key.vk" "$work/public-values" "$work/proof" "$empty_us"
} >"$work/timing.csv"
cp "$work/timing.csv" docs/performance/timing.csv
cat docs/performance/timing.csv
