#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Compares the time to accept a proof with upstream's verifier, in one criterion run, and writes the
# medians and their ratios to docs/performance/acceptance.csv.
#
#   scripts/measure/acceptance.sh [OPTION...]     options of criterion
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts/setup.sh
# shellcheck source=scripts/env.sh
. scripts/env.sh

export CRITERION_HOME=$CARGO_TARGET_DIR/criterion
rm -rf "$CRITERION_HOME"
cargo bench --locked -p assay-plonky3 --features bench --bench acceptance -- --noplot "$@"
python3 -m scripts.workshop.acceptance "$CRITERION_HOME" >docs/performance/acceptance.csv
cat docs/performance/acceptance.csv
