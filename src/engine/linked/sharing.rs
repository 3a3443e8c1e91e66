//! What parts share, and which rows are about that.

use std::collections::{BTreeMap, HashMap};

use super::part::Part;
use crate::lp::{ColumnId, LinearProgram, RowId, RowRole};

/// Two coefficients are the same up to rounding.
const SAME: f64 = 1e-9;
/// The most columns of its own that a row of a part may have to be told of what is shared.
const FEW: usize = 3;
/// How wide their range is then at the most, in what the row asks for.
const NEED: f64 = 2.0;
/// Columns with their coefficients.
pub(super) type Terms = Vec<(ColumnId, f64)>;

/// What parts share in the whole program. A column of the master stands for those of the whole program that no part tells
/// apart; what one part has as a sum, others may have apart.
pub(super) struct Sharing {
    /// For each part and each of its columns, the columns of the master whose sum it is; none if it is not shared.
    pub of: Vec<Vec<Vec<ColumnId>>>,
    /// For each column of the master its bounds.
    pub bounds: Vec<(f64, f64)>,
    /// And what it stands for in the whole program.
    pub images: Vec<Vec<ColumnId>>,
    /// The same the other way round.
    pub place: HashMap<ColumnId, ColumnId>,
}

impl Sharing {
    pub fn of(whole: &LinearProgram, parts: &[Part]) -> Self {
        let mut first: Vec<Option<usize>> = vec![None; whole.columns().len()];
        let mut several = vec![false; whole.columns().len()];
        for (p, part) in parts.iter().enumerate() {
            for image in part.images.iter().flatten() {
                several[image.0 as usize] |= *first[image.0 as usize].get_or_insert(p) != p;
            }
        }
        let is_shared = |images: &[ColumnId]| images.iter().any(|i| several[i.0 as usize]);
        let mut all = Sharing { of: Vec::new(), bounds: Vec::new(), images: Vec::new(), place: HashMap::new() };
        // Those that are one column in each part: each part divides what the parts before it have left together.
        let mut class: BTreeMap<ColumnId, usize> = BTreeMap::new();
        let mut classes = 1;
        for part in parts {
            let mut divided: HashMap<(usize, usize), usize> = HashMap::new();
            for (c, images) in part.images.iter().enumerate().filter(|(_, images)| is_shared(images)) {
                for &image in images {
                    let own = class.entry(image).or_default();
                    *own = *divided.entry((*own, c)).or_insert_with(|| {
                        classes += 1;
                        classes - 1
                    });
                }
            }
        }
        let mut masters: HashMap<usize, ColumnId> = HashMap::new();
        for (&image, &class) in &class {
            let master = *masters.entry(class).or_insert_with(|| {
                all.images.push(Vec::new());
                all.bounds.push((0.0, 0.0));
                ColumnId(all.images.len() as u32 - 1)
            });
            let (own, bounds) = (&whole.columns()[image.0 as usize], &mut all.bounds[master.0 as usize]);
            *bounds = (bounds.0 + own.lower, bounds.1 + own.upper);
            all.images[master.0 as usize].push(image);
            all.place.insert(image, master);
        }
        let of = |images: &Vec<ColumnId>| {
            let mut own: Vec<ColumnId> = images.iter().filter_map(|i| all.place.get(i).copied()).collect();
            own.sort_unstable();
            own.dedup();
            own
        };
        all.of = parts.iter().map(|part| part.images.iter().map(of).collect()).collect();
        all
    }

    /// How many columns are shared.
    pub fn count(&self) -> usize {
        self.images.len()
    }

    /// A column of the master at a point of the whole program.
    pub fn at(&self, point: &[f64], column: ColumnId) -> f64 {
        self.images[column.0 as usize].iter().map(|i| point[i.0 as usize]).sum()
    }
}

/// A row of a part in what is shared.
pub(super) struct OfShared {
    pub terms: Terms,
    /// Between what they are.
    pub sides: (f64, f64),
    pub role: RowRole,
    /// Whether that is all of the row.
    pub whole: bool,
}

/// A row of the whole program that is so many times what a part costs, and terms in columns of no part.
pub(super) struct OfCost {
    pub part: usize,
    pub times: f64,
    pub terms: Terms,
}

