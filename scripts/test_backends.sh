#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The features that choose proof systems: what may be combined works, what may not says why it does
# not compile.
#
#   scripts/test_backends.sh            the pallet: with the mock, with either back end alone, and the
#                                       combinations that it refuses; part of CI
#   scripts/test_backends.sh --all      and the profile `production` itself, and the chain's runtime
#                                       with one back end: ten minutes more, mostly of wasm-opt
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/env.sh
. scripts/env.sh
export SKIP_WASM_BUILD=1
# Always the same features of the dependencies, also as in scripts/test.sh, so that they are compiled
# once: those of `always`, and what each test is about.
pallet=(--release --locked -p pallet-proof-verifier --no-default-features)
always=std,runtime-benchmarks,try-runtime

# refused MESSAGE CARGO_ARGUMENTS...: it must not compile, for the reason that MESSAGE is.
refused() {
	local message=$1 log
	shift
	if log=$(cargo "$@" 2>&1); then
		echo "compiled, and must not: cargo $*" >&2
		return 1
	fi
	if ! grep -qF "error: $message" <<<"$log"; then
		echo "not refused with '$message': cargo $*" >&2
		tail -n 40 <<<"$log" >&2
		return 1
	fi
	echo "refused, as it must be: cargo $*"
}

mock='`backend-mock` takes a marker for a proof: it can'"'"'t'
cargo test "${pallet[@]}" --features $always,backend-mock --test backend_mock
refused "$mock stand beside a real back end" \
	rustc "${pallet[@]}" --features $always,backend-mock,backend-plonky3
refused "$mock stand beside a real back end" \
	rustc "${pallet[@]}" --features $always,backend-mock,backend-stwo
refused "$mock be in a production build" \
	rustc "${pallet[@]}" --features $always,backend-mock,production
# What build.rs says in that profile, without compiling everything in it.
refused "$mock be in the profile \`production\`" \
	rustc "${pallet[@]}" --features $always,backend-mock -- --cfg assay_production_profile

for backend in plonky3 stwo; do
	cargo test "${pallet[@]}" --features "$always,backend-$backend" --test single_backend
done

[ "${1:-}" = --all ] || exit 0
refused "$mock be in the profile \`production\`" check --profile production --locked \
	-p pallet-proof-verifier --no-default-features --features std,backend-mock
for backend in plonky3 stwo; do
	cargo check --release --locked -p assay-runtime --no-default-features \
		--features "std,backend-$backend"
done
refused 'no back end: turn on `backend-plonky3`, `backend-stwo` or both' \
	check --release --locked -p assay-runtime --no-default-features --features std
