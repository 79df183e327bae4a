# SPDX-License-Identifier: Apache-2.0
"""Tests of walks.py: python3 -m scripts.workshop.tests.test_walks."""

import contextlib
import io
import os
import pathlib
import subprocess
import tempfile
import unittest
from unittest import mock

from scripts.workshop import ROOT, walks
from scripts.workshop.runbooks import blocks
from scripts.workshop.walks import Page, Walk

PAGE = """# Title

```sh
exit 1    # not of the part that is walked
```

## First

```sh
# A comment is no heading.
cat name
touch was_here; sleep 60 &
```
```text
small
```

### Below it

Prose between.

```sh
echo anything
test -z "${ASSAY_SIGNER:-}${SKIP_WASM_BUILD:-}"
```

It prints something like this:

```text
something
```

## Second

```sh
exit 1
```
"""


class Section(unittest.TestCase):
    def test_goes_down_to_the_next_heading_that_is_not_below_it(self) -> None:
        found = walks.section(PAGE, "First")
        self.assertTrue(found.startswith("## First\n"))
        self.assertIn("### Below it", found)
        self.assertIn("# A comment is no heading.", found)
        self.assertNotIn("Second", found)

    def test_without_its_heading_is_an_error(self) -> None:
        for heading in ("Third", "A comment is no heading."):
            with self.assertRaisesRegex(ValueError, "no heading"):
                walks.section(PAGE, heading)


class Walking(unittest.TestCase):
    def setUp(self) -> None:
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name)
        self.source = self.folder / "source"
        self.source.mkdir()
        (self.source / "page.md").write_text(PAGE)
        (self.source / "name").write_text("small\n")

    def git(self, *arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *identity, *arguments], cwd=self.source, check=True, stdout=subprocess.DEVNULL)

    def commit(self) -> None:
        self.git("init", "--quiet")
        self.git("add", ".")
        self.git("commit", "--quiet", "--message", "a")

    def go(
        self, *pages: Page, archive: pathlib.Path | None = None, programs: tuple[str, ...] = ()
    ) -> tuple[list[str], str]:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            wrong = walks.go(Walk(pages, hours=0.01, programs=programs), archive, self.source)
        return wrong, said.getvalue()

    def test_runs_the_commands_of_a_part_in_a_fresh_clone(self) -> None:
        self.commit()
        (self.source / "name").write_text("not committed\n")
        with mock.patch.dict(os.environ, {"ASSAY_SIGNER": "//Alice", "SKIP_WASM_BUILD": "1"}):
            wrong, said = self.go(Page("page.md", "First"))
        self.assertEqual(wrong, [])
        self.assertRegex(said, r"^walk: page.md, First\nwalk: page.md, First: ok, \d+ s\n$")
        self.assertFalse((self.source / "was_here").exists())

    def test_runs_the_commands_of_a_release_beside_it(self) -> None:
        (self.source / "page.md").write_text("```sh\nls\ntar xf assay.tar.gz\nls source\n```\n"
                                             "```text\nassay.tar.gz\nassay.tar.gz.sha256\nname\npage.md\n```\n")
        archive = self.folder / "assay.tar.gz"
        subprocess.run(["tar", "czf", archive, "-C", self.folder, "source"], check=True)
        (self.folder / "assay.tar.gz.sha256").write_text("sum\n")
        self.assertEqual(self.go(Page("page.md"), archive=archive)[0], [])

    def test_runs_built_programs_from_an_empty_folder(self) -> None:
        (self.source / "page.md").write_text("```sh\nls -A\nls\nadd 3\n```\n```text\nsum 3\n```\n")
        self.commit()
        programs = self.folder / "programs"
        programs.mkdir()
        # The last takes the place of the system's.
        for name, command in (("add", 'echo "sum $1"'), ("ls", "/bin/ls")):
            (programs / name).write_text(f"#!/bin/sh\n{command}\n")
            (programs / name).chmod(0o755)
        with mock.patch.dict(os.environ, {"ASSAY_PROGRAMS": str(programs)}):
            self.assertEqual(self.go(Page("page.md"), programs=("add", "ls"))[0], [])
            with self.assertRaisesRegex(ValueError, "a folder with add, prove: no prove in .*programs"):
                self.go(Page("page.md"), programs=("add", "prove"))
        with mock.patch.dict(os.environ), self.assertRaisesRegex(ValueError, "no add in"):
            os.environ.pop("ASSAY_PROGRAMS", None)
            self.go(Page("page.md"), programs=("add",))

    def test_ends_at_the_first_page_that_is_wrong(self) -> None:
        self.commit()
        wrong, said = self.go(Page("page.md", "Second"), Page("page.md", "First"))
        self.assertEqual(wrong, ["exit 1\n--- printed\n--- ended with status 1"])
        self.assertNotIn("First", said)

    def test_compares_what_a_page_shows(self) -> None:
        (self.source / "name").write_text("large\n")
        self.commit()
        wrong, _ = self.go(Page("page.md", "First"))
        self.assertEqual(len(wrong), 1)
        self.assertIn("--- is shown as\nsmall\n--- and prints\nlarge", wrong[0])

    def test_a_page_without_commands_is_an_error(self) -> None:
        (self.source / "page.md").write_text("# Title\n")
        self.commit()
        with self.assertRaisesRegex(ValueError, "page.md gives no commands"):
            self.go(Page("page.md"))

    def test_asks_no_proxy_for_this_machine(self) -> None:
        with mock.patch.dict(os.environ, {"http_proxy": "http://192.0.2.1", "no_proxy": "example.org"}):
            found = walks.environment(self.folder)
        self.assertEqual((found["no_proxy"], found["NO_PROXY"]), ("example.org,127.0.0.1",) * 2)
        self.assertEqual(found["http_proxy"], "http://192.0.2.1")

    def test_leaves_nothing(self) -> None:
        self.commit()
        with mock.patch.dict(os.environ, {"TMPDIR": str(self.folder)}), mock.patch.object(tempfile, "tempdir", None):
            self.go(Page("page.md", "First"))
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["source"])


class Walks(unittest.TestCase):
    def test_every_walk_names_pages_with_commands_that_a_shell_reads(self) -> None:
        for name, walk in walks.WALKS.items():
            for page in walk.pages:
                with self.subTest(name, page=page):
                    for block in blocks(walks.commands(ROOT, page), loose=True):
                        subprocess.run(["bash", "-n", "-c", block.commands], check=True)


if __name__ == "__main__":
    unittest.main()
