"""The base program in PuLP. Expressions are made from lists of pairs, its fastest way."""

import pulp
from pulp import LpAffineExpression as Sum
from pulp import LpConstraint, LpConstraintEQ, LpConstraintGE, LpConstraintLE, LpProblem, LpVariable

SOLVERS = ["highs", "cbc"]


def build(base):
    m = LpProblem("base", pulp.LpMinimize)
    offers, periods = range(len(base.offers)), range(base.periods)
    capacity = base.capacity.tolist()
    rent = [[LpVariable(f"rent_{o}_{t}", 0, capacity[o][t]) for t in periods] for o in offers]
    cost = base.cost.tolist()
    objective = [(rent[o][t], cost[o][t]) for o in offers for t in periods]
    use = [[[(rent[o][t], -1.0)] for t in periods] for o in offers]

    def add(pairs, sense, right):
        m.addConstraint(LpConstraint(Sum(pairs), sense, rhs=right))

    hours = base.hours.tolist()
    for w, workload in enumerate(base.workloads):
        on, rate = workload.offers.tolist(), workload.rate.tolist()
        work, box = [], workload.box(base.hours).tolist()
        for t in range(workload.start, workload.end):
            served = []
            for o, a, most in zip(on, rate, box):
                if capacity[o][t] > 0.0:
                    run = LpVariable(f"run_{w}_{o}_{t}", 0, most[t])
                    use[o][t].append((run, 1.0))
                    served.append((run, a))
            if workload.demand is not None:
                add(served, LpConstraintEQ, float(workload.demand[t]))
            else:
                work += [(run, a * hours[t]) for run, a in served]
        if workload.demand is None:
            add(work, LpConstraintEQ, workload.work)
    for o in offers:
        for t in periods:
            add(use[o][t], LpConstraintLE, 0.0)
    for pool in base.pools:
        members = list(zip(pool.offers.tolist(), pool.weight.tolist()))
        for t in periods:
            add([(rent[o][t], a) for o, a in members], LpConstraintLE, float(pool.most[t]))

    idle = []
    for i, (part, price) in enumerate(zip(base.parts, base.idle_cost.tolist())):
        idle.append(LpVariable(f"idle_{i}", 0, part.due))
        objective.append((idle[i], price))
        weight = base.commit_weight(part)
        spend = [(rent[o][t], weight[o, t].item()) for o, t in zip(*weight.nonzero())]
        add([*spend, (idle[i], 1.0)], LpConstraintGE, part.due)
    for limit in base.limits:
        o, t = limit.weight.nonzero()
        terms = zip(o.tolist(), t.tolist(), limit.weight[o, t].tolist())
        pairs = [(rent[o][t], a) for o, t, a in terms]
        pairs += [(idle[k], float(limit.idle_weight[k])) for k in limit.idle_weight.nonzero()[0]]
        add(pairs, LpConstraintGE if limit.floor else LpConstraintLE, limit.most)
    m.setObjective(Sum(objective))
    return m


def solve(m, solver):
    by = pulp.HiGHS(msg=False) if solver == "highs" else pulp.PULP_CBC_CMD(msg=False)
    m.solve(by)
    assert m.status == pulp.LpStatusOptimal, pulp.LpStatus[m.status]
    duals = [c.pi for c in m.constraints.values()]
    return {
        "objective": pulp.value(m.objective),
        "columns": len(m.variables()),
        "rows": len(m.constraints),
        "duals": len(duals),
    }
