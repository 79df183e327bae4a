# SPDX-License-Identifier: Apache-2.0
"""The transcript: Fiat-Shamir as p3-challenger 0.8 does it.

A transcript absorbs field elements and digests, and gives challenges that depend on all of them. Each
of the three protocols (STARK, opening, FRI) first absorbs a seed: a description of every step that
it is going to make, and the numbers of its instance.
"""

from spec.plonky3.hashes import EIGHT_WORDS, Blake3, Poseidon2, blake3, keccak256, montgomery_bytes


class SpongeTranscript:
    """For Poseidon2: a duplex sponge of width 16 and rate 8."""

    def __init__(self, suite):
        self.p, self.permute = suite.field.p, suite.permute
        self.state, self.inputs, self.outputs = [0] * 16, [], []

    def absorb(self, elements):
        for element in elements:
            self.outputs = []
            self.inputs.append(element)
            if len(self.inputs) == 8:
                self.duplex()

    def absorb_digest(self, digest):
        self.absorb(EIGHT_WORDS.unpack(digest))

    def duplex(self):
        count = len(self.inputs)
        if count:
            # What is absorbed overwrites, zeros fill up, and the count goes into the capacity.
            self.state[:8] = self.inputs + [0] * (8 - count)
            self.state[8] = (self.state[8] + count) % self.p
        self.state, self.inputs = self.permute(self.state), []
        self.outputs = self.state[:8]

    def sample(self):
        """A field element. The sponge's output is read from its end."""
        if self.inputs or not self.outputs:
            self.duplex()
        return self.outputs.pop()

    def sample_bits(self, bits):
        return self.sample() & (1 << bits) - 1

    def prepare_grinding(self):
        pass


class HashTranscript:
    """For Keccak-256 and Blake3: the hash of all bytes so far, chained."""

    def __init__(self, suite, hash):
        self.p = suite.field.p
        self.hash, self.inputs, self.outputs = hash, bytearray(), bytearray()

    def absorb_bytes(self, data):
        if data:
            self.inputs += data
            self.outputs = bytearray()

    def absorb(self, elements):
        # In Montgomery form, as everywhere in these suites.
        self.absorb_bytes(montgomery_bytes(elements, self.p))

    absorb_digest = absorb_bytes

    def sample_byte(self):
        if not self.outputs:
            self.inputs = bytearray(self.hash(bytes(self.inputs)))
            self.outputs = bytearray(self.inputs)
        return self.outputs.pop()

    def sample_word(self):
        return int.from_bytes(bytes([self.sample_byte() for _ in range(4)]), "little")

    def sample(self):
        """A field element, by rejection: 31 bits of a word, until they are below p."""
        while True:
            value = self.sample_word() & 2**31 - 1
            if value < self.p:
                return value

    def sample_bits(self, bits):
        return self.sample_word() & (1 << bits) - 1

    def prepare_grinding(self):
        self.sample_byte()


class Transcript:
    """What the protocols need of either."""

    def __init__(self, suite, extension):
        self.extension = extension
        if isinstance(suite, Poseidon2):
            self.inner = SpongeTranscript(suite)
        else:
            self.inner = HashTranscript(suite, blake3 if isinstance(suite, Blake3) else keccak256)
        self.absorb, self.absorb_digest = self.inner.absorb, self.inner.absorb_digest
        self.sample_bits = self.inner.sample_bits

    def absorb_extension(self, values):
        for value in values:
            self.absorb(value)

    def challenge(self):
        """A random element of the extension."""
        return tuple([self.inner.sample() for _ in range(self.extension.degree)])

    def grinding_holds(self, bits, witness):
        """Whether `bits` bits are zero after the witness; at difficulty zero nothing is absorbed."""
        if bits == 0:
            return True
        self.inner.prepare_grinding()
        self.absorb([witness])
        return self.sample_bits(bits) == 0


# --- Seeds


def key_seed(key_hash):
    """The hash of the key as 16 numbers of 16 bits, little-endian. Assay's one addition to upstream:
    it binds the constraints, which upstream has compiled into the verifier."""
    return [int.from_bytes(key_hash[i : i + 2], "little") for i in range(0, 32, 2)]


def base(extension):
    return f"Algebra({extension.field.p}^1;{keccak256(b'p3-scalar-basis-v1').hex()})"


