# SPDX-License-Identifier: Apache-2.0
"""Whether a summary of a network's run agrees with itself: its figures with each other and with the scenario that it
says was run. A figure that was changed by hand, or a harness that counts wrongly, shows here.

Each check yields reasons; the summary has the shape that scripts/workshop/simnet_shape.py asks for.
"""

import math
from collections import Counter
from collections.abc import Iterator

from scripts.workshop.common import Json, number

# What a proof, its public values, or a call that is there to keep others out may be refused for. Anything else has
# nothing to do with what was changed.
CLASSES = {
    "public_values_malformed", "public_values_count", "public_value_not_canonical", "proof_truncated",
    "proof_trailing_bytes", "proof_not_canonical", "proof_count", "grinding_invalid", "merkle_path_invalid",
    "low_degree_invalid", "constraints_invalid", "challenge_degenerate", "claim_invalid",
}
SPAM_CLASSES = {"dispatch_error", "vk_not_found"}
# Spam whose every call is to be refused.
REFUSED_SPAM = {"root_calls", "purges", "unknown_keys"}
# Bytes that ordinary calls may fill in a block, and the share that makes one full.
NORMAL_LENGTH, FULL = 6 * 1024 * 1024, 0.95
# Seconds of a slot where a summary does not name them: no network had another slot then.
SLOT_S = 6.0
# Figures are rounded to a thousandth.
ROUNDED = 0.001


def planned(load: Json) -> tuple[int, int]:
    """How many honest and how many tampered calls a load's rounds come to."""
    rounds, every = load["rounds"], load["tamper_every"]
    changed = rounds // every if every else 0
    honest, tampered = rounds - changed, changed * load["tampers"]
    if load.get("spam") in REFUSED_SPAM:
        return 0, honest + tampered
    return honest, tampered


def made_by_the_client(load: Json) -> int:
    """How many proofs of a load the client proved. Those of Cairo programs are committed."""
    if load["air"].startswith("cairo-"):
        return 0
    return 1 if load["one_statement"] else load["rounds"]


def late_nodes(summary: Json) -> set[str]:
    """Nodes that joined while the network ran: they have not seen everything."""
    faults = summary["config"]["scenario"]["fault"]
    return {fault.get("name") or fault.get("added") or "" for fault in faults if fault["kind"] in ("join", "rotate")}


def differ(what: str, got: object, wanted: object) -> str:
    return f"{what}: {got}, expected {wanted}"


def calls(summary: Json) -> Iterator[str]:
    """Counts with each other, with those of the loads, and with what the scenario sends."""
    counts, by_load = summary["counts"], summary["by_load"]
    loads = summary["config"]["scenario"]["load"]
    names = [load["name"] for load in loads]
    if sorted(by_load) != sorted(names):
        yield differ("by_load", sorted(by_load), f"the scenario's loads {sorted(names)}")
        return
    for name in ("submitted", "not_taken_by_a_pool", "final", "accepted"):
        total = sum(load[name] for load in by_load.values())
        if total != counts[name]:
            yield differ(f"the loads' {name}", total, f"counts.{name} {counts[name]}")
    if not counts["submitted"] >= counts["in_block"] >= (counts["final"] or 0):
        yield (f"submitted {counts['submitted']}, in_block {counts['in_block']}, final {counts['final']}: "
               "expected no rise")
    honest = tampered = sure_honest = sure_tampered = lost = 0
    for load in loads:
        own = by_load[load["name"]]
        fair, changed = planned(load)
        sent = own["submitted"] + own["not_taken_by_a_pool"]
        if (own["air"], own["hash"]) != (load["air"], load["hash"]):
            yield differ(f"{load['name']}: AIR and hash", (own["air"], own["hash"]), (load["air"], load["hash"]))
        if sent != fair + changed:
            yield differ(f"{load['name']}: calls", sent, f"{fair + changed}, as the scenario says")
        if own["final"] > own["submitted"]:
            yield differ(f"{load['name']}: final", own["final"], f"at most {own['submitted']} submitted")
        if own["accepted"] > own["final"]:
            yield differ(f"{load['name']}: accepted", own["accepted"], f"at most {own['final']} final")
        if own["accepted"] > fair + (counts["unexpected_accepts"] or 0):
            yield differ(f"{load['name']}: accepted", own["accepted"], f"at most its {fair} honest calls")
        if not own["final"] <= own["blocks_to_inclusion"]["n"] <= own["submitted"]:
            yield differ(f"{load['name']}: blocks to inclusion of", own["blocks_to_inclusion"]["n"],
                         f"{own['final']} final to {own['submitted']} submitted calls")
        if not load["flood"]:
            lost += sent - own["final"]
            sure_honest, sure_tampered = sure_honest + fair, sure_tampered + changed
        honest, tampered = honest + fair, tampered + changed
    if lost != counts["lost"]:
        yield differ("lost", counts["lost"], f"{lost}: calls that were sent, less those that are final")
    if not sure_tampered - lost <= counts["tampered"] <= tampered:
        yield differ("tampered", counts["tampered"], f"{sure_tampered - lost} to {tampered}, as the scenario says")
    fair = (counts["final"] or 0) - counts["tampered"]
    if not sure_honest - lost <= fair <= honest:
        yield differ("final and not tampered", fair, f"{sure_honest - lost} to {honest}, as the scenario says")


