# SPDX-License-Identifier: Apache-2.0
"""Keys: decoding, and everything that follows from a key before there is a proof.

Nothing that a key says of itself is believed: counts, sizes and degrees are computed from its programs.
"""

import hashlib
import random
from dataclasses import dataclass, field
from functools import lru_cache

from spec.common import Reader, Refused
from spec.stwo import program
from spec.stwo.channel import BLAKE2S, BLAKE2S_M31, hasher
from spec.stwo.field import P, QM31
from spec.stwo.program import SATURATED, Program, Relation

MAX_VK_BYTES = 512 * 1024 + 256
COMPOSITION_COLUMNS = 8  # Two halves of four coordinates.

# What is supported, as in primitives/stwo/src/key/mod.rs.
LOG_SIZE = (4, 22)
LOG_BLOWUP = (1, 6)
LIFTING_LOG_SIZE = (5, 28)
NUM_QUERIES = (1, 512)
LOG_LAST_LAYER = (0, 8)
FOLD_STEP = (1, 4)
GRINDING_BITS = (0, 26)
COMPONENTS = (1, 128)
MAX_LOOKUP_DEGREE = 2**48
PUBLIC_TERMS = (0, 1 << 12)


def bound(name, bounds, got):
    least, most = bounds
    if not least <= got <= most:
        raise Refused("unsupported_parameters", f"{name}: {least} to {most}, not {got}")


def malformed(why):
    return Refused("vk_malformed", why)


@dataclass(frozen=True)
class Params:
    """Parameters of the low-degree test and of both grinding sites."""

    log_blowup: int
    num_queries: int
    log_last_layer: int
    fold_step: int
    lifting_log_size: int | None
    interaction_grinding_bits: int
    query_grinding_bits: int

    @staticmethod
    def decode(reader):
        blowup, queries, last, fold = reader.u8(), reader.u16(), reader.u8(), reader.u8()
        given = one_of(reader, (0, 1), "option")
        lifting = reader.u8() if given else None
        return Params(blowup, queries, last, fold, lifting, reader.u8(), reader.u8())

    def check(self):
        bound("log_blowup", LOG_BLOWUP, self.log_blowup)
        bound("num_queries", NUM_QUERIES, self.num_queries)
        bound("log_last_layer", LOG_LAST_LAYER, self.log_last_layer)
        bound("fold_step", FOLD_STEP, self.fold_step)
        bound("interaction_grinding_bits", GRINDING_BITS, self.interaction_grinding_bits)
        bound("query_grinding_bits", GRINDING_BITS, self.query_grinding_bits)

    def felts(self):
        """As upstream mixes its `PcsConfig`: no lifting is zero."""
        return [
            QM31(self.query_grinding_bits, self.log_blowup, self.num_queries, self.log_last_layer),
            QM31(self.fold_step, self.lifting_log_size or 0),
        ]


def one_of(reader, allowed, what):
    value = reader.u8(what)
    if value not in allowed:
        raise malformed(f"{what} {value}")
    return value


@dataclass(frozen=True)
class Column:
    """A committed column."""

    log_size: int  # log2 of its rows.
    offsets: tuple  # The rows, counted from the current one, at which it is sampled.


@dataclass
class Component:
    program: Program
    log_size: int
    preprocessed: list  # Which preprocessed columns it reads, in its program's order.
    parameters: list | None = None  # What its program reads as public values, if not the proof's.


