#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What the node's timing adds to an import: docs/performance/timing.csv. The proof that it is set
# against is the smallest and quickest of the samples.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/setup.sh
# shellcheck source=scripts/env.sh
. scripts/env.sh

SKIP_WASM_BUILD=1 cargo build --release --locked --workspace --bin assay --example cost
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bin=$CARGO_TARGET_DIR/release
"$bin/assay" export fibonacci --degree-bits 10 --hash blake3 --out "$work/key.vk" >/dev/null
"$bin/assay" prove fibonacci --vk "$work/key.vk" --proof "$work/proof" \
	--public-values "$work/public-values" >/dev/null
{
	printf '# %s, commit %s, %s; medians; fibonacci, 2^10 rows, blake3\n' "$(date -u +%F)" \
		"$(git rev-parse --short HEAD)" \
		"$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
	"$bin/examples/cost" "$work/key.vk" "$work/public-values" "$work/proof"
} >"$work/timing.csv"
cp "$work/timing.csv" docs/performance/timing.csv
cat docs/performance/timing.csv
