#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lets a fresh clone use what another clone has built.

Cargo takes a file for changed if it is newer than what was built from it. In a fresh clone every file
is, and in one that is older than another clone's last build none is, whatever is in it. So times go
from clone to clone by what the files hold.

    clone_times.py keep    after a build: notes each file's time and digest in the target folder
    clone_times.py take    in another clone: gives each file that holds the same the time that was
                           noted, and every other one the present

All get the present if something was built since `keep`: then nobody knows from which files. So do files
that compile CARGO_MANIFEST_DIR in, because cargo does not see that it is another now. Target folders: CARGO_TARGET_DIR and ASSAY_CACHE/target*.
"""

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = Path(os.environ["CARGO_TARGET_DIR"])
NOTED = TARGET / "assay-files"


def files() -> list[str]:
    """The clone's files, relative to its root."""
    listed = subprocess.run(["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, check=True,
                            capture_output=True).stdout
    return sorted(name for name in os.fsdecode(listed).split("\0") if name and (ROOT / name).is_file())


def digest(name: str) -> str:
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


def keep() -> None:
    lines = [f"{(ROOT / name).stat().st_mtime_ns} {digest(name)} {name}\n" for name in files()]
    part = NOTED.with_suffix(".part")
    part.write_text("".join(lines))
    part.replace(NOTED)


def built_since(moment: int) -> bool:
    """Whether cargo noted a build after that moment, in nanoseconds."""
    folders = {TARGET, *Path(os.environ["ASSAY_CACHE"]).glob("target*")}
    return any(entry.stat().st_mtime_ns > moment
               for folder in folders
               for depth in ("*", "*/*", "*/*/*")
               for prints in folder.glob(depth + "/.fingerprint")
               for unit in os.scandir(prints)
               for entry in os.scandir(unit))


def noted() -> dict[str, tuple[int, str]]:
    """(time, digest) of each file, if they are those of the last build."""
    try:
        if built_since(NOTED.stat().st_mtime_ns):
            return {}
        lines = NOTED.read_text().splitlines()
    except OSError:
        return {}
    return {name: (int(moment), sha) for moment, sha, name in (line.split(" ", 2) for line in lines)}


def depends_on_path(name: str) -> bool:
    if not name.endswith(".rs"):
        return False
    return b'env!("CARGO_MANIFEST_DIR")' in (ROOT / name).read_bytes()


def take() -> None:
    before = noted()
    now = time.time_ns()
    same = 0
    for name in files():
        moment, sha = before.get(name, (now, ""))
        if depends_on_path(name) or sha != digest(name):
            moment = now
        else:
            same += 1
        os.utime(ROOT / name, ns=(moment, moment))
    print(f"clone_times: {same} files are as another clone built them", file=sys.stderr)


if __name__ == "__main__":
    {"keep": keep, "take": take}[sys.argv[1]]()
