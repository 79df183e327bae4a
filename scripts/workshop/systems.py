# SPDX-License-Identifier: Apache-2.0
"""Lists the files that name a proof system and are not its own: what a new one would have to touch.

A room of its own is a file or a folder that has its name, or that of the system that it stands on. Words (docs,
fixtures, recorded runs) don't count.

    python3 -m scripts.workshop.systems [SYSTEM]    how often each file outside its rooms names it (cairo, the
                                                    last that came)
    python3 -m scripts.workshop.systems --check     fails unless docs/adding-a-proof-system.md lists these files
                                                    and no others, and at most twelve as needed
"""

import re
import sys

from scripts.workshop import ROOT
from scripts.workshop.common import git

PAGE = ROOT / "docs/adding-a-proof-system.md"
LAST = "cairo"
# Cairo is proven with STWO: one crate.
STANDS_ON = {"cairo": ["stwo"]}
# Where the page lists files without which a new proof system does not work, and how many there may be.
REQUIRED = "## Other files that must name it"
MOST = 12
ROW = r"^\| `([^`]+)` \|"
CODE = (".py", ".rs", ".sh", ".toml", ".yaml")


def outside(system: str) -> dict[str, int]:
    """{file: how often it names the system} of the files outside its rooms."""
    rooms = [system, *STANDS_ON.get(system, [])]
    found = {}
    for name in git("ls-files").splitlines():
        if not name.endswith(CODE) or name.startswith("docs/") or name == "scripts/workshop/systems.py":
            continue
        if any(room in name for room in rooms):
            continue
        count = len(re.findall(system, (ROOT / name).read_text(), re.I))
        if count:
            found[name] = count
    return found


def main(arguments: list[str]) -> int:
    if arguments == ["--check"]:
        text = PAGE.read_text()
        page = set(re.findall(ROW, text, re.M))
        required = re.findall(ROW, text.split(REQUIRED, 1)[1].split("\n## ", 1)[0], re.M)
        code = set(outside(LAST))
        for name in sorted(code - page):
            print(f"{PAGE.name} lacks {name}, which names {LAST}")
        for name in sorted(page - code):
            print(f"{PAGE.name} lists {name}, which doesn't name {LAST}")
        if not 0 < len(required) <= MOST:
            print(f"{PAGE.name}: {len(required)} files must name a new proof system, expected at most {MOST}")
        return 0 if page == code and 0 < len(required) <= MOST else 1
    system = arguments[0] if arguments else LAST
    found = outside(system)
    for name, count in sorted(found.items(), key=lambda item: -item[1]):
        print(f"{count:5} {name}")
    print(f"{len(found)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
