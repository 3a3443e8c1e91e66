//! The points of a sweep: grid, list, tornado and random sample.

use super::column::usual;
use super::error::SweepError;
use crate::document::{Axis, Spread};
use crate::model::{Column, Family, Method};

/// Points that are solved one from the other, by how many there are: never by the number of threads,
/// since that must not depend on the machine. Few, so that small sweeps have work for all threads;
/// more of many, so that fewer of them are solved from afar.
fn group(points: usize) -> usize {
    (points / 16).clamp(8, 64)
}

/// A sweep that can be run: nothing in it depends on how.
#[derive(Clone, Debug, PartialEq)]
pub struct SweepPlan {
    /// The names of what varies.
    pub names: Vec<String>,
    /// The columns that say where a point is.
    pub settings: Vec<SettingColumn>,
    /// For each axis of scenarios the lists, joined by `+`.
    pub scenarios: Vec<Option<Vec<String>>>,
    /// The value of each axis at each point; `None` is as written.
    pub points: Vec<Vec<Option<f64>>>,
    /// The numbers of the points in the order in which they are solved, neighbours together.
    pub order: Vec<usize>,
    /// What is reported of each point.
    pub columns: Vec<Column>,
    /// How the points were put together.
    pub method: Method,
    /// Points that are solved one from the other.
    pub chunk: usize,
}

/// A column that says where a point is. What is scaled or shifted has two: the value under the name of what varies, as
/// what is set has, and beside it the factor or shift under a name that says so. Where several values or a series vary at
/// once there is no one value, and only the second.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingColumn {
    /// Its name.
    pub name: String,
    /// The axis that it tells.
    pub axis: usize,
    /// The value at each point, `None` where the model is as written; without them, the axis's own values are reported.
    pub values: Option<Vec<Option<f64>>>,
}

fn settings(family: &Family, points: &[Vec<Option<f64>>]) -> Vec<SettingColumn> {
    let mut columns = Vec::new();
    for (axis, Axis { name, how, .. }) in family.spec.axes.iter().enumerate() {
        let Some(word) = how.word() else {
            columns.push(SettingColumn { name: name.clone(), axis, values: None });
            continue;
        };
        let values: Vec<Option<f64>> = points.iter().map(|at| family.number_at(axis, at)).collect();
        // A value wherever the model is not as written.
        if values.iter().zip(points).all(|(value, at)| value.is_some() == at[axis].is_some()) {
            columns.push(SettingColumn { name: name.clone(), axis, values: Some(values) });
        }
        columns.push(SettingColumn { name: format!("{name} ({word})"), axis, values: None });
    }
    columns
}

/// The plan of a sweep.
///
/// # Errors
/// [`SweepError::Correlations`] if those of a sample contradict one another.
pub fn plan(family: &Family, columns: Vec<Column>) -> Result<SweepPlan, SweepError> {
    let axes = &family.spec.axes;
    let points = match &family.spec.method {
        Method::Grid => grid(axes),
        Method::List => list(axes),
        Method::Tornado => bars(axes),
        Method::Sample(sampling) => {
            let drawn = sampling.points(axes).map_err(|_| SweepError::Correlations)?;
            drawn.into_iter().map(|point| point.into_iter().map(Some).collect()).collect()
        }
    };
    let order = match &family.spec.method {
        Method::Grid => snake(&family.lengths()),
        Method::Sample(_) => along_curve(&points),
        // As written: the next of a list or tornado is as near as any.
        Method::List | Method::Tornado => (0..points.len()).collect(),
    };
    Ok(with_points(family, columns, points, order))
}

/// The plan of a sweep whose points are known.
pub(crate) fn with_points(
    family: &Family,
    columns: Vec<Column>,
    points: Vec<Vec<Option<f64>>>,
    order: Vec<usize>,
) -> SweepPlan {
    let axes = &family.spec.axes;
    let scenarios = axes.iter().map(|a| match &a.spread {
        Spread::Scenarios(lists) => {
            Some(lists.iter().map(|l| if l.is_empty() { "none".to_owned() } else { l.join("+") }).collect())
        }
        _ => None,
    });
    SweepPlan {
        names: axes.iter().map(|a| a.name.clone()).collect(),
        settings: settings(family, &points),
        scenarios: scenarios.collect(),
        chunk: group(points.len()),
        points,
        order,
        columns,
        method: family.spec.method.clone(),
    }
}

