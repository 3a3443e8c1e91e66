//! What the screen and the document both show: sections of lines and tables.

use std::collections::BTreeMap;

use super::column::{adding_up, beside};
use super::{balances, dependency, futures};
use crate::engine::IMPORTED;
use crate::plan::{
    Asset, ClauseWorth, ContractResult, CostKind, Exposure, LimitResult, Plan, Relocation, Status, new_prices_sentence,
};
use crate::units::human::{mass, money, number, percent};

/// A table: heading, columns (`true` for numbers, which are aligned right) and rows. Names of columns may be those of
/// what is reported.
pub(super) struct Table<'a> {
    pub heading: String,
    pub columns: Vec<(&'a str, bool)>,
    pub rows: Vec<Vec<String>>,
    /// A line below it.
    pub foot: Option<String>,
}

/// Most rows of a table where it is not all of them that are shown.
pub(super) const ROWS: usize = 12;
/// Most binding limits where it is not all of them that are shown.
pub(super) const LIMITS: usize = 10;

/// The decision in a line.
pub(super) fn headline(plan: &Plan) -> String {
    let c = &plan.certificate;
    match plan.status {
        Status::Optimal => {
            let Some(gap) = c.gap else { return "optimal (certified)".to_owned() };
            format!("optimal (certified, gap below {})", fraction(ceiling(gap)))
        }
        Status::NearOptimal => "an alternative: certified feasible, not the cheapest (see the notes)".to_owned(),
        Status::Infeasible => "infeasible, proved: no plan meets all requirements".to_owned(),
        Status::InfeasibleUnverified => {
            "infeasible according to the engine, NOT PROVED: do not rely on this answer".to_owned()
        }
        Status::Unbounded => "unbounded: cost can fall without end; a price or a limit is missing".to_owned(),
        Status::LimitReached => "limit reached: this plan is feasible but may not be the cheapest".to_owned(),
        Status::Unverified => "NOT CERTIFIED: do not rely on this answer".to_owned(),
    }
}

/// An error rounded up to a power of ten, at least a billionth, so that the sentence stays true
/// and says the same where the last digits of the arithmetic differ.
///
/// What is no rounding, such as the gap of a search that was cut short, is rounded up to two digits.
fn ceiling(error: f64) -> f64 {
    if error > 1e-5 && error.is_finite() {
        let digit = 10f64.powf(error.log10().floor() - 1.0);
        return (error / digit).ceil() * digit;
    }
    let mut bound = 1e-9;
    while bound < error && error.is_finite() {
        bound *= 10.0;
    }
    bound
}

/// A small fraction: rounding as a power of ten, what is more as a percentage.
fn fraction(x: f64) -> String {
    if x <= 1e-5 { format!("{x:.0e}") } else { percent(x) }
}

/// How the answer was checked.
pub(super) fn certificate(plan: &Plan) -> String {
    let c = &plan.certificate;
    let [columns, rows, nonzeros] = c.size;
    let mut parts = vec![format!("engine {}", c.engine)];
    // An answer that is not certified keeps nothing for sure.
    let kept = c.primal.filter(|_| c.verified);
    parts.extend(kept.map(|x| format!("constraints satisfied to within {}", fraction(ceiling(x)))));
    parts.extend(c.gap.map(|x| format!("gap at most {}", fraction(ceiling(x)))));
    if let (Some(relaxation), Some(cost)) = (c.relaxation, &plan.cost) {
        let part = (cost.total - relaxation) / (1.0 + cost.total.abs());
        parts.push(format!("integrality gap {}", percent(part.max(0.0))));
    }
    parts.push(format!("{columns} columns, {rows} rows, {nonzeros} non-zeros"));
    parts.join(", ")
}

/// What to do when there is no plan.
pub(super) fn advice(plan: &Plan) -> Option<&'static str> {
    match plan.status {
        Status::Infeasible | Status::InfeasibleUnverified => {
            Some("Raise a capacity or a limit, move a window, or give `unmet` or `soft` a price to see what is short.")
        }
        Status::Unverified if plan.certificate.engine.ends_with(IMPORTED) => {
            Some("The notes say what is missing; `solve` finds a plan of its own.")
        }
        Status::Unverified => Some(
            "Raise --time-limit if one was set, or try another engine with --engine; if none certifies it, report the model.",
        ),
        Status::LimitReached => Some(
            "Raise --time-limit if one was set, or accept a larger --gap; with many whole numbers, build with `--features highs` and use --engine highs.",
        ),
        Status::Unbounded | Status::Optimal | Status::NearOptimal => None,
    }
}

