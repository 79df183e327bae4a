# SPDX-License-Identifier: Apache-2.0
"""Walks through documents as a newcomer does: makes a fresh clone of the commit that is checked out, or a folder with
nothing but a release or nothing at all, and runs there the commands that the documents give, in order and nothing else.

    python3 -m scripts.workshop.walks NAME [ARCHIVE]    NAME as in `WALKS`; ARCHIVE if the walk starts from a release

A walk that starts with built programs has those of the folder ASSAY_PROGRAMS before all others, and an empty folder.

The commands of a page are its blocks of `sh`, in one shell that starts in the root of the clone, beside the archive, or
in the empty folder.
A block of `text` right after one is its output, compared as in runbooks.py; other output is not compared. The exit
status is 1 if a command fails, prints something else than the page shows, or does not end.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

from scripts.workshop import ROOT
from scripts.workshop.common import git
from scripts.workshop.runbooks import blocks, follow, stop_on_signal


class Page(NamedTuple):
    """A document, or the part of it under one heading."""

    path: str
    heading: str = ""


class Walk(NamedTuple):
    """What a newcomer follows, and how long it may take: the first build of a machine is in it."""

    pages: tuple[Page, ...]
    hours: float
    from_release: bool = False
    # Programs that it starts with, if it builds none.
    programs: tuple[str, ...] = ()


WALKS = {
    # The first verdict: of a chain on a proof, then of a network under load.
    "tester": Walk((
        Page("README.md", "Quick start"), Page("docs/testing-networks.md", "From zero to a result"),
    ), hours=4),
    # The first final block and the first alert of an own chain, from a release.
    "validator": Walk((Page("docs/first-hour.md"),), hours=0.5, from_release=True),
    # The first final statement on a run of a Cairo program, from nothing but the programs.
    "cairo": Walk((Page("docs/cairo.md", "Five commands"),), hours=0.5,
                  programs=("assay", "assay-cairo", "assay-node")),
}
# What a newcomer may have set. The scripts' other settings would be a shortcut.
KEPT = {"ASSAY_CACHE", "ASSAY_WASM_ROUTE"}


def section(text: str, heading: str) -> str:
    """The part of a document under a heading, down to the next one that is not below it."""
    found: list[str] = []
    level, code = 0, False
    for line in text.splitlines(keepends=True):
        code ^= line.lstrip().startswith("```")
        marks = re.match(r"(#+) (.*)", line)
        if marks and not code:
            if level and len(marks[1]) <= level:
                break
            if not level and marks[2].strip() == heading:
                level = len(marks[1])
        if level:
            found.append(line)
    if not found:
        raise ValueError(f"no heading `{heading}`")
    return "".join(found)


def commands(root: pathlib.Path, page: Page) -> str:
    """The text of a page. One that gives no command is an error."""
    text = (root / page.path).read_text()
    if page.heading:
        text = section(text, page.heading)
    if not blocks(text, loose=True):
        raise ValueError(f"{page.path} gives no commands")
    return text


def clone(source: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """A fresh clone of the commit that is checked out in `source`."""
    root = folder / "assay"
    commit = git("-C", str(source), "rev-parse", "HEAD").strip()
    git("clone", "--quiet", "--no-checkout", str(source), str(root))
    git("-C", str(root), "checkout", "--quiet", "--detach", commit)
    return root


def release(archive: pathlib.Path, folder: pathlib.Path, beside: pathlib.Path) -> pathlib.Path:
    """Puts an archive and its checksum into a folder; returns what is in the archive, unpacked beside it."""
    for path in (archive, archive.with_name(f"{archive.name}.sha256")):
        shutil.copy(path, folder)
    beside.mkdir()
    subprocess.run(["tar", "xzf", archive, "--no-same-owner", "-C", beside], check=True)
    (root,) = beside.iterdir()
    return root


def environment(temporary: pathlib.Path) -> dict[str, str]:
    """A newcomer's environment, with temporary files where they go with the walk, and without a proxy before this
    machine: a page that waits for its node would wait for ever."""
    own = re.compile(r"ASSAY_|WASM_BUILD_|SKIP_\w*WASM_BUILD")
    kept = {name: value for name, value in os.environ.items() if name in KEPT or not own.match(name)}
    direct = ",".join(filter(None, (os.environ.get("no_proxy"), "127.0.0.1")))
    return kept | {"TMPDIR": str(temporary), "no_proxy": direct, "NO_PROXY": direct}


def with_programs(environment: dict[str, str], programs: tuple[str, ...]) -> dict[str, str]:
    """The environment with these programs, of the folder ASSAY_PROGRAMS, before all others of their names."""
    folder = pathlib.Path(os.environ.get("ASSAY_PROGRAMS", "")).resolve()
    for name in programs:
        if not os.access(folder / name, os.X_OK):
            wanted = ", ".join(programs)
            raise ValueError(f"expected ASSAY_PROGRAMS to name a folder with {wanted}: no {name} in {folder}")
    return environment | {"PATH": f"{folder}:{environment['PATH']}"} if programs else environment


def go(walk: Walk, archive: pathlib.Path | None, source: pathlib.Path = ROOT) -> list[str]:
    """Takes a walk; returns what is wrong. Stops at the first page with which something is."""
    left = walk.hours * 3600
    with tempfile.TemporaryDirectory(prefix="assay-walk-") as place:
        fresh, temporary = pathlib.Path(place, "fresh"), pathlib.Path(place, "tmp")
        fresh.mkdir()
        temporary.mkdir()
        if archive:
            start_in, root = fresh, release(archive, fresh, pathlib.Path(place, "documents"))
        elif walk.programs:
            start_in, root = fresh, clone(source, pathlib.Path(place))
        else:
            start_in = root = clone(source, fresh)
        newcomer = with_programs(environment(temporary), walk.programs)
        for page in walk.pages:
            name = f"{page.path}, {page.heading}" if page.heading else page.path
            print(f"walk: {name}", flush=True)
            start = time.monotonic()
            wrong = follow(commands(root, page), start_in, left, True, newcomer)
            took = time.monotonic() - start
            left -= took
            print(f"walk: {name}: {'WRONG' if wrong else 'ok'}, {took:.0f} s", flush=True)
            if wrong:
                return wrong
    return []


def main(arguments: list[str]) -> int:
    name, archive = (arguments + ["", ""])[:2]
    if name not in WALKS or len(arguments) > 2 or WALKS[name].from_release != bool(archive):
        print(__doc__, *(f"{each}{' ARCHIVE' * walk.from_release}" for each, walk in WALKS.items()), sep="\n")
        return 2
    stop_on_signal()
    wrong = go(WALKS[name], pathlib.Path(archive).resolve() if archive else None)
    for message in wrong:
        print("\n".join(message.splitlines()[-80:]), flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