@dataclass
class Key:
    """An AIR, as the argument needs it: a key for STWO, or an instance of Cairo's components."""

    hash_variant: int
    params: Params
    preprocessed_root: bytes
    relations: int
    components: list = field(default_factory=list)
    # Columns of the preprocessed, the trace's and the interaction trace's tree, in order of commitment.
    columns: tuple = field(default_factory=lambda: ([], [], []))
    lifting: int = 0  # log2 of the domain that every column is lifted to.
    own_preprocessed: bool = False  # Whether the preprocessed columns are the verifier's, whatever components there are.
    preprocessed_leaves: int = 0  # log2 of the leaves of their tree.
    # A key for STWO has these too.
    hash: bytes = b""
    num_public_values: int = 0
    public_terms: list = field(default_factory=list)

    def add(self, component):
        """Adds a component behind the others. Its preprocessed columns are known already."""
        prog = component.program
        bound("relations of a program", (self.relations, self.relations), prog.relations)
        bound("columns of a component", (1, program.MAX_WIDTH), len(prog.trace))
        # The composition is committed in two halves, so constraints of degree 3 fit and no others.
        bound("constraint degree", (0, program.MAX_DEGREE), prog.degree)
        prog.lookups  # Refused if the interaction trace is used otherwise.
        preprocessed, trace, interaction = self.columns
        bound("preprocessed columns", (0, program.MAX_PREPROCESSED), len(preprocessed))
        trace += [Column(component.log_size, offsets) for offsets in prog.trace]
        interaction += [Column(component.log_size, offsets) for offsets in prog.interaction]
        bound("columns", (1, program.MAX_WIDTH), len(trace) + len(interaction))
        self.components.append(component)

    def finish(self):
        """What depends on all components together."""
        _, trace, interaction = self.columns
        params, largest = self.params, max((c.log_size for c in self.components), default=0)
        bound("columns", (1, program.MAX_WIDTH), len(trace) + len(interaction))
        # Challenges that nothing is committed after, or columns that are committed after no challenge.
        bound("relations", (1, program.MAX_RELATIONS) if interaction else (0, 0), self.relations)
        bound("degree in challenges", (0, MAX_LOOKUP_DEGREE), self.lookup_degree())
        operations = sum(len(c.program.operations) for c in self.components)
        bound("operations", (1, program.MAX_OPERATIONS), operations)
        if params.lifting_log_size is not None:
            self.lifting = params.lifting_log_size
            bound("lifting_log_size", (largest + params.log_blowup, LIFTING_LOG_SIZE[1]), self.lifting)
            self.preprocessed_leaves = self.lifting
        else:
            # Upstream then lifts each tree to its own largest column: they have to be equally high, but for
            # preprocessed columns that are known beforehand.
            heights = [max((column.log_size for column in columns), default=largest) for columns in self.columns]
            most = LIFTING_LOG_SIZE[1] if self.own_preprocessed else largest
            bound("height of the preprocessed trace without lifting", (largest, most), heights[0])
            bound("height of the interaction trace without lifting", (largest, largest), heights[2])
            self.lifting = largest + params.log_blowup
            self.preprocessed_leaves = heights[0] + params.log_blowup
        bound("lifted domain", LIFTING_LOG_SIZE, self.lifting)
        bound("preprocessed domain", LIFTING_LOG_SIZE, self.preprocessed_leaves)
        # Folding takes at least one step from the circle, and ends in the last layer.
        bound("fold_step + log_last_layer", (1, self.log_degree), params.fold_step + params.log_last_layer)

    @property
    def log_degree(self):
        """log2 of the degree of a lifted column."""
        return self.lifting - self.params.log_blowup

    @property
    def log_last_domain(self):
        return self.params.log_last_layer + self.params.log_blowup

    @property
    def has_interaction(self):
        return bool(self.columns[2])

    def trees(self):
        """The columns of each committed tree."""
        yield from self.columns
        yield [Column(self.log_degree, (0,))] * COMPOSITION_COLUMNS

    def leaves(self, tree):
        """log2 of the leaves of a tree."""
        return self.preprocessed_leaves if tree == 0 else self.lifting

    def lookup_degree(self):
        """The degree in all challenges of the numerator of everything that the lookups add up."""
        rows = (c.program.challenge_degree << c.log_size for c in self.components)
        return sum(len(term.values) for term in self.public_terms) + sum(rows)

    def summing(self):
        """The components that have a claimed sum."""
        return [component for component in self.components if component.program.has_claimed_sum]

    def layers(self):
        """The folding layers: log2 of a layer's values, and log2 of how many of them are folded into one."""
        out, size, step = [], self.lifting, self.params.fold_step
        while size > self.log_last_domain:
            step = min(step, size - self.log_last_domain)
            out.append((size, step))
            size -= step
        return out

    def uses(self):
        """Most fractions that the lookups add up."""
        rows = (c.program.fractions << c.log_size for c in self.components)
        return min(len(self.public_terms) + sum(rows), SATURATED)


@dataclass(frozen=True)
class PublicTerm:
    """The fraction multiplicity / (sum of alpha^i values[i] - z), for numbers that are public."""

    relation: int
    multiplicity: tuple  # ("constant", value) or ("public", index)
    values: tuple

    @staticmethod
    def decode(reader):
        relation, multiplicity = reader.u8(), public_operand(reader)
        return PublicTerm(relation, multiplicity, tuple(public_operand(reader) for _ in range(reader.compact())))

    def check(self, relations, num_public_values):
        most = {"constant": P, "public": num_public_values}
        if (
            self.relation >= relations
            or not 1 <= len(self.values) <= program.MAX_ALPHA_POWER + 1
            or any(number >= most[kind] for kind, number in (self.multiplicity, *self.values))
            or self.multiplicity == ("constant", 0)  # Nothing is added, and so no value bound.
        ):
            raise malformed("a public term is out of range")


def public_operand(reader):
    if one_of(reader, (0, 1), "kind of operand"):
        return ("public", reader.u16())
    return ("constant", reader.u32())


