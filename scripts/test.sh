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
beside=
# shellcheck disable=SC2317 # reached through the trap
clean_up() {
	[ -z "$beside" ] || kill -TERM -- "-$beside" 2>/dev/null || true
	rm -rf "$scratch"
}
trap clean_up EXIT

clock() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# step NAME COMMAND...: runs it, times it, and adds a line to `$results`: its name, verdict, seconds, and the
# tests that cargo or a script counted in its output.
results=$scratch/results
step() {
	local name=$1 start=$SECONDS log verdict=ok ran=0 broke=0 ignored=0
	shift
	log=$(mktemp -p "$scratch")
	echo
	echo "=== $name"
	if ! "$@" 2>&1 | tee "$log"; then
		verdict=FAILED
	fi
	read -r ran broke ignored < <(awk '
		/^test result: / { ran += $4; broke += $6; ignored += $8 }
		/^[0-9]+ passed, [0-9]+ failed$/ { ran += $1; broke += $3 }
		END { print ran + 0, broke + 0, ignored + 0 }' "$log")
	# A failure without a failing test, such as a build or a lint, counts as one.
	if [ "$verdict" = FAILED ] && [ "$broke" -eq 0 ]; then
		broke=1
	fi
	printf '%s\t' "$name" "$verdict" $((SECONDS - start)) "$ran" "$broke" >>"$results"
	echo "$ignored" >>"$results"
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

# What runs networks. They mostly wait for blocks, so they run beside the steps that compile and count, which
# leave them the processors that they need.
networks() {
	results=$scratch/networks.results
	step "demo" scripts/demo.sh
	# Two validators under a little load; the results stay in the cache until the next run.
	step "network smoke" timeout --foreground 360 zombienet/run.sh smoke --out "$ASSAY_CACHE/runs/smoke"
	step "observability" scripts/test/observability.sh
	step "first hour" scripts/test/first_hour.sh
}

start_networks() {
	# With job control it gets a process group of its own, which the trap ends.
	: >"$scratch/networks.results"
	set -m
	networks >"$scratch/networks.log" 2>&1 &
	beside=$!
	set +m
	renice -n 10 -p $$ >/dev/null
}

end_networks() {
	wait "$beside" || true
	beside=
	cat "$scratch/networks.log"
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
	local verifier=pallet-proof-verifier validators=pallet-validators
	cargo test --release --locked -p $verifier -p $validators --features \
		$verifier/runtime-benchmarks,$verifier/try-runtime,$validators/runtime-benchmarks,$validators/try-runtime
}

# The crates that a chain builder takes from a registry.
packages() {
	python3 -B -m scripts.workshop.tests.test_packages && scripts/release/publish.sh --quick
}

# Documents have the snippets of compiled code, and docs/integrate.md all that a plain chain needs.
snippets() {
	python3 -m scripts.workshop.embed --check && python3 -m scripts.workshop.template --check
}

# What a compiler would find: unset and unused names, wrong types, words that split.
scripts() {
	local shell yaml
	mapfile -t shell < <(git ls-files '*.sh' .ci/run)
	mapfile -t yaml < <(git ls-files '*.yaml' '*.yml')
	shellcheck --severity=warning --external-sources "${shell[@]}" &&
		yamllint --strict -d '{ extends: relaxed, rules: { line-length: disable } }' "${yaml[@]}" &&
		pyflakes3 scripts spec &&
		mypy --cache-dir "$scratch/mypy" &&
		python3 -B -m scripts.workshop.tests.test_scripts
}

step "components" components
step "formatting" cargo fmt --check
step "TOML" scripts/test/toml.sh
step "scripts" scripts
# Before the lints: their wrapper around rustc must not reach the build of the runtime.
step "build" scripts/build/programs.sh
export ASSAY_PROGRAMS=$CARGO_TARGET_DIR/programs
start_networks
# The lints compile the examples.
step "tests" cargo test --release --locked --workspace --no-fail-fast --lib --bins --tests
step "doc tests" cargo test --release --locked --workspace --no-fail-fast --doc
step "statement vectors" python3 -m scripts.workshop.statement_vectors
step "referee" scripts/fuzz.sh referee
step "STWO's own form" python3 -B -m scripts.workshop.stwo_json --check
step "snippets" snippets
step "seam" python3 -m scripts.workshop.systems --check
step "performance report" python3 -m scripts.workshop.performance_report --check
step "no_std" no_std
step "times of clones" python3 -B -m scripts.workshop.tests.test_clone_times
step "network analyzer" python3 -B -m scripts.workshop.tests.test_analyze_simnet
step "network report" python3 -B -m scripts.workshop.tests.test_network_report
step "demo's demands" python3 -B -m scripts.workshop.tests.test_demo
step "runbooks' outputs" python3 -B -m scripts.workshop.tests.test_runbooks
step "walks" python3 -B -m scripts.workshop.tests.test_walks
step "published stress runs" scripts/analyze_simnet.py docs/stress/*.json
step "STWO's prover" scripts/test/stwo.sh
# Both with the same features, so that dependencies are checked once. Without the runtime's blob: with these
# features it would replace the node's, and the next build would have to make that again.
export SKIP_ASSAY_RUNTIME_WASM_BUILD=1
optional=assay-plonky3/bench,assay-runtime/runtime-benchmarks,assay-runtime/try-runtime
step "lints" cargo clippy --release --locked --workspace --all-targets --features "$optional" \
	-- -D warnings
step "docs" cargo doc --release --locked --workspace --no-deps --features "$optional"
step "dependencies" dependencies
step "features" features
step "optional features" optional_features
step "proof systems" scripts/test/systems.sh
step "packages" packages
step "fuzz targets" scripts/fuzz.sh check

end_networks

# So that the next clone compiles only what differs.
python3 -B -m scripts.workshop.clone_times keep
echo
while IFS=$'\t' read -r name verdict seconds ran broke ignored; do
	note=
	[ "$ran" -eq 0 ] || note="$ran passed"
	[ "$ignored" -eq 0 ] || note="$note, $ignored ignored"
	printf '%-34s %-7s %6s  %s\n' "$name" "$verdict" "$(clock "$seconds")" "$note"
done < <(cat "$results" "$scratch/networks.results")
printf '%-34s %-7s %6s\n' all "" "$(clock $SECONDS)"
echo
# A step of a network that left no line failed too.
awk -F '\t' '{ passed += $4; failed += $5 } FILENAME ~ /networks/ { networks++ }
	END { failed += 4 - networks; print passed + 0 " passed, " failed + 0 " failed"; exit failed > 0 }' \
	"$results" "$scratch/networks.results"
