# SPDX-License-Identifier: Apache-2.0
"""Judges runs of test networks: reads one or many summary.json of zombienet/run.sh.

Prints a table, holds every run to its limits and, with --baseline, to an earlier run. A limit is
the default below, the scenario's own, or one given here, the last one that is there. Exit status:
0 every limit is kept, 1 one is not (each with its reason), 2 a file is no summary (one line).
"""

import argparse
import json
import math
import pathlib
import sys
from collections.abc import Callable
from typing import Any

from scripts.workshop.common import Json, aligned, number

# Reads one figure of a summary.
Read = Callable[[Any], Any]
Values = dict[str, float | None]
# The limit of each figure, and the place where it was set.
Limits = dict[str, tuple[float | None, str]]

# The version of summary.json that this reads.
SCHEMA = 1


class NotASummary(Exception):
    """The file is broken, empty or from another time."""


def path(*keys: str) -> Read:
    """Reads a figure where it must be; `null` there means that there was nothing to measure."""

    def read(summary: Any) -> Any:
        for key in keys:
            if not isinstance(summary, dict) or key not in summary:
                raise NotASummary(f"no {'.'.join(keys)}")
            summary = summary[key]
        return summary

    return read


def worst(read: Read) -> Read:
    """The largest figure of any node."""

    def largest(summary: Json) -> Any:
        found = [read(node) for node in path("nodes")(summary).values()]
        return max((value for value in found if value is not None), default=None)

    return largest


def slowest(key: str) -> Read:
    """The largest figure of any fault; never is infinitely late."""

    def largest(summary: Json) -> Any:
        found = [fault.get(key) for fault in path("faults")(summary)]
        return max((math.inf if value is None else value for value in found), default=None)

    return largest


def of_fault(kind: str, key: str) -> Read:
    """A figure of the runtime upgrade or of the change of validators, if the run had one."""

    def found(summary: Json) -> Any:
        reports = [fault.get(kind) for fault in path("faults")(summary)]
        return next((path(key)(report) for report in reports if report), None)

    return found


def honest_wait(summary: Json) -> Any:
    load = path("by_load")(summary).get("honest")
    return None if load is None else path("blocks_to_inclusion", "max")(load)


def full_blocks(summary: Json) -> int:
    throughput = path("throughput")(summary)
    return path("blocks_full_by_length")(throughput) + path("blocks_full_by_weight")(throughput)


