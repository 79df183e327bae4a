#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Checks a release archive before use: every file has a checksum and matches it; the binaries are of the
# named commit; the node starts, has every proof system and no mock, and passes its self-check; the client
# has the admin's calls, accepts its own proofs of Plonky3 and of STWO, and refuses a tampered copy; and, in a
# clone of that commit, the bill of materials matches the sources. What the runbooks take from a clone is in the
# archive too.
#
#   scripts/release/verify.sh [--rehearsal] ARCHIVE
set -euo pipefail

clone=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
required="plonky3 stwo cairo"
rehearsal=false
if [ "${1:-}" = --rehearsal ]; then
	rehearsal=true
	required=plonky3
	shift
fi
[ $# -eq 1 ] || { sed -n '/^#   scripts/s/^#   //p' "$0" >&2; exit 2; }
archive=$(realpath "$1")
die() { echo "verify_release: $*" >&2; exit 1; }

work=$(mktemp -d)
node=
clean_up() {
	[ -z "$node" ] || kill -TERM "$node" 2>/dev/null || true
	[ -z "$node" ] || wait "$node" 2>/dev/null || true
	rm -rf "$work"
}
trap clean_up EXIT

if [ -e "$archive.sha256" ]; then
	(cd "$(dirname "$archive")" && sha256sum --quiet -c "$(basename "$archive").sha256")
fi
# Only files and folders, and all in one folder.
tar tzvf "$archive" | awk '$1 !~ /^[-d]/ { print; bad = 1 } END { exit bad }' || die "links or devices"
tar tzf "$archive" | grep -qE '^/|(^|/)\.\.(/|$)' && die "paths that lead out"
tar xzf "$archive" --no-same-owner -C "$work"
root=$(find "$work" -mindepth 1 -maxdepth 1)
[ "$(echo "$root" | wc -l)" -eq 1 ] || die "more than one folder"

cd "$root"
sha256sum --quiet -c SHA256SUMS || die "a file was changed"
listed=$(sed 's/^[0-9a-f]*  //' SHA256SUMS | sort)
present=$(find . -type f ! -name SHA256SUMS | sort)
[ "$listed" = "$present" ] || die "files without a sum, or sums without a file"

field() { python3 -c 'import json, sys; print(json.load(open("VERSION.json"))[sys.argv[1]])' "$1"; }
[ "$(field rehearsal)" = False ] || [ "$rehearsal" = true ] || die "this is a rehearsal, not a release"
commit=$(field commit)
said=$(bin/assay-node --version)
[ "$said" = "assay-node $(field version)-${commit:0:11}" ] || die "the node says it is '$said'"

for program in assay assay-stwo; do
	said=$("bin/$program" --version) || die "$program does not run"
	[ "$said" = "$program $(field version)" ] || die "$program says it is '$said'"
done
# What a validator needs in an emergency.
bin/assay admin --help >/dev/null || die "the client has no admin's calls"

log=$work/node.log
bin/assay-node --dev --tmp --no-prometheus --no-mdns --rpc-port 0 --status-port 0 \
	--listen-addr /ip4/127.0.0.1/tcp/0 >"$log" 2>&1 &
node=$!
url=
for _ in {1..600}; do
	url=$(sed -n 's/.*Status at \(http:[^ ]*\)/\1/p' "$log")
	[ -z "$url" ] || break
	kill -0 "$node" 2>/dev/null || { tail "$log" >&2; die "the node does not start"; }
	sleep 0.1
done
[ -n "$url" ] || { tail "$log" >&2; die "the node serves no status"; }
python3 - "$url" "${commit:0:11}" "$required" <<'END'
import json, sys, time, urllib.request
url, commit, required = sys.argv[1:]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
for _ in range(60):
    status = json.load(opener.open(url, timeout=30))
    if all(system["selfCheck"] for system in status["proofSystems"]):
        break
    time.sleep(1)
systems = {system["name"]: system for system in status["proofSystems"]}
assert status["commit"] == commit, status["commit"]
missing = set(required.split()) - set(systems)
assert not missing, f"proof systems that are missing: {missing}"
mocks = [name for name in [*systems, *status["hostFunctions"]] if "mock" in name]
assert not mocks, f"a mock is compiled in: {mocks}"
for name, system in systems.items():
    assert (system["selfCheck"] or {}).get("passed"), f"{name}: {system['selfCheck']}"
print("verify_release: node", status["version"], commit, *sorted(systems))
END

mapfile -t taken < <(sed -n 's|.*\$ASSAY_ROOT/\([a-z0-9/_-]*\).*|\1|p' docs/runbooks/*.md | sort -u)
for path in "${taken[@]}"; do
	[ -e "$path" ] || die "a runbook needs $path, which is not in the archive"
done

cd "$work"
# judge AIR PROOF: the client's verdict, as its exit status.
judge() {
	"$root/bin/assay" verify --vk "$1.vk" --public-values "$1.pv" --proof "$2" >/dev/null 2>&1
}
# The prover of the archive, whatever else is set or installed here.
export ASSAY_STWO_PROVER=$root/bin/assay-stwo
for air in fibonacci stwo-fibonacci; do
	"$root/bin/assay" export "$air" --degree-bits 10 >/dev/null
	"$root/bin/assay" prove "$air" >/dev/null
	judge "$air" "$air.proof" || die "the client refuses a genuine proof of $air"
done
for proof in "$root"/primitives/stwo/fixtures/cairo/{attendance,fibonacci,votes}_proof_v1.bin; do
	program=cairo-$(basename "$proof" _proof_v1.bin)
	cp "${proof%_proof_v1.bin}_vk_v1.bin" "$program.vk"
	cp "${proof%_proof_v1.bin}_public_values_v1.bin" "$program.pv"
	judge "$program" "$proof" || die "the client refuses the proof of $program"
done
python3 -c '
data = bytearray(open("fibonacci.proof", "rb").read())
data[len(data) // 8 * 4] ^= 1
open("tampered.proof", "wb").write(data)'
status=0
judge fibonacci tampered.proof || status=$?
[ "$status" -eq 1 ] || die "the client answers $status to a tampered proof"

cd "$clone"
if [ "$(git rev-parse HEAD 2>/dev/null)" = "$commit" ]; then
	python3 -m scripts.workshop.sbom --check "$root/sbom.cdx.json"
else
	echo "verify_release: not a clone of $commit: the bill of materials was not compared"
fi
echo "verify_release: $(basename "$archive") is whole"
