# SPDX-License-Identifier: Apache-2.0
"""What scripts/measure/full_blocks.sh does with the node that it started.

`fill` makes keys and proofs for each mix, registers and submits them from as many accounts, and
writes which blocks they filled. `measure` executes those blocks again and prints CSV: what a block
held, what it was charged and what it took, in milliseconds, without the database's commit.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
from datetime import date

from scripts.workshop.common import Json, commit, cpu

# Mix, AIR, log2 of the rows, hash, calls. `proofs` are of one key and different statements; `keys`
# is one key and proof each with another number of queries (the AIR has no public values, so that
# one key has one statement); `registrations` are keys alone.
MIXES = [
    ("proofs", "fibonacci", 14, "poseidon2", 90),
    ("proofs", "fibonacci", 14, "blake3", 90),
    ("proofs", "consensus-quorum", 9, "poseidon2", 60),
    ("keys", "keccak-air", 10, "poseidon2", 9),
    ("registrations", "keccak-air", 10, "keccak", 40),
]


def run(*command: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"full_blocks: {command[0]} {command[1]}: {done.stderr.strip()}")
    return done.stdout


def say(message: str) -> None:
    print(f"full_blocks: {message}", file=sys.stderr, flush=True)


def fill(arguments: argparse.Namespace) -> None:
    assay, filler = arguments.bin / "assay", arguments.bin / "examples" / "fill_blocks"
    url = f"ws://127.0.0.1:{arguments.port}"

    def export(
        folder: pathlib.Path, name: str, air: str, degree_bits: int, hash_name: str, *options: object
    ) -> tuple[pathlib.Path, Json]:
        vk = folder / f"{name}.vk"
        key = json.loads(run(
            assay, "--json", "export", air, "--degree-bits", degree_bits, "--hash", hash_name,
            "--out", vk, *options,
        ))
        return vk, key

    def prove(folder: pathlib.Path, name: str, air: str, vk: pathlib.Path, seed: int) -> None:
        run(
            assay, "prove", air, "--vk", vk, "--seed", seed, "--proof", folder / f"{name}.proof",
            "--public-values", folder / f"{name}.public-values",
        )

    def filled(*call: object) -> list[Json]:
        return [json.loads(line) for line in run(filler, url, *call).splitlines()]

    blocks = []
    for number, (mix, air, degree_bits, hash_name, calls) in enumerate(MIXES):
        folder = arguments.dir / str(number)
        folder.mkdir(parents=True)
        say(f"{mix}: {air}, 2^{degree_bits} rows, {hash_name}")
        if mix == "proofs":
            vk, key = export(folder, "key", air, degree_bits, hash_name)
            filled("register", folder)
            for call in range(calls):
                prove(folder, f"{call:03}", air, vk, call + 1)
            made = filled("submit", key["vk_hash"], folder)
        else:
            queries = export(folder, "0", air, degree_bits, hash_name)[1]["fri"]["num_queries"]
            (folder / "0.vk").unlink()
            keys = [
                export(folder, f"{call:03}", air, degree_bits, hash_name, "--queries", queries + call)
                for call in range(calls)
            ]
            made = filled("register", folder)
            if mix == "keys":
                # One call a key: all of them in one go would need one hash for all.
                single = []
                for call, (vk, key) in enumerate(keys):
                    prove(folder, f"{call:03}", air, vk, 1)
                    single.append(key["vk_hash"])
                made = filled("submit", ",".join(single), folder)
        full = max(made, key=lambda block: block["bytes"])
        say(f"  block {full['block']}: {full['calls']} calls, {full['bytes'] / 1e6:.2f} MB")
        blocks.append({"mix": mix, "air": air, "hash": hash_name, "degree_bits": degree_bits, **full})
    arguments.blocks.write_text(json.dumps(blocks))


def measure(arguments: argparse.Namespace) -> None:
    print(f"# {date.today()}, commit {commit()}, {cpu()}; mean of ten executions")
    print("mix,air,rows,hash,block,calls,megabytes,charged_ms,took_ms,took/charged")
    for block in json.loads(arguments.blocks.read_text()):
        number = block["block"]
        done = subprocess.run(
            [
                arguments.node, "benchmark", "block", "--dev", "--base-path", arguments.base_path,
                "--from", str(number), "--to", str(number), "--repeat", "10",
            ],
            capture_output=True, text=True,
        )
        said = re.search(r"\(\s*([\d,]+) of\s+([\d,]+) ns\)", done.stderr + done.stdout)
        if done.returncode or not said:
            sys.exit(f"full_blocks: benchmark block {number}: {done.stderr[-2000:]}")
        took, charged = (int(part.replace(",", "")) / 1e6 for part in said.groups())
        print(
            f"{block['mix']},{block['air']},2^{block['degree_bits']},{block['hash']},{number},"
            f"{block['calls']},{block['bytes'] / 1e6:.2f},{charged:.0f},{took:.0f},"
            f"{took / charged:.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("fill")
    command.add_argument("--bin", required=True, type=pathlib.Path, help="folder of the binaries")
    command.add_argument("--port", required=True, type=int, help="the node's RPC port")
    command.add_argument("--dir", required=True, type=pathlib.Path, help="folder for the files")
    command.add_argument("--blocks", required=True, type=pathlib.Path)
    command.set_defaults(run=fill)
    command = commands.add_parser("measure")
    command.add_argument("--node", required=True, type=pathlib.Path)
    command.add_argument("--base-path", required=True, type=pathlib.Path)
    command.add_argument("--blocks", required=True, type=pathlib.Path)
    command.set_defaults(run=measure)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
