# SPDX-License-Identifier: Apache-2.0
"""The verifier of several tables: `verify` returns if a proof holds, and raises `Refused` if not.

The protocol is p3-batch-stark 0.8 over BabyBear or KoalaBear, without zero knowledge.
"""

from types import SimpleNamespace

from spec.common import Refused
from spec.plonky3 import program as air, transcript as fiat_shamir, verifier as single
from spec.plonky3.fri import grind
from spec.plonky3.transcript import Transcript, challenge, commitment, delegation, message
from spec.plonky3_batch import fri, key as keys, proof as proofs


def verify(vk, public_values, proof):
    """All three as bytes."""
    key = keys.decode(bytes(vk))
    public = keys.public_values(key, public_values)
    argument(key, public, proofs.decode(key, proof))


def seed(key):
    """What upstream's transcript absorbs of the tables. Work of difficulty zero is a step here too."""
    extension, scalar = key.extension, fiat_shamir.algebra(key.extension)
    steps = [message("degree_bits", "Scalar", scalar) for _ in key.tables]
    steps.append(commitment("main_commitment"))
    for table in key.tables:
        length = f"Fixed({table.program.num_public_values})"
        steps.append(("Atomic", "Public", "public_values", length, fiat_shamir.base(extension)))
    if key.preprocessed is not None:
        steps.append(commitment("preprocessed_commitment"))
    with_lookups = [table for table in key.tables if table.lookups]
    if with_lookups:
        steps += [
            ("Atomic", "Pow", "lookup_pow", f"Fixed({key.lookup_grinding_bits})", fiat_shamir.base(extension)),
            challenge("lookup_alpha", extension),
            challenge("lookup_beta", extension),
            commitment("permutation_commitment"),
            *[message("lookup_terminal", "Scalar", scalar) for _ in with_lookups],
        ]
    steps += [
        challenge("constraint_challenge", extension),
        commitment("quotient_commitment"),
        ("Atomic", "Pow", "ood_pow", f"Fixed({key.ood_grinding_bits})", fiat_shamir.base(extension)),
        challenge("zeta", extension),
        *delegation("opening_argument"),
    ]
    widths = [table.program.width for table in key.tables]
    fixed = [table.program.preprocessed_width for table in key.tables]
    return fiat_shamir.protocol_seed(b"p3-batch-stark", steps, [len(key.tables), *widths, *fixed])


def argument(key, public, proof):
    extension = key.extension
    for bits, witness in (
        (key.ood_grinding_bits, proof.ood_witness),
        (key.lookup_grinding_bits, proof.lookup_witness),
    ):
        if bits == 0 and witness:
            raise Refused("proof_not_canonical", "unread grinding witness")
    preprocessed = keys.preprocessed_commitment(key)

    transcript = Transcript(key.suite, extension)
    transcript.absorb(fiat_shamir.key_seed(key.hash))
    transcript.absorb(seed(key))
    transcript.absorb_extension([extension.lift(bits) for bits in proof.shape.degree_bits])
    transcript.absorb_digest(proof.main)
    for values in public:
        transcript.absorb(values)
    if preprocessed is not None:
        transcript.absorb_digest(preprocessed)
    prefixes, beta = [[] for _ in key.tables], None
    if key.has_lookups:
        grind(transcript, key.lookup_grinding_bits, proof.lookup_witness, "lookup")
        first, beta = transcript.challenge(), transcript.challenge()
        prefixes = bus_prefixes(key, first, beta)
        transcript.absorb_digest(proof.lookups)
        transcript.absorb_extension(proof.terminals)
    # Combines the constraints.
    alpha = transcript.challenge()
    transcript.absorb_digest(proof.quotient)
    grind(transcript, key.ood_grinding_bits, proof.ood_witness, "out-of-domain")
    # Where everything is opened.
    zeta = transcript.challenge()
    views = [view(key, table, proof, number) for number, table in enumerate(key.tables)]
    if any(single.vanishing(own, zeta) == extension.zero for own, _ in views):
        raise Refused("challenge_degenerate", "zeta is on a trace's domain")
    fri.verify(key, transcript, claims(key, proof, zeta, preprocessed), proof)

    terminals = iter(proof.terminals)
    for number, (table, (own, opened)) in enumerate(zip(key.tables, views)):
        g = key.field.root_of_unity(own.degree_bits)
        terminal = next(terminals) if table.lookups else None
        combined = extension.zero
        for constraint in constraints(
            own, table, opened, proof.opened[number], public[number], zeta, g, prefixes[number], beta, terminal
        ):
            combined = extension.add(extension.mul(combined, alpha), constraint)
        expected = extension.mul(single.vanishing(own, zeta), single.quotient(own, opened, zeta))
        if combined != expected:
            raise Refused("constraints_invalid", f"table {number}")
    total = extension.zero
    for terminal in proof.terminals:
        total = extension.add(total, terminal)
    if total != extension.zero:
        raise Refused("constraints_invalid", "counts are not balanced")


