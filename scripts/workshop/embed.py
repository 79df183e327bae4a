# SPDX-License-Identifier: Apache-2.0
"""Copies regions of compiled code into documents, so that what they show is what is tested.

A document says where a snippet comes from, and the fenced block that follows is replaced:

    <!-- embed: runtime/minimal/src/lib.rs#config -->

The source marks the region by two comment lines, `// [config]` and `// [/config]` (`#` in TOML and
shell). Without `#region` the whole file is taken. `--check` writes nothing and fails if a document
would change. Documents: those given, else every tracked Markdown file that has a marker.
"""

import re
import sys
from pathlib import Path

from scripts.workshop import ROOT
from scripts.workshop.common import git

MARKER = re.compile(r"^<!-- embed: (?P<path>[^#\s]+)(?:#(?P<region>[\w-]+))? -->$")
LANGUAGES = {".rs": "rust", ".toml": "toml", ".sh": "sh", ".py": "python", ".json": "json"}


class EmbedError(Exception):
    pass


def snippet(path: str, region: str | None) -> list[str]:
    """The lines of a region, less their common indentation."""
    if not (ROOT / path).is_file():
        raise EmbedError(f"{path}: no such file")
    lines = (ROOT / path).read_text().splitlines()
    if region:
        marks = {mark: [i for i, line in enumerate(lines)
                        if re.fullmatch(rf"\s*(//|#) \[{re.escape(mark)}\]", line)]
                 for mark in (region, "/" + region)}
        if any(len(found) != 1 for found in marks.values()):
            raise EmbedError(f"{path}: expected one [{region}] and one [/{region}]")
        lines = lines[marks[region][0] + 1:marks["/" + region][0]]
    indents = [len(line) - len(line.lstrip("\t")) for line in lines if line.strip()]
    cut = min(indents, default=0)
    return [line[cut:] for line in lines]


def embed(text: str) -> str:
    """`text` with every embedded block replaced."""
    lines = text.splitlines()
    out: list[str] = []
    i = 0
    while i < len(lines):
        out.append(lines[i])
        marker = MARKER.match(lines[i])
        i += 1
        if not marker:
            if lines[i - 1].startswith("<!-- embed"):
                raise EmbedError(f"line {i}: not a marker: {lines[i - 1]}")
            continue
        path = marker["path"]
        if i < len(lines) and lines[i].startswith("```"):
            try:
                i = lines.index("```", i + 1) + 1
            except ValueError:
                raise EmbedError(f"line {i + 1}: the block does not end") from None
        out.append("```" + LANGUAGES.get(Path(path).suffix, ""))
        out.extend(snippet(path, marker["region"]))
        out.append("```")
    return "\n".join(out) + "\n"


def documents() -> list[Path]:
    listed = git("ls-files", "--cached", "--others", "--exclude-standard", "*.md")
    paths = [ROOT / name for name in listed.splitlines()]
    return [path for path in paths
            if any(MARKER.match(line) for line in path.read_text().splitlines())]


def main() -> None:
    arguments = sys.argv[1:]
    check = "--check" in arguments
    paths = [Path(name).resolve() for name in arguments if name != "--check"] or documents()
    stale = []
    for path in paths:
        name = path.relative_to(ROOT)
        text = path.read_text()
        try:
            new = embed(text)
        except EmbedError as error:
            sys.exit(f"embed: {name}: {error}")
        if new != text:
            stale.append(str(name))
            if not check:
                path.write_text(new)
                print(f"embed: {name} written")
    if check and stale:
        sys.exit(f"embed: run python3 -m scripts.workshop.embed: {', '.join(stale)} would change")


if __name__ == "__main__":
    main()
