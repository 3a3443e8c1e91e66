//! On whom the plan depends, how near its limits are, and what a loss leaves.

use std::collections::BTreeMap;

use super::{Palette, ROWS, sentence};
use crate::plan::{About, Bound, Exposure, LimitResult, Plan, Resilience};
use crate::report::chart::{Bullet, Chart, Frame, INK, Part, bands, bars, bullets, together};
use crate::report::dependency::{counted_demand, served};
use crate::report::summary::share;
use crate::units::human::{money, number};

fn whole<'a>(plan: &'a Plan, by: &str) -> Option<&'a Exposure> {
    plan.exposure.iter().find(|e| e.by == by && e.of == "spend" && e.period == "horizon")
}

/// What a group has in each period.
fn over_time(plan: &Plan, by: &str, group: &str, of: fn(&crate::plan::GroupShare) -> f64) -> Vec<f64> {
    let at = |period: &String| {
        let single = plan.model.periods.len() == 1;
        let same =
            |e: &&Exposure| e.by == by && e.of == "spend" && (e.period == *period || single && e.period == "horizon");
        plan.exposure.iter().find(same)?.groups.iter().find(|g| g.group == group).map(of)
    };
    plan.model.periods.iter().map(|p| at(p).unwrap_or(0.0)).collect()
}

/// How much is paid to each cloud, period by period.
pub(in crate::report) fn spend(plan: &Plan, palette: &Palette) -> Option<Chart> {
    let labels = &plan.model.periods;
    let all = whole(plan, "cloud")?;
    // Where periods are of several lengths, shares are drawn alone.
    if labels.len() < 2 || plan.model.hours.len() == labels.len() {
        return None;
    }
    let part = |g: &crate::plan::GroupShare| Part {
        name: g.group.clone(),
        class: palette.class("cloud", &g.group),
        values: over_time(plan, "cloud", &g.group, |g| g.amount),
    };
    let parts: Vec<Part> = all.groups.iter().map(part).collect();
    if parts.iter().flat_map(|p| &p.values).all(|x| *x <= 0.0) {
        return None;
    }
    let first = all.groups.first()?;
    let title = format!("`{}` is paid most of all clouds, {}", first.group, money(first.amount, &plan.currency));
    let description = format!("Undiscounted spend at each cloud, in {} a period.", plan.currency);
    let axis = format!("{} a period", plan.currency);
    Some(bars(Frame { id: "spend-cloud", title, description, axis: &axis, labels }, &together(parts), number))
}

/// How the spend is spread over the groups of a dimension in each period.
pub(in crate::report) fn exposure(plan: &Plan, by: &str, palette: &Palette) -> Option<Chart> {
    let labels = &plan.model.periods;
    let all = whole(plan, by)?;
    let part = |g: &crate::plan::GroupShare| Part {
        name: g.group.clone(),
        class: palette.class(by, &g.group),
        values: over_time(plan, by, &g.group, |g| g.share),
    };
    let mut parts: Vec<Part> = all.groups.iter().map(part).collect();
    // No chart without data.
    if parts.iter().all(|p| p.values.iter().all(|s| *s <= 0.0)) {
        return None;
    }
    // Fees and idle money of contracts that cover several groups belong to none of them.
    let paid = |p: &String| {
        plan.exposure.iter().any(|e| e.by == by && e.of == "spend" && e.period == *p && !e.groups.is_empty())
    };
    let rest: Vec<f64> = labels
        .iter()
        .enumerate()
        .map(|(t, p)| if paid(p) { (1.0 - parts.iter().map(|g| g.values[t]).sum::<f64>()).max(0.0) } else { 0.0 })
        .collect();
    if rest.iter().any(|r| *r > 1e-6) {
        let name = "fees, unused commitments".to_owned();
        parts.push(Part { name, class: "k2".to_owned(), values: rest });
    }
    let first = all.groups.first()?;
    let mut title = format!("`{}` carries {} of spend", first.group, share(first.share));
    title.push_str(&room(plan, by, &first.group, first.share).unwrap_or_default());
    let told: Vec<String> = all.groups.iter().take(5).map(|g| format!("{} {}", g.group, share(g.share))).collect();
    let id = format!("exposure-{by}");
    let whole = format!("over the horizon: {}. HHI {:.3}.", told.join(", "), all.hhi);
    if labels.len() == 1 {
        let shown = all.groups.iter().take(ROWS);
        let rows: Vec<Bullet> = shown
            .map(|g| Bullet {
                name: g.group.clone(),
                class: palette.class(by, &g.group),
                value: g.share,
                limit: None,
                bad: false,
                told: share(g.share),
            })
            .collect();
        let description = format!("Share of spend by {by}; the whole width is all of it. HHI {:.3}.", all.hhi);
        return Some(bullets(&id, &title, description, &rows));
    }
    let description = format!("Share of undiscounted spend by {by} in each period; {whole}");
    Some(bands(Frame { id: &id, title, description, axis: "share of spend", labels }, parts))
}

