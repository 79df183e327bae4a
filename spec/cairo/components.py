# SPDX-License-Identifier: Apache-2.0
"""`python3 -m spec.cairo.components`: each program of the table is cairo-air's component, at a random point.

cairo-air 1.3 publishes, for each component, the value of its constraints at one point, combined with random
factors (`src/components/constraints_regression_test_values.rs`; here `cairo_air_1_3.json`). This evaluates the
table's programs at the same points. Nothing of cairo-air is run, so it holds without trusting our exporter.

The points are upstream's `ExprEvaluator::random_assignment`: every variable is a hash of its name, and each power
of alpha a variable of its own, the zeroth too. A program has the constant 1 for that one. So what upstream calls
a = alpha^0 is divided out: with z/a, alpha^i/a, and cells of the interaction trace times a, a constraint of k
fractions is upstream's divided by a^(k-1).
"""

import json
import sys
from pathlib import Path

from spec.cairo import table
from spec.stwo import program
from spec.stwo.field import P, QM31, inverse

VALUES = Path(__file__).parent / "cairo_air_1_3.json"
LOG_SIZE = 4  # Of all components whose size is not fixed.
MASK = (1 << 64) - 1


def rotate(x, bits):
    return (x << bits | x >> 64 - bits) & MASK


def sip_hash(data):
    """SipHash-1-3 with a key of zeros: Rust's `DefaultHasher`."""
    v = [0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573]

    def half(i, j, left, turn):
        v[i] = v[i] + v[j] & MASK
        v[j] = rotate(v[j], left) ^ v[i]
        v[i] = rotate(v[i], 32) if turn else v[i]

    def rounds(count):
        for _ in range(count):
            half(0, 1, 13, True)
            half(2, 3, 16, False)
            half(0, 3, 21, False)
            half(2, 1, 17, True)

    length = len(data)
    data += bytes(-(length + 1) % 8) + bytes([length % 256])
    for at in range(0, len(data), 8):
        block = int.from_bytes(data[at : at + 8], "little")
        v[3] ^= block
        rounds(1)
        v[0] ^= block
    v[2] ^= 0xFF
    rounds(3)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def variable(data):
    """The value of a variable: 32 bits of the hash of a salt of zero and its name, modulo P."""
    return sip_hash(bytes(8) + data) % (1 << 32) % P


def named(name):
    return variable(name.encode() + b"\xff")


def cell(tree, column, offset):
    return variable(b"".join((number & MASK).to_bytes(8, "little") for number in (tree, column, offset)))


class SmallRng:
    """rand 0.8's `SmallRng::seed_from_u64(0)`: xoshiro256++, seeded by PCG32."""

    def __init__(self):
        seed, state = b"", 0
        for _ in range(8):
            state = state * 6364136223846793005 + 11634580027462260723 & MASK
            word, turn = ((state >> 18 ^ state) >> 27) % (1 << 32), state >> 59
            seed += ((word >> turn | word << 32 - turn) % (1 << 32)).to_bytes(4, "little")
        self.s = [int.from_bytes(seed[at : at + 8], "little") for at in range(0, 32, 8)]

    def u32(self):
        s = self.s
        out = rotate(s[0] + s[3] & MASK, 23) + s[0] & MASK
        t = s[1] << 17 & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotate(s[3], 45)
        return out >> 32

    def m31(self):
        while True:
            high, low = divmod(self.u32() * P, 1 << 32)
            if low < 2 * P:
                return high

    def qm31(self):
        return QM31(*(self.m31() for _ in range(4)))


class Relation:
    """Challenges whose powers of alpha are variables of their own, divided by the zeroth."""

    def __init__(self):
        self.zeroth = named("CommonLookupElements_alpha0")
        self.z = QM31(named("CommonLookupElements_z")) * inverse(self.zeroth)

    def power(self, exponent):
        return QM31(named(f"CommonLookupElements_alpha{exponent}")) * inverse(self.zeroth)


def value(entry):
    """The constraints of a component at upstream's point, combined with its random factors."""
    code, random, relation = program.decode(entry.code), SmallRng(), Relation()
    scale = relation.zeroth
    parameters = [i << LOG_SIZE for i in range(1, entry.strides + 1)]
    if entry.segment is not None:
        parameters = [random.u32() % P]
    constraints = code.evaluate(
        [QM31(named(name or f"seq_{LOG_SIZE}")) for name in entry.columns],
        [QM31(cell(1, i, offset)) for i, offsets in enumerate(code.trace) for offset in offsets],
        # Upstream numbers the columns of both trees in one go.
        [
            QM31(cell(2, i, offset)) * scale
            for i, offsets in enumerate(code.interaction, len(code.trace))
            for offset in offsets
        ],
        parameters,
        [relation],
        QM31(named("claimed_sum")) * inverse(named("column_size")) * scale,
    )
    total = QM31(0)
    for constraint, fractions in zip(constraints, code.degrees(lambda name: int(name == "z"))):
        total += constraint * pow(scale, max(fractions - 1, 0), P) * random.qm31()
    return total


def main():
    expected = json.loads(VALUES.read_text())
    entries = table.read()[1]
    wrong = [entry.name for entry in entries if value(entry) != QM31(*expected[entry.name])]
    right = len(entries) - len(wrong)
    print(f"{right} of {len(expected)} components have cairo-air's values", *wrong)
    print(f"{right} passed, {max(len(entries), len(expected)) - right} failed")
    sys.exit(bool(wrong) or len(entries) != len(expected))


if __name__ == "__main__":
    main()
