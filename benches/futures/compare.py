#!/usr/bin/env python3
"""polysource's plans for several futures beside HiGHS and linopy on the same program.

`compare.py BINARY [BINARY2 ...] [--counts 3 9 27 100] [--limit S] [--repeat N] [--only WAY ...] [--results FILE]`, in a
Python that has linopy and highspy (peers/requirements.txt). Models are those of models.py. Processor seconds (user and
system, threads and all) of

- base: `BINARY solve --without-uncertainty --detail plan`, one future by itself, from text to a certified plan;
- plan: `BINARY solve --detail plan`, the whole answer: the certified plan for all futures, what each costs by itself,
  what knowing each factor and planning for it are worth, which are further programs of that size;
- export: `BINARY export --to mps`, which finds the plan alone, and writes the joined program;
- HiGHS on that file, by its simplex method and by its interior-point method with crossover, presolve on: reading and
  solving. Where the export did not end the file is of the program of tree.py;
- linopy: writing the program that tree.py puts together from those of the single futures, from arrays, and solving it
  with HiGHS.

An end of HiGHS that is not optimal is told, and it is tried without presolve. A child that takes more processor seconds
than the limit is ended, and told as "> N". The least of N runs, which take turns. Memory is the largest resident set of
the process, of the peers with Python and what they import. Exits with 1 if two costs differ by more than a millionth, a
plan is not certified, or something fails.
"""

import argparse
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import models

HERE = Path(__file__).parent
MODEL = HERE.parents[1] / "models" / "frontier-lab.yaml"
AGREES = 1e-6


class Over(Exception):
    """The limit was passed."""


class Failed(Exception):
    """It ended otherwise than it should."""


def run(command, limit):
    """Processor seconds, MiB and what was said."""
    # Nothing is written after the limit: the system ends the process.
    bound = lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))  # noqa: E731
    with tempfile.TemporaryFile("w+") as complaints:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, text=True, preexec_fn=bound)
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds, memory = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) and seconds > limit - 1:
            raise Over(memory)
        if status != 0:
            complaints.seek(0)
            raise Failed(f"ended with {status}: {complaints.read().strip()[-300:]}")
    return seconds, memory, said


def solved(binary, overlay, *more):
    def way(limit):
        command = [binary, "solve", MODEL, "--overlay", overlay, "--detail", "plan", "--format", "json", "--quiet"]
        command += more
        seconds, memory, said = run([*map(str, command)], limit)
        plan = json.loads(said)
        if not plan["certificate"]["verified"]:
            raise Failed("not certified")
        cost = None if "--without-uncertainty" in more else plan["cost"]["total"]
        columns, rows, _ = plan["certificate"]["size"]
        return {"seconds": seconds, "memory": memory, "cost": cost, "size": [columns, rows], "notes": []}

    return way


def exported(binary, overlay, to, *more):
    def way(limit):
        command = [binary, "export", MODEL, "--overlay", overlay, "--to", "mps", "-o", to, "--quiet", *more]
        seconds, memory, _ = run([*map(str, command)], limit)
        return {"seconds": seconds, "memory": memory, "cost": None, "notes": []}

    return way


def peer(name, file):
    def once(limit, *more):
        _, memory, said = run([sys.executable, "-W", "ignore", str(HERE / "one.py"), name, str(file()), *more], limit)
        return json.loads(said.splitlines()[-1]), memory

    def way(limit):
        found, memory = once(limit)
        notes, ended = [], found["status"].lower()
        if ended != "optimal":
            notes.append(f"ends in \"{ended}\"")
            try:
                other, more = once(limit, "off")
                if other["status"].lower() == "optimal":
                    notes = [f"after {found['cpu']:.1f} s that ended in \"{ended}\", without presolve"]
                    found, memory = other, more
                else:
                    notes.append(f"after {other['cpu']:.1f} s without presolve in \"{other['status'].lower()}\"")
            except Over:
                notes.append(f"does not end within {limit} s without presolve")
        done = [f"{count} {what} steps" for what, count in found["steps"].items()]
        notes += [f"{'building' if name == 'linopy' else 'reading'} {found['before']:.1f} s", *done]
        size = [found["columns"], found["rows"]]
        return {"seconds": found["cpu"], "memory": memory, "cost": found["objective"], "size": size, "notes": notes}

    return way


