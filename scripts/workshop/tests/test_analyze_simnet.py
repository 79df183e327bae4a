# SPDX-License-Identifier: Apache-2.0
"""Tests of analyze_simnet.py: python3 -m scripts.workshop.tests.test_analyze_simnet.

What is doctored are the published summaries, one change each: a summary that was changed to pass must not.
"""

import contextlib
import copy
import io
import json
import pathlib
import tempfile
import tomllib
import unittest
from collections.abc import Callable
from typing import Any

from scripts.workshop import ROOT, analyze_simnet
from scripts.workshop.common import Json

Change = Callable[[Json], object]

PUBLISHED = {file.stem: json.loads(file.read_text()) for file in (ROOT / "docs/stress").glob("*.json")}
GOOD = PUBLISHED["smoke"]
SLOW = {"n": 68, "p50": 1e6, "p95": 1e6, "p99": 1e6, "max": 1e6}
NOTHING = {"n": 0, "p50": None, "p95": None, "p99": None, "max": None}


def changed(value: Any, *keys: str, of: str = "smoke") -> Json:
    """A published summary with one figure changed."""
    summary = copy.deepcopy(PUBLISHED[of])
    place: dict = summary
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return summary


def doctored(change: Change, of: str = "smoke") -> Json:
    summary = copy.deepcopy(PUBLISHED[of])
    change(summary)
    return summary


class Judging(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, content: object, name: str = "summary.json") -> str:
        file = self.folder / name
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(file)

    def call(self, *words: str) -> tuple[Any, str, str]:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status: Any
            try:
                status = analyze_simnet.main(list(words))
            except SystemExit as error:
                status = error.code
        return status, out.getvalue(), err.getvalue()

    def run_on(self, content: object, *options: str) -> tuple[Any, str, str]:
        return self.call(self.write(content), *options)

    def fails_with(self, summary: Json, reason: str, *options: str) -> None:
        status, out, err = self.run_on(summary, *options)
        self.assertEqual(status, 1, out + err)
        self.assertIn(f"\n  {reason}", out)

    def is_no_summary(self, content: object, reason: str, *options: str) -> None:
        status, _, err = self.run_on(content, *options)
        self.assertEqual(status, 2)
        self.assertIn(reason, err)
        self.assertEqual(err.count("\n"), 1, f"expected one line: {err}")


