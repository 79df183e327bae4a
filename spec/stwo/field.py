# SPDX-License-Identifier: Apache-2.0
"""The fields and the circle of circle STARKs (ePrint 2024/278), as stwo 2.3 has them.

M31 is the integers modulo P = 2^31 - 1: plain ints here, always reduced. QM31, the *secure field*, is
M31(i)(u) with i^2 = -1 and u^2 = 2 + i; it has P^4 elements, about 2^124. The circle x^2 + y^2 = 1 has
P + 1 = 2^31 points over M31, a cyclic group: a point is named by its index, a multiple of the generator.
"""

P = (1 << 31) - 1


def inverse(x):
    """1/x in M31. Callers have made sure that x is not zero."""
    return pow(x, -1, P)


class QM31:
    """(a + bi) + (c + di)u. The right operand of + - * may be an int, an element of M31."""

    __slots__ = ("a", "b", "c", "d")

    def __init__(self, a, b=0, c=0, d=0):
        self.a, self.b, self.c, self.d = a, b, c, d

    def __add__(self, o):
        if type(o) is int:
            return QM31((self.a + o) % P, self.b, self.c, self.d)
        return QM31((self.a + o.a) % P, (self.b + o.b) % P, (self.c + o.c) % P, (self.d + o.d) % P)

    def __sub__(self, o):
        if type(o) is int:
            return QM31((self.a - o) % P, self.b, self.c, self.d)
        return QM31((self.a - o.a) % P, (self.b - o.b) % P, (self.c - o.c) % P, (self.d - o.d) % P)

    def __neg__(self):
        return QM31(-self.a % P, -self.b % P, -self.c % P, -self.d % P)

    def __mul__(self, o):
        a, b, c, d = self.a, self.b, self.c, self.d
        if type(o) is int:
            return QM31(a * o % P, b * o % P, c * o % P, d * o % P)
        e, f, g, h = o.a, o.b, o.c, o.d
        # (A + Cu)(E + Gu) = AE + (2 + i)CG + (AG + CE)u, with A = a + bi and so on.
        r, s = c * g - d * h, c * h + d * g  # CG
        return QM31(
            (a * e - b * f + 2 * r - s) % P,
            (a * f + b * e + r + 2 * s) % P,
            (a * g - b * h + c * e - d * f) % P,
            (a * h + b * g + c * f + d * e) % P,
        )

    def inverse(self):
        """1 / (A + Cu) = (A - Cu) / (A^2 - (2 + i)C^2), and 1 / (a + bi) = (a - bi) / (a^2 + b^2)."""
        conjugate = self.conjugate()
        norm = self * conjugate  # In M31(i): its c and d are zero.
        k = inverse(norm.a * norm.a + norm.b * norm.b)
        return conjugate * QM31(norm.a * k % P, -norm.b * k % P)

    def conjugate(self):
        """The complex conjugate over M31(i): u becomes -u. Fixes M31(i), and the points of the domains."""
        return QM31(self.a, self.b, -self.c % P, -self.d % P)

    def __eq__(self, o):
        return isinstance(o, QM31) and self.parts() == o.parts()

    def __hash__(self):
        return hash(self.parts())

    def __repr__(self):
        return f"({self.a} + {self.b}i) + ({self.c} + {self.d}i)u"

    def is_zero(self):
        return not (self.a or self.b or self.c or self.d)

    def parts(self):
        return (self.a, self.b, self.c, self.d)

    def bytes(self):
        return b"".join(part.to_bytes(4, "little") for part in self.parts())


ZERO, ONE = QM31(0), QM31(1)
I, U, IU = QM31(0, 1), QM31(0, 0, 1), QM31(0, 0, 0, 1)


def combine(x, y, z, w):
    """The element whose coordinates are polynomials with these values: not a QM31 of four ints."""
    return x + y * I + z * U + w * IU


# The circle. Points over QM31 are pairs (x, y) of QM31, points over M31 pairs of ints.

ORDER = 31  # log2 of the number of points over M31.
_DOUBLES = [(2, 1268011823)]  # The generator, twice it, four times it ...
for _ in range(ORDER - 1):
    _x, _y = _DOUBLES[-1]
    _DOUBLES.append(((2 * _x * _x - 1) % P, 2 * _x * _y % P))


def point(index):
    """The point of M31's circle with this index: that multiple of the generator."""
    x, y = 1, 0
    index %= 1 << ORDER
    for bit in range(ORDER):
        if index >> bit & 1:
            s, t = _DOUBLES[bit]
            x, y = (x * s - y * t) % P, (x * t + y * s) % P
    return x, y


def add_index(p, index):
    """p plus the point with this index; p is over QM31."""
    (x, y), (s, t) = p, point(index)
    return x * s - y * t, x * t + y * s


def double_x(x):
    """The x of twice a point, from its x."""
    return x * x * 2 - 1


def bit_reverse(i, bits):
    return int(format(i, f"0{bits}b")[::-1], 2) if bits else i


# Domains. A *canonic coset* of 2^n points is G_2n + <G_n>, G_m a point of order m: all points whose order is
# 2^(n+1). Values over it are committed in this order: position q is the point of `circle_index(q, n)`, so
# that 2k and 2k + 1 are a point and its conjugate, and 2k + 4m and 2k + 4m + 2 have opposite x.


def step(n):
    """Index of G_n: from a row to the next, in a trace of 2^n rows."""
    return 1 << (ORDER - n)


def circle_index(q, n):
    """Index of the point at position q of the canonic coset of 2^n points."""
    i = bit_reverse(q, n)
    half = 1 << (n - 1)
    # Half of the coset, G_2n + <G_(n/2)>, then its conjugate.
    if i < half:
        return step(n + 1) + i * step(n - 1)
    return -(step(n + 1) + (i - half) * step(n - 1))


def line_x(q, n):
    """The x at position q of a line domain of 2^n: the x of the half coset G_4n + <G_n>."""
    return point(step(n + 2) + bit_reverse(q, n) * step(n))[0]


def vanishing(x, n):
    """The polynomial that is zero on the canonic coset of 2^n points, at a point with this x."""
    for _ in range(n - 1):
        x = double_x(x)
    return x
