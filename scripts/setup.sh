#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what a build needs and the machine lacks, on Debian 12 with git and rustup's stable toolchain.
# If nothing is missing, it does nothing, in well under a second.
#
#   scripts/setup.sh               install
#   scripts/setup.sh --env         print the settings for a shell: eval "$(scripts/setup.sh --env)"
#   scripts/setup.sh --networks    also install what zombienet/run.sh needs
#   scripts/setup.sh --lints       install what scripts/test.sh reads shell, Python, TOML and YAML with
#   ASSAY_WASM_ROUTE=distro …      take the wasm target from Debian's packages, not from rustup
set -euo pipefail

# shellcheck source=scripts/env.sh
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

if [ "${1:-}" = --env ]; then
	printf 'export ASSAY_CACHE=%q\n' "$ASSAY_CACHE"
	printf 'export CARGO_TARGET_DIR=%q\n' "$CARGO_TARGET_DIR"
	printf 'export WASM_BUILD_WORKSPACE_HINT=%q\n' "$WASM_BUILD_WORKSPACE_HINT"
	if [ -n "${WASM_BUILD_TOOLCHAIN:-}" ]; then
		printf 'export WASM_BUILD_TOOLCHAIN=%q\n' "$WASM_BUILD_TOOLCHAIN"
	fi
	exit 0
fi

NETWORKS='' LINTS=''
case ${1:-} in
--networks) NETWORKS=1 ;;
--lints) LINTS=1 ;;
esac

say() { echo "set-up: $*"; }
die() {
	echo "set-up: $*" >&2
	exit 1
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "needs root for: $* (run as root, or install sudo)"
	fi
}

LOG=
log_file() {
	if [ -z "$LOG" ]; then
		mkdir -p "$ASSAY_CACHE"
		LOG=$ASSAY_CACHE/setup.log
		: >"$LOG"
	fi
}

# Runs a command with its output in the log, and shows the end of the log if it fails.
quietly() {
	log_file
	if ! "$@" >>"$LOG" 2>&1; then
		tail -n 25 "$LOG" >&2
		return 1
	fi
}

# Another apt may hold the lock (a machine's first minutes): wait for it.
apt() {
	local try
	for try in 1 2 3 4 5 6; do
		if as_root env DEBIAN_FRONTEND=noninteractive \
			apt-get -y -q -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold "$@"; then
			return 0
		fi
		[ "$try" -lt 6 ] || return 1
		sleep 10
	done
}

APT_UPDATED=
install_packages() {
	command -v apt-get >/dev/null || die "no apt-get here; these are missing: $*"
	if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
		die "these Debian packages are missing, and installing them needs root: $*"
	fi
	if [ -z "$APT_UPDATED" ]; then
		say "apt-get update"
		quietly apt update || die "apt-get update failed"
		APT_UPDATED=1
	fi
	say "apt-get install $*"
	quietly apt install --no-install-recommends "$@" || die "apt-get install failed: $*"
}

