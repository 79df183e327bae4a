#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A chain builder's first proof, by docs/integrate.md and nothing else: makes a workspace outside this repository from
# a plain chain and the document's blocks (scripts/workshop/template.py), builds its runtime and node, starts the
# node, and runs the document's commands until the proof is final. Once with each way to verify.
#
#   scripts/test/template.sh [InRuntime|Native]...
#
# Dependencies come from this repository's build, but for those of the runtime in Wasm. What remains to compile are
# Assay's libraries, and a runtime and a node for each way.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
programs=$(scripts/build/programs.sh)
# shellcheck source=scripts/env.sh
. scripts/env.sh
unset SKIP_WASM_BUILD
# shellcheck source=scripts/node.sh
. scripts/node.sh

[ $# -gt 0 ] || set -- InRuntime Native
# Always the same folder: cargo knows a package by its path, and would keep a build for each.
folder=$ASSAY_CACHE/template
# The document's commands, against the port that the node got.
python3 -B -m scripts.workshop.template --commands >"$work/commands"

# expect EXPRESSION: in Python, over `status`, the node's document.
expect() {
	curl -sf --noproxy '*' "http://127.0.0.1:$status_port/status/node" |
		python3 -c "import json, sys; status = json.load(sys.stdin); assert $1, status"
}

for verifier in "$@"; do
	echo "template: $verifier"
	python3 -B -m scripts.workshop.template "$folder" "$verifier"
	# Its Cargo.lock has this repository's versions, and loses what the chain does not need.
	(cd "$folder/chain" && WASM_BUILD_WORKSPACE_HINT=$PWD cargo build --release --workspace --bins)
	observed=(--prometheus-port 0 --status-port 0)
	node_program=$CARGO_TARGET_DIR/release/template-node
	rm -rf "$work/node"
	start_node
	status_port=$(sed -n 's|.*Status at http://127\.0\.0\.1:\([0-9]*\)/.*|\1|p' "$work/node.log")
	curl -sf --noproxy '*' --retry 30 --retry-delay 1 --retry-all-errors -o /dev/null \
		"http://127.0.0.1:$status_port/ready" || fail "the node is not ready"
	mkdir -p "$work/$verifier"
	sed "s/127\.0\.0\.1:9944/127.0.0.1:$port/" "$work/commands" >"$work/$verifier/commands.sh"
	(cd "$work/$verifier" && PATH=$programs:$PATH bash -euxo pipefail commands.sh) ||
		fail "the document's commands failed"
	case $verifier in
	Native) expect 'status["proofSystems"][0]["verified"] > 0' || fail "no host function verified" ;;
	InRuntime) expect 'status["proofSystems"][0]["verified"] == 0' || fail "a host function verified" ;;
	esac
	expect 'status["ready"] and status["proofSystems"][0]["selfCheck"]["passed"]' || fail "the status is wrong"
	kill -TERM -- "-$node"
	while kill -0 -- "-$node" 2>/dev/null; do sleep 0.1; done
	echo "template: $verifier: the first proof is final"
done