class AnalyzerShould(Judging):
    def test_accept_every_published_run(self) -> None:
        for name, summary in PUBLISHED.items():
            with self.subTest(name):
                status, out, err = self.run_on(summary)
                self.assertEqual((status, err), (0, ""))
                self.assertIn(f"{name}: ok", out)

    def test_refuse_what_is_no_summary(self) -> None:
        for content, reason in [
            ("", "empty"),
            ("  \n", "empty"),
            ("{\"schema\": 1", "no JSON"),
            ("[]", "names no schema"),
            ("{}", "names no schema"),
            ("{\"schema\": true}", "names no schema"),
            ("{\"schema\": 1.0}", "names no schema"),
            ("{\"schema\": \"1\"}", "names no schema"),
            ("{\"schema\": 2}", "schema 2 is newer than 1"),
            ("{\"schema\": 0}", "schema 0 is older than 1"),
            ("{\"schema\": 1}", "no scenario"),
            ("{\"schema\": 1, \"schema\": 1}", "schema is there twice"),
            ("[" * 100_000, "no JSON"),
            (changed("many", "counts", "final"), "counts.final: expected a count, got \"many\""),
            (changed([], "nodes"), "nodes: expected an object"),
            (changed({"alice": {}}, "nodes"), "no nodes.alice.best"),
            (changed({"speed": 1}, "config", "scenario", "thresholds"), "no figure is called speed"),
            (changed({"lost": "few"}, "config", "scenario", "thresholds"),
             "thresholds.lost: expected a number that is not negative"),
        ]:
            with self.subTest(reason=reason):
                self.is_no_summary(content, reason)

    def test_take_only_figures_of_their_own_type(self) -> None:
        for value in (-1, True, False, "0", 0.0, [], {}):
            for name in ("unexpected_accepts", "unexpected_rejects", "unexpected_classes", "lost", "accepted", "final"):
                with self.subTest(name=name, value=value):
                    self.is_no_summary(changed(value, "counts", name), f"counts.{name}: expected a count")
        for value in (-0.5, True, "1"):
            with self.subTest(value=value):
                self.is_no_summary(changed(value, "throughput", "proofs_per_s"), "throughput.proofs_per_s: expected")

    def test_refuse_numbers_that_are_none(self) -> None:
        text = json.dumps(changed(123456, "chain", "state_mismatches"))
        for value, reason in [("NaN", "NaN is no number"), ("Infinity", "Infinity is no number"),
                              ("-Infinity", "-Infinity is no number"), ("1e999", "expected a count")]:
            with self.subTest(value):
                self.is_no_summary(text.replace("123456", value), reason)

    def test_refuse_a_name_that_is_there_twice(self) -> None:
        text = json.dumps(GOOD).replace("\"unexpected_accepts\": 0",
                                        "\"unexpected_accepts\": 3, \"unexpected_accepts\": 0")
        self.is_no_summary(text, "unexpected_accepts is there twice")

    def test_refuse_a_file_that_is_not_there(self) -> None:
        status, _, err = self.call(str(self.folder / "none.json"))
        self.assertEqual(status, 2)
        self.assertIn("none.json", err)

    def test_fail_a_run_over_each_default_limit(self) -> None:
        for summary, reason in [
            (changed(0, "counts", "final"), "final: 0, expected at least 1"),
            (changed(0, "counts", "accepted"), "accepted: 0, expected at least 1"),
            (changed(0, "chain", "heights_compared"), "heights_compared: 0, expected at least 1"),
            (changed(1, "counts", "unexpected_accepts"), "unexpected_accepts: 1, expected at most 0"),
            (changed(1, "counts", "unexpected_rejects"), "unexpected_rejects: 1, expected at most 0"),
            (changed(1, "counts", "unexpected_classes"), "unexpected_classes: 1, expected at most 0"),
            (changed(2, "counts", "lost"), "lost: 2, expected at most 0"),
            (changed(1, "chain", "state_mismatches"), "state_mismatches: 1, expected at most 0"),
            (changed(SLOW | {"n": 36}, "latency_ms", "prove"), "prove_p95_ms: 1,000,000, expected at most 5,500"),
            (changed(SLOW, "nodes", "bob", "verify_ms"), "verify_p95_ms: 1,000,000, expected"),
            (changed(SLOW, "latency_ms", "propagation"), "propagation_p95_ms: 1,000,000, expected"),
            (changed(3_501, "nodes", "bob", "memory_mib_max"), "memory_mib: 3,501, expected"),
            (doctored(lambda s: s["faults"][0].update(back_in_step_s=60.1), "stress-partition"),
             "back_in_step_s: 60.1, expected at most 60"),
            (doctored(lambda s: s["faults"][0].update(finality_back_s=None), "stress-partition"),
             "finality_back_s: never, expected at most 60"),
            (doctored(lambda s: s["faults"][0]["upgrade"].update(taken_by_old_nodes=1), "upgrade"),
             "upgrade_taken_by_old_nodes: 1, expected at most 0"),
            (doctored(lambda s: s["faults"][0]["upgrade"].update(old_nodes_stopped_at_it=0), "upgrade"),
             "upgrade_old_nodes_stopped: 0, expected at least 1"),
            (doctored(lambda s: s["faults"][0]["upgrade"].update(old_nodes_ended_in_order=0), "upgrade"),
             "upgrade_old_nodes_ended: 0, expected at least 1"),
            (doctored(lambda s: s["faults"][0]["upgrade"].update(final_past_it=4), "upgrade"),
             "upgrade_final_past_it: 4, expected at least 5"),
        ]:
            with self.subTest(reason=reason):
                self.fails_with(summary, reason)

    def test_fail_a_run_that_did_not_measure_what_has_a_limit(self) -> None:
        for summary, name in [
            *((changed(None, "counts", name), name) for name in
              ("final", "accepted", "unexpected_accepts", "unexpected_rejects", "unexpected_classes", "lost")),
            (changed(None, "chain", "heights_compared"), "heights_compared"),
            (changed(None, "chain", "state_mismatches"), "state_mismatches"),
            (changed(NOTHING, "latency_ms", "prove"), "prove_p95_ms"),
            (changed(NOTHING, "latency_ms", "propagation"), "propagation_p95_ms"),
            (doctored(lambda s: [node.update(verify_ms=NOTHING, verify_accepted_ms=NOTHING)
                                 for node in s["nodes"].values()]), "verify_p95_ms"),
            (doctored(lambda s: [node.update(memory_mib_max=None) for node in s["nodes"].values()]), "memory_mib"),
            (changed([], "faults", of="stress-pause"), "back_in_step_s"),
            (doctored(lambda s: s["faults"][0].update(upgrade=None), "upgrade"), "upgrade_taken_by_old_nodes"),
            (changed({"honest_blocks_to_inclusion_max": 3}, "config", "scenario", "thresholds"),
             "honest_blocks_to_inclusion_max"),
        ]:
            with self.subTest(name):
                self.fails_with(summary, f"{name}: not measured")

    def test_hold_a_run_to_the_limits_of_its_scenario(self) -> None:
        summary = changed({"full_blocks_min": 1, "propagation_p95_ms": 3000}, "config", "scenario", "thresholds")
        self.fails_with(summary, "full_blocks_min: 0, expected at least 1")

    def test_count_the_reasons_to_refuse_of_all_where_systems_are_not_told_apart(self) -> None:
        summary = changed({"refusal_classes": 6}, "config", "scenario", "thresholds")
        self.assertEqual(self.run_on(summary)[0], 0)
        summary["config"]["scenario"]["thresholds"]["refusal_classes"] = 7
        self.fails_with(summary, "refusal_classes: 6, expected at least 7")

    def test_count_the_reasons_to_refuse_of_each_proof_system(self) -> None:
        def by_system(summary: Json) -> None:
            classes = summary["counts"]["rejected_by_class"]
            summary["by_system"] = {
                "plonky3": {"final": 68, "accepted": 28, "tampered": 40, "rejected_by_class": classes},
                "stwo": {"final": 0, "accepted": 0, "tampered": 0, "rejected_by_class": {}},
            }
            for load in summary["by_load"].values():
                load["system"] = "plonky3"
            summary["config"]["scenario"]["thresholds"]["refusal_classes"] = 6

        summary = doctored(by_system)
        self.assertEqual(self.run_on(summary)[0], 0)
        summary["config"]["scenario"]["thresholds"]["refusal_classes"] = 7
        self.fails_with(summary, "refusal_classes: 6, expected at least 7")
        summary["by_system"]["plonky3"]["tampered"] = 39
        self.fails_with(summary, "disagrees with itself: the proof systems' tampered: 39")
        summary = doctored(by_system)
        summary["by_system"]["stwo"]["rejected_by_class"] = {"made_up": 1}
        self.fails_with(summary, "disagrees with itself: the proof systems' refusals")

    def test_take_given_limits_over_the_scenario(self) -> None:
        summary = changed({"missed_slots": 5, "propagation_p95_ms": 3000}, "config", "scenario", "thresholds")
        summary["chain"]["missed_slots"] = 4
        self.assertEqual(self.run_on(summary)[0], 0)
        self.fails_with(summary, "missed_slots: 4, expected at most 3", "--threshold", "missed_slots=3")
        file = self.write({"missed_slots": 2}, "limits.json")
        self.fails_with(summary, "missed_slots: 4, expected at most 2", "--thresholds", file)
        self.assertEqual(self.run_on(summary, "--threshold", "missed_slots=none")[0], 0)

    def test_refuse_limits_that_are_none(self) -> None:
        for limit in ("speed=3", "lost=few", "missed_slots=nan", "missed_slots=inf", "missed_slots=-1", "lost"):
            with self.subTest(limit):
                status, _, err = self.run_on(GOOD, "--threshold", limit)
                self.assertEqual((status, err.count("\n")), (2, 1), err)
        self.assertEqual(self.run_on(GOOD, "--tolerance", "nan")[0], 2)
        for content, reason in [("[]", "no object of limits"), ("{\"lost\": NaN}", "NaN is no number"),
                                ("{\"lost\": \"1\"}", "the limit of lost is '1'"),
                                ("{\"speed\": 1}", "no figure is called speed")]:
            with self.subTest(reason):
                self.is_no_summary(GOOD, reason, "--thresholds", self.write(content, "l.json"))

    def test_fail_if_one_of_many_runs_fails(self) -> None:
        bad = self.write(changed(1, "counts", "unexpected_accepts"), "bad.json")
        status, out, _ = self.run_on(GOOD, bad)
        self.assertEqual(status, 1)
        self.assertIn("smoke: ok", out)
        self.assertIn("smoke: FAILED", out)

    def test_write_the_verdict(self) -> None:
        file = self.folder / "verdict.json"
        self.run_on(changed(1, "counts", "lost"), "--verdict", str(file))
        (verdict,) = json.loads(file.read_text()).values()
        self.assertFalse(verdict["ok"])
        self.assertIn("lost: 1", verdict["reasons"][0])
        lost = next(figure for figure in verdict["figures"] if figure["name"] == "lost")
        self.assertEqual((lost["value"], lost["limit"], lost["kept"], lost["set_by"]), (1, 0, False, "default"))

    def test_say_how_it_is_called(self) -> None:
        status, out, _ = self.call("--help")
        self.assertEqual(status, 0)
        for name in analyze_simnet.BY_NAME:
            self.assertIn(name, out)


