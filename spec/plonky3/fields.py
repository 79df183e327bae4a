# SPDX-License-Identifier: Apache-2.0
"""BabyBear, and its extensions of degree 4 and 5.

A base field element is an int from 0 to P - 1. An extension element is a tuple of them: the
coefficients of 1, X, X^2, ... modulo X^D - W.
"""

P = 2**31 - 2**27 + 1
GENERATOR = 31  # of the multiplicative group
TWO_ADICITY = 27  # 2^27 divides P - 1


def inverse(a):
    return pow(a, P - 2, P)


def root_of_unity(log_order):
    """The generator of the group of order 2^log_order; each is the square of the next."""
    assert log_order <= TWO_ADICITY
    return pow(GENERATOR, (P - 1) >> log_order, P)


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
    """The field with P^degree elements. `mul` is written out below, for speed."""

    def __init__(self, degree, w, mul):
        self.degree, self.w, self.mul = degree, w, mul
        self.zero = (0,) * degree
        self.one = (1,) + (0,) * (degree - 1)
        # X^P = W^((P - 1) / D) X: the Frobenius map multiplies each coefficient by a constant.
        step = pow(w, (P - 1) // degree, P)
        self.frobenius_factors = [pow(step, i, P) for i in range(degree)]

    def lift(self, a):
        """A base field element as one of the extension."""
        return (a % P,) + (0,) * (self.degree - 1)

    @staticmethod
    def add(a, b):
        return tuple([(x + y) % P for x, y in zip(a, b)])

    @staticmethod
    def sub(a, b):
        return tuple([(x - y) % P for x, y in zip(a, b)])

    @staticmethod
    def neg(a):
        return tuple([-x % P for x in a])

    @staticmethod
    def scale(a, s):
        """`a` times `s` of the base field."""
        return tuple([x * s % P for x in a])

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

    def inverse(self, a):
        """By the norm: the product of all conjugates of `a` is in the base field."""
        assert any(a)
        conjugate, others = a, self.one
        for _ in range(self.degree - 1):
            conjugate = tuple([x * f % P for x, f in zip(conjugate, self.frobenius_factors)])
            others = self.mul(others, conjugate)
        return self.scale(others, inverse(self.mul(a, others)[0]))

    def batch_inverse(self, values):
        return batch_inverse(values, self.one, self.mul, self.inverse)

    def evaluate(self, coefficients, x):
        """The polynomial with extension `coefficients`, at `x` of the base field."""
        result = self.zero
        for c in reversed(coefficients):
            result = tuple([(r * x + y) % P for r, y in zip(result, c)])
        return result

    def interpolate(self, points, values, z):
        """Lagrange: at `z`, the polynomial of least degree with `values` at `points`.

        The points are a coset of a group of roots of unity, in any order: `n` base field elements
        of one n-th power `c`. There L_i(z) = x_i (z^n - c) / (n c (z - x_i)).
        """
        for point, value in zip(points, values):
            if z == self.lift(point):
                return value
        n, c = len(points), pow(points[0], len(points), P)
        scale = inverse(n * c)
        differences = [((z[0] - x) % P,) + z[1:] for x in points]
        total = self.zero
        for x, value, inverted in zip(points, values, self.batch_inverse(differences)):
            total = self.add(total, self.mul(self.scale(value, x * scale % P), inverted))
        return self.mul(total, self.sub(self.pow(z, n), self.lift(c)))


def _mul4(a, b):
    a0, a1, a2, a3 = a
    b0, b1, b2, b3 = b
    return (
        (a0 * b0 + 11 * (a1 * b3 + a2 * b2 + a3 * b1)) % P,
        (a0 * b1 + a1 * b0 + 11 * (a2 * b3 + a3 * b2)) % P,
        (a0 * b2 + a1 * b1 + a2 * b0 + 11 * a3 * b3) % P,
        (a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0) % P,
    )


def _mul5(a, b):
    a0, a1, a2, a3, a4 = a
    b0, b1, b2, b3, b4 = b
    return (
        (a0 * b0 + 2 * (a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1)) % P,
        (a0 * b1 + a1 * b0 + 2 * (a2 * b4 + a3 * b3 + a4 * b2)) % P,
        (a0 * b2 + a1 * b1 + a2 * b0 + 2 * (a3 * b4 + a4 * b3)) % P,
        (a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + 2 * a4 * b4) % P,
        (a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0) % P,
    )


EXTENSIONS = {4: Extension(4, 11, _mul4), 5: Extension(5, 2, _mul5)}
