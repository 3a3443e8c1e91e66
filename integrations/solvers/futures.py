"""Joins the programs that `polysource export --apart` writes, and solves them with HiGHS: twenty random trees and examples.

What futures decide in common is one column, by the list of shared columns alone; each future's cost counts by its
probability. The optimum has to be the expected cost that polysource certified.

usage: futures.py PROGRAM FOLDER
"""

import csv
import json
import pathlib
import random
import subprocess
import sys

import highspy
import numpy

EXAMPLES = [("trainium-late", []), ("own-or-rent", ["--scenario", "slump"])]
RANDOM = 20
CLOSE = 2e-6


def tree(draw: random.Random) -> str:
    """A model of two factors, known in the second or third month, with reservations of one and of two months."""

    def outcomes(path: str, base: float, unit: str) -> str:
        count = draw.choice([2, 3])
        weights = [draw.randint(1, 4) for _ in range(count)]
        lines = []
        for i, weight in enumerate(weights):
            later = round(base * draw.uniform(0.5, 1.6), 3)
            values = f"{{ 2026-01: {base}{unit}, 2026-03: {later}{unit} }}"
            lines.append(f"        o{i}: {{ probability: {weight / sum(weights)!r}, set: {{ {path}: {values} }} }}")
        return "\n".join(lines)

    price = lambda: round(draw.uniform(0.4, 0.8), 3)
    return f"""polysource: 1
name: drawn
horizon: {{ start: 2026-01, periods: 4, step: month }}
discount_rate: 5 %
chips: {{ h100: {{ vendor: nvidia }}, trn: {{ vendor: amazon }} }}
clouds: {{ aws: {{ owner: amazon }} }}
offers:
  long: {{ chip: h100, cloud: aws, price: {price()}, term: {{ reserved: 2 months }}, notice: {draw.randint(0, 2)} periods, capacity: 60 }}
  short: {{ chip: trn, cloud: aws, price: {price()}, term: {{ reserved: 1 month }} }}
  od: {{ chip: h100, cloud: aws, price: 1 }}
  spare: {{ chip: trn, cloud: aws, price: 1.3 }}
workloads:
  chat: {{ kind: inference, demand: 50 req/h, throughput: {{ h100: 1 req/h, trn: 1 req/h }}, unmet: 3 USD/req }}
policy:
  limits: [ {{ share: {{ by: vendor, at_most: {draw.randint(55, 95)} %, of: work, per: period }} }} ]
uncertainty:
  factors:
    demand:
      known: 2026-0{draw.choice([2, 3])}
      outcomes:
{outcomes("workloads.chat.demand", 50, " req/h")}
    price:
      known: 2026-03
      outcomes:
{outcomes("offers.od.price", 1, "")}
"""


def joined(folder: pathlib.Path) -> float:
    """The least expected cost of the programs in a folder."""
    shared: dict[tuple[str, str], str] = {}
    for row in csv.DictReader((folder / "shared.csv").open()):
        for future in row["futures"].split():
            shared[row["column"], future] = row["futures"]
    solver = highspy.Highs()
    solver.silent()
    offset, made = 0.0, {}
    for row in csv.DictReader((folder / "futures.csv").open()):
        future, weight = row["future"], float(row["probability"])
        one = highspy.Highs()
        one.silent()
        assert one.readModel(str(folder / row["file"])) == highspy.HighsStatus.kOk, row["file"]
        lp = one.getLp()
        offset += weight * lp.offset_
        places = []
        for j, name in enumerate(lp.col_names_):
            key = (name, shared.get((name, future), future))
            if key not in made:
                made[key] = solver.getNumCol()
                solver.addVar(lp.col_lower_[j], lp.col_upper_[j])
                if len(lp.integrality_) and lp.integrality_[j] == highspy.HighsVarType.kInteger:
                    solver.changeColIntegrality(made[key], highspy.HighsVarType.kInteger)
            place = made[key]
            _, cost, lower, upper, _ = solver.getCol(place)
            solver.changeColCost(place, cost + weight * lp.col_cost_[j])
            solver.changeColBounds(place, max(lower, lp.col_lower_[j]), min(upper, lp.col_upper_[j]))
            places.append(place)
        for i in range(lp.num_row_):
            _, indices, values = one.getRowEntries(i)
            of = numpy.array([places[j] for j in indices], dtype=numpy.int32)
            solver.addRow(lp.row_lower_[i], lp.row_upper_[i], len(of), of, numpy.array(values))
    solver.setOptionValue("mip_rel_gap", 1e-7)
    solver.run()
    assert solver.getModelStatus() == highspy.HighsModelStatus.kOptimal, folder
    return solver.getInfo().objective_function_value + offset


def check(program: str, model: pathlib.Path, arguments: list[str], folder: pathlib.Path) -> None:
    folder.mkdir()
    run = [program, "-q"]
    subprocess.run([*run, "export", model, *arguments, "--to", "mps", "--apart", folder, "-o", folder / "joined.mps"], check=True)
    told = subprocess.run([*run, "solve", model, *arguments, "--detail", "plan", "--format", "json"], check=True, capture_output=True)
    certified = json.loads(told.stdout)["uncertainty"]["expected"]
    found = joined(folder)
    if abs(found - certified) > CLOSE * (1 + abs(certified)):
        sys.exit(f"failed: {model}: certified {certified!r}, joined outside {found!r}")
    print(f"{model.name}: {certified:.6g}, joined outside {found:.6g}")


def main() -> None:
    program, base = sys.argv[1], pathlib.Path(sys.argv[2])
    base.mkdir()
    for name, arguments in EXAMPLES:
        check(program, pathlib.Path("models") / f"{name}.yaml", arguments, base / name)
    draw = random.Random(11)
    for i in range(RANDOM):
        model = base / f"tree-{i}.yaml"
        model.write_text(tree(draw))
        check(program, model, [], base / f"tree-{i}")


main()
