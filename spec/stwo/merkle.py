# SPDX-License-Identifier: Apache-2.0
"""Openings of leaves in a Merkle tree."""

from spec.common import Refused


def verify(hash, root, height, leaves, siblings):
    """Checks `leaves`, a dict from position to bytes, against the root of a tree of 2^height leaves.

    Level by level and from left to right, a node whose sibling is not known takes the next of `siblings`,
    which has to be used up.
    """
    nodes = {position: hash(leaf) for position, leaf in sorted(leaves.items())}
    rest = iter(siblings)
    for _ in range(height):
        parents = {}
        for position in nodes:  # Ascending.
            if position >> 1 in parents:
                continue
            sibling = nodes.get(position ^ 1) or next(rest, None)
            if sibling is None:
                raise Refused("merkle_path_invalid", "too few siblings")
            pair = (sibling, nodes[position]) if position & 1 else (nodes[position], sibling)
            parents[position >> 1] = hash(pair[0] + pair[1])
        nodes = parents
    if next(rest, None) is not None:
        raise Refused("merkle_path_invalid", "too many siblings")
    if nodes != {0: root}:
        raise Refused("merkle_path_invalid", "another root")
