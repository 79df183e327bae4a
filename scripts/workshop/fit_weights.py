# SPDX-License-Identifier: Apache-2.0
"""Fits the weights' model to measured times, and says how the coefficients in use do.

Reads docs/performance/in_runtime.csv, in_runtime_stwo.csv, in_runtime_cairo.csv, host_call.csv,
check_vk.csv and search_keys.csv (scripts/measure/verification.sh), the coefficients in
pallets/proof-verifier/src/weight_model.rs and the weight of `register_vk`. Prints, for each
proof system and way to verify:

- the least-squares fit, coefficients at least zero, of relative errors: what a unit takes;
- its upper envelope: the same with underestimates weighing more, raised until no key's shortest
  time is above it, and by a quarter for slower moments: what a unit may be charged;
- measured over charged, of the coefficients in use: over every single verification;
- the same of the keys that a search found (medians, in the node): what an author of a key can do.

The time of a verification is that of its call of the runtime, less the shortest call that
verified nothing. --check fails if more than one in a thousand took longer than charged, of the
search's keys too, or a key's shortest check took longer than its registration is charged for its
own time. --search prints the search's part alone.
"""

import csv
import re
import statistics
import sys
from collections import defaultdict
from collections.abc import Sequence

from scripts.workshop import ROOT
from scripts.workshop.common import quantile

MODEL = ROOT / "pallets/proof-verifier/src/weight_model.rs"
CALLS = ROOT / "pallets/proof-verifier/src/weights.rs"
RAW = ROOT / "docs/performance"
MARGIN = 1.25

Row = dict[str, str]
# Of each key, what its coefficients are multiplied with, and the picoseconds that it took.
Points = list[tuple[list[int], int]]


class System:
    """A proof system: the names of its coefficients, and what tells its keys apart."""

    def __init__(
        self, file: str, kind: str, hashes: dict[str, list[str]], columns: list[str]
    ) -> None:
        self.file, self.kind, self.hashes = file, kind, hashes
        self.names = ["base", *hashes, "extension_operation", "byte"]
        self.columns = ("air", "log_rows", "hash", *columns, "queries", "hash_compressions", "bytes")

    def coefficients_in_use(self, constant: str) -> list[int]:
        """Picoseconds by name, from the Rust source."""
        body, = re.findall(rf"pub const {constant}: {self.kind} = {self.kind} {{(.*?)}};",
                           MODEL.read_text(), re.S)
        found = dict(re.findall(r"(\w+): ([\d_]+),", body))
        return [int(found[name].replace("_", "")) for name in self.names]

    def features(self, row: Row) -> list[int]:
        """What each coefficient is multiplied with."""
        count = int(row["hash_compressions"])
        hashes = [count if row["hash"] in names else 0 for names in self.hashes.values()]
        return [1, *hashes, int(row["extension_operations"]), int(row["bytes"])]


PLONKY3 = System("in_runtime.csv", "Coefficients", {
    "poseidon2_compression": ["Poseidon2"],
    "keccak_compression": ["Keccak"],
    "blake3_compression": ["Blake3"],
}, ["extension"])
STWO = System("in_runtime_stwo.csv", "StwoCoefficients", {
    "blake2s_compression": ["Blake2s", "Blake2sM31"],
}, [])


def charge(coefficients: Sequence[float], units: Sequence[int]) -> float:
    return sum(c * u for c, u in zip(coefficients, units))


def solve(points: Points, weights: list[float]) -> list[float]:
    """Least squares of relative errors, none below zero, by coordinate descent."""
    # Each unit in its own scale, so that the descent converges.
    n = len(points[0][0])
    scale = [max(units[i] / time for units, time in points) or 1 for i in range(n)]
    rows = [[u / time / s for u, s in zip(units, scale)] for units, time in points]
    gram = [[sum(w * r[i] * r[j] for r, w in zip(rows, weights)) for j in range(n)]
            for i in range(n)]
    target = [sum(w * r[i] for r, w in zip(rows, weights)) for i in range(n)]
    x = [0.0] * n
    for _ in range(20_000):
        moved = 0.0
        for i in range(n):
            if gram[i][i] == 0:
                continue
            rest = sum(gram[i][j] * x[j] for j in range(n) if j != i)
            new = max(0.0, (target[i] - rest) / gram[i][i])
            moved = max(moved, abs(new - x[i]))
            x[i] = new
        if moved < 1e-13:
            break
    return [value / s for value, s in zip(x, scale)]


def envelope(points: Points) -> list[float]:
    """Coefficients above all points, close to them."""
    weights = [1.0] * len(points)
    for _ in range(50):
        fit = solve(points, weights)
        new = [30.0 if charge(fit, units) < time else 1.0 for units, time in points]
        if new == weights:
            break
        weights = new
    raise_by = max(time / charge(fit, units) for units, time in points) * MARGIN
    return [value * raise_by for value in fit]


