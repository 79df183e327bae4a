# SPDX-License-Identifier: Apache-2.0
"""The low-degree test: circle FRI with lifted columns, as stwo 2.3 has it.

The committed layers are the quotients' values on the circle, then polynomials on lines. A layer's values are
folded by 2^step at once: step times, with the challenge, its square, its fourth power and so on. A fold of a
circle, by f(p) = f0(x) + y f1(x), gives f0 + challenge f1; a fold of a line, by f(x) = f0(2x^2 - 1) +
x f1(2x^2 - 1), likewise; both times two, since upstream leaves out the halves.
"""

from spec.common import Refused
from spec.stwo import merkle
from spec.stwo.field import QM31, circle_index, double_x, inverse, line_x, point
from spec.stwo.proof import leaf_packing


def commit(channel, proof):
    """Binds the layers and the last layer; returns the layers' challenges.

    Soundness error: (2^step - 1) * domain / |QM31| for each fold.
    """
    challenges = []
    for root in proof.layer_roots:
        channel.mix(root)
        challenges.append(channel.draw_felt())
    channel.mix_felts(proof.last_layer)
    return challenges


def draw_positions(channel, lifting, count):
    """`count` positions of the lifted domain, eight a draw; then each once, ascending."""
    words = []
    while len(words) < count:
        words += channel.draw_words()
    return sorted({word % (1 << lifting) for word in words[:count]})


def verify(hash, key, proof, challenges, values):
    """Folds `values`, a dict from position in the lifted domain to value, down to the last layer."""
    circle = True
    for (size, step), challenge, root, layer in zip(key.layers(), challenges, proof.layer_roots, proof.layers):
        groups = complete(values, step, iter(layer.values))
        packing = leaf_packing(size, step)
        leaves = {}
        for start, group in groups.items():
            for offset in range(0, len(group), 1 << packing):
                leaf = group[offset : offset + (1 << packing)]
                leaves[start + offset >> packing] = b"".join(value.bytes() for value in leaf)
        merkle.verify(hash, root, size - packing, leaves, layer.siblings)
        values = {start >> step: fold(group, start, size, challenge, circle) for start, group in groups.items()}
        circle = False
    size = key.log_last_domain
    for position, value in values.items():
        if value != last_layer_at(proof.last_layer, QM31(line_x(position, size))):
            raise Refused("low_degree_invalid")


def complete(values, step, missing):
    """The groups of 2^step neighbours in which values are known, by their starts; the others are `missing`,
    which has to be used up."""
    groups = {}
    for start in sorted({position >> step << step for position in values}):
        group = [values.get(start + i) or next(missing, None) for i in range(1 << step)]
        if any(value is None for value in group):
            raise Refused("proof_count", "too few values of a folding layer")
        groups[start] = group
    if next(missing, None) is not None:
        raise Refused("proof_count", "too many values of a folding layer")
    return groups


def fold(group, start, size, challenge, circle):
    """One value from neighbours in a domain of 2^size, the first at position `start`."""
    while len(group) > 1:
        folded = []
        for i in range(0, len(group), 2):
            first, second = group[i], group[i + 1]
            at = point(circle_index(start + i, size))[1] if circle else line_x(start + i, size)
            folded.append(first + second + challenge * (first - second) * inverse(at))
        group, start, size, challenge = folded, start >> 1, size - 1, challenge * challenge
        circle = False
    return group[0]


def last_layer_at(coefficients, x):
    """The polynomial whose coefficients are in bit-reversed order, for the basis of all products of x,
    2x^2 - 1, and so on. The first half of them has no factor x."""
    if len(coefficients) == 1:
        return coefficients[0]
    factors = [x]
    while 1 << len(factors) < len(coefficients):
        factors.append(double_x(factors[-1]))
    for factor in reversed(factors):
        coefficients = [even + odd * factor for even, odd in zip(coefficients[::2], coefficients[1::2])]
    return coefficients[0]
