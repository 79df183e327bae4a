# SPDX-License-Identifier: Apache-2.0
"""The verifier: `verify` returns if a proof holds, and raises `Refused` if not.

The protocol is p3-uni-stark 0.8 over BabyBear or KoalaBear, without zero knowledge. The trace is a list of
polynomials of degree below `rows`, one a column: row i is at g^i, with g of order `rows`.
"""

from spec.common import Refused
from spec.plonky3 import fri, key as keys, program as air, proof as proofs, transcript as fiat_shamir
from spec.plonky3.transcript import Transcript


def verify(vk, public_values, proof):
    """All three as bytes."""
    key = keys.decode(bytes(vk))
    public = keys.public_values(key, public_values)
    argument(key, public, proofs.decode(key, proof))


def argument(key, public, proof):
    extension, g = key.extension, key.field.root_of_unity(key.degree_bits)
    if key.ood_grinding_bits == 0 and proof.ood_witness:
        raise Refused("proof_not_canonical", "unread out-of-domain grinding witness")
    preprocessed_commitment = keys.preprocessed_commitment(key)

    transcript = Transcript(key.suite, extension)
    transcript.absorb(fiat_shamir.key_seed(key.hash))
    transcript.absorb(fiat_shamir.seed(key, "stark", fiat_shamir.stark_seed))
    transcript.absorb_digest(proof.trace_commitment)
    if preprocessed_commitment is not None:
        transcript.absorb_digest(preprocessed_commitment)
    transcript.absorb(public)
    # Combines the constraints.
    alpha = transcript.challenge()
    transcript.absorb_digest(proof.quotient_commitment)
    fri.grind(transcript, key.ood_grinding_bits, proof.ood_witness, "out-of-domain")
    # Where everything is opened.
    zeta = transcript.challenge()
    if vanishing(key, zeta) == extension.zero:
        raise Refused("challenge_degenerate", "zeta is on the trace's domain")

    fri.verify(key, transcript, claims(key, proof, zeta, preprocessed_commitment), proof)

    # C(zeta) = Z_H(zeta) Q(zeta), with C the combination of the constraints.
    combined = extension.zero
    for constraint in constraints(key, public, proof, zeta, g):
        combined = extension.add(extension.mul(combined, alpha), constraint)
    if combined != extension.mul(vanishing(key, zeta), quotient(key, proof, zeta)):
        raise Refused("constraints_invalid")


def vanishing(key, x):
    """Z_H(x) = x^rows - 1, which is zero on the trace's domain."""
    return key.extension.sub(key.extension.power_of_two(x, key.degree_bits), key.extension.one)


def claims(key, proof, zeta, preprocessed_commitment):
    """What the opening argument has to show, in the order in which it is absorbed."""
    zeta_next = key.extension.scale(zeta, key.field.root_of_unity(key.degree_bits))

    def points(row, next_row):
        return [(zeta, row)] + ([(zeta_next, next_row)] if next_row is not None else [])

    trace = fri.Claim(proof.trace_commitment, [points(proof.main, proof.main_next)])
    chunks = fri.Claim(proof.quotient_commitment, [points(chunk, None) for chunk in proof.quotient_chunks])
    if preprocessed_commitment is None:
        return [trace, chunks]
    preprocessed = points(proof.preprocessed, proof.preprocessed_next)
    return [trace, chunks, fri.Claim(preprocessed_commitment, [preprocessed])]


def constraints(key, public, proof, zeta, g):
    """The value of each constraint at zeta, from the opened values."""
    extension = key.extension
    _, leaf = leaves(key, public, proof, zeta, g)
    return air.evaluate(key.program, leaf, extension.add, extension.sub, extension.mul, extension.neg)


def leaves(key, public, proof, zeta, g):
    """The selectors at zeta, and what gives the value there of everything that operations start from."""
    extension = key.extension
    last = key.field.inverse(g)
    z_h = vanishing(key, zeta)
    # Each selector of one row is Z_H(X) / (X - x), without a factor that would make it 1 there.
    from_first = extension.sub(zeta, extension.one)
    from_last = extension.sub(zeta, extension.lift(last))
    fixed = {
        air.IS_FIRST_ROW: extension.mul(z_h, extension.inverse(from_first)),
        air.IS_LAST_ROW: extension.mul(z_h, extension.inverse(from_last)),
        air.IS_TRANSITION: from_last,
    }
    cells = {
        air.MAIN: proof.main,
        air.MAIN_NEXT: proof.main_next,
        air.PREPROCESSED: proof.preprocessed,
        air.PREPROCESSED_NEXT: proof.preprocessed_next,
        air.PERIODIC: periodic(key, zeta),
        air.PUBLIC: [extension.lift(value) for value in public],
    }

    def leaf(opcode, a):
        if opcode == air.CONSTANT:
            return extension.lift(a)
        return fixed[opcode] if opcode in fixed else cells[opcode][a]

    return fixed, leaf


def periodic(key, zeta):
    """A column of period p is f(X^(rows / p)), with f of degree below p through its values."""
    values = []
    for column in key.program.periodic:
        log_period = len(column).bit_length() - 1
        w = key.field.root_of_unity(log_period)
        points = [pow(w, i, key.field.p) for i in range(len(column))]
        y = key.extension.power_of_two(zeta, key.degree_bits - log_period)
        values.append(key.extension.interpolate(points, [key.extension.lift(v) for v in column], y))
    return values


def quotient(key, proof, zeta):
    """Q(zeta), from the chunks.

    Q is known on generator * <h>, with h of order chunks * rows. Chunk i is the polynomial of degree
    below `rows` with Q's values on the coset generator h^i <g>, on which Z_i is zero. So Q is the sum of
    all chunks, each times the product of all other Z_j, scaled to be 1 on the chunk's own coset.
    """
    extension, rows, field, p = key.extension, key.rows, key.field, key.field.p
    h = field.root_of_unity(key.degree_bits + key.num_chunks.bit_length() - 1)
    starts = [field.generator * pow(h, i, p) % p for i in range(key.num_chunks)]
    zeta_power = extension.power_of_two(zeta, key.degree_bits)

    total = extension.zero
    for i, start in enumerate(starts):
        weight = extension.one
        for j, other in enumerate(starts):
            if j != i:
                scale = field.inverse(pow(other, rows, p))  # Z_j(x) = (x / other)^rows - 1
                z_j = extension.sub(extension.scale(zeta_power, scale), extension.one)
                at_start = (pow(start, rows, p) * scale - 1) % p
                weight = extension.mul(weight, extension.scale(z_j, field.inverse(at_start)))
        # A chunk has coefficients in the extension; its columns are their coordinates, each opened at zeta.
        chunk, x = extension.zero, (0, 1) + (0,) * (extension.degree - 2)
        for coordinate in reversed(proof.quotient_chunks[i]):
            chunk = extension.add(extension.mul(chunk, x), coordinate)
        total = extension.add(total, extension.mul(weight, chunk))
    return total
