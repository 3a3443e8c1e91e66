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
    """The program written the fastest way that linopy has: arrays, rows of like lengths together."""
    import linopy
    import numpy as np
    import xarray as xr

    m = linopy.Model()
    column = {"column": np.arange(len(p.cost))}
    array = lambda values: xr.DataArray(values, dims="column", coords=column)  # noqa: E731
    x = m.add_variables(lower=array(p.lower), upper=array(p.upper), name="x")
    m.add_objective((x * array(p.cost)).sum() + float(p.offset))
    labels, length = x.labels.values, np.diff(p.start)
    width = 1
    while width < 2 * length.max():
        own = np.flatnonzero((length <= width) & (length > width // 2))
        at = p.start[own][:, None] + np.arange(width)
        there = np.arange(width) < length[own][:, None]
        at = np.where(there, at, 0)
        dims = ("row", "_term")
        terms = xr.Dataset(
            {
                "coeffs": (dims, np.where(there, p.value[at], np.nan)),
                "vars": (dims, np.where(there, labels[p.index[at]], -1)),
                "const": ("row", np.zeros(len(own))),
            },
            coords={"row": own},
        )
        same = p.least[own] == p.most[own]
        for sign, bound, keep in (
            ("=", p.least, same),
            (">=", p.least, np.isfinite(p.least[own]) & ~same),
            ("<=", p.most, np.isfinite(p.most[own]) & ~same),
        ):
            if keep.any():
                right = xr.DataArray(bound[own[keep]], dims="row", coords={"row": own[keep]})
                lhs = linopy.LinearExpression(terms.isel(row=np.flatnonzero(keep)), m)
                m.add_constraints(lhs, sign, right, name=f"{sign}{width}")
        width *= 2
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
        small = tree.Program([1.0], [0.0], [1.0], 0.0, [0, 1], [0], [1.0], [0.0], [1.0])
        with_linopy(tree.Program(*(tree.np.array(part) for part in small.__dict__.values())))
        found = with_linopy(tree.Program.load(path), presolve)
    else:
        found = highs(peer, path, presolve)
    at, status, objective, size, steps = found
    told = {"before": at[1] - at[0], "solve": at[2] - at[1], "cpu": at[2] - at[0], "status": status}
    print(json.dumps({**told, "objective": objective, "columns": size[0], "rows": size[1], "steps": steps}))


if __name__ == "__main__":
    main()
