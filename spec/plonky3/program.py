# SPDX-License-Identifier: Apache-2.0
"""A program: an AIR as data. Its bytes, its canonical order, the degree of its constraints, and
whether it constrains anything.

A program is a list of operations, each a triple (opcode, a, b). Operands are positions of earlier
operations. The operations at the positions `assertions` are the constraints: zero on every row.
"""

import random
from dataclasses import dataclass, replace

from spec.common import Reader, Refused
from spec.plonky3.fields import BABY_BEAR, KOALA_BEAR, Field

CONSTANT, MAIN, MAIN_NEXT, PREPROCESSED, PREPROCESSED_NEXT, PERIODIC, PUBLIC = range(7)
IS_FIRST_ROW, IS_LAST_ROW, IS_TRANSITION, ADD, SUB, MUL, NEG = range(7, 14)

MAX_OPERATIONS = 1 << 17
MAX_ASSERTIONS = 1 << 15
MAX_WIDTH = 1 << 13
MAX_PREPROCESSED_WIDTH = 1 << 10
MAX_PUBLIC_VALUES = 1 << 10
MAX_PERIODIC_COLUMNS = 1 << 8
MAX_LOG_PERIOD = 10
MAX_PERIODIC_VALUES = 1 << 14
MAX_DEGREE = 17


@dataclass(frozen=True)
class Program:
    field: Field
    width: int
    preprocessed_width: int
    num_public_values: int
    degree_hint: int
    opens_next_row: bool
    opens_preprocessed_next_row: bool
    periodic: list  # columns, each a list of one period of values
    operations: list
    assertions: list


# --- Bytes


def malformed(detail):
    return Refused("program_malformed", detail)


def number(reader, reading, maximum):
    """Unsigned LEB128 in its shortest form, of at most five bytes."""
    value = 0
    for shift in range(0, 35, 7):
        byte = reader.u8(reading)
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if byte == 0 and shift > 0:
                raise malformed(f"{reading} is not in its shortest form")
            break
    else:
        raise Refused("program_too_large", f"{reading} has more than five bytes")
    if value > maximum:
        raise Refused("program_too_large", f"{reading}: {value} of {maximum}")
    return value


def element(reader, reading, field):
    value = reader.u32(reading)
    if value >= field.p:
        raise malformed(f"{reading}: {value} is not canonical")
    return value


def index(reader, reading, count):
    """A number below `count`."""
    value = number(reader, reading, 2**32 - 1)
    if value >= count:
        raise malformed(f"{reading} {value} of {count}")
    return value


def operand(reader, position):
    """A number that counts back from the operation at `position`."""
    back = number(reader, "operand", MAX_OPERATIONS)
    if not 1 <= back <= position:
        raise malformed(f"operation {position} refers to itself, a later one or before the first")
    return position - back


def periodic_columns(reader, field):
    columns, total = [], 0
    for _ in range(number(reader, "number of periodic columns", MAX_PERIODIC_COLUMNS)):
        log_period = reader.u8("period")
        if log_period > MAX_LOG_PERIOD:
            raise Refused("program_too_large", f"log2 of the period: {log_period}")
        total += 1 << log_period
        if total > MAX_PERIODIC_VALUES:
            raise Refused("program_too_large", f"periodic values: {total}")
        columns.append([element(reader, "periodic value", field) for _ in range(1 << log_period)])
    return columns


def decode(data):
    reader = Reader(data, short="program_malformed")
    program = decode_parts(reader, 1)
    if not program.assertions:
        raise malformed("no assertions")
    if reader.left():
        raise malformed("trailing bytes")
    return program


def position(reader, reading, count):
    """The position of one of `count` operations."""
    value = number(reader, reading, MAX_OPERATIONS)
    if value >= count:
        raise malformed(f"{reading} {value} of {count} operations")
    return value


