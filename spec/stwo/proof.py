# SPDX-License-Identifier: Apache-2.0
"""The byte form of a proof: the table at the head of primitives/stwo/src/decode.rs.

Lengths that follow from the key are not written. The counts that are written depend on where the queries
fall; each is bounded by the key here, and the argument takes exactly as many as it needs.
"""

from dataclasses import dataclass

from spec.common import Refused
from spec.stwo.field import P, QM31


@dataclass
class Opening:
    """Answers to the queries in one tree."""

    values: list  # Rows: for each query's position the values of all columns. Folding layers: what is missing.
    siblings: list


@dataclass
class Proof:
    trace_root: bytes
    interaction_nonce: int
    claimed_sums: list
    interaction_root: bytes
    composition_root: bytes
    samples: list  # For each tree, column by column: one for each offset.
    layer_roots: list
    last_layer: list
    query_nonce: int
    queries: int  # Different positions.
    openings: list  # One for each tree; None for a tree without columns.
    layers: list


def base(reader, count, what):
    """Elements of M31. That each is below P is a matter of soundness: arithmetic may assume it."""
    data = reader.take(4 * count, what)
    values = [int.from_bytes(data[at : at + 4], "little") for at in range(0, 4 * count, 4)]
    if any(value >= P for value in values):
        raise Refused("proof_not_canonical", what)
    return values


def secure(reader, count, what):
    parts = base(reader, 4 * count, what)
    return [QM31(*parts[at : at + 4]) for at in range(0, 4 * count, 4)]


def nonce(reader):
    return int.from_bytes(reader.take(8, "nonce"), "little")


def counted(reader, most, what):
    count = reader.u32(what)
    if count > most:
        raise Refused("proof_count", f"{what}: at most {most}, not {count}")
    return count


def siblings(reader, leaves, height):
    """Merkle siblings: opening `leaves` leaves needs at most as many on each level, or one for each node."""
    count = counted(reader, sum(min(leaves, 1 << level) for level in range(height)), "siblings")
    data = reader.take(32 * count, "siblings")
    return [data[at : at + 32] for at in range(0, 32 * count, 32)]


def leaf_packing(size, step):
    """log2 of the values in a leaf of a folding layer: four of them, where at least four are folded into one."""
    return 2 if size >= 2 and step > 1 else 0


def decode(key, reader):
    trace_root = reader.take(32, "trace root")
    interaction_nonce, claimed_sums, interaction_root = 0, [], b""
    if key.has_interaction:
        interaction_nonce = nonce(reader)
        claimed_sums = secure(reader, len(key.summing()), "claimed sums")
        interaction_root = reader.take(32, "interaction root")
    composition_root = reader.take(32, "composition root")
    samples = []
    for columns in key.trees():
        flat = iter(secure(reader, sum(len(column.offsets) for column in columns), "samples"))
        samples.append([[next(flat) for _ in column.offsets] for column in columns])
    layer_roots = [reader.take(32, "root of a folding layer") for _ in key.layers()]
    last_layer = secure(reader, 1 << key.params.log_last_layer, "last layer")
    query_nonce = nonce(reader)
    asked = key.params.num_queries
    queries = counted(reader, asked, "different queries")
    if queries == 0:
        raise Refused("proof_count", "no queries")

    openings = []
    for tree, columns in enumerate(key.trees()):
        if not columns:
            openings.append(None)  # No leaf to open.
            continue
        by_column = [base(reader, queries, "opened values") for _ in columns]
        rows = [list(row) for row in zip(*by_column)]
        openings.append(Opening(rows, siblings(reader, queries, key.leaves(tree))))
    layers = []
    for size, step in key.layers():
        # At least one value of each group is known.
        missing = counted(reader, asked * ((1 << key.params.fold_step) - 1), "values of a folding layer")
        values = secure(reader, missing, "values of a folding layer")
        packing = leaf_packing(size, step)
        leaves = asked * max((1 << key.params.fold_step) >> packing, 1)
        layers.append(Opening(values, siblings(reader, leaves, size - packing)))
    if reader.left():
        raise Refused("proof_trailing_bytes")
    return Proof(
        trace_root, interaction_nonce, claimed_sums, interaction_root, composition_root, samples, layer_roots,
        last_layer, query_nonce, queries, openings, layers,
    )
