# SPDX-License-Identifier: Apache-2.0
"""What scripts/measure/disk.sh does with the two nodes that it started, one of which forgets blocks.

Fills a block with proofs in each of several waves. Writes CSV: one row for each wave, with the bytes of
all blocks so far and the size of each database. Prints the bytes of disk for a byte of blocks.
"""

import argparse
import csv
import json
import pathlib
import time

from scripts.workshop.common import Json
from scripts.workshop.demo import Node
from scripts.workshop.full_blocks import run
from scripts.workshop.observability import wait_for

AIR, DEGREE_BITS, HASH = "fibonacci", 14, "blake3"
# Proofs of a wave: as many as fit into a block.
PROOFS, WAVES = 80, 12
# Blocks after a wave until the node that prunes has forgotten it, with finality's lag.
FORGOTTEN = 14
# The database writes to its tables behind its log.
SETTLE_S = 5


def size(folder: pathlib.Path) -> int:
    """Bytes that the database takes on disk."""
    files = folder.glob("chains/*/paritydb/**/*")
    return sum(file.stat().st_blocks * 512 for file in files if file.is_file())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, type=pathlib.Path, help="folder of the binaries")
    parser.add_argument("--port", required=True, type=int, help="the RPC port of the node that keeps all")
    parser.add_argument("--dir", required=True, type=pathlib.Path, help="folder for the files")
    parser.add_argument("--keeps", required=True, type=pathlib.Path, help="base path of that node")
    parser.add_argument("--prunes", required=True, type=pathlib.Path, help="base path of the other")
    parser.add_argument("--out", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    assay, filler = arguments.bin / "assay", arguments.bin / "examples" / "fill_blocks"
    url = f"ws://127.0.0.1:{arguments.port}"
    node = Node(arguments.port)

    def final() -> int:
        header = node.call("chain_getHeader", node.call("chain_getFinalizedHead"))
        return int(header["number"], 16)

    key: Json = {}
    blocks = 0
    rows = []
    for wave in range(WAVES):
        folder = arguments.dir / str(wave)
        folder.mkdir(parents=True)
        if not key:
            vk = folder / "key.vk"
            key = json.loads(run(assay, "--json", "export", AIR, "--degree-bits", DEGREE_BITS,
                                 "--hash", HASH, "--out", vk))
            run(filler, url, "register", folder)
        for proof in range(PROOFS):
            run(assay, "prove", AIR, "--vk", vk, "--seed", 1 + wave * PROOFS + proof,
                "--proof", folder / f"{proof:03}.proof",
                "--public-values", folder / f"{proof:03}.public-values")
        filled = [json.loads(line)
                  for line in run(filler, url, "submit", key["vk_hash"], folder).splitlines()]
        blocks += sum(block["bytes"] for block in filled)
        last = max(block["block"] for block in filled)
        wait_for(f"block {last} is forgotten", lambda: final() >= last + FORGOTTEN, 300)
        time.sleep(SETTLE_S)
        rows.append((wave, blocks, size(arguments.keeps), size(arguments.prunes)))
        print(f"wave {wave}: {blocks / 1e6:.1f} MB of blocks; databases "
              f"{rows[-1][2] / 1e6:.1f} and {rows[-1][3] / 1e6:.1f} MB", flush=True)

    with open(arguments.out, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["wave", "block_bytes", "keeps_bytes", "prunes_bytes"])
        writer.writerows(rows)
    # From the second wave on: a database begins with tables and logs of its own.
    more = rows[-1][1] - rows[1][1]
    for name, place in (("keeps every block", 2), ("prunes", 3)):
        print(f"the node that {name}: {(rows[-1][place] - rows[1][place]) / more:.3f} bytes for a byte")


if __name__ == "__main__":
    main()
