# SPDX-License-Identifier: Apache-2.0
"""A verifying key: strict decoding, what it may ask for, and what follows from it.

The author of a key is an attacker. Nothing that a key says of itself is believed: degrees are
computed, lengths are compared with what is there.
"""

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from spec.common import Reader, Refused, decode_public_values
from spec.plonky3 import program as air
from spec.plonky3.fields import DEGREES, FIELDS, Field
from spec.plonky3.hashes import SUITES

MAX_PROGRAM_BYTES = 512 * 1024
MAX_VK_BYTES = MAX_PROGRAM_BYTES + 256

DEGREE_BITS = (1, 22)
LOG_BLOWUP = (1, 6)
NUM_QUERIES = (1, 512)
LOG_FINAL_POLY_LEN = (0, 8)
MAX_LOG_ARITY = (1, 4)
GRINDING_BITS = (0, 26)


@dataclass(frozen=True, eq=False)
class Key:
    hash: bytes
    field: Field
    suite: object
    extension: object
    degree_bits: int
    log_blowup: int
    num_queries: int
    log_final_poly_len: int
    max_log_arity: int
    batch_grinding_bits: int
    commit_grinding_bits: int
    query_grinding_bits: int
    ood_grinding_bits: int
    preprocessed: bytes  # a digest, or None
    program: air.Program
    num_chunks: int  # of the quotient
    seeds: dict = dataclasses.field(default_factory=dict)  # of the transcript: the same for all proofs

    @property
    def rows(self):
        return 1 << self.degree_bits

    @property
    def log_height(self):
        """log2 of the size of the domain that everything is committed on."""
        return self.degree_bits + self.log_blowup

    @property
    def fold_schedule(self):
        """log2 of the arity of each round: as large as allowed, until the final polynomial's domain."""
        left, schedule = self.degree_bits - self.log_final_poly_len, []
        while left > 0:
            schedule.append(min(left, self.max_log_arity))
            left -= schedule[-1]
        return schedule

    @property
    def batches(self):
        """The number of columns of each commitment that is opened: trace, quotient, preprocessed."""
        program = self.program
        batches = [program.width, self.num_chunks * self.extension.degree]
        return batches + ([program.preprocessed_width] if program.preprocessed_width else [])

    def max_siblings(self, log_leaves):
        """Most Merkle siblings that the queries into a tree can need: on a level of 2^level parents at
        most one a query, and at most one a parent."""
        return sum(min(self.num_queries, 1 << level) for level in range(log_leaves))


def unsupported(detail):
    return Refused("unsupported_parameters", detail)


def bound(name, limits, value):
    if not limits[0] <= value <= limits[1]:
        raise unsupported(f"{name}: {value} is not from {limits[0]} to {limits[1]}")


@lru_cache(maxsize=256)
def decode(vk):
    """The key, if it is well-formed and asks for nothing unsupported."""
    if len(vk) > MAX_VK_BYTES:
        raise Refused("vk_too_long")
    if not vk:
        raise Refused("vk_malformed", "empty")
    if vk[0] != 1:
        raise Refused("unsupported_version", f"system {vk[0]}")

    # The bytes of the key.
    reader = Reader(vk, short="vk_malformed")
    reader.u8("system and version")
    suite = reader.u8("hash")
    extension = reader.u8("extension")
    degree_bits = reader.u8("degree_bits")
    log_blowup = reader.u8("log_blowup")
    num_queries = reader.u16("num_queries")
    log_final_poly_len = reader.u8("log_final_poly_len")
    max_log_arity = reader.u8("max_log_arity")
    grinding = list(reader.take(4, "grinding bits"))  # batch, commit, query, out-of-domain
    present = reader.u8("preprocessed commitment")
    if suite >= len(SUITES) or extension not in DEGREES or present > 1:
        raise Refused("vk_malformed", "unknown variant")
    preprocessed = reader.take(32, "preprocessed commitment") if present else None
    program_bytes = reader.take(reader.compact("length of the program"), "program")
    if reader.left():
        raise Refused("vk_malformed", "trailing bytes")

    # Its parameters.
    bound("degree_bits", DEGREE_BITS, degree_bits)
    bound("log_blowup", LOG_BLOWUP, log_blowup)
    bound("num_queries", NUM_QUERIES, num_queries)
    bound("log_final_poly_len", LOG_FINAL_POLY_LEN, log_final_poly_len)
    bound("max_log_arity", MAX_LOG_ARITY, max_log_arity)
    for bits in grinding:
        bound("grinding bits", GRINDING_BITS, bits)
    largest = max(field.two_adicity for field in FIELDS)
    bound("degree_bits + log_blowup", (0, largest), degree_bits + log_blowup)
    bound("log_final_poly_len against degree_bits", (0, degree_bits - 1), log_final_poly_len)

    # Its program.
    program = air.decode(program_bytes)
    field = program.field
    bound("degree_bits + log_blowup", (0, field.two_adicity), degree_bits + log_blowup)
    rows = 1 << degree_bits
    bound("width", (1, air.MAX_WIDTH), program.width)
    for column in program.periodic:
        bound("period", (1, rows), len(column))
    num_chunks = quotient_chunks(program, rows, log_blowup)
    if bool(program.preprocessed_width) != bool(present):
        raise Refused("vk_malformed", "a preprocessed commitment without columns, or columns without it")
    return Key(
        sha256(b"assay/vk/v1" + vk).digest(), field, field.suites[suite], field.extensions[extension], degree_bits,
        log_blowup, num_queries, log_final_poly_len, max_log_arity, *grinding, preprocessed, program,
        num_chunks,
    )


def quotient_chunks(program, rows, log_blowup):
    """The number of chunks that upstream commits the quotient in, if they can hold the constraints.

    The verifier compares two polynomials at one point of the extension. That says something only if
    their degrees are far below the field's size, and a product of selectors, which costs an author
    nothing, can name any degree. So exact degrees are bounded, besides upstream's multiples, which
    count the transition selector as nothing.
    """
    multiple = air.degree_multiple(program, rows)
    bound("constraint degree", (0, air.MAX_DEGREE), multiple)
    log_chunks = (max(multiple - 1, 1) - 1).bit_length()
    bound("log2 of the quotient chunks", (0, log_blowup), log_chunks)
    chunks = 1 << log_chunks
    # The quotient is C / Z_H. Z_H is of degree `rows`, and the chunks hold degrees below chunks * rows.
    if max(air.polynomial_degrees(program, rows)) > (chunks + 1) * rows - 1:
        raise Refused("degree_too_high", f"{chunks} chunks of {rows} rows")
    return chunks


def preprocessed_commitment(key):
    """The commitment to the preprocessed columns, or None."""
    if key.preprocessed is not None and not key.suite.canonical(key.preprocessed):
        raise Refused("vk_malformed", "preprocessed commitment is not canonical")
    return key.preprocessed


def check(vk):
    """What a chain asks of a key that is registered, besides bits of security."""
    key = decode(bytes(vk))
    air.check_canonical(key.program)
    preprocessed_commitment(key)
    if air.constrains_nothing(key.program, key.rows):
        raise Refused("constrains_nothing")


def public_values(key, data):
    """The public values: as many as the program reads, all of them field elements."""
    values = decode_public_values(data, air.MAX_PUBLIC_VALUES)
    if len(values) != key.program.num_public_values:
        raise Refused("public_values_count", f"{len(values)} of {key.program.num_public_values}")
    if any(value >= key.field.p for value in values):
        raise Refused("public_value_not_canonical")
    return values