/// The sections of a plan, in order.
pub(super) fn tables(plan: &Plan) -> Vec<Table<'_>> {
    let mut tables = futures::tables(plan);
    tables.extend(cost(plan, ROWS));
    // What is held and runs in one node of the tree is not in another: the decisions tell it.
    if plan.uncertainty.is_some() {
        return tables;
    }
    tables.extend(purchases(plan, ROWS));
    tables.extend(assets(plan, ROWS));
    tables.extend(assignments(plan, usize::MAX));
    tables.extend(contracts(plan));
    tables.extend(balances::balances(plan));
    tables.extend(balances::equity(plan));
    tables.extend(moves(plan, ROWS));
    tables.extend(later_moves(plan, ROWS));
    tables.extend(unmet(plan));
    tables.extend(["vendor", "cloud"].into_iter().filter_map(|by| exposure(plan, by, "spend", ROWS)));
    tables.extend(carbon(plan, ROWS));
    tables.extend(dependency::organisations(plan, ROWS));
    tables.extend(dependency::resilience(plan, ROWS));
    tables.extend(dependency::risk(plan, ROWS));
    tables.extend(dependency::premiums(plan, ROWS));
    tables
}

/// What a cost line is for, in words.
pub(super) fn kind(kind: CostKind) -> &'static str {
    match kind {
        CostKind::Spend => "spend",
        CostKind::Use => "price of use",
        CostKind::Energy => "electricity",
        CostKind::Idle => "unused commitment",
        CostKind::Fee => "fee",
        CostKind::Porting => "porting",
        CostKind::Unmet => "unmet demand",
        CostKind::Soft => "soft-limit penalty",
        CostKind::Funding => "funding",
        CostKind::Damages => "damages for late delivery",
        CostKind::Egress => "moving data",
        CostKind::Switching => "switching",
        CostKind::Credits => "paid with credits",
        CostKind::Prepaid => "prepaid, less what is drawn",
        CostKind::Resale => "resale",
        CostKind::Residual => "residual value",
    }
}

pub(super) fn cost(plan: &Plan, most: usize) -> Option<Table<'static>> {
    let cost = plan.cost.as_ref()?;
    let mut lines: Vec<_> = cost.lines.iter().collect();
    lines.sort_by(|a, b| b.cost.abs().total_cmp(&a.cost.abs()));
    let (shown, _) = cut(lines.len(), most);
    let mut names: Vec<String> = lines[..shown].iter().map(|l| format!("{} {}", kind(l.kind), l.id)).collect();
    let mut costs: Vec<f64> = lines[..shown].iter().map(|l| l.cost).collect();
    if shown < lines.len() {
        names.push(format!("{} more lines", lines.len() - shown));
        costs.push(lines[shown..].iter().map(|l| l.cost).sum());
    }
    let (mut told, total) = adding_up(&costs, cost.total);
    names.push("total".to_owned());
    costs.push(cost.total);
    told.push(total);
    let part = |x: f64| if cost.total == 0.0 { String::new() } else { share(x / cost.total.abs()) };
    let row = |((name, told), x): ((String, String), f64)| vec![name, format!("{told} {}", plan.currency), part(x)];
    let rows = names.into_iter().zip(told).zip(costs).map(row).collect();
    let mut foot = Vec::new();
    if let (Some(unrestricted), Some(premium)) = (cost.unrestricted, cost.premium) {
        foot.push(format!(
            "Without the dependency limits it would cost {}: the diversification premium is {} ({}).",
            money(unrestricted, &plan.currency),
            money(premium, &plan.currency),
            percent(premium / unrestricted.abs().max(f64::MIN_POSITIVE)),
        ));
    }
    if (cost.nominal - cost.total).abs() > 1e-9 * cost.total.abs() {
        foot.push(format!("Undiscounted: {}.", money(cost.nominal, &plan.currency)));
    }
    Some(Table {
        heading: format!("{} {}{}", cost_of(plan), money(cost.total, &plan.currency), basis(plan)),
        columns: vec![("line", false), ("cost", true), ("part", true)],
        rows,
        foot: (!foot.is_empty()).then(|| foot.join(" ")),
    })
}

/// What a total is: of several futures what is expected, and over draws no more than their mean.
fn cost_of(plan: &Plan) -> String {
    let Some(u) = plan.uncertainty.as_deref() else { return "Cost".to_owned() };
    futures::drawn_futures(u)
        .map_or_else(|| "Expected cost".to_owned(), |drawn| format!("Expected cost over the {drawn}"))
}