# Name, what it says, how to read it, the limit that holds unless another is given (None: no
# limit), whether the limit is a least value, whether a baseline is compared by it.
FIGURES: list[tuple[str, str, Read, float | None, bool, bool]] = [
    ("final", "calls with a proof that are final", path("counts", "final"), 1, True, False),
    ("accepted", "proofs accepted", path("counts", "accepted"), 1, True, False),
    ("heights_compared", "heights at which all nodes were compared",
     path("chain", "heights_compared"), 1, True, False),
    ("unexpected_accepts", "tampered proofs accepted", path("counts", "unexpected_accepts"), 0,
     False, False),
    ("unexpected_rejects", "honest calls refused", path("counts", "unexpected_rejects"), 0, False,
     False),
    ("unexpected_classes", "tampered proofs refused for another reason than their own",
     path("counts", "unexpected_classes"), 0, False, False),
    ("lost", "calls that never became final", path("counts", "lost"), 0, False, False),
    ("state_mismatches", "heights at which nodes disagree", path("chain", "state_mismatches"), 0,
     False, False),
    ("prove_p95_ms", "proving, p95", path("latency_ms", "prove", "p95"), 5_500, False, False),
    ("verify_p95_ms", "verification, p95 of the worst node", worst(path("verify_ms", "p95")), 3_200,
     False, True),
    ("inclusion_p95_ms", "time to inclusion, p95", path("latency_ms", "inclusion", "p95"), None,
     False, True),
    ("finality_p95_ms", "time to finality, p95", path("latency_ms", "finality", "p95"), None, False,
     True),
    ("propagation_p95_ms", "from the first node that had a block to the others, p95",
     path("latency_ms", "propagation", "p95"), 500, False, True),
    ("proofs_per_s", "proofs a second", path("throughput", "proofs_per_s"), None, True, True),
    ("full_blocks_min", "blocks full to a limit", full_blocks, None, True, False),
    ("honest_blocks_to_inclusion_max", "blocks until an honest call is in one, worst", honest_wait,
     None, False, False),
    ("missed_slots", "slots without a block", path("chain", "missed_slots"), None, False, False),
    ("finality_lag_blocks", "largest distance from best to final block",
     path("chain", "finality_lag_blocks"), None, False, False),
    ("back_in_step_s", "until a healed node is in step, worst", slowest("back_in_step_s"), 5, False,
     False),
    ("finality_back_s", "until finality goes on after healing, worst", slowest("finality_back_s"),
     60, False, False),
    ("upgrade_taken_by_old_nodes", "blocks past the upgrade that an old node took or wrote",
     of_fault("upgrade", "taken_by_old_nodes"), None, False, False),
    ("upgrade_old_nodes_stopped", "old nodes that stopped at the upgrade's block",
     of_fault("upgrade", "old_nodes_stopped_at_it"), None, True, False),
    ("upgrade_old_nodes_ended", "old nodes that ended in order when told to",
     of_fault("upgrade", "old_nodes_ended_in_order"), None, True, False),
    ("upgrade_final_past_it", "blocks past the upgrade that were final without old nodes",
     of_fault("upgrade", "final_past_it"), None, True, False),
    ("rotate_final_past_it", "final blocks of the new set of validators",
     of_fault("rotate", "final_past_it"), None, True, False),
    ("rotate_blocks_by_new_keys", "blocks signed with a validator's new keys",
     of_fault("rotate", "blocks_by_new_keys"), None, True, False),
    ("rotate_blocks_by_added", "blocks of the validator that was added",
     of_fault("rotate", "blocks_by_added"), None, True, False),
    ("rotate_blocks_by_gone", "blocks signed with keys that left the set",
     of_fault("rotate", "blocks_by_gone"), None, False, False),
    ("rotate_sets_followed", "sets of validators that a light client followed from genesis to a statement",
     of_fault("rotate", "sets_followed"), None, True, False),
    ("memory_mib", "memory of the largest node, MiB", worst(path("memory_mib_max")), 3_500, False,
     True),
]
NAMES = {figure[0] for figure in FIGURES}


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def load(file: str) -> Json:
    """A summary, or why the file is none."""
    try:
        text = pathlib.Path(file).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise NotASummary(f"{file}: {error}") from None
    if not text.strip():
        raise NotASummary(f"{file}: empty")
    try:
        summary = json.loads(text)
    except ValueError as error:
        raise NotASummary(f"{file}: no JSON: {error}") from None
    schema = summary.get("schema") if isinstance(summary, dict) else None
    if not isinstance(schema, int) or isinstance(schema, bool):
        raise NotASummary(f"{file}: names no schema")
    if schema != SCHEMA:
        age = "newer" if schema > SCHEMA else "older"
        raise NotASummary(f"{file}: schema {schema} is {age} than {SCHEMA}, which this reads")
    return summary


def figures(summary: Json, file: str = "summary") -> Values:
    """Every figure of a summary by its name; None where there was nothing to measure."""
    values = {}
    for name, _, read, *_ in FIGURES:
        try:
            value = read(summary)
        except NotASummary as error:
            raise NotASummary(f"{file}: {error}") from None
        except (AttributeError, KeyError, TypeError):
            raise NotASummary(f"{file}: {name} can't be read") from None
        if value is not None and (not is_number(value) or math.isnan(value)):
            raise NotASummary(f"{file}: {name} is {value!r}, no number")
        values[name] = value
    return values


def limits(summary: Json, given: dict[str, float | None]) -> Limits:
    """The limit of each figure, and the place where it was set."""
    found: Limits = {name: (limit, "default") for name, _, _, limit, _, _ in FIGURES}
    try:
        own = path("config", "scenario", "thresholds")(summary)
    except NotASummary:
        own = {}
    for source, some in (("scenario", own), ("given", given)):
        for name, limit in some.items():
            if name not in NAMES:
                raise NotASummary(f"{source}: no figure is called {name}")
            if limit is not None and not is_number(limit):
                raise NotASummary(f"{source}: the limit of {name} is {limit!r}, no number")
            found[name] = (limit, source)
    return found


