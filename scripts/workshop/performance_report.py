# SPDX-License-Identifier: Apache-2.0
"""Measures what proving and verifying take, and writes the performance report.

    python3 -m scripts.workshop.performance_report measure
        makes proofs of the sample AIRs, verifies them and tampered copies of them offline, and writes
        docs/performance/prove_verify.csv
    python3 -m scripts.workshop.performance_report medians FILE
        prints what scripts/build/cairo.sh measured, as the report has it
    python3 -m scripts.workshop.performance_report measured NAME
        records when and where NAME in docs/performance was measured: now, here; and writes the report
    python3 -m scripts.workshop.performance_report write
        writes docs/performance/README.md from the raw files
    python3 -m scripts.workshop.performance_report --check
        fails if that page is not what the raw files give; in the tests

`measure` takes the client from PATH and STWO's prover from ASSAY_STWO_PROVER; scripts/measure/performance.sh sets
both. Each row of the table is one proof made, one verification, or one tampered copy refused.
"""

import csv
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from datetime import date
from pathlib import Path

from scripts.workshop import ROOT
from scripts.workshop.common import Json, commit, cpu, quantile

FOLDER = ROOT / "docs/performance"
TABLE = FOLDER / "prove_verify.csv"
CAIRO = FOLDER / "verify_cairo.csv"
RUNS = FOLDER / "runs.json"
PAGE = FOLDER / "README.md"

COLUMNS = ["system", "air", "log_rows", "hash", "profile", "proven_bits", "conjectured_bits",
           "vk_bytes", "proof_bytes", "seed", "kind", "ms", "verdict"]
# AIR, log2 of the rows, hash, profile.
CASES = [
    ("fibonacci", 14, "poseidon2", "standard"),
    ("fibonacci", 14, "keccak", "standard"),
    ("fibonacci", 14, "blake3", "standard"),
    ("poseidon2-air", 12, "poseidon2", "standard"),
    ("poseidon2-air", 12, "blake3", "standard"),
    ("keccak-air", 10, "blake3", "standard"),
    ("consensus-quorum", 9, "poseidon2", "standard"),
    ("consensus-quorum", 9, "keccak", "standard"),
    ("consensus-quorum", 9, "blake3", "compat"),
    ("consensus-quorum", 9, "blake3", "standard"),
    ("consensus-quorum", 9, "blake3", "strong"),
    ("stwo-fibonacci", 14, "blake2s", "standard"),
    ("stwo-poseidon", 12, "blake2s", "standard"),
    ("stwo-poseidon", 12, "blake2sm31", "standard"),
    ("stwo-range-check", 14, "blake2s", "standard"),
    ("stwo-consensus-quorum", 9, "blake2s", "compat"),
    ("stwo-consensus-quorum", 9, "blake2s", "standard"),
]
PROOFS = 20
# Of each proof.
VERIFICATIONS = 5
TAMPERED = 5

# A row of the table without its seed, as far as it says what was proven: the first columns.
Case = tuple[str, ...]

# What is asked of the figures, in milliseconds.
PROVE_P95, VERIFY_P95, VERIFY_P95_STANDARD = 5_500, 3_200, 10


