# SPDX-License-Identifier: Apache-2.0
"""Does to a plain chain what docs/integrate.md says, in a workspace outside this repository.

The plain chain is runtime/minimal without its regions (`// [name]` to `// [/name]`), and testing/template/node with
its regions as they are. Every region becomes the document's block of that name, which an embed marker
(scripts/workshop/embed.py) or `<!-- template: name -->` stands above:

    python3 -m scripts.workshop.template FOLDER InRuntime|Native    writes the workspace FOLDER/chain, and beside it
                                                                    a link to this repository
    python3 -m scripts.workshop.template --check                    writes nothing, and says what does not fit
    python3 -m scripts.workshop.template --commands                 prints the document's commands for the first proof

Nothing of Assay may be in the plain chain, every region must have a block, and every block a region. What is beside
the document: the versions, profiles and lints of this repository's Cargo.toml, its Cargo.lock, and a crate `features`
that asks for the features with which this repository builds its dependencies, so that cargo takes that build.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Collection

from scripts.workshop import ROOT

PAGE = ROOT / "docs/integrate.md"
VERIFIERS = ("InRuntime", "Native")
BLOCK = re.compile(r"^<!-- (?:embed: [^#\s]+#|template: )([\w-]+) -->\n+```(\w+)\n(.*?)^```$", re.M | re.S)
REGION = re.compile(r"^(?P<indent>[ \t]*)(?://|#) \[(?P<name>[\w-]+)\]\n(?P<text>.*?)^[ \t]*(?://|#) \[/(?P=name)\]\n",
                    re.M | re.S)
# Names of Assay's crates and of the pallet in a runtime, as code has them.
OURS = re.compile(r"\bassay_\w+::|\bassay-(?!minimal)[\w-]+ =|pallet[_-]proof[_-]verifier|ProofVerifier")
# Blocks that are no part of a chain.
BESIDE = {"mock", "first-proof"}
# Blocks for `Native`. The second one is a line that replaces another.
NATIVE = {"host-functions", "verifier"}
# What lets clones of this repository share a build: a plain chain has no such lines.
LINK = re.compile(r'^(?:#\[cfg\(feature = "std"\)\]\n#\[path = "[^"]*by_link\.rs"\]\nmod by_link;\n\n|\t*by_link::.*\n)', re.M)
VERIFIER = re.compile(r"^\ttype Verifier = .*;\n", re.M)


class TemplateError(Exception):
    pass


def blocks() -> dict[str, str]:
    """{name: text} of the document's named blocks; a block of code without a name is an error."""
    text = PAGE.read_text()
    found = {name: block for name, _, block in BLOCK.findall(text)}
    code = len(re.findall(r"^```(?:rust|toml)$", text, re.M))
    named = sum(1 for _, language, _ in BLOCK.findall(text) if language in ("rust", "toml"))
    if code != named:
        raise TemplateError(f"{PAGE.name}: {code - named} blocks of Rust or TOML have no name")
    return found


def apply(path: str, plain: str, given: dict[str, str], keep: Collection[str], used: set[str]) -> str:
    """`plain` with each region replaced by the block of its name, but for those to keep."""
    def replace(region: re.Match[str]) -> str:
        name, indent = region["name"], region["indent"]
        if name in keep:
            return region["text"]
        if name not in given:
            raise TemplateError(f"{path}: the document has no block for the region [{name}]")
        used.add(name)
        return "".join(indent + line if line.strip() else line for line in given[name].splitlines(keepends=True))

    return REGION.sub(replace, plain)


