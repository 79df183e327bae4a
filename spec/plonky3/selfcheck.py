# SPDX-License-Identifier: Apache-2.0
"""Checks of the parts that proofs do not show to be right: python3 -m spec.plonky3.selfcheck"""

import random

from spec.common import Refused
from spec.plonky3 import program as air
from spec.plonky3.fields import BABY_BEAR, FIELDS, KOALA_BEAR, reverse_bits
from spec.plonky3.hashes import PERMUTATIONS, blake3, keccak256
from spec.plonky3.key import quotient_chunks
from spec.plonky3.program import (
    ADD, CONSTANT, IS_FIRST_ROW, IS_LAST_ROW, IS_TRANSITION, MAIN, MUL, NEG, PERIODIC, PUBLIC, SUB, Program,
)


POSEIDON2_VECTORS = [
    (
        BABY_BEAR,
        [894848333, 1437655012, 1200606629, 1690012884, 71131202, 1749206695, 1717947831, 120589055,
         19776022, 42382981, 1831865506, 724844064, 171220207, 1299207443, 227047920, 1783754913],
        [516096821, 90309867, 1101817252, 1660784290, 360715097, 1789519026, 1788910906, 563338433,
         319524748, 1741414159, 1650859320, 894311162, 1121347488, 1692793758, 1052633829, 1344246938],
    ),
    (
        KOALA_BEAR,
        [894848333, 1437655012, 1200606629, 1690012884, 71131202, 1749206695, 1717947831, 120589055,
         19776022, 42382981, 1831865506, 724844064, 171220207, 1299207443, 227047920, 1783754913],
        [1934285469, 604889435, 133449501, 1026180808, 1830659359, 176667110, 1391183747, 351743874,
         1238264085, 1292768839, 2023573270, 1201586780, 1360691759, 1230682461, 748270449, 651545025],
    ),
]


def program(operations, assertions, periodic=(), hint=0, field=BABY_BEAR):
    padded = [(*operation, None, None)[:3] for operation in operations]
    return Program(field, 1, 0, 1, hint, False, False, list(periodic), padded, assertions)


def power(base, exponent, start):
    """Operations that raise the operation `base`; the first of them is at position `start`."""
    operations, last = [], base
    for _ in range(exponent - 1):
        operations.append((MUL, last, base))
        last = start + len(operations) - 1
    return operations


def label_of(call, *arguments):
    try:
        call(*arguments)
    except Refused as refused:
        return refused.label


