# SPDX-License-Identifier: Apache-2.0
"""Judges runs of test networks: reads one or many summary.json of zombienet/run.sh.

Prints a table, holds every run to its limits and, with --baseline, to an earlier run of the same scenario. A limit is
the default below, that of the scenario's file (zombienet/scenarios, or --scenario), or one given here, the last one
that is there. The judged file can only tighten its limits. Safety limits (`--help` lists them) are this program's own:
a scenario and the command line, too, can only tighten them. A summary that disagrees with itself or with its scenario
fails.

Exit status: 0 every limit is kept, 1 one is not (each with its reason), 2 a file is no summary, or a limit is none (one
line).
"""

import argparse
import json
import math
import pathlib
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NoReturn

from scripts.workshop.common import Json, aligned, number
from scripts.workshop.simnet_checks import disagreements, made_by_the_client
from scripts.workshop.simnet_scenarios import Scenarios, differences
from scripts.workshop.simnet_shape import NotASummary, is_number, load, read

# Reads one figure of a summary; None where there was nothing to measure.
Read = Callable[[Json], Any]
Values = dict[str, float | None]
# The limit of each figure, and the place where it was set.
Limits = dict[str, tuple[float | None, str]]


def path(*keys: str) -> Read:
    """Reads a figure where it must be."""

    def found(summary: Json) -> Any:
        value: Any = summary
        for key in keys:
            value = value[key]
        return value

    return found


def worst(figure: Read) -> Read:
    """The largest figure of any node."""

    def largest(summary: Json) -> Any:
        found = [figure(node) for node in summary["nodes"].values()]
        return max((value for value in found if value is not None), default=None)

    return largest


def slowest(key: str) -> Read:
    """The largest figure of any fault; never is infinitely late."""

    def largest(summary: Json) -> Any:
        found = [fault[key] for fault in summary["faults"]]
        return max((math.inf if value is None else value for value in found), default=None)

    return largest


def of_fault(kind: str, key: str) -> Read:
    """A figure of the runtime upgrade or of the change of validators, if the run had one."""

    def found(summary: Json) -> Any:
        reports = [fault.get(kind) for fault in summary["faults"]]
        return next((report[key] for report in reports if report), None)

    return found


def honest_wait(summary: Json) -> Any:
    own = summary["by_load"].get("honest")
    return None if own is None else own["blocks_to_inclusion"]["max"]


def full_blocks(summary: Json) -> Any:
    return summary["throughput"]["blocks_full_by_length"] + summary["throughput"]["blocks_full_by_weight"]


def refusal_classes(summary: Json) -> Any:
    """The proof system with the fewest counts, of those whose proofs were tampered with."""
    # Older summaries count all systems together.
    systems = summary.get("by_system", {"all": summary["counts"]})
    return min((len(own["rejected_by_class"]) for own in systems.values() if own["tampered"]), default=None)


def always(_: Json) -> bool:
    return True


def has_fault(*kinds: str) -> Read:
    """Whether the scenario has one of these, or any."""
    return lambda summary: any(
        not kinds or fault["kind"] in kinds for fault in summary["config"]["scenario"]["fault"]
    )


def has_proving(summary: Json) -> bool:
    return any(made_by_the_client(own) for own in summary["config"]["scenario"]["load"])


@dataclass(frozen=True)
class Figure:
    """One figure and how it is judged."""

    name: str
    what: str
    read: Read
    # Holds unless another is given; None: no limit.
    limit: float | None = None
    # The limit is a least value.
    least: bool = False
    # A baseline is compared by it.
    compared: bool = False
    # Its limit can only be tightened.
    safety: bool = False
    # Whether a run has it. If so and it was not measured, the run fails.
    applies: Read = always