def view(key, table, proof, number):
    """A table and what is opened of it, as the verifier of one table takes them."""
    degree_bits, opened = proof.shape.degree_bits[number], proof.opened[number]
    own = SimpleNamespace(
        field=key.field, extension=key.extension, degree_bits=degree_bits, rows=1 << degree_bits, program=table.program,
        num_chunks=1 << proof.shape.log_chunks[number],
    )
    values = SimpleNamespace(
        main=opened.main, main_next=opened.main_next, preprocessed=opened.preprocessed,
        preprocessed_next=opened.preprocessed_next, quotient_chunks=opened.chunks,
    )
    return own, values


def bus_prefixes(key, alpha, beta):
    """For each table the prefix of each lookup's bus: alpha + (b + 1) beta^W for bus b, with W the elements of the widest
    tuple. Buses are numbered as they come, each shared one once."""
    extension, shared, count = key.extension, {}, 0
    widest = max(lookup.width for table in key.tables for lookup in table.lookups)
    gamma, prefixes = extension.pow(beta, widest), []
    for table in key.tables:
        own = []
        for lookup in table.lookups:
            bus = shared.get(lookup.bus) if lookup.bus is not None else None
            if bus is None:
                bus, count = count, count + 1
                if lookup.bus is not None:
                    shared[lookup.bus] = bus
            own.append(extension.add(alpha, extension.scale(gamma, bus + 1)))
        prefixes.append(own)
    return prefixes


def claims(key, proof, zeta, preprocessed):
    """What the opening argument has to show, in the order in which it is absorbed."""
    roots = [root for root in (proof.main, proof.quotient, preprocessed, proof.lookups) if root is not None]
    kinds = ["main", "chunks"] + ["preprocessed"] * (preprocessed is not None) + ["lookups"] * key.has_lookups
    found = []
    for root, kind, committed in zip(roots, kinds, proof.shape.commitments, strict=True):
        chunks = [iter(opened.chunks) for opened in proof.opened]
        matrices = []
        for matrix in committed:
            opened = proof.opened[matrix.table]
            zeta_next = key.extension.scale(zeta, key.field.root_of_unity(proof.shape.degree_bits[matrix.table]))
            here = next(chunks[matrix.table]) if kind == "chunks" else getattr(opened, kind)
            points = [(zeta, here)]
            if matrix.next:
                points.append((zeta_next, getattr(opened, f"{kind}_next")))
            matrices.append(points)
        found.append((root, matrices))
    return found


def constraints(key, table, opened, of_lookups, public, zeta, g, prefixes, beta, terminal):
    """The value of each constraint of a table at zeta, those of its lookups last."""
    extension = key.extension
    fixed, leaf = single.leaves(key, public, opened, zeta, g)
    values = air.evaluate_all(
        table.program, leaf, extension.add, extension.sub, extension.mul, extension.neg
    )
    yield from [values[position] for position in table.program.assertions]
    if not table.lookups:
        return

    def columns(flat):
        """Columns over the extension, from their coordinates' values: the sum of each times X^i."""
        d = extension.degree
        found = []
        for start in range(0, len(flat), d):
            total, x = extension.zero, (0, 1) + (0,) * (d - 2)
            for coordinate in reversed(flat[start : start + d]):
                total = extension.add(extension.mul(total, x), coordinate)
            found.append(total)
        return found

    now, *fractions = columns(of_lookups.lookups)
    after, *_ = columns(of_lookups.lookups_next)
    total = extension.zero
    for lookup, prefix, fraction in zip(table.lookups, prefixes, fractions, strict=True):
        terms = []
        for flag, count, fields in lookup.branches:
            combined = extension.zero
            for field in fields:
                combined = extension.add(extension.mul(combined, beta), values[field])
            terms.append((flag, values[count], extension.sub(prefix, combined)))
        if terms[0][0] is None:
            numerator, denominator = extension.zero, extension.one
            for i, (_, count, term) in enumerate(terms):
                part = count
                for j, (_, _, other) in enumerate(terms):
                    part = extension.mul(part, other) if i != j else part
                numerator = extension.add(numerator, part)
                denominator = extension.mul(denominator, term)
        else:
            numerator, denominator, left = extension.zero, extension.zero, extension.one
            for flag, count, term in terms:
                numerator = extension.add(numerator, extension.mul(values[flag], count))
                denominator = extension.add(denominator, extension.mul(values[flag], term))
                left = extension.sub(left, values[flag])
            denominator = extension.add(denominator, left)
        yield extension.sub(extension.mul(denominator, fraction), numerator)
        total = extension.add(total, fraction)
    yield extension.mul(fixed[air.IS_FIRST_ROW], now)
    yield extension.mul(fixed[air.IS_TRANSITION], extension.sub(extension.sub(after, now), total))
    yield extension.mul(fixed[air.IS_LAST_ROW], extension.sub(extension.sub(terminal, now), total))
