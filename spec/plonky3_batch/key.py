# SPDX-License-Identifier: Apache-2.0
"""A verifying key of several tables: strict decoding, what it may ask for, and what follows from it."""

import random
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from spec.common import Reader, Refused, decode_public_values
from spec.plonky3 import key as single, program as air
from spec.plonky3.fields import DEGREES, Field
from spec.plonky3.hashes import SUITES
from spec.plonky3.key import bound
from spec.plonky3_batch import table as tables

VERSION = 4
MAX_TABLES = 64
MAX_VK_BYTES = 512 * 1024 + 256


@dataclass(frozen=True, eq=False)
class Key:
    hash: bytes
    field: Field
    suite: object
    extension: object
    log_blowup: int
    num_queries: int
    log_final_poly_len: int
    max_log_arity: int
    batch_grinding_bits: int
    commit_grinding_bits: int
    query_grinding_bits: int
    ood_grinding_bits: int
    lookup_grinding_bits: int
    preprocessed: bytes  # a digest, or None
    tables: list
    heights: list  # for each table, log2 of the fewest rows and of the most

    @property
    def has_lookups(self):
        return any(table.lookups for table in self.tables)

    def max_siblings(self, log_leaves):
        return sum(min(self.num_queries, 1 << level) for level in range(log_leaves))


@lru_cache(maxsize=256)
def decode(vk):
    """The key, if it is well-formed and asks for nothing unsupported."""
    if len(vk) > MAX_VK_BYTES:
        raise Refused("vk_too_long")
    reader = Reader(vk, short="vk_malformed")
    if reader.u8("system and version") != VERSION:
        raise Refused("unsupported_version")
    suite, extension = reader.u8("hash"), reader.u8("extension")
    log_blowup, num_queries = reader.u8("log_blowup"), reader.u16("num_queries")
    log_final_poly_len, max_log_arity = reader.u8("log_final_poly_len"), reader.u8("max_log_arity")
    grinding = list(reader.take(5, "grinding bits"))  # batch, commit, query, out-of-domain, lookup
    present = reader.u8("preprocessed commitment")
    if suite >= len(SUITES) or extension not in DEGREES or present > 1:
        raise Refused("vk_malformed", "unknown variant")
    preprocessed = reader.take(32, "preprocessed commitment") if present else None
    parts = []
    for _ in range(reader.compact("number of tables")):
        heights = reader.u8("min_degree_bits"), reader.u8("max_degree_bits")
        parts.append((heights, reader.take(reader.compact("length of a table"), "table")))
    if reader.left():
        raise Refused("vk_malformed", "trailing bytes")

    bound("log_blowup", single.LOG_BLOWUP, log_blowup)
    bound("num_queries", single.NUM_QUERIES, num_queries)
    bound("log_final_poly_len", single.LOG_FINAL_POLY_LEN, log_final_poly_len)
    bound("max_log_arity", single.MAX_LOG_ARITY, max_log_arity)
    for bits in grinding:
        bound("grinding bits", single.GRINDING_BITS, bits)
    bound("number of tables", (1, MAX_TABLES), len(parts))
    found = []
    for (fewest, most), data in parts:
        bound("min_degree_bits", (log_final_poly_len + 1, single.DEGREE_BITS[1]), fewest)
        bound("max_degree_bits", (fewest, single.DEGREE_BITS[1]), most)
        table = tables.decode(data)
        field = found[0].program.field if found else table.program.field
        if table.program.field is not field:
            raise Refused("vk_malformed", "tables over two fields")
        bound("max_degree_bits + log_blowup", (0, field.two_adicity), most + log_blowup)
        bound("width", (1, air.MAX_WIDTH), table.program.width)
        if table.program.preprocessed_width:
            bound("max_degree_bits of a table with preprocessed columns", (fewest, fewest), most)
        for column in table.program.periodic:
            bound("period", (1, 1 << fewest), len(column))
        found.append(table)
    if any(table.program.preprocessed_width for table in found) != bool(present):
        raise Refused("vk_malformed", "a preprocessed commitment without columns, or columns without it")
    check_buses(found)
    bound("public values", (0, air.MAX_PUBLIC_VALUES), sum(table.program.num_public_values for table in found))
    heights = [heights for heights, _ in parts]
    field = found[0].program.field
    check_counts(found, heights, field)
    if not any(table.lookups for table in found):
        bound("lookup grinding bits without lookups", (0, 0), grinding[-1])
    return Key(
        sha256(b"assay/vk/v1" + vk).digest(), field, field.suites[suite], field.extensions[extension], log_blowup,
        num_queries, log_final_poly_len, max_log_arity, *grinding, preprocessed, found, heights,
    )


