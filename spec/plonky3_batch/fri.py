# SPDX-License-Identifier: Apache-2.0
"""The opening argument over matrices of several heights.

As for one height, and: claims about one height are combined with powers of a challenge of their own, from one; folding
starts with the tallest, and where it has come down to a height, that height's values join it, times the next power of
the round's challenge. A tree hashes the rows of a lower height into the level that has as many nodes.
"""

from spec.common import Refused
from spec.plonky3 import merkle, transcript as fiat_shamir
from spec.plonky3.fields import reverse_bits
from spec.plonky3.fri import grind
from spec.plonky3.transcript import challenge, commitment, grinding, message


def verify(key, transcript, claims, proof):
    """Refuses unless every claim holds. `claims`: for each commitment its root and, for each matrix, (point, values)."""
    unread = [
        (key.batch_grinding_bits, [proof.batch_witness]),
        (key.commit_grinding_bits, proof.fold_witnesses),
        (key.query_grinding_bits, [proof.query_witness]),
    ]
    if any(bits == 0 and any(witnesses) for bits, witnesses in unread):
        raise Refused("proof_not_canonical", "unread grinding witness")
    values = [[[v for _, v in points] for points in matrices] for _, matrices in claims]
    transcript.absorb(fiat_shamir.opening_seed(key, values))
    for row in [row for matrices in values for points in matrices for row in points]:
        transcript.absorb_extension(row)
    grind(transcript, key.batch_grinding_bits, proof.batch_witness, "batch")
    alpha = transcript.challenge()
    betas, indices = commit_phase(key, transcript, proof)

    shape, highest = proof.shape, proof.shape.log_heights[0]
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


def commit_phase(key, transcript, proof):
    """The challenge of each folding round, and the queries."""
    schedule, highest, extension = proof.shape.schedule, proof.shape.log_heights[0], key.extension
    steps = []
    for _ in schedule:
        steps += [
            commitment("commit_phase_commitment"),
            *grinding("commit_pow", key.commit_grinding_bits, extension),
            challenge("fold_challenge", extension),
        ]
    steps += [
        message("final_poly", f"Fixed({1 << key.log_final_poly_len})", fiat_shamir.algebra(extension)),
        *grinding("query_pow", key.query_grinding_bits, extension),
        ("Atomic", "Challenge", "query_indices", f"Fixed({key.num_queries})", f"Bits({highest})"),
    ]
    instance = [key.log_blowup, key.max_log_arity, *schedule]
    transcript.absorb(fiat_shamir.protocol_seed(b"p3-fri", steps, instance))
    betas = []
    for root, witness in zip(proof.fold_commitments, proof.fold_witnesses, strict=True):
        transcript.absorb_digest(root)
        grind(transcript, key.commit_grinding_bits, witness, "commit")
        betas.append(transcript.challenge())
    transcript.absorb_extension(proof.final_poly)
    grind(transcript, key.query_grinding_bits, proof.query_witness, "query")
    return betas, [transcript.sample_bits(highest) for _ in range(key.num_queries)]


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
