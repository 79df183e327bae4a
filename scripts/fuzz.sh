#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Sends hostile keys, public values and proofs to the verifier: docs/hostile-proofs.md.
#
#   scripts/fuzz.sh mutants [COUNT] [SEED] [REPORT]
#       Makes COUNT structured mutants of each small case (100000), fewer of the wide ones, from
#       SEED (1), and judges them. Writes REPORT (mutants.json in the cache folder), prints a summary,
#       and fails on any violation.
#   scripts/fuzz.sh lemma [COUNT] [SEED] [REPORT]
#       Checks the lemma of docs/soundness.md on COUNT hostile programs (100000), made from SEED (1).
#       Writes REPORT (lemma.json in the cache folder), fails on any violation.
#   scripts/fuzz.sh referee [COUNT] [KEYS] [SEED] [REPORT]
#       Compares the verdicts of spec/ with the verifiers' on COUNT mutants (2000) and KEYS hostile keys
#       (500), made from SEED (1), of every proof system. Writes REPORT (referee.txt in the cache
#       folder), fails on any disagreement.
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

# For reports. Taken before the build, which may take a while and builds the sources of now.
name_sources() {
	local dirty=
	[ -z "$(git status --porcelain 2>/dev/null)" ] || dirty=" and uncommitted changes"
	ASSAY_COMMIT=$(git rev-parse HEAD 2>/dev/null || echo unknown)$dirty
	ASSAY_COMPILER=$(rustc -V)
	ASSAY_DATE=$(date -u +%FT%TZ)
	export ASSAY_COMMIT ASSAY_COMPILER ASSAY_DATE
}

lemma() {
	name_sources
	mutants_binary
	"$CARGO_TARGET_DIR/release/assay-mutants" lemma "${1:-100000}" "${2:-1}" \
		"${3:-$ASSAY_CACHE/lemma.json}"
}

# In portions, because a corpus of 10^5 mutants would be some gigabytes.
referee() {
	local count=${1:-2000} keys=${2:-500} seed=${3:-1} report=${4:-$ASSAY_CACHE/referee.txt}
	local folder portion=10000 done=0 part parts each
	name_sources
	mutants_binary
	folder=$(mktemp -d)
	# shellcheck disable=SC2064
	trap "rm -rf '$folder'" EXIT
	parts=$(((count + portion - 1) / portion))
	{
		echo "scripts/fuzz.sh referee $count $keys $seed, commit $ASSAY_COMMIT, $ASSAY_DATE"
		python3 -B spec/referee.py --vectors || true
		python3 -B -m spec.cairo.components || true
		# STWO's, and those of programs for Cairo: some of each proof and key, and hostile keys.
		mkdir "$folder/stwo"
		each=$((count / 20 < 1000 ? count / 20 : 1000))
		ASSAY_STWO_CORPUS=$folder/stwo ASSAY_STWO_MUTANTS=$each ASSAY_STWO_PROGRAMS=$keys \
			cargo test --release --locked -q -p assay-stwo --test mutants_should --test lemma_should \
			-- be_refused hostile >"$folder/log" 2>&1 ||
			cat "$folder/log"
		python3 -B spec/referee.py "$folder"/stwo/*.bin || true
		for ((part = 1; part <= parts; part++)); do
			"$CARGO_TARGET_DIR/release/assay-mutants" corpus \
				$(((count - done) < portion ? (count - done) : portion)) $((keys / parts)) \
				$((seed * 1000 + part)) "$folder/plonky3.bin"
			done=$((done + portion))
			python3 -B spec/referee.py "$folder/plonky3.bin" || true
		done
	} 2>&1 | tee "$report"
	# Every replay must have ended, and without a disagreement.
	! grep -qE '^[0-9]+ passed, [1-9][0-9]* failed$|^test result: FAILED' "$report" &&
		[ "$(grep -cE '^[0-9]+ passed, 0 failed$' "$report")" -eq $((parts + 3)) ]
}

mutants() {
	local count=${1:-100000} seed=${2:-1} report=${3:-$ASSAY_CACHE/mutants.json}
	name_sources
	mutants_binary
	"$CARGO_TARGET_DIR/release/assay-mutants" run "$count" "$seed" "$report"
	# Mutants of STWO's and Cairo's committed proofs and keys: the verifier's tests, with more mutants, one
	# line for each proof or key.
	report=${report%.json}_stwo.jsonl
	rm -f "$report"
	ASSAY_STWO_MUTANTS=$count ASSAY_STWO_REPORT=$(realpath -m "$report") cargo test --release --locked \
		-p assay-stwo --test mutants_should -- be_refused
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
		# The STWO targets begin with the committed proofs, which they contain.
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
lemma) lemma "$@" ;;
referee) referee "$@" ;;
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
