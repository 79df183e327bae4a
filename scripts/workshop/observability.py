# SPDX-License-Identifier: Apache-2.0
"""What scripts/test/observability.sh asks of the processes that it started.

Sends proofs, notes the chain's verdicts, and then holds to them what two nodes tell Prometheus and
what their status says: one wrote the blocks, the other imported them. Every query of the dashboard
and every rule must give numbers. The exit status is 1 if something is not as it should be.
"""

import argparse
import collections
import json
import math
import pathlib
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from scripts.workshop import ROOT, demo, picture
from scripts.workshop.common import Json

RULES = ROOT / "docs/alerts/assay.yaml"
RULE_TESTS = ROOT / "docs/alerts/assay_test.yaml"
DASHBOARD = ROOT / "docs/dashboards/validator.json"
METRICS = ROOT / "docs/metrics.md"

# AIR, log2 of the rows, hash: a small and a larger proof, and one of the other proof system.
AIRS = [
    ("fibonacci", 10, "keccak"),
    ("consensus-quorum", 9, "poseidon2"),
    ("stwo-range-check", 12, "blake2s"),
]
# Every wave sends of each AIR one proof, and tampered copies of it.
WAVES = 5
# More than half of at least twenty: what the alert and the status call a flood.
COPIES = ["flipped", "flipped too", "cut off"]

# Alerts that must be silent whatever the machine: they do not look at times.
SILENT = {
    "AssayUnexpectedAccept", "AssayUnexpectedRefusal", "AssaySelfCheckStopped",
    "AssayVerifierFailed", "AssayVerificationInPool", "AssayNodeDown", "AssayFinalityLag",
    "AssayBlockProductionStopped", "AssayValidatorSilent", "AssayNoPeers", "AssayOffence",
    "AssayProverBehind", "AssayProverFailed",
}
# And the one that this load is for.
ACTIVE = {"AssayBadProofs"}

# AIR, file and description of a key; description of a key, proof and public values.
Key = tuple[str, pathlib.Path, Json]
Call = tuple[Json, pathlib.Path, pathlib.Path]

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
problems: list[str] = []


def say(message: str) -> None:
    print(f"observability: {message}", flush=True)


def expect(condition: object, message: str) -> None:
    if not condition:
        problems.append(message)
        say(f"WRONG: {message}")


def get(url: str, method: str = "GET") -> tuple[int, str]:
    """Status and body."""
    try:
        request = urllib.request.Request(url, method=method)
        with OPENER.open(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class Prometheus:
    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, path: str, **parameters: object) -> Any:
        status, body = get(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}")
        answer = json.loads(body)
        if status != 200:
            sys.exit(f"observability: Prometheus: {path} {parameters}: {answer.get('error')}")
        return answer["data"]

    def query(self, expr: str) -> list[tuple[Json, float]]:
        """Labels and value of each series."""
        found = self.ask("query", query=expr)["result"]
        return [(series["metric"], float(series["value"][1])) for series in found]

    def history(self, expr: str, start: float, end: float) -> list[tuple[Json, list]]:
        found = self.ask("query_range", query=expr, start=start, end=end, step=2)["result"]
        return [(series["metric"], series["values"]) for series in found]


def fill_in(expr: str) -> str:
    """What Grafana puts into the queries of a dashboard."""
    return expr.replace("$job", "assay").replace("$instance", ".*").replace(
        "$__rate_interval", "1m"
    )


def panels() -> Iterator[tuple[str, list[str]]]:
    """Title and queries of every panel."""
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        if panel["type"] != "row":
            yield panel["title"], [target["expr"] for target in panel["targets"]]


def answers(prometheus: Prometheus, what: str, expr: str) -> list[tuple[Json, float]]:
    """The query has an answer, and it is of numbers."""
    found = prometheus.query(expr)
    expect(found, f"{what}: no answer to {expr}")
    bad = [labels for labels, value in found if not math.isfinite(value)]
    expect(not bad, f"{what}: no number for {bad} in answer to {expr}")
    return found


def known_metrics(prometheus: Prometheus, expressions: list[str]) -> None:
    """Every metric that is named exists."""
    exist = set(prometheus.ask("label/__name__/values"))
    named = set()
    for expr in expressions:
        bare = re.sub(r'"[^"]*"|\b(by|on|ignoring)\s*\([^)]*\)', "", expr)
        named |= set(re.findall(r"\b(?:assay|substrate|scrape|up)[\w:]*", bare))
    named.discard("assay")
    expect(named <= exist, f"unknown metrics: {sorted(named - exist)}")
    say(f"{len(named)} metrics are named, all of them exist" if named <= exist else "see above")


