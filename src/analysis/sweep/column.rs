//! What is told of a point: quantities of its plan, and expressions of them.
//!
//! | written | meaning |
//! | --- | --- |
//! | `cost`, `nominal` | discounted and undiscounted cost |
//! | `unrestricted`, `premium` | cost without the dependency limits, and what they add |
//! | `expected_loss`, `cvar` | what the outages of the policy cost |
//! | `gap` | relative gap of the certificate |
//! | `share(vendor:amazon)` | a group's part of the spend; `share(vendor:amazon:chips)` of another measure |
//! | `hhi(vendor)`, `effective(vendor)`, `largest(vendor)` | concentration of spend; `hhi(vendor:chips)` |
//! | `chips(aws-*)` | chips held of the offers that the glob matches, averaged over the hours |
//! | `spend(aws-*)` | undiscounted money paid for them |
//! | `signed(deal)`, `idle(deal)` | whether a contract is signed (1 or 0); money paid and not used |
//! | `unmet(chat)` | work not done |
//! | `served(vendor:amazon)` | part still served when a group is lost; `served(vendor)` for the worst |
//!
//! Numbers, `+ - * /` and parentheses combine them, and `name = expression` names the result.

use crate::engine::EngineError;
use crate::model::{Dimension, Measure, Model, glob};
use crate::plan::{Plan, Situation, Whole, losses, usual_response, whole};

/// A column: a name and what it tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    expression: Expression,
}

#[derive(Clone, Debug, PartialEq)]
enum Expression {
    Number(f64),
    Quantity(Quantity),
    Negative(Box<Expression>),
    Binary(char, Box<Expression>, Box<Expression>),
}

#[derive(Clone, Debug, PartialEq)]
enum Quantity {
    Cost,
    Nominal,
    Unrestricted,
    Premium,
    ExpectedLoss,
    Cvar,
    Gap,
    Share { by: String, group: String, of: String },
    Hhi { by: String, of: String },
    Effective { by: String, of: String },
    Largest { by: String, of: String },
    Chips(String),
    Spend(String),
    Signed(String),
    Idle(String),
    Unmet(String),
    Served { by: String, group: Option<String> },
}

/// The words for quantities.
const WORDS: [&str; 17] = [
    "cost",
    "nominal",
    "unrestricted",
    "premium",
    "expected_loss",
    "cvar",
    "gap",
    "share",
    "hhi",
    "effective",
    "largest",
    "chips",
    "spend",
    "signed",
    "idle",
    "unmet",
    "served",
];

impl Column {
    /// Reads a column against a model.
    ///
    /// # Errors
    /// What cannot be read, or names something that the model does not have, with what to write.
    pub fn read(text: &str, model: &Model) -> Result<Self, String> {
        let (name, written) = match text.split_once('=') {
            Some((name, written)) => (name.trim(), written),
            None => (text.trim(), text),
        };
        let mut parser = Parser { rest: written.trim(), model };
        let expression = parser.sum().map_err(|e| format!("column `{text}`: {e}"))?;
        if name.is_empty() || !parser.rest.is_empty() {
            let found = parser.rest;
            return Err(format!("column `{text}`: `{found}` cannot be read; write `name = cost / 1000`, for example"));
        }
        Ok(Column { name: name.to_owned(), expression })
    }

    /// Whether it needs the cost without the dependency limits.
    #[must_use]
    pub fn needs_premium(&self) -> bool {
        self.expression.any(&|q| matches!(q, Quantity::Premium | Quantity::Unrestricted))
    }

    /// Whether it needs who runs what, or an exposure.
    #[must_use]
    pub fn needs_sums(&self) -> bool {
        let in_cost = |q: &Quantity| {
            matches!(
                q,
                Quantity::Cost
                    | Quantity::Nominal
                    | Quantity::Unrestricted
                    | Quantity::Premium
                    | Quantity::ExpectedLoss
                    | Quantity::Cvar
                    | Quantity::Gap
                    | Quantity::Chips(_)
                    | Quantity::Spend(_)
                    | Quantity::Signed(_)
                    | Quantity::Idle(_)
                    | Quantity::Unmet(_)
            )
        };
        self.expression.any(&|q| !in_cost(q))
    }

