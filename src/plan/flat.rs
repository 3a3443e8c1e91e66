//! A plan as flat tables, each a list of columns of one type: what spreadsheets, data frames and column stores take.
//!
//! One place says which tables there are and what their columns hold; writers of CSV, Parquet or Arrow only lay them
//! out.

use super::types::{Asset, Plan, Reservation, Resilience};
use super::uncertainty::UncertaintyResult;

/// The values of a column, one for each row.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Cells {
    /// Texts; `None` where there is none.
    Text(Vec<Option<String>>),
    /// Numbers; `None` where there is none.
    Number(Vec<Option<f64>>),
    /// Yes or no.
    Flag(Vec<bool>),
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct FlatColumn {
    /// Its name, the one of the field in the plan's JSON where there is one.
    pub name: &'static str,
    /// Its values.
    pub cells: Cells,
}

/// A flat table of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct FlatTable {
    /// Its name.
    pub name: &'static str,
    /// Its columns, all equally long.
    pub columns: Vec<FlatColumn>,
}

impl FlatTable {
    /// How many rows it has.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |c| match &c.cells {
            Cells::Text(all) => all.len(),
            Cells::Number(all) => all.len(),
            Cells::Flag(all) => all.len(),
        })
    }

    /// A column by its name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Cells> {
        self.columns.iter().find(|c| c.name == name).map(|c| &c.cells)
    }

    /// A value as a text; empty where there is none, or no such row or column.
    #[must_use]
    pub fn text(&self, row: usize, name: &str) -> String {
        let cell = match self.column(name) {
            Some(Cells::Text(all)) => all.get(row).cloned().flatten(),
            Some(Cells::Number(all)) => all.get(row).copied().flatten().map(|x| x.to_string()),
            Some(Cells::Flag(all)) => all.get(row).map(ToString::to_string),
            None => None,
        };
        cell.unwrap_or_default()
    }
}

/// A table of rows of one type, column by column.
struct Rows<T> {
    name: &'static str,
    rows: Vec<T>,
    columns: Vec<FlatColumn>,
}

impl<T> Rows<T> {
    fn of(name: &'static str, rows: impl IntoIterator<Item = T>) -> Self {
        Rows { name, rows: rows.into_iter().collect(), columns: Vec::new() }
    }

    fn text(self, name: &'static str, value: impl Fn(&T) -> &str) -> Self {
        self.maybe_text(name, |row| Some(value(row).to_owned()))
    }

    fn maybe_text(mut self, name: &'static str, value: impl Fn(&T) -> Option<String>) -> Self {
        let cells = Cells::Text(self.rows.iter().map(value).collect());
        self.columns.push(FlatColumn { name, cells });
        self
    }

    fn number(self, name: &'static str, value: impl Fn(&T) -> f64) -> Self {
        self.maybe_number(name, |row| Some(value(row)))
    }

    fn maybe_number(mut self, name: &'static str, value: impl Fn(&T) -> Option<f64>) -> Self {
        let cells = Cells::Number(self.rows.iter().map(value).collect());
        self.columns.push(FlatColumn { name, cells });
        self
    }

    fn flag(mut self, name: &'static str, value: impl Fn(&T) -> bool) -> Self {
        let cells = Cells::Flag(self.rows.iter().map(value).collect());
        self.columns.push(FlatColumn { name, cells });
        self
    }

    /// Under uncertainty, the node in which a row holds.
    fn node(self, uncertain: bool, value: impl Fn(&T) -> Option<String>) -> Self {
        if uncertain { self.maybe_text("node", value) } else { self }
    }

    fn table(self) -> FlatTable {
        FlatTable { name: self.name, columns: self.columns }
    }
}

