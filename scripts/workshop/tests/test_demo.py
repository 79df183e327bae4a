# SPDX-License-Identifier: Apache-2.0
"""Tests of what demo.py asks of its refusals: python3 -m scripts.workshop.tests.test_demo."""

import pathlib
import unittest

from scripts.workshop.demo import Case, variety


def refused(system: str, *verdicts: str) -> list[Case]:
    file = pathlib.Path("proof")
    return [
        Case("copy", set(verdicts), file, file, file, key={"system": system}, answer={"verdict": verdict})
        for verdict in verdicts
    ]


MALFORMED = ("proof_truncated", "proof_trailing_bytes", "public_values_count")


class RefusalsShould(unittest.TestCase):
    def test_have_many_reasons_in_each_proof_system(self) -> None:
        good = refused("plonky3", *MALFORMED, "grinding_invalid", "merkle_path_invalid")
        lines, problems = variety(good + refused("stwo", *MALFORMED, "grinding_invalid", "constraints_invalid"))
        self.assertEqual(lines, ["plonky3: 5 reasons to refuse, 2 of the argument",
                                 "stwo: 5 reasons to refuse, 2 of the argument"])
        self.assertEqual(problems, [])

    def test_not_all_come_from_one_check(self) -> None:
        for cases in (
            refused("plonky3", *["grinding_invalid"] * 20),
            refused("plonky3", "grinding_invalid", "merkle_path_invalid"),
            refused("plonky3", *MALFORMED, "public_value_not_canonical", "grinding_invalid"),
        ):
            _, problems = variety(cases)
            self.assertEqual(len(problems), 1)
            self.assertIn("plonky3: expected at least 5 reasons to refuse and 2 of the argument", problems[0])

    def test_not_count_keys_and_accepted_proofs(self) -> None:
        key = Case("key", {"vk_malformed"}, pathlib.Path("vk"), key={"system": "plonky3"},
                   answer={"verdict": "vk_malformed"})
        self.assertEqual(variety([key, *refused("plonky3", "accepted")]), ([], []))


if __name__ == "__main__":
    unittest.main()
