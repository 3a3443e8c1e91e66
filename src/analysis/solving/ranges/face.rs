//! The range of the price of a limit that moves bounds of the program alone: from two programs on
//! the optimal face of its multipliers.

use std::collections::BTreeMap;

use super::super::settings::SolveSettings;
use crate::engine::{CertifiedSession, CertifiedStatus, EngineError, Solved};
use crate::lp::{ColumnId, LinearProgram, RowId};

/// What a column or row may add to the cost, relative to it, and still count as nothing.
const NOTHING: f64 = 1e-9;

/// The bounds of a program that a limit moves, each by so much when the limit rises by one: of a row
/// the one that costs, of a column the upper.
#[derive(Clone, Debug, Default)]
pub(super) struct BoundShift {
    pub rows: BTreeMap<RowId, f64>,
    pub columns: BTreeMap<ColumnId, f64>,
}

impl BoundShift {
    /// One row.
    pub fn row(row: RowId) -> Self {
        BoundShift { rows: BTreeMap::from([(row, 1.0)]), ..BoundShift::default() }
    }

    /// One column.
    pub fn column(column: ColumnId) -> Self {
        BoundShift { columns: BTreeMap::from([(column, 1.0)]), ..BoundShift::default() }
    }
}

/// How far a limit may fall and rise before its multipliers change.
///
/// The multipliers stay optimal as long as there is a point that goes with them: every column with
/// a reduced cost at its bound, every row with a multiplier tight (complementary slackness). The
/// furthest such points are the optima of two programs (Jansen, de Jong, Roos and Terlaky,
/// "Sensitivity analysis in linear programming: just be careful!", European Journal of Operational
/// Research 101, 1997).
pub(super) fn range(
    lp: &LinearProgram,
    solved: &Solved,
    moved: &BoundShift,
    settings: &SolveSettings,
) -> Result<(Option<f64>, Option<f64>), EngineError> {
    let negligible = NOTHING * (1.0 + lp.objective(&solved.x).abs());
    // What is away from its bound has no price, whatever the multipliers' noise says: so the point
    // itself stays on the face.
    let on = |x: f64, bound: f64, size: f64| (x - bound).abs() <= 1e-9 * (1.0 + bound.abs() + size);
    let mut face = LinearProgram::new("range");
    // What a bound can move is at most what the row can be.
    let mut most: f64 = 0.0;
    for (&row, by) in &moved.rows {
        let (least, largest) = lp.activity_range(row);
        most = most.max(least.abs().max(largest.abs()) * 2.0 / by);
    }
    for (c, by) in &moved.columns {
        most = most.max(100.0 * (1.0 + lp.columns()[c.0 as usize].upper) / by);
    }
    for (j, c) in lp.columns().iter().enumerate() {
        let id = ColumnId(j as u32);
        let (x, d) = (solved.x[j], solved.reduced_costs[j]);
        let priced = d.abs() * (c.upper - c.lower) > negligible;
        let (lower, upper) = match (priced, d > 0.0) {
            (true, true) if on(x, c.lower, 0.0) => (c.lower, c.lower),
            _ if moved.columns.contains_key(&id) => (c.lower, f64::INFINITY),
            (true, false) if on(x, c.upper, 0.0) => (c.upper, c.upper),
            _ => (c.lower, c.upper),
        };
        face.add_column(lp.column_name(id), c.role, lower, upper, 0.0);
    }
    let activity = lp.activity(&solved.x);
    let step = face.add_column("step", "step", -most, most, 0.0);
    for (i, row) in lp.rows().iter().enumerate() {
        let id = RowId(i as u32);
        let (least, largest) = lp.activity_range(id);
        let y = solved.y[i];
        let by = moved.rows.get(&id);
        let only = moved.rows.len() == 1 && by.is_some();
        let tight = only || y.abs() * (largest - least) > negligible;
        let size = lp.row_terms(id).map(|(c, a)| (a * solved.x[c.0 as usize]).abs()).sum::<f64>();
        let bounds = match (tight, y > 0.0) {
            (true, true) if only || on(activity[i], row.lower, size) => (row.lower, row.lower),
            (true, false) if only || on(activity[i], row.upper, size) => (row.upper, row.upper),
            _ => (row.lower, row.upper),
        };
        let terms = lp.row_terms(id).chain(by.map(|by| (step, -by)));
        face.add_row(lp.row_name(id), row.role, bounds.0, bounds.1, terms);
    }
    for (&c, &by) in &moved.columns {
        let (column, x) = (&lp.columns()[c.0 as usize], solved.x[c.0 as usize]);
        let costs = -solved.reduced_costs[c.0 as usize] * (column.upper - column.lower) > negligible;
        // What costs stays at its bound, what does not may be below.
        let tight = moved.rows.is_empty() || costs && on(x, column.upper, 0.0);
        let least = if tight { column.upper } else { f64::NEG_INFINITY };
        face.add_row("moved", "moved", least, column.upper, [(c, 1.0), (step, -by)]);
    }
    let mut face = CertifiedSession::open(face, settings.engine, &settings.options())?;
    let mut ends = [None; 2];
    for (end, sign) in ends.iter_mut().zip([1.0, -1.0]) {
        face.set_cost(step, sign);
        let found = face.solve()?;
        let reached = found.x.get(step.0 as usize).filter(|_| found.status == CertifiedStatus::Optimal);
        let Some(reached) = reached.filter(|r| *r * sign <= 0.0) else { return Ok((None, None)) };
        // As far as we let it go is not a limit of the model.
        *end = (reached.abs() <= 0.999 * most).then_some(*reached);
    }
    Ok((ends[0], ends[1]))
}
