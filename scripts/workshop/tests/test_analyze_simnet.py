# SPDX-License-Identifier: Apache-2.0
"""Tests of analyze_simnet.py: python3 -m scripts.workshop.tests.test_analyze_simnet."""

import contextlib
import copy
import io
import json
import pathlib
import tempfile
import unittest
from typing import Any

from scripts.workshop import analyze_simnet
from scripts.workshop.common import Json

QUANTILES = {"n": 10, "p50": 10.0, "p95": 20.0, "p99": 30.0, "max": 40.0}
GOOD: Json = {
    "schema": 1,
    "scenario": "smoke",
    "config": {"scenario": {"thresholds": {}}},
    "counts": {
        "final": 20, "accepted": 15, "unexpected_accepts": 0, "unexpected_rejects": 0,
        "unexpected_classes": 0, "lost": 0,
    },
    "by_load": {},
    "throughput": {"proofs_per_s": 2.0, "blocks_full_by_length": 0, "blocks_full_by_weight": 0},
    "latency_ms": {
        "prove": QUANTILES, "inclusion": QUANTILES, "finality": QUANTILES,
        "propagation": QUANTILES,
    },
    "chain": {
        "missed_slots": 0, "finality_lag_blocks": 3, "heights_compared": 12, "state_mismatches": 0,
    },
    "faults": [],
    "nodes": {
        "alice": {"verify_ms": QUANTILES, "memory_mib_max": 200},
        "bob": {"verify_ms": QUANTILES, "memory_mib_max": 300},
    },
}


def changed(value: Any, *keys: str) -> Json:
    """GOOD with one figure changed."""
    summary = copy.deepcopy(GOOD)
    place: dict = summary
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    return summary


