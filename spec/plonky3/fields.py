# SPDX-License-Identifier: Apache-2.0
"""BabyBear and KoalaBear, and their extensions of degree 4 and 5.

A base field element is an int from 0 to p - 1. An extension element is a tuple of them: the
coefficients of 1, X, X^2, ... modulo X^D - W, or for KoalaBear's fifth degree modulo X^5 + X^2 - 1.
"""


class Field:
    """The integers modulo `p`, a prime."""

    def __init__(self, name, p, generator, two_adicity):
        self.name, self.p = name, p
        self.generator = generator  # of the multiplicative group
        self.two_adicity = two_adicity  # 2^two_adicity divides p - 1
        self.extensions = {}  # by degree
        self.suites = []  # in the order of keys: spec/plonky3/hashes.py

    def inverse(self, a):
        return pow(a, self.p - 2, self.p)

    def root_of_unity(self, log_order):
        """The generator of the group of order 2^log_order; each is the square of the next."""
        assert log_order <= self.two_adicity
        return pow(self.generator, (self.p - 1) >> log_order, self.p)


BABY_BEAR = Field("BabyBear", 2**31 - 2**27 + 1, 31, 27)
KOALA_BEAR = Field("KoalaBear", 2**31 - 2**24 + 1, 3, 24)
FIELDS = [BABY_BEAR, KOALA_BEAR]


def reverse_bits(value, bits):
    return int(format(value, f"0{bits}b")[::-1], 2) if bits else 0


def batch_inverse(values, one, mul, inv):
    """Inverses of `values`, none of them zero, for the price of one (Montgomery's trick)."""
    products = [one]
    for value in values:
        products.append(mul(products[-1], value))
    rest = inv(products.pop())
    inverses = []
    for value, before in zip(reversed(values), reversed(products)):
        inverses.append(mul(rest, before))
        rest = mul(rest, value)
    return inverses[::-1]


class Extension:
    """The field with p^degree elements. `mul` is written out below, for speed; `identity` is the
    polynomial that is zero in it, as upstream's transcript names it."""

    def __init__(self, field, degree, identity, mul):
        self.field, self.degree, self.identity, self.mul = field, degree, identity, mul
        self.zero = (0,) * degree
        self.one = (1,) + (0,) * (degree - 1)
        # The Frobenius map is linear: what it makes of 1, X, X^2, ...
        x = (0, 1) + (0,) * (degree - 2)
        self.frobenius_images = [self.pow(self.pow(x, i), field.p) for i in range(degree)]

    def lift(self, a):
        """A base field element as one of the extension."""
        return (a % self.field.p,) + (0,) * (self.degree - 1)

    def add(self, a, b):
        p = self.field.p
        return tuple([(x + y) % p for x, y in zip(a, b)])

    def sub(self, a, b):
        p = self.field.p
        return tuple([(x - y) % p for x, y in zip(a, b)])

    def neg(self, a):
        p = self.field.p
        return tuple([-x % p for x in a])

    def scale(self, a, s):
        """`a` times `s` of the base field."""
        p = self.field.p
        return tuple([x * s % p for x in a])

    def pow(self, a, exponent):
        result = self.one
        while exponent:
            if exponent & 1:
                result = self.mul(result, a)
            a = self.mul(a, a)
            exponent >>= 1
        return result

    def power_of_two(self, a, log):
        """a^(2^log)"""
        for _ in range(log):
            a = self.mul(a, a)
        return a

    def frobenius(self, a):
        """a^p"""
        p = self.field.p
        return tuple([sum([x * image[i] for x, image in zip(a, self.frobenius_images)]) % p
                      for i in range(self.degree)])

    def inverse(self, a):
        """By the norm: the product of all conjugates of `a` is in the base field."""
        assert any(a)
        conjugate, others = a, self.one
        for _ in range(self.degree - 1):
            conjugate = self.frobenius(conjugate)
            others = self.mul(others, conjugate)
        return self.scale(others, self.field.inverse(self.mul(a, others)[0]))

    def batch_inverse(self, values):
        return batch_inverse(values, self.one, self.mul, self.inverse)

    def evaluate(self, coefficients, x):
        """The polynomial with extension `coefficients`, at `x` of the base field."""
        p, result = self.field.p, self.zero
        for c in reversed(coefficients):
            result = tuple([(r * x + y) % p for r, y in zip(result, c)])
        return result

    def interpolate(self, points, values, z):
        """Lagrange: at `z`, the polynomial of least degree with `values` at `points`.

        The points are a coset of a group of roots of unity, in any order: `n` base field elements
        of one n-th power `c`. There L_i(z) = x_i (z^n - c) / (n c (z - x_i)).
        """
        for point, value in zip(points, values):
            if z == self.lift(point):
                return value
        p = self.field.p
        n, c = len(points), pow(points[0], len(points), p)
        scale = self.field.inverse(n * c)
        differences = [((z[0] - x) % p,) + z[1:] for x in points]
        total = self.zero
        for x, value, inverted in zip(points, values, self.batch_inverse(differences)):
            total = self.add(total, self.mul(self.scale(value, x * scale % p), inverted))
        return self.mul(total, self.sub(self.pow(z, n), self.lift(c)))


