#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds assay-cairo, which compiles, runs and proves Cairo programs and makes their keys. No build of a
# validator needs it, nor do ordinary tests, which verify the committed proofs.
#
#   scripts/build/cairo.sh setup      builds assay-cairo beside the client: some 20 minutes of two cores, once;
#                                     and gets the core library, if it can
#   scripts/build/cairo.sh corelib    gets Cairo's core library from its repository, or from a folder that is named
#   scripts/build/cairo.sh test       tests assay-cairo; makes two proofs: some 3 minutes of CPU, and 5 GB of memory.
#                                     `test -- --skip proofs_should` makes none
#   scripts/build/cairo.sh programs   compiles cairo/programs (those of Cairo 0 need Python 3.9 to 3.11)
#   scripts/build/cairo.sh table      records Cairo's components for the verifier
#   scripts/build/cairo.sh roots      computes the roots of Cairo's preprocessed columns: needs 9 GB of memory
#   scripts/build/cairo.sh fixtures   makes the committed proofs again, or those named: needs 4 GB of memory; that of
#                                     curve, on the canonical trace, only if it is named: needs 17 GB
#   scripts/build/cairo.sh stock      makes the stock prover's proof for the tests again: needs 6 GB of memory
#   scripts/build/cairo.sh mutants NAME [COUNT] [SEED]
#                                     tries changed copies of a proof with both verifiers, after `fixtures`
#   scripts/build/cairo.sh measure    verifies the proofs of docs/cairo.md here and upstream, and writes
#                                     docs/performance/verify_cairo.csv; proves first what is not proven yet. With names
#                                     it verifies those, and writes nothing
#   scripts/build/cairo.sh check      compares the table with cairo-air
#
# The prover's crates pin an older nightly compiler. On stable they build with RUSTC_BOOTSTRAP=1 after
# one edit, in a copy of stwo-cairo-common in the cache folder; a separate target folder keeps that out
# of every other build.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/env.sh
. scripts/env.sh
export RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=${ASSAY_CAIRO_TARGET_DIR:-$ASSAY_CACHE/target-cairo}
cache=$ASSAY_CACHE/cairo
common=stwo-cairo-common-1.3.0
patch=(--config "patch.crates-io.stwo-cairo-common.path='$cache/$common'")

# Copies upstream's crate from cargo's downloads, and makes the one edit: an unstable method has a new
# name.
edit_common() {
	local from simd=src/prover_types/simd.rs
	[ ! -e "$cache/$common/edited" ] || return 0
	# The lock file names the edited copy, so this must be asked for as a plain dependency.
	mkdir -p "$cache/fetch/src"
	printf '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n%s\n' \
		'[dependencies]
stwo-cairo-common = "=1.3.0"' >"$cache/fetch/Cargo.toml"
	: >"$cache/fetch/src/lib.rs"
	cargo fetch --quiet --manifest-path "$cache/fetch/Cargo.toml"
	from=$(compgen -G "${CARGO_HOME:-$HOME/.cargo}/registry/src/*/$common" | head -1)
	rm -rf "${cache:?}/$common"
	cp -r "$from" "$cache/$common"
	[ "$(grep -c '\.to_int()' "$cache/$common/$simd")" = 1 ] || {
		echo "$common is not as expected: $simd" >&2
		exit 1
	}
	sed -i 's/\.to_int()/.to_simd()/' "$cache/$common/$simd"
	touch "$cache/$common/edited"
}

prover() {
	cargo "$1" --release --locked --manifest-path cairo/prover/Cargo.toml "${patch[@]}" "${@:2}"
}

