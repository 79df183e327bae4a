# SPDX-License-Identifier: Apache-2.0
"""Tests of clone_times.py, with two clones and one target folder:
python3 -m scripts.workshop.tests.test_clone_times."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[1] / "clone_times.py"
LONG_AGO = 1_700_000_000 * 10**9


class ClonesShould(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.unit = self.folder / "target/release/.fingerprint/unit/invoked.timestamp"
        self.unit.parent.mkdir(parents=True)
        self.unit.touch()
        os.utime(self.unit, ns=(LONG_AGO, LONG_AGO))
        for name in ("a", "b"):
            (self.folder / name / "scripts/workshop").mkdir(parents=True)
            shutil.copy(SCRIPT, self.folder / name / "scripts/workshop")
            subprocess.run(["git", "init", "-q"], cwd=self.folder / name, check=True)
            for file, text in (("lib.rs", "same"), ("build.rs", 'env::var("CARGO_MANIFEST_DIR")'),
                               ("test.rs", 'env!("CARGO_MANIFEST_DIR")')):
                (self.folder / name / file).write_text(text)

    def clone_times(self, clone: str, what: str) -> None:
        subprocess.run([sys.executable, "-B", f"scripts/workshop/{SCRIPT.name}", what],
                       cwd=self.folder / clone, check=True, stderr=subprocess.DEVNULL,
                       env={**os.environ, "CARGO_TARGET_DIR": str(self.folder / "target"),
                            "ASSAY_CACHE": str(self.folder)})

    def time_of(self, clone: str, file: str) -> int:
        return (self.folder / clone / file).stat().st_mtime_ns

    def built_in_a(self) -> None:
        for file in ("lib.rs", "build.rs", "test.rs"):
            os.utime(self.folder / "a" / file, ns=(LONG_AGO, LONG_AGO))
        self.clone_times("a", "keep")

    def test_a_file_that_holds_the_same_has_the_time_of_the_clone_that_built_it(self) -> None:
        self.built_in_a()
        self.clone_times("b", "take")
        for file in ("lib.rs", "build.rs"):
            self.assertEqual(self.time_of("b", file), LONG_AGO, file)

    def test_a_file_that_holds_something_else_is_new_however_old_it_is(self) -> None:
        (self.folder / "b/lib.rs").write_text("else")
        os.utime(self.folder / "b/lib.rs", ns=(LONG_AGO, LONG_AGO))
        self.built_in_a()
        self.clone_times("b", "take")
        self.assertGreater(self.time_of("b", "lib.rs"), LONG_AGO)

    def test_what_compiles_the_path_of_its_clone_in_is_new(self) -> None:
        self.built_in_a()
        self.clone_times("b", "take")
        self.assertGreater(self.time_of("b", "test.rs"), LONG_AGO)

    def test_after_a_build_that_nobody_noted_everything_is_new(self) -> None:
        self.built_in_a()
        for place in ("target/release", "target-stwo/release", "target/distro/wasm32v1-none/release"):
            with self.subTest(place):
                unit = self.folder / place / ".fingerprint/later/invoked.timestamp"
                unit.parent.mkdir(parents=True)
                unit.touch()
                os.utime(unit, ns=(later := self.time_of("target", "assay-files") + 1, later))
                self.clone_times("b", "take")
                self.assertGreater(self.time_of("b", "lib.rs"), LONG_AGO)
                shutil.rmtree(unit.parent)

    def test_where_nothing_was_noted_everything_is_new(self) -> None:
        os.utime(self.folder / "b/lib.rs", ns=(LONG_AGO, LONG_AGO))
        self.clone_times("b", "take")
        self.assertGreater(self.time_of("b", "lib.rs"), LONG_AGO)


if __name__ == "__main__":
    unittest.main()
