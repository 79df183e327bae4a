# SPDX-License-Identifier: Apache-2.0
"""`python3 -m spec.stwo.verifier`, from the repository's root: verifies the committed proofs, and refuses changed
ones."""

import glob
import random
import sys
import time

from spec.common import Refused
from spec.stwo import key
from spec.stwo.verifier import verify

FOLDERS = ("primitives/stwo/fixtures", "pallets/proof-verifier/fixtures")


def cases(pattern):
    for vk in sorted(glob.glob(pattern)):
        parts = [vk.replace("_vk_v1", f"_{part}_v1") for part in ("vk", "public_values", "proof")]
        yield vk[: -len("_vk_v1.bin")], tuple(open(part, "rb").read() for part in parts)


def label(verify, *case):
    try:
        verify(*case)
    except Refused as refused:
        return refused.label
    return "accepted"


def run(verify, check, cases, flips):
    """Each case is accepted, and so is its key; with `flips` changed bytes in each part it is not."""
    draw, failed = random.Random(1), False
    for name, case in cases:
        started = time.process_time()
        registered, verdict = label(check, case[0]), label(verify, *case)
        first = time.process_time() - started
        label(verify, *case)
        again = time.process_time() - started - first
        seen = {}
        for part in (0, 1, 2) * flips:
            changed = [bytearray(bytes_) for bytes_ in case]
            at = draw.randrange(len(changed[part]))
            changed[part][at] ^= 1 << draw.randrange(8)
            refused = label(verify, *map(bytes, changed))
            seen[refused] = seen.get(refused, 0) + 1
        good = registered == verdict == "accepted" and "accepted" not in seen
        failed |= not good
        counts = ", ".join(f"{count} {refused}" for refused, count in sorted(seen.items()))
        times = f"{1000 * first:.0f} ms, then {1000 * again:.0f} ms"
        print(f"{'ok ' if good else 'BAD'} {name}: key {registered}, proof {verdict}, {times}; changed: {counts}")
    return failed


def main():
    found = [case for folder in FOLDERS for case in cases(f"{folder}/*_vk_v1.bin") if case[1][0][0] == 2]
    sys.exit(run(verify, key.check, found, 8))
