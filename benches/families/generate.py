"""Writes a model in which offers are hardly alike, so that little or nothing of it condenses.

`generate.py FAMILY FILE [SCALE]`: the model of a family, the same for the same scale; its columns grow with the scale
(default 1: 25 to 60 thousand). What it has in its baseline goes into a table beside it.

regions    40 regions, of which each workload may run in 12 to 29; shares of spend by vendor and cloud in each period
chips      60 chips of which no two do the same
pools      regions, 20 pools of power, a limit on power, ramps by vendor
switching  regions, and what runs today may move at a cost
shares     regions, and for each workload a share of its work by cloud in each period
reserved   reservations of 6, 12 or 18 months that may start in any of 36 months, beside offers on demand
"""

import random
import sys
from pathlib import Path

VENDORS = ["nvidia", "amd", "amazon", "google"]
CLOUDS = 8
#          offers, workloads, months, chips, regions
SIZES = {
    "regions": (120, 60, 24, 12, 40),
    "chips": (90, 40, 24, 60, 1),
    "pools": (120, 60, 24, 12, 40),
    "switching": (100, 44, 24, 12, 40),
    "shares": (96, 44, 24, 12, 40),
    "reserved": (60, 36, 36, 12, 12),
}


def model(family, path, scale):
    offers, workloads, months, chips, regions = SIZES[family]
    offers, workloads = round(offers * scale**0.5), round(workloads * scale**0.5)
    draw = random.Random(family)
    years = 2026, 2027, 2028
    lines = [
        "polysource: 1",
        f"name: {family.capitalize()}, scale {scale:g}",
        f"horizon: {{ start: 2026-01, periods: {months}, step: month }}",
        "discount_rate: 8 %",
        "chips:",
    ]
    speed = [0.5 + 2.5 * draw.random() for _ in range(chips)]
    for c in range(chips):
        lines.append(f"  chip{c}: {{ vendor: {VENDORS[c % 4]}, power: {0.6 + 0.4 * speed[c]:.2f} kW }}")
    lines.append("clouds:")
    lines += [f"  cloud{c}: {{ owner: owner{c // 2} }}" for c in range(CLOUDS)]
    if family == "pools":
        lines.append("pools:")
        # Each about two thirds of what its offers could draw.
        for p in range(20):
            lines.append(f"  pool{p}: {{ power: {{ 2026-01: {80 * scale**0.5:.1f} MW, 2027-01: {100 * scale**0.5:.1f} MW }} }}")
    lines.append("offers:")
    place = []
    work = 0.0
    for o in range(offers):
        chip = draw.randrange(chips) if o >= chips else o
        cloud, region = o % CLOUDS, draw.randrange(regions) if o >= regions else o
        price = speed[chip] * (1.5 + 2.0 * draw.random())
        capacity = round(2000 + 8000 * draw.random())
        term = ""
        if family == "reserved" and o % 2:
            length = [6, 12, 18][o // 2 % 3]
            price *= 0.8 - length / 100
            term = f", term: {{ reserved: {length} months, starts: 2026-01..2028-12 }}"
        place.append((chip, cloud, region, capacity))
        work += capacity * speed[chip]
        pool = f", pool: pool{region % 20}" if family == "pools" else ""
        lines.append(
            f"  offer{o}: {{ chip: chip{chip}, cloud: cloud{cloud}, region: region{region}, "
            f"price: {{ start: {price:.3f}, growth: -{5 + o % 20} %/year }}, "
            f"capacity: {{ 2026-01: {capacity}, 2027-01: {round(capacity * 1.3)} }}{term}{pool} }}"
        )
    lines.append("workloads:")
    each = 0.6 * work / workloads
    baseline = []
    for w in range(workloads):
        able = sorted(draw.sample(range(chips), round((0.5 + 0.3 * draw.random()) * chips)))
        where = sorted(draw.sample(range(regions), max(1, round(regions * (0.3 + 0.43 * draw.random())))))
        training = w % 4 == 3
        unit = 1.0 if training else 2000.0
        word = "unit" if training else "tok/s"
        rates = ", ".join(f"chip{c}: {unit * speed[c] * (0.7 + 0.6 * draw.random()):.1f} {word}" for c in able)
        allowed = f"throughput: {{ {rates} }}, eligible: {{ region: [{', '.join(f'region{r}' for r in where)}] }}"
        if training:
            amount = 0.4 * each * 730 * 12 * (0.5 + draw.random())
            month = 1 + w % 6
            what = f"kind: training, work: {amount:.0f} unit, window: 2026-{month:02}..2027-{month:02}"
        else:
            amount = each * 2000 * (0.6 + 0.8 * draw.random())
            what = f"kind: inference, demand: {{ start: {amount:.0f} tok/s, growth: 15 %/year }}, peak: 1.2"
        lines.append(f"  work{w}: {{ {what}, {allowed} }}")
        here = [o for o, (chip, _, region, _) in enumerate(place) if chip in able and region in where]
        if not training:
            baseline += [f"offer{o},work{w},{round(place[o][3] / workloads)}" for o in draw.sample(here, min(8, len(here)))]
    lines += ["policy:", "  limits:"]
    # Of work where chips are reserved: a share of spend would say of every reservation what it is for.
    of = "work, for: { kind: inference }" if family == "reserved" else "spend"
    lines.append(f"    - {{ share: {{ by: vendor, of: {of}, at_most: 50 %, per: period }} }}")
    lines.append(f"    - {{ share: {{ by: cloud, of: {of}, at_most: 32 %, per: period }} }}")
    if family == "shares":
        for w in range(workloads):
            where = "" if w % 4 != 3 else ", during: 2026-06..2027-01"
            lines.append(f"    - {{ share: {{ by: cloud, of: work, for: {{ workload: work{w} }}, at_most: 40 %, per: period{where} }} }}")
    if family == "pools":
        lines.append(f"    - {{ power: {{ at_most: {800 * scale**0.5:.0f} MW }} }}")
        for vendor in VENDORS:
            lines.append(f"    - {{ ramp: {{ where: {{ vendor: {vendor} }}, at_most: {round(90000 * scale**0.5)} chips, per: period }} }}")
    if family == "switching":
        table = path.with_suffix(".csv")
        table.write_text("offer,workload,chips\n" + "".join(line + "\n" for line in baseline))
        lines.append(f"baseline: {{ file: {table.name}, switching: 300 USD/chip }}")
    path.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4) or sys.argv[1] not in SIZES:
        sys.exit(__doc__)
    model(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) == 4 else 1.0)