def documented(text: str) -> None:
    """docs/metrics.md has every metric of ours that the node exports, and no other."""
    exported = set(re.findall(r"^# TYPE (assay_\w+) ", text, re.M))
    listed = set(re.findall(r"`(assay_\w+)`", "\n".join(
        line for line in METRICS.read_text().splitlines() if line.startswith("| `assay_")
    )))
    expect(exported == listed, f"docs/metrics.md: {sorted(exported ^ listed)}")


class Load:
    """Sends proofs and notes the verdicts of those that reached a verifier."""

    def __init__(self, client: demo.Client, folder: pathlib.Path) -> None:
        self.client, self.folder = client, folder
        self.of_system: dict[str, collections.Counter[str]] = collections.defaultdict(
            collections.Counter)
        self.bytes = 0
        folder.mkdir(parents=True)

    @property
    def verdicts(self) -> collections.Counter[str]:
        """Of all proof systems."""
        return sum(self.of_system.values(), collections.Counter())

    def keys(self) -> list[Key]:
        keys = []
        for air, degree_bits, hash_name in AIRS:
            vk = self.folder / f"{air}.vk"
            key = self.client.must(
                "export", air, "--out", vk, "--degree-bits", degree_bits, "--hash", hash_name
            )
            keys.append((air, vk, key))
        return keys

    def register(self, vk: pathlib.Path, sender: int) -> None:
        # A proving service may have registered it.
        _, answer = self.client.run(
            "register", "--no-check", "--vk", vk, "--url", self.client.url,
            "--signer", f"//Sender//{sender}", "--no-wait-finalised",
        )
        verdict = answer.get("verdict")
        expect(verdict in ("accepted", "vk_already_registered"), f"{vk.name}: {answer}")

    def wave(self, number: int, keys: list[Key]) -> tuple[list[Call], list[Call]]:
        """Copies of this wave's proofs, and the proofs: key, proof and public values of each."""
        copies, genuine = [], []
        for air, vk, key in keys:
            proof = self.folder / f"{air}.{number}.proof"
            values = proof.with_suffix(".pv")
            self.client.must(
                "prove", air, "--vk", vk, "--seed", number + 1, "--proof", proof,
                "--public-values", values,
            )
            data = proof.read_bytes()
            middle = len(data) // 8 * 4
            flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1:]
            first = bytes([data[0] ^ 1]) + data[1:]
            genuine.append((key, proof, values))
            for name, copy in zip(COPIES, (flipped, first, data[:-1])):
                path = proof.with_suffix(f".{name.replace(' ', '-')}.proof")
                path.write_bytes(copy)
                copies.append((key, path, values))
        return copies, genuine

    def send(self, calls: list[Call], first_sender: int) -> None:
        def one(place: int, call: Call) -> tuple[Json, str, pathlib.Path]:
            key, proof, values = call
            return self.client.run(
                "submit", "--vk-hash", key["vk_hash"], "--proof", proof, "--public-values", values,
                "--url", self.client.url, "--signer", f"//Sender//{first_sender + place}",
                "--no-wait-finalised",
            )[1], key["system"], proof

        with ThreadPoolExecutor(max_workers=len(calls)) as pool:
            for answer, system, proof in pool.map(one, range(len(calls)), calls):
                verdict = answer.get("verdict") or answer.get("class")
                expect(verdict and "block_number" in answer, f"{proof.name}: {answer}")
                self.of_system[system][str(verdict)] += 1
                self.bytes += proof.stat().st_size


def served(service: list[str], load: Load) -> int:
    """Waits until a proving service has done its work, and adds it to the load: a block that it
    queued before it was killed, and three since."""
    air, _, place, block = service
    folder, killed = pathlib.Path(place), int(block)
    path = folder / "accepted.jsonl"

    def lines() -> list[Json]:
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    wait_for("four blocks are proved", lambda: len(lines()) >= 4, 180)
    found = lines()
    blocks = [line["block"] for line in found]
    expect(len(set(blocks)) == len(blocks) == 4, f"{air}: the prover proved blocks {blocks}")
    expect(killed in blocks, f"{air}: the killed prover's block {killed} is lost")
    expect(not list(folder.glob("*.job")), f"{air}: the prover keeps jobs that are done")
    say(f"the prover of {air}, killed at block {killed}, proved blocks {blocks}")
    system = "stwo" if air.startswith("stwo-") else "plonky3"
    load.of_system[system]["accepted"] += len(found)
    load.bytes += sum(line["proof_bytes"] for line in found)
    return len(found)


