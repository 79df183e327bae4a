#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The functional tests, each on a network of its own: two validators, or four for the last two.
#
#   zombienet/test.sh [NAME...]       register, submit, disable, restart, rotate, equivocate; all unless named
#
# ASSAY_NODE, ASSAY_CLIENT and ASSAY_STRESS name other binaries than those of the build.
# Exit status: 0 all passed, 1 one failed, 2 they could not be run.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
case ${1:-} in
-h | --help)
	awk 'NR > 3 { if (!/^#/) exit; sub(/^# ?/, ""); print }' zombienet/test.sh
	exit 0
	;;
esac
# shellcheck source=scripts/env.sh
. scripts/env.sh
[ $# -gt 0 ] || set -- register submit disable restart rotate equivocate
for name in "$@"; do
	case $name in
	register | submit | disable | restart | rotate | equivocate) ;;
	*)
		echo "test.sh: no test $name, see --help" >&2
		exit 2
		;;
	esac
done

# shellcheck disable=SC2034 # read by common.sh
build=1
# shellcheck source=zombienet/common.sh
. zombienet/common.sh
export ASSAY_NODE=$node ASSAY_IMAGE=assay-node

# good.*, a key and its proof; second.*, another statement of the key; bad.proof, the proof of that
# statement with one byte changed.
files=$work/files
mkdir "$files"
"$client" export fibonacci --degree-bits 10 --hash blake3 --out "$files/good.vk" >/dev/null
"$client" prove fibonacci --vk "$files/good.vk" --seed 1 --proof "$files/good.proof" \
	--public-values "$files/good.pv" >/dev/null
"$client" prove fibonacci --vk "$files/good.vk" --seed 2 --proof "$files/second.proof" \
	--public-values "$files/second.pv" >/dev/null
python3 - "$files" <<'PYTHON'
import pathlib
import sys