def decode_parts(reader, version):
    """A program of this version of the format, without its end."""
    if reader.u8("version") != version:
        raise malformed("version")
    width = number(reader, "width", MAX_WIDTH)
    preprocessed_width = number(reader, "preprocessed width", MAX_PREPROCESSED_WIDTH)
    num_public_values = number(reader, "number of public values", MAX_PUBLIC_VALUES)
    degree_hint = number(reader, "degree hint", MAX_DEGREE)
    flags = reader.u8("flags")
    next_row, preprocessed_next_row = bool(flags & 1), bool(flags & 2)
    field = KOALA_BEAR if flags & 4 else BABY_BEAR
    if flags > 7 or (preprocessed_next_row and preprocessed_width == 0):
        raise malformed(f"flags {flags}")
    periodic = periodic_columns(reader, field)

    # What an opcode that reads a value counts in, and whether the header lets it.
    reads = {
        MAIN: (width, True),
        MAIN_NEXT: (width, next_row),
        PREPROCESSED: (preprocessed_width, True),
        PREPROCESSED_NEXT: (preprocessed_width, preprocessed_next_row),
        PERIODIC: (len(periodic), True),
        PUBLIC: (num_public_values, True),
    }
    operations = []
    for at in range(number(reader, "number of operations", MAX_OPERATIONS)):
        opcode, a, b = reader.u8("opcode"), None, None
        if opcode == CONSTANT:
            a = element(reader, "constant", field)
        elif opcode in reads:
            count, opened = reads[opcode]
            if not opened:
                raise malformed(f"operation {at} reads a row that is not opened")
            a = index(reader, "index", count)
        elif opcode in (ADD, SUB, MUL):
            a, b = operand(reader, at), operand(reader, at)
        elif opcode == NEG:
            a = operand(reader, at)
        elif opcode not in (IS_FIRST_ROW, IS_LAST_ROW, IS_TRANSITION):
            raise malformed(f"opcode {opcode}")
        operations.append((opcode, a, b))

    count = number(reader, "number of assertions", MAX_ASSERTIONS)
    assertions = [position(reader, "assertion", len(operations)) for _ in range(count)]
    return Program(
        field, width, preprocessed_width, num_public_values, degree_hint, next_row,
        preprocessed_next_row, periodic, operations, assertions,
    )


def check_canonical(program):
    """No operation twice, none unused, and all in the order in which a depth-first walk from the
    assertions, left operand first, completes them."""
    operations = program.operations
    if len(set(operations)) < len(operations):
        raise malformed("an operation is there twice")
    completed, order = set(), []
    for assertion in program.assertions:
        stack = [(assertion, False)]
        while stack:
            position, expanded = stack.pop()
            if position in completed:
                continue
            if expanded:
                completed.add(position)
                order.append(position)
                continue
            stack.append((position, True))
            opcode, a, b = operations[position]
            if opcode in (ADD, SUB, MUL):
                stack += [(b, False), (a, False)]
            elif opcode == NEG:
                stack.append((a, False))
    if order != list(range(len(operations))):
        raise malformed("operations are unused or not in canonical order")


# --- Meaning


def with_assertions(program, assertions):
    """The same operations, with other ones asserted."""
    return replace(program, assertions=assertions)


def evaluate(program, leaf, add, sub, mul, neg):
    """The value of each constraint, in any algebra: `leaf(opcode, a)` gives what the rest is made of."""
    values = evaluate_all(program, leaf, add, sub, mul, neg)
    return [values[position] for position in program.assertions]


def evaluate_all(program, leaf, add, sub, mul, neg):
    """The value of each operation."""
    values = []
    for opcode, a, b in program.operations:
        if opcode == ADD:
            value = add(values[a], values[b])
        elif opcode == MUL:
            value = mul(values[a], values[b])
        elif opcode == SUB:
            value = sub(values[a], values[b])
        elif opcode == NEG:
            value = neg(values[a])
        else:
            value = leaf(opcode, a)
        values.append(value)
    return values


# Repeated squaring can name a degree of 2^100000. Every bound that a degree is compared with is far
# below this, and a larger operand never gives a smaller result: the comparisons are exact.
ENORMOUS = 1 << 64


