#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Everything that needs STWO's prover: its tests, lints, the benchmark, and the committed proofs that
# ordinary tests verify. The prover uses unstable library features, so a stable compiler builds it only
# with RUSTC_BOOTSTRAP=1; a separate target folder keeps that out of every other build.
#
#   scripts/test/stwo.sh            tests and lints
#   scripts/test/stwo.sh fixtures   makes primitives/stwo/fixtures again
#   scripts/test/stwo.sh no_std     builds the verifier for wasm32v1-none
#   scripts/test/stwo.sh bench      compares acceptance with upstream's verify, in
#                                   docs/performance/acceptance_stwo.csv
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/env.sh
. scripts/env.sh
export RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=${ASSAY_STWO_TARGET_DIR:-$ASSAY_CACHE/target-stwo}
stwo=(--release --locked -p assay-stwo-airs)

case ${1:-test} in
test)
	cargo test "${stwo[@]}" -p assay-stwo --features assay-stwo-airs/prover
	cargo clippy "${stwo[@]}" -p assay-stwo --all-targets --features assay-stwo-airs/bench,assay-stwo-airs/cli \
		-- -D warnings
	;;
# The verifier for a target without std. Upstream always depends on dashmap, for its prover, and dashmap
# needs std: for this build an empty crate replaces it.
no_std)
	lock=$(mktemp)
	cp Cargo.lock "$lock"
	trap 'mv "$lock" Cargo.lock' EXIT
	unset RUSTC_BOOTSTRAP
	cargo build --release --offline --target wasm32v1-none -p assay-stwo --no-default-features \
		--features verifier \
		--config "patch.crates-io.dashmap.path='$PWD/primitives/stwo/dashmap-stub'"
	;;
fixtures) cargo run "${stwo[@]}" --features prover --example fixtures ;;
bench)
	shift
	export CRITERION_HOME=$CARGO_TARGET_DIR/criterion
	rm -rf "$CRITERION_HOME"
	cargo bench --locked -p assay-stwo-airs --features bench --bench acceptance -- --noplot "$@"
	python3 -m scripts.workshop.acceptance "$CRITERION_HOME" >docs/performance/acceptance_stwo.csv
	cat docs/performance/acceptance_stwo.csv
	;;
*)
	echo "unknown part: $1" >&2
	exit 2
	;;
esac
