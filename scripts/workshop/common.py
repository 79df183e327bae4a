# SPDX-License-Identifier: Apache-2.0
"""What several of these modules need."""

import math
import pathlib
import platform
import subprocess
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from scripts.workshop import ROOT

# An object read from JSON, or one that becomes JSON.
Json = dict[str, Any]


def cpu() -> str:
    """The name of this machine's processor."""
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def git(*arguments: str) -> str:
    """What a git command prints in this clone."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def commit() -> str:
    """The short name of the commit that is checked out."""
    return git("rev-parse", "--short", "HEAD").strip()


def number(value: float | None, digits: int = 1) -> str:
    """A figure for people: `-` where nothing was measured, no decimals where there are none."""
    if value is None:
        return "-"
    if math.isinf(value):
        return "never"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.{digits}f}"


def quantile(values: Iterable[float], q: float) -> float:
    """The smallest value that a share `q` of all is not above."""
    values = sorted(values)
    return values[max(0, math.ceil(q * len(values)) - 1)]


def aligned(lines: Sequence[Sequence[str]], text: Collection[int] = (0,)) -> Iterator[str]:
    """The lines of a table; columns in `text` begin at the left, the others end at the right."""
    widths = [max(map(len, column)) for column in zip(*lines)]
    for line in lines:
        cells = (
            cell.ljust(width) if column in text else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths))
        )
        yield "  ".join(cells).rstrip()
