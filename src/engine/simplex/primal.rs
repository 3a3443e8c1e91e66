//! The primal simplex method: values are within their bounds, and reduced costs get their signs.
//!
//! The column that enters is the one whose reduced cost is most wrong for its weight (Devex: Harris, "Pivot selection
//! methods of the Devex LP code", Math. Program. 5, 1973), the one that leaves has the largest pivot among those that a
//! little tolerance allows. After many steps of length 0 the bounds of basic columns are moved apart a little; what
//! is left to do without that is for the dual method.

use super::state::{AGREE, At, DUAL, End, PIVOT, State};

/// Steps of length 0 in a row after which bounds are moved.
const STUCK: usize = 50;
/// Weights beyond this are forgotten.
const HEAVY: f64 = 1e7;

/// Gives reduced costs their signs. `Optimal` means that they have them; bounds may not be those of the program.
pub fn primal(s: &mut State, most: usize) -> End {
    if !s.factored || s.factor.is_worn() {
        s.refactor();
    }
    let mut weight = vec![1.0; s.p.all()];
    let (mut trouble, mut idle) = (0, 0);
    let mut moved = false;
    let last = s.iterations + most;
    loop {
        if let Some(end) = s.ends(last, trouble) {
            return end;
        }
        if s.factor.is_worn() {
            s.refactor();
        }
        let Some(q) = entering(s, &weight) else { return End::Optimal };
        s.solve_column(q);
        let exact = s.cost[q] - s.column.iter().map(|(i, v)| v * s.cost[s.head[i as usize] as usize]).sum::<f64>();
        if (exact - s.d[q]).abs() > 1e-6 * (1.0 + exact.abs()) && s.factor.updates > 0 {
            trouble += 1;
            s.refactor();
            continue;
        }
        s.d[q] = exact;
        if s.wrong(q) <= DUAL {
            continue;
        }
        let up = if s.d[q] < 0.0 { 1.0 } else { -1.0 };
        let own = s.upper[q] - s.lower[q];
        let found = leaving(s, up);
        let step = found.map_or(f64::INFINITY, |f| f.1);
        if own <= step {
            if own.is_infinite() {
                if s.factor.updates > 0 {
                    s.refactor();
                    trouble += 1;
                    continue;
                }
                return End::Unbounded(direction(s, q, up));
            }
            take_off(s, up * own);
            s.at[q] = if up > 0.0 { At::Upper } else { At::Lower };
            s.x[q] = s.rest(q);
            s.iterations += 1;
            continue;
        }
        let Some((place, step, to)) = found else { return End::Stalled };
        s.solve_row(place);
        s.price();
        let (by_row, pivot) = (s.alpha.val[q], s.column.val[place]);
        if (by_row - pivot).abs() > AGREE * (1.0 + pivot.abs()) {
            trouble += 1;
            if s.factor.updates > 0 {
                s.refactor();
                continue;
            }
        }
        let out = s.head[place] as usize;
        take_off(s, up * step);
        s.x[q] += up * step;
        if reprice(s, &mut weight, q, out, pivot) {
            weight.fill(1.0);
        }
        s.exchange(place, q, to);
        // Weights of the places are those of another basis now.
        s.edge[place] = 1.0;
        idle = if step == 0.0 { idle + 1 } else { 0 };
        if idle > STUCK && !moved {
            moved = true;
            move_bounds(s);
        }
    }
}

/// The column whose reduced cost is most wrong for its weight.
fn entering(s: &State, weight: &[f64]) -> Option<usize> {
    let (mut best, mut q) = (0.0, None);
    for (j, &weight) in weight.iter().enumerate() {
        let wrong = s.wrong(j);
        if wrong > DUAL && wrong * wrong > best * weight {
            best = wrong * wrong / weight;
            q = Some(j);
        }
    }
    q
}

/// The place that leaves when a column goes up or down, how far it can go, and the bound that is reached.
fn leaving(s: &State, up: f64) -> Option<(usize, f64, At)> {
    // Of a place: how far until its bound, and the size of its pivot.
    let room = |i: u32, v: f64| {
        let j = s.head[i as usize] as usize;
        let falls = up * v > 0.0;
        let room = if falls { s.x[j] - s.lower[j] } else { s.upper[j] - s.x[j] };
        (room, v.abs(), if falls { At::Lower } else { At::Upper })
    };
    let mut most = f64::INFINITY;
    for (i, v) in s.column.iter().filter(|e| e.1.abs() > PIVOT) {
        let (room, size, _) = room(i, v);
        most = most.min((room.max(0.0) + s.within) / size);
    }
    if most.is_infinite() {
        return None;
    }
    let mut best: Option<(usize, f64, At, f64)> = None;
    for (i, v) in s.column.iter().filter(|e| e.1.abs() > PIVOT) {
        let (room, size, to) = room(i, v);
        if room <= most * size && best.is_none_or(|b| size > b.3) {
            best = Some((i as usize, (room / size).max(0.0), to, size));
        }
    }
    best.map(|(place, step, to, _)| (place, step, to))
}

/// Moves the basic values as the entering column goes.
fn take_off(s: &mut State, by: f64) {
    if by != 0.0 {
        let (head, x) = (&s.head, &mut s.x);
        s.column.iter().for_each(|(i, v)| x[head[i as usize] as usize] -= by * v);
    }
}

/// Reduced costs and weights after the exchange; whether the weights have become too large.
fn reprice(s: &mut State, weight: &mut [f64], q: usize, out: usize, pivot: f64) -> bool {
    let step = s.d[q] / pivot;
    let own = weight[q].max(1.0);
    let mut heavy = false;
    let (alpha, at, d) = (&s.alpha, &s.at, &mut s.d);
    for (j, a) in alpha.iter() {
        let j = j as usize;
        if at[j] == At::Basic || j == q {
            continue;
        }
        d[j] -= step * a;
        let ratio = a / pivot;
        weight[j] = weight[j].max(ratio * ratio * own);
        heavy |= weight[j] > HEAVY;
    }
    d[out] = -step;
    weight[out] = (own / (pivot * pivot)).max(1.0);
    heavy
}

/// Moves the bounds of basic columns apart, each by another bit.
fn move_bounds(s: &mut State) {
    for place in 0..s.head.len() {
        let j = s.head[place] as usize;
        let (a, b) = (1.0 + s.draw(), 1.0 + s.draw());
        s.lower[j] -= 1e-7 * (1.0 + s.lower[j].abs()) * a;
        s.upper[j] += 1e-7 * (1.0 + s.upper[j].abs()) * b;
    }
}

/// The direction in which the cost falls without end: of all columns but logicals.
fn direction(s: &State, q: usize, up: f64) -> Vec<f64> {
    let mut ray = vec![0.0; s.p.all()];
    ray[q] = up;
    s.column.iter().for_each(|(i, v)| ray[s.head[i as usize] as usize] = -up * v);
    ray.truncate(s.p.n);
    ray
}