def algebra(extension):
    identity = f"p3-power-basis-v1:{extension.identity}"
    return f"Algebra({extension.field.p}^{extension.degree};{keccak256(identity.encode()).hex()})"


def protocol_seed(name, steps, instance):
    """The elements that a protocol absorbs first.

    `steps` are lines such as "Atomic Message 16 trace_commitment Scalar Opaque" without the length of
    the label, as (hierarchy, kind, label, length, type). `instance` are numbers.
    """
    width = len(str(len(steps) - 1))
    text, depth = f"Plonky3 Fiat-Shamir Transcript ({len(steps)} interactions)\n", 0
    for position, (hierarchy, kind, label, length, type_tag) in enumerate(steps):
        depth -= hierarchy == "End"
        text += f"{position:0{width}} {'  ' * depth}{hierarchy} {kind} {len(label)} {label} {length} {type_tag}\n"
        depth += hierarchy == "Begin"
    numbers = b"".join([(8).to_bytes(4, "big") + n.to_bytes(8, "big") for n in instance])
    version = 1
    seed = bytes([version]) + name.ljust(62, b"\0") + bytes([len(name)])
    seed += keccak256(text.encode()) + len(numbers).to_bytes(4, "big") + numbers + b"\x80"
    # Three bytes an element, behind the number of bytes.
    return [len(seed)] + [int.from_bytes(seed[i : i + 3], "little") for i in range(0, len(seed), 3)]


def message(label, length, type_tag):
    return ("Atomic", "Message", label, length, type_tag)


def commitment(label):
    return message(label, "Scalar", "Opaque")


def challenge(label, extension):
    return ("Atomic", "Challenge", label, "Scalar", algebra(extension))


def grinding(label, bits, extension):
    """A grinding step; none at difficulty zero."""
    return [("Atomic", "Pow", label, f"Fixed({bits})", base(extension))] if bits else []


def delegation(label):
    return [(hierarchy, "Protocol", label, "None", "Marker") for hierarchy in ("Begin", "End")]


def stark_seed(key):
    program, extension = key.program, key.extension
    steps = [commitment("trace_commitment")]
    if program.preprocessed_width:
        steps.append(commitment("preprocessed_commitment"))
    steps += [
        ("Atomic", "Public", "public_values", f"Fixed({program.num_public_values})", base(extension)),
        challenge("alpha", extension),
        commitment("quotient_commitment"),
        *grinding("ood_pow", key.ood_grinding_bits, extension),
        challenge("zeta", extension),
        *delegation("opening_argument"),
    ]
    instance = [
        key.degree_bits,  # of the extended trace: with zero knowledge it would be larger
        key.degree_bits,
        program.width,
        program.preprocessed_width,
        len(program.periodic),
        key.num_chunks,
        int(program.opens_next_row),
        int(program.opens_preprocessed_next_row),
    ]
    return protocol_seed(b"p3-uni-stark", steps, instance)


def opening_seed(key, claims):
    """`claims`: for each commitment, for each matrix, its claimed values at each point."""
    extension = key.extension
    rows = [values for matrices in claims for points in matrices for values in points]
    steps = [
        *[message("claimed_evaluations", f"Fixed({len(values)})", algebra(extension)) for values in rows],
        *grinding("batch_pow", key.batch_grinding_bits, extension),
        challenge("alpha", extension),
        *delegation("low_degree_test"),
    ]
    instance = [len(claims)]
    for matrices in claims:
        instance += [len(matrices), *[len(points) for points in matrices]]
    return protocol_seed(b"p3-fri-pcs", steps, instance)


def fri_seed(key, schedule, log_height):
    extension = key.extension
    steps = []
    for _ in schedule:
        steps += [
            commitment("commit_phase_commitment"),
            *grinding("commit_pow", key.commit_grinding_bits, extension),
            challenge("fold_challenge", extension),
        ]
    steps += [
        message("final_poly", f"Fixed({1 << key.log_final_poly_len})", algebra(extension)),
        *grinding("query_pow", key.query_grinding_bits, extension),
        ("Atomic", "Challenge", "query_indices", f"Fixed({key.num_queries})", f"Bits({log_height})"),
    ]
    return protocol_seed(b"p3-fri", steps, [key.log_blowup, key.max_log_arity, *schedule])


def seed(key, name, make, *arguments):
    """A seed depends on the key alone, so it is made once."""
    if name not in key.seeds:
        key.seeds[name] = make(key, *arguments)
    return key.seeds[name]
