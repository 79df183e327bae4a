# SPDX-License-Identifier: Apache-2.0
"""Tests of runbooks.py, and of the dashboard and its alerts: python3 -m scripts.workshop.tests.test_runbooks."""

import json
import os
import pathlib
import re
import tempfile
import unittest

from scripts.workshop import ROOT, dashboard, picture, runbooks
from scripts.workshop.common import Json

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

    def test_times_and_memory_are_not_compared(self) -> None:
        self.assertTrue(runbooks.agree("verify  0.955 ms\n", "verify  12 ms"))
        self.assertTrue(runbooks.agree("proven in  104.8 s, with 4.8 GB of it\n", "proven in  9 s, with 11.0 GB of it"))
        self.assertFalse(runbooks.agree("12 GB\n", "12 MB"))
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

    def test_a_tile_is_green_until_an_alert_fires(self) -> None:
        rules = dashboard.alerts(self.RULE)

        def states(**fields: object) -> list:
            tile = dashboard.Tile("Title", dashboard.SECONDS, "", "up", **fields)  # type: ignore[arg-type]
            return dashboard.tile_panel(tile, rules)["fieldConfig"]["defaults"]["thresholds"]["steps"]

        self.assertEqual(states(alerts=("Slow",)), [
            {"color": "green", "value": None}, {"color": "orange", "value": 3.2},
        ])
        self.assertEqual(states(alerts=("Down",)), [
            {"color": "red", "value": None}, {"color": "green", "value": 1.0},
        ])
        rules["Any"] = rules["Slow"]._replace(limit=0.0)
        self.assertEqual(states(alerts=("Any",))[1]["value"], dashboard.LITTLE, "0 is no alert")
        self.assertEqual(states(states=((None, "red"), (1, "green"))), [
            {"color": "red", "value": None}, {"color": "green", "value": 1},
        ])

    def test_every_alert_links_to_a_runbook_that_has_its_name(self) -> None:
        for file in (dashboard.ALERTS, dashboard.ALERTS.with_name("machine.yaml")):
            self.check_links(file.read_text())

    def check_links(self, text: str) -> None:
        address = r'runbook_url: "\{\{ \$externalURL \}\}/user/([^"#]+)#?([^"]*)"'
        found = re.findall(rf"alert: (\w+)\n.*?{address}", text, re.S)
        self.assertEqual([name for name, *_ in found], list(dashboard.alerts(text)))
        for name, path, anchor in found:
            with self.subTest(name):
                runbook = (ROOT / "docs" / path).read_text()
                self.assertIn(f"`{name}`", runbook)
                headings = [re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")
                            for heading in re.findall(r"^#+ (.*)$", runbook, re.M)]
                self.assertIn(anchor or headings[0], headings)

    def test_the_dashboard_is_current_and_marks_alerts(self) -> None:
        text = dashboard.FILE.read_text()
        written = dashboard.dashboard(dashboard.alerts(dashboard.ALERTS.read_text()))
        self.assertEqual(json.loads(text), written)
        self.assertIn('ALERTS{alertstate="firing"', written["annotations"]["list"][0]["expr"])
        first = [panel for panel in written["panels"] if panel["gridPos"]["y"] < 9]
        self.assertEqual(first[0]["title"], "Am I fine?")
        self.assertEqual({panel["type"] for panel in first[1:13]}, {"stat"})

    def test_an_alert_that_no_panel_draws_is_an_error(self) -> None:
        with self.assertRaises(SystemExit):
            dashboard.dashboard(dashboard.alerts(self.RULE))


class Picture(unittest.TestCase):
    def test_values_are_written_as_grafana_does(self) -> None:
        for value, unit, shown in [
            (0.0042, "s", "4.2 ms"), (0.00003, "s", "30 µs"), (42, "s", "42 s"), (600, "s", "10 min"),
            (7200, "s", "2 hours"), (0, "s", "0 s"), (0.5, "percentunit", "50%"), (2048, "bytes", "2 KiB"), (2500, "Bps", "2.5 kB/s"),
            (3, "suffix:blocks", "3 blocks"), (1, "none", "1"), (1.25, "none", "1.25"),
        ]:
            self.assertEqual(picture.shown(value, unit), shown)

    def test_a_state_has_the_colour_of_the_step_that_it_reaches(self) -> None:
        steps: list[Json] = [
            {"color": "red", "value": None}, {"color": "orange", "value": 1}, {"color": "green", "value": 3},
        ]
        colours = [picture.colour(value, steps) for value in (0, 1, 2.9, 3, None)]
        expected = [picture.COLOURS[name] for name in ("red", "orange", "orange", "green")]
        self.assertEqual(colours, [*expected, picture.FAINT])

    def test_a_tile_shows_its_word_or_its_value(self) -> None:
        words = [{"options": {"0": {"text": "none", "index": 0}}}]
        defaults = {"unit": "suffix:blocks", "decimals": 0, "mappings": words}
        self.assertEqual(picture.word(0, defaults), "none")
        self.assertEqual(picture.word(49.6, defaults), "50 blocks")


if __name__ == "__main__":
    unittest.main()