impl Plan {
    /// The plan as flat tables: `purchases`, `assignments`, `unmet`, `cost-lines` (present values), `cost-periods`
    /// (undiscounted, by period and kind), `contracts`, `repriced`, `clauses`, `balances`, `burn-down`, `equity`,
    /// `organisations`, `exposure`, `resilience`, `limits`, `moves` and `break-even`; `outages` where the policy names
    /// some, `assets` where something is bought for capital; under uncertainty also `futures`, `plans` (the plans side by
    /// side, a row for each plan and future) and `decisions`. Money is in the plan's currency; what each column holds is said in the plan's
    /// schema.
    ///
    /// ```
    /// use polysource::{Model, SolveSettings, solve};
    ///
    /// let model = Model::from_yaml_str(r"
    /// polysource: 1
    /// chips: { h100: { vendor: nvidia } }
    /// clouds: { aws: {} }
    /// offers: { aws-h100: { chip: h100, cloud: aws, price: 4 } }
    /// workloads: { chat: { kind: inference, demand: 90 req/h, throughput: { h100: 1 req/h } } }
    /// ").unwrap();
    /// let tables = solve(&model, &SolveSettings::default()).unwrap().tables();
    /// let purchases = tables.iter().find(|t| t.name == "purchases").unwrap();
    /// assert_eq!((purchases.rows(), purchases.text(0, "offer").as_str()), (1, "aws-h100"));
    /// ```
    #[must_use]
    pub fn tables(&self) -> Vec<FlatTable> {
        let uncertain = self.uncertainty.is_some();
        let mut tables = vec![
            Rows::of("purchases", &self.purchases)
                .text("offer", |p| &p.offer)
                .text("period", |p| &p.period)
                .number("chips", |p| p.chips)
                .number("spend", |p| p.spend)
                .maybe_text("contract", |p| p.contract.clone())
                .number("used", |p| p.used)
                .number("standby", |p| p.standby)
                .number("filling", |p| p.filling)
                .number("idle", |p| p.idle)
                .number("idle_spend", |p| p.idle_spend)
                .node(uncertain, |p| p.node.clone())
                .table(),
            Rows::of("assignments", &self.assignments)
                .text("workload", |a| &a.workload)
                .text("offer", |a| &a.offer)
                .text("period", |a| &a.period)
                .number("chips", |a| a.chips)
                .number("work", |a| a.work)
                .node(uncertain, |a| a.node.clone())
                .table(),
            Rows::of("unmet", &self.unmet)
                .text("workload", |u| &u.workload)
                .text("period", |u| &u.period)
                .number("work", |u| u.work)
                .node(uncertain, |u| u.node.clone())
                .table(),
            Rows::of("cost-lines", self.cost.iter().flat_map(|c| &c.lines))
                .text("kind", |l| l.kind.word())
                .text("id", |l| &l.id)
                .number("cost", |l| l.cost)
                .table(),
            Rows::of("contracts", &self.contracts)
                .text("contract", |c| &c.contract)
                .flag("signed", |c| c.signed)
                .flag("optional", |c| c.optional)
                .number("commit", |c| c.commit)
                .flag("commit_in_chips", |c| c.commit_in_chips)
                .number("spend", |c| c.spend)
                .number("idle", |c| c.idle)
                .number("funding", |c| c.funding)
                .maybe_text("over_from", |c| c.over_from.clone())
                .maybe_number("cost_signed", |c| c.cost_signed)
                .maybe_number("cost_unsigned", |c| c.cost_unsigned)
                .maybe_number("worth", |c| c.worth)
                .node(uncertain, |c| c.node.clone())
                .table(),
            Rows::of("repriced", self.contracts.iter().flat_map(|c| c.repriced.iter().map(move |p| (c, p))))
                .text("contract", |(c, _)| &c.contract)
                .text("offer", |(_, p)| &p.offer)
                .text("from", |(_, p)| &p.from)
                .number("price", |(_, p)| p.price)
                .number("agreed", |(_, p)| p.agreed)
                .maybe_text("to", |(_, p)| p.to.clone())
                .maybe_text("future", |(_, p)| p.future.clone())
                .node(uncertain, |(c, _)| c.node.clone())
                .table(),
            Rows::of("balances", &self.balances)
                .text("contract", |b| &b.contract)
                .text("kind", |b| &b.kind)
                .number("amount", |b| b.amount)
                .number("used", |b| b.used)
                .number("lost", |b| b.lost)
                .number("refunded", |b| b.refunded)
                .text("until", |b| &b.until)
                .table(),
            Rows::of("burn-down", &self.burn_down)
                .text("contract", |b| &b.contract)
                .text("part", |b| &b.part)
                .text("period", |b| &b.period)
                .number("due", |b| b.due)
                .number("used", |b| b.used)
                .number("left", |b| b.left)
                .node(uncertain, |b| b.node.clone())
                .table(),
            Rows::of("equity", &self.equity)
                .text("contract", |e| &e.contract)
                .maybe_text("investor", |e| e.investor.clone())
                .text("of", |e| &e.of)
                .number("reaches", |e| e.reaches)
                .number("reached", |e| e.reached)
                .maybe_text("vests", |e| e.vests.clone())
                .number("worth", |e| e.worth)
                .table(),
            Rows::of("exposure", self.exposure.iter().flat_map(|e| e.groups.iter().map(move |g| (e, g))))
                .text("by", |(e, _)| &e.by)
                .text("of", |(e, _)| &e.of)
                .text("period", |(e, _)| &e.period)
                .text("group", |(_, g)| &g.group)
                .number("amount", |(_, g)| g.amount)
                .number("share", |(_, g)| g.share)
                .maybe_number("investor", |(_, g)| g.investor)
                .number("hhi", |(e, _)| e.hhi)
                .table(),
            resilience(self.resilience.as_deref().unwrap_or_default()),
            Rows::of("limits", &self.limits)
                .text("name", |l| &l.name)
                .text("kind", |l| &l.kind)
                .maybe_text("requirement", |l| l.requirement.clone())
                .number("line", |l| l.line as f64)
                .flag("binding", |l| l.binding)
                .number("activity", |l| l.activity)
                .number("limit", |l| l.limit)
                .text("unit", |l| &l.unit)
                .maybe_number("shadow_price", |l| l.shadow_price)
                .maybe_number("tightening_price", |l| l.tightening_price)
                .maybe_number("premium", |l| l.premium)
                .maybe_number("holds_from", |l| l.holds_from)
                .maybe_number("holds_to", |l| l.holds_to)
                .table(),
        ];
        tables.extend(self.money_tables(uncertain));
        if !self.reservations.is_empty() {
            tables.push(reservations(&self.reservations, uncertain));
        }
        if !self.assets.is_empty() {
            tables.push(assets(&self.assets, uncertain));
        }
        if let Some(u) = self.uncertainty.as_deref() {
            tables.extend([futures(u), plans(u), decisions(u)]);
        }
        tables
    }
}