/// How far a group is below the cap on its share over the horizon, if there is one.
fn room(plan: &Plan, by: &str, group: &str, share: f64) -> Option<String> {
    // A limit names the group, or picks it by a selector.
    let selected = format!("{by}={group}");
    let caps = plan.limits.iter().filter(|l| {
        let about =
            matches!(&l.about, Some(About::Limit { group: Some(g), span: None, .. }) if g == group || *g == selected);
        about && l.kind == "share" && l.bound == Bound::AtMost && (l.activity - share).abs() < 1e-6
    });
    let cap = caps.min_by(|a, b| a.limit.total_cmp(&b.limit))?;
    let points = (cap.limit - cap.activity) * 100.0;
    Some(if points < 0.05 {
        format!(", at its limit of {}", super::dependency::share(cap.limit))
    } else {
        format!(
            ", {} points under its limit of {}",
            number((points * 10.0).round() / 10.0),
            super::dependency::share(cap.limit)
        )
    })
}

/// The limits on shares, each where it is nearest to what it allows.
pub(in crate::report) fn limits(plan: &Plan, palette: &Palette) -> Option<Chart> {
    let mut nearest: BTreeMap<_, &LimitResult> = BTreeMap::new();
    let room = |l: &LimitResult| (l.limit - l.activity).abs();
    for l in plan.limits.iter().filter(|l| l.unit == "share" || l.unit == "HHI") {
        // Two entries may have one name, but for what they are about.
        let survives = matches!(l.about, Some(About::Survive { .. }));
        let known = nearest.entry((survives, l.requirement.as_deref().unwrap_or(&l.name))).or_insert(l);
        if room(l) < room(known) {
            *known = l;
        }
    }
    let mut rows: Vec<_> = nearest.into_values().collect();
    rows.sort_by(|a, b| room(a).total_cmp(&room(b)).then_with(|| a.name.cmp(&b.name)));
    let (all, bind) = (rows.len(), rows.iter().filter(|l| l.binding).count());
    rows.truncate(ROWS);
    let told = |l: &LimitResult, x: f64| if l.unit == "HHI" { format!("{x:.3}") } else { share(x) };
    let bullet = |l: &&LimitResult| {
        let least = l.bound == Bound::AtLeast;
        let class = match &l.about {
            Some(About::Survive { lost, .. }) => palette.class(&lost.by, &lost.group),
            Some(About::Limit { group: Some(group), .. }) => supplier(plan, group, palette),
            _ => INK.to_owned(),
        };
        Bullet {
            name: l.name.clone(),
            class,
            value: l.activity,
            limit: Some(l.limit),
            bad: if least { l.activity < l.limit - 1e-6 } else { l.activity > l.limit + 1e-6 },
            told: format!("{} ({} {})", told(l, l.activity), if least { "min" } else { "max" }, told(l, l.limit)),
        }
    };
    let bars: Vec<Bullet> = rows.iter().map(bullet).collect();
    let binding = rows.iter().find(|l| l.binding).map(|l| format!(" {}", sentence(l))).unwrap_or_default();
    let description = format!("Each limit on a share where it is nearest; the red mark is the limit.{binding}");
    let title = match bind {
        0 => format!("None of {all} limits on shares binds"),
        1 if all == 1 => "The limit on shares binds".to_owned(),
        1 => format!("1 of {all} limits on shares binds"),
        n => format!("{n} of {all} limits on shares bind"),
    };
    (!bars.is_empty()).then(|| bullets("limits", &title, description, &bars))
}

/// The colour of a group whose dimension is not reported: that of the vendor, cloud or chip of its name.
fn supplier(plan: &Plan, group: &str, palette: &Palette) -> String {
    // One group that a selector picks.
    if let Some((by, group)) = group.split_once('=') {
        return palette.class(by, group);
    }
    let is = |by: &&str| whole(plan, by).is_some_and(|e| e.groups.iter().any(|g| g.group == group));
    let by = ["vendor", "cloud", "chip"].into_iter().find(is).unwrap_or_default();
    palette.class(by, group)
}

/// What is still served after each loss.
pub(in crate::report) fn resilience(plan: &Plan, palette: &Palette) -> Option<Chart> {
    let mut losses: Vec<_> = plan.resilience.as_ref()?.iter().collect();
    // Of several that leave as little, the same is reported as in the decision.
    losses.sort_by(|a, b| a.served.total_cmp(&b.served));
    losses.truncate(ROWS);
    let name = |r: &Resilience| format!("{} {}", r.lost.by, r.lost.group);
    let rows: Vec<Bullet> = losses
        .iter()
        .map(|r| Bullet {
            name: name(r),
            class: palette.class(&r.lost.by, &r.lost.group),
            value: r.served,
            limit: r.required,
            bad: r.required.is_some() && !r.survives,
            told: served(r.served),
        })
        .collect();
    let worst = losses.first()?;
    let title = if worst.served >= 1.0 {
        "All demand is still served after the loss of any single supplier".to_owned()
    } else {
        let (by, group) = (&worst.lost.by, &worst.lost.group);
        format!("Losing {by} `{group}` leaves {} of {} served", served(worst.served), counted_demand(worst))
    };
    let marks =
        if losses.iter().any(|r| r.required.is_some()) { "; the red mark is what the policy requires" } else { "" };
    let description = format!(
        "Largest part of peak demand at which all counted workloads can be served at once after losing each supplier, the worst first{marks}."
    );
    (!rows.is_empty()).then(|| bullets("resilience", &title, description, &rows))
}
