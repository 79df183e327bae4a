#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Stands in for the node in zombienet/networks/four-namespaces.toml: starts it in the network
# namespace that run.sh made for its name. ASSAY_NAMESPACES is a file with a line for each node:
# name, namespace, address. The runner knows loopback addresses only, so they are translated.
#
#   zombienet/namespace_node.sh --name NODE [OPTION...]     in NODE's namespace
#   zombienet/namespace_node.sh COMMAND [OPTION...]         as the node itself
set -euo pipefail

own='' previous=''
for argument in "$@"; do
	[ "$previous" != --name ] || own=$argument
	previous=$argument
done
# Anything but running a node, such as writing the chain's specification.
[ -n "$own" ] || exec "$ASSAY_NODE" "$@"

first=$(awk 'NR == 1 { print $3 }' "$ASSAY_NAMESPACES")
read -r space address < <(awk -v name="$own" '$1 == name { print $2, $3 }' "$ASSAY_NAMESPACES")
arguments=()
previous=
for argument in "$@"; do
	case $previous in
	--listen-addr) argument=${argument//\/ip4\/127.0.0.1\//\/ip4\/$address\/} ;;
	# The first node is the only one that others are told of.
	--bootnodes) argument=${argument//\/ip4\/127.0.0.1\//\/ip4\/$first\/} ;;
	esac
	arguments+=("$argument")
	previous=$argument
done
export ASSAY_NAMESPACE=$space ASSAY_ADDRESS=$address
exec ip netns exec "$space" "$ASSAY_NODE" "${arguments[@]}" --unsafe-rpc-external