    /// Its value for a plan; `None` where it has none.
    ///
    /// # Errors
    /// As the engine's, which finds what is still served after a loss.
    pub fn value(&self, model: &Model, plan: &Plan) -> Result<Option<f64>, EngineError> {
        Ok(self.expression.value(model, plan)?.filter(|v| v.is_finite()))
    }
}

/// The usual columns: cost, shares and concentration of vendors and clouds, chips of each offer,
/// contracts; in full also the premium and what is served when a vendor is lost.
#[must_use]
pub fn usual(model: &Model, full: bool) -> Vec<Column> {
    let mut all = vec![("cost".to_owned(), Quantity::Cost)];
    if full {
        all.push(("premium".to_owned(), Quantity::Premium));
    }
    let spend = || "spend".to_owned();
    for by in [Dimension::Vendor, Dimension::Cloud] {
        let word = by.word().to_owned();
        for (group, _) in model.groups(&by) {
            let quantity = Quantity::Share { by: word.clone(), group: group.clone(), of: spend() };
            all.push((format!("share({word}:{group})"), quantity));
        }
        all.push((format!("hhi({word})"), Quantity::Hhi { by: word, of: spend() }));
    }
    let offers = model.offers.iter().map(|o| (format!("chips({})", o.id), Quantity::Chips(o.id.clone())));
    all.extend(offers);
    all.extend(model.contracts.iter().map(|c| (format!("signed({})", c.id), Quantity::Signed(c.id.clone()))));
    if full {
        for (group, _) in model.groups(&Dimension::Vendor) {
            let quantity = Quantity::Served { by: "vendor".to_owned(), group: Some(group.clone()) };
            all.push((format!("served(vendor:{group})"), quantity));
        }
    }
    all.into_iter().map(|(name, q)| Column { name, expression: Expression::Quantity(q) }).collect()
}

impl Expression {
    fn any(&self, is: &impl Fn(&Quantity) -> bool) -> bool {
        match self {
            Expression::Number(_) => false,
            Expression::Quantity(q) => is(q),
            Expression::Negative(a) => a.any(is),
            Expression::Binary(_, a, b) => a.any(is) || b.any(is),
        }
    }

    fn value(&self, model: &Model, plan: &Plan) -> Result<Option<f64>, EngineError> {
        Ok(match self {
            Expression::Number(x) => Some(*x),
            Expression::Quantity(q) => q.value(model, plan)?,
            Expression::Negative(a) => a.value(model, plan)?.map(|x| -x),
            Expression::Binary(sign, a, b) => {
                let (Some(a), Some(b)) = (a.value(model, plan)?, b.value(model, plan)?) else { return Ok(None) };
                Some(match sign {
                    '+' => a + b,
                    '-' => a - b,
                    '*' => a * b,
                    _ => a / b,
                })
            }
        })
    }
}

