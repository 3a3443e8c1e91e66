"""A sweep beside the loop that one writes with a library: the same points, seconds for each of them.

`sweep.py --binaries DIR --model FILE [--points 21] [--many 1000]`, from sweep.sh. What varies is an
offer's price, and an offer's capacity, from half to one and a half times what is written. A library
reads the model once; for each point it builds its program anew and solves it, which is the loop of its
documentation. polysource solves the same points, and then `--many` of them, on one thread; `cold` is
its own `solve` at one point, the whole process. Costs have to agree to a millionth.
"""

import argparse
import copy
import csv
import io
import json
import os
import subprocess
import sys
import time

OFFER = "offer9"
VARIED = {"price": f"offers.{OFFER}.price", "capacity": f"offers.{OFFER}.capacity"}


def factors(points):
    return [0.5 + i / (points - 1) for i in range(points)]


def changed(document, what, factor):
    """The document with a price (its start, as it grows) or a capacity (dated steps) times a factor."""
    document = copy.deepcopy(document)
    offer = document["offers"][OFFER]
    series = offer[what]
    if what == "price":
        series["start"] = float(series["start"]) * factor
    else:
        offer[what] = {at: float(value) * factor for at, value in series.items()}
    return document


def library(name, solver, path, what, points):
    """One library's loop, in a process of its own (`sweep.py --one ...`)."""
    import gc
    import importlib

    import base

    peer = importlib.import_module(f"with_{name}")
    gc.disable()
    check = base.read(os.path.join(os.path.dirname(__file__), "check.yaml"))
    peer.solve(peer.build(check), solver)
    document = base.document(path)
    start, costs = time.perf_counter(), []
    for factor in factors(points):
        program = base.Reader(changed(document, what, factor)).base()
        costs.append(peer.solve(peer.build(program), solver)["objective"])
    return {"seconds": time.perf_counter() - start, "costs": costs}


def polysource(binary, path, what, points):
    vary = f"{VARIED[what]}=*0.5..1.5/{points}"
    command = [binary, "sweep", path, "--vary", vary, "--threads", "1", "--format", "csv", "--columns", "cost", "-q"]
    start = time.perf_counter()
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds = time.perf_counter() - start
    return seconds, [float(row["cost"]) for row in csv.DictReader(io.StringIO(out))]


def cold(binary, path, times=5):
    def once():
        start = time.perf_counter()
        subprocess.run([binary, "solve", path, "--detail", "plan", "--format", "json"], check=True, capture_output=True)
        return time.perf_counter() - start

    return min(once() for _ in range(times))


def agree(a, b):
    return all(abs(x - y) <= 1e-6 * (1.0 + abs(x)) for x, y in zip(a, b, strict=True))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries")
    parser.add_argument("--model")
    parser.add_argument("--points", type=int, default=21)
    parser.add_argument("--many", type=int, default=1000)
    parser.add_argument("--one", nargs=3, metavar=("LIBRARY", "SOLVER", "WHAT"))
    options = parser.parse_args()
    if options.one:
        name, solver, what = options.one
        print(json.dumps(library(name, solver, options.model, what, options.points)))
        return
    print(f"Load {os.getloadavg()[0]:.1f}. Seconds for a point; in brackets as a multiple of one cold solve.\n")
    print(f"| | {' | '.join(VARIED)} |\n| --- | --- | --- |")
    wrong = False
    reference, lines = {}, []
    for label, binary in [("HiGHS", "polysource-highs"), ("embedded engines", "polysource-embedded")]:
        binary = os.path.join(options.binaries, binary)
        once = cold(binary, options.model)
        print(f"| polysource, {label}, one cold solve | {once:.3f} | {once:.3f} |")
        for points in [options.points, options.many]:
            cells = []
            for what in VARIED:
                seconds, costs = polysource(binary, options.model, what, points)
                if points == options.points:
                    wrong |= not agree(reference.setdefault(what, costs), costs)
                cells.append(f"{seconds / points:.4f} ({seconds / points / once:.3f})")
            print(f"| polysource, {label}, {points} points | {' | '.join(cells)} |", flush=True)
    for name, solver in [("linopy", "highs"), ("pulp", "highs"), ("pyomo", "highs"), ("ortools", "glop")]:
        cells = []
        for what in VARIED:
            command = [sys.executable, __file__, "--model", options.model, "--points", str(options.points)]
            said = subprocess.run([*command, "--one", name, solver, what], check=True, capture_output=True, text=True)
            found = json.loads(said.stdout.splitlines()[-1])
            wrong |= not agree(reference[what], found["costs"])
            cells.append(f"{found['seconds'] / options.points:.4f}")
        print(f"| {name}, {solver}, a loop over {options.points} points | {' | '.join(cells)} |", flush=True)
    if wrong:
        sys.exit("the costs of some points do not agree")


if __name__ == "__main__":
    main()