def client(*arguments: object) -> Json:
    """The client's answer, whatever its verdict."""
    done = subprocess.run(["assay", "--json", *map(str, arguments)], capture_output=True, text=True,
                          check=False)
    if done.returncode not in (0, 1, 2) or not done.stdout.startswith("{"):
        sys.exit(f"assay {' '.join(map(str, arguments))}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def measure() -> None:
    rng = random.Random(1337)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        vk, proof, values, copy = (Path(folder) / name for name in ("vk", "proof", "pv", "copy"))
        for air, log_rows, hash_name, profile in CASES:
            key = client("export", air, "--degree-bits", log_rows, "--hash", hash_name,
                         "--profile", profile, "--out", vk)
            if "error" in key:
                sys.exit(f"{air}, {profile}: {key['error']}")
            for seed in range(PROOFS):
                made = client("prove", air, "--vk", vk, "--proof", proof, "--public-values", values,
                              "--seed", seed)
                files = ("--vk", vk, "--public-values", values)
                fixed = {
                    "system": key["system"], "air": air, "log_rows": log_rows, "hash": hash_name,
                    "profile": profile, "proven_bits": key["proven_bits"],
                    "conjectured_bits": key["conjectured_bits"], "vk_bytes": key["vk_bytes"],
                    "proof_bytes": made["proof_bytes"], "seed": seed,
                }

                def row(kind: str, milliseconds: float, verdict: str, fixed: Json = fixed) -> None:
                    rows.append(fixed | {"kind": kind, "ms": milliseconds, "verdict": verdict})

                row("prove", round(made["prove_ms"], 3), "")
                for _ in range(VERIFICATIONS):
                    said = client("verify", *files, "--profile", profile, "--proof", proof)
                    row("verify", said["verify_ms"], said["verdict"])
                for _ in range(TAMPERED):
                    data = bytearray(proof.read_bytes())
                    bit = rng.randrange(8 * len(data))
                    data[bit // 8] ^= 1 << bit % 8
                    copy.write_bytes(data)
                    said = client("verify", *files, "--profile", profile, "--proof", copy)
                    row("tampered", said["verify_ms"], said["verdict"])
            print(f"{air} 2^{log_rows} {hash_name} {profile}", file=sys.stderr)
    with open(TABLE, "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    measured(TABLE.name)


def measured(table: str) -> None:
    """Records that a table was measured now, with the commit that is checked out."""
    runs = json.loads(RUNS.read_text())
    runs[table] |= {"commit": commit(), "date": str(date.today()),
                    "machine": f"{cpu()}, {os.cpu_count()} threads"}
    RUNS.write_text(json.dumps(runs, indent="\t") + "\n")


def figures(values: list[float]) -> tuple[float, float, float]:
    return statistics.median(values), quantile(values, 0.95), max(values)


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def cairo(path: Path) -> list[str]:
    """What verifying Cairo proofs takes, from the rows of `assay-cairo measure`."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    lines = ["| Program | Key bytes | Proof bytes | Ours | Fastest | Upstream | Ratio |",
             "|---|---|---|---|---|---|---|"]
    for program in dict.fromkeys(row["program"] for row in rows):
        own = [row for row in rows if row["program"] == program]
        ours, theirs = ([int(row[column]) / 1000 for row in own] for column in ("ours_us", "upstream_us"))
        middle, upstream = statistics.median(ours), statistics.median(theirs)
        lines.append(f"| `{program}` | {own[0]['vk_bytes']} | {int(own[0]['proof_bytes']):,} | {middle:.2f} "
                     f"| {min(ours):.2f} | {upstream:.2f} | {middle / upstream:.2f} |")
    return lines


def page() -> str:
    with open(TABLE, newline="") as file:
        rows = list(csv.DictReader(file))
    cases: dict[Case, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    sizes: dict[Case, int] = {}
    copies, accepted, refused = 0, 0, 0
    for row in rows:
        case = tuple(row[name] for name in COLUMNS[:7])
        cases[case][row["kind"]].append(float(row["ms"]))
        sizes[case] = max(sizes.get(case, 0), int(row["proof_bytes"]))
        if row["kind"] == "tampered":
            copies += 1
            accepted += row["verdict"] == "accepted"
        elif row["kind"] == "verify":
            refused += row["verdict"] != "accepted"
    prove = max((figures(kinds["prove"])[1], case) for case, kinds in cases.items())
    verify = max((figures(kinds["verify"])[1], case) for case, kinds in cases.items())
    standard = max((figures(kinds["verify"])[1], case) for case, kinds in cases.items()
                   if case[4] == "standard")
    runs = json.loads(RUNS.read_text())
    own = runs[TABLE.name]

    def name(case: Case) -> str:
        return f"{case[1]} 2^{case[2]}, {case[3]}, `{case[4]}`"

    def kept(value: float, limit: float) -> str:
        return "yes" if value <= limit else "**no**"

    lines = [
        "# Performance",
        "",
        "`python3 -m scripts.workshop.performance_report write` writes this page from the raw files in this folder.",
        "The tests fail if the page and the files differ. The machine is small and shared: compare rows with each",
        "other before you compare them with yours.",
        "",
        "## Objectives",
        "",
        f"`{own['command']}` at commit {own['commit']}, {own['date']}, {own['machine']}:",
        f"{PROOFS} proofs of each row below, and {TAMPERED} copies of each proof with one bit changed. A client that",
        f"has just started verifies each proof {VERIFICATIONS} times.",
        "",
        "| Objective | Limit | Measured | Kept |",
        "|---|---|---|---|",
        f"| p95 of proving | {PROVE_P95:,} ms | {number(prove[0])} ms: {name(prove[1])} "
        f"| {kept(prove[0], PROVE_P95)} |",
        f"| p95 of verifying | {VERIFY_P95:,} ms | {number(verify[0])} ms: {name(verify[1])} "
        f"| {kept(verify[0], VERIFY_P95)} |",
        f"| p95 of verifying at `standard` | {VERIFY_P95_STANDARD} ms | {number(standard[0])} ms: "
        f"{name(standard[1])} | {kept(standard[0], VERIFY_P95_STANDARD)} |",
        f"| tampered copies accepted | 0 | {accepted} of {copies:,} | {kept(accepted, 0)} |",
        f"| genuine proofs refused | 0 | {refused} | {kept(refused, 0)} |",
        "",
        "## Proving and verifying",
        "",
        "Times are in milliseconds: median, p95, largest.",
        "",
        "| Proof system | AIR | Rows | Hash | Profile | Proven bits | Conjectured | Proof | Prove | Verify |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for case, kinds in cases.items():
        system, air, log_rows, hash_name, profile, proven, conjectured = case
        times = [" / ".join(number(value) for value in figures(kinds[kind]))
                 for kind in ("prove", "verify")]
        lines.append(f"| {system} | {air} | 2^{log_rows} | {hash_name} | {profile} | {proven} "
                     f"| {conjectured} | {sizes[case] / 1000:.0f} KB | {times[0]} | {times[1]} |")
    run = runs[CAIRO.name]
    lines += [
        "",
        "## Cairo proofs, here and upstream",
        "",
        f"`{run['command']}` at commit {run['commit']}, {run['date']}, {run['machine']}:",
        "medians of 101 verifications in milliseconds of one thread's CPU time, in turns with upstream's `verify_cairo`.",
        "Ours starts from the bytes of key, public values and proof, upstream's from a decoded proof.",
        "",
        *cairo(CAIRO),
    ]
    lines += ["", "## Raw files", "", "| File | Content | Command | Commit | Date, machine |",
              "|---|---|---|---|---|"]
    for table in sorted(path.name for path in FOLDER.glob("*.csv")):
        run = runs[table]
        lines.append(f"| [{table}]({table}) | {run['what']} | `{run['command']}` | {run['commit']} "
                     f"| {run['date']}, {run['machine']} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    match sys.argv[1:]:
        case ["measure"]:
            measure()
        case ["medians", path]:
            print("\n".join(cairo(Path(path))))
        case ["measured", name]:
            measured(name)
            PAGE.write_text(page())
        case ["write"]:
            PAGE.write_text(page())
        case ["--check"]:
            if PAGE.read_text() != page():
                sys.exit("docs/performance/README.md is not what the raw files give: "
                         "python3 -m scripts.workshop.performance_report write")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
