#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds deploy/Containerfile from a release archive, runs the example in it with the image's user, as it
# stands there and in docs/first-hour.md, and waits until a block is final. It uses Debian's buildah, and a
# base from debootstrap in place of the registry's image: no registry and no daemon. Needs root.
#
#   scripts/test/container.sh ARCHIVE
set -euo pipefail

[ $# -eq 1 ] || { sed -n '/^#   scripts/s/^#   //p' "$0" >&2; exit 2; }
archive=$(realpath "$1")
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/env.sh
. scripts/env.sh
die() { echo "check_container: $*" >&2; exit 1; }
[ "$(id -u)" -eq 0 ] || die "needs root, for debootstrap and for users of the image"

for tool in buildah debootstrap curl; do
	command -v "$tool" >/dev/null || apt-get -y -q install --no-install-recommends "$tool" >/dev/null
done

work=$(mktemp -d)
runner=
# Everything is in the folder; it uses no images of this machine. Plain folders, because with overlays
# buildah leaves a mount behind.
export BUILDAH_ISOLATION=chroot
images() { buildah --storage-driver vfs --root "$work/store" --runroot "$work/run" "$@"; }
clean_up() {
	[ -z "$runner" ] || kill -TERM -- "-$runner" 2>/dev/null || true
	[ -z "$runner" ] || wait "$runner" 2>/dev/null || true
	images rm --all >/dev/null 2>&1 || true
	rm -rf "$work"
}
trap clean_up EXIT

base=$ASSAY_CACHE/tools/debian-12.tar
if [ ! -e "$base" ]; then
	echo "check_container: debootstrap"
	debootstrap --variant=minbase bookworm "$work/base" >"$work/debootstrap.log" ||
		die "no base: $(tail -n 1 "$work/debootstrap.log")"
	mkdir -p "$(dirname "$base")"
	tar -C "$work/base" --one-file-system -cf "$base.new" . && mv "$base.new" "$base"
fi
from=$(sed -n 's/^FROM //p' deploy/Containerfile)
container=$(images from scratch)
images add -q "$container" "$base" / >/dev/null
images config --cmd /bin/sh "$container"
images commit -q "$container" "$from" >/dev/null

tar xzf "$archive" --no-same-owner -C "$work"
root=$(find "$work" -mindepth 1 -maxdepth 1 -name 'assay-*')
images bud -q --pull-never -f "$root/deploy/Containerfile" -t assay-node "$root"

# What the example says after the image's name; ports that are free are ours.
example=$(sed -n 's/^#   podman run .* assay-node //p' "$root/deploy/Containerfile")
grep -qF -- " assay-node $example" "$root/docs/first-hour.md" || die "docs/first-hour.md has another example"
read -r -a options <<<"$example"
[ "${#options[@]}" -gt 0 ] || die "deploy/Containerfile has no example"
container=$(images from --pull-never assay-node)
log=$work/node.log
set -m
images run "$container" -- /usr/local/bin/assay-node "${options[@]}" --no-prometheus --no-mdns \
	--rpc-port 0 --status-port 0 --listen-addr /ip4/127.0.0.1/tcp/0 >"$log" 2>&1 &
runner=$!
set +m
# The number of the last final block, of a node that serves.
final() {
	curl -sf --noproxy '*' "$url/status/node" |
		python3 -c 'import json, sys; print(json.load(sys.stdin)["finalised"]["number"])'
}
# A node that writes no blocks is ready all the same: wait for a final one.
height=0
for _ in {1..300}; do
	url=$(sed -n 's/.*Status at \(http:[^ ]*\)\/status.*/\1/p' "$log")
	[ -z "$url" ] || height=$(final 2>/dev/null || echo 0)
	[ "$height" -eq 0 ] || break
	kill -0 "$runner" 2>/dev/null || { cat "$log" >&2; die "the node does not start"; }
	sleep 0.2
done
[ "$height" -gt 0 ] || { tail "$log" >&2; die "no block is final after a minute"; }
owner=$(ps -o user= -p "$(pgrep -g "$runner" -x assay-node | head -n 1)" | tr -d ' ')
[ "$owner" = 10001 ] || die "the node runs as $owner"
echo "check_container: $(basename "$archive") makes an image; its example finalised block $height, as user $owner"
