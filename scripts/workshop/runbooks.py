# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of docs/runbooks, as whoever follows one would: each file's blocks in order, in
one shell, in a folder of its own. scripts/test/observability.sh sets what they name (docs/runbooks/README.md)
and calls this; the exit status is 1 if a command fails."""

import pathlib
import re
import subprocess
import sys
import time

from scripts.workshop import ROOT

FOLDER = ROOT / "docs/runbooks"
# The alarm is not part of a runbook: a command that hangs is a failure like any other.
SECONDS = 240


def script(text: str) -> str:
    """The blocks of shell, indented or not."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S)
    return "set -eu -o pipefail\n" + "\n".join(blocks)


def main() -> int:
    work = pathlib.Path(sys.argv[1])
    only = set(sys.argv[2:])
    failed = 0
    for path in sorted(FOLDER.glob("*.md")):
        if only and path.stem not in only:
            continue
        folder = work / path.stem
        folder.mkdir(parents=True)
        start = time.monotonic()
        try:
            done = subprocess.run(
                ["bash", "-c", script(path.read_text())], cwd=folder, timeout=SECONDS, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            )
            status, output = str(done.returncode), done.stdout
        except subprocess.TimeoutExpired as error:
            status, output = "no end", (error.stdout or b"").decode()
        took = time.monotonic() - start
        print(f"runbooks: {path.name}: {'ok' if status == '0' else status}, {took:.0f} s", flush=True)
        if status != "0":
            failed += 1
            print("\n".join(output.splitlines()[-30:]), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