impl Quantity {
    fn value(&self, model: &Model, plan: &Plan) -> Result<Option<f64>, EngineError> {
        let Some(cost) = &plan.cost else { return Ok(None) };
        let table =
            |by: &str, of: &str| plan.exposure.iter().find(|e| e.by == by && e.of == of && e.period == "horizon");
        Ok(match self {
            Quantity::Cost => Some(cost.total),
            Quantity::Nominal => Some(cost.nominal),
            Quantity::Unrestricted => cost.unrestricted,
            Quantity::Premium => cost.premium,
            Quantity::ExpectedLoss => plan.risk.as_ref().map(|r| r.expected_loss),
            Quantity::Cvar => plan.risk.as_ref().and_then(|r| r.cvar),
            Quantity::Gap => plan.certificate.gap,
            Quantity::Share { by, group, of } => {
                table(by, of).map(|e| e.groups.iter().find(|g| g.group == *group).map_or(0.0, |g| g.share))
            }
            Quantity::Hhi { by, of } => table(by, of).map(|e| e.hhi),
            Quantity::Effective { by, of } => table(by, of).map(|e| e.effective),
            Quantity::Largest { by, of } => table(by, of).map(|e| e.groups.first().map_or(0.0, |g| g.share)),
            Quantity::Chips(pattern) => {
                let hours =
                    |label: &str| model.calendar.periods.iter().find(|p| p.label == label).map_or(0.0, |p| p.hours);
                let all: f64 = model.calendar.periods.iter().map(|p| p.hours).sum();
                let mine = plan.purchases.iter().filter(|p| glob(pattern, &p.offer));
                Some(mine.map(|p| p.chips * hours(&p.period)).sum::<f64>() / all)
            }
            Quantity::Spend(pattern) => {
                Some(plan.purchases.iter().filter(|p| glob(pattern, &p.offer)).map(|p| p.spend).sum())
            }
            Quantity::Signed(id) => {
                let signed = plan.contracts.iter().any(|c| c.contract == *id && c.signed);
                Some(f64::from(u8::from(signed)))
            }
            Quantity::Idle(id) => Some(plan.contracts.iter().filter(|c| c.contract == *id).map(|c| c.idle).sum()),
            Quantity::Unmet(id) => Some(plan.unmet.iter().filter(|u| u.workload == *id).map(|u| u.work).sum()),
            Quantity::Served { by, group } => served(model, plan, by, group.as_deref())?,
        })
    }
}

/// The smallest part still served in any period when a group (or, without one, any group) of a
/// dimension is lost; by the policy's response where it speaks of that loss.
fn served(model: &Model, plan: &Plan, by: &str, group: Option<&str>) -> Result<Option<f64>, EngineError> {
    let Ok(situation) = Situation::of_plan(model, plan) else { return Ok(None) };
    let mut worst = None;
    for loss in losses(model, &Dimension::from_word(by)) {
        if group.is_some_and(|g| g != loss.group) {
            continue;
        }
        let same = |l: &&crate::model::Loss| l.by == loss.by && l.group == loss.group;
        let required = model.survive.iter().find(|s| s.losses.iter().find(same).is_some());
        let (response, periods, of) = match required {
            Some(s) => (s.response.clone(), s.periods.clone(), Whole::Asked),
            None => (usual_response(model, Some(by)), model.calendar.all(), Whole::Planned),
        };
        let lost = whole(&loss);
        for t in periods {
            let part = situation.served(&lost, &response, t, of, false)?.fraction;
            if worst.is_none_or(|w| part < w) {
                worst = Some(part);
            }
        }
    }
    // Losing what is not there loses nothing.
    Ok(Some(worst.unwrap_or(1.0)))
}

/// A parser by descent; what is left to read is `rest`.
struct Parser<'a> {
    rest: &'a str,
    model: &'a Model,
}

