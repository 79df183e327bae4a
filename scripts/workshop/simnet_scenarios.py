# SPDX-License-Identifier: Apache-2.0
"""The scenarios of zombienet/scenarios, or files given beside them: what a run's own limits are held against.

A summary has the limits that it was made with, and whoever can change a figure in it can change these too. So limits
come from the scenario's file here, by the name of the scenario in the summary.
"""

import pathlib
import tomllib
from collections.abc import Iterator

from scripts.workshop import ROOT
from scripts.workshop.common import Json
from scripts.workshop.simnet_shape import NotASummary

# A run with one proof system alone has its name behind the scenario's, and other AIRs.
SYSTEMS = ("plonky3", "stwo", "cairo")


def read(file: pathlib.Path) -> Json:
    """A scenario's file, as far as runs are held to it. Whether it can be run is for the harness to say."""
    try:
        scenario = tomllib.loads(file.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise NotASummary(f"{file}: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise NotASummary(f"{file}: no scenario: {error}") from None
    for name, kind in (("thresholds", dict), ("load", list), ("fault", list)):
        if not isinstance(scenario.setdefault(name, kind()), kind):
            raise NotASummary(f"{file}: no scenario: {name} is of another type")
    return scenario


class Scenarios:
    """Scenarios by name: those of this repository, and others by the names of their files."""

    def __init__(self, files: list[str]) -> None:
        found = [*(ROOT / "zombienet/scenarios").glob("*.toml"), *map(pathlib.Path, files)]
        self.files = {file.stem: file for file in found}

    def of(self, summary: Json) -> Json | None:
        """The scenario of a run; `None` if there is no file of its name."""
        name, alone = split(summary["scenario"], self.files)
        return read(self.files[name]) | {"alone": alone} if name in self.files else None


def split(name: str, known: dict[str, pathlib.Path]) -> tuple[str, bool]:
    """A scenario's name, and whether it was run with one proof system alone."""
    scenario, _, system = name.rpartition("-")
    return (scenario, True) if name not in known and system in SYSTEMS else (name, False)


def differences(summary: Json, scenario: Json) -> Iterator[str]:
    """Why a run is not of the scenario that it names: another one may have wider limits."""
    own = summary["config"]["scenario"]
    name = summary["scenario"]

    def loads(of: Json) -> list[tuple[str, ...]]:
        fields = ("name",) if scenario["alone"] else ("name", "air", "hash")
        return sorted(tuple(str(load.get(field)) for field in fields) for load in of["load"])

    def kinds(of: Json) -> list[str]:
        return sorted(fault["kind"] for fault in of["fault"])

    if own["network"] != scenario.get("network"):
        yield f"it is not of scenario {name}: network {own['network']}, expected {scenario.get('network')}"
    got, wanted = loads(own), loads(scenario)
    if not got or set(got) - set(wanted) if scenario["alone"] else got != wanted:
        yield f"it is not of scenario {name}: loads {got}, expected {wanted}"
    if kinds(own) != kinds(scenario):
        yield f"it is not of scenario {name}: faults {kinds(own)}, expected {kinds(scenario)}"
