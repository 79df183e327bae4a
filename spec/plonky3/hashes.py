# SPDX-License-Identifier: Apache-2.0
"""The hash functions, and the three suites that a key chooses from.

A suite hashes a row of field elements to a digest, and two digests to one. Two of the three work
on bytes: there a field element is four little-endian bytes of its *Montgomery form*, a * 2^32 mod
p, because upstream hashes its representation in memory. In keys and proofs, elements are plain.
"""

from struct import Struct, pack, unpack

from spec.plonky3.fields import BABY_BEAR, KOALA_BEAR

MASK32, MASK64 = 2**32 - 1, 2**64 - 1


def montgomery_bytes(elements, p):
    return pack(f"<{len(elements)}I", *[(a << 32) % p for a in elements])


# --- Poseidon2, width 16

# BabyBear: x^7, 4 + 13 + 4 rounds (p3-baby-bear's published constants)
INITIAL_ROUNDS = [
    [0x69CBB6AF, 0x46AD93F9, 0x60A00F4E, 0x6B1297CD, 0x23189AFE, 0x732E7BEF, 0x72C246DE, 0x2C941900,
     0x0557EEDE, 0x1580496F, 0x3A3EA77B, 0x54F3F271, 0x0F49B029, 0x47872FE1, 0x221E2E36, 0x1AB7202E],
    [0x487779A6, 0x3851C9D8, 0x38DC17C0, 0x209F8849, 0x268DCEE8, 0x350C48DA, 0x5B9AD32E, 0x0523272B,
     0x3F89055B, 0x01E894B2, 0x13DDEDDE, 0x1B2EF334, 0x7507D8B4, 0x6CEEB94E, 0x52EB6BA2, 0x50642905],
    [0x05453F3F, 0x06349EFC, 0x6922787C, 0x04BFFF9C, 0x768C714A, 0x3E9FF21A, 0x15737C9C, 0x2229C807,
     0x0D47F88C, 0x097E0ECC, 0x27EADBA0, 0x2D7D29E4, 0x3502AAA0, 0x0F475FD7, 0x29FBDA49, 0x018AFFFD],
    [0x0315B618, 0x6D4497D1, 0x1B171D9E, 0x52861ABD, 0x2E5D0501, 0x3EC8646C, 0x6E5F250A, 0x148AE8E6,
     0x17F5FA4A, 0x3E66D284, 0x0051AA3B, 0x483F7913, 0x2CFE5F15, 0x023427CA, 0x2CC78315, 0x1E36EA47],
]
FINAL_ROUNDS = [
    [0x7290A80D, 0x6F7E5329, 0x598EC8A8, 0x76A859A0, 0x6559E868, 0x657B83AF, 0x13271D3F, 0x1F876063,
     0x0AEEAE37, 0x706E9CA6, 0x46400CEE, 0x72A05C26, 0x2C589C9E, 0x20BD37A7, 0x6A2D3D10, 0x20523767],
    [0x5B8FE9C4, 0x2AA501D6, 0x1E01AC3E, 0x1448BC54, 0x5CE5AD1C, 0x4918A14D, 0x2C46A83F, 0x4FCF6876,
     0x61D8D5C8, 0x6DDF4FF9, 0x11FDA4D3, 0x02933A8F, 0x170EAF81, 0x5A9C314F, 0x49A12590, 0x35EC52A1],
    [0x58EB1611, 0x5E481E65, 0x367125C9, 0x0EBA33BA, 0x1FC28DED, 0x066399AD, 0x0CBEC0EA, 0x75FD1AF0,
     0x50F5BF4E, 0x643D5F41, 0x6F4FE718, 0x5B3CBBDE, 0x1E3AFB3E, 0x296FB027, 0x45E1547B, 0x4A8DB2AB],
    [0x59986D19, 0x30BCDFA3, 0x1DB63932, 0x1D7C2824, 0x53B33681, 0x0673B747, 0x038A98A3, 0x2C5BCE60,
     0x351979CD, 0x5008FB73, 0x547BCA78, 0x711AF481, 0x3F93BF64, 0x644D987B, 0x3C8BCD87, 0x608758B8],
]
INTERNAL_ROUNDS = [
    0x5A8053C0, 0x693BE639, 0x3858867D, 0x19334F6B, 0x128F0FD8, 0x4E2B1CCB, 0x61210CE0,
    0x3C318939, 0x0B5B2F22, 0x2EDB11D5, 0x213EFFDF, 0x0CAC4606, 0x241AF16D,
]
# KoalaBear: x^3, 4 + 20 + 4 rounds (p3-koala-bear's published constants)
KOALA_INITIAL_ROUNDS = [
    [0x7EE56A48, 0x11367045, 0x12E41941, 0x7EBBC12B, 0x1970B7D5, 0x662B60E8, 0x3E4990C6, 0x679F91F5,
     0x350813BB, 0x00874AD4, 0x28A0081A, 0x18FA5872, 0x5F25B071, 0x5E5D5998, 0x5E6FD3E7, 0x5B2E2660],
    [0x6F1837BF, 0x3FE6182B, 0x1EDD7AC5, 0x57470D00, 0x43D486D5, 0x1982C70F, 0x0EA53AF9, 0x61D6165B,
     0x51639C00, 0x2DEC352C, 0x2950E531, 0x2D2CB947, 0x08256CEF, 0x1A0109F6, 0x1F51FAF3, 0x5CEF1C62],
    [0x3D65E50E, 0x33D91626, 0x133D5A1E, 0x0FF49B0D, 0x38900CD1, 0x2C22CC3F, 0x28852BB2, 0x06C65A02,
     0x7B2CF7BC, 0x68016E1A, 0x15E16BC0, 0x5248149A, 0x6DD212A0, 0x18D6830A, 0x5001BE82, 0x64DAC34E],
    [0x5902B287, 0x426583A0, 0x0C921632, 0x3FE028A5, 0x245F8E49, 0x43BB297E, 0x7873DBD9, 0x3CC987DF,
     0x286BB4CE, 0x640A8DCD, 0x512A8E36, 0x03A4CF55, 0x481837A2, 0x03D6DA84, 0x73726AC7, 0x760E7FDF],
]
KOALA_FINAL_ROUNDS = [
    [0x43E7DC24, 0x259A5D61, 0x27E85A3B, 0x1B9133FA, 0x343E5628, 0x485CD4C2, 0x16E269F5, 0x165B60C6,
     0x25F683D9, 0x124F81F9, 0x174331F9, 0x77344DC5, 0x5A821DBA, 0x5FC4177F, 0x54153BF5, 0x5E3F1194],
    [0x3BDBF191, 0x088C84A3, 0x68256C9B, 0x3C90BBC6, 0x6846166A, 0x03F4238D, 0x463335FB, 0x5E3D3551,
     0x6E59AE6F, 0x32D06CC0, 0x596293F3, 0x6C87EDB2, 0x08FC60B5, 0x34BCCA80, 0x24F007F3, 0x62731C6F],
    [0x1E1DB6C6, 0x0CA409BB, 0x585C1E78, 0x56E94EDC, 0x16D22734, 0x18E11467, 0x7B2C3730, 0x770075E4,
     0x35D1B18C, 0x22BE3DB5, 0x4FB1FBB7, 0x477CB3ED, 0x7D5311C6, 0x5B62AE7D, 0x559C5FA8, 0x77F15048],
    [0x3211570B, 0x490FEF6A, 0x77EC311F, 0x2247171B, 0x4E0AC711, 0x2EDF69C9, 0x3B5A8850, 0x65809421,
     0x5619B4AA, 0x362019A7, 0x6BF9D4ED, 0x5B413DFF, 0x617E181E, 0x5E7AB57B, 0x33AD7833, 0x3466C7CA],
]
KOALA_INTERNAL_ROUNDS = [
    0x54DFEB5D, 0x7D40AFD6, 0x722CB316, 0x106A4573, 0x45A7CCDB, 0x44061375, 0x154077A5,
    0x45744FAA, 0x4EB5E5EE, 0x3794E83F, 0x47C7093C, 0x5694903C, 0x69CB6299, 0x373DF84C,
    0x46A0DF58, 0x46B8758A, 0x3241EBCB, 0x0B09D233, 0x1AF42357, 0x1E66CEC2,
]


