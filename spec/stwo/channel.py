# SPDX-License-Identifier: Apache-2.0
"""The hash and the transcript: stwo's `Blake2sChannel`, and its variant for recursion.

The transcript is a digest. Mixing something replaces it by H(digest || what is mixed); drawing gives
H(digest || number of draws since || a zero byte) and leaves it. It begins with 32 zeros.
"""

import hashlib
import struct

from spec.stwo.field import P, QM31

BLAKE2S, BLAKE2S_M31 = 0, 1  # As keys write them.


def hasher(variant):
    """Blake2s; for `BLAKE2S_M31`, each of the eight words of its output is reduced modulo P."""

    def plain(data):
        return hashlib.blake2s(data).digest()

    def reduced(data):
        return struct.pack("<8I", *(word % P for word in struct.unpack("<8I", plain(data))))

    return reduced if variant == BLAKE2S_M31 else plain


class Channel:
    def __init__(self, variant):
        self.hash, self.digest, self.draws = hasher(variant), bytes(32), 0

    def mix(self, data):
        self.digest, self.draws = self.hash(self.digest + data), 0

    def mix_words(self, words):
        self.mix(struct.pack(f"<{len(words)}I", *words))

    def mix_felts(self, felts):
        self.mix(b"".join(felt.bytes() for felt in felts))

    def mix_nonce(self, nonce):
        self.mix(nonce.to_bytes(8, "little"))

    def draw_words(self):
        """Eight words of 32 bits."""
        words = self.hash(self.digest + struct.pack("<IB", self.draws, 0))
        self.draws += 1
        return struct.unpack("<8I", words)

    def draw_pair(self):
        """Two secure felts: eight words below 2P, drawn again until they all are, modulo P."""
        while True:
            words = self.draw_words()
            if all(word < 2 * P for word in words):
                parts = [word % P for word in words]
                return QM31(*parts[:4]), QM31(*parts[4:])

    def draw_felt(self):
        """One: the second of the pair is not used."""
        return self.draw_pair()[0]

    def grinds(self, bits, nonce):
        """Whether H(H(0x12345678, 12 zeros, digest, bits), nonce) ends in `bits` zero bits, as an integer."""
        prefix = self.hash(struct.pack("<I12x", 0x12345678) + self.digest + struct.pack("<I", bits))
        work = self.hash(prefix + nonce.to_bytes(8, "little"))
        return int.from_bytes(work[:16], "little") % (1 << bits) == 0
