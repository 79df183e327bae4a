#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds `assay-stwo`, with which the client makes keys and proofs for STWO, and prints its path.
# Upstream's prover uses unstable library features: a stable compiler builds it only with
# RUSTC_BOOTSTRAP=1. A separate target folder keeps that out of every other build. The client finds the
# program by ASSAY_STWO_PROVER, beside itself, or in the PATH.
#
#   scripts/build/stwo.sh [PROFILE]    `release` unless given; releases use `production`
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/env.sh
. scripts/env.sh
export RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=${ASSAY_STWO_TARGET_DIR:-$ASSAY_CACHE/target-stwo}
profile=${1:-release}
cargo build --profile "$profile" --locked -p assay-stwo-airs --features cli --bin assay-stwo >&2
echo "$CARGO_TARGET_DIR/$profile/assay-stwo"
