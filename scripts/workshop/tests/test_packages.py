# SPDX-License-Identifier: Apache-2.0
"""Tests of packages.py: python3 -m scripts.workshop.tests.test_packages."""

import io
import pathlib
import tarfile
import tempfile
import unittest

from scripts.workshop import packages
from scripts.workshop.common import Json

README = "# a\n\n| Feature | What |\n|---|---|\n| `std` (default) | text with `code` |\n| `one`, `two` | more |\n"


def crate(name: str, *needs: str, **others: object) -> Json:
    return {
        "id": name, "name": name, "version": "0.1.0", "publish": None, "rust_version": "1.90",
        "description": "A.", "license": "Apache-2.0", "readme": "README.md", "keywords": ["a"], "categories": ["b"],
        "features": {"default": ["std"], "std": [], "one": [], "two": [], "optional": ["dep:optional"]},
        "metadata": {"docs": {"rs": {}}},
        "dependencies": [{"name": need, "kind": None} for need in needs], **others,
    }


def workspace(*crates: Json, others: tuple[Json, ...] = ()) -> Json:
    return {"packages": [*crates, *others], "workspace_members": [each["id"] for each in crates]}


class Published(unittest.TestCase):
    def test_a_crate_comes_after_those_that_it_depends_on(self) -> None:
        found = workspace(crate("a", "c", "b"), crate("b", "c"), crate("c", "elsewhere"))
        self.assertEqual([each["name"] for each in packages.published(found)], ["c", "b", "a"])

    def test_only_members_that_say_so_are_published(self) -> None:
        found = workspace(crate("a", "b"), crate("b", publish=[]), others=(crate("c"),))
        self.assertEqual([each["name"] for each in packages.published(found)], ["a"])

    def test_dependencies_of_tests_do_not_count(self) -> None:
        tested = crate("a", dependencies=[{"name": "b", "kind": "dev"}])
        found = workspace(tested, crate("b", "a"))
        self.assertEqual([each["name"] for each in packages.published(found)], ["a", "b"])


class Manifest(unittest.TestCase):
    def test_a_whole_one_lacks_nothing(self) -> None:
        self.assertEqual(packages.wrong_in_manifest(crate("a"), README), [])

    def test_what_is_missing_is_named(self) -> None:
        for name in packages.EXPECTED:
            empties: tuple[object, ...] = (None, "", [])
            for empty in empties:
                self.assertEqual(packages.wrong_in_manifest(crate("a", **{name: empty}), README), [f"no `{name}`"])
        for metadata in (None, {"other": 1}):
            wrong = packages.wrong_in_manifest(crate("a", metadata=metadata), README)
            self.assertEqual(wrong, ["no `[package.metadata.docs.rs]`"])

    def test_the_readme_names_the_features_that_are_there(self) -> None:
        wrong = packages.wrong_in_manifest(crate("a"), README.replace("`one`", "`three`"))
        self.assertEqual(wrong, [
            "README.md does not name the feature `one`", "README.md names `three`, which is no feature",
        ])


class RustVersion(unittest.TestCase):
    def test_versions_are_numbers(self) -> None:
        self.assertLess(packages.version("1.9"), packages.version("1.10.0"))
        self.assertEqual(packages.version("1.90"), packages.version("1.90.0"))

    def test_a_dependency_that_needs_a_younger_compiler_is_found(self) -> None:
        others = (crate("old", rust_version="1.89.5"), crate("silent", rust_version=None))
        self.assertEqual(packages.too_young(workspace(crate("a"), others=others)), [])
        found = workspace(crate("a"), others=(*others, crate("young", rust_version="1.90.1")))
        self.assertEqual(packages.too_young(found), [
            "young 0.1.0 needs Rust 1.90.1, and Cargo.toml promises 1.90",
        ])

    def test_the_least_promise_of_the_members_counts(self) -> None:
        found = workspace(crate("a"), crate("b", rust_version="1.88"))
        self.assertEqual(packages.too_young(found), ["a 0.1.0 needs Rust 1.90, and Cargo.toml promises 1.88"])


class Package(unittest.TestCase):
    FILES = {
        "LICENSE": "text", "README.md": "text", "fixtures/a_v1.bin": "1", "fixtures/b_v1.bin": "2",
        "src/lib.rs": 'const A: &[u8] = include_bytes!("../fixtures/a_v1.bin");',
    }

    def wrong(self, missing: str = "", **changed: str) -> list[str]:
        files = self.FILES | {name.replace("_rs", ".rs"): text for name, text in changed.items()}
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            archive = folder / "a-0.1.0.crate"
            with tarfile.open(archive, "w:gz") as package:
                for name, text in files.items():
                    (folder / name).parent.mkdir(exist_ok=True)
                    (folder / name).write_text(text)
                    if name != missing:
                        member = tarfile.TarInfo(f"a-0.1.0/{name}")
                        member.size = len(text)
                        package.addfile(member, io.BytesIO(text.encode()))
            return packages.wrong_in_package(archive, folder)

    def test_a_whole_one_lacks_nothing(self) -> None:
        self.assertEqual(self.wrong(), [])

    def test_licence_and_readme_are_in_it(self) -> None:
        for name in ("LICENSE", "README.md"):
            self.assertEqual(self.wrong(missing=name), [f"no {name}"])

    def test_what_a_source_includes_is_in_it(self) -> None:
        self.assertEqual(self.wrong(missing="fixtures/a_v1.bin"), [
            "src/lib.rs includes fixtures/a_v1.bin, which is not in the package",
        ])

    def test_every_file_that_a_macro_may_include_is_in_it(self) -> None:
        source = 'macro_rules! f { ($n:literal) => { include_bytes!(concat!("../fixtures/", $n, "_v1.bin")) } }'
        self.assertEqual(self.wrong(**{"src/lib_rs": source}), [])
        self.assertEqual(self.wrong(missing="fixtures/b_v1.bin", **{"src/lib_rs": source}), [
            "src/lib.rs includes fixtures/*_v1.bin, which is not in the package",
        ])

    def test_a_file_outside_of_the_crate_is_not(self) -> None:
        source = 'const A: &str = include_str!("../../other/a.txt");'
        wrong = "src/lib.rs includes ../other/a.txt, which is not in the package"
        self.assertEqual(self.wrong(**{"src/lib_rs": source}), [wrong])

    def test_what_only_tests_include_may_be_missing(self) -> None:
        source = 'const A: &str = include_str!("../../other/a.txt");'
        self.assertEqual(self.wrong(**{"src/mock_rs": source}), [])

    def test_a_package_is_small(self) -> None:
        most = packages.MOST_BYTES
        packages.MOST_BYTES = 100
        self.addCleanup(setattr, packages, "MOST_BYTES", most)
        self.assertRegex(self.wrong()[0], r"^\d+ bytes, expected at most 100$")

    def test_paths_from_the_manifest_are_read(self) -> None:
        source = 'include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/a.json"))'
        self.assertEqual(packages.included(source, "src/deep/a.rs"), ["docs/a.json"])


if __name__ == "__main__":
    unittest.main()