def degrees(program, leaf_degree):
    """The formal degree of each constraint: of a sum the larger, of a product the sum."""
    return evaluate(
        program, leaf_degree, max, max, lambda a, b: min(a + b, ENORMOUS), lambda a: a
    )


def polynomial_degrees(program, rows):
    """The degree of each constraint as a polynomial over a trace of `rows` rows."""
    return degrees(program, polynomial_leaf(program, rows))


def polynomial_leaf(program, rows):
    """The degree of what is no operation.

    A column is of degree rows - 1, as it takes any value on each row; so is a selector of one row.
    The transition selector is X - 1/g. A column of period p is a polynomial in X^(rows / p).
    """

    def leaf(opcode, a):
        if opcode in (CONSTANT, PUBLIC):
            return 0
        if opcode == IS_TRANSITION:
            return 1
        if opcode == PERIODIC:
            return rows - rows // len(program.periodic[a])
        return rows - 1

    return leaf


def degree_multiple(program, rows):
    """Upstream's degree, in multiples of a column's: what sizes the quotient."""
    if program.periodic:
        # The least d with degree <= d * (rows - 1) + 1.
        degree = max(polynomial_degrees(program, rows))
        multiple = -(-(degree - 1) // (rows - 1)) if degree else 0
    else:
        free = (CONSTANT, PUBLIC, IS_TRANSITION)
        multiple = max(degrees(program, lambda opcode, a: 0 if opcode in free else 1))
    return max(multiple, program.degree_hint)


# --- Whether a program constrains anything

TRIES = 4
MAX_EVALUATIONS = 50_000_000


def on_row(program, row, rows):
    """Every operation on one row of a random trace, with random public values.

    On its own row a selector of one row is the limit of Z_H(X) / (X - x), which is Z_H'(x) = rows / x.
    """
    field, p = program.field, program.field.p
    g = field.root_of_unity(rows.bit_length() - 1)
    x = pow(g, row, p)
    known = {
        IS_FIRST_ROW: rows * field.inverse(x) % p if row == 0 else 0,
        IS_LAST_ROW: rows * field.inverse(x) % p if row == rows - 1 else 0,
        IS_TRANSITION: (x - field.inverse(g)) % p,
    }
    cells = {}

    def leaf(opcode, a):
        if opcode == CONSTANT:
            return a
        if opcode == PERIODIC:
            return program.periodic[a][row % len(program.periodic[a])]
        if opcode in known:
            return known[opcode]
        return cells.setdefault((opcode, a), random.randrange(p))

    return evaluate_all(
        program, leaf, lambda a, b: (a + b) % p, lambda a, b: (a - b) % p,
        lambda a, b: a * b % p, lambda a: -a % p,
    )


def constrains_nothing(program, rows):
    """Whether every constraint holds on every row, whatever the trace and the public values."""
    degree = max(degrees(program, x_degree))
    return not any(
        any(values[position] for position in program.assertions) for values in tried(program, rows, degree)
    )


def x_degree(opcode, a):
    """The degree in X alone: of what is made of cells, public values and selectors of one row, none."""
    return 1 if opcode == IS_TRANSITION else 0


def tried(program, rows, degree):
    """Every operation on each row that has to be looked at for what has this degree in X.

    One value that is not zero shows that a constraint can fail. Between the first and the last row,
    rows with the same periodic values differ in X alone: a constraint of degree d in X that vanishes on
    more than d of them vanishes on all.
    """
    period = max([len(column) for column in program.periodic], default=1)
    middle = range(1, min(rows - 1, 1 + period * (degree + 1)))
    # The one place where this page may be wrong: with products of many thousand selectors, and a
    # constraint that can fail on a late row only, it says that nothing is constrained.
    affordable = MAX_EVALUATIONS // (TRIES * len(program.operations))
    for row in (0, rows - 1, *middle[:affordable]):
        for _ in range(TRIES):
            yield on_row(program, row, rows)
