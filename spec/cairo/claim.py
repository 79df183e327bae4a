# SPDX-License-Identifier: Apache-2.0
"""What a proof of a Cairo program says before its argument: the table at the head of
primitives/stwo/src/cairo/claim.rs. Ids name values of Cairo's memory; they are the prover's choice.
"""

import hashlib
from dataclasses import dataclass

from spec.cairo import table
from spec.cairo.key import BUILTINS, LEAST_HEIGHT, LEAST_LOG_SIZE, OUTPUT, PRIME, Used
from spec.common import Refused
from spec.stwo.field import P
from spec.stwo.proof import base

MEMORY_BOUND = 1 << 29  # Addresses lie below.
LIMBS = 28  # Of 9 bits: what the AIR has a number in.

# Memory cells that one use of a builtin takes; those left out are not proven.
CELLS = {
    "output": 1, "range_check": 1, "range_check96": 1, "pedersen": 3, "bitwise": 5, "poseidon": 6, "ec_op": 7,
    "add_mod": 7, "mul_mod": 7,
}  # fmt: skip

# How a program starts: ap += number of builtins; call main; jmp rel 0.
ADD_AP, CALL, JUMP = 0x4078001_7FFF7FFF, 0x11048001_80018000, 0x1078001_7FFF7FFF


def refuse(why):
    return Refused("claim_invalid", why)


@dataclass(frozen=True)
class Pointer:
    value: int
    id: int


@dataclass
class Claim:
    components: list
    initial_ap: int
    final_ap: int
    segments: dict  # From a builtin's number to its first and last pointer, for the key's builtins.
    frame_ids: tuple  # Of the two cells before the first frame.
    output: list  # Ids and numbers.
    program: list

    def memory(self):
        """Public memory: address, id and number of each cell. The program is at address 1."""
        cells = [(address, id, number) for address, (id, number) in enumerate(self.program, 1)]
        # The first frame, as if it had been called: its own fp, and a return address of zero.
        first, last = self.initial_ap, self.final_ap
        cells += [(first - 2, self.frame_ids[0], first), (first - 1, self.frame_ids[1], 0)]
        # `main` is called with the builtins' pointers, and leaves them at its end.
        for i, (start, stop) in enumerate(self.segments.values()):
            cells += [(first + i, start.id, start.value), (last - len(self.segments) + i, stop.id, stop.value)]
        cells += [(address, id, number) for address, (id, number) in enumerate(self.output, last)]
        return cells


def limbs(number):
    return [number >> 9 * i & 511 for i in range(LIMBS)]


def word(reader, what):
    """An integer below P, so that the transcript has one form of it."""
    return base(reader, 1, what)[0]


def decode(key, output, reader):
    components = used(key, reader)
    final_ap = word(reader, "final ap")
    # The frame follows the program and two cells; output lies where the program's memory ends.
    initial_ap = 1 + key.program_words + 2
    after_output = final_ap + len(output)
    if final_ap < initial_ap + len(key.builtins) or after_output >= MEMORY_BOUND:
        raise refuse("final ap")
    segments = {}
    for builtin in key.builtins:
        if builtin == OUTPUT:
            # What is public is what the program wrote between the pointer that it was given and the one it gave back.
            start, stop = (Pointer(value, word(reader, "id")) for value in (final_ap, after_output))
        else:
            start, stop = (Pointer(word(reader, "pointer"), word(reader, "id")) for _ in range(2))
        segments[builtin] = (start, stop)
    check_segments(segments, components)
    frame_ids = (word(reader, "id"), word(reader, "id"))
    output_ids = base(reader, len(output), "ids of the output")
    program_ids = base(reader, key.program_words, "ids of the program")
    words = program(key, reader)
    return Claim(
        components, initial_ap, final_ap, segments, frame_ids, list(zip(output_ids, output)),
        list(zip(program_ids, words)),
    )  # fmt: skip


def used(key, reader):
    """The used components and their sizes."""
    count = len(key.components)
    bits = int.from_bytes(reader.take((count + 7) // 8, "used components"), "little")
    if bits >> count:
        raise Refused("proof_not_canonical", "used components")
    out = []
    for i, number in enumerate(key.components):
        if not bits >> i & 1:
            continue
        entry = table.read()[1][number]
        log_size = entry.fixed
        if log_size is None:
            log_size = reader.u8("log2 of the rows")
            if not LEAST_LOG_SIZE <= log_size <= key.max_log_size:
                raise refuse("size of a component")
        out.append(Used(number, entry, log_size, [i << log_size for i in range(1, entry.strides + 1)]))
    if key.params.lifting_log_size is None and all(component.log_size < LEAST_HEIGHT for component in out):
        raise refuse("no component is high enough")
    return out


def check_segments(segments, components):
    """A builtin's component starts where its segment does, whether or not the program used it, and covers it."""
    for builtin, (start, stop) in segments.items():
        length, cells = stop.value - start.value, CELLS.get(BUILTINS[builtin])
        if length < 0:
            raise refuse("a segment ends before it starts")
        if cells is None and length:
            raise refuse("a segment that nothing proves")
        if cells and length % cells:
            raise refuse("a segment of parts of a use")
    covered = {OUTPUT}  # Which is memory and nothing more.
    for component in components:
        builtin = component.entry.segment
        if builtin is None:
            continue
        if builtin not in segments:
            raise refuse("a builtin that the program does not take")
        if builtin in covered:
            raise refuse("two components for one builtin")
        covered.add(builtin)
        start, stop = segments[builtin]
        end = start.value + (CELLS[BUILTINS[builtin]] << component.log_size)
        if stop.value > end or end >= P:
            raise refuse("a segment outside of its component")
        component.parameters.append(start.value)
    for builtin, (start, stop) in segments.items():
        if start.value != stop.value and builtin not in covered:
            raise refuse("a used builtin without a component")


def program(key, reader):
    """The program, as it is hashed. It is the key's, and starts in the way that makes its builtins and its end what
    the rest of the claim takes them to be."""
    begin = reader.at
    words = [program_word(reader) for _ in range(key.program_words)]
    # As upstream: Blake2s, modulo Cairo's prime.
    digest = hashlib.blake2s(reader.data[begin : reader.at]).digest()
    if int.from_bytes(digest, "little") % PRIME != int.from_bytes(key.program_hash, "little"):
        raise refuse("another program")
    if words[:3] + words[4:6] != [ADD_AP, len(key.builtins), CALL, JUMP, 0]:
        raise refuse("a program that does not start as programs to be proven do")
    return words


def program_word(reader):
    """Words of 32 bits, the highest first: two for a number below 2^63; else eight, with the highest bit set."""
    first = reader.u32("program")
    small = first < 1 << 31
    number = first % (1 << 31)
    for _ in range(1 if small else 7):
        number = number << 32 | reader.u32("program")
    if not small and not 1 << 63 <= number < PRIME:
        raise Refused("proof_not_canonical", "a word of the program")
    return number
