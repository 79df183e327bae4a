#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the programs that networks run (`assay-node`, `assay`, `assay-stress`, `assay-stwo`) and prints a
# folder with copies of them, which later builds leave alone.
#
#   scripts/build/programs.sh
#
# ASSAY_PROGRAMS names a folder that has them already: then nothing is built.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
if [ -n "${ASSAY_PROGRAMS:-}" ]; then
	echo "$ASSAY_PROGRAMS"
	exit
fi
scripts/setup.sh >&2
# shellcheck source=scripts/env.sh
. scripts/env.sh
# Set by hand for quick checks; the node would have no runtime, or an old one.
unset SKIP_WASM_BUILD

# The whole workspace, as the tests do: the same features, so the same build of the dependencies.
cargo build --release --locked --workspace --bins >&2
stwo=$(scripts/build/stwo.sh)
programs=$CARGO_TARGET_DIR/programs
mkdir -p "$programs"
install -C "$CARGO_TARGET_DIR"/release/assay{,-node,-stress} "$stwo" "$programs"
echo "$programs"
