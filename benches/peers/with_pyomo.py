"""The base program in Pyomo. Rows are linear expressions made from lists, its fastest way."""

import pyomo.environ as pyo
from pyomo.contrib.appsi.solvers.highs import Highs
from pyomo.core.expr.numeric_expr import LinearExpression

SOLVERS = ["highs"]


def build(base):
    m = pyo.ConcreteModel()
    offers, periods = range(len(base.offers)), range(base.periods)
    capacity, cost, hours = base.capacity.tolist(), base.cost.tolist(), base.hours.tolist()
    m.rent = pyo.Var(offers, periods, bounds=lambda m, o, t: (0.0, capacity[o][t]))
    runs = {
        (w, o, t): (0.0, most[t])
        for w, workload in enumerate(base.workloads)
        for o, most in zip(workload.offers.tolist(), workload.box(base.hours).tolist())
        for t in range(workload.start, workload.end)
        if capacity[o][t] > 0.0
    }
    m.run = pyo.Var(runs, bounds=lambda m, *at: runs[at])
    due, idle_cost = base.due.tolist(), base.idle_cost.tolist()
    m.idle = pyo.Var(range(len(base.parts)), bounds=lambda m, k: (0.0, due[k]))
    rent, idle = m.rent, m.idle

    def linear(pairs):
        return LinearExpression(constant=0.0, linear_coefs=[a for _, a in pairs], linear_vars=[v for v, _ in pairs])

    use = {(o, t): [(rent[o, t], -1.0)] for o in offers for t in periods}
    done = {}
    for (w, o, t), run in m.run.items():
        use[o, t].append((run, 1.0))
        done.setdefault((w, t), []).append((o, run))
    m.rows = pyo.ConstraintList()
    for pairs in use.values():
        m.rows.add((None, linear(pairs), 0.0))
    for w, workload in enumerate(base.workloads):
        rate, work = dict(zip(workload.offers.tolist(), workload.rate.tolist())), []
        for t in range(workload.start, workload.end):
            served = [(run, rate[o]) for o, run in done.get((w, t), [])]
            if workload.demand is None:
                work += [(run, a * hours[t]) for run, a in served]
            else:
                demand = float(workload.demand[t])
                m.rows.add((demand, linear(served), demand))
        if workload.demand is None:
            m.rows.add((workload.work, linear(work), workload.work))
    for pool in base.pools:
        members = list(zip(pool.offers.tolist(), pool.weight.tolist()))
        for t in periods:
            m.rows.add((None, linear([(rent[o, t], a) for o, a in members]), float(pool.most[t])))
    for i, part in enumerate(base.parts):
        weight = base.commit_weight(part)
        spend = [(rent[o, t], float(weight[o, t])) for o, t in zip(*(n.tolist() for n in weight.nonzero()))]
        m.rows.add((part.due, linear([*spend, (idle[i], 1.0)]), None))
    for limit in base.limits:
        o, t = limit.weight.nonzero()
        pairs = [(rent[o, t], a) for o, t, a in zip(o.tolist(), t.tolist(), limit.weight[o, t].tolist())]
        pairs += [(idle[k], float(limit.idle_weight[k])) for k in limit.idle_weight.nonzero()[0].tolist()]
        bounds = (limit.most, None) if limit.floor else (None, limit.most)
        m.rows.add((bounds[0], linear(pairs), bounds[1]))
    objective = [(rent[o, t], cost[o][t]) for o in offers for t in periods]
    m.cost = pyo.Objective(expr=linear(objective + [(idle[k], a) for k, a in enumerate(idle_cost)]))
    return m


def solve(m, solver):
    highs = Highs()
    highs.config.load_solution = False
    result = highs.solve(m)
    assert str(result.termination_condition) == "TerminationCondition.optimal", result.termination_condition
    result.solution_loader.load_vars()
    duals = result.solution_loader.get_duals()
    return {
        "objective": pyo.value(m.cost),
        "columns": len(m.rent) + len(m.run) + len(m.idle),
        "rows": len(m.rows),
        "duals": len(duals),
    }
