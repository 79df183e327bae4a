#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs scenarios of zombienet/ one after the other, each with a time limit, and writes one page
# over all of them. Before them, unless some are named, scripts/test/template.sh and the test of the hash of
# metadata that a release has.
#
#   scripts/test/nightly.sh [--short] [--limit SECONDS] [--out FOLDER] [--proof-systems "LIST"] [--publish] [SCENARIO...]
#
# Runs all scenarios unless some are named, each with `plonky3`, `stwo`, and `both` if the scenario loads
# with both; `own` runs it once, unchanged. --publish puts the summaries of successful runs into
# docs/stress, which a release contains: use it with `--proof-systems own`. Exit status: 0 if every run is
# ok, else 1.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
for word in "$@"; do
	case $word in
	-h | --help)
		awk 'NR > 3 { if (!/^#/) exit; sub(/^# ?/, ""); print }' scripts/test/nightly.sh
		exit 0
		;;
	esac
done
# shellcheck source=scripts/env.sh
. scripts/env.sh

options=() limit=1800 out='' proof_systems='plonky3 stwo both' publish=false scenarios=()
while [ $# -gt 0 ]; do
	case $1 in
	--short) options+=(--short) ;;
	--limit) limit=$2 && shift ;;
	--out) out=$2 && shift ;;
	--proof-systems) proof_systems=$2 && shift ;;
	--publish) publish=true ;;
	-*)
		echo "nightly.sh: unknown option $1, see --help" >&2
		exit 2
		;;
	*)
		if ! [ -r "zombienet/scenarios/$1.toml" ]; then
			echo "nightly.sh: no scenario $1" >&2
			exit 2
		fi
		scenarios+=("$1")
		;;
	esac
	shift
done
template=false
if [ "${#scenarios[@]}" -eq 0 ]; then
	template=true
	for file in zombienet/scenarios/*.toml; do
		scenarios+=("$(basename "$file" .toml)")
	done
fi
out=${out:-$ASSAY_CACHE/runs/nightly-$(date -u +%Y%m%d-%H%M%S)}
mkdir -p "$out"

# loads_stwo FILE: whether the scenario has loads of STWO itself.
loads_stwo() {
	python3 -c '
import sys, tomllib
with open(sys.argv[1], "rb") as file:
    loads = tomllib.load(file)["load"]
sys.exit(not any(load["air"].startswith("stwo-") for load in loads))
' "$1"
}

status=0
echo run,status,seconds >"$out/nightly.csv"
# compiled NAME COMMAND...: one that compiles, so it has more time.
compiled() {
	local name=$1 begin=$SECONDS code=0
	shift
	timeout 7200 "$@" >"$out/$name.log" 2>&1 || code=$?
	[ "$code" -eq 0 ] || status=1
	echo "$name,$code,$((SECONDS - begin))" >>"$out/nightly.csv"
	printf '%-28s exit %3d  %5d s\n' "$name" "$code" $((SECONDS - begin))
}
if [ "$template" = true ]; then
	compiled template scripts/test/template.sh
	# A release's runtime knows the hash of its metadata, for which its blob is built twice.
	compiled metadata-hash cargo test --release --locked --workspace --features assay-node/metadata-hash \
		--bin assay-node metadata_hash
fi
for scenario in "${scenarios[@]}"; do
	for proof_system in $proof_systems; do
		run=$scenario-$proof_system only=(--proof-system "$proof_system")
		if [ "$proof_system" = both ]; then
			loads_stwo "zombienet/scenarios/$scenario.toml" || continue
			only=()
		elif [ "$proof_system" = own ]; then
			run=$scenario only=()
		fi
		begin=$SECONDS
		code=0
		timeout "$limit" zombienet/run.sh "$scenario" "${only[@]}" "${options[@]}" --out "$out/$run" \
			>"$out/$run.log" 2>&1 || code=$?
		[ "$code" -eq 0 ] || status=1
		if [ "$publish" = true ] && [ "$code" -eq 0 ]; then
			cp "$out/$run/summary.json" "docs/stress/$run.json"
		fi
		echo "$run,$code,$((SECONDS - begin))" >>"$out/nightly.csv"
		printf '%-28s exit %3d  %5d s\n' "$run" "$code" $((SECONDS - begin))
		python3 -B -m scripts.workshop.network_report --index "$out"
	done
done
echo "nightly: $out/index.html"
exit "$status"
