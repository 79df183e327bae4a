# SPDX-License-Identifier: Apache-2.0
"""The library crates: those of the workspace that say `publish = true`.

    python3 -m scripts.workshop.packages list            their names, each after those that it depends on
    python3 -m scripts.workshop.packages check FOLDER    what is wrong with their manifests, and with their packages
                                                         in the folder, where `cargo package` left them

It also compares `rust-version` with what the dependencies in Cargo.lock say that they need. Some say nothing: only
scripts/test/rust_version.sh is sure.
"""

import fnmatch
import graphlib
import json
import pathlib
import posixpath
import re
import subprocess
import sys
import tarfile

from scripts.workshop import ROOT
from scripts.workshop.common import Json

# What `cargo package` leaves to the author, and a reader of a registry looks for.
EXPECTED = ("description", "license", "readme", "keywords", "categories", "rust_version")
# A registry takes 10 MB; proofs that only tests need would soon fill it.
MOST_BYTES = 2 << 20
# Rust's sources that only tests compile: a package may lack what they include.
OF_TESTS = ("*/tests/*", "*/mock.rs")


def metadata() -> Json:
    """What cargo knows of the workspace and of all that it depends on."""
    done = subprocess.run(
        ["cargo", "metadata", "--locked", "--format-version", "1"], cwd=ROOT, check=True, stdout=subprocess.PIPE
    )
    found: Json = json.loads(done.stdout)
    return found


def published(found: Json) -> list[Json]:
    """The library crates, each after those that it depends on."""
    ours = {
        package["name"]: package for package in found["packages"]
        if package["id"] in found["workspace_members"] and package["publish"] != []
    }
    order = graphlib.TopologicalSorter({
        name: {needed["name"] for needed in package["dependencies"] if needed["kind"] != "dev"} & set(ours)
        for name, package in sorted(ours.items())
    })
    return [ours[name] for name in order.static_order()]


def wrong_in_manifest(package: Json, readme: str) -> list[str]:
    """What a crate's manifest lacks, and what its README does not say of its features."""
    wrong = [f"no `{name}`" for name in EXPECTED if not package.get(name)]
    if "docs" not in (package.get("metadata") or {}):
        wrong.append("no `[package.metadata.docs.rs]`")
    named = set(re.findall(r"`([^`]+)`", " ".join(re.findall(r"^\| (.*?) \|", readme, re.M))))
    # Without those that cargo makes of an optional dependency.
    features = {name for name, adds in package["features"].items() if adds != [f"dep:{name}"]} - {"default"}
    wrong += [f"README.md does not name the feature `{name}`" for name in sorted(features - named)]
    wrong += [f"README.md names `{name}`, which is no feature" for name in sorted(named - features)]
    return wrong


def version(text: str) -> tuple[int, ...]:
    """A version, to be compared: 1.90 is 1.90.0."""
    numbers = [int(number) for number in text.split(".")]
    return tuple((numbers + [0, 0])[:3])


def too_young(found: Json) -> list[str]:
    """The packages that need a younger compiler than the workspace promises."""
    members = [package for package in found["packages"] if package["id"] in found["workspace_members"]]
    promised = min((package["rust_version"] or "0" for package in members), key=version)
    return [
        f"{package['name']} {package['version']} needs Rust {package['rust_version']}, and Cargo.toml promises {promised}"
        for package in found["packages"] if version(package["rust_version"] or "0") > version(promised)
    ]


def included(source: str, path: str) -> list[str]:
    """The files that a source of a crate compiles in, relative to the crate; `*` where a macro's argument stands."""
    files = []
    for joined, plain in re.findall(
        r'include_(?:bytes|str)!\(\s*(?:concat!\(((?:[^()]|\([^()]*\))*)\)|"([^"]+)")', source
    ):
        name = plain
        folder = posixpath.dirname(path)
        for manifest, literal, argument in re.findall(r'(env!\("CARGO_MANIFEST_DIR"\))|"([^"]*)"|\$(\w+)', joined):
            if manifest:
                folder = ""
            name += "*" if argument else literal
        files.append(posixpath.normpath(posixpath.join(folder, name.lstrip("/"))))
    return files


def wrong_in_package(archive: pathlib.Path, crate: pathlib.Path) -> list[str]:
    """What a package lacks, or has too much of."""
    wrong = []
    with tarfile.open(archive) as package:
        files = {
            posixpath.relpath(member.name, archive.name.removesuffix(".crate")): member
            for member in package.getmembers()
        }
        for name in ("LICENSE", "README.md"):
            if name not in files or not files[name].size:
                wrong.append(f"no {name}")
        for name, member in sorted(files.items()):
            if not name.endswith(".rs") or any(fnmatch.fnmatch(name, pattern) for pattern in OF_TESTS):
                continue
            content = package.extractfile(member)
            assert content
            for pattern in included(content.read().decode(), name):
                here = {str(path.relative_to(crate)) for path in crate.glob(pattern)} if ".." not in pattern else set()
                if not here or not here <= set(files):
                    wrong.append(f"{name} includes {pattern}, which is not in the package")
    if archive.stat().st_size > MOST_BYTES:
        wrong.append(f"{archive.stat().st_size} bytes, expected at most {MOST_BYTES}")
    return wrong


def main(arguments: list[str]) -> int:
    found = metadata()
    packages = published(found)
    if arguments == ["list"]:
        print(*(package["name"] for package in packages), sep="\n")
        return 0
    if len(arguments) != 2 or arguments[0] != "check":
        print(__doc__)
        return 2
    wrong = too_young(found)
    for package in packages:
        crate = pathlib.Path(package["manifest_path"]).parent
        archive = pathlib.Path(arguments[1], f"{package['name']}-{package['version']}.crate")
        readme = crate / (package["readme"] or "README.md")
        found_here = wrong_in_manifest(package, readme.read_text() if readme.is_file() else "")
        found_here += wrong_in_package(archive, crate)
        wrong += [f"{package['name']}: {what}" for what in found_here]
        print(f"packages: {package['name']} {package['version']}, {archive.stat().st_size / 1024:,.0f} KiB")
    for what in wrong:
        print(f"packages: {what}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