class LimitsOfSafetyShould(Judging):
    def test_not_be_lifted_by_the_judged_file(self) -> None:
        for name, limit in [("unexpected_accepts", 99), ("unexpected_rejects", 1), ("unexpected_classes", 1),
                            ("lost", 1), ("state_mismatches", 1), ("accepted", 0), ("final", 0),
                            ("heights_compared", 0), ("upgrade_taken_by_old_nodes", 1), ("rotate_blocks_by_gone", 1)]:
            with self.subTest(name):
                summary = doctored(lambda s: s["config"]["scenario"]["thresholds"].update({name: limit}))
                self.fails_with(summary, f"its own limits: the limit of {name} is at")
        summary = doctored(lambda s: s["config"]["scenario"]["thresholds"].update(unexpected_accepts=99))
        summary["counts"]["unexpected_accepts"] = 3
        self.fails_with(summary, "unexpected_accepts: 3, expected at most 0")

    def test_not_be_lifted_by_the_command_line(self) -> None:
        for wish, reason in [("unexpected_accepts=99", "can only be tightened, not at most 99"),
                             ("lost=none", "can only be tightened, not lifted"),
                             ("accepted=0", "can only be tightened, not at least 0")]:
            with self.subTest(wish):
                self.is_no_summary(GOOD, reason, "--threshold", wish)
        self.is_no_summary(GOOD, "can only be tightened, not lifted", "--thresholds",
                           self.write({"lost": None}, "l.json"))

    def test_be_tightened_by_both(self) -> None:
        self.fails_with(GOOD, "accepted: 28, expected at least 29", "--threshold", "accepted=29")
        summary = doctored(lambda s: s["config"]["scenario"]["thresholds"].update(accepted=100))
        self.fails_with(summary, "accepted: 28, expected at least 100")
        # The command line does not undo what the scenario asks for.
        self.fails_with(summary, "accepted: 28, expected at least 100", "--threshold", "accepted=2")


