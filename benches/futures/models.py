#!/usr/bin/env python3
"""Writes what nobody knows yet as overlays for models/frontier-lab.yaml, the same every time.

`models.py FOLDER` writes 3.yaml, 9.yaml, 27.yaml and 100.yaml, named by their number of futures: independent factors
that become known one after the other, so that the tree has a stage for each.

    3: demand, three outcomes           9: and when racks are delivered, three
    27: and the price of rent, three    100: the same with 4, 5 and 5 outcomes

    polysource solve models/frontier-lab.yaml --overlay FOLDER/9.yaml
"""

import itertools
import math
import sys
from pathlib import Path

COUNTS = (3, 9, 27, 100)
# Quarters before its start in which a reservation is decided.
NOTICE = 1

# Outcomes with their weights out of a hundred, and what they multiply; None: as written.
DEMAND = {
    3: {"slow": (30, 0.7), "base": (40, None), "fast": (30, 1.25)},
    4: {"slump": (15, 0.7), "slow": (25, 0.85), "base": (40, None), "fast": (20, 1.25)},
}
RENT = {
    3: {"cheap": (25, 0.75), "base": (50, None), "dear": (25, 1.2)},
    5: {"glut": (10, 0.75), "cheap": (20, 0.85), "base": (40, None), "dear": (20, 1.1), "scarce": (10, 1.2)},
}
# Chips that the own campus has from each quarter on: 40k before it is known how many more come, and never fewer. As
# written, 100k from 2028-Q2 on and 160k from 2029-Q1 on.
RACKS = {
    3: {
        "base": (50, None),
        "late": (30, {"2028-Q1": "40k", "2028-Q4": "100k", "2029-Q3": "160k"}),
        "few": (20, {"2028-Q1": "40k", "2028-Q2": "60k", "2029-Q1": "90k"}),
    },
    5: {
        "early": (10, {"2028-Q1": "100k", "2028-Q3": "160k"}),
        "base": (40, None),
        "late": (20, {"2028-Q1": "40k", "2028-Q4": "100k", "2029-Q3": "160k"}),
        "later": (10, {"2028-Q1": "40k", "2029-Q1": "100k"}),
        "few": (20, {"2028-Q1": "40k", "2028-Q2": "60k", "2029-Q1": "90k"}),
    },
}


def scaled(what, field, by):
    return f", vary: [ {{ {what}, field: {field}, scale: {by} }} ]"


def demand(by):
    return scaled("workloads: { kind: inference }", "demand", by)


def rent(by):
    return scaled("offers: { term: on-demand }", "price", by)


def racks(chips):
    over = ", ".join(f"{quarter}: {count}" for quarter, count in chips.items())
    return f", set: {{ offers.own-mi355x.capacity: {{ {over} }} }}"


def factors(count):
    """For a number of futures: name, quarter in which it is known, outcomes, and what a value changes."""
    many = count == 100
    every = [
        ("demand", "2027-Q3", DEMAND[4 if many else 3], demand),
        ("racks", "2028-Q1", RACKS[5 if many else 3], racks),
        ("rent", "2028-Q3", RENT[5 if many else 3], rent),
    ]
    return every[: {3: 1, 9: 2}.get(count, 3)]


def futures(count):
    """Name, outcomes and probability of each."""
    for together in itertools.product(*(outcomes.items() for _, _, outcomes, _ in factors(count))):
        names = tuple(name for name, _ in together)
        yield "+".join(names), names, math.prod(weight / 100 for _, (weight, _) in together)


def overlay(count):
    """The text for a number of futures."""
    lines = ["uncertainty:", "  factors:"]
    for name, known, outcomes, change in factors(count):
        assert sum(weight for weight, _ in outcomes.values()) == 100
        lines += [f"    {name}:", f"      known: {known}", "      outcomes:"]
        for outcome, (weight, value) in outcomes.items():
            changes = "" if value is None else change(value)
            lines.append(f"        {outcome}: {{ probability: {weight} %{changes} }}")
    unit = "period" if NOTICE == 1 else "periods"
    return "\n".join([*lines, "  decide:", f"    reservations: {{ notice: {NOTICE} {unit} }}"]) + "\n"


def write(folder):
    """Writes all of them, and returns the files by their number of futures."""
    files = {count: Path(folder, f"{count}.yaml") for count in COUNTS}
    for count, file in files.items():
        file.write_text(overlay(count))
    return files


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    write(sys.argv[1])
