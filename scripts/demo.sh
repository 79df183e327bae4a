#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The whole way on a running chain: export AIRs of both proof systems, register their keys, prove,
# submit every proof and tampered copies of it, wait for finality, print one table. Exits non-zero if
# a verdict is not the expected one. scripts/workshop/demo.py does the work on the chain; this script
# runs the processes.
#
#   scripts/demo.sh
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
programs=$(scripts/build/programs.sh)
# shellcheck source=scripts/node.sh
. scripts/node.sh
start_node

# In the background, so that the script reacts to a signal at once.
start python3 -m scripts.workshop.demo --assay "$programs/assay" \
	--port "$port" --dir "$work/files"
wait "${groups[0]}" || fail "failed"