/// What a total is of: an hour in the steady state, the present value where money is discounted.
pub(super) fn basis(plan: &Plan) -> &'static str {
    let discounted = plan.cost.as_ref().is_some_and(|c| (c.nominal - c.total).abs() > 1e-9 * c.total.abs());
    match plan.model.periods.as_slice() {
        [only] if only == "steady" => " an hour",
        _ if discounted => " (present value)",
        _ => "",
    }
}

/// What is held of an offer under a contract, over all periods.
#[derive(Default)]
struct Holding<'a> {
    /// Sum of the chips of each period, and in how many periods there are any.
    chips: f64,
    periods: usize,
    most: f64,
    standby: f64,
    idle: f64,
    first: &'a str,
    last: &'a str,
    spend: f64,
}

/// What is bought for capital, and what comes back for it.
pub(super) fn assets(plan: &Plan, most: usize) -> Option<Table<'static>> {
    if plan.assets.is_empty() {
        return None;
    }
    let (shown, more) = cut(plan.assets.len(), most);
    let row = |a: &Asset| {
        let until = match &a.sold {
            Some(sold) => format!("sold in {sold}"),
            None => format!("kept to {}", a.last),
        };
        let of_money = |x: f64| money(x, &plan.currency);
        vec![
            a.offer.clone(),
            number(a.chips),
            a.bought.clone(),
            a.delivered.clone(),
            until,
            of_money(a.capex),
            of_money(a.worth),
        ]
    };
    let mut rows: Vec<Vec<String>> = plan.assets[..shown].iter().map(row).collect();
    if more > 0 {
        let rest = |of: fn(&Asset) -> f64| money(plan.assets[shown..].iter().map(of).sum(), &plan.currency);
        let mut row = vec![format!("{more} more purchases")];
        row.resize(5, String::new());
        row.extend([rest(|a| a.capex), rest(|a| a.worth)]);
        rows.push(row);
    }
    Some(Table {
        heading: "Chips bought".to_owned(),
        columns: vec![
            ("offer", false),
            ("chips", true),
            ("in", false),
            ("held from", false),
            ("until", false),
            ("capex", true),
            ("worth then", true),
        ],
        rows,
        foot: Some(
            "Undiscounted; what is held at the end of the horizon counts there at its residual value.".to_owned(),
        ),
    })
}

/// One row for each offer and contract.
pub(super) fn purchases(plan: &Plan, most: usize) -> Option<Table<'static>> {
    let mut by: BTreeMap<(&str, &str), Holding<'_>> = BTreeMap::new();
    for p in &plan.purchases {
        let row = by.entry((&p.offer, p.contract.as_deref().unwrap_or_default())).or_default();
        row.spend += p.spend;
        if p.chips > 0.0 {
            if row.periods == 0 {
                row.first = &p.period;
            }
            row.last = &p.period;
            row.periods += 1;
            row.chips += p.chips;
            row.standby += p.standby;
            row.idle += p.idle;
            row.most = row.most.max(p.chips);
        }
    }
    let mut rows: Vec<_> = by.into_iter().collect();
    rows.sort_by(|a, b| b.1.spend.total_cmp(&a.1.spend).then_with(|| a.0.cmp(&b.0)));
    let (shown, more) = cut(rows.len(), most);
    // In a single period the average, the most and the period itself say nothing new.
    let dated = plan.model.periods.len() > 1;
    // What is rounding of what is held is nothing.
    let some = |of: &dyn Fn(&Holding<'_>) -> f64| rows.iter().any(|(_, h)| of(h) > 1e-6 * h.chips);
    let (stand_by, stand_idle) = (some(&|h| h.standby), some(&|h| h.idle));
    let row = |((offer, contract), h): &((&str, &str), Holding<'_>)| {
        let average = |x: f64| number(if x > 1e-6 * h.chips { x / h.periods.max(1) as f64 } else { 0.0 });
        let mut cells = vec![(*offer).to_owned(), average(h.chips)];
        if dated {
            let when = if h.first == h.last { h.first.to_owned() } else { format!("{}..{}", h.first, h.last) };
            cells.extend([number(h.most), when]);
        }
        cells.extend(stand_by.then(|| average(h.standby)));
        cells.extend(stand_idle.then(|| average(h.idle)));
        cells.extend([money(h.spend, &plan.currency), (*contract).to_owned()]);
        cells
    };
    let mut cells: Vec<Vec<String>> = rows[..shown].iter().map(row).collect();
    if more > 0 {
        let rest: f64 = rows[shown..].iter().map(|(_, h)| h.spend).sum();
        let mut row = vec![format!("{more} more offers")];
        let more = usize::from(stand_by) + usize::from(stand_idle);
        row.resize(if dated { 4 } else { 2 } + more, String::new());
        row.extend([money(rest, &plan.currency), String::new()]);
        cells.push(row);
    }
    let mut columns = vec![("offer", false), ("chips", true), ("spend", true), ("contract", false)];
    if dated {
        columns.splice(1..2, [("chips, average", true), ("most", true), ("when", false)]);
    }
    let before_spend = columns.len() - 2;
    let kinds = [("standby", stand_by), ("idle", stand_idle)].into_iter().filter(|(_, is)| *is);
    columns.splice(before_spend..before_spend, kinds.map(|(name, _)| (name, true)));
    let idle: f64 = plan.purchases.iter().map(|p| p.idle_spend).sum();
    let mut foot = Vec::new();
    if stand_by {
        foot.push("On standby: chips that serve after a loss that the policy requires to survive.".to_owned());
    }
    if stand_idle {
        foot.push(format!(
            "Idle: chips bought for a term, owned or committed; they cost {} of the undiscounted spend.",
            money(idle, &plan.currency)
        ));
    }
    let foot = (!foot.is_empty()).then(|| foot.join(" "));
    (!cells.is_empty()).then(|| Table { heading: "Capacity purchased".to_owned(), columns, rows: cells, foot })
}

