# SPDX-License-Identifier: Apache-2.0
"""Tests of runbooks.py and of the dashboard's alerts: python3 -m scripts.workshop.tests.test_runbooks."""

import os
import pathlib
import tempfile
import unittest

from scripts.workshop import dashboard, runbooks

DOCUMENT = """# Title
Text.

```sh
name=world
echo "hello $name"
```

```text
hello world
```

```sh
silent=1
```

   ```text of a list is none of ours

```sh
test "$silent" = 1 && printf 'one\\ntwo 3.5 ms\\nthree'
```
```text
...
two 7 ms
th...
```
"""


class Agree(unittest.TestCase):
    def test_equal_lines_agree(self) -> None:
        self.assertTrue(runbooks.agree("a\nb\n", "a\nb"))
        self.assertTrue(runbooks.agree("", ""))

    def test_other_missing_and_additional_lines_do_not(self) -> None:
        for printed in ("a\nc", "a", "a\nb\nc", "", "a b"):
            self.assertFalse(runbooks.agree("a\nb\n", printed), printed)
        self.assertFalse(runbooks.agree("", "a"))

    def test_dots_on_a_line_stand_for_any_number_of_lines(self) -> None:
        for printed in ("a\nb", "a\nx\ny\nb"):
            self.assertTrue(runbooks.agree("a\n...\nb\n", printed), printed)
        self.assertFalse(runbooks.agree("a\n...\nb\n", "a\nx"))
        self.assertTrue(runbooks.agree("...\n", ""))

    def test_dots_in_a_line_stand_for_text_of_that_line(self) -> None:
        self.assertTrue(runbooks.agree("hash 0x...\n", "hash 0x12ab"))
        self.assertTrue(runbooks.agree("block ... 0x..., finalised\n", "block 7 0xa, finalised"))
        self.assertFalse(runbooks.agree("block ..., finalised\n", "block 7\n, finalised"))
        self.assertFalse(runbooks.agree("block ..., finalised\n", "block 7, not finalised yet"))

    def test_other_signs_stand_for_themselves(self) -> None:
        self.assertFalse(runbooks.agree("a.c [x]*\n", "abc x"))
        self.assertTrue(runbooks.agree("a.c [x]*\n", "a.c [x]*"))

    def test_times_are_not_compared(self) -> None:
        self.assertTrue(runbooks.agree("verify  0.955 ms\n", "verify  12 ms"))
        self.assertFalse(runbooks.agree("verify  0.955 ms\n", "verify  12 s"))


class Follow(unittest.TestCase):
    def follow(self, text: str, seconds: float = 60) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            return runbooks.follow(text, pathlib.Path(folder), seconds)

    def test_a_document_that_is_right_has_nothing_wrong(self) -> None:
        self.assertEqual(self.follow(DOCUMENT), [])

    def test_another_output_is_wrong(self) -> None:
        wrong = self.follow(DOCUMENT.replace("hello world", "hello moon"))
        self.assertEqual(len(wrong), 1)
        self.assertIn("hello moon\n--- and prints\nhello world", wrong[0])

    def test_output_that_is_not_shown_is_wrong(self) -> None:
        self.assertEqual(len(self.follow(DOCUMENT.replace("silent=1", "silent=1; echo loud"))), 1)

    def test_a_command_that_fails_ends_the_document(self) -> None:
        wrong = self.follow(DOCUMENT.replace("silent=1", "false"))
        self.assertEqual(wrong, ["false\n--- ended with status 1"])
        wrong = self.follow(DOCUMENT.replace("name=world", "exit 0"))
        self.assertIn("--- ended with status 0", wrong[-1])

    def test_a_command_that_hangs_is_wrong(self) -> None:
        wrong = self.follow(DOCUMENT.replace("silent=1", "sleep 60"), seconds=1)
        self.assertEqual(wrong[-1], "sleep 60\n--- took longer than 1 s")

    def test_what_a_document_leaves_running_ends_with_it(self) -> None:
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            wrong = runbooks.follow("```sh\nsleep 60 &\necho $! >pid\n```\n", folder)
            self.assertEqual(wrong, [])
            with self.assertRaises(ProcessLookupError):
                os.kill(int((folder / "pid").read_text()), 0)

    def test_output_without_commands_is_an_error(self) -> None:
        with self.assertRaises(ValueError):
            runbooks.blocks("```text\nlost\n```\n")

    def test_every_runbook_has_blocks_that_are_read(self) -> None:
        for path in runbooks.FOLDER.glob("*.md"):
            self.assertTrue(runbooks.blocks(path.read_text()), path.name)


class Alerts(unittest.TestCase):
    RULE = """
      - alert: Slow
        expr: a:b > 3.2 and on (x) c > 20
        for: 5m
        labels: { severity: warning }
      - alert: Down
        expr: up{job=~"assay.*"} < 1
        labels: { severity: critical }
"""

    def test_limits_are_read_from_the_rules(self) -> None:
        self.assertEqual(dashboard.alerts(self.RULE), {
            "Slow": dashboard.Alert("Slow", True, 3.2, "20", "5", "warning"),
            "Down": dashboard.Alert("Down", False, 1.0, "", "", "critical"),
        })

    def test_a_rule_without_a_limit_is_an_error(self) -> None:
        with self.assertRaises(SystemExit):
            dashboard.alerts(self.RULE.replace("< 1", ""))

    def test_thresholds_are_the_limits(self) -> None:
        rules = dashboard.alerts(self.RULE)
        self.assertEqual(dashboard.steps([rules["Slow"]]), [
            {"color": "transparent", "value": None}, {"color": "orange", "value": 3.2},
        ])
        self.assertEqual(dashboard.steps([rules["Down"]]), [
            {"color": "red", "value": None}, {"color": "transparent", "value": 1.0},
        ])

    def test_an_alert_that_no_panel_draws_is_an_error(self) -> None:
        with self.assertRaises(SystemExit):
            dashboard.dashboard(dashboard.alerts(self.RULE))


if __name__ == "__main__":
    unittest.main()