def verdicts(summary: Json) -> Iterator[str]:
    """Each final call has one verdict, and each unexpected one is told."""
    counts = summary["counts"]
    refused, by_tamper = Counter(counts["rejected_by_class"]), Counter[str]()
    unrelated = 0
    for name, found in summary["by_tamper"].items():
        by_tamper.update(found)
        fitting = SPAM_CLASSES if name == "spam" else CLASSES
        unrelated += sum(many for verdict, many in found.items() if verdict not in fitting | {"accepted"})
    final, accepted = counts["final"] or 0, counts["accepted"] or 0
    accepts, rejects, classes = (
        counts[name] or 0 for name in ("unexpected_accepts", "unexpected_rejects", "unexpected_classes")
    )
    if "accepted" in refused:
        yield "rejected_by_class has a class `accepted`"
    if accepted + refused.total() != final:
        yield differ("accepted and rejected", f"{accepted} and {refused.total()}", f"{final} final in sum")
    if by_tamper.total() != counts["tampered"]:
        yield differ("verdicts by tamper", by_tamper.total(), f"{counts['tampered']} tampered")
    if by_tamper["accepted"] != accepts:
        yield differ("unexpected_accepts", accepts, f"{by_tamper['accepted']}, as by_tamper says")
    if unrelated > classes:
        yield differ("unexpected_classes", classes,
                     f"at least {unrelated}: by_tamper has refusals that have nothing to do with a change")
    of_honest = {
        verdict: many - by_tamper[verdict] for verdict, many in refused.items() if many != by_tamper[verdict]
    }
    for verdict in set(by_tamper) - set(refused) - {"accepted"}:
        of_honest[verdict] = -by_tamper[verdict]
    if any(many < 0 for many in of_honest.values()):
        yield f"by_tamper has more refusals than rejected_by_class: {of_honest}"
    elif sum(of_honest.values()) > rejects:
        yield differ("unexpected_rejects", rejects, f"at least {sum(of_honest.values())}: {of_honest}")
    told = Counter(
        "unexpected_rejects" if surprise.get("tamper") is None
        else "unexpected_accepts" if surprise["verdict"] == "accepted" else "unexpected_classes"
        for surprise in summary["surprises"]
    )
    for name, many in (("unexpected_accepts", accepts), ("unexpected_rejects", rejects),
                       ("unexpected_classes", classes)):
        if told[name] != many:
            yield differ(name, many, f"{told[name]}, as surprises says")


def systems(summary: Json) -> Iterator[str]:
    """The proof systems' counts, where a summary has them."""
    by_system = summary.get("by_system")
    if by_system is None:
        return
    counts = summary["counts"]
    for name in ("final", "accepted", "tampered"):
        total = sum(own[name] for own in by_system.values())
        if total != counts[name]:
            yield differ(f"the proof systems' {name}", total, f"counts.{name} {counts[name]}")
    refused = Counter[str]()
    for system, own in by_system.items():
        refused.update(own["rejected_by_class"])
        if own["accepted"] + sum(own["rejected_by_class"].values()) != own["final"]:
            yield differ(f"{system}: accepted and rejected", own["accepted"], f"{own['final']} final in sum")
        final = sum(load["final"] for load in summary["by_load"].values() if load.get("system") == system)
        if final != own["final"]:
            yield differ(f"{system}: final", own["final"], f"{final}, as its loads say")
    if refused != Counter(counts["rejected_by_class"]):
        yield differ("the proof systems' refusals", dict(refused), counts["rejected_by_class"])