/// A share of a table, to a tenth of a percent.
pub(super) fn share(x: f64) -> String {
    percent((x * 1000.0).round() / 1000.0)
}

/// How many of `n` rows are shown, and how many are not.
pub(super) fn cut(n: usize, most: usize) -> (usize, usize) {
    if n > most { (most - 1, n - most + 1) } else { (n, 0) }
}

/// One row for each workload: the offers that do most of it.
pub(super) fn assignments(plan: &Plan, most: usize) -> Option<Table<'static>> {
    let mut by: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
    for a in &plan.assignments {
        *by.entry(&a.workload).or_default().entry(&a.offer).or_default() += a.work;
    }
    let (shown, left) = cut(by.len(), most);
    let mut rows: Vec<Vec<String>> = by
        .into_iter()
        .take(shown)
        .map(|(workload, offers)| {
            let total: f64 = offers.values().sum();
            let mut offers: Vec<_> = offers.into_iter().collect();
            offers.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
            let more = offers.len().saturating_sub(3);
            let mut told: Vec<String> =
                offers.iter().take(3).map(|(o, w)| format!("{o} {}", share(w / total))).collect();
            if more > 0 {
                let rest: f64 = offers[3..].iter().map(|(_, w)| w).sum();
                told.push(format!("{more} more {}", share(rest / total)));
            }
            vec![workload.to_owned(), told.join(", ")]
        })
        .collect();
    if left > 0 {
        rows.push(vec![format!("{left} more workloads"), String::new()]);
    }
    (!rows.is_empty()).then(|| Table {
        heading: "Workload placement (share of the work)".to_owned(),
        columns: vec![("workload", false), ("offers", false)],
        rows,
        foot: None,
    })
}

pub(super) fn contracts(plan: &Plan) -> Option<Table<'static>> {
    let optional = plan.contracts.iter().any(|c| c.optional);
    let row = |c: &ContractResult| {
        let decided = match (c.signed, c.optional) {
            (true, true) => "sign",
            (false, true) => "do not sign",
            (true, false) => "signed",
            (false, false) => "not signed",
        };
        let mut cells = vec![
            c.contract.clone(),
            match (&c.over_from, c.lowered.last()) {
                (Some(period), _) => format!("{decided}, over in {period}"),
                (None, Some(last)) => format!("{decided}, lowered to {} by {}", percent(last.to), last.from),
                (None, None) => decided.to_owned(),
            },
            if c.commit_in_chips { format!("{} chips", number(c.commit)) } else { number(c.commit) },
            if c.commit_in_chips { number(c.spend) } else { beside(c.spend, c.commit) },
            if c.commit_in_chips { number(c.idle) } else { beside(c.idle, c.commit) },
            number(c.funding),
        ];
        if optional {
            cells.push(match c.worth {
                Some(worth) if worth > 0.0 => format!("saves {}", money(worth, &plan.currency)),
                Some(worth) if worth < 0.0 => format!("costs {}", money(-worth, &plan.currency)),
                Some(_) => "nothing".to_owned(),
                None => String::new(),
            });
        }
        cells
    };
    let rows: Vec<Vec<String>> = plan.contracts.iter().map(row).collect();
    let mut columns =
        vec![("contract", false), ("", false), ("committed", true), ("spent", true), ("idle", true), ("funding", true)];
    if optional {
        columns.push(("value of signing (re-optimized)", false));
    }
    let repriced = |c: &ContractResult| {
        let told = new_prices_sentence(c, &plan.currency)?;
        Some(format!("`{}` is {told}.", c.contract))
    };
    let mut foot: Vec<String> = plan.contracts.iter().filter_map(repriced).collect();
    foot.extend(clauses(plan));
    (!rows.is_empty()).then(|| Table {
        heading: format!("Contracts (within the horizon, undiscounted, {})", plan.currency),
        columns,
        rows,
        foot: (!foot.is_empty()).then(|| foot.join("\n  ")),
    })
}

