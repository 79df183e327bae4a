#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Measures proving and verifying by AIR, hash and profile, and writes docs/performance/README.md. It
# takes about ten minutes on a quiet machine. scripts/workshop/performance_report.py has the cases.
#
#   scripts/measure/performance.sh
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts/setup.sh
# shellcheck source=scripts/env.sh
. scripts/env.sh
unset SKIP_WASM_BUILD

# The whole workspace, as the tests do: the same features, so the same build of the dependencies.
cargo build --release --locked --workspace --bins
ASSAY_STWO_PROVER=$(scripts/build/stwo.sh)
export ASSAY_STWO_PROVER
PATH=$CARGO_TARGET_DIR/release:$PATH python3 -m scripts.workshop.performance_report measure
python3 -m scripts.workshop.performance_report write
