# SPDX-License-Identifier: Apache-2.0
"""Tests that all scripts, and the workflows that call them, have one form:
python3 -m scripts.workshop.tests.test_scripts."""

import os
import re
import subprocess
import unittest
from pathlib import Path

from scripts.workshop import ROOT
from scripts.workshop.common import git


def of(*patterns: str) -> list[Path]:
    """The files that git tracks or would track, relative to the clone's root."""
    listed = git("ls-files", "--cached", "--others", "--exclude-standard", *patterns)
    return [Path(name) for name in listed.splitlines() if (ROOT / name).is_file()]


class ScriptsShould(unittest.TestCase):
    def test_begin_with_their_purpose_and_how_to_call_them(self) -> None:
        for path in of("*.sh", ".ci/run"):
            with self.subTest(str(path)):
                head = re.match(
                    r"(#!/usr/bin/env bash|# shellcheck shell=bash)\n# SPDX-License-Identifier: Apache-2.0\n"
                    r"((?:#(?: .*)?\n)+)", (ROOT / path).read_text(),
                )
                self.assertTrue(head, "expected `#!/usr/bin/env bash` and the licence")
                assert head
                self.assertRegex(head[2], r"\A#\n# [A-Z]", "expected an empty line and a sentence")
                runs = os.access(ROOT / path, os.X_OK)
                self.assertEqual(runs, head[1].startswith("#!"), "executable and `#!`, or neither")
                if runs:
                    self.assertIn(f"\n#   {path}", head[2], "expected a line with its path and arguments")
                else:
                    self.assertIn("\n# Sourced by ", head[2])

    def test_say_how_they_are_called_without_doing_anything(self) -> None:
        for path in ("zombienet/run.sh", "zombienet/test.sh", "scripts/test/nightly.sh", "scripts/analyze_simnet.py"):
            for word in ("--help", "-h"):
                with self.subTest(f"{path} {word}"):
                    # Nothing that it could build or start is there.
                    done = subprocess.run([ROOT / path, word], capture_output=True, text=True, check=False, timeout=60,
                                          env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"})
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertIn(path, done.stdout)

    def test_are_executable_where_documents_call_them(self) -> None:
        called = re.compile(r"^(?:\./)?((?:scripts|zombienet)/[\w/]+\.(?:sh|py))\b", re.MULTILINE)
        for path in of("*.md"):
            for name in set(called.findall((ROOT / path).read_text())):
                with self.subTest(f"{path} calls {name}"):
                    self.assertTrue(os.access(ROOT / name, os.X_OK))

    def test_have_snake_case_names_that_do_not_repeat_their_folder(self) -> None:
        for path in of("scripts", "zombienet/*.sh"):
            if path.suffix in (".sh", ".py"):
                with self.subTest(str(path)):
                    self.assertRegex(path.stem, r"\A_*[a-z][a-z0-9]*(_[a-z0-9]+)*_*\Z")
                    # A test of Python is named for what it tests.
                    if path.suffix == ".sh":
                        self.assertFalse(path.stem.startswith(path.parent.name + "_"))

    def test_be_named_where_they_exist(self) -> None:
        """A document, a script or a comment that names a script names one that is there."""
        found = re.compile(r"(?<![\w./-])((?:scripts|zombienet)/[\w/]+\.(?:sh|py))\b")
        for path in of("*.md", "*.sh", "*.py", "*.rs", "*.toml", "*.yaml", "*.yml", ".ci/run", "deploy"):
            for name in set(found.findall((ROOT / path).read_text(errors="replace"))):
                with self.subTest(f"{path} names {name}"):
                    self.assertTrue((ROOT / name).is_file())


class WorkflowsShould(unittest.TestCase):
    """No workflow can change the repository, or runs code that changes without a commit here."""

    def test_only_read_the_repository(self) -> None:
        for path in of(".github/workflows"):
            with self.subTest(str(path)):
                text = (ROOT / path).read_text()
                self.assertEqual(re.findall(r"^ *permissions:(?:\n +.*)*", text, re.M), ["permissions:\n  contents: read"])

    def test_take_the_actions_of_others_at_one_commit(self) -> None:
        for path in of(".github/workflows"):
            for used in re.findall(r"uses: (.*)", (ROOT / path).read_text()):
                with self.subTest(f"{path} uses {used}"):
                    self.assertRegex(used, r"\A(\./\.github/workflows/\w+\.yml|[\w/-]+@[0-9a-f]{40} # v[\d.]+)\Z")

    def test_give_every_job_a_time_limit(self) -> None:
        for path in of(".github/workflows"):
            with self.subTest(str(path)):
                text = (ROOT / path).read_text()
                self.assertEqual(len(re.findall("runs-on:", text)), len(re.findall("timeout-minutes:", text)))


if __name__ == "__main__":
    unittest.main()
