#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Checks the syntax of every TOML file in git, and its style against taplo.toml.
#
#   scripts/test/toml.sh            check, and show what differs
#   scripts/test/toml.sh --write    write them in that style
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
taplo=$(scripts/build/tool.sh taplo)
mapfile -t files < <(git ls-files --cached --others --exclude-standard '*.toml')
export RUST_LOG=warn
case ${1:-} in
'') "$taplo" lint --no-schema "${files[@]}" && "$taplo" format --check --diff "${files[@]}" ;;
--write) "$taplo" format "${files[@]}" ;;
*)
	sed -n '/^#   scripts/s/^#   //p' scripts/test/toml.sh >&2
	exit 2
	;;
esac
