#!/usr/bin/env python3
"""Writes a model with decisions to standard output, the same for the same kind and size.

    benches/decisions.py fees|blocks|suppliers|porting SIZE

fees: optional contracts with fee, commitment and discount, one for each of SIZE clouds.
blocks: SIZE offers that are held in whole blocks, some with a minimum, in one period.
suppliers: SIZE clouds, of which an eighth at most may be used, and most of these for a good part of the spend.
porting: SIZE workloads that run on one ecosystem and can be brought to others at a cost.
"""

import random
import sys


def chips(count):
    vendors = ["nvidia", "amd", "amazon", "google"]
    ecosystems = ["cuda", "rocm", "neuron", "xla"]
    lines = ["chips:"]
    for c in range(count):
        lines.append(f"  chip{c}: {{ vendor: {vendors[c % 4]}, ecosystem: {ecosystems[c % 4]} }}")
    return lines


def clouds(count):
    return ["clouds:"] + [f"  cloud{c}: {{}}" for c in range(count)]


def workloads(rng, count, offers_chips, demand, periods, extra=lambda w: ""):
    lines = ["workloads:"]
    for w in range(count):
        per_chip = ", ".join(
            f"chip{c}: {100 * (1 + c / 4) * rng.uniform(0.8, 1.2):.1f}" for c in range(offers_chips)
        )
        growth = f"{{ start: {demand * rng.uniform(0.5, 1.5):.0f}, growth: 40 %/year }}" if periods > 1 else f"{demand * rng.uniform(0.5, 1.5):.0f}"
        lines.append(f"  work{w}: {{ kind: inference, demand: {growth}, throughput: {{ {per_chip} }}{extra(w)} }}")
    return lines


def head(kind, size, periods):
    step = f"horizon: {{ start: 2026-01, periods: {periods}, step: month }}" if periods > 1 else None
    return ["polysource: 1", f"name: {kind} {size}"] + ([step] if step else [])


def fees(rng, size):
    count = 8
    lines = head("fees", size, 12) + chips(count) + clouds(size) + ["offers:"]
    for o in range(size):
        chip = o % count
        price = (1 + chip / 4) * rng.uniform(1.5, 3.0)
        lines.append(
            f"  offer{o}: {{ chip: chip{chip}, cloud: cloud{o}, price: {price:.3f}, capacity: {rng.randint(50, 200)} }}"
        )
    lines.append("contracts:")
    for o in range(size):
        lines.append(
            f"  deal{o}: {{ covers: {{ cloud: cloud{o} }}, decision: optional, discount: {rng.randint(10, 30)} %, "
            f"fee: {rng.randint(20, 150)}k USD, commit: {{ spend: {rng.randint(200, 900)}k USD }} }}"
        )
    return lines + workloads(rng, 6, count, 100 * size * 8, 12)


def blocks(rng, size):
    count = 6
    lines = head("blocks", size, 1) + chips(count) + clouds(7) + ["offers:"]
    for o in range(size):
        chip = o % count
        price = (1 + chip / 4) * rng.uniform(1.8, 2.4)
        block = rng.choice([8, 12, 16, 24, 32, 48, 64])
        minimum = f", minimum: {block * rng.randint(2, 4)}" if o % 5 == 0 else ""
        lines.append(
            f"  offer{o}: {{ chip: chip{chip}, cloud: cloud{o % 7}, region: region{o}, price: {price:.3f}, "
            f"capacity: {block * rng.randint(4, 9)}, block: {block}{minimum} }}"
        )
    return lines + workloads(rng, 9, count, 100 * size * 6, 1)


def suppliers(rng, size):
    count = 8
    lines = head("suppliers", size, 12) + chips(count) + clouds(size) + ["offers:"]
    for o in range(size):
        chip = o % count
        price = (1 + chip / 4) * rng.uniform(1.5, 3.0)
        lines.append(
            f"  offer{o}: {{ chip: chip{chip}, cloud: cloud{o}, price: {{ start: {price:.3f}, growth: -{rng.randint(5, 25)} %/year }}, "
            f"capacity: {rng.randint(150, 500)} }}"
        )
    most = max(3, size // 8)
    lines += workloads(rng, 8, count, 100 * most * 10, 12)
    return lines + [
        "policy:", "  limits:",
        f"    - {{ suppliers: {{ by: cloud, at_least: {most - 1}, each_at_least: {80 // most} %, at_most: {most}, of: spend }} }}",
    ]


def porting(rng, size):
    count = 8
    systems = ["cuda", "rocm", "neuron", "xla"]
    lines = head("porting", size, 12) + chips(count) + clouds(6) + ["offers:"]
    for o in range(24):
        chip = o % count
        price = (1 + chip / 4) * rng.uniform(1.5, 3.0)
        lines.append(
            f"  offer{o}: {{ chip: chip{chip}, cloud: cloud{o % 6}, region: region{o}, "
            f"price: {{ start: {price:.3f}, growth: -{rng.randint(5, 25)} %/year }}, capacity: {size * rng.randint(2, 8)} }}"
        )

    def extra(w):
        others = [s for k, s in enumerate(systems) if k != w % 4]
        costs = ", ".join(f"{s}: {rng.randint(20, 400)}k USD" for s in others)
        return f", porting: {{ {costs} }}"

    return lines + workloads(rng, max(1, size // 3), count, 2400, 12, extra)


def main():
    kinds = {"fees": fees, "blocks": blocks, "suppliers": suppliers, "porting": porting}
    if len(sys.argv) != 3 or sys.argv[1] not in kinds:
        sys.exit(__doc__)
    kind, size = sys.argv[1], int(sys.argv[2])
    print("\n".join(kinds[kind](random.Random(f"{kind} {size}"), size)))


main()