/// What clauses are worth, in a sentence each.
pub(super) fn clauses(plan: &Plan) -> Vec<String> {
    let of = |(contract, clause): (&str, &ClauseWorth)| {
        let what = format!("`{}` of `{contract}`", clause.clause);
        let without = "without it the plan, re-optimized, would cost";
        Some(match clause.worth? {
            worth if worth.abs() <= 1e-9 * clause.cost_without?.abs() => {
                format!("{what} is worth nothing: {without} the same.")
            }
            worth if worth < 0.0 => format!("{what} costs {}: {without} so much less.", money(-worth, &plan.currency)),
            worth => format!("{what} is worth {}: {without} so much more.", money(worth, &plan.currency)),
        })
    };
    let mut told = Vec::new();
    for (contract, clause) in plan.contracts.iter().flat_map(|c| c.clauses.iter().map(|w| (c.contract.as_str(), w))) {
        // Under uncertainty a contract has a row for each node, and its clauses are worth the same in all.
        told.extend(of((contract, clause)).filter(|sentence| !told.contains(sentence)).into_iter().collect::<Vec<_>>());
    }
    told
}

/// What becomes of what runs today.
pub(super) fn moves(plan: &Plan, most: usize) -> Option<Table<'static>> {
    let moves = plan.moves.iter().filter(|m| m.period.is_none()).collect();
    let rows = move_rows(plan, moves, most, &|m| vec![m.workload.clone(), m.offer.clone()]);
    (!rows.is_empty()).then(|| Table {
        heading: "Changes in the first period".to_owned(),
        columns: vec![
            ("workload", false),
            ("offer", false),
            ("chips today", true),
            ("then", true),
            ("switching cost", true),
        ],
        rows,
        foot: None,
    })
}

/// Changes in later periods, where moving costs in each.
pub(super) fn later_moves(plan: &Plan, most: usize) -> Option<Table<'static>> {
    let moves = plan.moves.iter().filter(|m| m.period.is_some()).collect();
    // Of several futures a row is of those in its node.
    let node = |m: &Relocation| m.node.as_ref().map_or(String::new(), |node| format!(", {node}"));
    let when = |m: &Relocation| format!("{}{}", m.period.clone().unwrap_or_default(), node(m));
    let rows = move_rows(plan, moves, most, &|m| vec![when(m), m.workload.clone(), m.offer.clone()]);
    (!rows.is_empty()).then(|| Table {
        heading: "Changes in later periods (switching undiscounted)".to_owned(),
        columns: vec![
            ("period", false),
            ("workload", false),
            ("offer", false),
            ("chips before", true),
            ("then", true),
            ("switching cost", true),
        ],
        rows,
        foot: None,
    })
}

fn move_rows(
    plan: &Plan,
    mut moves: Vec<&Relocation>,
    most: usize,
    of: &dyn Fn(&Relocation) -> Vec<String>,
) -> Vec<Vec<String>> {
    moves.retain(|m| m.today != m.chips);
    moves.sort_by(|a, b| (b.chips - b.today).abs().total_cmp(&(a.chips - a.today).abs()));
    let (shown, more) = cut(moves.len(), most);
    let row = |m: &&Relocation| {
        let amounts = [number(m.today), number(m.chips), money(m.cost, &plan.currency)];
        of(m).into_iter().chain(amounts).collect()
    };
    let mut rows: Vec<Vec<String>> = moves[..shown].iter().map(row).collect();
    if more > 0 {
        let rest: f64 = moves[shown..].iter().map(|m| m.cost).sum();
        let mut row = vec![String::new(); rows[0].len()];
        row[0] = format!("{more} more");
        if let Some(last) = row.last_mut() {
            *last = money(rest, &plan.currency);
        }
        rows.push(row);
    }
    rows
}