def check_buses(found):
    """Shared buses are numbered as they first appear, and have tuples of one width: a shorter tuple would be a longer
    one with zeros before it."""
    widths = []
    for lookup in [lookup for table in found for lookup in table.lookups if lookup.bus is not None]:
        if lookup.bus < len(widths):
            bound("elements of a tuple on its bus", (widths[lookup.bus],) * 2, lookup.width)
        else:
            bound("number of a bus that is new", (len(widths),) * 2, lookup.bus)
            widths.append(lookup.width)


def check_counts(found, heights, field):
    """Counts that reach the field's order would be none."""
    most = sum(
        sum(lookup.weight for lookup in table.lookups) << most for table, (_, most) in zip(found, heights)
    )
    bound("counts of all rows of all tables", (0, field.p - 1), most)


def log_chunks(key, table, degree_bits):
    """log2 of the number of chunks that upstream commits a table's quotient in, if they can hold its constraints."""
    rows = 1 << degree_bits
    multiple = tables.degree_multiple(table, rows)
    bound("constraint degree", (0, air.MAX_DEGREE), multiple)
    log = (max(multiple - 1, 1) - 1).bit_length()
    bound("log2 of the quotient chunks", (0, key.log_blowup), log)
    if tables.polynomial_degree(table, rows) > ((1 << log) + 1) * rows - 1:
        raise Refused("degree_too_high")
    return log


def preprocessed_commitment(key):
    if key.preprocessed is not None and not key.suite.canonical(key.preprocessed):
        raise Refused("vk_malformed", "preprocessed commitment is not canonical")
    return key.preprocessed


def constrains_nothing(table, rows):
    """Whether all its constraints hold on every row, and its fractions add up to nothing there on each bus."""
    roots = list(tables.roots(table))
    # The sum of the fractions over one denominator has a numerator of no higher degree than all of them together.
    degree = sum(air.degrees(air.with_assertions(table.program, roots), air.x_degree))
    return not any(
        any(values[position] for position in table.program.assertions) or says_something(table, values)
        for values in air.tried(table.program, rows, degree)
    )


def says_something(table, values):
    """Whether a row adds something to a bus, for random challenges. `values` are those of its operations."""
    p = table.program.field.p
    beta, sums = random.randrange(p), {}
    for number, lookup in enumerate(table.lookups):
        bus = ("local", number) if lookup.bus is None else lookup.bus
        prefix, numerator, denominator = sums.setdefault(bus, (random.randrange(p), 0, 1))
        terms = []
        for flag, count, fields in lookup.branches:
            combined = 0
            for field in fields:
                combined = (combined * beta + values[field]) % p
            terms.append((flag, values[count], (prefix - combined) % p))
        if terms[0][0] is None:
            for _, count, term in terms:
                numerator, denominator = (numerator * term + count * denominator) % p, denominator * term % p
        else:
            of = sum(values[flag] * count for flag, count, _ in terms)
            over = 1 + sum(values[flag] * (term - 1) for flag, _, term in terms)
            numerator, denominator = (numerator * over + of * denominator) % p, denominator * over % p
        sums[bus] = prefix, numerator, denominator
    return any(numerator for _, numerator, _ in sums.values())


def check(vk):
    """What a chain asks of a key that is registered, besides bits of security."""
    key = decode(bytes(vk))
    preprocessed_commitment(key)
    for table in key.tables:
        air.check_canonical(air.with_assertions(table.program, list(tables.roots(table))))
    if all(constrains_nothing(table, 1 << most) for table, (_, most) in zip(key.tables, key.heights)):
        raise Refused("constrains_nothing")
    for table, (fewest, most) in zip(key.tables, key.heights):
        for degree_bits in range(fewest, most + 1):
            log_chunks(key, table, degree_bits)


def public_values(key, data):
    """The public values of each table."""
    values = decode_public_values(data, air.MAX_PUBLIC_VALUES)
    counts = [table.program.num_public_values for table in key.tables]
    if len(values) != sum(counts):
        raise Refused("public_values_count", f"{len(values)} of {sum(counts)}")
    if any(value >= key.field.p for value in values):
        raise Refused("public_value_not_canonical")
    supply = iter(values)
    return [[next(supply) for _ in range(count)] for count in counts]
