#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs a tool into the cache folder, unless it is there, and prints its path. This file or a lock
# file pins versions; the hashes in that lock or in the crate's own pin contents.
#
#   scripts/build/tool.sh cargo-deny|zepter|taplo|zombienet
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/env.sh
. scripts/env.sh
tools=$ASSAY_CACHE/tools
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# from_cargo NAME VERSION: a crate from the registry.
from_cargo() {
	if [ "$("$tools/bin/$1" --version 2>/dev/null)" != "$1 $2" ]; then
		# Not optimised: this is compiled once and runs for seconds.
		CARGO_TARGET_DIR=$scratch CARGO_PROFILE_RELEASE_OPT_LEVEL=0 \
			CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
			cargo install "$1" --version "$2" --locked --root "$tools" --force >&2
	fi
	echo "$tools/bin/$1"
}

# from_lock NAME SETUP LOCK BINARY COMMAND...: what COMMAND installs into the folder `$folder` by the
# lock file, anew when that changes, after what `scripts/setup.sh SETUP` installs.
from_lock() {
	local name=$1 setup=$2 lock=$3 binary=$4 place
	shift 4
	place=$tools/$name-$(sha256sum <"$lock" | cut -c1-12)
	if [ ! -x "$place/$binary" ]; then
		scripts/setup.sh "$setup" >&2
		echo "tool.sh: installing $name" >&2
		folder=$scratch/$name
		mkdir -p "$folder" "$tools"
		if ! "$@" >"$scratch/log" 2>&1; then
			tail -n 25 "$scratch/log" >&2
			exit 1
		fi
		rm -rf "$place"
		mv "$folder" "$place"
	fi
	echo "$place/$binary"
}

from_pip() {
	python3 -m pip install --quiet --disable-pip-version-check --target "$folder" --no-deps \
		--only-binary :all: --require-hashes -r "$1"
}

from_npm() {
	cp "$1/package.json" "$1/package-lock.json" "$folder"
	(cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund)
}

case ${1:-} in
cargo-deny) from_cargo cargo-deny 0.20.2 ;;
zepter) from_cargo zepter 1.88.2 ;;
taplo) from_lock taplo --lints scripts/build/taplo.txt bin/taplo from_pip scripts/build/taplo.txt ;;
zombienet)
	from_lock zombienet --networks zombienet/package-lock.json node_modules/.bin/zombienet \
		from_npm zombienet
	;;
*)
	sed -n '/^#   scripts/s/^#   //p' scripts/build/tool.sh >&2
	exit 2
	;;
esac