impl Plan {
    /// What a ledger asks for beyond the lines of the cost: what is paid when and to whom, and what moves, clauses,
    /// outages and prices are worth.
    fn money_tables(&self, uncertain: bool) -> Vec<FlatTable> {
        let periods = self.cost.iter().flat_map(|c| &c.by_period);
        let clauses = self.contracts.iter().flat_map(|c| c.clauses.iter().map(move |w| (c, w)));
        let mut tables = vec![
            Rows::of("cost-periods", periods.flat_map(|p| p.kinds.iter().map(move |k| (p, k))))
                .text("period", |(p, _)| &p.period)
                .text("kind", |(_, k)| k.kind.word())
                .number("cost", |(_, k)| k.cost)
                .table(),
            Rows::of("organisations", &self.organisations)
                .text("organisation", |o| &o.organisation)
                .number("as_vendor", |o| o.as_vendor)
                .number("as_cloud", |o| o.as_cloud)
                .number("both", |o| o.both)
                .number("paid", |o| o.paid)
                .number("share", |o| o.share)
                .maybe_number("stake", |o| o.stake)
                .number("funds", |o| o.funds)
                .number("credits", |o| o.credits)
                .number("equity", |o| o.equity)
                .table(),
            Rows::of("clauses", clauses)
                .text("contract", |(c, _)| &c.contract)
                .text("clause", |(_, w)| &w.clause)
                .maybe_number("cost_without", |(_, w)| w.cost_without)
                .maybe_number("worth", |(_, w)| w.worth)
                .node(uncertain, |(c, _)| c.node.clone())
                .table(),
            Rows::of("moves", &self.moves)
                .text("workload", |m| &m.workload)
                .text("offer", |m| &m.offer)
                .maybe_text("period", |m| m.period.clone())
                .number("today", |m| m.today)
                .number("chips", |m| m.chips)
                .number("cost", |m| m.cost)
                .node(uncertain, |m| m.node.clone())
                .table(),
            Rows::of("break-even", self.break_even.iter().flatten())
                .text("offer", |b| &b.offer)
                .number("price", |b| b.price)
                .maybe_number("enters_below", |b| b.enters_below)
                .maybe_number("leaves_above", |b| b.leaves_above)
                .table(),
        ];
        if let Some(risk) = &self.risk {
            let outages = Rows::of("outages", &risk.outages)
                .text("outage", |o| &o.outage)
                .number("probability", |o| o.probability)
                .number("loss", |o| o.loss)
                .number("shock", |o| o.shock)
                .text("period", |o| &o.period);
            tables.push(outages.table());
        }
        tables
    }
}

