# SPDX-License-Identifier: Apache-2.0
"""The bytes of a proof. The key and the heights, which come first, fix every length but the number of Merkle siblings."""

from dataclasses import dataclass

from spec.common import Refused
from spec.plonky3.proof import ProofReader
from spec.plonky3_batch import key as keys


@dataclass
class Matrix:
    table: int
    width: int
    log_height: int
    next: bool  # whether it is opened at the next point too


class Shape:
    """What a key and heights fix. Commitments: traces, quotients, preprocessed columns, lookups, those that there are."""

    def __init__(self, key, degree_bits):
        self.degree_bits, self.log_chunks = degree_bits, []
        for table, (fewest, most), bits in zip(key.tables, key.heights, degree_bits):
            if not fewest <= bits <= most:
                raise Refused("proof_count", f"2^{bits} rows")
            self.log_chunks.append(keys.log_chunks(key, table, bits))
        degree, kinds = key.extension.degree, [[], [], [], []]
        for number, (table, bits, log_chunks) in enumerate(zip(key.tables, degree_bits, self.log_chunks)):
            program, log_height = table.program, bits + key.log_blowup
            columns = table.lookup_columns * degree
            kinds[0].append(Matrix(number, program.width, log_height, program.opens_next_row))
            kinds[1] += [Matrix(number, degree, log_height, False) for _ in range(1 << log_chunks)]
            if program.preprocessed_width:
                opens = program.opens_preprocessed_next_row
                kinds[2].append(Matrix(number, program.preprocessed_width, log_height, opens))
            if columns:
                kinds[3].append(Matrix(number, columns, log_height, True))
        self.commitments = [matrices for matrices in kinds if matrices]
        self.log_heights = sorted({bits + key.log_blowup for bits in degree_bits}, reverse=True)
        self.schedule, height = [], self.log_heights[0]
        final = key.log_blowup + key.log_final_poly_len
        while height > final:
            # A round stops where other matrices join.
            stop = max([other for other in self.log_heights if other < height] + [final])
            self.schedule.append(min(height - stop, key.max_log_arity))
            height -= self.schedule[-1]

    def layers(self, commitment):
        """(log2 of a height, numbers of its matrices), the tallest first."""
        heights = sorted({matrix.log_height for matrix in commitment}, reverse=True)
        return [(h, [i for i, m in enumerate(commitment) if m.log_height == h]) for h in heights]


@dataclass
class Opened:
    main: list
    main_next: list  # None if it is not opened there, and so on
    preprocessed: list
    preprocessed_next: list
    lookups: list  # coordinates of the columns
    lookups_next: list
    chunks: list


def decode(key, data):
    reader, proof = ProofReader(key, data), type("Proof", (), {})()
    degree, queries = key.extension.degree, key.num_queries
    proof.shape = shape = Shape(key, list(reader.take(len(key.tables), "heights")))
    [proof.main] = reader.digests(1, "trace commitment")
    [proof.quotient] = reader.digests(1, "quotient commitment")
    proof.lookups = reader.digests(1, "commitment to lookups")[0] if key.has_lookups else None
    proof.terminals = reader.extension(sum(bool(t.lookups) for t in key.tables), "sums of fractions")
    proof.opened = []
    for table, log_chunks in zip(key.tables, shape.log_chunks):
        program, columns = table.program, table.lookup_columns * degree

        def row(there, width, reading):
            return reader.extension(width, reading) if there else None

        fixed = program.preprocessed_width
        proof.opened.append(Opened(
            row(True, program.width, "main trace"),
            row(program.opens_next_row, program.width, "main trace, next row"),
            row(fixed, fixed, "preprocessed trace"),
            row(program.opens_preprocessed_next_row, fixed, "preprocessed trace, next row"),
            row(columns, columns, "columns of lookups"),
            row(columns, columns, "columns of lookups, next row"),
            [reader.extension(degree, "quotient chunk") for _ in range(1 << log_chunks)],
        ))
    proof.lookup_witness = reader.elements(1, "lookup grinding witness")[0] if key.has_lookups else 0
    [proof.batch_witness] = reader.elements(1, "batch grinding witness")
    proof.fold_commitments = [reader.digests(1, "folding commitment")[0] for _ in shape.schedule]
    proof.fold_witnesses = reader.elements(len(shape.schedule), "commit grinding witnesses")
    proof.inputs = []
    for commitment in shape.commitments:
        layers = []
        for _, numbers in shape.layers(commitment):
            width = sum(commitment[i].width for i in numbers)
            values = reader.elements(queries * width, "opened rows")
            layers.append([values[i * width : (i + 1) * width] for i in range(queries)])
        log_leaves = max(matrix.log_height for matrix in commitment)
        proof.inputs.append((layers, reader.siblings(log_leaves, "siblings of opened rows")))
    proof.folds, log_height = [], shape.log_heights[0]
    for log_arity in shape.schedule:
        log_height -= log_arity
        width = (1 << log_arity) - 1
        values = reader.extension(queries * width, "folding siblings")
        rows = [values[i * width : (i + 1) * width] for i in range(queries)]
        proof.folds.append((rows, reader.siblings(log_height, "siblings of folded rows")))
    proof.final_poly = reader.extension(1 << key.log_final_poly_len, "final polynomial")
    [proof.query_witness] = reader.elements(1, "query grinding witness")
    [proof.ood_witness] = reader.elements(1, "out-of-domain grinding witness")
    if reader.left():
        raise Refused("proof_trailing_bytes")
    return proof