def _external_layer(s):
    """Each four by [[2,3,1,1],[1,2,3,1],[1,1,2,3],[3,1,1,2]]; then to each the sum of its residue."""
    out = []
    for a, b, c, d in (s[0:4], s[4:8], s[8:12], s[12:16]):
        ab, cd = a + b, c + d
        all_b, all_d = ab + cd + b, ab + cd + d
        out += (all_b + ab, all_b + c + c, all_d + cd, all_d + a + a)
    sums = [out[i] + out[i + 4] + out[i + 8] + out[i + 12] for i in range(4)] * 4
    return [x + y for x, y in zip(out, sums)]


def _seventh_powers(values, p):
    return [y * (z := y * y % p) % p * (z * z % p) % p for y in values]


def _third_powers(values, p):
    return [y * y % p * y % p for y in values]


def _permutation(field, initial, internal, final, powers, fractions):
    """The permutation of 16 field elements. The internal layer is the all-ones matrix plus a diagonal, which
    ends in `fractions`: one over these powers of two, negated where the power is."""
    p, half = field.p, field.inverse(2)
    fractions = [field.inverse(2**abs(k)) * (1 if k > 0 else -1) for k in fractions]
    diagonal = [a % p for a in [-2, 1, 2, half, 3, 4, -half, -3, -4, *fractions]]

    def full_rounds(s, rounds):
        for constants in rounds:
            s = _external_layer(powers([(x + c) % p for x, c in zip(s, constants)], p))
        return s

    def permute(state):
        s = full_rounds(_external_layer(state), initial)
        for constant in internal:
            [s[0]] = powers([(s[0] + constant) % p], p)
            total = sum(s)
            s = [(x * d + total) % p for x, d in zip(s, diagonal)]
        return [x % p for x in full_rounds(s, final)]

    return permute


