"""Solves the program of all futures with one peer, and writes its processor seconds as JSON.

`one.py highs-simplex|highs-ipm|linopy FILE [off]`: HiGHS on an MPS file (the interior-point method is followed by its
crossover), or linopy with HiGHS on the arrays that tree.py saved; `off` is without presolve. Starting Python and
importing is not counted.
"""

import json
import sys
import time

import highspy

METHODS = {"highs-simplex": "simplex", "highs-ipm": "ipm"}


def highs(method, path, presolve):
    h = highspy.Highs()
    h.silent()
    h.setOptionValue("solver", METHODS[method])
    h.setOptionValue("presolve", presolve)
    at = [time.process_time()]
    assert h.readModel(path) == highspy.HighsStatus.kOk
    at.append(time.process_time())
    h.run()
    at.append(time.process_time())
    status, info = h.modelStatusToString(h.getModelStatus()), h.getInfo()
    steps = {"simplex": info.simplex_iteration_count, "ipm": info.ipm_iteration_count}
    steps["crossover"] = info.crossover_iteration_count
    size = [h.getNumCol(), h.getNumRow()]
    return at, status, info.objective_function_value, size, {name: count for name, count in steps.items() if count > 0}


def linopy_model(p):
    """The program written the fastest way that linopy has, arrays: all rows as one, as wide as the longest.

    Rows of like lengths together took twice as long to write, and HiGHS up to six times as long to solve: it does
    better with the rows in the order of the futures.
    """
    import linopy
    import numpy as np
    import xarray as xr

    m = linopy.Model()
    column = {"column": np.arange(len(p.cost))}
    array = lambda values: xr.DataArray(values, dims="column", coords=column)  # noqa: E731
    x = m.add_variables(lower=array(p.lower), upper=array(p.upper), name="x")
    m.add_objective((x * array(p.cost)).sum() + float(p.offset))
    length = np.diff(p.start)
    there = np.arange(length.max()) < length[:, None]
    coeffs, variables = np.full(there.shape, np.nan), np.full(there.shape, -1)
    coeffs[there], variables[there] = p.value, x.labels.values[p.index]
    dims, row = ("row", "_term"), {"row": np.arange(len(length))}
    terms = {"coeffs": (dims, coeffs), "vars": (dims, variables), "const": ("row", np.zeros(len(length)))}
    terms = xr.Dataset(terms, coords=row)
    # A row with two sides that differ would be two: there are none.
    assert not np.any(np.isfinite(p.least) & np.isfinite(p.most) & (p.least != p.most))
    sign = np.where(p.least == p.most, "=", np.where(np.isfinite(p.least), ">=", "<="))
    right = np.where(np.isfinite(p.least), p.least, p.most)
    by_row = lambda values: xr.DataArray(values, dims="row", coords=row)  # noqa: E731
    m.add_constraints(linopy.LinearExpression(terms, m), by_row(sign), by_row(right), name="rows")
    return m


def with_linopy(p, presolve="on"):
    at = [time.process_time()]
    m = linopy_model(p)
    at.append(time.process_time())
    m.solve(solver_name="highs", io_api="direct", log_to_console=False, output_flag=False, presolve=presolve)
    at.append(time.process_time())
    return at, m.termination_condition, float(m.objective.value), [int(m.nvars), int(m.ncons)], {}


def main():
    peer, path, *presolve = sys.argv[1:]
    presolve = presolve[0] if presolve else "on"
    if peer == "linopy":
        import linopy  # noqa: F401

        import tree

        # What is loaded late is an import too.
        small = tree.Program([1.0], [0.0], [1.0], 0.0, [0, 1], [0], [1.0], [0.0], [tree.np.inf])
        with_linopy(tree.Program(*(tree.np.array(part) for part in small.__dict__.values())))
        found = with_linopy(tree.Program.load(path), presolve)
    else:
        found = highs(peer, path, presolve)
    at, status, objective, size, steps = found
    told = {"before": at[1] - at[0], "solve": at[2] - at[1], "cpu": at[2] - at[0], "status": status}
    print(json.dumps({**told, "objective": objective, "columns": size[0], "rows": size[1], "steps": steps}))


if __name__ == "__main__":
    main()