FIGURES = [
    Figure("final", "calls with a proof that are final", path("counts", "final"), 1, least=True, safety=True),
    Figure("accepted", "proofs accepted", path("counts", "accepted"), 1, least=True, safety=True),
    Figure("heights_compared", "heights at which all nodes were compared", path("chain", "heights_compared"), 1,
           least=True, safety=True),
    Figure("unexpected_accepts", "tampered proofs accepted", path("counts", "unexpected_accepts"), 0, safety=True),
    Figure("unexpected_rejects", "honest calls refused", path("counts", "unexpected_rejects"), 0, safety=True),
    Figure("unexpected_classes", "tampered proofs refused for another reason than their own",
           path("counts", "unexpected_classes"), 0, safety=True),
    Figure("lost", "calls that never became final", path("counts", "lost"), 0, safety=True),
    Figure("state_mismatches", "heights at which nodes disagree", path("chain", "state_mismatches"), 0, safety=True),
    Figure("refusal_classes", "different reasons to refuse tampered proofs, of the proof system with the fewest",
           refusal_classes, least=True),
    Figure("prove_p95_ms", "proving, p95", path("latency_ms", "prove", "p95"), 5_500, applies=has_proving),
    Figure("verify_p95_ms", "verification, p95 of the worst node", worst(path("verify_ms", "p95")), 3_200,
           compared=True),
    Figure("inclusion_p95_ms", "time to inclusion, p95", path("latency_ms", "inclusion", "p95"), compared=True),
    Figure("finality_p95_ms", "time to finality, p95", path("latency_ms", "finality", "p95"), compared=True),
    Figure("propagation_p95_ms", "from the first node that had a block to the others, p95",
           path("latency_ms", "propagation", "p95"), 500, compared=True,
           applies=lambda summary: len(summary["nodes"]) > 1),
    Figure("proofs_per_s", "proofs a second", path("throughput", "proofs_per_s"), least=True, compared=True),
    Figure("full_blocks_min", "blocks full to a limit", full_blocks, least=True),
    Figure("honest_blocks_to_inclusion_max", "blocks until an honest call is in one, worst", honest_wait),
    Figure("missed_slots", "slots without a block", path("chain", "missed_slots")),
    Figure("finality_lag_blocks", "largest distance from best to final block", path("chain", "finality_lag_blocks")),
    Figure("back_in_step_s", "until a healed node is in step, worst", slowest("back_in_step_s"), 5,
           applies=has_fault()),
    Figure("finality_back_s", "until finality goes on after healing, worst", slowest("finality_back_s"), 60,
           applies=has_fault()),
    Figure("upgrade_taken_by_old_nodes", "blocks past the upgrade that an old node took or wrote",
           of_fault("upgrade", "taken_by_old_nodes"), 0, safety=True, applies=has_fault("upgrade")),
    Figure("upgrade_old_nodes_stopped", "old nodes that stopped at the upgrade's block",
           of_fault("upgrade", "old_nodes_stopped_at_it"), least=True, applies=has_fault("upgrade")),
    Figure("upgrade_old_nodes_ended", "old nodes that ended in order when told to",
           of_fault("upgrade", "old_nodes_ended_in_order"), least=True, applies=has_fault("upgrade")),
    Figure("upgrade_final_past_it", "blocks past the upgrade that were final without old nodes",
           of_fault("upgrade", "final_past_it"), least=True, applies=has_fault("upgrade")),
    Figure("rotate_final_past_it", "final blocks of the new set of validators", of_fault("rotate", "final_past_it"),
           least=True, applies=has_fault("rotate")),
    Figure("rotate_blocks_by_new_keys", "blocks signed with a validator's new keys",
           of_fault("rotate", "blocks_by_new_keys"), least=True, applies=has_fault("rotate")),
    Figure("rotate_blocks_by_added", "blocks of the validator that was added",
           of_fault("rotate", "blocks_by_added"), least=True, applies=has_fault("rotate")),
    Figure("rotate_blocks_by_gone", "blocks signed with keys that left the set",
           of_fault("rotate", "blocks_by_gone"), 0, safety=True, applies=has_fault("rotate")),
    Figure("rotate_sets_followed", "sets of validators that a light client followed from genesis to a statement",
           of_fault("rotate", "sets_followed"), least=True, applies=has_fault("rotate")),
    Figure("memory_mib", "memory of the largest node, MiB", worst(path("memory_mib_max")), 3_500, compared=True),
]
BY_NAME = {figure.name: figure for figure in FIGURES}