pub(super) fn unmet(plan: &Plan) -> Option<Table<'static>> {
    let mut by: BTreeMap<&str, (f64, usize)> = BTreeMap::new();
    for u in &plan.unmet {
        let row = by.entry(&u.workload).or_default();
        row.0 += u.work;
        row.1 += 1;
    }
    let rows: Vec<Vec<String>> =
        by.into_iter().map(|(w, (work, periods))| vec![w.to_owned(), number(work), periods.to_string()]).collect();
    (!rows.is_empty()).then(|| Table {
        heading: "Unmet demand, at its price".to_owned(),
        columns: vec![("workload", false), ("work", true), ("periods", true)],
        rows,
        foot: None,
    })
}

/// What is emitted at each site, where that is known of all.
pub(super) fn carbon(plan: &Plan, most: usize) -> Option<Table<'_>> {
    exposure(plan, "site", "carbon", most)
}

pub(super) fn exposure<'a>(plan: &'a Plan, by: &str, of: &str, most: usize) -> Option<Table<'a>> {
    let table = plan.exposure.iter().find(|e| e.by == by && e.of == of && e.period == "horizon");
    table.map(|e| spread(plan, e, most))
}

fn spread<'a>(plan: &Plan, e: &'a Exposure, most: usize) -> Table<'a> {
    let carbon = e.of == "carbon";
    let amount = |x: f64| if carbon { mass(x) } else { money(x, &plan.currency) };
    let (shown, more) = cut(e.groups.len(), most);
    let mut rows: Vec<Vec<String>> = e.groups[..shown]
        .iter()
        .map(|g| {
            let bar = "#".repeat((g.share.clamp(0.0, 1.0) * 20.0).round() as usize);
            let investor = match g.investor {
                Some(stake) if stake > 0.0 => format!("investor, holds {}", percent(stake)),
                Some(_) => "investor".to_owned(),
                None => String::new(),
            };
            vec![g.group.clone(), share(g.share), amount(g.amount), bar, investor]
        })
        .collect();
    let mut remainder = |name: String, part: f64, of: f64| {
        rows.push(vec![name, share(part), amount(of), String::new(), String::new()]);
    };
    if more > 0 {
        let rest = &e.groups[shown..];
        remainder(format!("{more} more"), rest.iter().map(|g| g.share).sum(), rest.iter().map(|g| g.amount).sum());
    }
    // Fees and idle money may belong to no vendor or cloud; that they are missing has to be seen.
    let told: f64 = e.groups.iter().map(|g| g.share).sum();
    let unattributed = told < 1.0 - 5e-4;
    if let (true, Some(g)) = (unattributed, e.groups.first()) {
        remainder("not attributed".to_owned(), 1.0 - told, g.amount / g.share * (1.0 - told));
    }
    let foot = if carbon {
        format!("{} in all.", amount(e.groups.iter().map(|g| g.amount).sum()))
    } else if unattributed {
        format!("HHI {:.3}, of the shares above: what is not attributed counts as spread out.", e.hhi)
    } else {
        format!("HHI {:.3}: as concentrated as {:.2} equal suppliers.", e.hhi, e.effective)
    };
    Table {
        heading: format!("{} by {}", if carbon { "Carbon" } else { "Spend" }, e.by),
        columns: vec![(e.by.as_str(), false), ("share", true), ("amount", true), ("", false), ("", false)],
        rows,
        foot: Some(foot),
    }
}

/// The binding limits in sentences, the costliest first; and how many more there are.
pub(super) fn limits(plan: &Plan, most: usize) -> (Vec<&LimitResult>, usize) {
    let size =
        |l: &LimitResult| l.shadow_price.unwrap_or(0.0).abs() * if l.unit == "share" { 0.01 } else { l.limit.abs() };
    let mut binding: Vec<_> = plan.limits.iter().filter(|l| l.binding).collect();
    binding.sort_by(|a, b| size(b).total_cmp(&size(a)).then_with(|| a.name.cmp(&b.name)));
    // Shares are points of a whole and capacities are whole amounts: policy first, then the rest.
    binding.sort_by_key(|l| matches!(l.kind.as_str(), "capacity" | "pool" | "rate" | "commit"));
    let more = binding.len().saturating_sub(most);
    binding.truncate(most);
    (binding, more)
}
