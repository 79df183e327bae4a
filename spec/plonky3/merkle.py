# SPDX-License-Identifier: Apache-2.0
"""Merkle trees: many rows opened at once, with no digest sent that can be computed."""

from spec.common import Refused


def verify(suite, root, log_leaves, indices, rows, siblings):
    """Whether `rows` are the leaves at `indices` of the tree with `root` and 2^log_leaves leaves.

    `siblings` has, level by level from the leaves and from left to right, exactly the digests that are
    not above an opened leaf and have a sibling that is.
    """

    def invalid(detail):
        return Refused("merkle_path_invalid", detail)

    opened = {}
    for index, row in zip(indices, rows, strict=True):
        if opened.setdefault(index, row) != row:
            raise invalid(f"leaf {index} is opened twice, to different rows")
    nodes = {index: suite.hash_row(row) for index, row in opened.items()}
    supply = iter(siblings)
    for _ in range(log_leaves):
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
    if next(supply, None) is not None:
        raise invalid("too many siblings")
    if nodes != {0: root}:
        raise invalid("another root")