def latencies(summary: Json) -> Iterator[str]:
    """Times of as many calls and proofs as there were."""
    latency, loads = summary["latency_ms"], summary["config"]["scenario"]["load"]
    proved = sum(map(made_by_the_client, loads))
    if latency["prove"]["n"] != proved:
        yield differ("proving times", latency["prove"]["n"], f"{proved}, as the scenario says")
    by_load = summary["by_load"]
    final = sum(by_load[load["name"]]["final"] for load in loads if not load["flood"] and load["name"] in by_load)
    if latency["finality"]["n"] != final:
        yield differ("times to finality", latency["finality"]["n"], f"{final} final calls")
    if not final <= latency["inclusion"]["n"] <= summary["counts"]["in_block"]:
        yield differ("times to inclusion", latency["inclusion"]["n"],
                     f"{final} to {summary['counts']['in_block']} calls")
    if latency["inclusion"]["n"] == final > 0:
        for name in ("p50", "p95", "p99", "max"):
            if latency["finality"][name] < latency["inclusion"][name]:
                yield differ(f"time to finality, {name}", latency["finality"][name],
                             f"at least that to inclusion, {latency['inclusion'][name]}")


def chain(summary: Json) -> Iterator[str]:
    """Heights and state roots, and the nodes they are of."""
    found, nodes = summary["chain"], summary["nodes"]
    names = sorted(nodes)
    if names != sorted(summary["config"]["nodes"]) or not names:
        yield differ("nodes", names, f"those of config, {summary['config']['nodes']}")
        return
    best, final = max(node["best"] for node in nodes.values()), max(node["final"] for node in nodes.values())
    if found["best"] != best:
        yield differ("chain.best", found["best"], f"{best}, the best of any node")
    if not found["final"] <= final <= best:
        yield f"final blocks {found['final']}, of nodes {final}, best {best}: expected no fall"
    for name, node in nodes.items():
        if node["final"] > node["best"]:
            yield differ(f"{name}: final", node["final"], f"at most its best, {node['best']}")
        if node["verify_accepted_ms"]["n"] > node["verify_ms"]["n"]:
            yield differ(f"{name}: verifications", node["verify_ms"]["n"], "at least the accepted ones")
        if node["verify_ms"]["n"] == 0 and name not in late_nodes(summary):
            yield f"{name}: no verification was measured"
    measured = {node["memory_mib_max"] is None for node in nodes.values()}
    if len(measured) > 1:
        yield "memory_mib_max: measured at some nodes only"
    compared = found["heights_compared"] or 0
    # A node may make one more block final, or a few fast ones, while the nodes are compared.
    most = min(found["final"], *(node["final"] for node in nodes.values()))
    if not 0.98 * most - 1 <= compared <= most:
        yield differ("heights_compared", compared, f"about all of {most} final ones")
    behind = max(node["best"] - node["final"] for node in nodes.values())
    if found["finality_lag_blocks"] < behind - 1:
        yield differ("finality_lag_blocks", found["finality_lag_blocks"], f"at least about {behind}, as at the end")
    if sorted(found["state_roots"]) != names:
        yield differ("state_roots of", sorted(found["state_roots"]), f"every node, {names}")
    elif len(set(found["state_roots"].values())) > 1 and not found["state_mismatches"]:
        yield "state_roots differ, and state_mismatches is 0"
    if found["reorganisations"] != sum(node["reorganisations"] for node in nodes.values()):
        yield differ("reorganisations", found["reorganisations"], "the sum of the nodes'")
    # A node that saw the whole run verified every proof that was accepted.
    accepted = sum(
        own["accepted"] for load in summary["config"]["scenario"]["load"]
        if not load.get("spam") and (own := summary["by_load"].get(load["name"]))
    )
    whole = [node for name, node in nodes.items() if node["restarts"] == 0 and name not in late_nodes(summary)]
    seen = max((node["verify_accepted_ms"]["n"] + node["verifications_not_seen"] for node in whole), default=accepted)
    if seen < accepted:
        yield differ("proofs that a node verified and accepted", seen, f"at least {accepted}")


def throughput(summary: Json) -> Iterator[str]:
    """Proofs a second, blocks and slots."""
    found, final = summary["throughput"], summary["counts"]["final"] or 0
    blocks, most = found["blocks_with_proofs"], found["most_proofs_in_a_block"] or 0
    full = (found["blocks_full_by_length"], found["blocks_full_by_weight"])
    slot = summary["chain"].get("slot_s", SLOT_S)
    if (final > 0) != (blocks > 0) or not slot > 0:
        yield differ("blocks with proofs", blocks, f"some for {final} final calls, in slots of {slot} s")
        return
    if blocks == 0:
        return
    # Of blocks that hold `final` in all, the fullest holds at least the mean.
    if not math.ceil(final / blocks) <= most <= final - blocks + 1:
        yield differ("most_proofs_in_a_block", most, f"possible with {final} proofs in {blocks} blocks")
    if blocks > summary["chain"]["final"]:
        yield differ("blocks with proofs", blocks, f"at most {summary['chain']['final']} final ones")
    slots = found["seconds"] / slot
    most_slots = summary["chain"]["final"] + summary["chain"]["missed_slots"]
    if not math.isclose(slots, round(slots), abs_tol=ROUNDED) or not blocks <= round(slots) <= most_slots:
        yield differ("seconds with proofs", found["seconds"],
                     f"{blocks} to {most_slots} slots of {number(slot)} s: blocks, and missed slots between them")
        return
    if found["seconds"] > summary["seconds"] + slot:
        yield differ("seconds with proofs", found["seconds"], f"at most the run's {summary['seconds']}")
    rate = final / found["seconds"]
    if abs(found["proofs_per_s"] - rate) > ROUNDED:
        yield differ("proofs_per_s", found["proofs_per_s"], f"{rate:.3f}: {final} in {found['seconds']} s")
    if max(full) > blocks:
        yield differ("full blocks", max(full), f"at most {blocks} with proofs")
    if found["bytes_per_s"] * found["seconds"] < full[0] * FULL * NORMAL_LENGTH:
        yield differ("bytes_per_s", found["bytes_per_s"], f"enough to fill {full[0]} blocks")
    bound = "load" if full == (0, 0) else "length" if full[0] >= full[1] else "weight"
    if found["bound"] != bound:
        yield differ("bound", found["bound"], bound)


