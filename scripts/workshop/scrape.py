# SPDX-License-Identifier: Apache-2.0
"""What scripts/measure/scrape.sh does with the two nodes that it started.

Fills a block with proofs in each of several waves, and scrapes both nodes' metrics and status during
every other wave. Writes CSV: one row for each scrape, and one for each wave with what the nodes spent
on their blocks. Prints both summed up.
"""

import argparse
import csv
import json
import pathlib
import re
import statistics
import threading
import time

from scripts.workshop.common import Json, quantile
from scripts.workshop.full_blocks import run
from scripts.workshop.observability import get, wait_for

AIR, DEGREE_BITS, HASH = "fibonacci", 14, "blake3"
# Proofs of a wave: a little more than fit into a block.
PROOFS, WAVES = 90, 6
PAUSE_S = 0.02

# Kind, wave, whether the wave was scraped, node, what, milliseconds.
Row = tuple[str, int, str, str, str, str]


def port(log: pathlib.Path, said: str) -> str:
    found: list[str] = []

    def look() -> list[str]:
        found[:] = re.findall(rf"{said}[^ ]*127\.0\.0\.1:(\d+)", log.read_text())
        return found

    wait_for(f"'{said}' in {log}", look)
    return found[0]


def block_seconds(metrics: str, stage: str) -> list[float]:
    """Sum and number of the blocks that a node executed in a stage."""
    text = get(metrics)[1]
    return [
        float(re.findall(rf'^assay_block_seconds_{what}{{.*stage="{stage}".*}} (.*)$', text, re.M)[0])
        for what in ("sum", "count")
    ]


def proofs_imported(metrics: str) -> float:
    return float(re.findall(r'^assay_block_proofs_sum{.*stage="import".*} (.*)$', get(metrics)[1], re.M)[0])


def scrape(name: str, url: str, stop: threading.Event, rows: list[Row], wave: int) -> None:
    while not stop.is_set():
        start = time.monotonic()
        status, body = get(url)
        rows.append(("scrape", wave, "yes", name, url.rsplit("/", 1)[1],
                     f"{(time.monotonic() - start) * 1000:.2f}"))
        if status != 200 or not body:
            raise SystemExit(f"scrape: {url}: {status}")
        time.sleep(PAUSE_S)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", required=True, type=pathlib.Path, help="folder of the binaries")
    parser.add_argument("--port", required=True, type=int, help="the author's RPC port")
    parser.add_argument("--dir", required=True, type=pathlib.Path, help="folder for the files")
    parser.add_argument("--log", required=True, action="append", help="NAME=FILE, the author first")
    parser.add_argument("--out", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    assay, filler = arguments.bin / "assay", arguments.bin / "examples" / "fill_blocks"
    rpc = f"ws://127.0.0.1:{arguments.port}"
    logs = dict(pair.split("=", 1) for pair in arguments.log)
    metrics, pages = {}, []
    for name, log in logs.items():
        log = pathlib.Path(log)
        metrics[name] = f"http://127.0.0.1:{port(log, 'Prometheus exporter started at ')}/metrics"
        pages.append((name, metrics[name]))
        pages.append((name, f"http://127.0.0.1:{port(log, 'Status at http://')}/status/node"))

    folders = []
    key: Json = {}
    for wave in range(WAVES):
        folder = arguments.dir / str(wave)
        folder.mkdir(parents=True)
        if not key:
            key = json.loads(run(assay, "--json", "export", AIR, "--degree-bits", DEGREE_BITS,
                                 "--hash", HASH, "--out", folder / "key.vk"))
            run(filler, rpc, "register", folder)
        for proof in range(PROOFS):
            run(assay, "prove", AIR, "--vk", arguments.dir / "0" / "key.vk",
                "--seed", 1 + wave * PROOFS + proof, "--proof", folder / f"{proof:03}.proof",
                "--public-values", folder / f"{proof:03}.public-values")
        folders.append(folder)

    rows: list[Row] = []
    full = []
    for wave, folder in enumerate(folders):
        scraped = wave % 2 == 1
        before = {name: block_seconds(url, stage)
                  for (name, url), stage in zip(metrics.items(), ("author", "import"))}
        stop, threads = threading.Event(), []
        if scraped:
            for name, url in pages:
                thread = threading.Thread(target=scrape, args=(name, url, stop, rows, wave))
                thread.start()
                threads.append(thread)
        blocks = [json.loads(line)
                  for line in run(filler, rpc, "submit", key["vk_hash"], folder).splitlines()]
        wait_for("the follower imports the wave",
                 lambda: proofs_imported(metrics["follower"]) >= (wave + 1) * PROOFS)
        stop.set()
        for thread in threads:
            thread.join()
        full.append(max(block["bytes"] for block in blocks))
        for (name, url), stage in zip(metrics.items(), ("author", "import")):
            total = block_seconds(url, stage)[0] - before[name][0]
            rows.append(("blocks", wave, "yes" if scraped else "no", name, stage, f"{total * 1000:.1f}"))

    with open(arguments.out, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["kind", "wave", "scraped", "node", "what", "ms"])
        writer.writerows(rows)
    print(f"largest block of each wave: {', '.join(f'{size / 1e6:.2f}' for size in full)} MB")
    for name, url in pages:
        what = url.rsplit("/", 1)[1]
        times = [float(row[5]) for row in rows if row[:1] + row[3:5] == ("scrape", name, what)]
        print(f"{name} {what}: {len(times)} scrapes, median {statistics.median(times):.1f} ms, "
              f"p99 {quantile(times, 0.99):.1f} ms, most {max(times):.1f} ms")
    for name in metrics:
        for whether in ("no", "yes"):
            times = [float(row[5]) for row in rows if row[0] == "blocks" and row[2:4] == (whether, name)]
            print(f"{name}, scraped {whether}: blocks of a wave took {statistics.median(times):.0f} ms "
                  f"({', '.join(f'{value:.0f}' for value in times)})")


if __name__ == "__main__":
    main()