impl Parser<'_> {
    fn next(&mut self, signs: &[char]) -> Option<char> {
        let sign = self.rest.chars().next().filter(|c| signs.contains(c))?;
        self.rest = self.rest[1..].trim_start();
        Some(sign)
    }

    fn sum(&mut self) -> Result<Expression, String> {
        let mut left = self.product()?;
        while let Some(sign) = self.next(&['+', '-']) {
            left = Expression::Binary(sign, Box::new(left), Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Expression, String> {
        let mut left = self.factor()?;
        while let Some(sign) = self.next(&['*', '/']) {
            left = Expression::Binary(sign, Box::new(left), Box::new(self.factor()?));
        }
        Ok(left)
    }

    fn factor(&mut self) -> Result<Expression, String> {
        let mut negative = false;
        while self.next(&['-']).is_some() {
            negative = !negative;
        }
        let inner = if self.next(&['(']).is_some() {
            let inner = self.sum()?;
            self.next(&[')']).ok_or("a parenthesis is not closed")?;
            inner
        } else if self.rest.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            let end = self.rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(self.rest.len());
            let (digits, rest) = self.rest.split_at(end);
            self.rest = rest.trim_start();
            Expression::Number(digits.parse().map_err(|_| format!("`{digits}` is not a number"))?)
        } else {
            Expression::Quantity(self.quantity()?)
        };
        Ok(if negative { Expression::Negative(Box::new(inner)) } else { inner })
    }

    fn quantity(&mut self) -> Result<Quantity, String> {
        let end = self.rest.find(|c: char| !(c.is_ascii_alphabetic() || c == '_')).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if !WORDS.contains(&word) {
            let word = if word.is_empty() { self.rest } else { word };
            return Err(format!("`{word}` is not a quantity; {}", crate::diagnostics::suggest(word, WORDS)));
        }
        self.rest = rest.trim_start();
        let argument = match self.rest.strip_prefix('(') {
            Some(rest) => {
                let (inside, rest) = rest.split_once(')').ok_or("a parenthesis is not closed")?;
                self.rest = rest.trim_start();
                Some(inside.trim())
            }
            None => None,
        };
        let plain = |q: Quantity| match argument {
            None => Ok(q),
            Some(_) => Err(format!("`{word}` takes nothing in parentheses")),
        };
        match word {
            "cost" => return plain(Quantity::Cost),
            "nominal" => return plain(Quantity::Nominal),
            "unrestricted" => return plain(Quantity::Unrestricted),
            "premium" => return plain(Quantity::Premium),
            "expected_loss" => return plain(Quantity::ExpectedLoss),
            "cvar" => return plain(Quantity::Cvar),
            "gap" => return plain(Quantity::Gap),
            _ => {}
        }
        let argument = argument.filter(|a| !a.is_empty()).ok_or_else(|| {
            let example = match word {
                "share" => "share(vendor:amazon)",
                "hhi" | "effective" | "largest" | "served" => "(vendor)",
                _ => "(aws-*)",
            };
            format!(
                "`{word}` lacks what it is of: write `{}`",
                if word == "share" { example.to_owned() } else { format!("{word}{example}") }
            )
        })?;
        self.of(word, argument)
    }

    fn of(&self, word: &str, argument: &str) -> Result<Quantity, String> {
        let model = self.model;
        let ids = |ids: Vec<&str>, what: &str| {
            if ids.iter().any(|id| glob(argument, id)) {
                return Ok(argument.to_owned());
            }
            Err(format!("there is no {what} `{argument}`; {}", crate::diagnostics::suggest(argument, ids)))
        };
        let offers = || ids(model.offers.iter().map(|o| o.id.as_str()).collect(), "offer");
        let contracts = || ids(model.contracts.iter().map(|c| c.id.as_str()).collect(), "contract");
        match word {
            "chips" => return Ok(Quantity::Chips(offers()?)),
            "spend" => return Ok(Quantity::Spend(offers()?)),
            "signed" => return Ok(Quantity::Signed(contracts()?)),
            "idle" => return Ok(Quantity::Idle(contracts()?)),
            "unmet" => {
                return Ok(Quantity::Unmet(ids(model.workloads.iter().map(|w| w.id.as_str()).collect(), "workload")?));
            }
            _ => {}
        }
        let mut parts = argument.split(':').map(str::trim);
        let by = parts.next().unwrap_or("").to_owned();
        let groups = model.groups(&Dimension::from_word(&by));
        if groups.is_empty() || by == "offer" {
            let message = format!("`{by}` is neither a dimension nor a tag of any offer");
            let words: Vec<&str> = Dimension::WORDS.into_iter().filter(|w| *w != "offer").collect();
            return Err(format!("{message}; {}", crate::diagnostics::suggest(&by, words)));
        }
        let group = |name: Option<&str>| -> Result<Option<String>, String> {
            let Some(name) = name else { return Ok(None) };
            if groups.iter().any(|(g, _)| g == name) {
                return Ok(Some(name.to_owned()));
            }
            let known = groups.iter().map(|(g, _)| g.as_str()).collect::<Vec<_>>();
            Err(format!("no {by} is `{name}`; {}", crate::diagnostics::suggest(name, known)))
        };
        let of = |word: Option<&str>| -> Result<String, String> {
            let word = word.unwrap_or("spend");
            let known = Measure::ALL.map(Measure::word);
            if known.contains(&word) {
                return Ok(word.to_owned());
            }
            Err(format!("`{word}` is not a measure; {}", crate::diagnostics::suggest(word, known)))
        };
        let found = match word {
            "share" => {
                let group = group(parts.next())?
                    .ok_or_else(|| format!("`share({by})` lacks a group: write `share({by}:...)`"))?;
                Quantity::Share { group, of: of(parts.next())?, by }
            }
            "served" => Quantity::Served { group: group(parts.next())?, by },
            "hhi" => Quantity::Hhi { of: of(parts.next())?, by },
            "effective" => Quantity::Effective { of: of(parts.next())?, by },
            _ => Quantity::Largest { of: of(parts.next())?, by },
        };
        match parts.next() {
            None => Ok(found),
            Some(more) => Err(format!("`{more}` is too much in `{word}({argument})`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SolveSettings, solve};

    fn quickstart() -> Model {
        Model::from_yaml_str(include_str!("../../../models/quickstart.yaml")).unwrap()
    }

    #[test]
    fn quantities_and_expressions_of_a_plan() {
        let model = quickstart();
        let plan = solve(&model, &SolveSettings::default()).unwrap();
        for (text, value) in [
            ("cost", 190.8e6),
            ("premium", 5.52e6),
            ("share(vendor:amazon)", 0.6),
            ("hhi(vendor)", 0.52),
            ("effective(cloud)", 1.0 / 0.52),
            ("largest(vendor:spend)", 0.6),
            // 114.48M USD at 1.20 and 76.32M USD at 4.00, over 4344 hours.
            ("chips(*)", (114.48e6 / 1.2 + 76.32e6 / 4.0) / 4344.0),
            ("spend(aws-*) / 1.2", 95.4e6),
            ("unmet(chat)", 0.0),
            ("relative = premium / (cost - premium)", 5.52 / 185.28),
            ("-2 * (1 - --3)", 4.0),
        ] {
            let column = Column::read(text, &model).unwrap();
            let found = column.value(&model, &plan).unwrap().unwrap();
            assert!((found - value).abs() < 1e-6 * (1.0 + value.abs()), "{text}: {found} is not {value}");
        }
        let column = Column::read("relative = premium / cost", &model).unwrap();
        assert!(column.name == "relative" && column.needs_premium());
        assert_eq!(Column::read("cost / 0", &model).unwrap().value(&model, &plan).unwrap(), None);
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let model = quickstart();
        for (text, told) in [
            ("coast", "did you mean `cost`?"),
            ("share(vendor)", "lacks a group"),
            ("share(vendor:amazn)", "did you mean `amazon`?"),
            ("share(vendor:amazon:chip)", "did you mean `chips`?"),
            ("share(vendr:amazon)", "did you mean `vendor`?"),
            ("hhi", "write `hhi(vendor)`"),
            ("chips(azure-*)", "there is no offer"),
            ("signed(deal)", "there is no contract"),
            ("(cost", "not closed"),
            ("cost cost", "cannot be read"),
            ("= cost", "cannot be read"),
            ("", "is not a quantity"),
        ] {
            let error = Column::read(text, &model).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