# Cairo 1's core library, of the compiler's version. Crates and Python packages have none that is whole.
corelib() {
	local from=${1:-} clone=$cache/cairo-sources
	[ -n "$from" ] || [ ! -e "$cache/corelib/src/lib.cairo" ] || return 0
	if [ -z "$from" ]; then
		rm -rf "$clone"
		git clone --quiet --depth 1 --branch v2.20.0 https://github.com/starkware-libs/cairo "$clone" || {
			echo "no core library: get Cairo 2.20.0's sources, then $0 corelib FOLDER/corelib" >&2
			return 1
		}
		from=$clone/corelib
	fi
	[ -e "$from/src/lib.cairo" ] || {
		echo "expected src/lib.cairo in $from" >&2
		return 1
	}
	rm -rf "${cache:?}/corelib"
	cp -r "$from" "$cache/corelib"
	rm -rf "$clone"
}

# Cairo 0's compiler is a Python package, and does not run on the newest Pythons.
compile() {
	local program python
	if [ ! -x "$cache/venv/bin/cairo-compile" ]; then
		for python in python3.11 python3.10 python3.9 python3; do
			command -v "$python" >/dev/null && "$python" -m venv "$cache/venv" && break
		done
		"$cache/venv/bin/pip" install --quiet cairo-lang==0.13.5
	fi
	mkdir -p "$cache/compiled"
	for program in cairo/programs/*.cairo; do
		"$cache/venv/bin/cairo-compile" --proof_mode --no_debug_info "$program" \
			--output "$cache/compiled/$(basename "$program" .cairo).json"
	done
	# Those of Cairo 1 are committed as compiled too: tests run them.
	corelib
	for program in cairo/programs/*/Scarb.toml; do
		program=$(dirname "$program")
		prover run -- compile "$program" --out "$fixtures/$(basename "$program").executable.json"
	done
}

prove() {
	compile
	mkdir -p "$cache/proofs" "$fixtures"
	prover run -- fixtures "$cache/compiled" "$fixtures" "$cache/proofs" "$@"
}

measure() {
	local name missing=() raw=docs/performance/verify_cairo.csv write=
	[ $# -gt 0 ] || {
		write=1
		set -- fibonacci votes attendance tally ledger bootloader
	}
	for name in "$@"; do
		[ -e "$cache/proofs/$name" ] || missing+=("$name")
	done
	[ ${#missing[@]} -eq 0 ] || prove "${missing[@]}"
	prover run -- measure "$cache/proofs" "$@" >"$raw.part"
	python3 -B -m scripts.workshop.performance_report medians "$raw.part"
	if [ -z "$write" ]; then
		rm "$raw.part"
		return
	fi
	mv "$raw.part" "$raw"
	python3 -B -m scripts.workshop.performance_report measured "${raw##*/}"
}

fixtures=primitives/stwo/fixtures/cairo
table=primitives/stwo/src/cairo/components_v1.bin
edit_common
case ${1:-setup} in
setup)
	prover build
	corelib || true
	mkdir -p "$ASSAY_CACHE/target/programs"
	install -m 755 "$CARGO_TARGET_DIR/release/assay-cairo" "$ASSAY_CACHE/target/programs/"
	echo "$ASSAY_CACHE/target/programs/assay-cairo"
	;;
test)
	corelib
	prover test "${@:2}"
	;;
corelib) corelib "${2:-}" ;;
programs) compile ;;
table) prover run -- table "$table" ;;
roots) prover run -- roots "${@:2}" ;;
fixtures) prove "${@:2}" ;;
stock)
	prover run -- stock "$cache/stock" --queries 3 --bootloader "$fixtures/tally.executable.json [3,0,4]"
	cp "$cache/stock/stock.extended.bin" cairo/prover/tests/
	;;
mutants)
	prover run -- mutants "$cache/proofs/${2}_vk_v1.bin" "$cache/proofs/$2" "${3:-100000}" "${4:-1}"
	;;
measure) measure "${@:2}" ;;
check)
	prover run -- table "$cache/table.bin"
	cmp "$cache/table.bin" "$table"
	# Also without the exporter: compare the committed programs with upstream's evaluation.
	prover run -- points
	;;
*)
	echo "unknown part: $1" >&2
	exit 2
	;;
esac