def check_prover(document: Json, proved: int) -> None:
    """What a node that was told of the prover says of it: sums since the prover started again."""
    said = document["prover"]
    expect(said["reachable"], f"prover: {said}")
    expect(len(said["series"]) == 1, f"prover: {said['series']}")
    series = said["series"][0]
    expect(series["accepted"] == proved and series["queue"] == 0, f"prover: {series}")
    expect(series["failures"] == 0, f"prover: {series}")
    expect(0 < series["p50Ms"] <= series["p95Ms"], f"prover: {series}")
    expect(series["meanBytes"] > 10_000, f"prover: {series}")
    say(f"prover: p50 and p95 at most {series['p50Ms']:.0f} and {series['p95Ms']:.0f} ms")


def counted(prometheus: Prometheus, instance: str, stage: str) -> dict[str, int]:
    """Verdicts that a node tells Prometheus of, without those at zero."""
    found = prometheus.query(
        f'sum by (verdict) (assay_verifications_total{{instance="{instance}",stage="{stage}"}})'
    )
    return {labels["verdict"]: int(value) for labels, value in found if value}


def wait_for(what: str, condition: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(1)
    sys.exit(f"observability: {what}: not within {seconds} s")


def check_system(what: str, said: Json, verdicts: collections.Counter[str]) -> None:
    """What the document says of one proof system."""
    refused = {word: count for word, count in verdicts.items() if word != "accepted"}
    expect(said["verified"] == verdicts["accepted"], f"{what}: {said['verified']} verified")
    expect(said["rejected"] == refused, f"{what}: {said['rejected']} rejected")
    expect(said["recent"]["samples"] == sum(verdicts.values()), f"{what}: {said['recent']}")
    expect(said["lastError"]["class"] in refused, f"{what}: {said['lastError']}")
    expect(said["drift"] > 0, f"{what}: drift {said['drift']}")
    expect(said["selfCheck"]["passed"] is True, f"{what}: {said['selfCheck']}")
    expect(said["disabled"] is False, f"{what}: disabled {said['disabled']}")
    expect("mostly_rejected" in said["reasons"], f"{what}: {said['reasons']}")
    say(f"{what}: {json.dumps(said['recent'])}, drift {said['drift']:.2f}")


def check_status(url: str, load: Load, rpc: demo.Node | None = None) -> Json:
    """The document says what the chain said."""
    status, body = get(f"{url}/status/node")
    expect(status == 200, f"{url}/status/node: {status}")
    document = json.loads(body)
    systems = {system["name"]: system for system in document["proofSystems"]}
    expect(set(systems) == {"plonky3", "stwo", "cairo"}, f"{url}: {set(systems)}")
    # Of every system, also where no proof of it was sent.
    for name, said in systems.items():
        check = said["selfCheck"]
        expect(check and check["passed"] is True, f"{url}: {name}: {check}")
    for name, verdicts in load.of_system.items():
        check_system(f"{url}: {name}", systems[name], verdicts)
    expect(document["ready"] and not document["syncing"], f"{url}: not ready")
    expect(document["best"]["number"] >= document["finalised"]["number"] > 0, f"{url}: heights")
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], capture_output=True, text=True, cwd=ROOT, check=False
    ).stdout
    expect(re.fullmatch("[0-9a-f]{11}", document["commit"]), f"{url}: commit {document['commit']}")
    if not commit.startswith(document["commit"]):
        say(f"the node is of commit {document['commit']}, the clone at {commit[:11]}")
    if rpc:
        same = ["version", "commit", "hostFunctions", "chain", "genesis", "objectives"]
        answer = rpc.call("assay_nodeStatus")
        expect(set(answer) == set(document), f"RPC: {set(answer) ^ set(document)}")
        expect(all(answer[name] == document[name] for name in same), "RPC: another document")
    # As many idle connections as an attacker of the probes would hold.
    host, port = url.removeprefix("http://").split(":")
    idle = [socket.create_connection((host, int(port))) for _ in range(40)]
    for path, method, wanted in [
        ("/health", "GET", 200), ("/ready", "GET", 200), ("/ready", "HEAD", 200),
        ("/", "GET", 404), ("/status", "GET", 404), ("/health", "POST", 405),
    ]:
        status, _ = get(f"{url}{path}", method)
        expect(status == wanted, f"{method} {url}{path}: {status}, not {wanted}")
    for connection in idle:
        connection.close()
    say(f"{url}: {document['health']}")
    return document


