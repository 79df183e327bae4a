# SPDX-License-Identifier: Apache-2.0
"""The opening argument over matrices of several heights.

As for one height, and: claims about one height are combined with powers of a challenge of their own, from one; folding
starts with the tallest, and where it has come down to a height, that height's values join it, times the next power of
the round's challenge. A tree hashes the rows of a lower height into the level that has as many nodes.
"""

from spec.common import Refused
from spec.plonky3 import merkle, transcript as fiat_shamir
from spec.plonky3.fields import reverse_bits
from spec.plonky3.fri import batching_challenge, commit_phase


def verify(key, transcript, claims, proof):
    """Refuses unless every claim holds. `claims`: for each commitment its root and, for each matrix, (point, values)."""
    shape, highest = proof.shape, proof.shape.log_heights[0]
    values = [[[v for _, v in points] for points in matrices] for _, matrices in claims]
    alpha = batching_challenge(key, transcript, proof, fiat_shamir.opening_seed(key, values), values)
    seed = fiat_shamir.fri_seed(key, shape.schedule, highest)
    betas, indices = commit_phase(key, transcript, proof, seed, highest)

    for (root, _), committed, (layers, siblings) in zip(claims, shape.commitments, proof.inputs, strict=True):
        log_leaves = max(matrix.log_height for matrix in committed)
        own = [index >> (highest - log_leaves) for index in indices]
        rows = {height: rows for (height, _), rows in zip(shape.layers(committed), layers, strict=True)}
        merkle.verify(key.suite, root, log_leaves, own, rows.pop(log_leaves), siblings, rows)
    quotients = {
        height: quotients_at(key, height, claims, proof, alpha, [index >> (highest - height) for index in indices])
        for height in shape.log_heights
    }
    query_phase(key, proof, betas, indices, quotients)


def quotients_at(key, height, claims, proof, alpha, indices):
    """At each queried x, the sum over all claims p(z) = v about this height of alpha^k (v - p(x)) / (z - x)."""
    extension, shape, field, p = key.extension, proof.shape, key.field, key.field.p
    w = field.root_of_unity(height)
    xs = [field.generator * pow(w, reverse_bits(i, height), p) % p for i in indices]
    totals, power = [extension.zero] * len(xs), extension.one
    for (_, matrices), committed, (layers, _) in zip(claims, shape.commitments, proof.inputs, strict=True):
        for (log_height, numbers), rows in zip(shape.layers(committed), layers, strict=True):
            if log_height != height:
                continue
            column = 0
            for number in numbers:
                width = committed[number].width
                for z, values in matrices[number]:
                    differences = [((z[0] - x) % p,) + z[1:] for x in xs]
                    if extension.zero in differences:
                        raise Refused("challenge_degenerate", "a query is the opened point")
                    inverses = extension.batch_inverse(differences)
                    powers, claimed = [], extension.zero
                    for value in values:
                        powers.append(power)
                        claimed = extension.add(claimed, extension.mul(power, value))
                        power = extension.mul(power, alpha)
                    coefficients = [[each[i] for each in powers] for i in range(extension.degree)]
                    for query, row in enumerate(rows):
                        part = row[column : column + width]
                        opened = [sum([a * b for a, b in zip(part, c)]) for c in coefficients]
                        term = extension.mul(extension.sub(claimed, opened), inverses[query])
                        totals[query] = extension.add(totals[query], term)
                column += width
    return totals


def query_phase(key, proof, betas, indices, quotients):
    extension, shape, field = key.extension, proof.shape, key.field
    log_height = shape.log_heights[0]
    positions, values, trees = list(indices), quotients.pop(log_height), []
    for beta, log_arity, (siblings, digests) in zip(betas, shape.schedule, proof.folds, strict=True):
        arity, log_folded = 1 << log_arity, log_height - log_arity
        w, rows = field.root_of_unity(log_height), []
        for query, position in enumerate(positions):
            row = list(siblings[query])
            row.insert(position % arity, values[query])
            first = position - position % arity
            points = [pow(w, reverse_bits(first + i, log_height), field.p) for i in range(arity)]
            values[query] = extension.interpolate(points, row, beta)
            rows.append(tuple([coefficient for value in row for coefficient in value]))
        positions = [position >> log_arity for position in positions]
        trees.append((log_folded, positions, rows, digests))
        log_height = log_folded
        if log_height in quotients:
            weight = extension.pow(beta, arity)
            joining = quotients.pop(log_height)
            values = [extension.add(v, extension.mul(weight, more)) for v, more in zip(values, joining)]
    assert not quotients
    w = field.root_of_unity(log_height)
    for value, position in zip(values, positions, strict=True):
        if extension.evaluate(proof.final_poly, pow(w, reverse_bits(position, log_height), field.p)) != value:
            raise Refused("low_degree_invalid")
    for root, (log_leaves, leaves, rows, digests) in zip(proof.fold_commitments, trees, strict=True):
        merkle.verify(key.suite, root, log_leaves, leaves, rows, digests)
