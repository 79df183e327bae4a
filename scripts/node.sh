# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Sourced by scripts that run a dev node: a folder `$work`, processes that end with the script, and
# `start_node`, which sets `$node` (its process group) and `$port` (its RPC port). The node is `$node_program`,
# else the one in the folder `$programs`, or the build's.

work=$(mktemp -d)
groups=()

# shellcheck disable=SC2317 # reached through the trap
clean_up() {
	local status=$? group
	trap - EXIT HUP INT TERM
	for group in "${groups[@]}"; do
		kill -TERM -- "-$group" 2>/dev/null || continue
		for _ in {1..100}; do
			kill -0 -- "-$group" 2>/dev/null || break
			sleep 0.1
		done
		kill -KILL -- "-$group" 2>/dev/null || true
	done
	rm -rf "$work"
	exit "$status"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# start COMMAND...: runs it in its own process group, to stop the whole group at once. It ends too if
# this script is killed.
start() {
	setsid setpriv --pdeathsig TERM "$@" &
	groups=("$!" "${groups[@]}")
}

fail() {
	echo "${0##*/}: $1; the end of the node's log:" >&2
	tail -n 30 "$work/node.log" >&2
	exit 1
}

# A node's metrics and status; off unless a script turns them on.
observed=(--no-prometheus --no-status)

# start_node OPTION...: a dev node that keeps its blocks in $work/node. Ports 0: the system picks
# free ones, and the log says which.
start_node() {
	start "${node_program:-${programs:-$CARGO_TARGET_DIR/release}/assay-node}" --dev --base-path "$work/node" \
		--rpc-port 0 --rpc-max-connections 200 --listen-addr /ip4/127.0.0.1/tcp/0 \
		--no-mdns "${observed[@]}" "$@" >"$work/node.log" 2>&1
	node=${groups[0]}

	port=
	for _ in {1..1200}; do
		port=$(sed -n 's/.*Running JSON-RPC server: addr=[^ ]*127\.0\.0\.1:\([0-9]*\).*/\1/p' \
			"$work/node.log")
		[ -z "$port" ] || break
		kill -0 "$node" 2>/dev/null || break
		sleep 0.1
	done
	[ -n "$port" ] || fail "the node did not start"
}
