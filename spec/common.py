# SPDX-License-Identifier: Apache-2.0
"""What every proof system's specification shares: refusals, and reading bytes strictly."""


class Refused(Exception):
    """A key, public values or a proof are refused. `label` is the error class's name, as in docs/reading.md."""

    def __init__(self, label, detail=""):
        super().__init__(f"{label}: {detail}" if detail else label)
        self.label = label


class Reader:
    """Bytes read from the front. Each method refuses with `short` where the bytes end early."""

    def __init__(self, data, short):
        self.data, self.at, self.short = data, 0, short

    def take(self, count, reading="bytes"):
        if count > len(self.data) - self.at:
            raise Refused(self.short, f"{reading}: {count} bytes wanted, {len(self.data) - self.at} left")
        taken = self.data[self.at : self.at + count]
        self.at += count
        return taken

    def u8(self, reading="byte"):
        return self.take(1, reading)[0]

    def u16(self, reading="u16"):
        return int.from_bytes(self.take(2, reading), "little")

    def u32(self, reading="u32"):
        return int.from_bytes(self.take(4, reading), "little")

    def compact(self, reading="count"):
        """SCALE's compact integer, at most 32 bits, in its shortest form."""
        first = self.u8(reading)
        mode = first & 3
        if mode == 0:
            return first >> 2
        if mode == 3 and first != 3:
            raise Refused(self.short, f"{reading}: more than 32 bits")
        rest = self.take((1, 3, 4)[mode - 1], reading)
        value = int.from_bytes(rest, "little") if mode == 3 else int.from_bytes(bytes([first]) + rest, "little") >> 2
        if value < (1 << 6, 1 << 14, 1 << 30)[mode - 1]:
            raise Refused(self.short, f"{reading}: not the shortest form")
        return value

    def left(self):
        return len(self.data) - self.at


def decode_public_values(data, most):
    """Version 1: a compact count, and as many integers of 32 bits. Which of them are field elements is
    the proof system's to say."""
    reader = Reader(data, "public_values_malformed")
    if reader.u8("version") != 1:
        raise Refused("public_values_malformed", "version")
    count = reader.compact("number of public values")
    if count > most:
        raise Refused("public_values_malformed", f"at most {most}, not {count}")
    values = [reader.u32("public value") for _ in range(count)]
    if reader.left():
        raise Refused("public_values_malformed", "bytes after the public values")
    return values
