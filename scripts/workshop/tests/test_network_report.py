# SPDX-License-Identifier: Apache-2.0
"""Tests of network_report.py: python3 -m scripts.workshop.tests.test_network_report."""

import contextlib
import copy
import io
import json
import pathlib
import re
import tempfile
import unittest

from scripts.workshop import ROOT, analyze_simnet, network_report
from scripts.workshop.common import Json

SMOKE = json.loads((ROOT / "docs/stress/smoke.json").read_text())
BLOCKS = """number,hash,slot,proofs,accepted,refused,bytes,length_share,weight_ms,weight_share,final_s,seen_alice_s,seen_bob_s
1,0x01,7,2,1,1,9000,0.100,20.0,0.100,9.000,3.000,3.100
2,0x02,8,1,1,0,9000,0.100,20.0,0.100,15.000,9.000,9.100
"""
SAMPLES = """at_s,node,best,final,cpu_percent,memory_mib,ready
1.000,alice,1,0,5.0,200.0,0
1.000,bob,1,0,5.0,200.0,0
2.000,alice,2,1,5.0,200.0,0
2.000,bob,2,1,5.0,200.0,0
"""
CALLS = """load,tamper,proof_bytes,sent_s,in_block_s,block,final_s,verdict,pool_refusals
"quorum","",115352,1.000,3.000,1,9.000,accepted,0
"""


class PageShould(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for name, text in (("blocks", BLOCKS), ("samples", SAMPLES), ("calls", CALLS)):
            (self.folder / f"{name}.csv").write_text(text)

    def page(self, summary: Json = SMOKE, *options: str, judged: bool = True) -> str:
        file = self.folder / "summary.json"
        file.write_text(json.dumps(summary))
        if judged:
            with contextlib.redirect_stdout(io.StringIO()):
                analyze_simnet.main([str(file), "--verdict", str(self.folder / "verdict.json"), *options])
        return network_report.page(self.folder)

    def test_begin_with_the_verdict(self) -> None:
        self.assertIn('<div class="tile good">verdict<b>ok</b></div>', self.page())
        bad = copy.deepcopy(SMOKE)
        bad["counts"]["unexpected_accepts"] = 1
        page = self.page(bad)
        self.assertIn('<div class="tile bad">verdict<b>FAILED</b></div>', page)
        self.assertIn('<p class="reason">unexpected_accepts: 1, expected at most 0', page)

    def test_say_that_nobody_judged(self) -> None:
        self.assertIn("verdict<b>not judged</b>", self.page(judged=False))

    def test_have_each_limit_and_who_set_it(self) -> None:
        page = self.page(SMOKE, "--threshold", "missed_slots=3")
        self.assertIn("<td>tampered proofs accepted</td><td>0</td><td>at most 0</td><td>safety</td><td>kept</td>", page)
        self.assertIn("<td>slots without a block</td><td>0</td><td>at most 3</td><td>given</td><td>kept</td>", page)
        self.assertIn("<td>at most 3,000</td><td>scenario</td><td>kept</td>", page)
        page = self.page(SMOKE, "--threshold", "proofs_per_s=100")
        self.assertIn("<td>at least 100</td><td>given</td><td>NOT KEPT</td>", page)

    def test_have_the_baseline_beside_it(self) -> None:
        before = self.folder / "before.json"
        before.write_text(json.dumps(SMOKE))
        self.assertNotIn("<th>baseline</th>", self.page())
        page = self.page(SMOKE, "--baseline", str(before))
        self.assertIn("<th>baseline</th>", page)
        self.assertIn("<td>proofs a second</td><td>2.8</td><td>2.8</td>", page)

    def test_have_what_was_refused_by_proof_system(self) -> None:
        self.assertNotIn("by proof system", self.page())
        summary = copy.deepcopy(SMOKE)
        refused = {"grinding_invalid": 3, "merkle_path_invalid": 1}
        summary["by_system"] = {
            "plonky3": {"final": 9, "accepted": 5, "tampered": 4, "rejected_by_class": refused},
            "stwo": {"final": 2, "accepted": 1, "tampered": 1, "rejected_by_class": {"claim_invalid": 1}},
        }
        page = self.page(summary)
        self.assertIn("<th>claim invalid</th><th>grinding invalid</th><th>merkle path invalid</th>", page)
        self.assertIn("<td>plonky3</td><td>5</td><td>4</td><td>0</td><td>3</td><td>1</td>", page)
        self.assertIn("<td>stwo</td><td>1</td><td>1</td><td>1</td><td>0</td><td>0</td>", page)

    def test_hide_no_line_behind_an_equal_one(self) -> None:
        page = self.page()
        for picture in page.split("</svg>"):
            # Alice and Bob have equal blocks, memory and processor.
            lines = re.findall(r'<polyline points="([^"]*)"', picture)
            self.assertEqual(len(lines), len(set(lines)))
        self.assertIn(network_report.APART, page)

    def test_tell_the_rounds_that_were_run(self) -> None:
        summary = copy.deepcopy(SMOKE)
        for load in summary["config"]["scenario"]["load"]:
            load["rounds"] = 5
        self.assertIn("20 rounds of 4 loads", self.page(summary, judged=False))


if __name__ == "__main__":
    unittest.main()
