#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Tests the features that choose proof systems: allowed combinations work, and the others fail to compile
# with a reason.
#
#   scripts/test/systems.sh            the pallet: with the mock, with each proof system alone, and the
#                                       combinations that it refuses; part of CI
#   scripts/test/systems.sh --all      and the profile `production` itself, and the chain's runtime
#                                       with one proof system: ten minutes more, mostly of wasm-opt
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=scripts/env.sh
. scripts/env.sh
export SKIP_WASM_BUILD=1
# Always the same features of the dependencies, as in scripts/test.sh too, so that they compile once:
# those of `always`, and those of each test.
pallet=(--release --locked -p pallet-proof-verifier --no-default-features)
always=std,runtime-benchmarks,try-runtime

# refused MESSAGE CARGO_ARGUMENTS...: it must fail to compile, with MESSAGE as the reason.
refused() {
	local message=$1 log
	shift
	if log=$(cargo "$@" 2>&1); then
		echo "compiled, and must not: cargo $*" >&2
		return 1
	fi
	if ! grep -qF "$message" <<<"$log"; then
		echo "not refused with '$message': cargo $*" >&2
		tail -n 40 <<<"$log" >&2
		return 1
	fi
	echo "refused, as it must be: cargo $*"
}

mock='`backend-mock` takes a marker for a proof: it can'"'"'t'
cargo test "${pallet[@]}" --features $always,backend-mock --test backend_mock
# One feature for each system, so the features list the systems.
mapfile -t systems < <(sed -n 's/^backend-\([a-z0-9]*\) = .*assay-systems.*/\1/p' pallets/proof-verifier/Cargo.toml)
[ "${#systems[@]}" -gt 0 ]
for system in "${systems[@]}"; do
	refused "$mock stand beside a real proof system" \
		rustc "${pallet[@]}" --features "$always,backend-mock,backend-$system"
done
refused "$mock be in a production build" \
	rustc "${pallet[@]}" --features $always,backend-mock,production
# What build.rs says in that profile, without compiling everything in it.
refused "$mock be in the profile \`production\`" \
	rustc "${pallet[@]}" --features $always,backend-mock -- --cfg assay_production_profile

for system in "${systems[@]}"; do
	cargo test "${pallet[@]}" --features "$always,backend-$system" --test single_system
done

# A chain with one proof system compiles no crate of another's.
for system in "${systems[@]}"; do
	crates=$(cargo tree --locked -p pallet-proof-verifier --no-default-features \
		--features "std,backend-$system" -e normal,build --prefix none --format '{p}' | sort -u)
	case $system in
	plonky3) others='^(stwo|assay-stwo)' ;;
	*) others='^(p3-|assay-plonky3)' ;;
	esac
	if grep -E "$others" <<<"$crates"; then
		echo "a chain with $system alone compiles these" >&2
		exit 1
	fi
	echo "$system alone compiles $(wc -l <<<"$crates") crates, none of another system's"
done

[ "${1:-}" = --all ] || exit 0
refused "$mock be in the profile \`production\`" check --profile production --locked \
	-p pallet-proof-verifier --no-default-features --features std,backend-mock
for system in "${systems[@]}"; do
	cargo check --release --locked -p assay-runtime --no-default-features \
		--features "std,backend-$system"
done
refused 'no proof system: turn on a feature of the runtime whose name begins with `backend-`' \
	check --release --locked -p assay-runtime --no-default-features --features std
