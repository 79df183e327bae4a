# SPDX-License-Identifier: Apache-2.0
"""Keys for Cairo programs: the program's hash, and what else a verification depends on."""

from dataclasses import dataclass
from functools import lru_cache

from spec.cairo import table
from spec.common import Reader, Refused
from spec.stwo import program, key as stwo
from spec.stwo.channel import BLAKE2S, BLAKE2S_M31
from spec.stwo.key import Column, Component, Key, Params, bound, malformed, one_of

# Cairo's numbers are the integers modulo this.
PRIME = 2**251 + 17 * 2**192 + 1

PROGRAM_WORDS = (6, 1 << 16)
INTERACTION_GRINDING_BITS = (24, 24)  # Upstream's prover has no other.
LEAST_LOG_SIZE = 4
# Without lifting, the highest component has at least as many rows: a key's bits of security count on it.
LEAST_HEIGHT = 20

# In the order in which `main` takes them.
BUILTINS = (
    "output", "pedersen", "range_check", "ecdsa", "bitwise", "ec_op", "keccak", "poseidon", "range_check96",
    "add_mod", "mul_mod",
)  # fmt: skip
OUTPUT = BUILTINS.index("output")

CANONICAL, CANONICAL_WITHOUT_PEDERSEN, CANONICAL_SMALL = range(3)

# Roots of the preprocessed columns, by trace, hash and log_blowup. Lifting is none, or to the highest column, which
# is the same. A table of range checks with another content would prove anything.
ROOTS = {
    (CANONICAL, BLAKE2S, 1): "a98e22423bf5d235981f0b36d939ae56ef3be2751c58b032b2831e6e24ba0364",
    (CANONICAL_WITHOUT_PEDERSEN, BLAKE2S, 1): "4f36cc05752d9c55aa77938952c96e1b437b62edac6ff063ffea661c5a3f14a6",
    (CANONICAL_WITHOUT_PEDERSEN, BLAKE2S, 2): "3ad596152af0837de49a8c97a797882c040c41ecbfcbb6c333dd79258156a160",
    (CANONICAL_WITHOUT_PEDERSEN, BLAKE2S, 3): "105648aa73e3384050c1f6ae6bf3ab7d886dcc16364c8a22d4a905af40b71788",
    (CANONICAL_SMALL, BLAKE2S, 1): "068d1166c9f9f0ec247641ca391ee8396170e69343dfcacc632f9638670d2bec",
    (CANONICAL_SMALL, BLAKE2S, 2): "25cbdd4f952c684b5974974cfd9a27aa71f740d62d10e9c702c7d0eed8a125c0",
    (CANONICAL_SMALL, BLAKE2S, 3): "84256087ea3e996e7870766bb16efd26a32173dd837b6d5a8f28560c0a00bb2c",
    (CANONICAL_SMALL, BLAKE2S, 4): "c908e4ef2241d260a8ef333de563e94e041acaac5f75a74d21b4c1efc641dd24",
    (CANONICAL_SMALL, BLAKE2S, 5): "b89f449494bb71980aa44983add390bc194a95feb9e4a9ec6ca3b60733c1fd1e",
}

@dataclass(frozen=True)
class CairoKey:
    hash_variant: int
    params: Params
    preprocessed_trace: int
    preprocessed_root: bytes
    components: tuple  # Numbers in the table: those that a proof may use.
    builtins: tuple  # Numbers in `BUILTINS`: those that the program's `main` takes.
    program_words: int
    program_hash: bytes

    def check(self):
        """What does not depend on a proof, as a verification asks it."""
        bound("interaction_grinding_bits", INTERACTION_GRINDING_BITS, self.params.interaction_grinding_bits)
        bound("program_words", PROGRAM_WORDS, self.program_words)
        params = self.params
        known = ROOTS.get((self.preprocessed_trace, self.hash_variant, params.log_blowup))
        if params.lifting_log_size not in (None, self.max_log_size + params.log_blowup):
            known = None
        if known != self.preprocessed_root.hex():
            raise Refused("unsupported_parameters", "no root is known, or another")
        if not ascending(self.builtins) or self.builtins[:1] != (OUTPUT,):
            raise malformed("builtins are not ascending from output")
        if not self.components or not ascending(self.components):
            raise malformed("components are not ascending")
        if self.components[-1] >= len(table.read()[1]):
            raise malformed("a component that the table does not have")

    @property
    def max_log_size(self):
        return max(log_size for _, log_size in self.trace)

    @property
    def trace(self):
        return table.read()[0][self.preprocessed_trace]


def ascending(numbers):
    return all(a < b for a, b in zip(numbers, numbers[1:]))


@lru_cache(64)
def decode(vk):
    if len(vk) > stwo.MAX_VK_BYTES:
        raise Refused("vk_too_long")
    reader = Reader(vk, "vk_malformed")
    if reader.u8("system") != 3:
        raise Refused("unsupported_version")
    key = CairoKey(
        hash_variant=one_of(reader, (BLAKE2S, BLAKE2S_M31), "hash"),
        params=Params.decode(reader),
        preprocessed_trace=one_of(reader, range(3), "preprocessed trace"),
        preprocessed_root=reader.take(32),
        components=tuple(reader.take(reader.compact())),
        builtins=tuple(one_of(reader, range(len(BUILTINS)), "builtin") for _ in range(reader.compact())),
        program_words=reader.u32(),
        program_hash=reader.take(32),
    )
    if reader.left():
        raise malformed("bytes after the key")
    return key


@dataclass
class Used:
    """A component at a size."""

    number: int
    entry: table.Entry
    log_size: int
    parameters: list


def instance(key, components):
    """The AIR of these components, as a key for STWO has one."""
    key.params.check()
    out = Key(key.hash_variant, key.params, key.preprocessed_root, relations=1, own_preprocessed=True)
    trace, places = key.trace, []
    for used in components:
        places.append(table.places(trace, used.entry, used.log_size))
        if places[-1] is None:
            raise Refused("claim_invalid", f"no preprocessed columns for {used.entry.name} of this size")
    read = {place for columns in places for place in columns}
    # All are committed; those that nothing reads have no sample.
    out.columns[0].extend(Column(log_size, (0,) if i in read else ()) for i, (_, log_size) in enumerate(trace))
    for used, columns in zip(components, places):
        code = program.decode(used.entry.code)
        assert code.public_values == len(used.parameters)
        out.add(Component(code, used.log_size, columns, used.parameters))
    out.finish()
    return out


def check(vk):
    """What a registration asks of a key, beside bits of security."""
    key = decode(vk)
    key.check()
    if int.from_bytes(key.program_hash, "little") >= PRIME:
        raise malformed("a program hash that is no number of Cairo's")
    entries = table.read()[1]
    names = [entries[number].name for number in key.components]
    if "memory_address_to_id" not in names:
        raise malformed("no memory")
    # `main` may take the builtin all the same, as a bootloader's does: its segment is then empty.
    if key.preprocessed_trace == CANONICAL_SMALL and "ec_op_builtin" in names:
        raise malformed("EC operations, which no prover has on the small trace")
    # The largest instance: every component, as high as there are columns for.
    largest = []
    for number in key.components:
        entry = entries[number]
        sizes = [entry.fixed] if entry.fixed else range(key.max_log_size, LEAST_LOG_SIZE - 1, -1)
        log_size = next((size for size in sizes if table.places(key.trace, entry, size) is not None), None)
        if log_size is None:
            raise malformed(f"{entry.name} without its preprocessed columns")
        parameters = [0] * (entry.strides or int(entry.segment is not None))
        largest.append(Used(number, entry, log_size, parameters))
    instance(key, largest)
