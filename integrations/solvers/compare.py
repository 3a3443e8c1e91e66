"""Reads exported programs with four solvers and compares what they find with what polysource certified.

    compare.py FOLDER        with NAME.mps, NAME.lp and the plan NAME.json of each model

For a linear program the solver's optimum has to be the certified cost within 1e-6, which is also how near to its bound
polysource certifies a cost. With whole numbers both have a cost and a bound below which nothing is: neither cost may be
under the other's bound. A solver that runs out of time, or that says itself that its answer does not hold, has given up;
of the four one may, on any file.
"""

import json
import math
import pathlib
import re
import subprocess
import sys

import highspy
import pyscipopt

SECONDS = 60
PART = 1e-6
DOUBTFUL = "numerical troubles"


class Answer:
    """What a solver says of a file: refused, infeasible, optimal or limit, which is given up; its cost and its bound."""

    def __init__(self, status, cost=None, bound=None, word=""):
        self.status, self.cost, self.bound, self.word = status, cost, bound, word


def by_highs(path, _):
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("time_limit", float(SECONDS))
    solver.setOptionValue("mip_rel_gap", PART / 10)
    if solver.readModel(str(path)) == highspy.HighsStatus.kError:
        return Answer("refused")
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kSolveError:
        solver.clearSolver()
        solver.setOptionValue("presolve", "off")
        solver.run()
    status, info = solver.getModelStatus(), solver.getInfo()
    if status == highspy.HighsModelStatus.kSolveError:
        return Answer("limit", math.inf, -math.inf, "cannot solve it")
    cost = info.objective_function_value
    whole = info.mip_node_count >= 0
    bound = info.mip_dual_bound if whole else cost
    if status == highspy.HighsModelStatus.kOptimal:
        return Answer("optimal", cost, bound)
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return Answer("infeasible")
    if status == highspy.HighsModelStatus.kTimeLimit:
        return Answer("limit", cost, bound)
    return Answer("other", word=solver.modelStatusToString(status))


def by_scip(path, _):
    # SCIP's LP solver checks reduced costs to 1e-7 in absolute terms, which costs of 1e9 do not allow, and then ends with
    # "numerical troubles": it is asked again without. What then does not pass SCIP's own check of a solution, absolute as
    # well, is doubtful: it may agree, and is no contradiction.
    for trusting in (False, True):
        solver = pyscipopt.Model()
        solver.hideOutput()
        try:
            solver.readProblem(str(path))
        except OSError as error:
            return Answer("refused", word=str(error))
        solver.setParam("limits/time", SECONDS)
        solver.setParam("limits/gap", PART / 10)
        if trusting:
            solver.setParam("lp/checkdualfeas", False)
            solver.setParam("lp/checkprimfeas", False)
        try:
            solver.optimize()
        except Exception:
            continue
        status = solver.getStatus()
        if status in ("infeasible", "inforunbd"):
            return Answer("infeasible")
        cost = solver.getObjVal() if solver.getNSols() else math.inf
        if status in ("optimal", "gaplimit"):
            holds = solver.checkSol(solver.getBestSol(), original=True)
            return Answer("optimal", cost, solver.getDualbound(), "" if holds else DOUBTFUL)
        if status == "timelimit":
            return Answer("limit", cost, solver.getDualbound())
    return Answer("limit", math.inf, -math.inf, DOUBTFUL)


def by_cbc(path, folder):
    solution = folder / "cbc.sol"
    solution.unlink(missing_ok=True)
    command = ["cbc", path, "-seconds", str(SECONDS), "-ratioGap", str(PART / 10), "solve", "-solution", solution]
    run = subprocess.run(command, capture_output=True, text=True, errors="replace")
    told = re.search(r"read with (\d+) errors", run.stdout)
    if "### ERROR" in run.stdout or told and told.group(1) != "0" or not solution.exists():
        return Answer("refused", word=run.stdout[-300:])
    if "is_invalid_name" in run.stdout:
        return Answer("refused", word="calls the columns anew")
    head = solution.read_text().splitlines()[0]
    cost = float(re.search(r"objective value\s+(\S+)", head).group(1))
    if head.startswith("Optimal"):
        return Answer("optimal", cost, cost)
    if head.lower().startswith(("infeasible", "integer infeasible", "primalinfeasible")):
        return Answer("infeasible")
    if head.startswith("Stopped on time"):
        return Answer("limit", cost if "no integer solution" not in head else math.inf, -math.inf)
    return Answer("other", word=head)