def check_rules(prometheus: Prometheus) -> list[str]:
    expressions = []
    tested = set(re.findall(r"alertname: (\w+)\n\s+exp_alerts:\n", RULE_TESTS.read_text()))
    active = {}
    for group in prometheus.ask("rules")["groups"]:
        for rule in group["rules"]:
            name, expr = rule["name"], rule["query"]
            expressions.append(expr)
            expect(rule["health"] == "ok" and not rule.get("lastError"), f"{name}: {rule}")
            if rule["type"] == "recording":
                answers(prometheus, name, expr)
                continue
            # Prometheus prints the expression as it understood it.
            left = re.fullmatch(r"(.*?) [<>]=? [\d.]+( and .*)?", expr, re.S)
            expect(left, f"{name}: not a comparison with a number: {expr}")
            if left:
                answers(prometheus, name, left[1])
            expect(name in tested, f"{name}: no unit test in which it fires")
            # The address opens, and what it shows is the runbook.
            runbook = rule["annotations"]["runbook_url"].replace("{{ $externalURL }}", prometheus.url)
            status, text = get(runbook)
            expect(status == 200 and text.startswith("# "), f"{name}: {runbook}: {status}")
            active[name] = rule["state"] != "inactive"
    say(f"{len(expressions)} rules; active: {sorted(name for name in active if active[name])}")
    expect(ACTIVE <= {name for name in active if active[name]}, "a flood raises no alert")
    loud = sorted(name for name in SILENT if active.get(name, True))
    expect(not loud, f"alerts that should be silent: {loud}")
    return expressions


def scrape(url: str, times: int = 20) -> tuple[str, float]:
    """The text, and the longest time of several scrapes in milliseconds."""
    longest = 0.0
    for _ in range(times):
        start = time.perf_counter()
        status, text = get(f"{url}/metrics")
        longest = max(longest, time.perf_counter() - start)
        expect(status == 200, f"{url}/metrics: {status}")
    return text, longest * 1000


def draw(prometheus: Prometheus, file: pathlib.Path, start: float, end: float) -> None:
    """The dashboard, from this run's data."""
    drawn = picture.draw(prometheus, json.loads(fill_in(DASHBOARD.read_text())), file, (start, end))
    say(f"drew {drawn} panels into {file}")