/// A row of a part in what is shared; `None` if it says nothing of that. Where it has a few other columns it asks for what they
/// leave of it: a need that may go unmet by no more than all of it has a column in each part for that, though it is a need of
/// what is shared.
pub(super) fn of_shared(part: &Part, row: RowId, shared: &[Vec<ColumnId>]) -> Option<OfShared> {
    let own = part.program.rows()[row.0 as usize];
    let (mut terms, mut others, mut most, mut least) = (Vec::new(), 0, 0.0, 0.0);
    for (c, a) in part.program.row_terms(row) {
        if !shared[c.0 as usize].is_empty() {
            terms.extend(shared[c.0 as usize].iter().map(|&c| (c, a)));
            continue;
        }
        others += 1;
        let column = part.program.columns()[c.0 as usize];
        let (low, high) = (a * column.lower, a * column.upper);
        least += low.min(high);
        most += low.max(high);
    }
    if terms.is_empty() || others > FEW {
        return None;
    }
    // What can be anything leaves nothing to ask for.
    let side = [own.lower, own.upper].into_iter().filter(|s| s.is_finite()).fold(0.0f64, |a, s| a.max(s.abs()));
    let says = others == 0 || most - least <= NEED * side;
    let sides = (own.lower - most, own.upper - least);
    says.then_some(OfShared { terms, sides, role: own.role, whole: others == 0 })
}

/// A row of the whole program as a number of times the cost of a part, and its terms in columns of no part, of which `place`
/// says where they are; `None` if it is no such row.
pub(super) fn of_cost(
    whole: &LinearProgram,
    parts: &[Part],
    row: RowId,
    place: &HashMap<ColumnId, ColumnId>,
) -> Option<OfCost> {
    let (mut terms, mut others) = (Vec::new(), HashMap::new());
    for (c, a) in whole.row_terms(row) {
        match place.get(&c) {
            Some(&here) => terms.push((here, a)),
            None => {
                others.insert(c, a);
            }
        }
    }
    let costs = parts.iter().enumerate().filter(|_| !others.is_empty());
    let (part, times) = costs.filter_map(|(p, part)| Some((p, times_cost(part, &others)?))).next()?;
    Some(OfCost { part, times, terms })
}

/// A row of the whole program in columns of no part, of which `own` says where they are, and in those of which `place` does,
/// each standing for its `images`; `None` if it has others, or treats differently what is one.
pub(super) fn of_columns(
    whole: &LinearProgram,
    row: RowId,
    own: &HashMap<ColumnId, ColumnId>,
    place: impl Fn(ColumnId) -> Option<ColumnId>,
    images: &[Vec<ColumnId>],
) -> Option<Terms> {
    let (mut terms, mut sums) = (Terms::new(), BTreeMap::<ColumnId, Vec<f64>>::new());
    for (c, a) in whole.row_terms(row) {
        match own.get(&c) {
            Some(&here) => terms.push((here, a)),
            None => sums.entry(place(c)?).or_default().push(a),
        }
    }
    for (at, all) in sums {
        if all.len() != images[at.0 as usize].len() || all.iter().any(|a| *a != all[0]) {
            return None;
        }
        terms.push((at, all[0]));
    }
    Some(terms)
}

/// The number by which terms are the costs of a part, if they are.
fn times_cost(part: &Part, terms: &HashMap<ColumnId, f64>) -> Option<f64> {
    let mut k: Option<f64> = None;
    let mut seen = 0;
    for (column, images) in part.program.columns().iter().zip(&part.images) {
        for image in images {
            let a = terms.get(image).copied().unwrap_or(0.0);
            seen += usize::from(terms.contains_key(image));
            if column.cost == 0.0 {
                if a != 0.0 {
                    return None;
                }
                continue;
            }
            let ratio = a / column.cost;
            match k {
                None => k = Some(ratio),
                Some(k) if (ratio - k).abs() > SAME * k.abs() => return None,
                Some(_) => {}
            }
        }
    }
    k.filter(|k| *k != 0.0 && seen >= terms.len())
}