def figures(summary: Json) -> Values:
    """Every figure of a summary by its name."""
    return {figure.name: figure.read(summary) for figure in FIGURES}


def sign(figure: Figure) -> str:
    return "at least" if figure.least else "at most"


def checked(name: str, limit: Any, source: str) -> Figure:
    """The figure that a limit is of, if the limit is one."""
    figure = BY_NAME.get(name)
    if figure is None:
        raise NotASummary(f"{source}: no figure is called {name}, expected one of {', '.join(sorted(BY_NAME))}")
    if limit is not None and (not is_number(limit) or limit < 0):
        raise NotASummary(f"{source}: the limit of {name} is {limit!r}, expected a number that is not negative")
    return figure


def widened(figure: Figure, own: float | None, limit: float | None) -> str | None:
    """What is wrong with a limit that is wider than `own`, which it may only tighten."""
    if own is None or limit is not None and (limit >= own if figure.least else limit <= own):
        return None
    wish = "lifted" if limit is None else f"{sign(figure)} {number(limit)}"
    return f"the limit of {figure.name} is {sign(figure)} {number(own)} and can only be tightened, not {wish}"


def loosened(figure: Figure, limit: float | None) -> str | None:
    """What is wrong with a limit of safety that is wider than the analyser's."""
    return widened(figure, figure.limit, limit) if figure.safety else None


def of_scenario(summary: Json, scenario: Json | None) -> Limits:
    """The limits that a run's file can't widen: the defaults, and those of its scenario's file over them."""
    found: Limits = {figure.name: (figure.limit, "default") for figure in FIGURES}
    for name, limit in (scenario or {"thresholds": {}})["thresholds"].items():
        source = f"scenario {summary['scenario']}"
        wrong = loosened(checked(name, limit, source), limit)
        if wrong:
            raise NotASummary(f"{source}: {wrong}")
        found[name] = (limit, "scenario")
    return found


def limits(summary: Json, scenario: Json | None, given: dict[str, float | None]) -> tuple[Limits, list[str]]:
    """The limit of each figure, and the place where it was set; and what limits the judged file may not have."""
    found = of_scenario(summary, scenario)
    reasons = [] if scenario is None else list(differences(summary, scenario))
    for name, limit in summary["config"]["scenario"]["thresholds"].items():
        wrong = widened(checked(name, limit, "scenario"), found[name][0], limit)
        if wrong:
            unknown = scenario is None and not BY_NAME[name].safety
            hint = f"; --scenario FILE names a scenario that zombienet/scenarios has not: {summary['scenario']}"
            reasons.append(f"its own limits: {wrong}{hint if unknown else ''}")
        elif limit != found[name][0]:
            found[name] = (limit, "scenario")
    for name, limit in given.items():
        wrong = loosened(checked(name, limit, "given"), limit)
        if wrong:
            raise NotASummary(f"given: {wrong}")
        own, source = found[name]
        # Of two limits of safety the tighter one holds.
        figure = BY_NAME[name]
        if figure.safety and own is not None and limit is not None:
            tighter = max(own, limit) if figure.least else min(own, limit)
            found[name] = (tighter, source if tighter == own else "given")
        else:
            found[name] = (limit, "given")
    return found, reasons


def judge(summary: Json, values: Values, bounds: Limits) -> list[str]:
    """Why a run fails; empty if it does not."""
    reasons = []
    for figure in FIGURES:
        limit, source = bounds[figure.name]
        value = values[figure.name]
        if limit is None:
            continue
        if value is None:
            if figure.applies(summary) or source != "default":
                reasons.append(f"{figure.name}: not measured, expected {figure.what}")
        elif value < limit if figure.least else value > limit:
            reasons.append(
                f"{figure.name}: {number(value)}, expected {sign(figure)} {number(limit)} ({figure.what})"
            )
    return reasons


