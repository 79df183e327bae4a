#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# One run of one scenario: starts a network of real nodes, loads it with real proofs, breaks what
# the scenario says, writes a summary, tables and a page with pictures, and judges them.
#
#   zombienet/run.sh SCENARIO [OPTION...]      a file of zombienet/scenarios, without .toml
#     --short              the scenario's short variant
#     --proof-system NAME  one proof system alone, such as stwo, instead of the scenario's loads
#     --rounds N           rounds of every load, instead of the scenario's
#     --seed N             1337 unless given
#     --slot N             milliseconds of a slot, instead of the chain's own
#     --bandwidth N        Mbit/s that each node may send to the others; as root, each node in a network namespace
#     --out FOLDER         where the results go; $ASSAY_CACHE/runs/SCENARIO-TIME unless given
#     --ports N            fixed ports from N on: three a node; else any that are free
#     --corpus FOLDER      a corpus of this very client, instead of the kept one
#     --baseline FILE      summary.json of another run of the scenario to compare with
#     --threshold NAME=N   overrides one limit; may be repeated
#     --check              check the scenario, its network and its limits, and start nothing
#     --no-build           take the binaries that are there
#     --help               this
#
# The scenario, its network, every limit and the baseline are checked before anything starts.
# ASSAY_NODE, ASSAY_CLIENT and ASSAY_STRESS name other binaries than those of the build;
# ASSAY_OLD_NODE an older node than the one that `upgrade` builds, which lacks a proof system.
# Exit status: 0 the verdict is ok, 1 a limit was not kept, 2 the run could not be made (one line
# says why), 130 after Ctrl-C. Nothing stays behind but the results.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
	echo "run.sh: $1" >&2
	exit 2
}

help() { awk 'NR > 3 { if (!/^#/) exit; sub(/^# ?/, ""); print }' zombienet/run.sh; }

for word in "$@"; do
	case $word in -h | --help) help && exit 0 ;; esac
done
# shellcheck source=scripts/env.sh
. scripts/env.sh

scenario=${1:-}
known=$(cd zombienet/scenarios && echo *.toml | sed 's/\.toml//g')
[ -n "$scenario" ] || fail "expected a scenario: $known"
shift
file=zombienet/scenarios/$scenario.toml
[ -r "$file" ] || fail "no scenario $scenario, expected one of: $known"
out='' ports='' corpus='' bandwidth='' build=1 check='' made=''
stress=() analyze=() how=()
while [ $# -gt 0 ]; do
	case $1 in
	--short) stress+=(--short) ;;
	--check) check=1 ;;
	--no-build) build= ;;
	--rounds | --seed | --proof-system | --out | --ports | --corpus | --slot | --bandwidth | --baseline | --threshold)
		[ $# -gt 1 ] || fail "$1 needs a value"
		case $1 in
		--rounds | --seed | --proof-system) stress+=("$1" "$2") ;;
		--out) out=$2 ;;
		--ports) ports=$2 how+=("$1" "$2") ;;
		--slot) how+=("$1" "$2") ;;
		--bandwidth) bandwidth=$2 how+=(--namespaces) ;;
		--corpus) corpus=$2 ;;
		--threshold) analyze+=("$1" "$2") ;;
		--baseline)
			[ -r "$2" ] || fail "--baseline: $2 is not there"
			analyze+=("$1" "$2")
			;;
		esac
		shift
		;;
	*) fail "unknown option $1, see --help" ;;
	esac
	shift
done

# shellcheck source=zombienet/common.sh
. zombienet/common.sh
place=(--corpora "$ASSAY_CACHE/corpora")
[ -z "$corpus" ] || place=(--corpus "$corpus")

# Everything that can be wrong with the scenario, before anything starts. The harness reads TOML and
# knows nodes and AIRs, the analyser knows limits.
run=("$harness" --scenario "$file" --client "$client" "${place[@]}" "${stress[@]}")
start "${run[@]}" --plan "$work" --networks zombienet/networks "${how[@]}"
wait "${groups[0]}" || exit 2
scripts/analyze_simnet.py --plan "$work/plan.json" "${analyze[@]}" || exit 2
if [ -n "$check" ]; then
	echo "run.sh: $scenario can be run"
	exit 0
fi

# plan NAME: what the harness found out, a line each.
plan() {
	python3 -c '
import json, sys
with open(sys.argv[1]) as file:
    found = json.load(file)[sys.argv[2]]
print(*found if isinstance(found, list) else [json.dumps(found)], sep="\n")
' "$work/plan.json" "$1"
}
mapfile -t nodes < <(plan nodes)

