# SPDX-License-Identifier: Apache-2.0
"""The opening argument: that the claimed values are those of the committed polynomials (FRI).

A matrix has a polynomial of degree below `rows` for each column. Its tree has the values of all columns
on a coset of 2^log_height points, in bit-reversed order: leaf i is at generator * w^reverse(i).
"""

from dataclasses import dataclass

from spec.common import Refused
from spec.plonky3 import merkle, transcript as fiat_shamir
from spec.plonky3.fields import reverse_bits


@dataclass
class Claim:
    """A commitment and, for each of its matrices, a list of points and the values there."""

    commitment: bytes
    matrices: list  # each a list of (point, values)


def grind(transcript, bits, witness, site):
    if not transcript.grinding_holds(bits, witness):
        raise Refused("grinding_invalid", site)


def verify(key, transcript, claims, proof):
    """Refuses unless every claim holds."""
    values = [[[v for _, v in points] for points in claim.matrices] for claim in claims]
    alpha = batching_challenge(
        key, transcript, proof, fiat_shamir.seed(key, "opening", fiat_shamir.opening_seed, values), values
    )
    seed = fiat_shamir.seed(key, "fri", fiat_shamir.fri_seed, key.fold_schedule, key.log_height)
    betas, indices = commit_phase(key, transcript, proof, seed, key.log_height)

    # What was opened is what was committed to. Nothing else is read of the commitments.
    for claim, (rows, siblings) in zip(claims, proof.inputs, strict=True):
        merkle.verify(key.suite, claim.commitment, key.log_height, indices, rows, siblings)
    quotients = quotients_at(key, claims, proof, alpha, indices)
    query_phase(key, proof, betas, indices, quotients)


def batching_challenge(key, transcript, proof, seed, values):
    """The challenge that combines all columns, drawn after the claimed values of each."""
    # At difficulty zero nothing reads a witness: it has one value, or a proof has many forms.
    unread = [
        (key.batch_grinding_bits, [proof.batch_witness]),
        (key.commit_grinding_bits, proof.fold_witnesses),
        (key.query_grinding_bits, [proof.query_witness]),
    ]
    if any(bits == 0 and any(witnesses) for bits, witnesses in unread):
        raise Refused("proof_not_canonical", "unread grinding witness")

    transcript.absorb(seed)
    for rows in [row for matrices in values for points in matrices for row in points]:
        transcript.absorb_extension(rows)
    grind(transcript, key.batch_grinding_bits, proof.batch_witness, "batch")
    return transcript.challenge()


def commit_phase(key, transcript, proof, seed, log_height):
    """The challenge of each folding round, and the queries: positions among 2^log_height."""
    transcript.absorb(seed)
    betas = []
    for commitment, witness in zip(proof.fold_commitments, proof.fold_witnesses, strict=True):
        transcript.absorb_digest(commitment)
        grind(transcript, key.commit_grinding_bits, witness, "commit")
        betas.append(transcript.challenge())
    transcript.absorb_extension(proof.final_poly)
    grind(transcript, key.query_grinding_bits, proof.query_witness, "query")
    return betas, [transcript.sample_bits(log_height) for _ in range(key.num_queries)]


def quotients_at(key, claims, proof, alpha, indices):
    """At each queried x, the sum over all claims p(z) = v of alpha^k (v - p(x)) / (z - x).

    It is a polynomial of degree below `rows` if every claim is true; k counts the claims.
    """
    extension, degree = key.extension, key.extension.degree
    field, p = key.field, key.field.p
    w = field.root_of_unity(key.log_height)
    xs = [field.generator * pow(w, reverse_bits(i, key.log_height), p) % p for i in indices]
    totals = [extension.zero] * len(xs)
    power = extension.one
    inverses = {}  # of z - x, for each z
    for claim, (rows, _) in zip(claims, proof.inputs, strict=True):
        column = 0
        for points in claim.matrices:
            for z, values in points:
                if z not in inverses:
                    differences = [((z[0] - x) % p,) + z[1:] for x in xs]
                    if extension.zero in differences:
                        raise Refused("challenge_degenerate", "a query is the opened point")
                    inverses[z] = extension.batch_inverse(differences)
                powers, claimed = [], extension.zero
                for value in values:
                    powers.append(power)
                    claimed = extension.add(claimed, extension.mul(power, value))
                    power = extension.mul(power, alpha)
                coefficients = [[p[i] for p in powers] for i in range(degree)]
                for query, row in enumerate(rows):
                    part = row[column : column + len(values)]
                    opened = [sum([a * b for a, b in zip(part, c)]) for c in coefficients]
                    term = extension.mul(extension.sub(claimed, opened), inverses[z][query])
                    totals[query] = extension.add(totals[query], term)
            column += len(points[0][1])
    return totals


def query_phase(key, proof, betas, indices, values):
    """Folds each query's value down to the final polynomial.

    A round splits a domain of 2^h points into cosets of `arity` points, neighbours in bit-reversed
    order, and takes each coset's values to those of their polynomial at beta: a value on the domain of
    x^arity. The row of a coset is what the prover committed to, and the query's own value is in it.

    Folding ignores the factor `generator` of the points: what is folded is p(generator * X).
    """
    extension, p = key.extension, key.field.p
    positions, log_height = list(indices), key.log_height
    trees = []
    for beta, log_arity, (siblings, digests) in zip(betas, key.fold_schedule, proof.folds, strict=True):
        arity = 1 << log_arity
        log_folded = log_height - log_arity
        w = key.field.root_of_unity(log_height)
        rows = []
        for query, position in enumerate(positions):
            row = list(siblings[query])
            row.insert(position % arity, values[query])
            first = position - position % arity
            points = [pow(w, reverse_bits(first + i, log_height), p) for i in range(arity)]
            values[query] = extension.interpolate(points, row, beta)
            rows.append(tuple([coefficient for value in row for coefficient in value]))
        positions = [position >> log_arity for position in positions]
        trees.append((log_folded, positions, rows, digests))
        log_height = log_folded
    w = key.field.root_of_unity(log_height)
    for value, position in zip(values, positions, strict=True):
        x = pow(w, reverse_bits(position, log_height), p)
        if extension.evaluate(proof.final_poly, x) != value:
            raise Refused("low_degree_invalid")
    for commitment, (log_leaves, leaves, rows, digests) in zip(proof.fold_commitments, trees, strict=True):
        merkle.verify(key.suite, commitment, log_leaves, leaves, rows, digests)
