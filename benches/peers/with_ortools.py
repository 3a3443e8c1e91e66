"""The base program in the model builder of OR-Tools, with its solvers GLOP and PDLP."""

from ortools.linear_solver.python import model_builder

SOLVERS = ["glop", "pdlp"]


def build(base):
    m = model_builder.Model()
    offers, periods = range(len(base.offers)), range(base.periods)
    capacity, cost, hours = base.capacity.tolist(), base.cost.tolist(), base.hours.tolist()
    total = model_builder.LinearExpr.weighted_sum
    infinity = float("inf")
    rent = [[m.new_num_var(0.0, capacity[o][t], None) for t in periods] for o in offers]
    use = [[([rent[o][t]], [-1.0]) for t in periods] for o in offers]

    def add(variables, weights, lower, upper):
        m.add_linear_constraint(total(variables, weights), lower, upper)

    for workload in base.workloads:
        on, rate = workload.offers.tolist(), workload.rate.tolist()
        done, work, box = [], [], workload.box(base.hours).tolist()
        for t in range(workload.start, workload.end):
            runs, rates = [], []
            for o, a, most in zip(on, rate, box):
                if capacity[o][t] > 0.0:
                    run = m.new_num_var(0.0, most[t], None)
                    use[o][t][0].append(run)
                    use[o][t][1].append(1.0)
                    runs.append(run)
                    rates.append(a)
            if workload.demand is not None:
                demand = float(workload.demand[t])
                add(runs, rates, demand, demand)
            else:
                done += runs
                work += [a * hours[t] for a in rates]
        if workload.demand is None:
            add(done, work, workload.work, workload.work)
    for o in offers:
        for t in periods:
            add(*use[o][t], -infinity, 0.0)
    for pool in base.pools:
        on, weight = pool.offers.tolist(), pool.weight.tolist()
        for t in periods:
            add([rent[o][t] for o in on], weight, -infinity, float(pool.most[t]))

    idle = [m.new_num_var(0.0, part.due, None) for part in base.parts]
    held = lambda weight: [rent[o][t] for o, t in zip(*(n.tolist() for n in weight.nonzero()))]  # noqa: E731
    for part, column in zip(base.parts, idle):
        weight = base.commit_weight(part)
        add([*held(weight), column], [*weight[weight.nonzero()].tolist(), 1.0], part.due, infinity)
    for limit in base.limits:
        parts = limit.idle_weight.nonzero()[0].tolist()
        variables = held(limit.weight) + [idle[k] for k in parts]
        weights = limit.weight[limit.weight.nonzero()].tolist() + limit.idle_weight[parts].tolist()
        add(variables, weights, *((limit.most, infinity) if limit.floor else (-infinity, limit.most)))
    variables = [rent[o][t] for o in offers for t in periods] + idle
    m.minimize(total(variables, [cost[o][t] for o in offers for t in periods] + base.idle_cost.tolist()))
    return m


def solve(m, name):
    solver = model_builder.Solver(name)
    if name == "pdlp":
        # Its own default is a relative gap of 1e-6 on each side, too wide to agree to 1e-6.
        solver.set_solver_specific_parameters(
            "termination_criteria { simple_optimality_criteria { eps_optimal_relative: 1e-8 eps_optimal_absolute: 1e-8 } }"
        )
    status = solver.solve(m)
    assert status == model_builder.SolveStatus.OPTIMAL, status
    values = solver.values(m.get_variables())
    duals = solver.dual_values(m.get_linear_constraints())
    return {
        "objective": solver.objective_value,
        "columns": len(values),
        "rows": m.num_constraints,
        "duals": len(duals),
    }
