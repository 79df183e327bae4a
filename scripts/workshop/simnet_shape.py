# SPDX-License-Identifier: Apache-2.0
"""What summary.json of a network's run looks like: reads one strictly, before anything is judged.

A figure of another type, a negative one, NaN, or a name that is there twice makes a file no summary: a reader that
takes such a file would take a wrong verdict from it.
"""

import json
import math
import pathlib
from collections.abc import Callable
from typing import Any

from scripts.workshop.common import Json

# The version of summary.json that this reads.
SCHEMA = 1

# Checks a value, given the place that it is at.
Shape = Callable[[Any, str], None]


class NotASummary(Exception):
    """The file is broken, empty or from another time."""


def expected(what: str, got: Any, at: str) -> NotASummary:
    return NotASummary(f"{at}: expected {what}, got {json.dumps(got)[:60]}")


def is_number(value: object) -> bool:
    """A finite number. To Python a truth value is one too, and is none here."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or isinstance(value, float) and math.isfinite(value)


def count(value: Any, at: str) -> None:
    if not is_number(value) or not isinstance(value, int) or value < 0:
        raise expected("a count", value, at)


def amount(value: Any, at: str) -> None:
    if not is_number(value) or value < 0:
        raise expected("a number that is not negative", value, at)


def text(value: Any, at: str) -> None:
    if not isinstance(value, str) or not value:
        raise expected("a text", value, at)


def truth(value: Any, at: str) -> None:
    if not isinstance(value, bool):
        raise expected("true or false", value, at)


def maybe(shape: Shape) -> Shape:
    """`null` where nothing was measured."""

    def check(value: Any, at: str) -> None:
        if value is not None:
            shape(value, at)

    return check


def each(shape: Shape) -> Shape:
    """An object of any names."""

    def check(value: Any, at: str) -> None:
        if not isinstance(value, dict):
            raise expected("an object", value, at)
        for name, item in value.items():
            shape(item, f"{at}.{name}")

    return check


def every(shape: Shape) -> Shape:
    """A list."""

    def check(value: Any, at: str) -> None:
        if not isinstance(value, list):
            raise expected("a list", value, at)
        for place, item in enumerate(value):
            shape(item, f"{at}[{place}]")

    return check


def record(optional: dict[str, Shape] | None = None, /, **fields: Shape) -> Shape:
    """An object with these names; others are another version's addition."""

    def check(value: Any, at: str) -> None:
        if not isinstance(value, dict):
            raise expected("an object", value, at)
        for name, shape in fields.items():
            if name not in value:
                raise NotASummary(f"no {at}.{name}" if at else f"no {name}")
            shape(value[name], f"{at}.{name}" if at else name)
        for name, shape in (optional or {}).items():
            if name in value:
                shape(value[name], f"{at}.{name}")

    return check


def quantiles(value: Any, at: str) -> None:
    """Number and percentiles: all of them or, of nothing, none; in order."""
    names = ("p50", "p95", "p99", "max")
    record(n=count, **{name: maybe(amount) for name in names})(value, at)
    found = [value[name] for name in names]
    if value["n"] == 0 and any(figure is not None for figure in found):
        raise expected("no percentiles of nothing", found, at)
    if value["n"] > 0 and None in found:
        raise expected(f"percentiles of {value['n']} samples", found, at)
    if value["n"] > 0 and found != sorted(found):
        raise expected("percentiles in order", found, at)