def by_glpk(path, folder):
    solution = folder / "glpk.out"
    solution.unlink(missing_ok=True)
    form = "--freemps" if path.suffix == ".mps" else "--lp"
    command = ["glpsol", form, path, "--tmlim", str(SECONDS), "-o", solution]
    run = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if run.returncode or not solution.exists():
        return Answer("refused", word=run.stdout[-300:])
    text = solution.read_text()
    status = re.search(r"^Status:\s+(.*)$", text, re.M).group(1).strip()
    cost = float(re.search(r"^Objective:.* = (\S+)", text, re.M).group(1))
    if status in ("OPTIMAL", "INTEGER OPTIMAL"):
        return Answer("optimal", cost, cost)
    none = ("NO PRIMAL FEASIBLE", "NO FEASIBLE SOLUTION", "NO INTEGER FEASIBLE")
    if status in ("INFEASIBLE (FINAL)", "INTEGER EMPTY") or any(words in run.stdout for words in none):
        return Answer("infeasible")
    if "TIME LIMIT EXCEEDED" in run.stdout:
        return Answer("limit", cost if status == "INTEGER NON-OPTIMAL" else math.inf, -math.inf)
    return Answer("other", word=status)


def far(plan, answer):
    """How far a solver's answer is from the plan, in parts of the plan's cost; infinite if they contradict each other."""
    if plan["status"] == "infeasible":
        return 0.0 if answer.status in ("infeasible", "limit") else math.inf
    if answer.status not in ("optimal", "limit"):
        return math.inf
    # What is minimised is the cost and the risk that is weighed.
    cost = plan["cost"]["total"] + (plan.get("risk") or {}).get("weighed", 0.0)
    bound = plan["certificate"]["bound"]
    size = 1.0 + abs(cost)
    if answer.status == "optimal" and plan["certificate"]["relaxation"] is None:
        return abs(answer.cost - cost) / size
    return max(0.0, (answer.bound - cost) / size, (bound - answer.cost) / size)


def main(folder):
    readers = {"HiGHS": by_highs, "SCIP": by_scip, "CBC": by_cbc, "GLPK": by_glpk}
    tally = {(form, reader): [0, 0, 0, 0.0] for form in ("mps", "lp") for reader in readers}
    wrong, gave_up = [], []
    plans = sorted(folder.glob("*.json"))
    for file in plans:
        plan = json.loads(file.read_text())
        for form in ("mps", "lp"):
            path = file.with_suffix("." + form)
            late = 0
            for name, read in readers.items():
                answer = read(path, folder)
                if answer.word == DOUBTFUL and far(plan, answer) > PART:
                    answer = Answer("limit", math.inf, -math.inf, DOUBTFUL)
                if answer.status == "limit":
                    late += 1
                    gave_up.append(f"{path.name}: {name} gave up: {answer.word or 'out of time'}")
                distance = far(plan, answer)
                counts = tally[form, name]
                counts[0] += answer.status != "refused"
                counts[1] += distance <= PART and answer.status != "limit"
                counts[2] += answer.status == "limit"
                counts[3] = max(counts[3], distance)
                if distance > PART:
                    cost = plan["cost"]["total"] if plan["cost"] else plan["status"]
                    wrong.append(f"{path.name}: {name} says {answer.status} {answer.cost} {answer.word}, the plan is {cost}")
            if late > 1:
                wrong.append(f"{path.name}: {late} solvers gave up")
    print(f"{len(plans)} models")
    print(f"{'file':4} {'solver':6} {'read':>5} {'agree':>6} {'gave up':>8} {'furthest':>9}")
    for (form, name), (known, right, late, most) in tally.items():
        print(f"{form:4} {name:6} {known:5} {right:6} {late:8} {most:9.1e}")
    for line in gave_up:
        print(line)
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong or not plans else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
