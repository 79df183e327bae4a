# SPDX-License-Identifier: Apache-2.0
"""Programs: the constraints of one component as a list of operations.

The format is described at `Program` in primitives/air/src/stwo/program.rs.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from spec.common import Reader, Refused
from spec.stwo.field import P, QM31, combine

VERSION = 0x81
MAX_OPERATIONS = 1 << 17
MAX_ASSERTIONS = 1 << 15
MAX_WIDTH = 1 << 13
MAX_PREPROCESSED = 1 << 10
MAX_PUBLIC_VALUES = 1 << 10
MAX_RELATIONS = 64
MAX_ALPHA_POWER = 127
MAX_OFFSET = 64
MAX_DEGREE = 3
MAX_U32 = (1 << 32) - 1

# Counts and degrees stop here: squaring again and again names numbers of any length.
SATURATED = 1 << 64


def malformed(why):
    return Refused("program_malformed", why)


def no_lookups(constraint, why):
    return Refused("unsupported_parameters", f"constraint {constraint}: {why}")


def leading(name, of, known):
    """The degree of an operation in all z, and whether its leading coefficient is a constant other than zero."""
    if name == "z":
        return 1, True
    if name in ("constant", "extension"):
        return 0, any(of)
    if name in ("add", "sub"):
        (a, monic_a), (b, monic_b) = (known[i] for i in of)
        return max(a, b), monic_a if a > b else a < b and monic_b
    if name == "mul":
        (a, monic_a), (b, monic_b) = (known[i] for i in of)
        return min(a + b, SATURATED), monic_a and monic_b and a + b < SATURATED
    if name == "neg":
        return known[of[0]]
    if name == "combine":
        return max(known[i][0] for i in of), False
    return 0, False


class Relation:
    """The challenges of a lookup relation."""

    def __init__(self, z, alpha):
        self.z, self.alpha, self.powers = z, alpha, [QM31(1)]

    def power(self, exponent):
        while len(self.powers) <= exponent:
            self.powers.append(self.powers[-1] * self.alpha)
        return self.powers[exponent]


@dataclass(frozen=True, eq=False)
class Program:
    preprocessed: int  # Columns that it reads, on the current row.
    public_values: int
    relations: int
    trace: tuple  # For each column, the offsets from the current row at which it is read.
    interaction: tuple
    operations: tuple  # Each a name and its operands; operands that are operations are positions.
    assertions: tuple  # Positions of the operations that are zero on every row.

    @cached_property
    def has_claimed_sum(self):
        return ("shift",) in self.operations

    def degrees(self, leaf):
        """The degree of each constraint, where `leaf` gives the degree of an operation without operands."""
        degree = []
        for name, *of in self.operations:
            if name in ("add", "sub", "combine", "neg"):
                degree.append(max(degree[i] for i in of))
            elif name == "mul":
                degree.append(min(degree[of[0]] + degree[of[1]], SATURATED))
            else:
                degree.append(leaf(name))
        return [degree[i] for i in self.assertions]

    @cached_property
    def degree(self):
        """The largest degree of a constraint in cells: it bounds the degree of the composition."""
        return max(self.degrees(lambda name: int(name in ("preprocessed", "trace", "interaction"))))

    @cached_property
    def lookups(self):
        """The fractions that the lookups add on each row: triples of a constraint, its numerator and its denominator,
        which are functions of the operations' values.

        An element of the interaction trace is four columns read as one. What is asked of elements and of the claimed
        sum is, in order and once for each element,
            (e - last) * D - N, and in the end (e - e' - last + sum / rows) * D - N, where e' is e at another row,
        and D is zero for no trace: by a formal count, a polynomial in the relations' z whose leading coefficient is a
        constant. So the claimed sum is the sum of N / D over all rows, whatever a prover commits to.
        """
        cells = [(column, offset) for column, offsets in enumerate(self.interaction) for offset in offsets]
        sums, monic = [], []  # Of each operation: its partial sum; its degree in z, and whether it is monic.
        for name, *of in self.operations:
            sums.append(self.partial_sum(name, of, sums, cells))
            monic.append(leading(name, of, monic))
        out, last, taken, ended = [], None, set(), False
        for index, position in enumerate(self.assertions):
            if sums[position] == {}:
                continue  # It reads neither elements nor the sum.
            if ended:
                raise no_lookups(index, "nothing follows the constraint with the sum")
            product, sign, numerator = position, 1, None
            name, *of = self.operations[position]
            if name in ("add", "sub") and sums[of[0]] != {} and sums[of[1]] == {}:
                product, sign, numerator = of[0], 1 if name == "sub" else -1, of[1]
            denominator = None
            name, *of = self.operations[product]
            if name == "mul" and sums[of[0]] != {} and sums[of[1]] == {}:
                product, denominator = of
                if not monic[denominator][1]:
                    raise no_lookups(index, "the denominator may be zero")
            terms = dict(sums[product] or {})
            if not terms or (last is not None and terms.pop((last, 0), 0) != -1):
                raise no_lookups(index, "no partial sum that continues the last one")
            ended = "sum" in terms
            if ended and terms.pop("sum") != 1:
                raise no_lookups(index, "the claimed sum is subtracted")
            if not ended and list(terms.values()) != [1] or ended and sorted(terms.values()) != [-1, 1]:
                raise no_lookups(index, "no new element")
            elements = {element for element, _ in terms}
            if len(elements) != 1 or elements & taken or not ended and (*elements, 0) not in terms:
                raise no_lookups(index, "no new element")
            (last,) = elements
            taken.add(last)
            out.append((index, sign, numerator, denominator))
        if 4 * len(taken) != len(self.interaction) or taken and not ended:
            raise no_lookups(len(self.assertions), "elements that nothing determines, or that no sum adds up")
        return out

    def partial_sum(self, name, of, sums, cells):
        """{} for an operation that reads neither elements nor the sum; the coefficients, 1 and -1, of at most four
        elements (each with its offset) and the sum; None for whatever else is made of these."""
        if name == "shift":
            return {"sum": 1}
        if name == "interaction":
            return None  # A coordinate by itself is no element.
        parts = [sums[i] for i in operands((name, *of))]
        if all(part == {} for part in parts):
            return {}
        if name == "combine":
            read = [cells[self.operations[i][1]] if self.operations[i][0] == "interaction" else None for i in of]
            column, offset = read[0] or (1, 0)
            element = [(column + i, offset) for i in range(4)]
            return {(column // 4, offset): 1} if column % 4 == 0 and read == element else None
        if name not in ("add", "sub", "neg") or any(not part for part in parts):
            return None
        total = {}
        for part, sign in zip(parts, (1, -1) if name == "sub" else (1, 1) if name == "add" else (-1,)):
            for term, coefficient in part.items():
                total[term] = total.get(term, 0) + sign * coefficient
        total = {term: coefficient for term, coefficient in total.items() if coefficient}
        return total if 1 <= len(total) <= 4 and all(abs(c) == 1 for c in total.values()) else None

    @cached_property
    def challenge_degree(self):
        """The constraints' degrees in all challenges, summed: alpha^k counts k."""
        degree = []
        for name, *of in self.operations:
            if name in ("add", "sub", "combine", "neg"):
                degree.append(max(degree[i] for i in of))
            elif name == "mul":
                degree.append(min(degree[of[0]] + degree[of[1]], SATURATED))
            else:
                degree.append(of[1] if name == "alpha" else int(name == "z"))
        return sum(degree[i] for i in self.assertions)

    @cached_property
    def fractions(self):
        """At least the number of fractions that a row adds to the lookups: each has a factor with a challenge."""
        return min(sum(self.degrees(lambda name: int(name in ("z", "alpha")))), SATURATED)

    def evaluate(self, *values):
        """The value of each constraint: see `values`."""
        values = self.values(*values)
        return [values[i] for i in self.assertions]

    def values(self, preprocessed, trace, interaction, public, relations, shift):
        """The value of each operation, for these values of cells, challenges and `shift`: the claimed sum
        divided by the number of rows."""
        values = []
        for name, *of in self.operations:
            if name == "mul":
                value = values[of[0]] * values[of[1]]
            elif name == "add":
                value = values[of[0]] + values[of[1]]
            elif name == "sub":
                value = values[of[0]] - values[of[1]]
            elif name == "neg":
                value = -values[of[0]]
            elif name == "combine":
                value = combine(*(values[i] for i in of))
            elif name == "trace":
                value = trace[of[0]]
            elif name == "interaction":
                value = interaction[of[0]]
            elif name == "preprocessed":
                value = preprocessed[of[0]]
            elif name == "public":
                value = QM31(public[of[0]])
            elif name == "z":
                value = relations[of[0]].z
            elif name == "alpha":
                value = relations[of[0]].power(of[1])
            elif name == "shift":
                value = shift
            else:  # constant, extension
                value = QM31(*of)
            values.append(value)
        return values

    def check_canonical(self):
        """One form of each program: no operation twice, and all in the order in which a walk from the
        assertions, depth first and left operand first, completes them."""
        if len(set(self.operations)) != len(self.operations):
            raise malformed("an operation is there twice")
        done = 0  # Operations before this one are completed.
        for root in self.assertions:
            stack = [root]
            while stack:
                position = stack[-1]
                waiting = [i for i in operands(self.operations[position]) if i >= done]
                if position < done:
                    stack.pop()
                elif waiting:
                    stack.append(waiting[0])
                elif position != done:
                    raise malformed("operations are not in the canonical order")
                else:
                    done += 1
                    stack.pop()
        if done != len(self.operations):
            raise malformed("an operation that no constraint reads")


def operands(operation):
    name, *of = operation
    return of if name in ("add", "sub", "mul", "neg", "combine") else []


def number(reader, what, most=MAX_U32):
    """Unsigned LEB128, at most five bytes, in its shortest form."""
    value = 0
    for shift in range(0, 35, 7):
        byte = reader.u8(what)
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            if byte == 0 and shift > 0:
                raise malformed(f"{what}: not the shortest form")
            if value > most:
                break
            return value
    raise Refused("program_too_large", f"{what}: at most {most}")


def element(reader):
    value = reader.u32("constant")
    if value >= P:
        raise malformed(f"constant {value} is not below P")
    return value


def columns(reader, what):
    """Runs of columns that are read at the same offsets, one or two."""
    out, last = [], None
    for _ in range(number(reader, f"runs of {what}", MAX_WIDTH)):
        count = number(reader, what, MAX_WIDTH)
        if len(out) + count > MAX_WIDTH:
            raise Refused("program_too_large", what)
        how_many = reader.u8("number of offsets")
        if how_many not in (1, 2):
            raise malformed("a column is read at one row or two")
        zigzag = [number(reader, "offset", 2 * MAX_OFFSET) for _ in range(how_many)]
        offsets = tuple(-(z + 1) // 2 if z % 2 else z // 2 for z in zigzag)
        if count == 0 or len(set(offsets)) != how_many or offsets == last:
            raise malformed("a run that is empty, repeats an offset, or continues the one before")
        out += [offsets] * count
        last = offsets
    return tuple(out)


# Opcodes, their names, and what they index: operations, or one of the header's counts.
OPERATIONS = {10: ("add", 2), 11: ("sub", 2), 12: ("mul", 2), 13: ("neg", 1), 14: ("combine", 4)}
INDEXED = {2: "preprocessed", 3: "trace", 4: "interaction", 5: "public", 6: "z", 7: "alpha"}


def operation(reader, position, counts):
    opcode = reader.u8("opcode")
    if opcode in OPERATIONS:
        name, arity = OPERATIONS[opcode]
        back = []
        for _ in range(arity):
            back.append(number(reader, "operand", MAX_OPERATIONS))
            if not 0 < back[-1] <= position:
                raise malformed("an operand that is no earlier operation")
        return (name, *(position - b for b in back))
    if opcode in INDEXED:
        name = INDEXED[opcode]
        index = number(reader, name)
        if index >= counts[name]:
            raise malformed(f"{name} {index} of {counts[name]}")
        if name != "alpha":
            return (name, index)
        exponent = number(reader, "power of alpha", MAX_ALPHA_POWER)
        if exponent == 0:
            raise malformed("the zeroth power of alpha is the constant 1")
        return (name, index, exponent)
    if opcode == 0:
        return ("constant", element(reader))
    if opcode == 1:
        value = tuple(element(reader) for _ in range(4))
        if value[1:] == (0, 0, 0):
            raise malformed("an element of M31 as an extension constant")
        return ("extension", *value)
    if opcode == 8:
        return ("shift",)
    raise malformed(f"opcode {opcode}")


@lru_cache(256)
def decode(data):
    reader = Reader(data, "program_malformed")
    if (version := reader.u8("version")) != VERSION:
        raise malformed(f"version {version}")
    preprocessed = number(reader, "preprocessed columns", MAX_PREPROCESSED)
    public_values = number(reader, "public values", MAX_PUBLIC_VALUES)
    relations = number(reader, "relations", MAX_RELATIONS)
    trace, interaction = columns(reader, "trace columns"), columns(reader, "interaction columns")
    counts = {
        "preprocessed": preprocessed,
        "trace": sum(map(len, trace)),
        "interaction": sum(map(len, interaction)),
        "public": public_values,
        "z": relations,
        "alpha": relations,
    }
    count = number(reader, "operations", MAX_OPERATIONS)
    operations = tuple(operation(reader, position, counts) for position in range(count))
    asserted = number(reader, "assertions", MAX_ASSERTIONS)
    if asserted == 0:
        raise malformed("no assertions")
    assertions = []
    for _ in range(asserted):
        assertions.append(number(reader, "assertion", MAX_OPERATIONS))
        if assertions[-1] >= count:
            raise malformed("an assertion about no operation")
    if reader.left():
        raise malformed("bytes after the program")
    return Program(preprocessed, public_values, relations, trace, interaction, operations, tuple(assertions))
