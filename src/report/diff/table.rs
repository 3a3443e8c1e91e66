//! A difference as CSV: a row for each number that differs.

use std::io::{self, Write};

use super::super::csv::safe;
use crate::compare::{At, Change, Diff, Flip, Total};

/// Writes a difference as CSV: a row for each number, with the part and the row that it belongs to.
///
/// # Errors
/// What the writer reports.
pub fn write_csv(diff: &Diff, out: &mut dyn Write) -> io::Result<()> {
    let mut rows = Rows { table: csv::Writer::from_writer(out) };
    rows.table.write_record(["part", "item", "of", "what", "before", "after", "change", "before_at", "after_at"])?;
    for t in &diff.totals {
        let what = match t.what {
            Total::Total => "total",
            Total::Nominal => "nominal",
            Total::Unrestricted => "unrestricted",
            Total::Premium => "premium",
            Total::ExpectedLoss => "expected-loss",
            Total::Cvar => "cvar",
        };
        rows.number(["totals", what, "", "cost"], &t.cost)?;
    }
    for l in &diff.lines {
        rows.number(["lines", &l.id, l.kind.word(), "cost"], &l.cost)?;
    }
    for p in &diff.purchases {
        rows.number(["purchases", &p.offer, "", "spend"], &p.spend)?;
        p.periods.iter().try_for_each(|c| rows.number(["purchases", &p.offer, &c.period, "chips"], &c.chips))?;
    }
    for a in &diff.assignments {
        rows.number(["assignments", &a.workload, &a.offer, "work"], &a.work)?;
    }
    for e in &diff.exposure {
        let of = format!("{} by {}", e.of, e.by);
        rows.number(["exposure", "", &of, "hhi"], &e.hhi)?;
        for g in &e.groups {
            rows.number(["exposure", &g.group, &of, "share"], &g.share)?;
            rows.number(["exposure", &g.group, &of, "amount"], &g.amount)?;
        }
    }
    for r in &diff.resilience {
        rows.number(["resilience", &r.lost.group, &r.lost.by, "served"], &r.served)?;
        if r.required.before.or(r.required.after).is_some() {
            rows.number(["resilience", &r.lost.group, &r.lost.by, "required"], &r.required)?;
        }
    }
    for l in &diff.limits {
        rows.flip(["limits", &l.name, &l.unit, "binding"], l.binding)?;
        for (what, x) in [("activity", &l.activity), ("limit", &l.limit), ("shadow_price", &l.shadow_price)] {
            rows.number(["limits", &l.name, &l.unit, what], x)?;
        }
    }
    for c in &diff.contracts {
        rows.flip(["contracts", &c.contract, "", "signed"], c.signed)?;
        for (what, x) in [("spend", &c.spend), ("idle", &c.idle), ("worth", &c.worth)] {
            rows.number(["contracts", &c.contract, "", what], x)?;
        }
    }
    for u in &diff.unmet {
        rows.number(["unmet", &u.workload, &u.period, "work"], &u.work)?;
    }
    for i in diff.inputs.iter().flatten() {
        let at = |at: &Option<At>| at.as_ref().map(|at| format!("{}:{}", at.file, at.line)).unwrap_or_default();
        let text = |x: &Option<String>| x.clone().unwrap_or_default();
        let (before, after) = (text(&i.before), text(&i.after));
        let cells = [&before, &after, "", &at(&i.before_at), &at(&i.after_at)];
        rows.row(["inputs", &i.path, "", "value"], cells)?;
    }
    rows.table.flush()
}

struct Rows<'a> {
    table: csv::Writer<&'a mut dyn Write>,
}

impl Rows<'_> {
    fn number(&mut self, names: [&str; 4], change: &Change) -> io::Result<()> {
        let text = |x: Option<f64>| x.map(|x| x.to_string()).unwrap_or_default();
        let numbers = [text(change.before), text(change.after), text(change.change)];
        // Numbers stay numbers, with their sign.
        let names = names.map(safe);
        let places = [String::new(), String::new()];
        self.table.write_record(names.iter().chain(&numbers).chain(&places))?;
        Ok(())
    }

    fn flip(&mut self, names: [&str; 4], flip: Flip) -> io::Result<()> {
        let text = |x: Option<bool>| x.map(|x| x.to_string()).unwrap_or_default();
        self.row(names, [&text(flip.before), &text(flip.after), "", "", ""])
    }

    fn row(&mut self, names: [&str; 4], cells: [&str; 5]) -> io::Result<()> {
        self.table.write_record(names.into_iter().chain(cells).map(safe))?;
        Ok(())
    }
}
