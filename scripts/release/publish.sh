#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Publishes the library crates, each after those that it depends on: those whose Cargo.toml says `publish = true`.
# First it checks their manifests, what is in their packages, and that no dependency needs a younger compiler than
# Cargo.toml promises. Without an option it publishes nothing and needs no login.
#
#   scripts/release/publish.sh              a dry run: also compiles each crate from its package
#   scripts/release/publish.sh --quick      the same, and compiles nothing
#   scripts/release/publish.sh --execute    publishes: after `cargo login`, with `repository` set in Cargo.toml
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/env.sh
. scripts/env.sh
die() { echo "publish.sh: $*" >&2; exit 1; }

case ${1:-} in
'' | --quick) ;;
--execute)
	[ -z "$(git status --porcelain)" ] || die "the clone has changes: a release is of a commit"
	grep -q '^repository = "https://' Cargo.toml || die 'Cargo.toml has no address: repository = "https://..."'
	;;
*)
	sed -n '/^#   scripts/s/^#   //p' scripts/release/publish.sh >&2
	exit 2
	;;
esac

names=$(python3 -B -m scripts.workshop.packages list)
mapfile -t packages < <(printf -- '--package=%s\n' $names)
cargo package --locked --no-verify --allow-dirty "${packages[@]}"
python3 -B -m scripts.workshop.packages check "$CARGO_TARGET_DIR/package"
case ${1:-} in
'') CARGO_PROFILE_DEV_DEBUG=0 cargo publish --dry-run --locked --allow-dirty "${packages[@]}" ;;
--execute) cargo publish --locked "${packages[@]}" ;;
esac
