"""polysource beside bare solvers on models that hardly condense.

`compare.py BINARY [BINARY2 ...] [--scale S] [--only FAMILY ...] [--repeat N]`: processor seconds (user and system) of
`BINARY solve MODEL --detail plan --format json`, from text to a certified plan, and of bare solvers that read and solve
the program that the first binary exports as MPS: CLP (`clp`, if it is on the path), HiGHS by its simplex and by its
interior-point method (`pip install highspy`). Where it is installed, linopy with HiGHS reads, builds and solves the
models of the two families whose words `peers/base.py` knows. The least of N runs (default 1), which take turns. Exits
with 1 if two costs differ by more than a millionth.
"""

import argparse
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import generate

PEERS = Path(__file__).parents[1] / "peers"
BARE = PEERS / "bare.py"
IN_LINOPY = ("regions", "chips")


def run(command):
    """Seconds of the processor, and what was said."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, f"{command} ended with {status}"
    return usage.ru_utime + usage.ru_stime, said


def polysource(binary, model, _):
    seconds, said = run([binary, "solve", str(model), "--detail", "plan", "--format", "json", "--quiet"])
    plan = json.loads(said)
    assert plan["certificate"]["verified"]
    return seconds, plan["cost"]["total"], plan["certificate"]["engine"]


def clp(_, model, program):
    seconds, said = run(["clp", str(program), "-dualsimplex"])
    # Of two lines the later one has more digits, and the last is of the program before presolve.
    return seconds, float(re.findall(r"objective(?: value)? ([-+.e\d]+)", said)[-1]), ""


def highs(method, model, program):
    _, said = run([sys.executable, str(BARE), method, str(program)])
    found = json.loads(said.splitlines()[-1])
    return found["cpu"], found["objective"], f"{found['columns']} columns, {found['rows']} rows"


def linopy(_, model, __):
    _, said = run([sys.executable, str(PEERS / "one.py"), "linopy", "highs", str(model)])
    found = json.loads(said.splitlines()[-1])
    return found["cpu"], found["objective"], ""


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("binaries", nargs="+")
    parse.add_argument("--scale", type=float, default=1.0)
    parse.add_argument("--only", nargs="+", default=list(generate.SIZES), choices=list(generate.SIZES))
    parse.add_argument("--repeat", type=int, default=1)
    asked = parse.parse_args()
    ways = {Path(b).name: (polysource, b) for b in asked.binaries}
    if shutil.which("clp"):
        ways["CLP"] = (clp, None)
    ways["HiGHS, simplex"] = (highs, "highs-simplex")
    ways["HiGHS, interior point"] = (highs, "highs-ipm")
    if importlib.util.find_spec("linopy"):
        ways["linopy, HiGHS"] = (linopy, None)
    print(f"load {os.getloadavg()[0]:.1f}, scale {asked.scale:g}\n")
    print("| family |", *(f"{way} |" for way in ways), *["to the fastest bare |"] * len(asked.binaries), "engines | size |")
    print("| --- |", *["---: |"] * (len(ways) + len(asked.binaries)), "--- | --- |")
    wrong = False
    with tempfile.TemporaryDirectory() as folder:
        for family in asked.only:
            model, program = Path(folder, f"{family}.yaml"), Path(folder, f"{family}.mps")
            generate.model(family, model, asked.scale)
            subprocess.run([asked.binaries[0], "export", model, "--to", "mps", "-o", program, "--quiet"], check=True)
            best, costs, notes = {}, {}, {}
            for _ in range(asked.repeat):
                for name, (way, which) in ways.items():
                    if way is linopy and family not in IN_LINOPY:
                        continue
                    seconds, costs[name], notes[name] = way(which, model, program)
                    best[name] = min(seconds, best.get(name, seconds))
            mine = [Path(b).name for b in asked.binaries]
            bare = min(seconds for name, seconds in best.items() if name not in mine and ways[name][0] is not linopy)
            cells = [f"{best[name]:.2f} |" if name in best else "|" for name in ways] + [f"{best[name] / bare:.2f} |" for name in mine]
            print(f"| {family} |", *cells, ", ".join(notes[name] for name in mine), f"| {notes['HiGHS, simplex']} |", flush=True)
            spread = (max(costs.values()) - min(costs.values())) / max(costs.values())
            if spread > 1e-6:
                wrong = True
                print(f"{family}: costs differ by a part of {spread:.1e}: {costs}", file=sys.stderr)
    sys.exit(wrong)


if __name__ == "__main__":
    main()
