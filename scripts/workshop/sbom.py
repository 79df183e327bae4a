# SPDX-License-Identifier: Apache-2.0
"""Prints a CycloneDX 1.5 bill of what is compiled into the node, the client and the program that proves with
STWO: every crate that `cargo metadata` resolves for them without development dependencies, with its licence
and the sum that Cargo.lock pins. `--check FILE` fails unless FILE is the bill of this tree."""

import argparse
import json
import pathlib
import subprocess
import sys
import tomllib

from scripts.workshop import ROOT
from scripts.workshop.common import Json

BINARIES = ("assay-node", "assay-cli", "assay-stwo-airs")
# What the program assay-stwo is built with.
FEATURES = "assay-stwo-airs/cli"


def bill() -> Json:
    metadata = json.loads(subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--locked", "--features", FEATURES,
         "--filter-platform", "x86_64-unknown-linux-gnu"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    sums = {(entry["name"], entry["version"]): entry.get("checksum") for entry in lock["package"]}

    todo = [id for id, package in packages.items() if package["name"] in BINARIES]
    edges: dict[str, list[str]] = {}
    while todo:
        id = todo.pop()
        if id in edges:
            continue
        edges[id] = sorted({
            dependency["pkg"] for dependency in nodes[id]["deps"]
            if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"])
        })
        todo += edges[id]

    def purl(id: str) -> str:
        package = packages[id]
        return f"pkg:cargo/{package['name']}@{package['version']}"

    components = []
    for id in sorted(edges, key=purl):
        package = packages[id]
        component = {
            "type": "application" if package["name"] in BINARIES else "library",
            "bom-ref": purl(id), "name": package["name"], "version": package["version"],
            "purl": purl(id),
        }
        if package["license"]:
            component["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
        if checksum := sums[package["name"], package["version"]]:
            component["hashes"] = [{"alg": "SHA-256", "content": checksum}]
        components.append(component)
    version = next(p["version"] for p in packages.values() if p["name"] == BINARIES[0])
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {"component": {"type": "application", "name": "assay", "version": version}},
        "components": components,
        "dependencies": [
            {"ref": purl(id), "dependsOn": sorted(map(purl, edges[id]))}
            for id in sorted(edges, key=purl)
        ],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", type=pathlib.Path, metavar="FILE")
    arguments = parser.parse_args()
    text = json.dumps(bill(), indent="\t") + "\n"
    if not arguments.check:
        print(text, end="")
    elif arguments.check.read_text() != text:
        sys.exit(f"sbom: {arguments.check} is not the bill of this tree")


if __name__ == "__main__":
    main()
