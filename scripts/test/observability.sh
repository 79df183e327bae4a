#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Checks metrics, status, dashboard, alerts and runbooks against a running chain. It runs the rules' unit
# tests, a dev node, a second node that imports its blocks, and a real Prometheus. It sends genuine,
# tampered and malformed proofs, and kills and restarts two proving services (Plonky3 and STWO). It
# compares every panel's query, every rule and the status document with the chain, and runs every
# runbook. scripts/workshop/observability.py has the checks; this script runs the processes.
#
#   scripts/test/observability.sh             check
#   scripts/test/observability.sh --picture   and draw the panels into docs/images/dashboard.png
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
scripts/setup.sh
# shellcheck source=scripts/env.sh
. scripts/env.sh
# All requests are to this machine.
export no_proxy=127.0.0.1 NO_PROXY=127.0.0.1

picture=()
if [ "${1:-}" = --picture ]; then
	picture=(--picture docs/images/dashboard.png)
fi

# shellcheck source=scripts/test/prometheus.sh
. scripts/test/prometheus.sh

python3 -m scripts.workshop.dashboard --check
promtool check rules docs/alerts/assay.yaml docs/alerts/machine.yaml
promtool test rules docs/alerts/assay_test.yaml docs/alerts/machine_test.yaml

python=python3
if [ ${#picture[@]} -gt 0 ]; then
	venv=$ASSAY_CACHE/tools/plot
	[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
	"$venv/bin/pip" install -q 'matplotlib==3.10.7'
	python=$venv/bin/python
fi

programs=$(scripts/build/programs.sh)
# shellcheck source=scripts/node.sh
. scripts/node.sh
observed=(--prometheus-port 0 --status-port 0)
free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
prover=http://127.0.0.1:$(free_port) stwo_prover=http://127.0.0.1:$(free_port)
start_node --prover-url "$prover/metrics"
# said PATTERN: waits until the node's log has it, and prints the port at its end.
said() {
	local port log=$2
	for _ in {1..300}; do
		port=$(sed -n "s/.*$1[^ ]*127\.0\.0\.1:\([0-9]*\).*/\1/p" "$log" | head -n 1)
		[ -z "$port" ] || break
		sleep 0.1
	done
	[ -n "$port" ] || fail "no port in the log after '$1'"
	echo "$port"
}
author_log=$work/node.log
metrics=$(said 'Prometheus exporter started at ' "$author_log")
status=$(said 'Status at http:\/\/' "$author_log")

bootnode=$(python3 -m scripts.workshop.observability bootnode --port "$port")
start "$programs/assay-node" --chain dev --base-path "$work/follower" \
	--bootnodes "$bootnode" --rpc-port 0 --listen-addr /ip4/127.0.0.1/tcp/0 --no-mdns \
	"${observed[@]}" >"$work/follower.log" 2>&1
follower_metrics=$(said 'Prometheus exporter started at ' "$work/follower.log")
follower_status=$(said 'Status at http:\/\/' "$work/follower.log")

prometheus=$(free_port)
cat >"$work/prometheus.yml" <<END
global: { scrape_interval: 1s, evaluation_interval: 5s }
rule_files: [$ASSAY_ROOT/docs/alerts/assay.yaml]
scrape_configs:
  - job_name: assay
    static_configs:
      - { targets: ["127.0.0.1:$metrics"], labels: { instance: author } }
      - { targets: ["127.0.0.1:$follower_metrics"], labels: { instance: follower } }
  - job_name: assay-prover
    static_configs:
      - { targets: ["${prover#http://}"], labels: { instance: prover } }
      - { targets: ["${stwo_prover#http://}"], labels: { instance: stwo_prover } }
END
start prometheus --config.file "$work/prometheus.yml" --storage.tsdb.path "$work/prometheus" \
	--web.listen-address "127.0.0.1:$prometheus" --web.user-assets docs --log.level warn

# The proving services: each killed as soon as it has work, then started again.
assay=$programs/assay
# serve AIR SIGNER URL: its jobs are in $work/AIR.
serve() {
	start "$assay" prove --serve --vk "$work/$1.vk" --url "ws://127.0.0.1:$port" \
		--signer "$2" --dir "$work/$1" --every 1 --limit 3 --metrics-port "${3##*:}"
}
# kill_and_serve AIR SIGNER URL: also adds its arguments of the check to $services.
kill_and_serve() {
	local killed=
	"$assay" export "$1" --out "$work/$1.vk" >/dev/null
	serve "$@"
	for _ in {1..600}; do
		killed=$(compgen -G "$work/$1/*.job") && break
		sleep 0.1
	done
	[ -n "$killed" ] || fail "the proving service queued nothing"
	kill -KILL -- "-${groups[0]}"
	serve "$@"
	services+=(--service "$1" "$3" "$work/$1" "$(basename "$killed" .job)")
}
services=()
kill_and_serve consensus-quorum //Bob "$prover"
kill_and_serve stwo-consensus-quorum //Charlie "$stwo_prover"

start "$python" -m scripts.workshop.observability check --assay "$assay" \
	--port "$port" --dir "$work/files" --prometheus "http://127.0.0.1:$prometheus" \
	--metrics "http://127.0.0.1:$metrics" --status "http://127.0.0.1:$status" \
	--follower-metrics "http://127.0.0.1:$follower_metrics" \
	--follower-status "http://127.0.0.1:$follower_status" \
	"${services[@]}" "${picture[@]}"
wait "${groups[0]}" || fail "failed"

# The runbooks, against the author. They come last, because their proofs would change the figures.
start env RPC="http://127.0.0.1:$port" WS="ws://127.0.0.1:$port" STATUS="http://127.0.0.1:$status" PROVER="$prover" \
	METRICS="http://127.0.0.1:$metrics" PROMETHEUS="http://127.0.0.1:$prometheus" \
	PATH="$programs:$PATH" \
	python3 -m scripts.workshop.runbooks "$work/runbooks"
wait "${groups[0]}" || fail "a runbook failed"
