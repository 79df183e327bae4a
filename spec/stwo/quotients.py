# SPDX-License-Identifier: Apache-2.0
"""The quotients of all columns by what they are said to be out of the domain.

Columns are polynomials over M31, so a column f that has the value v at a point p has v's conjugate at p's. Let
(a, b, c) be such that c*v = a*p.y + b, and the same for the conjugates: then c*f - a*y - b is zero at both
points, and a multiple of the line through them. Its quotient is what the low-degree test reads.
"""

from spec.common import Refused
from spec.stwo.field import P, QM31, add_index, circle_index, point, step


def sample_points(key, zeta, challenge, samples):
    """The points at which columns are sampled: for each, (column's number, value, power of the challenge).

    A column that is sampled at two rows is sampled a third time, a period of its own domain further than the
    second: so it repeats itself along the lifted domain, and its rows follow each other as they should.
    """
    points, power, number = {}, QM31(1), 0
    for columns, values in zip(key.trees(), samples):
        for column, at in zip(columns, values):
            wanted = [(offset * step(key.log_degree), value) for offset, value in zip(column.offsets, at)]
            if len(wanted) == 2:
                second, value = wanted[1]
                period = step(key.lifting) << (column.log_size + key.params.log_blowup)
                wanted.insert(0, (second + period, value))
            for index, value in wanted:
                points.setdefault(add_index(zeta, index), []).append((number, value, power))
                power = power * challenge
            number += 1
    return points


def answers(key, proof, zeta, challenge, positions):
    """The sum of all quotients at each position, each with its power of the challenge."""
    batches = []
    for p, batch in sample_points(key, zeta, challenge, proof.samples).items():
        if p[1] == p[1].conjugate():
            raise Refused("challenge_degenerate", "a point that is its own conjugate")
        c = p[1].conjugate() - p[1]
        a = b = QM31(0)
        for _, value, power in batch:
            slope = value.conjugate() - value
            a += power * slope
            b += power * (value * c - slope * p[1])
        columns = [number for number, _, _ in batch]
        coordinates = list(zip(*(power.parts() for _, _, power in batch)))
        batches.append((p, a, b, c, columns, coordinates))

    rows = zip(*(opening.values for opening in proof.openings if opening))
    out = {}
    for position, row in zip(positions, rows):
        row = [value for tree in row for value in tree]
        q = point(circle_index(position, key.lifting))
        total = QM31(0)
        for p, a, b, c, columns, coordinates in batches:
            opened = [row[number] for number in columns]
            # The sum of the columns' values with their powers, coordinate by coordinate.
            f = QM31(*(sum(map(int.__mul__, part, opened)) % P for part in coordinates))
            total += (c * f - a * q[1] - b) * line(p, q).inverse()
        out[position] = total
    return out


def line(p, q):
    """The line through p and its conjugate, at a point q over M31. It meets the circle nowhere else, so it is not
    zero in the domain. With p = (r + su, t + vu) it is (r - q.x) v - (t - q.y) s, an element of M31(i)."""
    (x, y), (qx, qy) = p, q
    r, s, t, v = QM31(x.a, x.b), QM31(x.c, x.d), QM31(y.a, y.b), QM31(y.c, y.d)
    return (r - qx) * v - (t - qy) * s