PERMUTATIONS = {
    BABY_BEAR: _permutation(BABY_BEAR, INITIAL_ROUNDS, INTERNAL_ROUNDS, FINAL_ROUNDS, _seventh_powers,
                            (8, 2, 3, 27, -8, -4, -27)),
    KOALA_BEAR: _permutation(KOALA_BEAR, KOALA_INITIAL_ROUNDS, KOALA_INTERNAL_ROUNDS, KOALA_FINAL_ROUNDS,
                             _third_powers, (8, 3, 24, -8, -3, -4, -24)),
}


# --- Keccak-f[1600] and Keccak-256 (FIPS 202's permutation; the original padding, not SHA-3's)

ROUND_CONSTANTS = [
    0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000,
    0x000000000000808B, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
    0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
]


def _keccak_steps():
    """For rho and pi: lane `source` turns left by `turn` and goes to the place that is next in order."""
    turns, x, y = {0: 0}, 1, 0
    for t in range(24):
        turns[x + 5 * y] = (t + 1) * (t + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    target = {(y + 5 * ((2 * x + 3 * y) % 5)): x + 5 * y for x in range(5) for y in range(5)}
    return [(source, source % 5, turns[source], 64 - turns[source]) for _, source in sorted(target.items())]


KECCAK_STEPS = _keccak_steps()


def keccak_f(a):
    """The permutation of 25 lanes of 64 bits; lane (x, y) is a[x + 5 y]."""
    mask = MASK64
    for constant in ROUND_CONSTANTS:
        # theta
        c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20]
        c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21]
        c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22]
        c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23]
        c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24]
        d = (
            c4 ^ (c1 << 1 & mask | c1 >> 63),
            c0 ^ (c2 << 1 & mask | c2 >> 63),
            c1 ^ (c3 << 1 & mask | c3 >> 63),
            c2 ^ (c4 << 1 & mask | c4 >> 63),
            c3 ^ (c0 << 1 & mask | c0 >> 63),
        )
        # rho and pi
        b = [(v := a[source] ^ d[x]) << left & mask | v >> right for source, x, left, right in KECCAK_STEPS]
        # chi
        a = []
        for b0, b1, b2, b3, b4 in (b[0:5], b[5:10], b[10:15], b[15:20], b[20:25]):
            a += (b0 ^ (~b1 & b2), b1 ^ (~b2 & b3), b2 ^ (~b3 & b4), b3 ^ (~b4 & b0), b4 ^ (~b0 & b1))
        # iota
        a[0] ^= constant
    return a


def keccak256(message):
    rate = 136
    padded = bytearray(message) + bytes(rate - len(message) % rate)
    padded[len(message)] ^= 0x01
    padded[-1] ^= 0x80
    state = [0] * 25
    for start in range(0, len(padded), rate):
        block = unpack("<17Q", padded[start : start + rate])
        state = keccak_f([a ^ b for a, b in zip(state, block)] + state[17:])
    return pack("<4Q", *state[:4])


# --- Blake3

BLAKE3_IV = (
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
)
CHUNK_START, CHUNK_END, PARENT, ROOT = 1, 2, 4, 8
MIXES = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
         (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)


