#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds assay-cairo, which compiles, runs and proves Cairo programs and makes their keys. No build of a
# validator needs it, nor do ordinary tests, which verify the committed proofs.
#
#   scripts/build/cairo.sh setup      builds assay-cairo beside the client: some 20 minutes of two cores, once;
#                                     and gets a core library of Cairo 1 from PyPI
#   scripts/build/cairo.sh test       tests it: no proof is made
#   scripts/build/cairo.sh programs   compiles cairo/programs (those of Cairo 0 need Python 3.9 to 3.11)
#   scripts/build/cairo.sh table      records Cairo's components for the verifier
#   scripts/build/cairo.sh roots      computes the roots of Cairo's preprocessed columns
#   scripts/build/cairo.sh fixtures   makes the committed proofs again, or those named: needs 4 GB of memory
#   scripts/build/cairo.sh measure    verifies them, or those named, here and upstream, after `fixtures`
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

# A Python for packages of Cairo, which do not run on the newest ones.
python() {
	local python
	if [ ! -x "$cache/venv/bin/pip" ]; then
		for python in python3.11 python3.10 python3.9 python3; do
			command -v "$python" >/dev/null && "$python" -m venv "$cache/venv" && break
		done
	fi
}

# Cairo 1's core library, which every program needs, is on no registry by itself. Starknet's Python package
# has one, older than the compiler; it is used where the user has none of his own (docs/cairo.md).
corelib() {
	local package=cairo-lang-0.14.0.1
	[ ! -e "$cache/corelib/src/lib.cairo" ] || return 0
	python
	"$cache/venv/bin/pip" download --quiet --no-deps --no-binary :all: --dest "$cache" cairo-lang==0.14.0.1
	rm -rf "${cache:?}/corelib" "$cache/unpacked"
	"$cache/venv/bin/python" -m zipfile -e "$cache/$package.zip" "$cache/unpacked"
	mv "$cache/unpacked/$package/starkware/starknet/compiler/v1/sierra-compiler-major-1/corelib" "$cache/corelib"
	# As the compiler that comes with it says.
	printf '[package]\nname = "core"\nversion = "2.12.0-dev.0"\n' >"$cache/corelib/Scarb.toml"
	rm -rf "$cache/unpacked" "$cache/$package.zip"
}

compile() {
	local program
	python
	[ -x "$cache/venv/bin/cairo-compile" ] || "$cache/venv/bin/pip" install --quiet cairo-lang==0.13.5
	mkdir -p "$cache/compiled"
	for program in cairo/programs/*.cairo; do
		"$cache/venv/bin/cairo-compile" --proof_mode --no_debug_info "$program" \
			--output "$cache/compiled/$(basename "$program" .cairo).json"
	done
	corelib
	for program in cairo/programs/*/Scarb.toml; do
		program=$(dirname "$program")
		prover run -- compile "$program" --out "$cache/compiled/$(basename "$program").json"
	done
}

fixtures=primitives/stwo/fixtures/cairo
table=primitives/stwo/src/cairo/components_v1.bin
edit_common
case ${1:-setup} in
setup)
	prover build
	corelib
	mkdir -p "$ASSAY_CACHE/target/programs"
	install -m 755 "$CARGO_TARGET_DIR/release/assay-cairo" "$ASSAY_CACHE/target/programs/"
	echo "$ASSAY_CACHE/target/programs/assay-cairo"
	;;
test)
	corelib
	prover test "${@:2}"
	;;
programs) compile ;;
table) prover run -- table "$table" ;;
roots) prover run -- roots ;;
fixtures)
	compile
	mkdir -p "$cache/proofs" "$fixtures"
	prover run -- fixtures "$cache/compiled" "$fixtures" "$cache/proofs" "${@:2}"
	;;
measure) prover run -- measure "$cache/proofs" "${@:2}" ;;
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
