//! What several futures have in common has a purpose if one of them uses it.
//!
//! A limit on shares of what is held forbids to buy what nobody needs (`purpose`). A future by itself has to use what it
//! holds; chips that are decided on before futures are reported apart may stand idle in one and work in another. In the rows
//! of those futures together each decision, and each use of what is the same in several, counts once:
//!
//! - reservations within an interval are no more than what is used in it in any of the futures that share one;
//! - what is rented, decided before it is known how much is needed, is no more than what is used of it in any of them.
//!
//! (Hall's condition for jobs that may run in any period of any of these futures: as in `purpose`, it is enough for what
//! no plan may break, and every plan in which each chip works somewhere keeps it.) The rows of each future by itself no
//! longer hold then.

use std::collections::{BTreeMap, HashMap};

use super::{Constraint, Formulation};
use crate::lp::{ColumnId, RowId};
use crate::model::{OfferId, Unneeded};

/// A row of several futures together.
pub(super) struct Together {
    pub name: String,
    pub role: &'static str,
    pub lower: f64,
    pub upper: f64,
    pub terms: Vec<(ColumnId, f64)>,
}

/// What becomes of the rows on purposes.
pub(super) struct Elsewhere {
    /// For each future the rows that no longer hold by themselves.
    pub freed: Vec<Vec<bool>>,
    /// The rows that hold instead.
    pub rows: Vec<Together>,
    /// For each future what has its purpose in any of those that share it.
    pub excused: Vec<Vec<Unneeded>>,
}

/// A row of one future on what is bought.
struct Bought {
    future: usize,
    row: usize,
    what: Unneeded,
    /// Of joined columns.
    terms: Vec<(ColumnId, f64)>,
    /// Those of them that are bought.
    held: Vec<ColumnId>,
    /// Those of them that are decided: the others only follow.
    decided: Vec<(ColumnId, f64)>,
    upper: f64,
}

/// Finds the rows on purposes that ask one future for the use of what several have, `columns` being where each future's
/// columns are, and `dated` whether they are decisions.
pub(super) fn elsewhere(
    futures: &[&Formulation],
    columns: &[Vec<ColumnId>],
    dated: &[Vec<bool>],
    joined: usize,
) -> Elsewhere {
    let mut having = vec![0_usize; joined];
    columns.iter().flatten().for_each(|c| having[c.0 as usize] += 1);
    let mut found = Elsewhere {
        freed: futures.iter().map(|f| vec![false; f.program.rows().len()]).collect(),
        rows: Vec::new(),
        excused: vec![Vec::new(); futures.len()],
    };
    let mut named: BTreeMap<String, Vec<Bought>> = BTreeMap::new();
    for (future, f) in futures.iter().enumerate().filter(|(_, f)| f.is_purposeful()) {
        let offers: HashMap<ColumnId, OfferId> = f.holdings.iter().map(|h| (h.column, h.offer)).collect();
        for (i, row) in f.program.rows().iter().enumerate() {
            let reserved = f.constraints[i] == Constraint::Purpose && row.role.word() == "used";
            let rented = match f.constraints[i] {
                Constraint::Use { offer, period } if row.lower == 0.0 => Some((offer, period)),
                _ => None,
            };
            if !reserved && rented.is_none() {
                continue;
            }
            let own: Vec<(ColumnId, f64)> = f.program.row_terms(RowId(i as u32)).collect();
            let joined = |c: ColumnId| columns[future][c.0 as usize];
            let held: Vec<ColumnId> = own.iter().filter(|(c, _)| offers.contains_key(c)).map(|t| joined(t.0)).collect();
            let Some(first) = own.iter().find_map(|(c, _)| offers.get(c).copied()) else { continue };
            if !held.iter().any(|c| having[c.0 as usize] > 1) {
                continue;
            }
            let what = match rented {
                Some((offer, period)) => Unneeded::Standing { offer, period },
                None => Unneeded::Reserved { offer: first },
            };
            let mut terms: Vec<(ColumnId, f64)> = own.iter().map(|&(c, a)| (joined(c), a)).collect();
            terms.sort_by_key(|t| t.0);
            let name = f.program.row_name(RowId(i as u32)).to_owned();
            let decisions = own.iter().filter(|(c, _)| dated[future][c.0 as usize]);
            let mut decided: Vec<(ColumnId, f64)> = decisions.map(|&(c, a)| (joined(c), a)).collect();
            decided.sort_by_key(|t| t.0);
            let bought = Bought { future, row: i, what, terms, held, decided, upper: row.upper };
            named.entry(name).or_default().push(bought);
        }
    }
    for (name, rows) in named {
        for (number, sharing) in sharing(rows).into_iter().enumerate() {
            // What is the same decision and the same use holds as it is.
            if sharing.iter().all(|b| b.decided == sharing[0].decided && b.upper == sharing[0].upper) {
                continue;
            }
            found.put(&name, number, &sharing);
        }
    }
    found
}

/// Rows by what they share.
fn sharing(rows: Vec<Bought>) -> Vec<Vec<Bought>> {
    let mut groups: Vec<Vec<Bought>> = Vec::new();
    for row in rows {
        let meets = |group: &Vec<Bought>| group.iter().any(|b| b.held.iter().any(|c| row.held.contains(c)));
        let (mut own, others): (Vec<Vec<Bought>>, Vec<Vec<Bought>>) = groups.into_iter().partition(meets);
        let mut group: Vec<Bought> = own.drain(..).flatten().collect();
        group.push(row);
        groups = others;
        groups.push(group);
    }
    groups
}

impl Elsewhere {
    /// Rows of several futures as one.
    fn put(&mut self, name: &str, number: usize, sharing: &[Bought]) {
        let mut terms: BTreeMap<ColumnId, f64> = BTreeMap::new();
        let mut most = f64::NEG_INFINITY;
        for b in sharing {
            self.freed[b.future][b.row] = true;
            if !self.excused[b.future].contains(&b.what) {
                self.excused[b.future].push(b.what);
            }
            terms.extend(b.terms.iter().copied());
            most = most.max(b.upper);
        }
        // In a row of use what works is added and what is held is taken off; in one of reservations the other way round.
        let rented = matches!(sharing[0].what, Unneeded::Standing { .. });
        let (lower, upper) = if rented { (0.0, f64::INFINITY) } else { (f64::NEG_INFINITY, most) };
        let role = if rented { "use" } else { "used" };
        let name = format!("{name}*{}", number + 1);
        self.rows.push(Together { name, role, lower, upper, terms: terms.into_iter().collect() });
    }
}