def _blake3_schedule():
    """For each round and mix: the four words of the state and the two of the message."""
    order, steps = list(range(16)), []
    for _ in range(7):
        steps += [mix + (order[2 * i], order[2 * i + 1]) for i, mix in enumerate(MIXES)]
        order = [order[i] for i in PERMUTATION]
    return steps


BLAKE3_SCHEDULE = _blake3_schedule()
SIXTEEN_WORDS = Struct("<16I")


def blake3_compress(chaining, block, counter, flags):
    """The new chaining value: 8 words. The output is never longer than that here."""
    mask, m = MASK32, SIXTEEN_WORDS.unpack(block.ljust(64, b"\0"))
    v = [*chaining, *BLAKE3_IV[:4], counter & mask, counter >> 32, len(block), flags]
    for ai, bi, ci, di, x, y in BLAKE3_SCHEDULE:
        b = v[bi]
        a = v[ai] + b + m[x] & mask
        d = v[di] ^ a
        d = d >> 16 | d << 16 & mask
        c = v[ci] + d & mask
        b ^= c
        b = b >> 12 | b << 20 & mask
        a = a + b + m[y] & mask
        d ^= a
        d = d >> 8 | d << 24 & mask
        c = c + d & mask
        b ^= c
        v[ai], v[bi], v[ci], v[di] = a, b >> 7 | b << 25 & mask, c, d
    return [x ^ y for x, y in zip(v[:8], v[8:])]


def _blake3_node(message, first_chunk, root):
    """The chaining value of a subtree; `root` is the flag of the root, or 0."""
    if len(message) > 1024:
        # The left subtree is the largest full one that leaves something to the right.
        left = 1024 << ((len(message) - 1) // 1024).bit_length() - 1
        halves = (_blake3_node(message[:left], first_chunk, 0)
                  + _blake3_node(message[left:], first_chunk + left // 1024, 0))
        return blake3_compress(BLAKE3_IV, SIXTEEN_WORDS.pack(*halves), 0, PARENT | root)
    chaining, flags = BLAKE3_IV, CHUNK_START
    for start in range(0, max(len(message), 1), 64):
        if start + 64 >= len(message):
            flags |= CHUNK_END | root
        chaining = blake3_compress(chaining, message[start : start + 64], first_chunk, flags)
        flags = 0
    return chaining


def blake3(message):
    return pack("<8I", *_blake3_node(message, 0, ROOT))


# --- The suites. A digest is 32 bytes, as in a proof.

EIGHT_WORDS = Struct("<8I")
FOUR_LANES = Struct("<4Q")


class Poseidon2:
    """Rows by a sponge that overwrites and does not pad, rate 8; pairs by one permutation."""

    def __init__(self, field):
        self.field, self.permute = field, PERMUTATIONS[field]

    def canonical(self, digest):
        return max(EIGHT_WORDS.unpack(digest)) < self.field.p

    def hash_row(self, row):
        state = [0] * 16
        for start in range(0, len(row), 8):
            block = row[start : start + 8]
            state = self.permute([*block, *state[len(block):]])
        return EIGHT_WORDS.pack(*state[:8])

    def compress(self, left, right):
        return EIGHT_WORDS.pack(*self.permute(SIXTEEN_WORDS.unpack(left + right))[:8])


class Keccak:
    """The same sponge over Keccak-f[1600], rate 17 lanes; two elements share a lane."""

    def __init__(self, field):
        self.field = field

    @staticmethod
    def canonical(digest):
        return True

    @staticmethod
    def hash_lanes(lanes):
        state = [0] * 25
        for start in range(0, len(lanes), 17):
            block = lanes[start : start + 17]
            state = keccak_f([*block, *state[len(block):]])
        return FOUR_LANES.pack(*state[:4])

    def hash_row(self, row):
        message = montgomery_bytes(row, self.field.p) + bytes(len(row) % 2 * 4)
        return Keccak.hash_lanes(unpack(f"<{len(message) // 8}Q", message))

    @staticmethod
    def compress(left, right):
        return Keccak.hash_lanes(unpack("<8Q", left + right))


class Blake3:
    """Blake3 of the bytes."""

    def __init__(self, field):
        self.field = field

    @staticmethod
    def canonical(digest):
        return True

    def hash_row(self, row):
        return blake3(montgomery_bytes(row, self.field.p))

    @staticmethod
    def compress(left, right):
        return blake3(left + right)


SUITES = [Poseidon2, Keccak, Blake3]
for _field in (BABY_BEAR, KOALA_BEAR):
    _field.suites = [suite(_field) for suite in SUITES]