/// The columns that a sweep asks for; if it names none, the usual ones.
///
/// # Errors
/// [`SweepError::Column`] as [`Column::read`].
pub fn columns(family: &Family, full: bool) -> Result<Vec<Column>, SweepError> {
    if family.spec.columns.is_empty() {
        return Ok(usual(family.model(), full));
    }
    family.spec.columns.iter().map(|text| Ok(Column::read(text, family.model())?)).collect()
}

/// The values of an axis, ends exact.
fn values(axis: &Axis) -> Vec<f64> {
    match &axis.spread {
        Spread::Range { from, to, steps } => {
            let last = steps.unwrap_or(2) - 1;
            let at = |i: usize| match i {
                0 => *from,
                i if i == last => *to,
                i => tidied(from + (to - from) * (i as f64 / last as f64)),
            };
            (0..=last).map(at).collect()
        }
        Spread::Values(values) => values.clone(),
        Spread::Scenarios(lists) => (0..lists.len()).map(|i| i as f64).collect(),
        Spread::Random(_) => Vec::new(),
    }
}

/// The number that a person would have written: 0.8 and not 0.7999999999999999.
fn tidied(x: f64) -> f64 {
    format!("{x:.13e}").parse().unwrap_or(x)
}

/// Every combination, the last axis fastest.
fn grid(axes: &[Axis]) -> Vec<Vec<Option<f64>>> {
    let mut points = vec![Vec::new()];
    for axis in axes {
        let values = values(axis);
        let with = |p: &Vec<Option<f64>>, v: f64| p.iter().copied().chain([Some(v)]).collect();
        points = points.iter().flat_map(|p| values.iter().map(|&v| with(p, v)).collect::<Vec<_>>()).collect();
    }
    points
}

fn list(axes: &[Axis]) -> Vec<Vec<Option<f64>>> {
    let columns: Vec<Vec<f64>> = axes.iter().map(values).collect();
    (0..columns[0].len()).map(|i| columns.iter().map(|c| Some(c[i])).collect()).collect()
}

/// The model as written, then each axis down and up.
fn bars(axes: &[Axis]) -> Vec<Vec<Option<f64>>> {
    let mut points = vec![vec![None; axes.len()]];
    for (i, axis) in axes.iter().enumerate() {
        let values = values(axis);
        for value in [values[0], values[values.len() - 1]] {
            let mut point = vec![None; axes.len()];
            point[i] = Some(value);
            points.push(point);
        }
    }
    points
}

/// The points of a grid as the ox ploughs: from each to the next a single axis takes a single step.
/// It is the reflected Gray code of several bases (Knuth, The Art of Computer Programming, 7.2.1.1).
fn snake(lengths: &[usize]) -> Vec<usize> {
    let mut order = vec![0];
    for &length in lengths {
        let forth_and_back = |(i, &point): (usize, &usize)| {
            let row = point * length..(point + 1) * length;
            if i % 2 == 0 { row.collect::<Vec<_>>() } else { row.rev().collect() }
        };
        order = order.iter().enumerate().flat_map(forth_and_back).collect();
    }
    order
}