class LimitsOfPerformanceShould(Judging):
    def test_not_be_widened_by_the_judged_file(self) -> None:
        for of, name, limit in [
            ("smoke", "prove_p95_ms", 5_501), ("smoke", "verify_p95_ms", 1e9), ("smoke", "memory_mib", 3_501),
            ("smoke", "propagation_p95_ms", 3_001), ("smoke", "refusal_classes", 1),
            ("stress-flood", "honest_blocks_to_inclusion_max", 4), ("stress-steady", "full_blocks_min", 1),
            ("stress-pause", "missed_slots", 37), ("stress-pause", "back_in_step_s", 6),
            ("stress-partition", "finality_lag_blocks", 181), ("upgrade", "upgrade_old_nodes_stopped", 0),
        ]:
            with self.subTest(of=of, name=name):
                summary = doctored(lambda s: s["config"]["scenario"]["thresholds"].update({name: limit}), of)
                self.fails_with(summary, f"its own limits: the limit of {name} is at")
        summary = doctored(lambda s: s["config"]["scenario"]["thresholds"].update(propagation_p95_ms=2e6))
        summary["latency_ms"]["propagation"] = SLOW
        self.fails_with(summary, "propagation_p95_ms: 1,000,000, expected at most 3,000")

    def test_hold_where_the_judged_file_leaves_them_out(self) -> None:
        def leave_out(summary: Json) -> None:
            summary["config"]["scenario"]["thresholds"] = {}
            summary["chain"]["missed_slots"] = 37

        self.fails_with(doctored(leave_out, "stress-pause"), "missed_slots: 37, expected at most 36")
        summary = doctored(lambda s: s["throughput"].update(blocks_full_by_length=1, blocks_full_by_weight=0),
                           "stress-steady")
        summary["config"]["scenario"]["thresholds"] = {}
        self.fails_with(summary, "full_blocks_min: 1, expected at least 2")

    def test_be_tightened_by_the_judged_file(self) -> None:
        summary = doctored(lambda s: s["config"]["scenario"]["thresholds"].update(missed_slots=0), "stress-pause")
        self.fails_with(summary, "missed_slots: 1, expected at most 0")

    def test_not_be_those_of_another_scenario(self) -> None:
        summary = changed("stress-partition", "scenario")
        self.fails_with(summary, "it is not of scenario stress-partition: network two, expected four")
        self.fails_with(summary, "it is not of scenario stress-partition: faults [], expected ['partition']")
        # As if it had been run with one proof system alone.
        self.fails_with(changed("stress-steady-plonky3", "scenario"), "it is not of scenario stress-steady-plonky3: ")
        summary = doctored(lambda s: s["config"]["scenario"]["load"][0].update(air="keccak"))
        self.fails_with(summary, "it is not of scenario smoke: loads ")

    def test_be_those_of_a_scenario_that_one_proof_system_ran_alone(self) -> None:
        self.assertEqual(self.run_on(changed("stress-tamper-plonky3", "scenario", of="stress-tamper"))[0], 0)
        summary = changed("stress-pause-stwo", "scenario", of="stress-pause")
        summary["chain"]["missed_slots"] = 37
        summary["config"]["scenario"]["thresholds"] = {}
        self.fails_with(summary, "missed_slots: 37, expected at most 36")

    def test_be_the_analysers_for_a_scenario_without_a_file(self) -> None:
        summary = changed("own", "scenario")
        self.fails_with(summary, "its own limits: the limit of propagation_p95_ms is at most 500 and can only be "
                                 "tightened, not at most 3,000; --scenario FILE names a scenario that "
                                 "zombienet/scenarios has not: own")
        summary["config"]["scenario"]["thresholds"] = {}
        self.assertEqual(self.run_on(summary)[0], 0)
        # Limits of safety are nobody's to widen, so no file is asked for.
        summary["config"]["scenario"]["thresholds"] = {"lost": 1}
        self.fails_with(summary, "its own limits: the limit of lost is at most 0 and can only be tightened, not at "
                                 "most 1\n")

    def test_come_from_a_file_that_is_given(self) -> None:
        summary = changed("own", "scenario")
        text = (ROOT / "zombienet/scenarios/smoke.toml").read_text()
        file = self.write(text, "own.toml")
        self.assertEqual(self.run_on(summary, "--scenario", file)[0], 0)
        self.write(text.replace("refusal_classes = 2", "refusal_classes = 7"), "own.toml")
        self.fails_with(summary, "refusal_classes: 6, expected at least 7", "--scenario", file)
        for content, reason in [
            ("thresholds", "no scenario"), ("load = 1", "load is of another type"),
            (text + "\nspeed = 1\n", "no figure is called speed"),
            (text + "\nlost = 1\n", "the limit of lost is at most 0 and can only be tightened"),
        ]:
            with self.subTest(reason):
                self.write(content, "own.toml")
                self.is_no_summary(summary, reason, "--scenario", file)
        self.is_no_summary(summary, "own.toml: ", "--scenario", str(self.folder / "none/own.toml"))


