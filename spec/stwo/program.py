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
    def interaction_degree(self):
        """The largest degree of a constraint in what is committed after the challenges."""
        return max(self.degrees(lambda name: int(name in ("interaction", "shift"))))

    @cached_property
    def loose_interaction_cells(self):
        """How often interaction cells are read otherwise than as elements of the secure field: four columns from
        a multiple of four, at one offset, combined in their order."""
        cells = [(column, offset) for column, offsets in enumerate(self.interaction) for offset in offsets]
        read = [cells[of[0]] if name == "interaction" else None for name, *of in self.operations]
        loose = sum(read[i] is not None for i in self.assertions)
        for name, *of in self.operations:
            if name not in ("add", "sub", "mul", "neg", "combine"):
                continue
            parts = [read[i] for i in of]
            if all(part is None for part in parts):
                continue
            column, offset = parts[0] or (0, 0)
            element = [(column + i, offset) for i in range(4)]
            loose += not (name == "combine" and column % 4 == 0 and parts == element)
        return loose

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

    def evaluate(self, preprocessed, trace, interaction, public, relations, shift):
        """The value of each constraint, for these values of cells, challenges and `shift`: the claimed sum
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
        return [values[i] for i in self.assertions]

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
