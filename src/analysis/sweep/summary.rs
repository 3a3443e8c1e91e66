//! What a whole sweep says: which input matters most, and how a sample is spread.

use super::points::SweepPlan;
use super::row::Row;

/// An input of a tornado: what the first column is with it down and up.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// The axis.
    pub axis: usize,
    /// Its two values.
    pub settings: [f64; 2],
    /// The points with them.
    pub points: [usize; 2],
    /// The first column at them; `None` where there is no plan.
    pub values: [Option<f64>; 2],
    /// The size of the difference; `None` without one of the two.
    pub effect: Option<f64>,
}

/// The inputs of a tornado, the one with the largest effect first; before them those for which
/// there is no plan on one side.
#[must_use]
pub fn tornado(plan: &SweepPlan, rows: &[Row]) -> Vec<Bar> {
    let first = |point: usize| rows[point].values.first().copied().flatten();
    let bars = (0..plan.names.len()).map(|axis| {
        let points = [1 + 2 * axis, 2 + 2 * axis];
        let values = points.map(first);
        let effect = values[0].zip(values[1]).map(|(low, high)| (high - low).abs());
        let settings = points.map(|p| plan.points[p][axis].unwrap_or(f64::NAN));
        Bar { axis, settings, points, values, effect }
    });
    let mut bars: Vec<Bar> = bars.collect();
    let size = |b: &Bar| b.effect.unwrap_or(f64::INFINITY);
    bars.sort_by(|a, b| size(b).total_cmp(&size(a)).then(a.axis.cmp(&b.axis)));
    bars
}

/// How a column is spread over the points that have a plan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// How many points have it.
    pub count: usize,
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation.
    pub deviation: f64,
    /// Its quantiles at 0, 5, 50, 95 and 100 %.
    pub quantiles: [f64; 5],
}

/// How each column is spread; `None` where no point has it.
#[must_use]
pub fn spreads(plan: &SweepPlan, rows: &[Row]) -> Vec<Option<Spread>> {
    (0..plan.columns.len())
        .map(|column| {
            let mut values: Vec<f64> = rows.iter().filter_map(|r| r.values[column]).collect();
            values.sort_by(f64::total_cmp);
            let count = values.len();
            if count == 0 {
                return None;
            }
            let mean = values.iter().sum::<f64>() / count as f64;
            let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
            // Between neighbours linearly, as spreadsheets do.
            let quantile = |p: f64| {
                let at = p * (count - 1) as f64;
                let below = at.floor() as usize;
                let above = (below + 1).min(count - 1);
                values[below] + (at - below as f64) * (values[above] - values[below])
            };
            Some(Spread {
                count,
                mean,
                deviation: if count > 1 { (squares / (count - 1) as f64).sqrt() } else { 0.0 },
                quantiles: [0.0, 0.05, 0.5, 0.95, 1.0].map(quantile),
            })
        })
        .collect()
}