def compare(values: Values, before: Values, tolerance: float) -> list[str]:
    """What is worse than in the baseline by more than the tolerance."""
    reasons = []
    for figure in FIGURES:
        value, old = values[figure.name], before[figure.name]
        if not figure.compared or not old:
            continue
        if value is None:
            reasons.append(f"{figure.name}: not measured, and {number(old)} in the baseline ({figure.what})")
            continue
        change = value / old - 1
        if (-change if figure.least else change) > tolerance:
            reasons.append(
                f"{figure.name}: {number(value)}, {abs(change):.0%} worse than the baseline's {number(old)}"
                f" ({figure.what})"
            )
    return reasons


# What a baseline must share with a run.
Identity = tuple[str, bool, str, list[list[str]]]


def identity(run: Json, scenario: Json) -> Identity:
    """Scenario, variant, network, and the loads' names, AIRs and hashes."""
    loads = sorted([load["name"], load["air"], load["hash"]] for load in scenario["load"])
    return run["scenario"], run["short"], scenario["network"], loads


def of_summary(summary: Json) -> Identity:
    config = summary["config"]
    return identity({"scenario": summary["scenario"], "short": config["short"]}, config["scenario"])


def baseline(file: str) -> tuple[Json, Values]:
    """A run to compare with: one that a run left, whatever its verdict was."""
    before = load(file)
    for reason in disagreements(before):
        raise NotASummary(f"{file}: {reason}")
    return before, figures(before)


def check_baseline(file: str, before: Json, wanted: Identity) -> None:
    got = of_summary(before)
    if got == wanted:
        return
    said = [f"{name}{', short' if short else ''}" for name, short, *_ in (got, wanted)]
    if said[0] == said[1]:
        raise NotASummary(f"{file}: a baseline of {said[0]} with another network or other loads")
    raise NotASummary(f"{file}: a baseline of {said[0]}, expected one of {said[1]}")


def table(runs: list[tuple[str, Values, Limits]], before: Values | None) -> None:
    """One column a run."""
    lines = [["figure", *(name for name, *_ in runs)] + (["baseline"] if before else []) + ["limit"]]
    for figure in FIGURES:
        bound, _ = runs[0][2][figure.name]
        alike = all(run[2][figure.name][0] == bound for run in runs)
        limit = (("" if bound is None else (">= " if figure.least else "<= ") + number(bound)) if alike
                 else "its own")
        line = [figure.name, *(number(values[figure.name]) for _, values, _ in runs)]
        lines.append(line + ([number(before[figure.name])] if before else []) + [limit])
    print("\n".join(aligned(lines)))


def parse_threshold(text: str) -> tuple[str, float | None]:
    name, equals, value = text.partition("=")
    if not equals or name not in BY_NAME:
        raise argparse.ArgumentTypeError(f"expected NAME=NUMBER with a figure's name, got {text}")
    if value == "none":
        return name, None
    return name, parse_amount(value)


def parse_amount(value: str) -> float:
    try:
        found = float(value)
    except ValueError:
        found = math.nan
    if not is_number(found) or found < 0:
        raise argparse.ArgumentTypeError(f"expected a number that is not negative, got {value}")
    return found


def given_limits(arguments: argparse.Namespace) -> dict[str, float | None]:
    """The limits of the command line, those of a file first."""
    given: dict[str, float | None] = {}
    if arguments.thresholds:
        given = read(arguments.thresholds)
        if not isinstance(given, dict):
            raise NotASummary(f"{arguments.thresholds}: no object of limits")
    given |= dict(arguments.threshold)
    for name, limit in given.items():
        wrong = loosened(checked(name, limit, "given"), limit)
        if wrong:
            raise NotASummary(f"given: {wrong}")
    return given


def check_plan(file: str, given: dict[str, float | None], before: str | None) -> None:
    """Limits and baseline of a run that is about to be made, from what `assay-stress --plan` wrote."""
    plan = read(file)
    for name, limit in plan["config"]["thresholds"].items():
        if limit is None:
            raise NotASummary(f"{plan['file']}: the limit of {name} is None, expected a number that is not negative")
        wrong = loosened(checked(name, limit, plan["file"]), limit)
        if wrong:
            raise NotASummary(f"{plan['file']}: {wrong}")
    if before:
        check_baseline(before, baseline(before)[0], identity(plan, plan["config"]))


