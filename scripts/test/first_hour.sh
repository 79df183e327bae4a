#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Follows docs/first-hour.md as a new validator would: its own commands, on an archive, from the checksum to
# the first alert. Then it runs what deploy/assay-node.service does before and at the node's start, as a user
# that owns only the unit's folder, and checks the firewall's rules where nft is installed.
#
#   scripts/test/first_hour.sh            an archive of the programs that are built
#   scripts/test/first_hour.sh ARCHIVE    a release, with its .sha256
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ $# -le 1 ] || { sed -n '/^#   scripts/s/^#   //p' "$0" >&2; exit 2; }
# All requests are to this machine.
export no_proxy=127.0.0.1 NO_PROXY=127.0.0.1
# shellcheck source=scripts/test/prometheus.sh
. scripts/test/prometheus.sh
programs=
[ $# -eq 1 ] || programs=$(scripts/build/programs.sh)
# shellcheck source=scripts/node.sh
. scripts/node.sh
: >"$work/node.log"

if [ $# -eq 1 ]; then
	archive=$(realpath "$1")
else
	# As scripts/release/build.sh lays it out, of what this document needs.
	root=$work/made/assay-0
	mkdir -p "$root/bin"
	cp "$programs"/{assay,assay-node} "$root/bin/"
	cp -r docs deploy "$root/"
	(cd "$root" && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum >SHA256SUMS)
	archive=$work/assay-0.tar.gz
	tar -C "$work/made" -cf - assay-0 | gzip -1 >"$archive"
	(cd "$work" && sha256sum assay-0.tar.gz >assay-0.tar.gz.sha256)
fi

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
start env ARCHIVE="$archive" PORT="$(free_port)" RPC_PORT="$(free_port)" METRICS_PORT="$(free_port)" \
	STATUS_PORT="$(free_port)" PROMETHEUS_PORT="$(free_port)" \
	python3 -B -m scripts.workshop.runbooks "$work/runbooks" docs/first-hour.md
wait "${groups[0]}" || fail "docs/first-hour.md"
place=$(find "$work/runbooks/first-hour" -mindepth 1 -maxdepth 1 -name 'assay-*')

# The unit: systemd gives its user the folder below %S, the file's options, and this mask.
state=$work/state
mkdir -p "$state/assay"
chmod 755 "$work"
install -m 755 "$place/bin/assay-node" "$work/"
install -m 644 "$place/chain.json" "$work/"
run_as=()
if [ "$(id -u)" -eq 0 ]; then
	chown 61184:61184 "$state/assay"
	run_as=(setpriv --reuid 61184 --regid 61184 --clear-groups)
fi
# as_unit LINE [OPTION...]: the command of a line of the unit, as a prefix for `start` or alone.
as_unit() {
	local command
	command=$(sed -n "s/^$1=//p" deploy/assay-node.service)
	command=${command//%S/$state}
	command=${command//\/usr\/bin\/assay-node/$work/assay-node}
	shift
	unit=("${run_as[@]}" env HOME=/ ASSAY_OPTIONS="--chain $work/chain.json --validator" \
		sh -c "umask 077; cd /; $command $*")
}
as_unit ExecStartPre
"${unit[@]}" 2>"$work/first.id" || fail "the unit makes no network key"
key=$(sha256sum "$state/assay/node-key")
"${unit[@]}" || fail "the unit's second start fails"
[ "$(sha256sum "$state/assay/node-key")" = "$key" ] || fail "the unit made another network key"
[ "$(stat -c %a "$state/assay/node-key")" = 600 ] || fail "others can read the unit's network key"
as_unit ExecStart --no-hardware-benchmarks --no-prometheus --no-mdns --rpc-port 0 --port 0 --status-port 0
start "${unit[@]}" >"$work/node.log" 2>&1
for _ in {1..300}; do
	grep -q 'Status at' "$work/node.log" && break
	kill -0 "${groups[0]}" 2>/dev/null || fail "the unit's node does not start"
	sleep 0.2
done
grep -qF "$(cat "$work/first.id")" "$work/node.log" || fail "the unit's node has another address than its key"

if command -v nft >/dev/null && [ "$(id -u)" -eq 0 ]; then
	sed -n '/^```nft$/,/^```$/{/^```/d;p}' docs/first-hour.md | nft -c -f - || fail "the firewall's rules"
fi
echo "first_hour: the document, the unit's start and the firewall's rules are as they say"