def line(name: str, values: list[float]) -> None:
    print(f"  {name:<28} n {len(values):>5}  median {statistics.median(values):5.2f}  "
          f"p99.9 {quantile(values, 0.999):5.2f}  max {max(values):5.2f}")


def show(title: str, system: System, coefficients: Sequence[float]) -> None:
    print(f"  {title}: " + ", ".join(f"{name} {value / 1000:,.1f} ns"
                                     for name, value in zip(system.names, coefficients)))


def fit_way(system: System, rows: list[Row], column: str, constant: str) -> float:
    """Reports one way to verify; answers the p99.9 of measured over charged."""
    keys = defaultdict(list)
    for row in rows:
        # Keys that differ in another parameter differ in their costs.
        keys[tuple(row[name] for name in system.columns)].append(row)
    used = system.coefficients_in_use(constant)
    points, every = [], defaultdict(list)
    for group in keys.values():
        nothing = min(int(row["nothing_ns"]) for row in group)
        units = system.features(group[0])
        charged = charge(used, units)
        shortest = defaultdict(list)
        for row in group:
            time = (int(row[column]) - nothing) * 1000
            shortest[row["kind"]].append(time)
            every[row["kind"]].append(time / charged)
        # A proof that fails may stop early: the costliest kind is what the key takes.
        points.append((units, max(min(times) for times in shortest.values())))

    print(f"{constant}: {len(points)} keys, {len(rows)} verifications")
    fit = solve(points, [1.0] * len(points))
    show("least squares", system, fit)
    errors = [abs(charge(fit, units) / time - 1) for units, time in points]
    print(f"  relative error of that fit: median {statistics.median(errors):.2f}, "
          f"max {max(errors):.2f}")
    show("upper envelope", system, envelope(points))
    show("in use", system, used)
    print("  measured over charged, in use:")
    line("shortest of each key", [time / charge(used, units) for units, time in points])
    for kind, values in every.items():
        line(kind, values)
    together = [value for values in every.values() for value in values]
    line("all", together)
    return quantile(together, 0.999)


