# SPDX-License-Identifier: Apache-2.0
"""Writes proofs of STWO in upstream's own form, the JSON of its `StarkProof`, for the tests of what reads it:

    python3 -m scripts.workshop.stwo_json [--check]

Seeded ones are the committed proofs of primitives/stwo/fixtures, in the other form. The foreign ones are of a trace
that is zero everywhere, which satisfies the constraints of `fibonacci`: then every polynomial is zero too, so that a
proof under any transcript can be written without a prover. --check compares with what is committed.
"""

import json
import pathlib
import struct
import sys
from collections.abc import Iterable
from typing import Any

from scripts.workshop import ROOT
from scripts.workshop.common import Json
from spec.common import Reader
from spec.stwo import fri, key as keys, proof as proofs
from spec.stwo.channel import Channel
from spec.stwo.field import QM31
from spec.stwo.proof import Opening, Proof, leaf_packing

FIXTURES = ROOT / "primitives/stwo/fixtures"
# What a transcript may have been mixed before the first commitment, beside what a chain asks for.
FOREIGN = ("nothing", "config", "unnamed")
ZERO = QM31(0)


def felt(value: QM31) -> list[list[int]]:
    """A secure field element: two pairs."""
    a, b, c, d = struct.unpack("<4I", value.bytes())
    return [[a, b], [c, d]]


def digests(found: Iterable[bytes]) -> list[list[int]]:
    return [list(digest) for digest in found]


def written(key: Any, proof: Proof) -> Json:
    """What upstream's serde writes of a proof."""
    params = key.params
    roots = [key.preprocessed_root, proof.trace_root]
    if key.has_interaction:
        roots.append(proof.interaction_root)
    trees = [tree for tree in range(4) if tree != 2 or key.has_interaction]
    opened = [proof.openings[tree] for tree in trees]
    layers = [
        {"fri_witness": [felt(value) for value in layer.values],
         "decommitment": {"hash_witness": digests(layer.siblings)}, "commitment": list(root)}
        for root, layer in zip(proof.layer_roots, proof.layers)
    ]
    return {
        "config": {
            "pow_bits": params.query_grinding_bits,
            "fri_config": {
                "log_blowup_factor": params.log_blowup, "log_last_layer_degree_bound": params.log_last_layer,
                "n_queries": params.num_queries, "fold_step": params.fold_step,
            },
            "lifting_log_size": params.lifting_log_size,
        },
        "commitments": digests([*roots, proof.composition_root]),
        "sampled_values": [[[felt(value) for value in column] for column in proof.samples[tree]] for tree in trees],
        "decommitments": [{"hash_witness": digests(opening.siblings) if opening else []} for opening in opened],
        "queried_values": [[list(column) for column in zip(*opening.values)] if opening else [] for opening in opened],
        "proof_of_work": proof.query_nonce,
        "fri_proof": {
            "first_layer": layers[0], "inner_layers": layers[1:],
            "last_layer_poly": {"coeffs": [felt(value) for value in proof.last_layer],
                                "log_size": params.log_last_layer},
        },
    }


def lookups(proof: Proof) -> Json:
    """What a prover sends beside it."""
    return {"nonce": proof.interaction_nonce, "claimed_sums": [felt(value) for value in proof.claimed_sums]}


def read(name: str, part: str) -> bytes:
    return (FIXTURES / f"{name}_{part}_v1.bin").read_bytes()


class Constant:
    """A tree of which all leaves are the same."""

    def __init__(self, channel: Channel, leaf: bytes, height: int) -> None:
        self.levels = [channel.hash(leaf)]
        for _ in range(height):
            self.levels.append(channel.hash(self.levels[-1] * 2))

    def root(self) -> bytes:
        return self.levels[-1]

    def siblings(self, positions: Iterable[int]) -> list[bytes]:
        """Of leaves, level by level."""
        found, nodes = [], set(positions)
        for digest in self.levels[:-1]:
            for parent in sorted({node >> 1 for node in nodes}):
                if not {2 * parent, 2 * parent + 1} <= nodes:
                    found.append(digest)
            nodes = {node >> 1 for node in nodes}
        return found


def zero(key: Any, beginning: str) -> Proof:
    """The proof of a trace that is zero everywhere, without lookups and public values."""
    channel = Channel(key.hash_variant)
    if beginning in ("config", "unnamed"):
        channel.mix_felts(key.params.felts())
    if beginning == "unnamed":
        channel.mix_words([component.log_size for component in key.components])
        channel.mix_words([0])
    columns = list(key.trees())
    # Four bytes a column.
    trees = [Constant(channel, bytes(4 * len(own)), key.lifting) for own in columns]
    channel.mix(key.preprocessed_root)
    channel.mix(trees[1].root())
    channel.draw_felt()
    channel.mix(trees[3].root())
    channel.draw_felt()
    samples = [[[ZERO for _ in column.offsets] for column in own] for own in columns]
    channel.mix_felts([ZERO] * sum(len(column) for own in samples for column in own))
    channel.draw_felt()
    layers = []
    for size, step in key.layers():
        packing = leaf_packing(size, step)
        layers.append((Constant(channel, bytes(16 << packing), size - packing), step, packing))
        channel.mix(layers[-1][0].root())
        channel.draw_felt()
    last_layer = [ZERO] * (1 << key.params.log_last_layer)
    channel.mix_felts(last_layer)
    nonce = next(nonce for nonce in range(1 << 32) if channel.grinds(key.params.query_grinding_bits, nonce))
    channel.mix_nonce(nonce)
    positions = fri.draw_positions(channel, key.lifting, key.params.num_queries)

    folded, known = [], set(positions)
    for tree, step, packing in layers:
        starts = {position >> step for position in known}
        group = [start << step | place for start in starts for place in range(1 << step)]
        missing = [ZERO for position in group if position not in known]
        folded.append(Opening(missing, tree.siblings({position >> packing for position in group})))
        known = starts
    openings = [
        Opening([[0] * len(own)] * len(positions), tree.siblings(positions)) if own else None
        for own, tree in zip(columns, trees)
    ]
    return Proof(
        trees[1].root(), 0, [], b"", trees[3].root(), samples, [tree.root() for tree, *_ in layers], last_layer, nonce,
        len(positions), openings, folded,
    )


def files() -> dict[str, Json]:
    """The content of each."""
    found: dict[str, Json] = {}
    for name in ("fibonacci", "range_check"):
        key = keys.decode(read(name, "vk"))
        proof = proofs.decode(key, Reader(read(name, "proof"), "proof_truncated"))
        found[f"{name}_seeded_proof"] = written(key, proof)
        if key.has_interaction:
            found[f"{name}_seeded_lookups"] = lookups(proof)
    key = keys.decode(read("fibonacci", "vk"))
    for beginning in FOREIGN:
        found[f"fibonacci_{beginning}_proof"] = written(key, zero(key, beginning))
    return found


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print(__doc__)
        return 2
    wrong = 0
    for name, content in files().items():
        # As serde_json writes it: without blanks.
        text = json.dumps(content, separators=(",", ":"))
        file = pathlib.Path(FIXTURES, "upstream", f"{name}_v1.json")
        if not arguments:
            file.write_text(text)
        elif file.read_text() != text:
            print(f"stwo_json: {file.relative_to(ROOT)} differs: python3 -m scripts.workshop.stwo_json writes it")
            wrong = 1
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