class ASummaryThatDisagreesWithItselfShould(Judging):
    def fail(self, change: Change, reason: str, of: str = "smoke") -> None:  # type: ignore[override]
        with self.subTest(reason):
            self.fails_with(doctored(change, of), f"disagrees with itself: {reason}")

    def test_fail_by_its_counts(self) -> None:
        self.fail(lambda s: s["counts"].update(submitted=67), "the loads' submitted: 68, expected counts.submitted 67")
        self.fail(lambda s: s["counts"].update(accepted=29), "the loads' accepted: 28, expected counts.accepted 29")
        self.fail(lambda s: s["counts"].update(accepted=29), "accepted and rejected: 29 and 40, expected 68 final")
        self.fail(lambda s: s["counts"].update(in_block=69), "submitted 68, in_block 69, final 68: expected no rise")
        self.fail(lambda s: s["counts"].update(in_block=60), "submitted 68, in_block 60, final 68: expected no rise")
        self.fail(lambda s: s["counts"].update(tampered=39), "tampered: 39, expected 40 to 40, as the scenario says")
        self.fail(lambda s: s["counts"].update(tampered=39), "verdicts by tamper: 40, expected 39 tampered")
        self.fail(lambda s: s["by_load"]["quorum"].update(accepted=19), "quorum: accepted: 19, expected at most its 18")
        self.fail(lambda s: s["by_load"]["quorum"].update(hash="keccak"), "quorum: AIR and hash: ")
        self.fail(lambda s: s["by_load"].pop("quorum"), "by_load: ")
        self.fail(lambda s: s["by_load"]["quorum"]["blocks_to_inclusion"].update(n=1), "quorum: blocks to inclusion of")

    def test_fail_if_calls_went_missing(self) -> None:
        def lose(summary: Json) -> None:
            # One call fewer everywhere, as if it had never been sent.
            for place in (summary["counts"], summary["by_load"]["quorum"]):
                for name in ("submitted", "in_block", "final", "accepted"):
                    if name in place:
                        place[name] -= 1

        self.fail(lose, "quorum: calls: 41, expected 42, as the scenario says")

        def never_final(summary: Json) -> None:
            for place in (summary["counts"], summary["by_load"]["quorum"]):
                for name in ("final", "accepted"):
                    place[name] -= 1

        self.fail(never_final, "lost: 0, expected 1: calls that were sent, less those that are final")

    def test_fail_by_an_accepted_copy_that_is_not_counted(self) -> None:
        def accept(summary: Json) -> None:
            summary["by_tamper"]["weight"] = {"accepted": 2}

        self.fail(accept, "unexpected_accepts: 0, expected 2, as by_tamper says")

        def accept_everywhere(summary: Json) -> None:
            found = summary["by_tamper"]["weight"]
            verdict = next(iter(found))
            found[verdict] -= 1
            found["accepted"] = 1
            summary["counts"]["rejected_by_class"][verdict] -= 1
            for place in (summary["counts"], summary["by_load"]["quorum"]):
                place["accepted"] += 1

        self.fail(accept_everywhere, "unexpected_accepts: 0, expected 1, as by_tamper says")

    def test_fail_by_surprises_beside_zero_counts(self) -> None:
        for surprise, name in [
            ({"load": "quorum", "tamper": "weight", "verdict": "accepted", "block": 3}, "unexpected_accepts"),
            ({"load": "quorum", "tamper": "weight", "verdict": "vk_not_found", "block": 3}, "unexpected_classes"),
            ({"load": "quorum", "tamper": None, "verdict": "merkle_path_invalid", "block": 3}, "unexpected_rejects"),
            ({"load": "quorum", "call": "register_vk", "verdict": "vk_already_registered"}, "unexpected_rejects"),
        ]:
            self.fail(lambda s, it=surprise: s["surprises"].append(it),  # type: ignore[misc]
                      f"{name}: 0, expected 1, as surprises says")

    def test_fail_by_refusals_that_are_told_nowhere(self) -> None:
        def unrelated(summary: Json) -> None:
            found = summary["by_tamper"]["weight"]
            verdict = next(iter(found))
            found["vk_not_found"] = found.pop(verdict)
            summary["counts"]["rejected_by_class"]["vk_not_found"] = found["vk_not_found"]
            summary["counts"]["rejected_by_class"][verdict] -= found["vk_not_found"]

        self.fail(unrelated, "unexpected_classes: 0, expected at least")

        def honest(summary: Json) -> None:
            summary["counts"]["rejected_by_class"]["constraints_invalid"] += 1
            for place in (summary["counts"], summary["by_load"]["quorum"]):
                place["accepted"] -= 1

        self.fail(honest, "unexpected_rejects: 0, expected at least 1")
        self.fail(lambda s: s["counts"]["rejected_by_class"].update(proof_count=0, grinding_invalid=17),
                  "by_tamper has more refusals than rejected_by_class")
        self.fail(lambda s: s["counts"]["rejected_by_class"].update(accepted=0), "rejected_by_class has a class")

    def test_fail_by_its_heights_and_roots(self) -> None:
        self.fail(lambda s: s["chain"]["state_roots"].update(bob="0x00"), "state_roots differ")
        self.fail(lambda s: s["chain"]["state_roots"].pop("bob"), "state_roots of: ['alice']")
        self.fail(lambda s: s["chain"].update(heights_compared=1), "heights_compared: 1, expected about all of 5")
        self.fail(lambda s: s["chain"].update(heights_compared=50), "heights_compared: 50, expected about all of 5")
        self.fail(lambda s: s["chain"].update(heights_compared=3), "heights_compared: 3, expected about all of 5")
        self.fail(lambda s: s["nodes"]["bob"].update(final=2), "heights_compared: 5, expected about all of 2")
        self.fail(lambda s: s["chain"].update(finality_lag_blocks=0), "finality_lag_blocks: 0, expected at least about 2")
        self.fail(lambda s: s["chain"].update(best=8), "chain.best: 8, expected 7")
        self.fail(lambda s: s["chain"].update(final=8), "final blocks 8, of nodes 5")
        self.fail(lambda s: s["nodes"]["bob"].update(final=9), "bob: final: 9, expected at most its best")
        self.fail(lambda s: s["chain"].update(reorganisations=1), "reorganisations: 1, expected the sum")
        self.fail(lambda s: s["nodes"].pop("bob"), "nodes: ['alice'], expected those of config")

    def test_fail_by_verifications_that_were_not_made(self) -> None:
        self.fail(lambda s: s["nodes"]["bob"].update(verify_ms=NOTHING, verify_accepted_ms=NOTHING),
                  "bob: no verification was measured")
        self.fail(lambda s: [node["verify_accepted_ms"].update(n=20) for node in s["nodes"].values()],
                  "proofs that a node verified and accepted: 20, expected at least 28")
        self.fail(lambda s: s["nodes"]["bob"]["verify_ms"].update(n=20), "bob: verifications: 20")
        self.fail(lambda s: s["nodes"]["bob"].update(memory_mib_max=None), "memory_mib_max: measured at some nodes")

    def test_fail_by_its_throughput(self) -> None:
        self.fail(lambda s: s["throughput"].update(proofs_per_s=9.0), "proofs_per_s: 9.0, expected 2.833")
        self.fail(lambda s: s["throughput"].update(seconds=12.0, proofs_per_s=5.667),
                  "seconds with proofs: 12.0, expected 4 to 5 slots of 6 s")
        self.fail(lambda s: s["throughput"].update(seconds=25.0, proofs_per_s=2.72), "seconds with proofs: 25.0")
        self.fail(lambda s: s["throughput"].update(blocks_with_proofs=0), "blocks with proofs: 0")
        self.fail(lambda s: s["throughput"].update(blocks_with_proofs=6), "blocks with proofs: 6, expected at most 5")
        self.fail(lambda s: s["throughput"].update(most_proofs_in_a_block=3), "most_proofs_in_a_block: 3")
        self.fail(lambda s: s["throughput"].update(blocks_full_by_length=5, bound="length"), "full blocks: 5")
        self.fail(lambda s: s["throughput"].update(blocks_full_by_length=2, bound="length"), "bytes_per_s: ")
        self.fail(lambda s: s["throughput"].update(bound="weight"), "bound: weight, expected load")
        self.fail(lambda s: s["chain"].update(missed_slots=0), "seconds with proofs: 198.0", "stress-partition")
        self.fail(lambda s: s["chain"].update(slot_s=1.0), "seconds with proofs: 24.0, expected 4 to 5 slots of 1 s")

    def test_fail_by_its_times(self) -> None:
        self.fail(lambda s: s["latency_ms"]["prove"].update(n=35), "proving times: 35, expected 36")
        self.fail(lambda s: s["latency_ms"]["finality"].update(n=3), "times to finality: 3, expected 68")
        self.fail(lambda s: s["latency_ms"]["inclusion"].update(n=3), "times to inclusion: 3, expected 68 to 68")
        self.fail(lambda s: s["latency_ms"].update(finality=SLOW | {"p50": 1.0}), "time to finality, p50: 1.0")
        self.fail(lambda s: s.update(load_seconds=3.0), "load_seconds: 3.0, expected at least")
        self.fail(lambda s: s.update(seconds=9.0), "seconds: 9.0, expected at least")
        for change, reason in [
            (changed(SLOW | {"n": 0}, "latency_ms", "propagation"), "expected no percentiles of nothing"),
            (changed(NOTHING | {"n": 5}, "latency_ms", "propagation"), "expected percentiles of 5 samples"),
            (changed(SLOW | {"p95": 1.0}, "latency_ms", "propagation"), "expected percentiles in order"),
        ]:
            with self.subTest(reason):
                self.is_no_summary(change, reason)

    def test_fail_by_faults_that_did_not_happen(self) -> None:
        self.fail(lambda s: s["faults"].pop(), "faults: ", "stress-restart")
        self.fail(lambda s: s["faults"].pop(), "restarts of nodes: 6, expected 5", "stress-restart")
        self.fail(lambda s: s["faults"][0].update(nodes=["alice"]), "a kill of: ('alice',)", "stress-restart")
        self.fail(lambda s: s["faults"][0].update(healed_s=20.0), "partition of alice, bob, charlie, dave: seconds",
                  "stress-partition")
        self.fail(lambda s: s["faults"].clear(), "faults: ", "stress-pause")
        self.fail(lambda s: s["faults"][0].pop("upgrade"), "upgrade: expected the report of its upgrade", "upgrade")
        self.fail(lambda s: s["faults"][0].update(kind="join (warp)"), "faults: ", "join")