# A node of this commit that has no host function for STWO, for networks with an old node. It is
# little optimised, to be compiled sooner, and in a folder of its own: other features.
if [ "$(plan old_node)" = true ]; then
	if [ -n "$build" ] && [ -z "${ASSAY_OLD_NODE:-}" ]; then
		env -u SKIP_WASM_BUILD CARGO_TARGET_DIR="$ASSAY_CACHE/target-old" \
			CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
			cargo build --release --locked -p assay-node --no-default-features \
			--features backend-plonky3
	fi
	export ASSAY_OLD_NODE=${ASSAY_OLD_NODE:-$ASSAY_CACHE/target-old/release/assay-node}
	[[ "$("$ASSAY_OLD_NODE" --version 2>/dev/null)" = assay-node* ]] ||
		die "wrong binary: $ASSAY_OLD_NODE is no Assay node"
fi
if [ "$(plan upgrade)" = true ]; then
	"$node" export-chain-spec --chain local --raw --output "$work/new.json" 2>/dev/null ||
		die "wrong binary: $node exports no chain specification"
	python3 -c '
import json, pathlib, sys
top = json.loads(pathlib.Path(sys.argv[1]).read_text())["genesis"]["raw"]["top"]
pathlib.Path(sys.argv[2]).write_bytes(bytes.fromhex(top["0x3a636f6465"][2:]))
' "$work/new.json" "$work/new.wasm"
	run+=(--runtime "$work/new.wasm")
fi

# The corpus first: it takes a while the first time, and nodes cost processor time meanwhile.
start "${run[@]}" --corpus-only
wait "${groups[0]}" || exit 2

# limit_bandwidth NAMESPACE HARNESS: of what a node sends, all but its answers to the harness.
limit_bandwidth() {
	local device=(tc -n "$1")
	{
		"${device[@]}" qdisc add dev eth0 root handle 1: htb default 2 &&
			"${device[@]}" class add dev eth0 parent 1: classid 1:1 htb rate 10gbit quantum 60000 &&
			"${device[@]}" class add dev eth0 parent 1: classid 1:2 htb rate "${bandwidth}mbit" \
				burst 256kb quantum 60000 &&
			"${device[@]}" filter add dev eth0 parent 1: protocol ip prio 1 \
				u32 match ip dst "$2/32" flowid 1:1
	} || die "this machine's kernel cannot limit bandwidth"
}

# free PORT: whether nobody listens there.
free() { ! (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
if [ -n "$ports" ]; then
	for ((port = ports; port < ports + 3 * ${#nodes[@]}; port++)); do
		free "$port" || die "port $port is taken"
	done
fi

# A namespace for each node, all on one bridge, where the network asks for it and the machine
# allows it.
export ASSAY_NODE=$node ASSAY_IMAGE=${ASSAY_IMAGE:-assay-node} ASSAY_NAMESPACE_NODE=$node
if [ "$(plan namespaces)" = true ]; then
	id=$(($$ % 250 + 1))
	subnet=10.213.$id
	if ip link add "assay$id" type bridge 2>/dev/null; then
		bridge=assay$id
		ip addr add "$subnet.254/24" dev "$bridge"
		ip link set "$bridge" up
		table=
		for index in "${!nodes[@]}"; do
			space=assay$id-${nodes[$index]}
			ip netns add "$space"
			namespaces+=("$space")
			ip link add "assay$id-$index" type veth peer name eth0 netns "$space"
			ip link set "assay$id-$index" master "$bridge" up
			ip -n "$space" link set lo up
			ip -n "$space" addr add "$subnet.$((index + 1))/24" dev eth0
			ip -n "$space" link set eth0 up
			[ -z "$bandwidth" ] || limit_bandwidth "$space" "$subnet.254"
			table+="${nodes[$index]} $space $subnet.$((index + 1))"$'\n'
		done
		printf '%s' "$table" >"$work/namespaces"
		export ASSAY_NAMESPACES=$work/namespaces
		ASSAY_NAMESPACE_NODE=$PWD/zombienet/namespace_node.sh
	elif [ -n "$bandwidth" ]; then
		die "no network namespaces on this machine, which --bandwidth needs"
	else
		echo "run.sh: no network namespaces on this machine: a partition will be a pause" >&2
	fi
fi

# Only now, so that a run that could not be made leaves no folder; the trap removes an empty one.
out=${out:-$ASSAY_CACHE/runs/$scenario-$(date -u +%Y%m%d-%H%M%S)}
[ -d "$out" ] || made=1
mkdir -p "$out"
out=$(cd "$out" && pwd)
[ -z "$made" ] || made=$out

echo "run.sh: starting ${#nodes[@]} nodes"
spawn "$work/network.toml"

start "${run[@]}" --out "$out" --network "$network" --expect "$(
	IFS=,
	echo "${nodes[*]}"
)" --commit "$(git rev-parse --short HEAD 2>/dev/null || true)"
wait "${groups[0]}" || exit 2

# The page shows the verdict, so the verdict comes first.
status=0
scripts/analyze_simnet.py "${analyze[@]}" --verdict "$out/verdict.json" "$out/summary.json" >"$work/verdict" || status=$?
python3 -B -m scripts.workshop.network_report "$out" || die "no page: scripts/workshop/network_report.py failed"
echo "run.sh: results in $out, page: $out/index.html"
cat "$work/verdict"
exit "$status"
