# SPDX-License-Identifier: Apache-2.0
"""What scripts/demo.sh does with the node that it started.

Exports AIRs of Plonky3 and STWO, registers their keys and those of Cairo programs, proves, submits
each proof and tampered copies of it, every one from an account of its own, waits for finality, asks
for the runs that Cairo's bootloader proved, and prints one table. Every verdict in it is the
chain's; the client's offline verifier must agree with it. The exit status is 1 if a verdict is not
the expected one.

Cairo's prover takes a quarter of an hour to build, so proofs of programs are the committed ones, by
upstream's unchanged prover (scripts/build/cairo.sh).
"""

import argparse
import hashlib
import json
import pathlib
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from scripts.workshop import ROOT
from scripts.workshop.common import Json, aligned

# AIR, log2 of the rows, hash of the Merkle trees and the transcript.
SAMPLES = [
    ("fibonacci", 14, "keccak"),
    ("poseidon2-air", 14, "poseidon2"),
    ("keccak-air", 10, "blake3"),
    ("consensus-quorum", 9, "poseidon2"),
    ("stwo-fibonacci", 14, "blake2s"),
    ("stwo-poseidon", 12, "blake2sm31"),
    ("stwo-range-check", 14, "blake2s"),
    ("stwo-consensus-quorum", 9, "blake2s"),
]

# Programs, and their committed keys and proofs.
CAIRO = [
    ("cairo-fibonacci", "fibonacci"),
    ("cairo-votes", "votes"),
    ("cairo-attendance", "attendance"),
    ("cairo-tally", "tally"),
    ("cairo-ledger", "ledger"),
    ("cairo-bootloader", "bootloader"),
]
# Its key is in the chain's genesis.
REGISTERED = {"cairo-bootloader"}
# Accounts of the development chain that have tokens (runtime/src/senders.rs).
SENDERS = 128
CAIRO_FOLDER = ROOT / "primitives/stwo/fixtures/cairo"

ACCEPTED = {"accepted"}
# A changed byte or value changes every challenge after it. Which check notices first depends on
# the place of the byte and on the challenges; that one of these does is what is asserted.
INVALID = {"grinding_invalid", "merkle_path_invalid", "low_degree_invalid", "constraints_invalid"}
# A proof of another shape does not even decode, or is longer than any that the key can have.
MALFORMED = {"proof_truncated", "proof_trailing_bytes", "proof_not_canonical", "proof_count"}
# A proof of a Cairo program begins with a claim about the program and its run.
CLAIM = {"claim_invalid"}
TOO_LONG = {"proof_too_long"}
# Refusals that only a chain has, before the pool: what the offline verifier says then is of no interest.
OF_THE_CHAIN = TOO_LONG | {"statement_exists"}

# How many different reasons each proof system's copies must meet at least, and how many of them from the argument
# itself: copies that all end at one check show nothing of the others.
LEAST_CLASSES, LEAST_OF_THE_ARGUMENT = 5, 2

# Orders of the fields.
BABY_BEAR = 2**31 - 2**27 + 1
M31 = 2**31 - 1
# Positions in the public values of consensus-quorum.
QUORUM_ROOT, VRF_ROOT, VOTED_WEIGHT = 1, 9, 18
# Position of the log2 of the rows in the bytes of a verifying key.
VK_DEGREE_BITS = 3
# Position in the bytes of a verifying key for Plonky3 of what follows its parameters: the preprocessed
# commitment, if any, and the program.
VK_PROGRAM = 13
# A program of one column x and one constraint, x - x.
NOTHING = bytes([1, 1, 0, 0, 0, 0, 0, 2, 1, 0, 11, 1, 1, 1, 1])
FORGED = ROOT / "primitives/plonky3/fixtures/hostile/evil_vk_v1.bin"