class AnalyzerShould(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, content: object, name: str = "summary.json") -> str:
        file = self.folder / name
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(file)

    def run_on(self, content: object, *options: str) -> tuple[Any, str, str]:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status: Any
            try:
                status = analyze_simnet.main([self.write(content), *options])
            except SystemExit as error:
                status = error.code
        return status, out.getvalue(), err.getvalue()

    def fails_with(self, summary: Json, reason: str, *options: str) -> None:
        status, out, _ = self.run_on(summary, *options)
        self.assertEqual(status, 1, out)
        self.assertIn(reason, out)
        self.assertEqual(out.count("\n  "), 1, f"expected one reason: {out}")

    def is_no_summary(self, content: object, reason: str, *options: str) -> None:
        status, _, err = self.run_on(content, *options)
        self.assertEqual(status, 2)
        self.assertIn(reason, err)
        self.assertEqual(err.count("\n"), 1, f"expected one line: {err}")

    def test_accept_a_good_run(self) -> None:
        status, out, err = self.run_on(GOOD)
        self.assertEqual((status, err), (0, ""))
        self.assertIn("smoke: ok", out)

    def test_refuse_what_is_no_summary(self) -> None:
        for content, reason in [
            ("", "empty"),
            ("  \n", "empty"),
            ("{\"schema\": 1", "no JSON"),
            ("[]", "names no schema"),
            ("{}", "names no schema"),
            ("{\"schema\": true}", "names no schema"),
            ("{\"schema\": 2}", "schema 2 is newer than 1"),
            ("{\"schema\": 0}", "schema 0 is older than 1"),
            ("{\"schema\": 1}", "no counts.final"),
            (changed("many", "counts", "final"), "final is 'many', no number"),
            (changed([], "nodes"), "verify_p95_ms can't be read"),
            (changed({"alice": {}}, "nodes"), "no verify_ms.p95"),
            (changed({"speed": 1}, "config", "scenario", "thresholds"), "no figure is called speed"),
            (changed({"lost": "few"}, "config", "scenario", "thresholds"), "is 'few', no number"),
        ]:
            with self.subTest(reason=reason):
                self.is_no_summary(content, reason)

    def test_refuse_a_file_that_is_not_there(self) -> None:
        err = io.StringIO()
        with contextlib.redirect_stderr(err):
            status = analyze_simnet.main([str(self.folder / "none.json")])
        self.assertEqual(status, 2)
        self.assertIn("none.json", err.getvalue())

    def test_fail_a_run_over_each_default_limit(self) -> None:
        slow = QUANTILES | {"p95": 1e6}
        for summary, reason in [
            (changed(0, "counts", "final"), "final: 0, expected at least 1"),
            (changed(0, "counts", "accepted"), "accepted: 0, expected at least 1"),
            (changed(0, "chain", "heights_compared"), "heights_compared: 0, expected at least 1"),
            (changed(1, "counts", "unexpected_accepts"), "unexpected_accepts: 1, expected at most 0"),
            (changed(1, "counts", "unexpected_rejects"), "unexpected_rejects: 1, expected at most 0"),
            (changed(1, "counts", "unexpected_classes"), "unexpected_classes: 1, expected at most 0"),
            (changed(2, "counts", "lost"), "lost: 2, expected at most 0"),
            (changed(1, "chain", "state_mismatches"), "state_mismatches: 1, expected at most 0"),
            (changed(slow, "latency_ms", "prove"), "prove_p95_ms: 1,000,000, expected at most 5,500"),
            (changed(slow, "nodes", "bob", "verify_ms"), "verify_p95_ms: 1,000,000, expected"),
            (changed(slow, "latency_ms", "propagation"), "propagation_p95_ms: 1,000,000, expected"),
            (changed(3_501, "nodes", "bob", "memory_mib_max"), "memory_mib: 3,501, expected"),
            (changed([{"kind": "pause", "back_in_step_s": 5.1, "finality_back_s": 1}], "faults"),
             "back_in_step_s: 5.1, expected at most 5"),
            (changed([{"kind": "pause", "back_in_step_s": 1, "finality_back_s": None}], "faults"),
             "finality_back_s: never, expected at most 60"),
        ]:
            with self.subTest(reason=reason):
                self.fails_with(summary, reason)

    def test_hold_a_run_to_the_limits_of_its_scenario(self) -> None:
        summary = changed({"full_blocks_min": 1}, "config", "scenario", "thresholds")
        self.fails_with(summary, "full_blocks_min: 0, expected at least 1")

    def test_hold_an_upgrade_to_what_old_nodes_may_do(self) -> None:
        own = {
            "upgrade_taken_by_old_nodes": 0, "upgrade_old_nodes_stopped": 1,
            "upgrade_old_nodes_ended": 1, "upgrade_final_past_it": 5,
        }
        report = {
            "taken_by_old_nodes": 0, "old_nodes_stopped_at_it": 1, "old_nodes_ended_in_order": 1,
            "final_past_it": 5,
        }

        def run(**changes: int) -> Json:
            summary = changed(own, "config", "scenario", "thresholds")
            summary["faults"] = [{
                "kind": "upgrade", "back_in_step_s": 1, "finality_back_s": 1,
                "upgrade": report | changes,
            }]
            return summary

        self.assertEqual(self.run_on(run())[0], 0)
        self.fails_with(run(taken_by_old_nodes=1),
                        "upgrade_taken_by_old_nodes: 1, expected at most 0")
        self.fails_with(run(old_nodes_stopped_at_it=0),
                        "upgrade_old_nodes_stopped: 0, expected at least 1")
        self.fails_with(run(old_nodes_ended_in_order=0),
                        "upgrade_old_nodes_ended: 0, expected at least 1")
        self.fails_with(run(final_past_it=4), "upgrade_final_past_it: 4, expected at least 5")

    def test_fail_a_run_that_did_not_measure_what_its_scenario_limits(self) -> None:
        own = {"honest_blocks_to_inclusion_max": 3}
        summary = changed(own, "config", "scenario", "thresholds")
        self.fails_with(summary, "honest_blocks_to_inclusion_max: not measured")

    def test_take_given_limits_over_the_scenario(self) -> None:
        summary = changed({"missed_slots": 5}, "config", "scenario", "thresholds")
        summary["chain"]["missed_slots"] = 4
        self.assertEqual(self.run_on(summary)[0], 0)
        self.fails_with(summary, "missed_slots: 4, expected at most 3", "--threshold",
                        "missed_slots=3")
        file = self.write({"missed_slots": 2}, "limits.json")
        self.fails_with(summary, "expected at most 2", "--thresholds", file)
        self.assertEqual(self.run_on(summary, "--threshold", "missed_slots=none")[0], 0)

    def test_refuse_limits_that_are_none(self) -> None:
        self.assertEqual(self.run_on(GOOD, "--threshold", "speed=3")[0], 2)
        self.assertEqual(self.run_on(GOOD, "--threshold", "lost=few")[0], 2)
        self.is_no_summary(GOOD, "no object of limits", "--thresholds", self.write("[]", "l.json"))

    def test_compare_with_a_baseline(self) -> None:
        before = self.write(GOOD, "before.json")
        self.assertEqual(self.run_on(GOOD, "--baseline", before)[0], 0)
        slower = changed(QUANTILES | {"p95": 30.0}, "latency_ms", "finality")
        self.fails_with(slower, "finality_p95_ms: 30, 50% worse", "--baseline", before)
        fewer = changed(1.0, "throughput", "proofs_per_s")
        self.fails_with(fewer, "proofs_per_s: 1, 50% worse", "--baseline", before)
        self.assertEqual(self.run_on(fewer, "--baseline", before, "--tolerance", "0.6")[0], 0)

    def test_refuse_a_broken_baseline(self) -> None:
        self.is_no_summary(GOOD, "empty", "--baseline", self.write("", "before.json"))

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


if __name__ == "__main__":
    unittest.main()