def epilog() -> str:
    lines = [["figure", "limit", "what"]]
    for figure in FIGURES:
        limit = "-" if figure.limit is None else f"{sign(figure)} {number(figure.limit)}"
        lines.append([figure.name, limit + (", safety" if figure.safety else ""), figure.what])
    return "figures and their limits, unless a scenario's file or an option says another:\n" + "\n".join(
        aligned(lines, text={0, 1, 2}))


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"analyze: {message}\n")


def parse(words: list[str] | None) -> argparse.Namespace:
    parser = Parser(
        prog="scripts/analyze_simnet.py", description=__doc__, epilog=epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("summary", nargs="*", help="summary.json of a run")
    parser.add_argument("--baseline", help="summary.json of the same scenario to compare with")
    parser.add_argument("--tolerance", type=parse_amount, default=0.25, metavar="SHARE",
                        help="how much worse than the baseline is too much (0.25)")
    parser.add_argument("--threshold", type=parse_threshold, action="append", default=[],
                        metavar="NAME=N", help="a limit, or none; may be repeated")
    parser.add_argument("--thresholds", metavar="FILE", help="JSON object of limits by name")
    parser.add_argument("--scenario", action="append", default=[], metavar="FILE",
                        help="a scenario that is not in zombienet/scenarios, for runs of its name; may be repeated")
    parser.add_argument("--verdict", metavar="FILE", help="write the verdict as JSON")
    parser.add_argument("--plan", metavar="FILE",
                        help="judge nothing: check the limits and the baseline of a run that is about to be made")
    arguments = parser.parse_args(words)
    if bool(arguments.summary) == bool(arguments.plan):
        parser.error("expected summaries, or --plan")
    return arguments


def verdict_of(name: str, reasons: list[str], values: Values, bounds: Limits, before: Values | None) -> Json:
    """What the page of a run shows. JSON has no infinity: never is a text."""
    def plain(value: float | None) -> float | str | None:
        return "never" if value is not None and math.isinf(value) else value

    found = []
    for figure in FIGURES:
        limit, source = bounds[figure.name]
        entry = {"name": figure.name, "what": figure.what, "value": plain(values[figure.name]), "limit": limit,
                 "least": figure.least, "safety": figure.safety, "set_by": source,
                 "kept": not any(reason.startswith(f"{figure.name}: ") for reason in reasons)}
        found.append(entry | ({"baseline": plain(before[figure.name])} if before else {}))
    return {"scenario": name, "ok": not reasons, "reasons": reasons, "figures": found}


def say(results: Iterable[tuple[str, list[str]]]) -> bool:
    """Prints the verdicts; whether all are good."""
    good = True
    for name, found in results:
        print(f"\n{name}: {'FAILED' if found else 'ok'}")
        for reason in found:
            print(f"  {reason}")
        good = good and not found
    return good


def main(words: list[str] | None = None) -> int:
    arguments = parse(words)
    try:
        given = given_limits(arguments)
        if arguments.plan:
            check_plan(arguments.plan, given, arguments.baseline)
            return 0
        before, old = baseline(arguments.baseline) if arguments.baseline else (None, None)
        scenarios = Scenarios(arguments.scenario)
        runs, results, verdicts = [], [], {}
        for file in arguments.summary:
            summary = load(file)
            if before:
                check_baseline(arguments.baseline, before, of_summary(summary))
            values = figures(summary)
            bounds, reasons = limits(summary, scenarios.of(summary), given)
            reasons += judge(summary, values, bounds) + disagreements(summary)
            if old:
                reasons += compare(values, old, arguments.tolerance)
            name = summary["scenario"]
            runs.append((name, values, bounds))
            results.append((name, reasons))
            verdicts[file] = verdict_of(name, reasons, values, bounds, old)
    except NotASummary as error:
        print(f"analyze: {error}", file=sys.stderr)
        return 2

    table(runs, old)
    good = say(results)
    if arguments.verdict:
        pathlib.Path(arguments.verdict).write_text(json.dumps(verdicts, indent=1) + "\n")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