def judge(values: Values, bounds: Limits) -> list[str]:
    """Why a run fails; empty if it does not."""
    reasons = []
    for name, what, _, _, least, _ in FIGURES:
        limit, source = bounds[name]
        value = values[name]
        if limit is None:
            continue
        if value is None:
            # Nothing to measure is not kept where at least something was asked for.
            if least or source != "default":
                reasons.append(f"{name}: not measured, expected {what}")
        elif value < limit if least else value > limit:
            bound = "at least" if least else "at most"
            reasons.append(f"{name}: {number(value)}, expected {bound} {number(limit)} ({what})")
    return reasons


def compare(values: Values, before: Values, tolerance: float) -> list[str]:
    """What is worse than in the baseline by more than the tolerance."""
    reasons = []
    for name, what, _, _, least, compared in FIGURES:
        value, old = values[name], before[name]
        if not compared or value is None or not old:
            continue
        change = value / old - 1
        if (-change if least else change) > tolerance:
            reasons.append(
                f"{name}: {number(value)}, {abs(change):.0%} worse than the baseline's {number(old)}"
                f" ({what})"
            )
    return reasons


def table(runs: list[tuple[str, Values, Limits]], before: Values | None) -> None:
    """One column a run."""
    head = ["figure", *(name for name, *_ in runs)] + (["baseline"] if before else []) + ["limit"]
    lines = [head]
    for name, _, _, _, least, _ in FIGURES:
        bound, _ = runs[0][2][name]
        alike = all(run[2][name][0] == bound for run in runs)
        sign = "" if bound is None else ">= " if least else "<= "
        limit = (sign + number(bound) if bound is not None else "") if alike else "its own"
        line = [name, *(number(values[name]) for _, values, _ in runs)]
        lines.append(line + ([number(before[name])] if before else []) + [limit])
    print("\n".join(aligned(lines)))


def parse_threshold(text: str) -> tuple[str, float | None]:
    name, sign, value = text.partition("=")
    if not sign or name not in NAMES:
        raise argparse.ArgumentTypeError(f"expected NAME=NUMBER with a figure's name, got {text}")
    try:
        return name, None if value == "none" else float(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{name}: expected a number, got {value}") from None


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("summary", nargs="+", help="summary.json of a run")
    parser.add_argument("--baseline", help="summary.json to compare with")
    parser.add_argument("--tolerance", type=float, default=0.25, metavar="SHARE",
                        help="how much worse than the baseline is too much (0.25)")
    parser.add_argument("--threshold", type=parse_threshold, action="append", default=[],
                        metavar="NAME=N", help="a limit, or none; may be repeated")
    parser.add_argument("--thresholds", metavar="FILE", help="JSON object of limits by name")
    parser.add_argument("--verdict", metavar="FILE", help="write the verdict as JSON")
    arguments = parser.parse_args(words)

    try:
        given = {}
        if arguments.thresholds:
            try:
                given = json.loads(pathlib.Path(arguments.thresholds).read_text())
            except (OSError, ValueError) as error:
                raise NotASummary(f"{arguments.thresholds}: {error}") from None
            if not isinstance(given, dict):
                raise NotASummary(f"{arguments.thresholds}: no object of limits")
        given |= dict(arguments.threshold)
        before = None
        if arguments.baseline:
            before = figures(load(arguments.baseline), arguments.baseline)
        runs, reasons = [], {}
        for file in arguments.summary:
            summary = load(file)
            values, bounds = figures(summary, file), limits(summary, given)
            name = str(summary.get("scenario", file))
            runs.append((name, values, bounds))
            found = judge(values, bounds)
            if before:
                found += compare(values, before, arguments.tolerance)
            reasons[file] = (name, found)
    except NotASummary as error:
        print(f"analyze: {error}", file=sys.stderr)
        return 2

    table(runs, before)
    failed = False
    for file, (name, found) in reasons.items():
        print(f"\n{name}: {'FAILED' if found else 'ok'}")
        for reason in found:
            print(f"  {reason}")
        failed = failed or bool(found)
    if arguments.verdict:
        verdict = {
            file: {"scenario": name, "ok": not found, "reasons": found}
            for file, (name, found) in reasons.items()
        }
        pathlib.Path(arguments.verdict).write_text(json.dumps(verdict, indent=1) + "\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
