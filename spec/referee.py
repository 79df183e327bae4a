#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Replays what the Rust verifiers returned, and says where this specification disagrees.

    python3 spec/referee.py CORPUS... [--jobs N] [--keep FILE]
    python3 spec/referee.py --vectors [--jobs N] [--flips N]

See README.md for the form of a record.
"""

import argparse
import importlib
import os
import random
import re
import sys
import time
import traceback
from collections import Counter
from multiprocessing import Pool
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from spec.common import Refused  # noqa: E402

MAX_VK_BYTES = 512 * 1024 + 256
SYSTEMS = {1: "plonky3", 2: "stwo", 3: "cairo", 4: "plonky3_batch"}
ACCEPTED, BROKEN = "accepted", "BROKEN"
# Bits of security are not computed here: a key refused for them alone is one that `check` accepts.
SECURITY_TOO_LOW = "security_too_low"


def labels():
    """The number of each error class, from the table that defines them."""
    table = (ROOT / "primitives/types/src/error.rs").read_text()
    found = re.findall(r'^\s*\w+ = (\d+), "(\w+)";', table, re.MULTILINE)
    return {0: ACCEPTED} | {int(code): label for code, label in found}


def verdict(kind, vk, public_values, proof):
    """`accepted` or the label of the refusal. `kind`: v to verify, k to check a key."""
    try:
        if len(vk) > MAX_VK_BYTES:
            raise Refused("vk_too_long")
        if not vk:
            raise Refused("vk_malformed")
        if vk[0] not in SYSTEMS:
            raise Refused("unsupported_version")
        module = "verifier" if kind == "v" else "key"
        system = importlib.import_module(f"spec.{SYSTEMS[vk[0]]}.{module}")  # fails if it is not there
        if kind == "v":
            system.verify(vk, public_values, proof)
        else:
            system.check(vk)
        return ACCEPTED
    except Refused as refused:
        return refused.label


def guarded(task):
    """As `verdict`, for a pool: any other exception is an error of the specification."""
    number, expected, kind, *parts = task
    try:
        return number, expected, verdict(kind, *parts), None
    except ModuleNotFoundError as missing:
        return number, expected, BROKEN, f"    no specification: {missing}"
    except Exception:
        return number, expected, BROKEN, traceback.format_exc()


# --- Records


def records(data):
    """(kind, code, key, public values, proof, the record's own bytes) of each record."""
    at = 0
    while at < len(data):
        start, kind = at, chr(data[at])
        code, at = int.from_bytes(data[at + 1 : at + 5], "little"), at + 5
        parts = []
        for _ in range(3):
            length, at = int.from_bytes(data[at : at + 4], "little"), at + 4
            parts.append(data[at : at + length])
            at += length
        if kind not in "vk" or at > len(data):
            raise SystemExit(f"no record at byte {start}")
        yield kind, code, *parts, data[start:at]


def agree(expected, got):
    return got == expected or (expected == SECURITY_TOO_LOW and got == ACCEPTED)


def replay(arguments):
    names = labels()
    corpus = [record for path in arguments.corpus for record in records(Path(path).read_bytes())]
    tasks = [
        (number, names.get(code, f"code {code}"), kind, *parts)
        for number, (kind, code, *parts, _) in enumerate(corpus)
    ]
    counts, failed, kept, began = Counter(), 0, bytearray(), time.time()
    with Pool(arguments.jobs) as pool:
        for number, expected, got, trace in pool.imap(guarded, tasks, chunksize=8):
            counts[expected] += 1
            if agree(expected, got):
                continue
            failed += 1
            kept += corpus[number][-1]
            print(f"record {number} ({corpus[number][0]}): Rust {expected}, specification {got}")
            if trace:
                print(trace)
    for label, count in sorted(counts.items()):
        print(f"{count:8} {label}")
    if arguments.keep and kept:
        Path(arguments.keep).write_bytes(kept)
        print(f"the records in dispute are in {arguments.keep}")
    print(f"{time.time() - began:.1f} s")
    return len(corpus) - failed, failed


# --- Committed vectors

FIXTURES = [
    "pallets/proof-verifier/fixtures",
    "primitives/plonky3/fixtures/batch",
    "primitives/plonky3/fixtures/koala_bear",
    "primitives/stwo/fixtures",
    "primitives/stwo/fixtures/cairo",
]
SEEDS = "fuzz/seeds/verify"
# Keys that lie: each with a proof that the compared systems once took, or whose honest proofs fail.
HOSTILE = {
    "primitives/plonky3/fixtures/hostile": "degree_too_high",
    "primitives/stwo/fixtures/hostile": "unsupported_parameters",
}
# Keys that constrain nothing, which is asked at registration: under them any proof holds.
IDLE = "primitives/stwo/fixtures/idle"


def framed(data):
    """A seed of the fuzzers: key and public values behind their lengths, then the proof."""
    parts = []
    for _ in range(2):
        length = int.from_bytes(data[:4], "little")
        if len(data) < 4 + length:
            return None
        parts.append(data[4 : 4 + length])
        data = data[4 + length :]
    return *parts, data


def committed(folder):
    """(name, triple) of each in a folder of fixtures."""
    for path in sorted((ROOT / folder).glob("*_vk_v1.bin")):
        name = path.name.removesuffix("_vk_v1.bin")
        files = [path.with_name(f"{name}_{part}_v1.bin") for part in ("vk", "public_values", "proof")]
        if all(file.exists() for file in files):
            yield f"{folder}/{name}", [file.read_bytes() for file in files]


def triples():
    """(name, triple) of each committed one that holds."""
    for folder in FIXTURES:
        yield from committed(folder)
    for path in sorted((ROOT / SEEDS).glob("*")):
        triple = framed(path.read_bytes())
        if triple and triple[0] and triple[0][0] in SYSTEMS:
            yield f"{SEEDS}/{path.name}", list(triple)


def flipped(triple, rng):
    """The triple with one bit of its key, public values or proof flipped."""
    parts = [bytearray(part) for part in triple]
    part = parts[rng.choices((0, 1, 2), (2, 1, 6))[0]]
    part[rng.randrange(len(part))] ^= 1 << rng.randrange(8)
    return [bytes(part) for part in parts]


def vectors(arguments):
    rng, tasks, names = random.Random(0), [], []

    def add(name, expected, kind, parts):
        names.append(name)
        tasks.append((len(tasks), expected, kind, *parts))

    for name, triple in triples():
        add(name, ACCEPTED, "v", triple)
        add(f"{name}, its key", ACCEPTED, "k", [triple[0], b"", b""])
        for flip in range(arguments.flips):
            add(f"{name}, flip {flip}", "refused", "v", flipped(triple, rng))
    for folder, label in HOSTILE.items():
        for name, triple in committed(folder):
            add(name, label, "v", triple)
            add(f"{name}, its key", label, "k", [triple[0], b"", b""])
    for name, triple in committed(IDLE):
        add(name, ACCEPTED, "v", triple)
        add(f"{name}, its key", "constrains_nothing", "k", [triple[0], b"", b""])

    counts, failed, began = Counter(), 0, time.time()
    with Pool(arguments.jobs) as pool:
        for number, expected, got, trace in pool.imap(guarded, tasks):
            good = got not in (ACCEPTED, BROKEN) if expected == "refused" else got == expected
            counts[got] += 1
            failed += not good
            if not good or (expected != "refused" and tasks[number][2] == "v"):
                print(f"{'ok  ' if good else 'FAIL'} {names[number]}: {got}")
            if trace:
                print(trace)
    for label, count in sorted(counts.items()):
        print(f"{count:8} {label}")
    print(f"{time.time() - began:.1f} s")
    return len(tasks) - failed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("corpus", nargs="*", help="files of records")
    parser.add_argument("--vectors", action="store_true", help="verify what is committed, and flips of it")
    parser.add_argument("--flips", type=int, default=6, help="flips of each vector")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
    parser.add_argument("--keep", help="write the records in dispute to this file")
    arguments = parser.parse_args()
    if not arguments.corpus and not arguments.vectors:
        parser.error("no corpus")
    passed = failed = 0
    for run in ([replay] if arguments.corpus else []) + ([vectors] if arguments.vectors else []):
        good, bad = run(arguments)
        passed, failed = passed + good, failed + bad
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
