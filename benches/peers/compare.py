"""Times polysource and its peers on the same models in turn, and checks that they find the same cost.

`run.sh` starts it. A row is wrong, and the exit code 1, if its cost is more than a millionth off.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
AGREES = 1e-6


@dataclass
class Row:
    name: str
    kind: str  # polysource, peer or bare
    command: list[str]
    reads: str = "yaml"
    runs: list[dict] = field(default_factory=list)
    failed: str = ""


def rows(binaries, clp, pdlp):
    python = [sys.executable, "-W", "ignore"]
    one, bare = [*python, str(HERE / "one.py")], [*python, str(HERE / "bare.py")]
    solve = ["solve", "--detail", "plan", "--format", "json", "-q"]
    found = [
        Row("polysource, embedded engines", "polysource", [str(binaries / "polysource-embedded"), *solve]),
        Row("polysource, HiGHS", "polysource", [str(binaries / "polysource-highs"), *solve]),
        Row("linopy, HiGHS", "peer", [*one, "linopy", "highs"]),
        Row("PuLP, HiGHS", "peer", [*one, "pulp", "highs"]),
        Row("PuLP, CBC", "peer", [*one, "pulp", "cbc"]),
        Row("Pyomo, HiGHS", "peer", [*one, "pyomo", "highs"]),
        Row("OR-Tools, GLOP", "peer", [*one, "ortools", "glop"]),
    ]
    if pdlp:
        found.append(Row("OR-Tools, PDLP", "peer", [*one, "ortools", "pdlp"]))
    found += [
        Row("bare HiGHS", "bare", [*bare, "highs"], "mps"),
        Row("bare HiGHS, interior point", "bare", [*bare, "highs-ipm"], "mps"),
        Row("bare GLOP", "bare", [*bare, "glop"], "mps"),
    ]
    if clp:
        found.append(Row("bare CLP", "bare", [clp], "mps"))
    return found


def measured(command, limit):
    """Runs a command alone: what it wrote, its exit code, and what it took."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=err, stdin=subprocess.DEVNULL)
        killer = threading.Timer(limit, process.kill)
        killer.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        killer.cancel()
        out.seek(0), err.seek(0)
        took = {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss / 1024.0}
        return process.returncode, out.read().decode(), err.read().decode(), took


def run(row, path, limit):
    """One run of a row, or why there is none."""
    command = [*row.command, str(path)]
    is_clp = row.name == "bare CLP"
    if is_clp:
        command.append("-solve")
    code, out, err, took = measured(command, limit)
    if took["wall"] >= limit:
        return None, f"over {limit:.0f} s"
    if code != 0:
        return None, f"exit code {code}: {(err or out).strip().splitlines()[-1:]}"
    if is_clp:
        objective = re.search(r"Optimal objective ([-+0-9.e]+)", out)
        return ({**took, "objective": float(objective[1])}, "") if objective else (None, "not optimal")
    if row.kind == "polysource":
        plan = json.loads(out)
        if plan["status"] != "optimal" or not plan["certificate"]["verified"]:
            return None, plan["status"]
        columns, count = plan["certificate"]["size"][:2]
        engine = plan["certificate"]["engine"]
        return {**took, "objective": plan["cost"]["total"], "columns": columns, "rows": count, "engine": engine}, ""
    # Libraries tell their own times, imports left out; memory is of the whole process.
    return {**took, "process": took["wall"], **json.loads(out.strip().splitlines()[-1])}, ""


def measure(all_rows, files, repeat, limit):
    for number in range(repeat):
        for row in all_rows:
            if row.failed:
                continue
            found, why = run(row, files[row.reads], limit)
            if found is None:
                row.failed = why
                print(f"  {row.name}: {why}", file=sys.stderr)
                continue
            row.runs.append(found)
            print(f"  {number + 1} {row.name}: {found['wall']:.2f} s", file=sys.stderr)


def wrong(all_rows):
    """Rows whose cost is not that of the first; the first is certified."""
    reference = all_rows[0].runs[0]["objective"] if all_rows[0].runs else None
    if reference is None:
        return [row.name for row in all_rows]
    off = lambda run: abs(run["objective"] - reference) / (1.0 + abs(reference))  # noqa: E731
    return [row.name for row in all_rows if any(off(r) > AGREES for r in row.runs)]