missing_packages() {
	# The compilers: binaryen and zstd are C++ and C. libssl: litep2p's WebRTC links it.
	# protoc: the network's messages. python3: scripts/workshop/demo.py. curl: docs/runbooks.
	command -v gcc >/dev/null && command -v g++ >/dev/null && command -v make >/dev/null ||
		echo build-essential
	command -v pkg-config >/dev/null || echo pkg-config
	[ -e /usr/include/openssl/ssl.h ] || echo libssl-dev
	command -v protoc >/dev/null || echo protobuf-compiler
	[ -e /usr/include/google/protobuf/empty.proto ] || echo libprotobuf-dev
	command -v python3 >/dev/null || echo python3
	command -v curl >/dev/null || echo curl
	# Without root certificates the node does not start (deploy/Containerfile).
	[ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
	if [ -n "$LINTS" ]; then
		local tool
		for tool in shellcheck pyflakes3 mypy yamllint; do
			command -v $tool >/dev/null || echo $tool
		done
		python3 -m pip --version >/dev/null 2>&1 || echo python3-pip
	fi
	if [ -n "$NETWORKS" ]; then
		command -v node >/dev/null || echo nodejs
		command -v npm >/dev/null || echo npm
		# For network namespaces, and for the runner, which looks for its processes with ps.
		command -v ip >/dev/null || echo iproute2
		command -v ps >/dev/null || echo procps
	fi
}

# core, alloc and compiler_builtins for the wasm target, from Debian's sources of the compiler.
# The bitcode is for the runtime's link-time optimisation, which fails without it.
build_distro_libraries() {
	local work=$1 deps lib
	mkdir -p "$work/src"
	cat >"$work/Cargo.toml" <<-TOML
		[package]
		name = "empty"
		version = "0.0.0"
		edition = "2021"

		[workspace]
	TOML
	echo '#![no_std]' >"$work/src/lib.rs"
	# Debian's own cargo, without the caller's toolchain or flags.
	quietly env -u RUSTC -u RUSTC_WRAPPER -u RUSTUP_TOOLCHAIN -u CARGO_BUILD_TARGET \
		-u CARGO_ENCODED_RUSTFLAGS PATH=/usr/bin:/bin RUSTC_BOOTSTRAP=1 \
		RUSTFLAGS="-C embed-bitcode=yes" CARGO_TARGET_DIR="$work/target" \
		/usr/bin/cargo build --release --manifest-path "$work/Cargo.toml" \
		--target "$WASM_TARGET" -Z build-std=core,alloc || return 1

	deps=$work/target/$WASM_TARGET/release/deps
	as_root rm -rf "$DISTRO_WASM_LIB"
	as_root mkdir -p "$DISTRO_WASM_LIB"
	for lib in core alloc compiler_builtins; do
		as_root cp "$deps/lib$lib"-*.rlib "$DISTRO_WASM_LIB/" || return 1
	done
	/usr/bin/rustc -V | as_root tee "$DISTRO_STAMP" >/dev/null
	as_root chmod -R a+rX "$DISTRO_SYSROOT/lib/rustlib/$WASM_TARGET"
}

install_distro_wasm() {
	local needed=() linker work status=0
	[ -x /usr/bin/rustc ] || needed+=(rustc-web)
	[ -x /usr/bin/cargo ] || needed+=(cargo-web)
	[ -e /usr/lib/rustlib/src/rust ] || needed+=(rust-web-src)
	[ -L /usr/bin/rust-lld ] || needed+=(rust-web-llvm)
	[ "${#needed[@]}" -eq 0 ] || install_packages "${needed[@]}"
	# rust-lld is a link to a linker that no package depends on (lld-22 when this was written).
	if [ ! -e /usr/bin/rust-lld ]; then
		linker=$(readlink /usr/bin/rust-lld) || die "rust-web-llvm has no /usr/bin/rust-lld"
		install_packages "$(basename "$linker")"
	fi

	if [ ! -r "$DISTRO_STAMP" ] || [ "$(cat "$DISTRO_STAMP")" != "$(/usr/bin/rustc -V)" ]; then
		say "building core and alloc for $WASM_TARGET with $(/usr/bin/rustc -V)"
		work=$(mktemp -d)
		build_distro_libraries "$work" || status=$?
		rm -rf "$work"
		[ "$status" -eq 0 ] || die "core for $WASM_TARGET does not build; see $LOG"
		# An older compiler's files there do not link with the new libraries.
		rm -rf "$CARGO_TARGET_DIR"/*/wbuild
	fi
	if [ ! -e "${RUSTUP_HOME:-$HOME/.rustup}/toolchains/distro" ]; then
		quietly rustup toolchain link distro "$DISTRO_SYSROOT" ||
			die "rustup toolchain link distro $DISTRO_SYSROOT failed"
	fi
	say "wasm target: Debian's compiler, as rustup's toolchain \"distro\""
}

install_wasm_target() {
	local route=${ASSAY_WASM_ROUTE:-any}
	if [ "$route" != distro ]; then
		rustup_wasm_ready && return
		[ "$route" = any ] && distro_wasm_ready && return
		say "rustup target add $WASM_TARGET"
		log_file
		if timeout 90 rustup target add "$WASM_TARGET" >>"$LOG" 2>&1 && rustup_wasm_ready; then
			return
		fi
		[ "$route" = any ] || die "rustup cannot install $WASM_TARGET; see $LOG"
		say "rustup cannot download it; taking Debian's compiler instead"
	fi
	distro_wasm_ready || install_distro_wasm
}

command -v rustup >/dev/null ||
	die "rustup is missing: install it from https://rustup.rs with the stable toolchain"
cargo --version >/dev/null 2>&1 || die "rustup has no toolchain in use: rustup default stable"

mapfile -t missing < <(missing_packages)
[ "${#missing[@]}" -eq 0 ] || install_packages "${missing[@]}"
install_wasm_target
mkdir -p "$CARGO_TARGET_DIR"
