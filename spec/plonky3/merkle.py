# SPDX-License-Identifier: Apache-2.0
"""Merkle trees: many rows opened at once, with no digest sent that can be computed."""

from spec.common import Refused


def verify(suite, root, log_leaves, indices, rows, siblings, lower=None):
    """Whether `rows` are the leaves at `indices` of the tree with `root` and 2^log_leaves leaves.

    `siblings` has, level by level from the leaves and from left to right, exactly the digests that are
    not above an opened leaf and have a sibling that is. `lower` has, for the log2 of a lower height, the rows that
    belong to the nodes of the level with as many: each is hashed, and joined with its node.
    """

    def invalid(detail):
        return Refused("merkle_path_invalid", detail)

    def hashed(indices, rows):
        opened = {}
        for index, row in zip(indices, rows, strict=True):
            if opened.setdefault(index, row) != row:
                raise invalid(f"node {index} is opened twice, to different rows")
        return {index: suite.hash_row(row) for index, row in opened.items()}

    nodes, lower = hashed(indices, rows), dict(lower or {})
    supply = iter(siblings)
    for height in reversed(range(log_leaves)):
        parents = {}
        for index in sorted(nodes):
            if index >> 1 in parents:
                continue
            sibling = nodes.get(index ^ 1)
            if sibling is None and (sibling := next(supply, None)) is None:
                raise invalid("too few siblings")
            pair = (sibling, nodes[index]) if index & 1 else (nodes[index], sibling)
            parents[index >> 1] = suite.compress(*pair)
        nodes = parents
        if height in lower:
            own = [index >> (log_leaves - height) for index in indices]
            joining = hashed(own, lower.pop(height))
            nodes = {index: suite.compress(node, joining[index]) for index, node in nodes.items()}
    assert not lower
    if next(supply, None) is not None:
        raise invalid("too many siblings")
    if nodes != {0: root}:
        raise invalid("another root")
