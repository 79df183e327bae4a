#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds a release archive from the commit that is checked out: assay-VERSION.tar.gz with the node,
# the client with its manual and completions for shells, the program that proves with STWO, the runtime, chain
# specifications, dashboard, alerts and runbooks, a bill of materials, and the SHA-256 of every file. Refuses a clone with changes, a node that lacks a proof system or has a mock, a runtime
# whose two builds differ, and a licence that deny.toml does not allow.
#
#   scripts/release/build.sh FOLDER               into FOLDER
#   scripts/release/build.sh --rehearse FOLDER    with the profile `release` and what is compiled in,
#                                                 one build of the runtime; marked as such, and not
#                                                 accepted by scripts/release/verify.sh
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."

rehearsal=false profile=production
if [ "${1:-}" = --rehearse ]; then
	rehearsal=true profile=release
	shift
fi
[ $# -eq 1 ] || { sed -n '/^#   scripts/s/^#   //p' "$0" >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)

scripts/setup.sh
# shellcheck source=scripts/env.sh
. scripts/env.sh
unset SKIP_WASM_BUILD
die() { echo "build_release: $*" >&2; exit 1; }

if [ "$rehearsal" = false ] && [ -n "$(git status --porcelain)" ]; then
	die "the clone has changes: a release is of a commit"
fi
commit=$(git rev-parse HEAD)
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
name=assay-$version
# Times in the archive are the commit's, so that the same commit gives the same archive.
epoch=$(git log -1 --format=%ct)

echo "build_release: $name, commit $commit, profile $profile"
work=$(mktemp -d)
place=
trap 'rm -rf "$work" ${place:+"$place"}' EXIT
here=$PWD
if [ "$rehearsal" = false ]; then
	# The bytes of the runtime depend on the path of its sources, because cargo names crates by that. So
	# every build uses a clone at the same path, and rewrites the other paths.
	mkdir /var/tmp/assay-build || die "/var/tmp/assay-build is there: another build, or what is left of one"
	place=/var/tmp/assay-build
	git clone -q --shared . "$place/clone"
	cd "$place/clone"
	export WASM_BUILD_WORKSPACE_HINT=$PWD
fi
rewritten() {
	export WASM_BUILD_RUSTFLAGS="--remap-path-prefix=$PWD=/assay \
--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$CARGO_TARGET_DIR=/target"
}
[ "$rehearsal" = true ] || rewritten
# One command, because separate ones would use other features of the dependencies. A rehearsal takes the
# whole workspace, because the tests have built that.
packages=(-p assay-node -p assay-cli)
[ "$rehearsal" = false ] || packages=(--workspace)
cargo build --profile "$profile" --locked "${packages[@]}" --bins \
	--features assay-node/production,assay-node/metadata-hash
built=$CARGO_TARGET_DIR/$profile
runtime=wbuild/assay-runtime/assay_runtime.compact.compressed.wasm

# Build the runtime again from nothing, in another target folder: the bytes must be the same.
if [ "$rehearsal" = false ]; then
	(
		export CARGO_TARGET_DIR=$work/target
		rewritten
		# The build script makes the blob: of the rest the types are enough.
		cargo check --profile "$profile" --locked -p assay-runtime --features production,metadata-hash
	)
	cmp "$built/$runtime" "$work/target/$profile/$runtime" ||
		die "two builds of the runtime differ"
fi

# The program that proves with STWO: of the same commit and profile, in its own target folder.
prover=$(scripts/build/stwo.sh "$profile")
cd "$here"

deny=$(scripts/build/tool.sh cargo-deny)
"$deny" --locked -L error check licenses bans sources

root=$work/$name
mkdir -p "$root"/{bin,runtime,chains,deploy}
cp "$built"/{assay-node,assay} "$root/bin/"
cp "$prover" "$root/bin/assay-stwo"
cp "$built/$runtime" "$root/runtime/"
cp LICENSE README.md CHANGELOG.md SECURITY.md "$root/"
# For shells and for man, made by the client itself.
mkdir -p "$root/completions"
for shell in bash zsh fish; do
	"$root/bin/assay" completions "$shell" >"$root/completions/assay.$shell"
done
"$root/bin/assay" man --out "$root/man" >/dev/null
cp -r docs "$root/docs"
cp -r deploy/. "$root/deploy/"
# What runbooks take from a clone, at the same place: proofs that the client cannot make.
mapfile -t taken < <(sed -n 's|.*\$ASSAY_ROOT/\([a-z0-9/_-]*\).*|\1|p' docs/runbooks/*.md | sort -u)
cp -r --parents "${taken[@]}" "$root"
for chain in dev local; do
	"$root/bin/assay-node" export-chain-spec --chain "$chain" --raw --output "$root/chains/$chain.json"
done
python3 -m scripts.workshop.sbom >"$root/sbom.cdx.json"
python3 - "$root" "$version" "$commit" "$rehearsal" "$(rustc -V)" <<'END'
import hashlib, json, pathlib, sys
root, version, commit, rehearsal, compiler = sys.argv[1:]
blob = pathlib.Path(root, "runtime/assay_runtime.compact.compressed.wasm").read_bytes()
pathlib.Path(root, "VERSION.json").write_text(json.dumps({
    "version": version, "commit": commit, "rehearsal": rehearsal == "true", "compiler": compiler,
    "runtime": {"sha256": hashlib.sha256(blob).hexdigest(),
                "blake2_256": hashlib.blake2b(blob, digest_size=32).hexdigest()},
}, indent="\t") + "\n")
END
(cd "$root" && find . -type f ! -name SHA256SUMS -print0 | sort -z | xargs -0 sha256sum >SHA256SUMS)
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$epoch" \
	-C "$work" -cf - "$name" | gzip -n >"$out/$name.tar.gz"
(cd "$out" && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")

# Check the archive itself.
if [ "$rehearsal" = true ]; then
	scripts/release/verify.sh --rehearsal "$out/$name.tar.gz"
else
	scripts/release/verify.sh "$out/$name.tar.gz"
fi
