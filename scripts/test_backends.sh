#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The features that choose proof systems: what may be combined compiles, what may not says why.
#
#   scripts/test_backends.sh            everything
#   scripts/test_backends.sh mock       the pallet with the mock, and the combinations it refuses
#   scripts/test_backends.sh single     the chain's runtime and the node's host functions with one
#                                       back end, which refuse the keys of the other
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/env.sh
. scripts/env.sh
export SKIP_WASM_BUILD=1
pallet=(-p pallet-proof-verifier --no-default-features)

# refused MESSAGE CARGO_ARGUMENTS...: it must not compile, for the reason that MESSAGE is.
refused() {
	local message=$1 log
	shift
	if log=$(cargo check --locked "$@" 2>&1); then
		echo "compiled, and must not: cargo check $*" >&2
		return 1
	fi
	if ! grep -qF "error: $message" <<<"$log"; then
		echo "not refused with '$message': cargo check $*" >&2
		tail -n 40 <<<"$log" >&2
		return 1
	fi
	echo "refused, as it must be: ${*: -1}"
}

mock() {
	cargo test --release --locked "${pallet[@]}" --features std,backend-mock --test backend_mock
	refused '`backend-mock` takes a marker for a proof: it can'"'"'t stand beside a real back end' \
		--release "${pallet[@]}" --features std,backend-mock,backend-plonky3
	refused '`backend-mock` takes a marker for a proof: it can'"'"'t stand beside a real back end' \
		--release "${pallet[@]}" --features std,backend-mock,backend-stwo
	refused '`backend-mock` takes a marker for a proof: it can'"'"'t be in a production build' \
		--release "${pallet[@]}" --features std,backend-mock,production
}

# In a target folder of its own: nothing else is built with this profile here, so only types that
# the pallet needs are checked.
production_profile() {
	refused '`backend-mock` takes a marker for a proof: it can'"'"'t be in the profile `production`' \
		--profile production "${pallet[@]}" --features std,backend-mock
}

single() {
	local backend
	for backend in plonky3 stwo; do
		cargo test --release --locked "${pallet[@]}" --features "std,backend-$backend" \
			--test single_backend
		cargo check --release --locked -p assay-runtime --no-default-features \
			--features "std,backend-$backend"
	done
	refused 'no back end: turn on `backend-plonky3`, `backend-stwo` or both' \
		--release -p assay-runtime --no-default-features --features std
}

case ${1:-all} in
all)
	mock
	production_profile
	single
	;;
mock) mock ;;
production_profile) production_profile ;;
single) single ;;
*)
	echo "unknown part: $1" >&2
	exit 2
	;;
esac