fn reservations(all: &[Reservation], uncertain: bool) -> FlatTable {
    Rows::of("reservations", all)
        .text("offer", |r| &r.offer)
        .text("from", |r| &r.from)
        .text("last", |r| &r.last)
        .number("chips", |r| r.chips)
        .maybe_text("contract", |r| r.contract.clone())
        .node(uncertain, |r| r.node.clone())
        .table()
}

fn assets(all: &[Asset], uncertain: bool) -> FlatTable {
    Rows::of("assets", all)
        .text("offer", |a| &a.offer)
        .text("bought", |a| &a.bought)
        .text("delivered", |a| &a.delivered)
        .text("last", |a| &a.last)
        .maybe_text("sold", |a| a.sold.clone())
        .number("chips", |a| a.chips)
        .number("capex", |a| a.capex)
        .number("worth", |a| a.worth)
        .maybe_text("contract", |a| a.contract.clone())
        .node(uncertain, |a| a.node.clone())
        .table()
}

fn futures(u: &UncertaintyResult) -> FlatTable {
    Rows::of("futures", &u.futures)
        .text("future", |f| &f.future)
        .maybe_number("probability", |f| f.probability)
        .number("cost", |f| f.cost)
        .number("best", |f| f.best)
        .number("regret", |f| f.regret)
        .table()
}

fn plans(u: &UncertaintyResult) -> FlatTable {
    let each = u.plans.iter().flat_map(|p| u.futures.iter().zip(&p.costs).map(move |(f, cost)| (p, f, *cost)));
    Rows::of("plans", each)
        .text("plan", |(p, ..)| &p.plan)
        .text("future", |(_, f, _)| &f.future)
        .number("cost", |(.., cost)| *cost)
        .number("regret", |(_, f, cost)| (cost - f.best).max(0.0))
        .table()
}

fn decisions(u: &UncertaintyResult) -> FlatTable {
    Rows::of("decisions", &u.decisions)
        .text("node", |d| &d.node)
        .maybe_text("decided", |d| d.decided.clone())
        .text("kind", |d| &d.kind)
        .text("what", |d| &d.what)
        .maybe_text("contract", |d| d.contract.clone())
        .text("from", |d| &d.from)
        .text("to", |d| &d.to)
        .number("amount", |d| d.amount)
        .table()
}

fn resilience(all: &[Resilience]) -> FlatTable {
    Rows::of("resilience", all)
        .text("by", |r| &r.lost.by)
        .text("group", |r| &r.lost.group)
        .number("served", |r| r.served)
        .text("period", |r| &r.period)
        .flag("survives", |r| r.survives)
        .maybe_number("required", |r| r.required)
        .maybe_text("requirement", |r| r.requirement.clone())
        .maybe_text("during", |r| r.during.clone())
        .table()
}