class BaselinesShould(Judging):
    def baseline(self, summary: Json | None = None) -> str:
        return self.write(GOOD if summary is None else summary, "before.json")

    def test_be_compared_with(self) -> None:
        before = self.baseline()
        self.assertEqual(self.run_on(GOOD, "--baseline", before)[0], 0)
        slower = doctored(lambda s: s["latency_ms"].update(finality=SLOW))
        self.fails_with(slower, "finality_p95_ms: 1,000,000, 5192% worse", "--baseline", before)
        larger = changed(400, "nodes", "bob", "memory_mib_max")
        self.fails_with(larger, "memory_mib: 400, ", "--baseline", before)
        self.assertEqual(self.run_on(larger, "--baseline", before, "--tolerance", "1")[0], 0)
        unmeasured = doctored(lambda s: [node.update(memory_mib_max=None) for node in s["nodes"].values()])
        self.fails_with(unmeasured, "memory_mib: not measured, and 211 in the baseline", "--baseline", before,
                        "--threshold", "memory_mib=none")

    def test_be_refused_if_they_are_broken(self) -> None:
        self.is_no_summary(GOOD, "empty", "--baseline", self.write("", "before.json"))
        broken = self.baseline(changed(9, "counts", "lost"))
        self.is_no_summary(GOOD, "before.json: disagrees with itself: lost: 9", "--baseline", broken)

    def test_be_of_the_same_scenario(self) -> None:
        before = self.baseline(PUBLISHED["stress-tamper"])
        self.is_no_summary(GOOD, "a baseline of stress-tamper, expected one of smoke", "--baseline", before)
        before = self.baseline(changed(True, "config", "short"))
        self.is_no_summary(GOOD, "a baseline of smoke, short, expected one of smoke", "--baseline", before)
        # Of another scenario, under this one's name.
        before = self.baseline(changed("smoke", "scenario", of="stress-tamper"))
        self.is_no_summary(GOOD, "a baseline of smoke with another network or other loads", "--baseline", before)