/// The points of a sample along a Z-order curve through the ranks of their values (Morton, 1966):
/// what is near on it is near in every axis, and no unit or spread counts more than another.
fn along_curve(points: &[Vec<Option<f64>>]) -> Vec<usize> {
    let (n, k) = (points.len(), points.first().map_or(0, Vec::len));
    let mut ranks = vec![vec![0_usize; k]; n];
    for axis in 0..k {
        let value = |i: usize| points[i][axis].unwrap_or(f64::NAN);
        let mut sorted: Vec<usize> = (0..n).collect();
        sorted.sort_by(|&a, &b| value(a).total_cmp(&value(b)).then(a.cmp(&b)));
        for (rank, &point) in sorted.iter().enumerate() {
            // Equal values have one rank.
            let before = rank.checked_sub(1).map(|r| sorted[r]).filter(|&b| value(b).total_cmp(&value(point)).is_eq());
            ranks[point][axis] = before.map_or(rank, |b| ranks[b][axis]);
        }
    }
    // Which of two comes first is settled by the axis whose ranks differ in the highest bit.
    let first_bit = |a: usize, b: usize, axis: usize| (ranks[a][axis] ^ ranks[b][axis]).checked_ilog2();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| {
        let mut decides = 0;
        for axis in 1..k {
            if first_bit(a, b, axis) > first_bit(a, b, decides) {
                decides = axis;
            }
        }
        let by = |i: usize| ranks[i].get(decides);
        by(a).cmp(&by(b)).then(a.cmp(&b))
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{Diagnostics, Sources};
    use crate::document::read_axis;

    fn axes(texts: &[&str]) -> Vec<Axis> {
        let (mut s, mut d) = (Sources::new(), Diagnostics::new());
        texts.iter().map(|t| read_axis(t, &mut s, &mut d).unwrap()).collect()
    }

    #[test]
    fn the_last_axis_is_fastest() {
        let points = grid(&axes(&["a=1,2", "b=0..1/3"]));
        let plain: Vec<Vec<f64>> = points.iter().map(|p| p.iter().map(|v| v.unwrap()).collect()).collect();
        assert_eq!(plain, [[1.0, 0.0], [1.0, 0.5], [1.0, 1.0], [2.0, 0.0], [2.0, 0.5], [2.0, 1.0]]);
    }

    #[test]
    fn neighbours_of_a_grid_differ_by_one_step_of_one_axis() {
        assert_eq!(snake(&[2, 3]), [0, 1, 2, 5, 4, 3]);
        assert_eq!(snake(&[2, 1, 2]), [0, 1, 3, 2]);
        let lengths = [3, 4, 2, 5];
        let order = snake(&lengths);
        let digits = |mut point: usize| -> Vec<usize> {
            let mut digits: Vec<usize> = lengths.iter().rev().map(|l| (point % l, point /= l).0).collect();
            digits.reverse();
            digits
        };
        for pair in order.windows(2) {
            let steps = digits(pair[0]).iter().zip(digits(pair[1])).map(|(a, b)| a.abs_diff(b)).sum::<usize>();
            assert_eq!(steps, 1, "{pair:?}");
        }
        let mut all = order.clone();
        all.sort_unstable();
        assert_eq!(all, (0..120).collect::<Vec<_>>());
    }

    #[test]
    fn a_sample_is_ordered_along_a_z_curve_of_ranks() {
        let points = [[3.0, 3.0], [0.0, 1.0], [2.0, 0.0], [1.0, 1.0], [0.0, 0.0]];
        let points: Vec<Vec<Option<f64>>> = points.iter().map(|p| p.iter().map(|&v| Some(v)).collect()).collect();
        // Ranks, equal ones the lower: (4,4) (0,2) (3,0) (2,2) (0,0). Their bits in turn, the first axis
        // before the second, are 110000, 000100, 001010, 001100 and 000000.
        assert_eq!(along_curve(&points), [4, 1, 2, 3, 0]);
        assert_eq!(along_curve(&[]), Vec::<usize>::new());
        let same = vec![vec![Some(1.0)], vec![Some(1.0)]];
        assert_eq!(along_curve(&same), [0, 1]);
    }

    #[test]
    fn a_tornado_moves_one_thing_at_a_time() {
        let points = bars(&axes(&["a=*0.8..1.2", "b=3,5"]));
        assert_eq!(points.len(), 5);
        assert_eq!(points[0], [None, None]);
        assert_eq!(points[2], [Some(1.2), None]);
        assert_eq!(points[3], [None, Some(3.0)]);
    }
}