# The loads that a scenario sends, as far as the checks need them.
LOAD = record(
    {"spam": maybe(text)},
    name=text, air=text, hash=text, rounds=count, rate=maybe(amount), tamper_every=count, tampers=count,
    one_statement=truth, start_s=amount, flood=truth, after_upgrade=truth,
)
FAULT = record(
    {
        "nodes": every(text), "groups": every(every(text)), "old": every(text), "times": count, "for_s": amount,
        "at_s": amount, "name": text, "sync": text, "added": text, "removed": text, "rekeyed": text,
    },
    kind=text,
)
UPGRADE = record(
    block=count, taken_by_old_nodes=count, old_nodes_stopped_at_it=count, old_nodes_ended_in_order=count,
    final_past_it=count,
)
ROTATE = record(
    block=count, final_past_it=count, blocks_by_new_keys=count, blocks_by_added=count, blocks_by_gone=count,
    sets_followed=count,
)
NODE = record(
    best=count, final=count, restarts=count, reorganisations=count, verify_ms=quantiles,
    verify_accepted_ms=quantiles, verifications_not_seen=count, memory_mib_max=maybe(amount),
)
# `null` where `maybe` allows it was not measured: the analyser fails a run that has a limit on it.
SUMMARY = record(
    {
        "by_system": each(record(
            final=count, accepted=count, tampered=count, rejected_by_class=each(count),
        )),
    },
    scenario=text,
    seconds=amount, load_start_s=amount, load_seconds=amount,
    config=record(
        scenario=record(
            network=text, load=every(LOAD), fault=every(FAULT), thresholds=each(amount),
        ),
        seed=count, short=truth, rounds=maybe(count), nodes=every(text),
    ),
    counts=record(
        submitted=count, not_taken_by_a_pool=count, in_block=count, final=maybe(count), accepted=maybe(count),
        tampered=count, rejected_by_class=each(count), unexpected_accepts=maybe(count),
        unexpected_rejects=maybe(count), unexpected_classes=maybe(count), lost=maybe(count),
    ),
    surprises=every(record({"tamper": maybe(text), "call": text}, verdict=text)),
    by_tamper=each(each(count)),
    by_load=each(record(
        {"system": text},
        air=text, hash=text, submitted=count, not_taken_by_a_pool=count, final=count, accepted=count,
        blocks_to_inclusion=quantiles,
    )),
    throughput=record(
        seconds=amount, proofs_per_s=amount, bytes_per_s=amount, blocks_with_proofs=count,
        most_proofs_in_a_block=maybe(count), blocks_full_by_length=count, blocks_full_by_weight=count, bound=text,
    ),
    latency_ms=record(prove=quantiles, inclusion=quantiles, finality=quantiles, propagation=quantiles),
    chain=record(
        {"slot_s": amount},
        best=count, final=count, missed_slots=count, reorganisations=count,
        finality_lag_blocks=count, heights_compared=maybe(count), state_mismatches=maybe(count),
        state_roots=each(text),
    ),
    faults=every(record(
        {"upgrade": maybe(UPGRADE), "rotate": maybe(ROTATE)},
        kind=text, nodes=every(text), at_s=amount, healed_s=amount, back_in_step_s=maybe(amount),
        finality_back_s=maybe(amount),
    )),
    nodes=each(NODE),
)


def once(pairs: list[tuple[str, Any]]) -> Json:
    """An object in which each name is there once: of two, readers take one or the other."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)} is there twice")
    return found


def constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def read(file: str) -> Any:
    """JSON, or why the file is none."""
    try:
        content = pathlib.Path(file).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise NotASummary(f"{file}: {error}") from None
    if not content.strip():
        raise NotASummary(f"{file}: empty")
    try:
        return json.loads(content, object_pairs_hook=once, parse_constant=constant)
    except (ValueError, RecursionError) as error:
        raise NotASummary(f"{file}: no JSON: {error}") from None


def load(file: str) -> Json:
    """A summary, or why the file is none."""
    summary = read(file)
    schema = summary.get("schema") if isinstance(summary, dict) else None
    if not isinstance(schema, int) or isinstance(schema, bool):
        raise NotASummary(f"{file}: names no schema")
    if schema != SCHEMA:
        age = "newer" if schema > SCHEMA else "older"
        raise NotASummary(f"{file}: schema {schema} is {age} than {SCHEMA}, which this reads")
    try:
        SUMMARY(summary, "")
    except NotASummary as error:
        raise NotASummary(f"{file}: {error}") from None
    return summary
