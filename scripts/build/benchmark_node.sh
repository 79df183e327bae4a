#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the node with the command `benchmark` and prints the folder of its build. It enables features
# that add about 500 crates, hence its own target folder.
#
#   scripts/build/benchmark_node.sh
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/env.sh
. scripts/env.sh
unset SKIP_WASM_BUILD
export CARGO_TARGET_DIR=${ASSAY_BENCHMARKS_TARGET_DIR:-$ASSAY_CACHE/target-benchmarks}
# A test runtime of `benchmark storage`, whose build fails outside of its own workspace.
export SKIP_FRAME_STORAGE_ACCESS_TEST_RUNTIME_WASM_BUILD=1

cargo build --release --locked -p assay-node --features runtime-benchmarks >&2
echo "$CARGO_TARGET_DIR/release"