@dataclass
class Case:
    """One call to the chain and what the chain is expected to say to it."""

    what: str
    expected: set[str]
    vk: pathlib.Path
    proof: pathlib.Path | None = None
    public_values: pathlib.Path | None = None
    # What the client said when it wrote the key and the proof.
    key: Json = field(default_factory=dict)
    made: Json = field(default_factory=dict)
    status: int = -1
    answer: Json = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    verify_ms: float | None = None

    @property
    def verdict(self) -> str:
        return self.answer.get("verdict") or self.answer.get("class") or "no verdict"

    @property
    def files(self) -> tuple[pathlib.Path, pathlib.Path]:
        """Proof and public values, which only a registration lacks."""
        assert self.proof and self.public_values
        return self.proof, self.public_values

    @property
    def block(self) -> int | None:
        return self.answer.get("block_number")


class Client:
    """The command-line client."""

    def __init__(self, binary: str, url: str) -> None:
        self.binary, self.url = binary, url

    def run(self, *arguments: object) -> tuple[int, Json]:
        """Exit status and the JSON object that it printed."""
        command = [self.binary, "--json", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        try:
            return done.returncode, json.loads(done.stdout)
        except ValueError:
            return done.returncode, {"error": (done.stderr or done.stdout).strip()}

    def must(self, *arguments: object) -> Json:
        status, answer = self.run(*arguments)
        if status != 0:
            give_up(f"assay {' '.join(map(str, arguments))}: {answer}")
        return answer

    def send(self, case: Case, sender: int) -> None:
        """Registers the key of `case`, or submits its proof, as `sender`."""
        chain = ("--url", self.url, "--signer", f"//Sender//{sender % SENDERS}")
        if case.proof is None:
            done = self.run("register", "--no-check", "--vk", case.vk, *chain)
        else:
            # By hash, as the files of a key may be anywhere: what counts is what was registered. Unasked, so that
            # each refusal is the chain's.
            done = self.run(
                "submit", "--no-check", "--vk-hash", case.key["vk_hash"], "--proof", case.proof,
                "--public-values", case.public_values, *chain,
            )
        case.status, case.answer = done


class Node:
    """The node's JSON-RPC."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        # It is on this machine, so no proxy.
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def call(self, method: str, *params: object) -> Any:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        request = urllib.request.Request(
            self.url, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with self.opener.open(request, timeout=30) as answer:
            reply = json.load(answer)
        if "error" in reply:
            give_up(f"{method}: {reply['error']}")
        return reply["result"]

    def positions(self, block_hash: str) -> dict[str, int]:
        """Hash of each extrinsic in a block, with its place there."""
        extrinsics = self.call("chain_getBlock", block_hash)["block"]["extrinsics"]
        hashes = (hashlib.blake2b(bytes.fromhex(x[2:]), digest_size=32) for x in extrinsics)
        return {f"0x{h.hexdigest()}": place for place, h in enumerate(hashes)}


def give_up(message: str) -> NoReturn:
    sys.exit(f"demo: {message}")


def say(message: str) -> None:
    print(message, flush=True)


def encode_public_values(elements: list[int]) -> bytes:
    """SCALE: the version, the number of elements, four bytes each."""
    count = len(elements)
    if count >= 2**14:
        give_up(f"{count} public values are more than the demo expects")
    length = bytes([count << 2]) if count < 64 else (count << 2 | 1).to_bytes(2, "little")
    return b"\x01" + length + b"".join(e.to_bytes(4, "little") for e in elements)


def decode_public_values(data: bytes) -> list[int]:
    """The elements of public values in the form of `encode_public_values`."""
    start = 2 if data[1] & 3 == 0 else 3
    words = data[start:]
    elements = [int.from_bytes(words[i:i + 4], "little") for i in range(0, len(words), 4)]
    if encode_public_values(elements) != data:
        give_up("public values are encoded in an unknown way")
    return elements


class Workshop:
    """Makes keys, proofs and their tampered copies in a folder."""

    def __init__(self, client: Client, folder: pathlib.Path) -> None:
        self.client, self.folder = client, folder
        folder.mkdir(parents=True)

    def write(self, name: str, data: bytes) -> pathlib.Path:
        path = self.folder / name
        path.write_bytes(data)
        return path

    def export(self, air: str, name: str, *parameters: object) -> tuple[pathlib.Path, Json]:
        vk = self.folder / f"{name}.vk"
        return vk, self.client.must("export", air, "--out", vk, *parameters)

    def prove(self, air: str, vk: pathlib.Path, key: Json) -> Case:
        proof, values = vk.with_suffix(".proof"), vk.with_suffix(".pv")
        made = self.client.must(
            "prove", air, "--vk", vk, "--proof", proof, "--public-values", values
        )
        return Case("genuine", ACCEPTED, vk, proof, values, key, made)

    def cairo(self, air: str, name: str) -> Case:
        """A committed proof of a Cairo program, with its key."""
        parts = {}
        for part, suffix in (("vk", "vk"), ("proof", "proof"), ("public_values", "pv")):
            data = (CAIRO_FOLDER / f"{name}_{part}_v1.bin").read_bytes()
            parts[part] = self.write(f"{air}.{suffix}", data)
        # Programs run for as long as they do: there is no number of rows.
        key = self.client.must("inspect", parts["vk"]) | {"air": air, "rows": None}
        made = {"elements": decode_public_values(parts["public_values"].read_bytes())}
        return Case(
            "genuine", ACCEPTED, parts["vk"], parts["proof"], parts["public_values"], key, made
        )

    def tampered(self, genuine: Case, other: Case) -> Iterator[Case]:
        """Copies of a genuine case, each with one thing changed; `other` is another key's."""
        proof_file, values_file = genuine.files
        name, proof = genuine.vk.stem, proof_file.read_bytes()

        def with_proof(what: str, expected: set[str], data: bytes) -> Case:
            path = self.write(f"{name}.{what.replace(' ', '-')}.proof", data)
            return Case(what, expected, genuine.vk, path, genuine.public_values, genuine.key)

        def with_values(what: str, expected: set[str], elements: list[int]) -> Case:
            path = self.write(f"{name}.{what.replace(' ', '-')}.pv", encode_public_values(elements))
            return Case(what, expected, genuine.vk, genuine.proof, path, genuine.key)

        def flipped(place: int) -> bytes:
            return proof[:place] + bytes([proof[place] ^ 1]) + proof[place + 1:]

        is_cairo = genuine.key["rows"] is None
        first = INVALID | MALFORMED | CLAIM if is_cairo else INVALID
        yield with_proof("first byte flipped", first, flipped(0))
        # Everything in a proof is a multiple of four bytes long: the lowest byte of an element.
        yield with_proof("middle byte flipped", INVALID, flipped(len(proof) // 8 * 4))
        yield with_proof("last byte cut off", {"proof_truncated"}, proof[:-1])
        yield with_proof("one byte appended", {"proof_trailing_bytes"}, proof + b"\0")
        yield with_proof(
            "another key's proof", MALFORMED | INVALID | TOO_LONG | (CLAIM if is_cairo else set()),
            other.files[0].read_bytes(),
        )

        order = {"stwo": M31, "cairo": 1 << 32}.get(genuine.key["system"], BABY_BEAR)
        elements = genuine.made["elements"]
        if encode_public_values(elements) != values_file.read_bytes():
            give_up(f"{values_file}: public values are encoded in an unknown way")

        def changed(place: int, value: int | None = None) -> list[int]:
            copy = list(elements)
            copy[place] = (copy[place] + 1) % order if value is None else value
            return copy

        if genuine.key["air"].endswith("consensus-quorum"):
            yield with_values("quorum root changed", INVALID, changed(QUORUM_ROOT))
            yield with_values("VRF root changed", INVALID, changed(VRF_ROOT))
            yield with_values("voted weight changed", INVALID, changed(VOTED_WEIGHT))
        elif is_cairo:
            yield with_values("output changed", INVALID, changed(0))
            too_large = [2**32 - 1] * 8 + elements[8:]
            yield with_values("output too large", {"public_value_not_canonical"}, too_large)
        elif elements:
            yield with_values("public value changed", INVALID, changed(-1))
            yield with_values(
                "public value too large", {"public_value_not_canonical"}, changed(0, order)
            )
        yield with_values("one public value more", {"public_values_count"}, [*elements, 0])

    def bad_keys(self, air: str, vk: pathlib.Path, key: Json) -> Iterator[Case]:
        """Registrations that the chain must refuse."""
        good = vk.read_bytes()
        weak, weak_key = self.export(
            air, "weak", "--degree-bits", key["degree_bits"], "--queries", 8, "--allow-weak"
        )
        yield Case("key below the policy", {"security_too_low"}, weak, key=weak_key)
        cut = self.write("cut.vk", good[:-1])
        yield Case("key cut off", {"vk_malformed"}, cut, key=key | {"vk_bytes": len(good) - 1})
        huge = bytearray(good)
        huge[VK_DEGREE_BITS] = 60
        huge_key = key | {"rows": 2**60, "proven_bits": None, "conjectured_bits": None}
        path = self.write("huge.vk", huge)
        yield Case("key of 2^60 rows", {"unsupported_parameters"}, path, key=huge_key)
        # Its constraints hold on every row and test nothing off them.
        no_bits = {"proven_bits": None, "conjectured_bits": None}
        forged_key = key | no_bits | {"rows": 2**10, "vk_bytes": FORGED.stat().st_size}
        yield Case("key that was forged", {"degree_too_high"}, FORGED, key=forged_key)
        nothing = good[:VK_PROGRAM] + bytes([0, len(NOTHING) << 2]) + NOTHING
        path = self.write("nothing.vk", nothing)
        nothing_key = key | no_bits | {"vk_bytes": len(nothing)}
        yield Case("key that tests nothing", {"constrains_nothing"}, path, key=nothing_key)


def send_all(client: Client, cases: list[Case], first_sender: int) -> None:
    # Calls of one account wait for each other.
    assert len(cases) <= SENDERS, f"{len(cases)} calls at once, and {SENDERS} accounts"
    with ThreadPoolExecutor(max_workers=len(cases)) as pool:
        list(pool.map(client.send, cases, range(first_sender, first_sender + len(cases))))


def check(case: Case, client: Client) -> None:
    """Notes what is wrong with the chain's answer."""
    answer = case.answer
    if case.verdict not in case.expected:
        reason = answer.get("message") or answer.get("error")
        case.problems.append(f"expected {' or '.join(sorted(case.expected))}: {reason}")
        return
    if case.status != (0 if case.expected == ACCEPTED else 1):
        case.problems.append(f"exit status {case.status} of the client")
    if case.verdict in OF_THE_CHAIN:
        if case.block is not None or answer.get("in_pool") is not False:
            case.problems.append("not refused before the pool")
        return
    if not answer.get("finalised"):
        case.problems.append("not finalised")
    if not int(answer.get("fee") or 0) > 0:
        case.problems.append("no fee was kept")
    if case.proof is None:
        return
    _, offline = client.run(
        "verify", "--vk", case.vk, "--proof", case.proof, "--public-values", case.public_values
    )
    verdict = offline.get("verdict") or offline.get("class")
    if verdict != case.verdict:
        case.problems.append(f"the client's own verifier says {verdict}")


def check_statement(case: Case, client: Client) -> None:
    """An accepted proof's statement is in the finalised state, with the key it was proven for."""
    status, seen = client.run(
        "watch", "--statement", case.answer.get("statement", ""), "--url", client.url,
        "--timeout", 60,
    )
    if status != 0 or seen.get("vk_hash") != case.key["vk_hash"]:
        case.problems.append(f"its statement is not on the chain: {seen}")


def check_runs(case: Case, client: Client) -> None:
    """The chain vouches for each run that a bootloader's proof has, and not if it had put out more."""
    _, values = case.files
    tasks = client.must("inspect", case.vk, "--public-values", values)["tasks"]
    if not tasks:
        case.problems.append("no program ran")

    def ask(task: Json, output: list[str], *arguments: object) -> tuple[int, Json]:
        numbers = ("--output", ",".join(output)) if output else ()
        run = ("--program", task["program"], *numbers, *arguments)
        return client.run("show", "run", *run, "--url", client.url)

    # A proof of several runs has a statement that is made of them all.
    among = ("--public-values", values) if len(tasks) > 1 else ()
    for task in tasks:
        status, seen = ask(task, task["output"], *among)
        if status != 0 or seen.get("vk_hash") != case.key["vk_hash"]:
            case.problems.append(f"the chain does not vouch for the run of {task['program']}: {seen}")
        status, seen = ask(task, [*task["output"], "0x0"])
        if status != 1 or seen.get("status") != "unknown":
            case.problems.append(f"the chain vouches for a run that did not happen: {seen}")


def measured(node: Node, cases: list[Case]) -> None:
    """Gives each case the time that the node took to verify it.

    The node's record has lengths and verdicts in the order of execution, so that is how calls and
    records are matched. Calls that did not reach the verifier have no record.
    """
    places = {}
    for block_hash in {c.answer["block_hash"] for c in cases if "block_hash" in c.answer}:
        places[block_hash] = node.positions(block_hash)

    def order(case: Case) -> tuple[int, int]:
        answer = case.answer
        return answer["block_number"], places[answer["block_hash"]][answer["extrinsic_hash"]]

    records: dict = {}
    for record in reversed(node.call("assay_recentVerifications", 256)):
        records.setdefault((record["bytes"], record["verdict"]), []).append(record["micros"])
    groups: dict = {}
    for case in sorted((c for c in cases if c.proof and "block_hash" in c.answer), key=order):
        groups.setdefault((case.files[0].stat().st_size, case.verdict), []).append(case)
    for what, group in groups.items():
        times = records.get(what, [])
        # Fewer or more records than calls could not be told apart: then no figure at all.
        if len(times) == len(group):
            for case, micros in zip(group, times):
                case.verify_ms = micros / 1000
    for case in cases:
        if case.expected == ACCEPTED and case.proof and case.verify_ms is None:
            case.problems.append("the node has no record of verifying it")


def variety(cases: list[Case]) -> tuple[list[str], list[str]]:
    """What the copies of each proof system were refused for; and what is wrong with that."""
    classes: dict[str, set[str]] = {}
    for case in cases:
        if case.proof and case.verdict not in ACCEPTED | {"no verdict"}:
            classes.setdefault(case.key["system"], set()).add(case.verdict)
    lines, problems = [], []
    for system, found in classes.items():
        of_the_argument = len(found & (INVALID | CLAIM))
        lines.append(f"{system}: {len(found)} reasons to refuse, {of_the_argument} of the argument")
        if len(found) < LEAST_CLASSES or of_the_argument < LEAST_OF_THE_ARGUMENT:
            problems.append(
                f"{system}: expected at least {LEAST_CLASSES} reasons to refuse and {LEAST_OF_THE_ARGUMENT} of the"
                f" argument, got {', '.join(sorted(found))}"
            )
    return lines, problems


def row(case: Case) -> list[str]:
    def number(value: float | None, digits: int = 0) -> str:
        return "-" if value is None else f"{value:.{digits}f}"

    key = case.key
    rows = "2^" + str(key["rows"].bit_length() - 1) if key["rows"] else "-"
    verdict = case.verdict if case.expected == ACCEPTED else f"refused: {case.verdict}"
    return [
        key["air"], case.what, rows, key["hash"].lower(),
        number(key.get("proven_bits")), number(key.get("conjectured_bits")),
        number(key["vk_bytes"]),
        number(case.proof.stat().st_size if case.proof else None),
        number(case.made.get("prove_ms"), 1), number(case.verify_ms, 3),
        number(case.block), verdict if not case.problems else f"WRONG: {case.verdict}",
    ]


def table(cases: list[Case]) -> None:
    head = [
        "AIR", "what", "rows", "hash", "proven", "conj.", "vk B", "proof B", "prove ms",
        "verify ms", "block", "verdict",
    ]
    lines = [head, *map(row, cases)]
    say("\n".join(aligned(lines, text={0, 1, 3, 11})))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assay", required=True, help="the client's binary")
    parser.add_argument("--port", required=True, type=int, help="the node's RPC port")
    parser.add_argument("--dir", required=True, type=pathlib.Path, help="folder for the files")
    arguments = parser.parse_args()

    node = Node(arguments.port)
    client = Client(arguments.assay, f"ws://127.0.0.1:{arguments.port}")
    workshop = Workshop(client, arguments.dir)

    say(f"demo: exporting {len(SAMPLES)} AIRs")
    keys = []
    for air, degree_bits, hash_name in SAMPLES:
        parameters = ("--degree-bits", degree_bits, "--hash", hash_name)
        keys.append((air, *workshop.export(air, air, *parameters)))
    # The same AIR and the same shape of proof under a key that differs in one parameter.
    air, degree_bits, hash_name = SAMPLES[0]
    twin, twin_key = workshop.export(
        air, "twin", "--degree-bits", degree_bits, "--hash", hash_name,
        "--queries", keys[0][2]["fri"]["num_queries"], "--grinding-query",
        keys[0][2]["fri"]["query_grinding_bits"] + 1,
    )

    programs = [workshop.cairo(*program) for program in CAIRO]
    keyed = [(vk, key) for _, vk, key in keys]
    keyed += [(case.vk, case.key) for case in programs if case.key["air"] not in REGISTERED]
    registrations = [Case("registration", ACCEPTED, vk, key=key) for vk, key in keyed]
    registrations.append(Case("registration, twin", ACCEPTED, twin, key=twin_key))
    bad = list(workshop.bad_keys(*keys[0]))
    registrations += bad
    say(f"demo: registering {len(registrations)} keys, {len(bad)} of them bad, until final")
    send_all(client, registrations, 0)

    genuine = []
    for air, vk, key in keys:
        say(f"demo: proving {air}, 2^{key['degree_bits']} rows")
        genuine.append(workshop.prove(air, vk, key))
    genuine += programs

    # Copies first: once a statement is recorded, the chain looks at no second proof of it.
    copies, cases = [], []
    for index, case in enumerate(genuine):
        tampered = list(workshop.tampered(case, genuine[index - 1]))
        copies += tampered
        cases += [case, *tampered]
    first = genuine[0]
    copies.append(
        Case("proof under a twin key", INVALID, twin, first.proof, first.public_values, twin_key)
    )
    again = replace(
        first, what="the same again", expected={"statement_exists"}, made={}, problems=[]
    )
    cases += [copies[-1], again]
    sender = len(registrations)
    for what, batch in (
        (f"{len(copies)} tampered copies", copies),
        (f"{len(genuine)} proofs", genuine),
        ("one of them again", [again]),
    ):
        say(f"demo: submitting {what}, until final")
        send_all(client, batch, sender)
        sender += len(batch)

    measured(node, cases)
    for case in registrations + cases:
        check(case, client)
    for case in genuine:
        check_statement(case, client)
        if case.key.get("bootloader"):
            check_runs(case, client)

    say("")
    table(registrations + cases)
    say("")
    wrong = [case for case in registrations + cases if case.problems]
    for case in wrong:
        say(f"demo: {case.key['air']}, {case.what}: {'; '.join(case.problems)}")
    lines, problems = variety(cases)
    for line in lines + problems:
        say(f"demo: {line}")
    right = len(registrations) + len(cases) - len(wrong)
    say(f"demo: {right} verdicts as expected, {len(wrong)} not")
    return 1 if wrong or problems else 0


if __name__ == "__main__":
    sys.exit(main())