def table(all_rows, bad):
    """Least of each number; times the two of polysource by seconds, and by seconds of the processor."""
    least = lambda row, key: min((r[key] for r in row.runs), default=float("nan"))  # noqa: E731
    ours = all_rows[:2]
    lines = [
        "| | seconds, least | median | CPU s, least | read | build | solve | MiB | seconds: embedded = 1 | HiGHS = 1 "
        "| CPU: embedded = 1 | HiGHS = 1 | cost |",
        "| --- |" + " ---: |" * 11 + " --- |",
    ]
    for row in all_rows:
        if not row.runs:
            lines.append(f"| {row.name} | {row.failed} |" + " |" * 11)
            continue
        best = min(row.runs, key=lambda r: r["wall"])
        parts = {"peer": ("read", "build", "solve"), "bare": ("read", "", "solve")}.get(row.kind, ("", "", ""))
        cells = [f"{best['wall']:.2f}", f"{statistics.median(r['wall'] for r in row.runs):.2f}", f"{least(row, 'cpu'):.2f}"]
        cells += [f"{best[part]:.2f}" if part in best else "" for part in parts]
        cells.append(f"{least(row, 'memory'):.0f}")
        cells += [f"{least(row, key) / least(other, key):.2f}" for key in ("wall", "cpu") for other in ours]
        cells.append("WRONG" if row.name in bad else row.failed or "agrees")
        lines.append(f"| {row.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def section(size, all_rows, load):
    seen = all_rows[1].runs or all_rows[0].runs
    shape = f": {seen[0]['columns']} columns, {seen[0]['rows']} rows" if seen else ""
    return f"\n### {size}{shape}; load {load:.1f}\n\n{table(all_rows, wrong(all_rows))}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binaries", type=Path, required=True)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--sizes", nargs="+", default=["3k", "15k", "60k", "240k"])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--limit", type=float, default=900.0, help="seconds for one run")
    parser.add_argument("--pdlp", action="store_true", help="also OR-Tools' PDLP")
    parser.add_argument("--clp", help="the program `clp`, if there is one")
    parser.add_argument("--results", type=Path, help="where to write every run as JSON")
    parser.add_argument("--again", action="store_true", help="print the tables of --results, and measure nothing")
    arguments = parser.parse_args()
    if arguments.again:
        for size, found in json.loads(arguments.results.read_text()).items():
            print(section(size, [Row(**row) for row in found["rows"]], found["load"]))
        return 0

    libraries = ["linopy", "PuLP", "Pyomo", "highspy", "ortools", "numpy"]
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; Python {platform.python_version()}, ", end="")
    print(", ".join(f"{name} {version(name)}" for name in libraries))
    every, failed, kept = arguments.sizes, False, {}
    for size in ["check", *every]:
        all_rows = rows(arguments.binaries, arguments.clp, arguments.pdlp)
        files = {"yaml": HERE / "check.yaml" if size == "check" else arguments.models / f"{size}.yaml"}
        files["mps"] = arguments.models / f"{size}.mps"
        export = [str(arguments.binaries / "polysource-embedded"), "export", str(files["yaml"]), "--to", "mps", "-q"]
        subprocess.run([*export, "-o", str(files["mps"])], check=True)
        print(f"{size}:", file=sys.stderr)
        measure(all_rows, files, 1 if size == "check" else arguments.repeat, arguments.limit)
        bad = wrong(all_rows)
        # What fails is not measured, but only a time limit is no mistake.
        failures = [r.name for r in all_rows if r.failed and not r.failed.startswith("over ")]
        failed |= bool(bad or failures)
        if size == "check":
            print(f"check.yaml: {f'WRONG or failed: {bad + failures}' if bad or failures else 'all agree'}")
            continue
        load = os.getloadavg()[0]
        print(section(size, all_rows, load), flush=True)
        kept[size] = {"load": load, "rows": [asdict(row) for row in all_rows]}
        if arguments.results:
            arguments.results.write_text(json.dumps(kept, indent=1))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