def cairo() -> float:
    """Cairo programs are charged as other keys of STWO: what they take of it, p99.9 both ways."""
    with open(RAW / "in_runtime_cairo.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    nothing = min(int(row["nothing_ns"]) for row in rows)
    worst = 0.0
    for column, constant in (("native_ns", "NATIVE_STWO"), ("in_runtime_ns", "IN_RUNTIME_STWO")):
        used = STWO.coefficients_in_use(constant)
        print(f"Cairo programs, {constant}, measured over charged:")
        every = []
        for air in sorted({row["air"] for row in rows}):
            of_air = [row for row in rows if row["air"] == air]
            times = [(int(row[column]) - nothing) * 1000 for row in of_air if row["kind"] == "valid"]
            shares = [(int(row[column]) - nothing) * 1000 / charge(used, STWO.features(row))
                      for row in of_air]
            every += shares
            print(f"  {air:<18} median {statistics.median(times) / 1e9:6.2f} ms, "
                  f"{max(shares):5.2f} of its charge at most")
        line("all", every)
        worst = max(worst, quantile(every, 0.999))
    ratios(rows)
    return worst


def ratios(rows: list[Row]) -> None:
    """In the runtime over in the node, by AIR and hash."""
    print("in the runtime over in the node, medians of proofs that hold:")
    groups = defaultdict(list)
    for row in rows:
        if row["kind"] == "valid":
            nothing = int(row["nothing_ns"])
            times = [max(1, int(row[name]) - nothing) for name in ("in_runtime_ns", "native_ns")]
            groups[row["air"], row["hash"]].append((times[0] / times[1], *times))
    for (air, name), found in sorted(groups.items()):
        ratio, slow, fast = (statistics.median(values) for values in zip(*found))
        print(f"  {air:<18} {name:<10} {ratio:5.1f}x  {slow / 1e6:8.2f} ms  {fast / 1e6:7.2f} ms")


def host_call(rows: list[Row]) -> None:
    print("what a host call adds to the library, medians:")
    cases = defaultdict(list)
    for row in rows:
        cases[row["case"]].append(row)
    for case, group in cases.items():
        times = int(group[0]["times"])
        library, call, nothing = (
            statistics.median(int(row[name]) for row in group) / times
            for name in ("library_ns", "host_call_ns", "nothing_ns"))
        paired = statistics.median(
            (int(row["host_call_ns"]) - int(row["nothing_ns"])) / int(row["library_ns"])
            for row in group)
        print(f"  {case:<44} {group[0]['proof_bytes']:>8} B  library {library / 1e3:9.1f} us  "
              f"call {(call - nothing) / 1e3:9.1f} us  {100 * (paired - 1):+5.1f} %  "
              f"whole call {call / 1e3:9.1f} us")


def registration_in_use() -> tuple[int, int, int]:
    """Picoseconds of a registration, of a byte of its key, and of a key for a Cairo program."""
    body = re.findall(r"fn register_vk\(v: u32,\) -> Weight \{(.*?)\n\t\}", CALLS.read_text(), re.S)[0]
    base, slope = (int(number.replace("_", ""))
                   for number in re.findall(r"from_parts\(([\d_]+),", body)[:2])
    more = dict(re.findall(r"const (CHECK|CHECK_BYTE|CHECK_CAIRO): u64 = ([\d_]+);",
                           MODEL.read_text()))
    base += int(more["CHECK"].replace("_", ""))
    slope += int(more["CHECK_BYTE"].replace("_", ""))
    return base, slope, int(more["CHECK_CAIRO"].replace("_", ""))


def registration(rows: list[Row]) -> float:
    """The check of keys over what `register_vk` is charged, without the database's share; the worst."""
    base, slope, cairo = registration_in_use()
    found = defaultdict(list)
    for row in rows:
        time = int(row["in_runtime_ns"]) - int(row["nothing_ns"])
        found[row["system"], row["key"], int(row["vk_bytes"])].append(time)
    shares = {}
    for (system, name, length), times in found.items():
        charged = base + slope * length + (cairo if system == "cairo" else 0)
        shares[system, name, length] = (
            min(times) * 1000 / charged, min(times), statistics.median(times))
    print(f"check of a key in the runtime over what registration is charged, {len(shares)} keys; most:")
    for (system, name, length), (share, least, median) in sorted(
            shares.items(), key=lambda item: -item[1][0])[:8]:
        print(f"  {system:<8} {name:<40} {length:>7} B  shortest {least / 1e3:9.1f} us, "
              f"{share:5.2f} of the charge; median {median / 1e3:9.1f} us")
    return max(share for share, _, _ in shares.values())


# What the runtime takes of the time in the node, at most: of `search_plonky3_keys`.
RUNTIME_OVER_NODE = 4.5


def search() -> list[float]:
    """Of the keys that the search measured: p99.9 of verifications over their charges, by system."""
    with open(RAW / "search_keys.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    base, slope, _ = registration_in_use()
    worst = []
    for name, system, constant in (("plonky3", PLONKY3, "NATIVE"), ("stwo", STWO, "NATIVE_STWO")):
        used = dict(zip(system.names, system.coefficients_in_use(constant)))
        verified, checked, climbs = [], [], defaultdict(list)
        for row in rows:
            if row["system"] != name:
                continue
            charged = sum((used["base"], used[row["compression"]] * int(row["hash_compressions"]),
                           used["extension_operation"] * int(row["extension_operations"]),
                           used["byte"] * int(row["bytes"])))
            share = int(row["verify_ns"]) * 1000 / charged
            # Of large traces there is no proof: only the check of the key was measured.
            if share > 0:
                verified.append(share)
                climbs[row["climb"].removeprefix("check: ")].append((share, row["key"]))
            charged = base + slope * int(row["vk_bytes"])
            checked.append(int(row["check_ns"]) * 1000 * RUNTIME_OVER_NODE / charged)
        print(f"search, {name}: measured over charged")
        for title, values in (("verifications, in the node", verified),
                              (f"checks, {RUNTIME_OVER_NODE} times those in the node", checked)):
            print(f"  {title:<40} n {len(values):>5}  p50 {quantile(values, 0.5):5.2f}  "
                  f"p99 {quantile(values, 0.99):5.2f}  p99.9 {quantile(values, 0.999):5.2f}  "
                  f"max {max(values):5.2f}")
        worst.append(quantile(verified, 0.999))
        for climb, found in sorted(climbs.items(), key=lambda item: -max(item[1])[0]):
            share, key = max(found)
            print(f"  {climb:<34} {share:5.2f}: {key}")
    return worst


def main() -> None:
    if "--search" in sys.argv[1:]:
        search()
        return
    worst = [cairo(), *search()]
    for system, suffix in ((PLONKY3, ""), (STWO, "_STWO")):
        with open(RAW / system.file, newline="") as file:
            rows = list(csv.DictReader(file))
        worst.append(fit_way(system, rows, "native_ns", f"NATIVE{suffix}"))
        worst.append(fit_way(system, rows, "in_runtime_ns", f"IN_RUNTIME{suffix}"))
        ratios(rows)
    with open(RAW / "host_call.csv", newline="") as file:
        host_call(list(csv.DictReader(file)))
    with open(RAW / "check_vk.csv", newline="") as file:
        check = registration(list(csv.DictReader(file)))
    if "--check" in sys.argv[1:]:
        if max(worst) > 1:
            sys.exit("more than one verification in a thousand took longer than charged")
        if check > 1:
            sys.exit("the check of a key took longer than its registration is charged")


if __name__ == "__main__":
    main()