def hashes():
    # keccak.team and the vectors of BLAKE3's authors.
    assert keccak256(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"
    assert keccak256(b"abc").hex() == "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"
    assert blake3(b"").hex() == "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
    pattern = bytes(i % 251 for i in range(2049))
    assert blake3(pattern).hex() == "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030"


    # p3-koala-bear's own vector for its default permutation of width 16, and p3-baby-bear's.
    for field, vector, expected in POSEIDON2_VECTORS:
        assert PERMUTATIONS[field](vector) == expected


def fields():
    for base in FIELDS:
        p = base.p
        assert all(p % i for i in range(2, 1 << 16))
        assert (p - 1) % 2**base.two_adicity == 0 and (p - 1) >> base.two_adicity & 1
        assert pow(base.root_of_unity(base.two_adicity), 2 ** (base.two_adicity - 1), p) == p - 1
        for degree, field in base.extensions.items():
            extension(base, degree, field)


def extension(base, degree, field):
    # It is a field: the Frobenius map fixes X after `degree` times, and what a proper divisor of them
    # makes of it differs from X by something that has an inverse.
    p, x = base.p, (0, 1) + (0,) * (degree - 2)
    conjugates = [x]
    for _ in range(degree):
        conjugates.append(field.frobenius(conjugates[-1]))
    assert conjugates[degree] == x
    difference = field.sub(conjugates[{4: 2, 5: 1}[degree]], x)
    assert field.mul(difference, field.inverse(difference)) == field.one
    for _ in range(3):
        a, b, c = [tuple(random.randrange(p) for _ in range(degree)) for _ in range(3)]
        assert field.mul(a, field.inverse(a)) == field.one
        assert field.mul(a, field.add(b, c)) == field.add(field.mul(a, b), field.mul(a, c))
        assert field.pow(a, p) == field.frobenius(a)
        assert field.pow(a, p**degree) == a
        w, coefficients = base.root_of_unity(3), [a, b, c]
        points = [5 * pow(w, reverse_bits(i, 3), p) % p for i in range(8)]
        values = [field.evaluate(coefficients, x) for x in points]
        expected = field.add(field.mul(field.add(field.mul(c, a), b), a), a)
        assert field.interpolate(points, values, a) == expected
        assert field.interpolate(points, values, field.lift(points[2])) == values[2]


def degrees():
    cube = program([(MAIN, 0), *power(0, 3, 1)], [2])
    assert air.polynomial_degrees(cube, 16) == [45] and air.degree_multiple(cube, 16) == 3
    assert quotient_chunks(cube, 16, 1) == 2
    assert label_of(quotient_chunks, cube, 2, 0) == "unsupported_parameters"
    # The transition selector counts nothing for upstream. 2 * 16 - 1 is the most that one chunk can hold.
    for exponent, label in ((16, None), (17, "degree_too_high")):
        tower = program([(MAIN, 0), (IS_TRANSITION,), *power(1, exponent, 2), (MUL, exponent, 0)], [exponent + 1])
        assert air.degree_multiple(tower, 16) == 1
        assert air.polynomial_degrees(tower, 16) == [exponent + 15]
        assert label_of(quotient_chunks, tower, 16, 1) == label
    # A column of period 4 on 16 rows is of degree 12, a constant one of degree 0.
    wave = program([(PERIODIC, 0), (PERIODIC, 1), (MUL, 0, 1)], [2], periodic=[[1, 2, 3, 4], [7]])
    assert air.polynomial_degrees(wave, 16) == [12] and air.degree_multiple(wave, 16) == 1
    # Squares of squares.
    huge = program([(MAIN, 0), *[(MUL, i, i) for i in range(1000)]], [1000])
    assert label_of(quotient_chunks, huge, 16, 1) == "unsupported_parameters"


def vacuity():
    rows = 16
    P = BABY_BEAR.p
    g = BABY_BEAR.root_of_unity(4)

    def vacuous(*arguments, **named):
        return air.constrains_nothing(program(*arguments, **named), rows)

    assert not vacuous([(MAIN, 0)], [0])
    assert not vacuous([(PUBLIC, 0)], [0])
    assert vacuous([(MAIN, 0), (SUB, 0, 0)], [1])
    assert vacuous([(CONSTANT, 0)], [0]) and not vacuous([(CONSTANT, 5)], [0])
    # x - x and one that can fail.
    assert not vacuous([(MAIN, 0), (SUB, 0, 0)], [1, 0])
    # first * last = first * (x - 1) = last * transition = 0 on all rows.
    assert vacuous([(IS_FIRST_ROW,), (IS_LAST_ROW,), (MUL, 0, 1)], [2])
    assert vacuous([(IS_LAST_ROW,), (IS_TRANSITION,), (MUL, 0, 1)], [2])
    assert not vacuous([(IS_FIRST_ROW,), (IS_TRANSITION,), (MUL, 0, 1)], [2])
    # The value of a selector on its own row is as in the argument: rows / x.
    constant = (CONSTANT, rows)
    assert vacuous([(IS_FIRST_ROW,), constant, (SUB, 0, 1), (MUL, 0, 2)], [3])
    last = (CONSTANT, rows * g % P)
    assert vacuous([(IS_LAST_ROW,), last, (SUB, 0, 1), (MUL, 0, 2)], [3])
    assert not vacuous([(IS_LAST_ROW,), constant, (SUB, 0, 1), (MUL, 0, 2)], [3])
    # It can fail on one middle row only: zero on all others by products of (transition - its value there).
    operations, product = [(MAIN, 0), (IS_TRANSITION,)], 0
    for row in [row for row in range(rows) if row != 13]:
        value = (pow(g, row, P) - pow(g, P - 2, P)) % P
        at = len(operations)
        operations += [(CONSTANT, value), (SUB, 1, at), (MUL, product, at + 1)]
        product = at + 2
    assert not vacuous(operations, [product])
    value = (pow(g, 13, P) - pow(g, P - 2, P)) % P
    at = len(operations)
    assert vacuous([*operations, (CONSTANT, value), (SUB, 1, at), (MUL, product, at + 1)], [at + 2])
    # Periodic columns by row: only the last row of a period of 8 is not zero.
    assert not vacuous([(PERIODIC, 0), (MAIN, 0), (MUL, 0, 1)], [2], periodic=[[0] * 7 + [1]])
    assert vacuous([(PERIODIC, 0), (MAIN, 0), (MUL, 0, 1)], [2], periodic=[[0] * 8])
    assert vacuous([(MAIN, 0), (NEG, 0), (ADD, 0, 1)], [2])
    # -x + x with the -1 of each field: over the other it can fail, or is no constant.
    minus = [(MAIN, 0), (CONSTANT, P - 1), (MUL, 0, 1), (ADD, 0, 2)]
    assert vacuous(minus, [3]) and not vacuous(minus, [3], field=KOALA_BEAR)
    minus[1] = (CONSTANT, KOALA_BEAR.p - 1)
    assert vacuous(minus, [3], field=KOALA_BEAR)
    # Two rows have no middle.
    pair = program([(IS_FIRST_ROW,), (IS_LAST_ROW,), (MUL, 0, 1)], [2])
    assert air.constrains_nothing(pair, 2)


if __name__ == "__main__":
    for check in (hashes, fields, degrees, vacuity):
        check()
        print(f"ok   {check.__name__}")
