#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Sends hostile keys, public values and proofs to the verifier: docs/hostile-proofs.md.
#
#   scripts/fuzz.sh mutants [COUNT] [SEED] [REPORT]
#       Judges COUNT structured mutants of each small case (100000), fewer of the wide ones, made
#       from SEED (1). Writes REPORT (mutants.json in the cache folder), prints a summary, and fails
#       on any violation.
#   scripts/fuzz.sh coverage [TARGET|all] [SECONDS]
#       Runs a libFuzzer target (all of them in turn) for SECONDS each (60), from the committed seeds
#       and what earlier runs found. Fails on any crash.
#   scripts/fuzz.sh seeds
#       Writes the committed seeds again. Only needed when the format of proofs or keys changes.
#   scripts/fuzz.sh check
#       Formatting and lints of the targets, which are not in the workspace.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/env.sh
. scripts/env.sh

TARGETS=(program proof stwo stwo_vk verify vk)

mutants_binary() {
	cargo build --release --locked -p assay-mutants
}

mutants() {
	local count=${1:-100000} seed=${2:-1} report=${3:-$ASSAY_CACHE/mutants.json} dirty=
	# Before the build: it may take a while, and is of the sources as they are now.
	[ -z "$(git status --porcelain 2>/dev/null)" ] || dirty=" and uncommitted changes"
	ASSAY_COMMIT=$(git rev-parse HEAD 2>/dev/null || echo unknown)$dirty
	ASSAY_COMPILER=$(rustc -V)
	ASSAY_DATE=$(date -u +%FT%TZ)
	export ASSAY_COMMIT ASSAY_COMPILER ASSAY_DATE
	mutants_binary
	"$CARGO_TARGET_DIR/release/assay-mutants" run "$count" "$seed" "$report"
	# Those of STWO's committed proofs and keys, and of Cairo programs': tests of the verifier's, with more
	# of them, one line a proof or key.
	report=${report%.json}_stwo.jsonl
	rm -f "$report"
	ASSAY_STWO_MUTANTS=$count ASSAY_STWO_REPORT=$(realpath -m "$report") cargo test --release --locked \
		-p assay-stwo --test mutants_should --test cairo_should -- be_refused refuse_mutants
	cat "$report"
}

coverage() {
	local wanted=${1:-all} seconds=${2:-60} targets=("${TARGETS[@]}") target host build corpus broken=0
	if [ "$wanted" != all ]; then
		[[ " ${TARGETS[*]} " == *" $wanted "* ]] || {
			echo "fuzz.sh: no target $wanted: ${TARGETS[*]}" >&2
			return 2
		}
		targets=("$wanted")
	fi
	host=$(rustc -vV | sed -n 's/^host: //p')
	build=$CARGO_TARGET_DIR/fuzz
	# What cargo-fuzz passes, less the sanitizer, which stable Rust does not have. With --target the
	# flags do not reach build scripts.
	RUSTFLAGS="--cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module \
-Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
-Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares" \
		CARGO_TARGET_DIR=$build cargo build --release --locked \
		--manifest-path fuzz/Cargo.toml --target "$host"
	for target in "${targets[@]}"; do
		corpus=$ASSAY_CACHE/fuzz-corpus/$target
		# The STWO targets begin with the committed proofs, which they have compiled in.
		mkdir -p "fuzz/seeds/$target" "$corpus" "$ASSAY_CACHE/fuzz-crashes"
		echo "=== $target, $seconds s"
		"$build/$host/release/$target" "$corpus" "fuzz/seeds/$target" \
			-max_total_time="$seconds" -max_len=131072 -timeout=10 -rss_limit_mb=2048 \
			-print_final_stats=1 -verbosity=0 \
			-artifact_prefix="$ASSAY_CACHE/fuzz-crashes/$target-" || broken=1
	done
	return "$broken"
}

mode=${1:-}
shift || true
case $mode in
mutants) mutants "$@" ;;
coverage) coverage "$@" ;;
seeds)
	mutants_binary
	rm -rf fuzz/seeds
	"$CARGO_TARGET_DIR/release/assay-mutants" seeds fuzz/seeds
	;;
check)
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	CARGO_TARGET_DIR=$CARGO_TARGET_DIR/fuzz cargo clippy --release --locked \
		--manifest-path fuzz/Cargo.toml --all-targets -- -D warnings
	;;
*)
	sed -n '3,/^set/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
	exit 2
	;;
esac
