"""Solves an MPS file with a solver's own reader and nothing around it, and writes its seconds.

`bare.py SOLVER FILE`: glop (OR-Tools' reader), highs (its default), highs-simplex, highs-ipm (with crossover). The
program is polysource's own, as exported: named rows and columns, and boxes.
"""

import json
import sys
import time

# One or the other: the two bring libraries of the same name.
if sys.argv[1] == "glop":
    from ortools.linear_solver.python import model_builder
else:
    import highspy


def highs(path, solver):
    h = highspy.Highs()
    h.silent()
    h.setOptionValue("solver", solver)
    at = [time.perf_counter()]
    assert h.readModel(path) == highspy.HighsStatus.kOk
    at.append(time.perf_counter())
    h.run()
    at.append(time.perf_counter())
    assert h.getModelStatus() == highspy.HighsModelStatus.kOptimal, h.getModelStatus()
    return at, h.getObjectiveValue(), h.getNumCol(), h.getNumRow()


def glop(path):
    m = model_builder.Model()
    at = [time.perf_counter()]
    assert m.import_from_mps_file(path)
    at.append(time.perf_counter())
    solver = model_builder.Solver("glop")
    status = solver.solve(m)
    at.append(time.perf_counter())
    assert status == model_builder.SolveStatus.OPTIMAL, status
    return at, solver.objective_value, m.num_variables, m.num_constraints


def main():
    solver, path = sys.argv[1:]
    busy = time.process_time()
    methods = {"highs": "choose", "highs-simplex": "simplex", "highs-ipm": "ipm"}
    found = glop(path) if solver == "glop" else highs(path, methods[solver])
    busy = time.process_time() - busy
    at, objective, columns, rows = found
    read, solve = at[1] - at[0], at[2] - at[1]
    print(
        json.dumps(
            {
                "read": read,
                "build": 0.0,
                "solve": solve,
                "wall": read + solve,
                "cpu": busy,
                "objective": objective,
                "columns": columns,
                "rows": rows,
            }
        )
    )


if __name__ == "__main__":
    main()
