# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Sourced by run.sh and test.sh after scripts/env.sh: installs the runner, builds, and gives a
# folder `$work` and processes that end with the script, however it ends.
#
#   $build       not empty: build first, unless the environment names binaries
#   $out         not empty: where the nodes' logs go if the script fails
#   $made        not empty: a folder that the script made, which goes if it is empty
#   $node $client $harness $zombienet   the binaries, set here

die() {
	echo "${0##*/}: $1" >&2
	exit 2
}

# shellcheck disable=SC2034 # read by the scripts that source this
zombienet=$(scripts/build/tool.sh zombienet) || die "the zombienet runner cannot be installed"

programs=${ASSAY_PROGRAMS:-$CARGO_TARGET_DIR/programs}
if [ -n "${build:-}" ] && [ -z "${ASSAY_NODE:-}${ASSAY_CLIENT:-}${ASSAY_STRESS:-}" ]; then
	programs=$(scripts/build/programs.sh)
fi
node=${ASSAY_NODE:-$programs/assay-node}
client=${ASSAY_CLIENT:-$programs/assay}
harness=${ASSAY_STRESS:-$programs/assay-stress}
# With which the client proves for STWO.
export ASSAY_STWO_PROVER=${ASSAY_STWO_PROVER:-$programs/assay-stwo}
for binary in "$node" "$client" "$harness"; do
	[ -x "$binary" ] || die "wrong binary: $binary is not there"
done
[[ "$("$node" --version 2>/dev/null)" = assay-node* ]] || die "wrong binary: $node is no Assay node"

work=$(mktemp -d)
network=$work/network
groups=()
namespaces=()
bridge=

# The processes of this run: their database, or their configuration, is in its folder. It was made
# by mktemp, so the name is no one else's.
ours() {
	local process
	for process in /proc/[0-9]*; do
		# One may end while it is looked at.
		{ tr '\0' ' ' <"$process/cmdline"; } 2>/dev/null | grep -qF "$work/" &&
			echo "${process#/proc/}"
	done
	true
}

# shellcheck disable=SC2317 # reached through the trap
clean_up() {
	local status=$? group pid name
	trap - EXIT
	trap '' HUP INT TERM
	for group in "${groups[@]}"; do
		kill -TERM -- "-$group" 2>/dev/null || true
	done
	# A node that a fault stopped does not hear a TERM.
	for pid in $(ours); do
		kill -KILL "$pid" 2>/dev/null || true
	done
	for group in "${groups[@]}"; do
		for _ in {1..50}; do
			kill -0 -- "-$group" 2>/dev/null || break
			sleep 0.1
		done
		kill -KILL -- "-$group" 2>/dev/null || true
	done
	for pid in $(ours); do
		kill -KILL "$pid" 2>/dev/null || true
	done
	for name in "${namespaces[@]}"; do
		ip netns del "$name" 2>/dev/null || true
	done
	[ -z "$bridge" ] || ip link del "$bridge" 2>/dev/null || true
	if [ "$status" -ne 0 ] && [ -n "${out:-}" ] && compgen -G "$network/*.log" >/dev/null; then
		mkdir -p "$out/logs"
		cp "$network"/*.log "$work"/*.log "$out/logs" 2>/dev/null || true
		echo "zombienet: the nodes' logs are in $out/logs" >&2
	fi
	# What was written while the run went on stays.
	[ -z "${made:-}" ] || rmdir "$made" 2>/dev/null || true
	rm -rf "$work"
	exit "$status"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# start COMMAND...: in a process group of its own, so that the group can be ended whole.
start() {
	setsid setpriv --pdeathsig TERM "$@" &
	groups=("$!" "${groups[@]}")
}

# spawn FILE: starts the network that the file describes, in the folder `$network`, and waits for it.
spawn() {
	local runner why
	start "$zombienet" -l text -p native -d "$network" -f spawn "$1" </dev/null >"$work/zombienet.log" 2>&1
	runner=${groups[0]}
	for _ in {1..1200}; do
		[ ! -s "$network/zombie.json" ] || return 0
		kill -0 "$runner" 2>/dev/null || break
		sleep 0.2
	done
	[ ! -s "$network/zombie.json" ] || return 0
	why=$(grep -hm1 -iE 'error|in use' "$network"/*.log "$work/zombienet.log" 2>/dev/null |
		cut -c1-200) || true
	die "nodes unreachable: the network did not start: ${why:-no reason given}"
}
