# SPDX-License-Identifier: Apache-2.0
"""The bytes of a proof. The key fixes every length but the number of Merkle siblings of a tree."""

from dataclasses import dataclass
from struct import unpack

from spec.common import Reader, Refused


@dataclass
class Proof:
    trace_commitment: bytes
    quotient_commitment: bytes
    main: list  # the main trace at zeta
    main_next: list  # and at the next point; None if it is not opened there
    preprocessed: list  # None without columns
    preprocessed_next: list
    quotient_chunks: list  # for each chunk, the coefficients of its value: each an extension element
    batch_witness: int
    fold_commitments: list
    fold_witnesses: list
    inputs: list  # for each opened commitment: the row of each query, and siblings
    folds: list  # for each round: the siblings in its row of each query's value, and Merkle siblings
    final_poly: list
    query_witness: int
    ood_witness: int


class ProofReader(Reader):
    def __init__(self, key, data):
        super().__init__(data, short="proof_truncated")
        self.key, self.degree = key, key.extension.degree

    def elements(self, count, reading):
        values = unpack(f"<{count}I", self.take(4 * count, reading))
        if count and max(values) >= self.key.field.p:
            raise Refused("proof_not_canonical", reading)
        return values

    def extension(self, count, reading):
        values, d = self.elements(count * self.degree, reading), self.degree
        return [values[i * d : (i + 1) * d] for i in range(count)]

    def digests(self, count, reading):
        data = self.take(32 * count, reading)
        digests = [data[32 * i : 32 * i + 32] for i in range(count)]
        if not all(self.key.suite.canonical(digest) for digest in digests):
            raise Refused("proof_not_canonical", reading)
        return digests

    def siblings(self, log_leaves, reading):
        count, most = self.u32(reading), self.key.max_siblings(log_leaves)
        if count > most:
            raise Refused("proof_count", f"{reading}: {count}, at most {most}")
        return self.digests(count, reading)


def decode(key, data):
    reader, program = ProofReader(key, data), key.program
    degree, queries = key.extension.degree, key.num_queries
    [trace_commitment] = reader.digests(1, "trace commitment")
    [quotient_commitment] = reader.digests(1, "quotient commitment")
    main = reader.extension(program.width, "main trace")
    main_next = preprocessed = preprocessed_next = None
    if program.opens_next_row:
        main_next = reader.extension(program.width, "main trace, next row")
    if program.preprocessed_width:
        preprocessed = reader.extension(program.preprocessed_width, "preprocessed trace")
    if program.opens_preprocessed_next_row:
        preprocessed_next = reader.extension(program.preprocessed_width, "preprocessed trace, next row")
    quotient_chunks = [reader.extension(degree, "quotient chunk") for _ in range(key.num_chunks)]

    [batch_witness] = reader.elements(1, "batch grinding witness")
    schedule = key.fold_schedule
    fold_commitments = [reader.digests(1, "folding commitment")[0] for _ in schedule]
    fold_witnesses = reader.elements(len(schedule), "commit grinding witnesses")
    inputs = []
    for width in key.batches:
        values = reader.elements(queries * width, "opened rows")
        rows = [values[i * width : (i + 1) * width] for i in range(queries)]
        inputs.append((rows, reader.siblings(key.log_height, "siblings of opened rows")))
    folds, log_height = [], key.log_height
    for log_arity in schedule:
        log_height -= log_arity
        width = (1 << log_arity) - 1
        values = reader.extension(queries * width, "folding siblings")
        rows = [values[i * width : (i + 1) * width] for i in range(queries)]
        folds.append((rows, reader.siblings(log_height, "siblings of folded rows")))
    final_poly = reader.extension(1 << key.log_final_poly_len, "final polynomial")
    [query_witness] = reader.elements(1, "query grinding witness")
    [ood_witness] = reader.elements(1, "out-of-domain grinding witness")
    if reader.left():
        raise Refused("proof_trailing_bytes")
    return Proof(
        trace_commitment, quotient_commitment, main, main_next, preprocessed, preprocessed_next,
        quotient_chunks, batch_witness, fold_commitments, fold_witnesses, inputs, folds, final_poly,
        query_witness, ood_witness,
    )
