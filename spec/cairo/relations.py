# SPDX-License-Identifier: Apache-2.0
"""How often a proof uses each of Cairo's relations, counted from the components' programs.

A tuple that is used P times is used no time, and needs no yield. Tuples of different relations differ in their
first value, so each relation is counted by itself. Uses and yields count alike.
"""

from collections import Counter
from functools import lru_cache

from spec.stwo import program
from spec.stwo.field import P
from spec.stwo.key import bound

# Their tuples' first values. Others are in the programs only.
MEMORY_ADDRESS_TO_ID, MEMORY_ID_TO_BIG, OPCODES = 1444891767, 1662111297, 428564188

# Each step may raise ap by one: with more of them an address could pass P.
MAX_STEPS = 1 << 29


def check_uses(components, cells):
    uses = Counter()
    for used in components:
        for relation, count in fractions(used.entry.code).items():
            uses[relation] += count << used.log_size
    # Each step takes a state and makes one. The run's first and last are not among them.
    bound("uses of opcodes", (0, MAX_STEPS), uses[OPCODES] // 2)
    uses += Counter({MEMORY_ADDRESS_TO_ID: cells, MEMORY_ID_TO_BIG: cells, OPCODES: 2})
    bound("uses of a relation", (0, P - 1), max(uses.values()))


@lru_cache(128)
def fractions(code):
    """How many fractions of each relation a row of a component has. A denominator is a product of sums with a z each,
    and the constant of a sum is its relation."""
    code = program.decode(code)
    operations, has_z = code.operations, []
    for operation in operations:
        has_z.append(operation[0] == "z" or any(has_z[i] for i in program.operands(operation)))

    def factors(at):
        name, *of = operations[at]
        if name == "mul" and all(has_z[i] for i in of):
            return factors(of[0]) + factors(of[1])
        return [at]

    def terms(at):
        name, *of = operations[at]
        return terms(of[0]) + terms(of[1]) if name in ("add", "sub") else [operations[at]]

    out = Counter()
    for _, _, _, denominator in code.lookups:
        for factor in factors(denominator):
            (relation,) = [of[0] for name, *of in terms(factor) if name == "constant"]
            out[relation] += 1
    return out