def check(arguments: argparse.Namespace) -> int:
    began = time.time()
    prometheus = Prometheus(arguments.prometheus)
    client = demo.Client(arguments.assay, f"ws://127.0.0.1:{arguments.port}")
    load = Load(client, arguments.dir)

    say("keys")
    keys = load.keys()
    with ThreadPoolExecutor() as pool:
        list(pool.map(load.register, (vk for _, vk, _ in keys), range(len(keys))))
    sender = len(keys)
    # Copies before what they are copies of: the chain looks at no second proof of a statement.
    before: list = []
    for number in range(WAVES):
        copies, genuine = load.wave(number, keys)
        calls = copies + before
        say(f"wave {number + 1} of {WAVES}: {len(calls)} proofs")
        load.send(calls, sender)
        sender += len(calls)
        before = genuine
    load.send(before, sender)
    proved = [served(service, load) for service in arguments.service]
    verdicts = load.verdicts
    total = sum(verdicts.values())
    say(f"the chain's verdicts: {dict(verdicts)}")
    expect(verdicts["accepted"] == WAVES * len(AIRS) + sum(proved), "genuine proofs were refused")
    for system, of_system in load.of_system.items():
        expect(len(of_system) >= 3, f"{system}: tampered copies all fell to one check")

    wait_for("the follower imports every proof", lambda: sum(
        counted(prometheus, "follower", "import").values()) >= total)
    # Two evaluations of the rules.
    time.sleep(11)

    say("metrics against verdicts")
    for instance, stage in (("author", "author"), ("follower", "import")):
        seen = counted(prometheus, instance, stage)
        expect(seen == dict(verdicts), f"{instance} counts {seen}")
        length = prometheus.query(
            f'sum(assay_proof_bytes_sum{{instance="{instance}",stage="{stage}"}})'
        )[0][1]
        expect(length == load.bytes, f"{instance} counts {length} bytes of {load.bytes}")
        blocks = prometheus.query(
            f'assay_block_proofs_sum{{instance="{instance}",stage="{stage}"}}'
        )[0][1]
        expect(blocks == total, f"{instance} counts {blocks} proofs in blocks")
    others = prometheus.query('sum(assay_verifications_total{stage=~"pool|rpc"})')[0][1]
    expect(others == 0, f"{others} verifications outside of blocks")
    # One author: it never executes what it wrote.
    again = prometheus.query('assay_block_seconds_count{instance="author",stage="import"}')[0][1]
    expect(again == 0, f"the author executed {again} blocks of its own again")

    say("panels")
    queries = 0
    for title, exprs in panels():
        for expr in exprs:
            answers(prometheus, title, fill_in(expr))
            queries += 1
    say(f"{queries} queries of the dashboard")
    say("rules")
    expressions = check_rules(prometheus)
    expressions += [fill_in(expr) for _, exprs in panels() for expr in exprs]
    known_metrics(prometheus, expressions)

    say("status")
    document = check_status(arguments.status, load, demo.Node(arguments.port))
    check_prover(document, proved[0])
    document = check_status(arguments.follower_status, load)
    expect(document["prover"] is None, f"a node that was told of no prover: {document['prover']}")

    for url in (arguments.metrics, arguments.follower_metrics):
        text, longest = scrape(url)
        say(f"{url}: {len(text) // 1024} KiB, the longest of 20 scrapes {longest:.1f} ms")
    documented(text + "".join(get(f"{url}/metrics")[1] for _, url, *_ in arguments.service))

    if arguments.picture:
        draw(prometheus, arguments.picture, began, time.time())
    say(f"{len(problems)} problems")
    return 1 if problems else 0


def bootnode(arguments: argparse.Namespace) -> int:
    """A local address of a node, for others to connect to."""
    node = demo.Node(arguments.port)
    address = next(a for a in node.call("system_localListenAddresses") if "/127.0.0.1/tcp/" in a)
    print(address)
    return 0


def empty_import(arguments: argparse.Namespace) -> int:
    """The mean time to import a block without proofs, in microseconds, of a node's first ten."""
    def value(text: str, name: str) -> float:
        return float(re.findall(rf'^{name}{{.*stage="import".*}} (.*)$', text, re.M)[0])

    text = ""

    def enough() -> bool:
        nonlocal text
        found = re.search(r"Prometheus exporter started at .*:(\d+)", arguments.log.read_text())
        if found:
            text = get(f"http://127.0.0.1:{found[1]}/metrics")[1]
        return bool(found) and value(text, "assay_block_seconds_count") >= 10

    wait_for("ten blocks are imported", enough, 120)
    if value(text, "assay_block_proofs_sum"):
        sys.exit("observability: the blocks are not empty")
    count = value(text, "assay_block_seconds_count")
    print(f"{value(text, 'assay_block_seconds_sum') / count * 1e6:.0f}")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("bootnode")
    command.add_argument("--port", required=True, type=int, help="the node's RPC port")
    command.set_defaults(run=bootnode)
    command = commands.add_parser("empty-import")
    command.add_argument("--log", required=True, type=pathlib.Path, help="the node's log")
    command.set_defaults(run=empty_import)
    command = commands.add_parser("check")
    command.add_argument("--assay", required=True, help="the client's binary")
    command.add_argument("--port", required=True, type=int, help="the author's RPC port")
    command.add_argument("--dir", required=True, type=pathlib.Path, help="folder for the files")
    for url in ("prometheus", "metrics", "status", "follower-metrics", "follower-status"):
        command.add_argument(f"--{url}", required=True, help="an URL")
    command.add_argument("--service", required=True, action="append", nargs=4,
                         metavar=("AIR", "URL", "FOLDER", "BLOCK"),
                         help="a proving service, and the block that it was killed at; the author "
                              "is told of the first")
    command.add_argument("--picture", type=pathlib.Path, help="where to draw the panels")
    command.set_defaults(run=check)
    arguments = parser.parse_args()
    return arguments.run(arguments)


if __name__ == "__main__":
    sys.exit(main())