def _quartic(p, w):
    """Modulo X^4 - w."""

    def mul(a, b):
        a0, a1, a2, a3 = a
        b0, b1, b2, b3 = b
        return (
            (a0 * b0 + w * (a1 * b3 + a2 * b2 + a3 * b1)) % p,
            (a0 * b1 + a1 * b0 + w * (a2 * b3 + a3 * b2)) % p,
            (a0 * b2 + a1 * b1 + a2 * b0 + w * a3 * b3) % p,
            (a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0) % p,
        )

    return mul


def _quintic(p, w):
    """Modulo X^5 - w."""

    def mul(a, b):
        a0, a1, a2, a3, a4 = a
        b0, b1, b2, b3, b4 = b
        return (
            (a0 * b0 + w * (a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1)) % p,
            (a0 * b1 + a1 * b0 + w * (a2 * b4 + a3 * b3 + a4 * b2)) % p,
            (a0 * b2 + a1 * b1 + a2 * b0 + w * (a3 * b4 + a4 * b3)) % p,
            (a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + w * a4 * b4) % p,
            (a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0) % p,
        )

    return mul


def _quintic_trinomial(p):
    """Modulo X^5 + X^2 - 1: X^5 = 1 - X^2, X^6 = X - X^3, X^7 = X^2 - X^4, X^8 = X^3 + X^2 - 1."""

    def mul(a, b):
        a0, a1, a2, a3, a4 = a
        b0, b1, b2, b3, b4 = b
        c5 = a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1
        c6 = a2 * b4 + a3 * b3 + a4 * b2
        c7 = a3 * b4 + a4 * b3
        c8 = a4 * b4
        return (
            (a0 * b0 + c5 - c8) % p,
            (a0 * b1 + a1 * b0 + c6) % p,
            (a0 * b2 + a1 * b1 + a2 * b0 - c5 + c7 + c8) % p,
            (a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 - c6 + c8) % p,
            (a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0 - c7) % p,
        )

    return mul


DEGREES = (4, 5)
BABY_BEAR.extensions = {
    4: Extension(BABY_BEAR, 4, "X^4-11", _quartic(BABY_BEAR.p, 11)),
    5: Extension(BABY_BEAR, 5, "X^5-2", _quintic(BABY_BEAR.p, 2)),
}
# 5 does not divide p - 1, so every element is a fifth power, and no X^5 - W is irreducible.
KOALA_BEAR.extensions = {
    4: Extension(KOALA_BEAR, 4, "X^4-3", _quartic(KOALA_BEAR.p, 3)),
    5: Extension(KOALA_BEAR, 5, "X^5+X^2-1", _quintic_trinomial(KOALA_BEAR.p)),
}
