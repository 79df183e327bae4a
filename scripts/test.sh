#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs every check, here as in CI: set-up, formatting, build, lints, docs, tests, the proof that the
# verifier needs no std, the dependency policy, and the demo on a running chain. A failing step fails the
# script, and does not stop the later steps.
#
#   scripts/test.sh
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/setup.sh --lints
# shellcheck source=scripts/env.sh
. scripts/env.sh
# Set by hand for quick checks; with it the node would have no runtime, or an old one.
unset SKIP_WASM_BUILD

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
summary=()
passed=0
failed=0

clock() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# step NAME COMMAND...: runs it, times it, and adds up the results of cargo's tests in its output.
step() {
	local name=$1 start=$SECONDS log=$scratch/log verdict=ok ran=0 broke=0 ignored=0 note=
	shift
	echo
	echo "=== $name"
	if ! "$@" 2>&1 | tee "$log"; then
		verdict=FAILED
	fi
	read -r ran broke ignored < <(awk '
		/^test result: / { ran += $4; broke += $6; ignored += $8 }
		/^[0-9]+ passed, [0-9]+ failed$/ { ran += $1; broke += $3 }
		END { print ran + 0, broke + 0, ignored + 0 }' "$log")
	passed=$((passed + ran))
	failed=$((failed + broke))
	# A failure without a failing test, such as a build or a lint, counts as one.
	if [ "$verdict" = FAILED ] && [ "$broke" -eq 0 ]; then
		failed=$((failed + 1))
	fi
	[ "$ran" -eq 0 ] || note="$ran passed"
	[ "$ignored" -eq 0 ] || note="$note, $ignored ignored"
	summary+=("$(printf '%-34s %-7s %6s  %s' "$name" "$verdict" "$(clock $((SECONDS - start)))" "$note")")
}

components() {
	local part
	for part in fmt clippy; do
		cargo "$part" --version >/dev/null 2>&1 && continue
		case $part in fmt) part=rustfmt ;; esac
		rustup component add "$part" || return 1
	done
}

# Builds the verifier for a target without std; of STWO only the part for `Native`. The tests' runtime
# that verifies itself shows that STWO's verifier builds too.
no_std() {
	local cargo=(cargo) dir=$CARGO_TARGET_DIR
	if [ -n "${WASM_BUILD_TOOLCHAIN:-}" ]; then
		cargo=(rustup run "$WASM_BUILD_TOOLCHAIN" cargo)
		dir=$CARGO_TARGET_DIR/$WASM_BUILD_TOOLCHAIN
	fi
	CARGO_TARGET_DIR=$dir "${cargo[@]}" build --release --locked --target wasm32v1-none \
		-p assay-plonky3 -p assay-stwo --no-default-features
}

# Compiles the tools of later steps, while the demo and the networks wait for blocks. `tool.sh` returns at
# once for a tool that is there.
start_tools() {
	{
		local tool status=0
		for tool in cargo-deny zepter; do
			nice -n 19 scripts/build/tool.sh "$tool" || status=$?
		done
		echo "$status" >"$scratch/tools.status"
	} >"$scratch/tools.log" 2>&1 &
}

tools() {
	until [ -s "$scratch/tools.status" ]; do
		sleep 1
	done
	[ "$(cat "$scratch/tools.status")" -eq 0 ] || { cat "$scratch/tools.log" && return 1; }
}

# Licences, bans and sources. Advisories need github.com: docs/development.md says how.
dependencies() {
	local deny
	deny=$(scripts/build/tool.sh cargo-deny) &&
		"$deny" --locked -L error check licenses bans sources
}

# Every feature reaches every dependency that has it.
features() {
	local zepter
	zepter=$(scripts/build/tool.sh zepter) && "$zepter" run check
}

# The benchmarks as tests, and every `try_state`: features that the node's build lacks. The runtime has
# no test of them, and the lints compile it with them.
optional_features() {
	cargo test --release --locked -p pallet-proof-verifier --features runtime-benchmarks,try-runtime
}

# The crates that a chain builder takes from a registry.
packages() {
	cargo package --locked --no-verify --allow-dirty -p assay-primitives -p assay-air \
		-p assay-stark -p assay-plonky3 -p assay-stwo -p assay-systems -p assay-host -p pallet-proof-verifier
}

# What a compiler would find: unset and unused names, wrong types, words that split.
scripts() {
	local shell
	mapfile -t shell < <(git ls-files '*.sh' .ci/run)
	shellcheck --severity=warning --external-sources "${shell[@]}" &&
		pyflakes3 scripts spec &&
		mypy --cache-dir "$scratch/mypy" &&
		python3 -B -m scripts.workshop.tests.test_scripts
}

step "components" components
step "formatting" cargo fmt --check
step "TOML" scripts/test/toml.sh
step "scripts" scripts
# Before the lints: their wrapper around rustc must not reach the build of the runtime.
step "build" cargo build --release --locked --workspace --bins
# The lints compile the examples.
step "tests" cargo test --release --locked --workspace --no-fail-fast --lib --bins --tests
step "doc tests" cargo test --release --locked --workspace --no-fail-fast --doc
step "statement vectors" python3 -m scripts.workshop.statement_vectors
step "referee" scripts/fuzz.sh referee
step "snippets" python3 -m scripts.workshop.embed --check
step "seam" python3 -m scripts.workshop.systems --check
step "performance report" python3 -m scripts.workshop.performance_report --check
step "no_std" no_std
start_tools
step "demo" scripts/demo.sh
step "times of clones" python3 -B -m scripts.workshop.tests.test_clone_times
step "network analyzer" python3 -B -m scripts.workshop.tests.test_analyze_simnet
step "runbooks' outputs" python3 -B -m scripts.workshop.tests.test_runbooks
step "published stress runs" scripts/analyze_simnet.py docs/stress/*.json
# Two validators under a little load; the results stay in the cache until the next run.
step "network smoke" timeout 360 zombienet/run.sh smoke --out "$ASSAY_CACHE/runs/smoke"
step "observability" scripts/test/observability.sh
step "STWO's prover" scripts/test/stwo.sh
# Both with the same features, so that dependencies are checked once. Without the runtime's blob: with these
# features it would replace the node's, and the next build would have to make that again.
export SKIP_ASSAY_RUNTIME_WASM_BUILD=1
optional=assay-plonky3/bench,assay-runtime/runtime-benchmarks,assay-runtime/try-runtime
step "lints" cargo clippy --release --locked --workspace --all-targets --features "$optional" \
	-- -D warnings
step "docs" cargo doc --release --locked --workspace --no-deps --features "$optional"
step "tools" tools
step "dependencies" dependencies
step "features" features
step "optional features" optional_features
step "proof systems" scripts/test/systems.sh
step "packages" packages
step "fuzz targets" scripts/fuzz.sh check

# So that the next clone compiles only what differs.
python3 -B -m scripts.workshop.clone_times keep
echo
printf '%s\n' "${summary[@]}" "$(printf '%-34s %-7s %6s' all "" "$(clock $SECONDS)")"
echo
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
