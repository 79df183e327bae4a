# SPDX-License-Identifier: Apache-2.0
"""Cairo programs, as stwo-cairo 1.3 proves them with STWO 2.3: verification, step by step.

    verify(vk, public_values, proof)

returns, or raises `Refused` with the label of an error class. Public values are the program's output. What
acceptance says, and what is checked: primitives/stwo/src/cairo/mod.rs, docs/cairo.md.
"""

import struct

from spec.cairo import claim as claims, key as keys, table
from spec.cairo.claim import limbs
from spec.cairo.key import BUILTINS, PRIME
from spec.cairo.relations import MEMORY_ADDRESS_TO_ID, MEMORY_ID_TO_BIG, OPCODES, check_uses
from spec.common import Reader, Refused, decode_public_values
from spec.stwo import proof as proofs
from spec.stwo.channel import Channel
from spec.stwo.field import QM31
from spec.stwo.program import MAX_PUBLIC_VALUES
from spec.stwo.verifier import argument, draw_relations, tuple_of

OUTPUT_WORDS = 8  # Of 32 bits, least significant first, in a number of the output.

# In the claim, upstream has places for 16 components of large values; one is supported.
MORE_BIG_COMPONENTS = 15

FIRST_PC, LAST_PC = 1, 5  # A program ends in its `jmp rel 0`.


def verify(vk, public_values, proof):
    key = keys.decode(bytes(vk))
    values = decode_public_values(public_values, MAX_PUBLIC_VALUES)
    key.check()
    output = read_output(values)
    reader = Reader(proof, "proof_truncated")
    claim = claims.decode(key, output, reader)
    air = keys.instance(key, claim.components)
    cells = claim.memory()
    check_uses(claim.components, len(cells))
    proof = proofs.decode(air, reader)

    channel = Channel(key.hash_variant)
    mix_claim(channel, key, claim)
    channel.mix(proof.trace_root)
    relations = draw_relations(air, proof, channel)
    check_lookups(claim, cells, relations[0], proof.claimed_sums)
    argument(air, proof, channel, relations, [])


def read_output(values):
    if len(values) % OUTPUT_WORDS:
        raise Refused("public_values_count", f"{OUTPUT_WORDS} for each number, not {len(values)}")
    data = struct.pack(f"<{len(values)}I", *values)
    output = [int.from_bytes(data[at : at + 32], "little") for at in range(0, len(data), 32)]
    if any(number >= PRIME for number in output):
        raise Refused("public_value_not_canonical")
    return output


def mix_claim(channel, key, claim):
    """Everything that the prover says before the trace, as upstream's `verify_cairo` mixes it."""

    def mix(values):
        """Integers below P, four in an element of the secure field."""
        channel.mix_words([*values, *[0] * (-len(values) % 4)])

    mix([0])  # The salt.
    channel.mix_felts(key.params.felts())
    channel.mix(key.preprocessed_root)
    numbers, enabled = {component.number for component in claim.components}, []
    for number, entry in enumerate(table.read()[1]):
        enabled.append(int(number in numbers))
        enabled += [0] * (MORE_BIG_COMPONENTS if entry.name == "memory_id_to_big" else 0)
    mix([len(enabled)])
    mix(enabled)
    mix([component.log_size for component in claim.components])
    mix([len(claim.program)])
    first, last = claim.initial_ap, claim.final_ap
    public = [FIRST_PC, first, first, LAST_PC, last, first]  # pc, ap and fp of the first state, and of the last.
    for builtin in range(len(BUILTINS)):
        for pointer in claim.segments.get(builtin, (claims.Pointer(0, 0),) * 2):
            public += [pointer.id, pointer.value]
    public += claim.frame_ids
    public += [id for id, _ in claim.output + claim.program]
    mix(public)
    for numbers in (claim.output, claim.program):
        words = [limb for _, number in numbers for limb in limbs(number)]
        channel.mix(channel.hash(struct.pack(f"<{len(words)}I", *words)))


def check_lookups(claim, cells, relation, claimed_sums):
    """Every fraction adds up to zero: the components', and those of public memory and of the states."""
    total = QM31(0)
    for claimed_sum in claimed_sums:
        total += claimed_sum
    for address, id, number in cells:
        total += tuple_of(relation, [MEMORY_ADDRESS_TO_ID, address, id])
        total += tuple_of(relation, [MEMORY_ID_TO_BIG, id, *limbs(number)])
    # The last state is used, and the first is yielded.
    first, last = claim.initial_ap, claim.final_ap
    total += tuple_of(relation, [OPCODES, LAST_PC, last, first])
    total -= tuple_of(relation, [OPCODES, FIRST_PC, first, first])
    if not total.is_zero():
        raise Refused("constraints_invalid", "lookups do not balance")


if __name__ == "__main__":
    import sys

    from spec.stwo.selfcheck import cases, run

    found = list(cases("primitives/stwo/fixtures/cairo/*_vk_v1.bin"))
    sys.exit(run(verify, keys.check, found, 4))
