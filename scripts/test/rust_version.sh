#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Compiles the library crates with the oldest compiler that Cargo.toml promises. rustup must be able to download it.
#
#   scripts/test/rust_version.sh
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts/setup.sh
# shellcheck source=scripts/env.sh
. scripts/env.sh

version=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
rustup toolchain install "$version" --profile minimal
names=$(python3 -B -m scripts.workshop.packages list)
mapfile -t packages < <(printf -- '--package=%s\n' $names)
cargo "+$version" check --locked "${packages[@]}"
