# SPDX-License-Identifier: Apache-2.0
"""STWO 2.3: verification of a proof under a key, step by step.

    verify(vk, public_values, proof)

returns, or raises `Refused` with the label of an error class. What acceptance says is in docs/soundness.md.
The transcript: docs/stwo.md, "What the transcript binds".
"""

import struct

from spec.common import Reader, Refused, decode_public_values
from spec.stwo import fri, key as keys, merkle, proof as proofs, quotients
from spec.stwo.channel import Channel
from spec.stwo.field import P, QM31, combine, inverse, vanishing
from spec.stwo.program import MAX_PUBLIC_VALUES, Relation


def verify(vk, public_values, proof):
    key = keys.decode(bytes(vk))
    public = decode_public_values(public_values, MAX_PUBLIC_VALUES)
    if len(public) != key.num_public_values:
        raise Refused("public_values_count", f"{key.num_public_values}, not {len(public)}")
    if any(value >= P for value in public):
        raise Refused("public_value_not_canonical")
    proof = proofs.decode(key, Reader(proof, "proof_truncated"))

    channel = Channel(key.hash_variant)
    # The hash of the key binds the constraints: as data, a prover could choose them after the proof.
    channel.mix_words(struct.unpack("<8I", key.hash))
    channel.mix_felts(key.params.felts())
    channel.mix_words([component.log_size for component in key.components])
    channel.mix_words([len(public), *public])
    channel.mix(key.preprocessed_root)
    channel.mix(proof.trace_root)
    relations = draw_relations(key, proof, channel) if key.has_interaction else []
    check_lookups(key, relations, public, proof.claimed_sums)
    argument(key, proof, channel, relations, public)


def draw_relations(key, proof, channel):
    """The challenges z and alpha of each relation, then everything that was made to fit them.

    Soundness error: the fractions' degree in both together / |QM31|.
    """
    grind(channel, key.params.interaction_grinding_bits, proof.interaction_nonce)
    relations = [Relation(*channel.draw_pair()) for _ in range(key.relations)]
    channel.mix_felts(proof.claimed_sums)
    channel.mix(proof.interaction_root)
    return relations


def grind(channel, bits, nonce):
    if not channel.grinds(bits, nonce):
        raise Refused("grinding_invalid", f"{bits} bits")
    if bits == 0 and nonce != 0:
        raise Refused("proof_not_canonical", "a nonce that nothing asks for")
    channel.mix_nonce(nonce)


def check_lookups(key, relations, public, claimed_sums):
    """Every fraction of the lookups, the components' and the public ones, adds up to zero: what is used is yielded."""
    total = QM31(0)
    for claimed_sum in claimed_sums:
        total += claimed_sum
    for term in key.public_terms:
        value = {"constant": lambda number: number, "public": public.__getitem__}
        values = [value[kind](number) for kind, number in term.values]
        kind, number = term.multiplicity
        total += tuple_of(relations[term.relation], values) * value[kind](number)
    if not total.is_zero():
        raise Refused("constraints_invalid", "lookups do not balance")


def tuple_of(relation, values):
    """The fraction of one tuple: 1 / (sum of alpha^i values[i] - z)."""
    denominator = -relation.z
    for exponent, value in enumerate(values):
        denominator += relation.power(exponent) * value
    if denominator.is_zero():
        raise Refused("challenge_degenerate", "a tuple without a fraction")
    return denominator.inverse()


def argument(key, proof, channel, relations, public):
    """The argument from the composition on; what is before it differs between STWO's keys and Cairo's."""
    # Soundness error: constraints / |QM31|.
    alpha = channel.draw_felt()
    channel.mix(proof.composition_root)
    zeta = draw_point(channel)
    check_constraints(key, proof, alpha, zeta, relations, public)

    channel.mix_felts([value for tree in proof.samples for column in tree for value in column])
    # Soundness error: samples * domain / |QM31|.
    batching = channel.draw_felt()
    folding = fri.commit(channel, proof)
    grind(channel, key.params.query_grinding_bits, proof.query_nonce)
    positions = fri.draw_positions(channel, key.lifting, key.params.num_queries)
    if len(positions) != proof.queries:
        raise Refused("proof_count", f"{len(positions)} queries, not {proof.queries}")

    roots = (key.preprocessed_root, proof.trace_root, proof.interaction_root, proof.composition_root)
    for tree, (columns, root, opening) in enumerate(zip(key.trees(), roots, proof.openings)):
        if opening:
            check_rows(channel.hash, key, tree, columns, root, positions, opening)
    values = quotients.answers(key, proof, zeta, batching, positions)
    fri.verify(channel.hash, key, proof, folding, values)


def draw_point(channel):
    """A point of the circle over QM31: ((1 - t^2) / (1 + t^2), 2t / (1 + t^2)).

    Soundness error of the out-of-domain check: degree of the constraints * rows / |QM31|.
    """
    t = channel.draw_felt()
    square = t * t
    if (square + 1).is_zero():
        raise Refused("challenge_degenerate", "no point")
    k = (square + 1).inverse()
    return (-square + 1) * k, t * 2 * k


def check_constraints(key, proof, alpha, zeta, relations, public):
    """The constraints, combined with powers of alpha, are the composition times the polynomial that vanishes on
    the trace domain: at zeta. All columns are lifted, so all components have the domain of the largest."""
    vanishes = vanishing(zeta[0], key.log_degree)
    if vanishes.is_zero():
        raise Refused("challenge_degenerate", "zeta in the trace domain")
    preprocessed, trace, interaction, composition = proof.samples
    # Columns that no component reads have no sample.
    preprocessed = [column[0] if column else None for column in preprocessed]
    trace, interaction, claimed_sums = iter(trace), iter(interaction), iter(proof.claimed_sums)
    combined = QM31(0)
    for component in key.components:
        program = component.program
        # A proof without an interaction trace has no claimed sums: they are zero.
        claimed_sum = next(claimed_sums, QM31(0)) if program.has_claimed_sum else QM31(0)
        constraints = program.evaluate(
            [preprocessed[column] for column in component.preprocessed],
            [value for _ in program.trace for value in next(trace)],
            [value for _ in program.interaction for value in next(interaction)],
            public if component.parameters is None else component.parameters,
            relations,
            claimed_sum * inverse(1 << component.log_size),
        )
        for constraint in constraints:
            combined = combined * alpha + constraint
    # The composition is left + right * x', in halves of the degree; x' is the vanishing polynomial itself.
    values = [column[0] for column in composition]
    if combined != vanishes * (combine(*values[:4]) + vanishes * combine(*values[4:])):
        raise Refused("constraints_invalid")


def check_rows(hash, key, tree, columns, root, positions, opening):
    """The opened rows are in the tree. In a leaf, columns of fewer rows come first. A tree that is higher than the
    lifted domain has a row's values at several leaves, in its half of even or of odd positions."""
    higher = key.leaves(tree) - key.lifting
    positions = [(position >> 1 << 1 + higher) + position % 2 for position in positions]
    order = sorted(range(len(columns)), key=lambda i: columns[i].log_size)
    leaves = {
        position: struct.pack(f"<{len(row)}I", *(row[i] for i in order))
        for position, row in zip(positions, opening.values)
    }
    merkle.verify(hash, root, key.leaves(tree), leaves, opening.siblings)


if __name__ == "__main__":
    from spec.stwo import selfcheck

    selfcheck.main()