def documented() -> str:
    """The scenario in the documentation, as a reader copies it."""
    page = (ROOT / "docs/testing-networks.md").read_text()
    return page.split("## How to write a scenario")[1].split("```toml\n")[1].split("```")[0]


class PlansShould(Judging):
    def test_pass_for_every_scenario_and_the_documented_one(self) -> None:
        texts = {path.stem: path.read_text() for path in (ROOT / "zombienet/scenarios").glob("*.toml")}
        for name, text in (texts | {"documented": documented()}).items():
            with self.subTest(name):
                config: Json = {"thresholds": {}} | tomllib.loads(text)
                plan = {"file": name, "scenario": name, "short": False, "config": config}
                self.assertEqual(self.call("--plan", self.write(plan, "plan.json")), (0, "", ""))

    def plan(self, **thresholds: object) -> str:
        config = copy.deepcopy(GOOD["config"]["scenario"]) | {"thresholds": thresholds}
        return self.write({"file": "smoke.toml", "scenario": "smoke", "short": False, "config": config}, "plan.json")

    def test_pass_with_limits_that_there_are(self) -> None:
        self.assertEqual(self.call("--plan", self.plan(missed_slots=3.0))[0], 0)
        self.assertEqual(self.call("--plan", self.plan(), "--baseline", self.write(GOOD))[0], 0)

    def test_be_refused_before_anything_starts(self) -> None:
        cases: list[tuple[dict, list[str], str]] = [
            ({"mised_slots": 3}, [], "smoke.toml: no figure is called mised_slots"),
            ({"missed_slots": -3}, [], "smoke.toml: the limit of missed_slots is -3"),
            ({"missed_slots": None}, [], "smoke.toml: the limit of missed_slots is None"),
            ({"lost": 5}, [], "smoke.toml: the limit of lost is at most 0 and can only be tightened"),
            ({}, ["--threshold", "lost=5"], "given: the limit of lost is at most 0"),
            ({}, ["--baseline", self.write(PUBLISHED["upgrade"])], "a baseline of upgrade"),
            ({}, ["--baseline", "none.json"], "none.json"),
        ]
        for thresholds, words, reason in cases:
            with self.subTest(reason):
                status, _, err = self.call("--plan", self.plan(**thresholds), *words)
                self.assertEqual(status, 2)
                self.assertIn(reason, err)
                self.assertEqual(err.count("\n"), 1)


if __name__ == "__main__":
    unittest.main()
