# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the other scripts, and by hand before calling cargo: `. scripts/env.sh`.
# It sets what a build needs to find, is quick, and installs nothing (scripts/setup.sh does).
#
#   ASSAY_CACHE           everything kept between runs; ~/.cache/assay unless set
#   CARGO_TARGET_DIR      $ASSAY_CACHE/target unless set: a fresh clone is then warm
#   WASM_BUILD_WORKSPACE_HINT  $CARGO_TARGET_DIR/clone, a link to this clone, for the runtime's build
#   WASM_BUILD_TOOLCHAIN  set only where Debian's compiler builds the runtime (docs/development.md)

ASSAY_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ASSAY_CACHE=${ASSAY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/assay}
export ASSAY_ROOT ASSAY_CACHE
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$ASSAY_CACHE/target}
# The runtime's build looks for Cargo.lock upwards of the target folder, which is not in the clone. By a link,
# because cargo names packages by their path: another clone would build all of ours for Wasm again.
export WASM_BUILD_WORKSPACE_HINT=$CARGO_TARGET_DIR/clone

WASM_TARGET=wasm32v1-none
DISTRO_SYSROOT=/usr
DISTRO_WASM_LIB=$DISTRO_SYSROOT/lib/rustlib/$WASM_TARGET/lib
DISTRO_STAMP=$DISTRO_WASM_LIB/built-by

# Cargo rebuilds by modification time: it could take another clone's later build for this one's.
if [ "$(readlink "$CARGO_TARGET_DIR/clone")" != "$ASSAY_ROOT" ]; then
	python3 -B "$ASSAY_ROOT/scripts/workshop/clone_times.py" take 2>/dev/null ||
		find "$ASSAY_ROOT" -path "$ASSAY_ROOT/.git" -prune -o -type f -exec touch -c {} +
	mkdir -p "$CARGO_TARGET_DIR"
	ln -sfn "$ASSAY_ROOT" "$CARGO_TARGET_DIR/clone"
fi

# rustup puts cargo here, and only login shells may know.
if ! command -v rustup >/dev/null && [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/rustup" ]; then
	export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
fi

# Whether the toolchain can build for the wasm target.
rustup_wasm_ready() {
	local sysroot
	sysroot=$(rustc --print sysroot 2>/dev/null) || return 1
	compgen -G "$sysroot/lib/rustlib/$WASM_TARGET/lib/libcore-*.rlib" >/dev/null
}

# Whether Debian's toolchain can: it is linked under the name `distro`, and its libraries are from the
# compiler that is installed now.
distro_wasm_ready() {
	[ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] && [ -e /usr/bin/rust-lld ] || return 1
	[ -e "${RUSTUP_HOME:-$HOME/.rustup}/toolchains/distro" ] || return 1
	[ -r "$DISTRO_STAMP" ] && [ "$(cat "$DISTRO_STAMP")" = "$(/usr/bin/rustc -V)" ]
}

if [ -z "${WASM_BUILD_TOOLCHAIN:-}" ] && distro_wasm_ready &&
	{ [ "${ASSAY_WASM_ROUTE:-}" = distro ] || ! rustup_wasm_ready; }; then
	export WASM_BUILD_TOOLCHAIN=distro
fi