@lru_cache(64)
def decode(vk):
    """The key that these bytes are: well-formed, and within what is supported."""
    if len(vk) > MAX_VK_BYTES:
        raise Refused("vk_too_long")
    reader = Reader(vk, "vk_malformed")
    if reader.u8("system") != 2:
        raise Refused("unsupported_version")
    hash_variant = one_of(reader, (BLAKE2S, BLAKE2S_M31), "hash")
    params, root = Params.decode(reader), reader.take(32)
    num_public_values, relations = reader.u16(), reader.u8()
    terms = [PublicTerm.decode(reader) for _ in range(reader.compact())]
    components = []
    for _ in range(reader.compact()):
        log_size = reader.u8()
        columns = [reader.u16() for _ in range(reader.compact())]
        components.append((log_size, columns, reader.take(reader.compact())))
    if reader.left():
        raise malformed("bytes after the key")

    params.check()
    bound("public terms", PUBLIC_TERMS, len(terms))
    bound("public values", (0, program.MAX_PUBLIC_VALUES), num_public_values)
    bound("relations", (0, program.MAX_RELATIONS), relations)
    bound("components", COMPONENTS, len(components))
    key = Key(hash_variant, params, root, relations)
    key.hash, key.num_public_values, key.public_terms = vk_hash(vk), num_public_values, terms
    for log_size, columns, code in components:
        bound("log_size", LOG_SIZE, log_size)
        prog = program.decode(code)
        bound("public values of a program", (num_public_values, num_public_values), prog.public_values)
        if len(columns) != prog.preprocessed:
            raise malformed("another number of preprocessed columns than the program reads")
        if len(set(columns)) != len(columns):
            raise malformed("a preprocessed column twice")
        # Numbered in the order of their first use: one form, and no column that nothing reads.
        fixed = key.columns[0]
        for column in columns:
            if column > len(fixed):
                raise malformed("a preprocessed column is left out")
            if column == len(fixed):
                fixed.append(Column(log_size, (0,)))
            if fixed[column].log_size != log_size:
                raise malformed("a preprocessed column of two sizes")
        key.add(Component(prog, log_size, columns))
    for term in terms:
        term.check(relations, num_public_values)
    key.finish()
    # A fraction that is used P times is used no time: P is zero in the field.
    bound("uses of relations", (0, P - 1), key.uses())
    return key


def vk_hash(vk):
    return hashlib.sha256(b"assay/vk/v1" + vk).digest()


def check(vk):
    """What a registration asks of a key, beside bits of security."""
    key = decode(vk)
    for component in key.components:
        component.program.check_canonical()
    # One form: upstream commits to no column as to an empty leaf.
    if not key.columns[0] and key.preprocessed_root != hasher(key.hash_variant)(b""):
        raise malformed("the root of a preprocessed trace without columns")
    if not constrains(key):
        raise Refused("constrains_nothing")


def constrains(key):
    """Whether a constraint fails, or lookups do, for some trace. Everything that a proof could choose is drawn at
    random: constraints are polynomials of degree 3 in the cells, and one that is zero there is zero. The drawing is
    no secret: an author who knows it can only make a key that constrains something, and is refused all the same. It
    hangs on the key's hash, so that nobody meets a fraction over zero, which has no value and shows nothing.

    What reads the interaction trace says nothing of a trace; that its fractions, over all components, do not add up
    to zero does. Their sum is that of a trace whose rows are equal.
    """
    draw = random.Random(key.hash)

    def felt():
        return QM31(*(draw.randrange(P) for _ in range(4)))

    def cells(columns, rows):
        """Cells of a column whose offsets are equal modulo the number of rows are one cell."""
        for offsets in columns:
            values = {offset % rows: felt() for offset in offsets}
            yield from (values[offset % rows] for offset in offsets)

    preprocessed = [felt() for _ in key.columns[0]]
    public = [draw.randrange(P) for _ in range(key.num_public_values)]
    relations = [Relation(felt(), felt()) for _ in range(key.relations)]
    total = QM31(0)
    for component in key.components:
        prog, size = component.program, 1 << component.log_size
        fixed = [preprocessed[column] for column in component.preprocessed]
        nothing = [QM31(0)] * sum(map(len, prog.interaction))

        def values(rows):
            return prog.values(fixed, list(cells(prog.trace, rows)), nothing, public, relations, QM31(0))

        lookups = {lookup[0]: lookup for lookup in prog.lookups}
        tried = values(size)
        for index, position in enumerate(prog.assertions):
            if index not in lookups and not tried[position].is_zero():
                return True
        equal = values(1)
        for _, sign, numerator, denominator in lookups.values():
            if numerator is not None:
                over = equal[denominator] if denominator is not None else QM31(1)
                if over.is_zero():
                    return False
                total += equal[numerator] * over.inverse() * (sign * size % P)
    for term in key.public_terms:
        number = {"constant": QM31, "public": lambda index: QM31(public[index])}
        relation = relations[term.relation]
        of = lambda operand: number[operand[0]](operand[1])
        tuple_ = sum((of(value) * relation.power(i) for i, value in enumerate(term.values)), QM31(0))
        if (tuple_ - relation.z).is_zero():
            return False
        total += of(term.multiplicity) * (tuple_ - relation.z).inverse()
    return not total.is_zero()