def faults(summary: Json) -> Iterator[str]:
    """Every fault of the scenario happened, to its nodes and for its time; and the clock fits the loads."""
    wanted: list[tuple[str, tuple[str, ...]]] = []
    killed: set[str] = set()
    least: dict[str, float] = {}
    for fault in summary["config"]["scenario"]["fault"]:
        kind, nodes = fault["kind"], tuple(fault.get("nodes", ()))
        if kind == "kill":
            killed |= set(nodes)
            wanted += [("kill", ())] * fault.get("times", 0)
        elif kind == "partition":
            groups = fault.get("groups", [])
            paused = any(done["kind"] == "partition by pause" for done in summary["faults"])
            wanted.append(("partition by pause", tuple(groups[-1])) if paused
                          else ("partition", tuple(node for group in groups for node in group)))
        elif kind == "join":
            wanted.append((f"join ({fault.get('sync')})", (fault.get("name", ""),)))
        elif kind == "upgrade":
            wanted.append(("upgrade", tuple(fault.get("old", ()))))
        elif kind == "rotate":
            wanted.append(("rotate", tuple(fault.get(name, "") for name in ("rekeyed", "removed", "added"))))
        else:
            wanted.append((kind, nodes))
        for name in ("pause", "partition", "partition by pause"):
            if name.startswith(kind):
                least[name] = min(least.get(name, math.inf), fault.get("for_s", 0.0))
    happened, again = [], 0
    for done in summary["faults"]:
        kind, nodes = done["kind"], tuple(done["nodes"])
        if done["healed_s"] < done["at_s"] or done["healed_s"] - done["at_s"] < least.get(kind, 0.0) - 0.1:
            yield differ(f"{kind} of {', '.join(nodes)}: seconds", done["healed_s"] - done["at_s"],
                         f"at least {least.get(kind, 0.0)}")
        if kind == "kill":
            again += 1
            if set(nodes) - killed or len(nodes) != 1:
                yield differ("a kill of", nodes, f"one of {sorted(killed)}")
            nodes = ()
        if kind == "upgrade":
            again += len(nodes)
        for name in ("upgrade", "rotate"):
            if (kind == name) != (done.get(name) is not None):
                yield f"{kind}: expected the report of {'its' if kind == name else 'no'} {name}"
        happened.append((kind, nodes))
    if sorted(happened) != sorted(wanted):
        yield differ("faults", sorted(happened), f"those of the scenario, {sorted(wanted)}")
    restarts = sum(node["restarts"] for node in summary["nodes"].values())
    if restarts != again:
        yield differ("restarts of nodes", restarts, f"{again}, as faults says")

    if summary["load_start_s"] + summary["load_seconds"] > summary["seconds"] + ROUNDED * 2:
        yield differ("seconds", summary["seconds"],
                     f"at least the load's {summary['load_start_s'] + summary['load_seconds']}")
    for load in summary["config"]["scenario"]["load"]:
        if load["rate"] and load["rounds"] and not load["after_upgrade"]:
            paced = load["start_s"] + (load["rounds"] - 1) / load["rate"]
            if summary["load_seconds"] < paced - 0.1:
                yield differ("load_seconds", summary["load_seconds"], f"at least {paced:.1f} of {load['name']}")


def disagreements(summary: Json) -> list[str]:
    """Why a summary can't be what a run left; empty if it can."""
    reasons: list[str] = []
    for check in (calls, verdicts, systems, latencies, chain, throughput, faults):
        reasons += (f"disagrees with itself: {reason}" for reason in check(summary))
    return reasons
