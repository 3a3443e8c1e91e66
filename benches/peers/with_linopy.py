"""The base program in linopy: arrays over offers and periods, no loop over either."""

import warnings

import linopy
import numpy as np
import xarray as xr

# What is masked is absent, which is what is meant.
warnings.filterwarnings("ignore", category=linopy.LinopySemanticsWarning)

SOLVERS = ["highs"]


def build(base):
    m = linopy.Model()
    offers, periods = range(len(base.offers)), range(base.periods)
    held = {"o": offers, "t": periods}
    array = lambda values: xr.DataArray(values, dims=("o", "t"), coords=held)  # noqa: E731
    rent = m.add_variables(lower=0, upper=array(base.capacity), name="rent")
    cost = (rent * array(base.cost)).sum()

    use = -1 * rent
    for kind, workloads in (("inference", base.inference), ("training", base.training)):
        if not workloads:
            continue
        names = [w.name for w in workloads]
        rate = np.zeros((len(names), len(offers)))
        there = np.zeros((len(names), len(offers), len(periods)), dtype=bool)
        box = np.zeros(there.shape)
        for i, w in enumerate(workloads):
            rate[i, w.offers] = w.rate
            box[i, w.offers] = w.box(base.hours)
            there[i, w.offers, w.start : w.end] = True
        there &= base.capacity > 0
        rate = xr.DataArray(rate, dims=("w", "o"), coords={"w": names, "o": offers})
        mask = xr.DataArray(there, dims=("w", "o", "t"), coords={"w": names, **held})
        box = xr.DataArray(box, coords=mask.coords)
        run = m.add_variables(lower=0, upper=box, mask=mask, name=f"run_{kind}")
        use = use + run.sum("w")
        if kind == "inference":
            demand = xr.DataArray(
                np.array([w.demand for w in workloads]), dims=("w", "t"), coords={"w": names, "t": periods}
            )
            m.add_constraints((run * rate).sum("o") == demand, name="demand", mask=mask.any("o"))
        else:
            hours = xr.DataArray(base.hours, dims="t", coords={"t": periods})
            work = xr.DataArray([w.work for w in workloads], dims="w", coords={"w": names})
            m.add_constraints((run * (rate * hours)).sum(["o", "t"]) == work, name="work")
    m.add_constraints(use <= 0, name="use")

    for i, pool in enumerate(base.pools):
        weight = xr.DataArray(pool.weight, dims="o", coords={"o": pool.offers})
        most = xr.DataArray(pool.most, dims="t", coords={"t": periods})
        m.add_constraints((rent.sel(o=pool.offers) * weight).sum("o") <= most, name=f"pool{i}")

    idle = None
    if base.parts:
        index = range(len(base.parts))
        idle = m.add_variables(
            lower=0, upper=xr.DataArray(base.due, dims="k", coords={"k": index}), name="idle"
        )
        cost = cost + (idle * xr.DataArray(base.idle_cost, dims="k", coords={"k": index})).sum()
        for i, part in enumerate(base.parts):
            o, t = base.covers[part.contract].nonzero()[0], slice(part.start, part.end - 1)
            pay = array(base.commit_weight(part)).sel(o=o, t=t)
            m.add_constraints((rent.sel(o=o, t=t) * pay).sum() + idle.sel(k=i) >= part.due, name=f"commit{i}")

    # Limits over the same offers and periods are one array: few of them have weights everywhere.
    alike = {}
    for limit in base.limits:
        there = limit.weight != 0.0
        o, t = there.any(axis=1), there.any(axis=0)
        alike.setdefault((o.tobytes(), t.tobytes(), limit.floor), (o.nonzero()[0], t.nonzero()[0], []))[2].append(limit)
    for i, ((_, _, floor), (o, t, limits)) in enumerate(alike.items()):
        index = {"l": range(len(limits))}
        weight = np.array([limit.weight[np.ix_(o, t)] for limit in limits])
        weight = xr.DataArray(weight, dims=("l", "o", "t"), coords={**index, "o": o, "t": t})
        left = (rent.sel(o=o, t=t) * weight).sum(["o", "t"])
        paid = np.array([limit.idle_weight for limit in limits])
        if paid.any():
            paid = xr.DataArray(paid, dims=("l", "k"), coords={**index, "k": range(len(base.parts))})
            left = left + (idle * paid).sum("k")
        most = xr.DataArray([limit.most for limit in limits], dims="l", coords=index)
        m.add_constraints(left >= most if floor else left <= most, name=f"limit{i}")
    m.add_objective(cost)
    return m


def solve(m, solver):
    status, condition = m.solve(solver_name="highs", io_api="direct", log_to_console=False, output_flag=False)
    assert (status, condition) == ("ok", "optimal"), (status, condition)
    duals = m.constraints["use"].dual.values
    return {"objective": float(m.objective.value), "columns": int(m.nvars), "rows": int(m.ncons), "duals": duals.size}
