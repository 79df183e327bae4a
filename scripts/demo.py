#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What scripts/demo.sh does with the node that it started.

Exports four AIRs, registers their keys, proves, submits each proof and tampered copies of it from
accounts of their own, waits for finality and prints one table. Every verdict comes from the chain.
The exit status is 1 if one of them is not the expected one.
"""

import argparse
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import urllib.request
from dataclasses import dataclass, field

# AIR, log2 of the rows, hash of the Merkle trees and the transcript.
SAMPLES = [
    ("fibonacci", 14, "keccak"),
    ("poseidon2-air", 14, "poseidon2"),
    ("keccak-air", 10, "blake3"),
    ("consensus-quorum", 9, "poseidon2"),
]

ACCEPTED = "accepted"
# A changed byte or value changes every challenge after it. Which check notices first depends on
# where the byte is and on the proof's challenges; that one of these does is what is asserted.
INVALID = {"grinding_invalid", "merkle_path_invalid", "low_degree_invalid", "constraints_invalid"}
# A proof of another shape is refused while its bytes are read.
MALFORMED = {"proof_truncated", "proof_trailing_bytes", "proof_not_canonical", "proof_count"}

# Positions in the public values of consensus-quorum.
QUORUM_ROOT, VRF_ROOT, VOTED_WEIGHT = 1, 9, 18


@dataclass
class Key:
    """A sample with its verifying key and its one genuine proof."""

    air: str
    log_rows: int
    hash: str
    vk: pathlib.Path
    public_values: pathlib.Path
    proof: pathlib.Path
    info: dict = field(default_factory=dict)
    prove_ms: float = 0.0


@dataclass
class Case:
    """One proof to submit, and what the chain is expected to say."""

    key: Key
    what: str
    public_values: pathlib.Path
    proof: pathlib.Path
    expected: set
    result: dict = field(default_factory=dict)

    @property
    def verdict(self):
        return self.result.get("verdict", "no answer")


class Client:
    """The command-line client, always with `--json`."""

    def __init__(self, binary, url):
        self.binary, self.url = binary, url

    def run(self, *arguments):
        command = [self.binary, "--json", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        try:
            return done.returncode, json.loads(done.stdout)
        except ValueError:
            return done.returncode, {"error": done.stderr.strip() or done.stdout.strip()}

    def must(self, *arguments):
        status, answer = self.run(*arguments)
        if status != 0:
            sys.exit(f"demo: assay {' '.join(map(str, arguments))}: {answer}")
        return answer

    def chain(self, command, *arguments):
        return self.run(command, "--url", self.url, *arguments)


def rpc(port, method, *params):
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}", body, {"Content-Type": "application/json"}
    )
    # The node is on this machine: no proxy.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=30) as answer:
        reply = json.load(answer)
    if "error" in reply:
        sys.exit(f"demo: {method}: {reply['error']}")
    return reply["result"]
