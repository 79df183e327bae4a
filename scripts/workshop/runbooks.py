# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of docs/runbooks, or of the documents that are named, in order, as a reader would: each file in
one shell, in a folder of its own, and compares what they print with what the document shows.

A block of `text` right after a block of `sh` is its output. As in docs/client.md, a line `...` stands for
any number of lines, and times (ms, s) and memory (GB) are not compared. `...` within a line stands for any text.
A block of `sh` without such a block must print nothing. scripts/test/observability.sh sets the names in
capitals (docs/runbooks/README.md) and calls this; for those that need a network of validators
zombienet/test.sh does, by their names. The exit status is 1 if a command fails or prints something else.
"""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from typing import NamedTuple

from scripts.workshop import ROOT

FOLDER = ROOT / "docs/runbooks"
# The alarm is not part of a runbook: a command that hangs is a failure like any other.
SECONDS = 240
# Run only by name, on a network of four: they change its validators, and wait for sessions to end.
OF_NETWORKS = {"keys"}
NETWORK_SECONDS = 480
# Printed after each block, to tell the outputs apart.
END = "\x1e"


class Block(NamedTuple):
    """Commands, and the output that the document shows."""

    commands: str
    shown: str


def blocks(text: str, loose: bool = False) -> list[Block]:
    """The blocks of a document. Output that belongs to no commands is an error, unless `loose`."""
    found = re.findall(r"^```sh\n(.*?)^```\n(?:\n*```text\n(.*?)^```$)?", text + "\n", re.M | re.S)
    outputs = len(re.findall(r"^```text$", text, re.M))
    if not loose and outputs != sum(1 for _, shown in found if shown):
        raise ValueError("a block of text does not follow a block of sh, or is empty")
    return [Block(commands, shown) for commands, shown in found]


def agree(shown: str, printed: str) -> bool:
    """Whether the printed lines are those that are shown."""
    def tidy(text: str) -> list[str]:
        return [re.sub(r"\b[\d.]+ (ms|s|GB)\b", r"# \1", line.rstrip()) for line in text.strip("\n").splitlines()]

    pattern = ""
    for line in tidy(shown):
        if line == "...":
            pattern += r"(?:.*\n)*"
        else:
            pattern += ".*".join(map(re.escape, line.split("..."))) + r"\n"
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in tidy(printed))) is not None


def end(leader: "subprocess.Popen[bytes]") -> None:
    """Ends a group of processes: by SIGTERM, after ten seconds by SIGKILL."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(leader.pid, signal.SIGTERM)
        for _ in range(100):
            time.sleep(0.1)
            # Until it is waited for, an ended leader counts as one of the group.
            leader.poll()
            os.killpg(leader.pid, 0)
        os.killpg(leader.pid, signal.SIGKILL)


def run(
    script: str, folder: pathlib.Path, seconds: float, environment: Mapping[str, str] | None = None
) -> tuple[int | None, str]:
    """The exit status of a script, or None if it took too long, and what it printed. What it left running ends."""
    # A file and not a pipe: what runs in the background may hold it open.
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        with subprocess.Popen(
            ["bash", "-c", script], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True,
        ) as process:
            status = None
            try:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    status = process.wait(seconds)
            finally:
                end(process)
        output.seek(0)
        return status, output.read()


def follow(
    text: str, folder: pathlib.Path, seconds: float = SECONDS, loose: bool = False,
    environment: Mapping[str, str] | None = None,
) -> list[str]:
    """Runs a document's blocks in `folder`; returns what is wrong. `loose`: output that is not shown is not compared."""
    todo = blocks(text, loose)
    script = "set -eu -o pipefail\n" + "".join(
        f"{block.commands}printf '{END}'\n" for block in todo
    )
    status, output = run(script, folder, seconds, environment)
    printed = output.split(END)
    wrong = []
    for block, lines in zip(todo, printed[:len(todo)]):
        if not agree(block.shown, lines) and (block.shown or not loose):
            wrong.append(f"{block.commands}--- is shown as\n{block.shown}--- and prints\n{lines}")
    if status != 0 or len(printed) != len(todo) + 1:
        how = f"took longer than {seconds:g} s" if status is None else f"ended with status {status}"
        failing = todo[len(printed) - 1].commands if len(printed) <= len(todo) else ""
        if loose:
            # Nothing else tells why.
            failing += f"--- printed\n{printed[-1]}"
        wrong.append(f"{failing}--- {how}")
    return wrong


def stop_on_signal() -> None:
    """Lets SIGTERM end this program as Ctrl-C does: with what it started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def main() -> int:
    stop_on_signal()
    work = pathlib.Path(sys.argv[1])
    only = set(sys.argv[2:])
    failed = 0
    others = [ROOT / name for name in sorted(only) if name.endswith(".md")]
    for path in others or sorted(FOLDER.glob("*.md")):
        of_network = path.stem in OF_NETWORKS or path in others
        if path not in others and (path.stem not in only if only else of_network):
            continue
        folder = work / path.stem
        folder.mkdir(parents=True)
        start = time.monotonic()
        wrong = follow(path.read_text(), folder, NETWORK_SECONDS if of_network else SECONDS)
        took = time.monotonic() - start
        print(f"runbooks: {path.name}: {'WRONG' if wrong else 'ok'}, {took:.0f} s", flush=True)
        for message in wrong:
            failed += 1
            print("\n".join(message.splitlines()[-60:]), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