folder = pathlib.Path(sys.argv[1])
proof = bytearray((folder / "second.proof").read_bytes())
# The lowest byte of a field element: it stays canonical.
proof[len(proof) // 8 * 4] ^= 1
(folder / "bad.proof").write_bytes(proof)
PYTHON

fail() {
	echo "test.sh: $test: $1" >&2
	tail -n 20 "$network"/*.log >&2
	exit 1
}

# process NODE: its number.
process() {
	local file
	for file in /proc/[0-9]*/cmdline; do
		if { tr '\0' ' ' <"$file"; } 2>/dev/null | grep -q -- "--name $1 .*$network/"; then
			file=${file#/proc/}
			echo "${file%/cmdline}"
			return
		fi
	done
}

# option NODE NAME: the value of an option that the node was started with.
option() {
	tr '\0' '\n' <"/proc/$(process "$1")/cmdline" | grep -A 1 -x -- "$2" | tail -n 1
}

# call NODE VERDICTS ARGUMENT...: a call of the client is final, or refused before the pool, with one of the
# verdicts.
call() {
	local at=$1 expected=$2 answer got
	shift 2
	answer=$(timeout 180 "$client" --json "$@" --vk "$files/good.vk" \
		--url "ws://127.0.0.1:$(option "$at" --rpc-port)" 2>>"$work/client.log") || true
	got=$(python3 -c '
import json, sys
try:
    answer = json.loads(sys.argv[1])
    settled = answer.get("finalised") or answer.get("in_pool") is False
    print(answer.get("verdict") if settled else f"not final: {answer}")
except ValueError:
    print("no answer")
' "$answer")
	case " $expected " in
	*" $got "*) ;;
	*) fail "$1 at $at: expected $expected, got $got" ;;
	esac
}

# register NODE VERDICT
register() { call "$1" "$2" register --no-check --signer //Sender//0; }

# submit NODE VERDICTS SENDER PROOF VALUES
submit() {
	call "$1" "$2" submit --no-check --signer "//Sender//$3" --proof "$files/$4" --public-values "$files/$5"
}

# switch off|on
switch() {
	local verb=enable
	[ "$1" = on ] || verb=disable
	ASSAY_SIGNER=//Alice timeout 180 "$client" admin "$verb" --proof-system plonky3 \
		--url "ws://127.0.0.1:$(option alice --rpc-port)" >>"$work/client.log" 2>&1 ||
		fail "admin $verb: $(tail -n 1 "$work/client.log")"
}

# height NODE best|finalized HEIGHT SECONDS: it gets there in time.
height() {
	local now end=$((SECONDS + $4))
	while [ $SECONDS -lt $end ]; do
		now=$(curl -s --noproxy '*' "http://127.0.0.1:$(option "$1" --prometheus-port)/metrics" |
			sed -n "s/^substrate_block_height{.*status=\"$2\".*} //p") || true
		[ "${now:-0}" -lt "$3" ] || return 0
		sleep 1
	done
	fail "$1: expected the $2 block $3 within $4 s, got ${now:-none}"
}

# A key is registered once for each account.
test_register() {
	register alice accepted
	register bob vk_already_registered
	height bob finalized 3 60
}

# A proof is accepted once, and a tampered one is refused, which those who watch see.
test_submit() {
	local refused=$network/refused.jsonl
	register alice accepted
	start "$client" --json watch --refused \
		--url "ws://127.0.0.1:$(option alice --rpc-port)" >"$refused" 2>>"$work/client.log"
	submit bob accepted 1 good.proof good.pv
	submit alice statement_exists 2 good.proof good.pv
	submit bob "grinding_invalid merkle_path_invalid low_degree_invalid constraints_invalid" \
		3 bad.proof second.pv
	height alice finalized 6 60
	height bob finalized 6 60
	for _ in {1..30}; do
		[ ! -s "$refused" ] || break
		sleep 1
	done
	python3 -c '
import json, sys
proof = [proof for proof in map(json.loads, sys.stdin) if proof["verdict"] != "statement_exists"]
assert len(proof) == 1 and int(proof[0]["fee"]) > 0 and proof[0]["proof_bytes"] > 0, proof
' <"$refused" || fail "assay watch --refused: $(cat "$refused")"
}

# The admin switches the proof system off and on.
test_disable() {
	register alice accepted
	switch off
	submit bob proof_system_disabled 1 second.proof second.pv
	switch on
	submit bob accepted 1 second.proof second.pv
}

# A node that was paused or killed goes on with the chain, and proofs with it.
test_restart() {
	local command bob
	register alice accepted
	bob=$(process bob)
	kill -STOP "$bob"
	sleep 1
	kill -CONT "$bob"
	height bob best 6 60
	mapfile -d '' -t command <"/proc/$bob/cmdline"
	kill -KILL "$bob"
	sleep 5
	start "${command[@]}" </dev/null >"$network/bob.again.log" 2>&1
	# It is killed with the others, and bash is not to say so.
	disown
	height bob best 7 60
	submit bob accepted 1 good.proof good.pv
	height bob finalized 8 120
}

# The runbook about keys: Charlie gets new ones, Eve takes Dave's place.
test_rotate() {
	local url
	url=http://127.0.0.1:$(option charlie --rpc-port)
	# zombienet makes the specification, and tells every node but the first one of the others.
	RPC=$url WS=ws${url#http} METRICS=http://127.0.0.1:$(option charlie --prometheus-port) \
		STATUS=http://127.0.0.1:19956 CHAIN=$(option charlie --chain) \
		BOOTNODE=$(option charlie --bootnodes) PATH=$(dirname "$node"):$(dirname "$client"):$PATH \
		no_proxy=127.0.0.1 python3 -B -m scripts.workshop.runbooks "$work/runbooks" keys ||
		fail "the runbook failed"
}

# metric NODE SERIES: its value, 0 if it is not there.
metric() {
	local value
	value=$(curl -s --noproxy '*' "http://127.0.0.1:$(option "$1" --prometheus-port)/metrics" |
		grep -F -- "$2" | sed -n 's/.* //p' | head -n 1) || true
	echo "${value:-0}"
}

# A second node signs with Bob's keys. The others report him, he loses his place, and they go on.
test_equivocate() {
	local keystore end=$((SECONDS + 180)) final
	keystore=$(find "$(option bob --base-path)" -type d -name keystore | head -n 1)
	start "$node" --chain "$(option bob --chain)" --base-path "$network/twin" --name twin --validator \
		--keystore-path "$keystore" --rpc-port 0 --prometheus-port 0 --status-port 0 \
		--listen-addr /ip4/127.0.0.1/tcp/0 --no-mdns </dev/null >"$network/twin.log" 2>&1
	# It is killed with the others, and bash is not to say so.
	disown
	until [ "$(metric alice 'state="wanted"')" = 3 ]; do
		[ $SECONDS -lt $end ] || fail "Bob kept his place"
		sleep 1
	done
	[ "$(metric alice 'kind="two_blocks"')" != 0 ] || [ "$(metric alice 'kind="two_votes"')" != 0 ] ||
		fail "no offence was recorded"
	end=$((SECONDS + 180))
	until [ "$(metric alice 'state="active"')" = 3 ]; do
		[ $SECONDS -lt $end ] || fail "Bob is still a validator"
		sleep 1
	done
	final=$(metric alice 'status="finalized"')
	height alice finalized $((final + 5)) 90
	height dave finalized $((final + 5)) 30
}

# Ends all processes of the network, so that another can be started.
end_network() {
	local pid
	for pid in $(ours); do
		kill -KILL "$pid" 2>/dev/null || true
	done
	while [ -n "$(ours)" ]; do sleep 0.1; done
}

status=0
for test in "$@"; do
	begin=$SECONDS
	verdict=ok
	network=$work/$test
	size=two
	case $test in rotate | equivocate) size=four ;; esac
	spawn "zombienet/networks/$size.toml"
	# In a subshell, so that a failure ends this test alone.
	(height alice best 2 90 && "test_$test") || verdict=FAILED
	printf '%-12s %-7s %4d s\n' "$test" "$verdict" $((SECONDS - begin))
	[ "$verdict" = ok ] || status=1
	end_network
done
exit "$status"
