#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The functional tests: each file of zombienet/tests on a network of its own.
#
#   zombienet/test.sh [NAME...]       register, submit, disable, restart; all unless named
#
# ASSAY_NODE, ASSAY_CLIENT and ASSAY_STRESS name other binaries than those of the build.
# Exit status: 0 all passed, 1 one failed, 2 they could not be run.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/env.sh
. scripts/env.sh
# shellcheck disable=SC2034 # read by common.sh
build=1
# shellcheck source=zombienet/common.sh
. zombienet/common.sh

[ $# -gt 0 ] || set -- register submit disable restart
for name in "$@"; do
	[ -r "zombienet/tests/$name.zndsl" ] || die "no test $name"
done

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

export ASSAY_NODE=$node ASSAY_CLIENT=$client ASSAY_TEST_FILES=$files ASSAY_IMAGE=assay-node
status=0
for name in "$@"; do
	begin=$SECONDS
	log=$work/$name.log
	start "$zombienet" -l text -p native -d "$work/$name" -f test "zombienet/tests/$name.zndsl" \
		</dev/null >"$log" 2>&1
	verdict=ok
	wait "${groups[0]}" || verdict=FAILED
	printf '%-12s %-7s %4d s\n' "$name" "$verdict" $((SECONDS - begin))
	if [ "$verdict" = FAILED ]; then
		status=1
		tail -n 40 "$log" >&2
	fi
done
exit "$status"
