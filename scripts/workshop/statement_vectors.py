# SPDX-License-Identifier: Apache-2.0
"""Recomputes docs/statement-vectors.json from its inputs; the exit status is 1 on a mismatch.

Plain Python with the standard library only: a second implementation of the formulae, which shares
no code with the chain. `--write` fills the hashes in instead of checking them.
"""

import hashlib
import json
import sys

from scripts.workshop import ROOT
from scripts.workshop.common import Json

FILE = ROOT / "docs" / "statement-vectors.json"


def vk_hash(vk: bytes) -> bytes:
    """Name of a verifying key on a chain, from its SCALE bytes."""
    return hashlib.sha256(b"assay/vk/v1" + vk).digest()


def preimage(context: bytes, key: bytes, verifier_version: int, values: list[int]) -> bytes:
    """What a statement is the SHA-256 of."""
    assert len(context) == 32 and len(key) == 32

    def u32(number: int) -> bytes:
        return number.to_bytes(4, "little")

    return b"".join(
        [
            b"assay/statement/v1", context, key, u32(verifier_version), u32(len(values)),
            *map(u32, values),
        ]
    )


def of_tasks(tasks: list[Json]) -> list[int]:
    """What a bootloader puts out: its tasks, eight words a number."""
    numbers = [len(tasks)]
    for task in tasks:
        output = [int(number, 16) for number in task["output"]]
        numbers += [len(output) + 2, int(task["program"], 16), *output]
    assert all(number < 2**251 + 17 * 2**192 + 1 for number in numbers)
    return [number >> 32 * word & 0xFFFF_FFFF for number in numbers for word in range(8)]


def recomputed(vector: Json) -> Json:
    """The vector with its hashes as they should be."""
    if "tasks" in vector:
        vector = vector | {"public_values": of_tasks(vector["tasks"])}
    if "vk" in vector:
        return vector | {"vk_hash": vk_hash(bytes.fromhex(vector["vk"])).hex()}
    message = preimage(
        bytes.fromhex(vector["context"]), bytes.fromhex(vector["vk_hash"]),
        vector["verifier_version"], vector["public_values"],
    )
    return vector | {
        "preimage_bytes": len(message), "statement": hashlib.sha256(message).hexdigest()
    }


def as_json(document: Json) -> str:
    """One field a line, but a list of numbers on a single one."""
    text = json.dumps(document, indent="\t")
    for vector in document["statements"]:
        values = vector["public_values"]
        text = text.replace(
            json.dumps({"public_values": values}, indent="\t")[3:-2].replace("\n\t", "\n\t\t\t"),
            '"public_values": ' + json.dumps(values),
        )
    return text + "\n"


def main() -> int:
    document = json.loads(FILE.read_text())
    wrong: list[str] = []
    seen: set[str] = set()
    for kind in ("vk_hashes", "statements"):
        for vector in document[kind]:
            right = recomputed(vector)
            if right != vector:
                wrong.append(vector["name"])
            vector.update(right)
            hashed = vector["statement" if kind == "statements" else "vk_hash"]
            # The vectors differ in one input each: two equal hashes would be a part left out.
            if hashed in seen:
                wrong.append(f"{vector['name']} (same hash as another)")
            seen.add(hashed)
    if sys.argv[1:] == ["--write"]:
        FILE.write_text(as_json(document))
        return 0
    for name in wrong:
        print(f"{FILE.name}: {name}: not what the formula gives", file=sys.stderr)
    if not wrong:
        print(f"{FILE.name}: {len(seen)} vectors agree")
    return 1 if wrong or not seen else 0


if __name__ == "__main__":
    sys.exit(main())