def ways(binaries, count, overlay, folder):
    """What is measured for a number of futures, by name, in turn."""
    mps, own, arrays = folder / f"{count}.mps", folder / f"{count}-own.mps", folder / f"{count}.npz"

    def program():
        if not arrays.exists():
            for number, (future, _, _) in enumerate(models.futures(count)):
                exported(binaries[0], overlay, folder / f"{count}-{number}.mps", "--future", future)(10_000)
            # In a process of its own: a child begins with the memory of its parent, and so would all that follow.
            subprocess.run([sys.executable, HERE / "tree.py", str(count), folder], check=True)
        return arrays

    def written():
        # One whose writing was ended is not whole.
        with open(mps if mps.exists() else os.devnull, "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 20))
            whole = file.read().rstrip().endswith(b"ENDATA")
        if whole:
            return mps
        program()
        return own

    found = {}
    for at, binary in enumerate(binaries):
        name = Path(binary).name
        found[f"{name}, base"] = solved(binary, overlay, "--without-uncertainty")
        found[f"{name}, plan"] = solved(binary, overlay)
        found[f"{name}, export"] = exported(binary, overlay, mps if at == 0 else folder / "other.mps")
    found["HiGHS, simplex"] = peer("highs-simplex", written)
    found["HiGHS, interior point"] = peer("highs-ipm", written)
    found["linopy, HiGHS"] = peer("linopy", program)
    return found


def measure(name, way, limit, cells):
    """Adds a run to its cell, and keeps the faster."""
    try:
        found = way(limit)
    except Over as over:
        found = {"over": limit, "memory": over.args[0]}
    except Failed as failed:
        found = {"failed": str(failed)}
    remarks = "; ".join(found.get("notes", []) or [found.get("failed", "")])
    print(f"  {name}: {told(found)} {remarks}", file=sys.stderr, flush=True)
    before = cells.get(name)
    if before is None or found.get("failed") or found.get("seconds", 1e99) < before.get("seconds", 1e99):
        cells[name] = found


def told(cell, base=None):
    if cell is None:
        return ""
    if "failed" in cell:
        return "failed"
    if "over" in cell:
        return f"> {cell['over']} ({cell['memory']:.0f} MiB)"
    times = f"{cell['seconds'] / base:.1f} b, " if base else ""
    return f"{cell['seconds']:.{1 if cell['seconds'] >= 10 else 2}f} ({times}{cell['memory']:.0f} MiB)"


def base(cells, name):
    """Seconds of a single future with the same binary, for peers with the first."""
    bases = {n.removesuffix("base"): cell.get("seconds") for n, cell in cells.items() if n.endswith(", base")}
    own = [seconds for start, seconds in bases.items() if name.startswith(start)]
    return (own or list(bases.values()) or [None])[0]


def table(kept):
    """Ways down, futures across; b is the single future of the same run and binary, for peers of the first."""
    counts = sorted(kept, key=int)
    names = list(dict.fromkeys(name for count in counts for name in kept[count]))
    lines = ["| | " + " | ".join(counts) + " |", "| --- |" + " --- |" * len(counts)]
    for name in names:
        cells = [told(kept[count].get(name), base(kept[count], name)) for count in counts]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    for count in counts:
        for name, cell in kept[count].items():
            size = "{} columns, {} rows".format(*cell["size"]) if cell.get("size") else ""
            remarks = [part for part in (size, *cell.get("notes", []), cell.get("failed")) if part]
            if remarks:
                lines.append(f"\n{count}, {name}: " + "; ".join(remarks) + ".")
    return "\n".join(lines)


def wrong(cells):
    """What failed, and whose cost is not that of the first that has one: polysource's, if it ended."""
    costs = {name: cell["cost"] for name, cell in cells.items() if cell.get("cost") is not None}
    reference = next(iter(costs.values()), 0.0)
    off = [name for name, cost in costs.items() if abs(cost - reference) > AGREES * abs(reference)]
    return off + [name for name, cell in cells.items() if "failed" in cell]


def machine():
    kinds = [line.partition(":")[2].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    libraries = ", ".join(f"{name} {version(name)}" for name in ("linopy", "highspy", "numpy"))
    kind, load, cores = (kinds or [platform.machine()])[0], os.getloadavg()[0], os.cpu_count()
    return f"{kind}, {cores} cores, load {load:.1f}; Python {platform.python_version()}, {libraries}"


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("binaries", nargs="+")
    parse.add_argument("--counts", nargs="+", type=int, default=list(models.COUNTS), choices=models.COUNTS)
    parse.add_argument("--limit", type=int, default=600, help="processor seconds for one run")
    parse.add_argument("--repeat", type=int, default=1)
    parse.add_argument("--only", nargs="+", help="ways whose names end so, such as `plan` or `linopy, HiGHS`")
    parse.add_argument("--results", type=Path, help="a file that keeps what was measured, also by earlier runs")
    asked = parse.parse_args()
    kept = json.loads(asked.results.read_text()) if asked.results and asked.results.exists() else {}
    print(machine())
    bad = []
    with tempfile.TemporaryDirectory() as folder:
        overlays = models.write(folder)
        for count in asked.counts:
            print(f"{count} futures:", file=sys.stderr)
            cells = kept.setdefault(str(count), {})
            every = ways(asked.binaries, count, overlays[count], Path(folder))
            every = {n: w for n, w in every.items() if not asked.only or any(n.endswith(only) for only in asked.only)}
            for name in every:
                cells.pop(name, None)
            for _ in range(asked.repeat):
                for name, way in every.items():
                    measure(name, way, asked.limit, cells)
            if asked.results:
                asked.results.write_text(json.dumps(kept, indent=1))
            bad += [f"{count}: {name}" for name in wrong(cells)]
    print(f"\n{table(kept)}")
    if bad:
        print(f"\nWRONG or failed: {', '.join(bad)}")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
