# SPDX-License-Identifier: Apache-2.0
"""Cairo's AIR: 68 components of cairo-air 1.3 as programs, which are the verifier's and no key's.

The file's form is described in cairo/prover/src/table.rs, which writes it.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from spec.common import Reader

FILE = Path(__file__).parents[2] / "primitives/stwo/src/cairo/components_v1.bin"
OWN_SIZE = 255  # Stands for the column of row numbers of a component's own size.


@dataclass(frozen=True)
class Entry:
    name: str
    fixed: int | None  # log2 of its rows, unless a proof says.
    # What its program reads as public values: nothing, where a builtin's segment starts, or i << log_size for
    # i from 1 to a number.
    segment: int | None
    strides: int
    columns: tuple  # Names of the preprocessed columns that it reads; None for that of its own size.
    code: bytes


def text(reader):
    return reader.take(reader.u8()).decode()


@lru_cache
def read():
    """The preprocessed traces, each a list of (name, log2 of the rows), and the components."""
    reader = Reader(FILE.read_bytes(), "internal")
    names = [text(reader) for _ in range(reader.u8())]
    traces = []
    for _ in range(3):
        traces.append([(names[reader.u8()], reader.u8()) for _ in range(reader.u8())])
    components = []
    for _ in range(reader.u8()):
        name, fixed, kind = text(reader), reader.u8() or None, reader.u8()
        assert kind in (0, 1, 2)
        segment = reader.u8() if kind == 1 else None
        strides = reader.u8() if kind == 2 else 0
        numbers = [reader.u8() for _ in range(reader.u8())]
        columns = tuple(None if number == OWN_SIZE else names[number] for number in numbers)
        components.append(Entry(name, fixed, segment, strides, columns, reader.take(reader.u32())))
    assert not reader.left()
    return traces, components


def places(trace, entry, log_size):
    """Where a component's preprocessed columns are in a trace; None if one is missing or of another height."""
    out = []
    for name in entry.columns:
        column = (name or f"seq_{log_size}", log_size)
        if column not in trace:
            return None
        out.append(trace.index(column))
    return out
