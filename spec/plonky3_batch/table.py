# SPDX-License-Identifier: Apache-2.0
"""A table: a program whose constraints may be none, and lookups.

A lookup adds a fraction to a bus on every row: the sum of count / (prefix - fields) over its branches, with the
fields combined by powers of a challenge. Where branches have flags, of which a row sets at most one, it is that of the
branch whose flag is set, or nothing.
"""

from dataclasses import dataclass

from spec.common import Reader, Refused
from spec.plonky3 import program as air

MAX_LOOKUPS = 1 << 10
MAX_BRANCHES = 1 << 11
MAX_TUPLE_WIDTH = 1 << 6
MAX_LOOKUP_FIELDS = 1 << 13
MAX_BUSES = 1 << 8
MAX_WEIGHT = 1 << 24


@dataclass(frozen=True)
class Lookup:
    bus: int  # None: one of its own
    weight: int  # the most that the counts of a row add up to
    branches: list  # each (flag or None, count, fields): positions of operations

    @property
    def width(self):
        return len(self.branches[0][2])


@dataclass(frozen=True)
class Table:
    program: air.Program
    lookups: list

    @property
    def lookup_columns(self):
        """Columns over the extension: the sum of the fractions so far, and each fraction."""
        return len(self.lookups) + 1 if self.lookups else 0


def lookups(reader, count):
    found, branches, fields = [], 0, 0
    for _ in range(air.number(reader, "number of lookups", MAX_LOOKUPS)):
        flags = reader.u8("lookup flags")
        if flags > 3:
            raise air.malformed(f"lookup flags {flags}")
        bus = air.number(reader, "bus", MAX_BUSES - 1) if flags & 1 else None
        weight = air.number(reader, "weight", MAX_WEIGHT)
        several = air.number(reader, "branches", MAX_BRANCHES - branches)
        width = air.number(reader, "elements of a tuple", MAX_TUPLE_WIDTH)
        if several == 0 or width == 0:
            raise air.malformed("a lookup without branches or a tuple without elements")
        branches, fields = branches + several, fields + several * width
        if fields > MAX_LOOKUP_FIELDS:
            raise Refused("program_too_large", f"fields of lookups: {fields}")
        said = []
        for _ in range(several):
            flag = air.position(reader, "flag", count) if flags & 2 else None
            times = air.position(reader, "count", count)
            said.append((flag, times, [air.position(reader, "field", count) for _ in range(width)]))
        found.append(Lookup(bus, weight, said))
    return found


def decode(data):
    reader = Reader(data, short="program_malformed")
    program = air.decode_parts(reader, 2)
    found = lookups(reader, len(program.operations))
    if not program.assertions and not found:
        raise air.malformed("nothing is claimed")
    if reader.left():
        raise air.malformed("trailing bytes")
    return Table(program, found)


def roots(table):
    """The positions that the walk of the canonical order starts from, in order."""
    yield from table.program.assertions
    for lookup in table.lookups:
        for flag, count, fields in lookup.branches:
            yield from [flag] if flag is not None else []
            yield count
            yield from fields


def degrees(table, leaf, column, ends, transition):
    """The formal degree of each constraint, those of the lookups last, from the degrees of what they are made of: a
    column, a selector of one row, the transition's."""
    program = table.program
    of = air.evaluate_all(program, leaf, max, max, lambda a, b: min(a + b, air.ENORMOUS), lambda a: a)
    found = [of[position] for position in program.assertions]
    for lookup in table.lookups:
        tuples = [max(of[field] for field in fields) for _, _, fields in lookup.branches]
        counts = [of[count] for _, count, _ in lookup.branches]
        if lookup.branches[0][0] is not None:
            flags = [of[flag] for flag, _, _ in lookup.branches]
            denominator = max(flag + element for flag, element in zip(flags, tuples))
            numerator = max(flag + count for flag, count in zip(flags, counts))
        else:
            denominator = sum(tuples)
            numerator = max(count + denominator - element for count, element in zip(counts, tuples))
        found.append(max(denominator + column, numerator))
    if table.lookups:
        found.append(column + max(ends, transition))
    return found


def polynomial_degree(table, rows):
    """The largest degree of a constraint as a polynomial over a trace of `rows` rows."""
    leaf = air.polynomial_leaf(table.program, rows)
    return max(degrees(table, leaf, rows - 1, rows - 1, 1))


def degree_multiple(table, rows):
    """Upstream's degree, in multiples of a column's: what sizes the quotient."""
    if table.program.periodic:
        degree = polynomial_degree(table, rows)
        multiple = -(-(degree - 1) // (rows - 1)) if degree else 0
    else:
        free = (air.CONSTANT, air.PUBLIC, air.IS_TRANSITION)
        multiple = max(degrees(table, lambda opcode, a: 0 if opcode in free else 1, 1, 1, 0))
    return max(multiple, table.program.degree_hint)