def features() -> str:
    """A manifest that asks for the features with which this repository builds its dependencies."""
    host = next(line.split()[1] for line in
                subprocess.run(["rustc", "-vV"], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
                if line.startswith("host: "))
    # Cargo tells its units only where unstable options are allowed; it builds nothing then.
    command = ["cargo", "build", "--workspace", "--bins", "--release", "--locked", "--target", host,
               "--unit-graph", "-Z", "unstable-options"]
    graph = json.loads(subprocess.run(command, cwd=ROOT, env={**os.environ, "RUSTC_BOOTSTRAP": "1"}, check=True,
                                      stdout=subprocess.PIPE, text=True).stdout)
    # Cargo wants one name for a crate, whether it is built for the chain or for a build script.
    aliases: dict[tuple[str, str], str] = {}
    lines: dict[str, dict[str, str]] = {"dependencies": {}, "build-dependencies": {}}
    for unit in graph["units"]:
        package = re.fullmatch(r"registry\+.*#(.+)@(.+)", unit["pkg_id"])
        if package is None or "custom-build" in unit["target"]["kind"]:
            continue
        name, version = package[1], package[2].split("+")[0]
        alias = aliases.setdefault((name, version), f"d{len(aliases)}")
        table = "build-dependencies" if unit["platform"] is None else "dependencies"
        lines[table][alias] = (f'{alias} = {{ package = "{name}", version = "={version}", default-features = false, '
                               f'features = {json.dumps(unit["features"])} }}')
    tables = "".join(f"\n[{table}]\n" + "\n".join(entries.values()) + "\n" for table, entries in lines.items())
    return '[package]\nname = "features"\nversion = "0.0.0"\nedition = "2024"\n' + tables


def manifest(given: dict[str, str]) -> str:
    """The root Cargo.toml: this repository's, with the document's entries in place of our crates."""
    text = (ROOT / "Cargo.toml").read_text()
    members = re.compile(r"^members = \[.*?^\]$.*?^exclude = .*?$", re.M | re.S)
    text = members.sub('members = ["runtime", "node", "features"]', text)
    ours = re.compile(r"^# Ours\.\n.*?\n\n", re.M | re.S)
    if len(ours.findall(text)) != 1 or 'members = ["runtime"' not in text:
        raise TemplateError("Cargo.toml is not as expected")
    return ours.sub(lambda _: given["workspace"] + "\n", text)


def compose(verifier: str) -> dict[str, str]:
    """{path: text} of the workspace's sources, and its Cargo.toml."""
    given = blocks()
    used = {"workspace"} | BESIDE
    native = verifier == "Native"
    keep = set() if native else NATIVE
    files = {"Cargo.toml": manifest(given)}
    for part, source in [("runtime", ROOT / "runtime/minimal"), ("node", ROOT / "testing/template/node")]:
        for path in [source / "Cargo.toml", source / "build.rs", *sorted((source / "src").glob("*.rs"))]:
            text = path.read_text()
            name = str(path.relative_to(ROOT))
            left = OURS.search(REGION.sub("", text))
            if left:
                raise TemplateError(f"{name}: {left[0]} is outside of the regions")
            text = apply(name, text, given, keep, used)
            if part == "runtime":
                text = LINK.sub("", text)
                text = text.replace("assay-minimal-runtime", "template-runtime")
                if native and VERIFIER.search(text):
                    used.add("verifier")
                    text = VERIFIER.sub(lambda _: "\t" + given["verifier"], text)
            files[f"{part}/{path.relative_to(source)}"] = text
    unused = given.keys() - used - keep
    if unused:
        raise TemplateError(f"{PAGE.name}: no place for the blocks {', '.join(sorted(unused))}")
    return files


def write(folder: pathlib.Path, verifier: str) -> None:
    files = compose(verifier) | {"features/Cargo.toml": features(), "features/src/lib.rs": ""}
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "assay").symlink_to(ROOT)
    for name, text in files.items():
        path = folder / "chain" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    shutil.copy(ROOT / "Cargo.lock", folder / "chain/Cargo.lock")


def main(arguments: list[str]) -> int:
    try:
        if arguments == ["--check"]:
            for verifier in VERIFIERS:
                compose(verifier)
        elif arguments == ["--commands"]:
            print(blocks()["first-proof"], end="")
        else:
            folder, verifier = arguments
            if verifier not in VERIFIERS:
                raise TemplateError(f"expected InRuntime or Native, got {verifier}")
            write(pathlib.Path(folder).resolve(), verifier)
    except TemplateError as error:
        print(f"template: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
