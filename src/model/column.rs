//! What is reported of a point: quantities of its plan, and expressions of them.
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
//!
//! A column may have 4 kB, and parentheses 64 deep: more is no question that somebody asks of a plan. Sums and products
//! are kept flat, so that nothing that reads a column goes deeper than its parentheses.

use std::fmt;

use crate::diagnostics::suggest;

use super::selector::{Dimension, glob};
use super::types::Measure;
use super::whole::Model;

/// The longest column, in bytes.
pub const MOST_BYTES: usize = 4096;
/// The deepest parentheses.
pub const MOST_DEPTH: usize = 64;

/// A column: a name and what it tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it tells.
    pub expression: Expression,
}

/// Numbers and quantities put together.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Expression {
    /// A number.
    Number(f64),
    /// A quantity of a plan.
    Quantity(Quantity),
    /// What is in it with the other sign.
    Negative(Box<Expression>),
    /// The first, and what is added to it, or taken from it where `true`.
    Sum(Box<Expression>, Vec<(bool, Expression)>),
    /// The first, and what it is multiplied by, or divided by where `true`.
    Product(Box<Expression>, Vec<(bool, Expression)>),
}

/// A quantity of a plan.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Quantity {
    /// Discounted cost.
    Cost,
    /// Undiscounted cost.
    Nominal,
    /// Cost without the limits on dependency.
    Unrestricted,
    /// What they add.
    Premium,
    /// What the outages of the policy cost on average.
    ExpectedLoss,
    /// Conditional value at risk.
    Cvar,
    /// Relative gap of the certificate.
    Gap,
    /// What knowing every factor of `uncertainty` today would be worth; 0 of one future.
    Evpi,
    /// Cost of the dearest future.
    Worst,
    /// Largest regret of any future.
    Regret,
    /// A group's part of a measure.
    Share {
        /// The dimension.
        by: String,
        /// The group.
        group: String,
        /// The measure.
        of: String,
    },
    /// Sum of squared shares.
    Hhi {
        /// The dimension.
        by: String,
        /// The measure.
        of: String,
    },
    /// Effective number of groups.
    Effective {
        /// The dimension.
        by: String,
        /// The measure.
        of: String,
    },
    /// The largest share.
    Largest {
        /// The dimension.
        by: String,
        /// The measure.
        of: String,
    },
    /// Chips held of the offers that a glob matches.
    Chips(String),
    /// Money paid for them.
    Spend(String),
    /// Whether a contract is signed.
    Signed(String),
    /// Money paid under a contract and not used.
    Idle(String),
    /// Work of a workload that is not done.
    Unmet(String),
    /// What is still served when a group, or any, is lost.
    Served {
        /// The dimension.
        by: String,
        /// The group; none for the worst.
        group: Option<String>,
    },
}

/// Why a column cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnError {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub remedy: String,
    /// Whether it names what the model does not have, which may be for a mistake in the model.
    pub(super) of_model: bool,
}

impl ColumnError {
    fn new(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        ColumnError { message: message.into(), remedy: remedy.into(), of_model: false }
    }

    /// It names what the model does not have.
    fn missing(message: impl Into<String>, remedy: impl Into<String>) -> Self {
        ColumnError { of_model: true, ..Self::new(message, remedy) }
    }
}

impl fmt::Display for ColumnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message, self.remedy)
    }
}

impl std::error::Error for ColumnError {}

/// The words for quantities.
const WORDS: [&str; 20] = [
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
    "evpi",
    "worst",
    "regret",
];

impl Column {
    /// Reads a column against a model.
    ///
    /// # Errors
    /// What cannot be read, or names something that the model does not have, with what to write.
    pub fn read(text: &str, model: &Model) -> Result<Self, ColumnError> {
        if text.len() > MOST_BYTES {
            let message = format!("a column has {} bytes, and at most {MOST_BYTES}", text.len());
            return Err(ColumnError::new(
                message,
                "ask for each part in a column of its own, and combine them afterwards",
            ));
        }
        let (name, written) = match text.split_once('=') {
            Some((name, written)) => (name.trim(), written),
            None => (text.trim(), text),
        };
        let named = |e: ColumnError| ColumnError { message: format!("column `{text}`: {}", e.message), ..e };
        let mut parser = Parser { rest: written.trim(), depth: 0, model };
        let expression = parser.sum().map_err(named)?;
        if name.is_empty() || !parser.rest.is_empty() {
            let message = format!("`{}` cannot be read", parser.rest);
            return Err(named(ColumnError::new(message, "write `name = cost / 1000`, for example")));
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
                    | Quantity::Evpi
                    | Quantity::Worst
                    | Quantity::Regret
                    | Quantity::Chips(_)
                    | Quantity::Spend(_)
                    | Quantity::Signed(_)
                    | Quantity::Idle(_)
                    | Quantity::Unmet(_)
            )
        };
        self.expression.any(&|q| !in_cost(q))
    }
}

impl Expression {
    fn any(&self, is: &impl Fn(&Quantity) -> bool) -> bool {
        match self {
            Expression::Number(_) => false,
            Expression::Quantity(q) => is(q),
            Expression::Negative(a) => a.any(is),
            Expression::Sum(a, rest) | Expression::Product(a, rest) => a.any(is) || rest.iter().any(|(_, b)| b.any(is)),
        }
    }
}

/// A parser by descent; what is left to read is `rest`.
struct Parser<'a> {
    rest: &'a str,
    /// Parentheses that are open.
    depth: usize,
    model: &'a Model,
}

impl Parser<'_> {
    fn next(&mut self, signs: &[char]) -> Option<char> {
        let sign = self.rest.chars().next().filter(|c| signs.contains(c))?;
        self.rest = self.rest[1..].trim_start();
        Some(sign)
    }

    fn sum(&mut self) -> Result<Expression, ColumnError> {
        let first = self.product()?;
        let mut rest = Vec::new();
        while let Some(sign) = self.next(&['+', '-']) {
            rest.push((sign == '-', self.product()?));
        }
        Ok(if rest.is_empty() { first } else { Expression::Sum(Box::new(first), rest) })
    }

    fn product(&mut self) -> Result<Expression, ColumnError> {
        let first = self.factor()?;
        let mut rest = Vec::new();
        while let Some(sign) = self.next(&['*', '/']) {
            rest.push((sign == '/', self.factor()?));
        }
        Ok(if rest.is_empty() { first } else { Expression::Product(Box::new(first), rest) })
    }

    fn factor(&mut self) -> Result<Expression, ColumnError> {
        let mut negative = false;
        while self.next(&['-']).is_some() {
            negative = !negative;
        }
        let inner = if self.next(&['(']).is_some() {
            self.depth += 1;
            if self.depth > MOST_DEPTH {
                let message = format!("its parentheses are more than {MOST_DEPTH} deep");
                return Err(ColumnError::new(message, "use fewer parentheses"));
            }
            let inner = self.sum()?;
            self.next(&[')']).ok_or_else(unclosed)?;
            self.depth -= 1;
            inner
        } else if self.rest.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
            let end = self.rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(self.rest.len());
            let (digits, rest) = self.rest.split_at(end);
            self.rest = rest.trim_start();
            Expression::Number(
                digits.parse().map_err(|_| ColumnError::new(format!("`{digits}` is not a number"), "write 0.5"))?,
            )
        } else {
            Expression::Quantity(self.quantity()?)
        };
        Ok(if negative { Expression::Negative(Box::new(inner)) } else { inner })
    }

    fn quantity(&mut self) -> Result<Quantity, ColumnError> {
        let end = self.rest.find(|c: char| !(c.is_ascii_alphabetic() || c == '_')).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if !WORDS.contains(&word) {
            let word = if word.is_empty() { self.rest } else { word };
            if word.is_empty() {
                return Err(ColumnError::new("a quantity is missing at its end", suggest("", WORDS)));
            }
            return Err(ColumnError::new(format!("`{word}` is not a quantity"), suggest(word, WORDS)));
        }
        self.rest = rest.trim_start();
        let argument = match self.rest.strip_prefix('(') {
            Some(rest) => {
                let (inside, rest) = rest.split_once(')').ok_or_else(unclosed)?;
                self.rest = rest.trim_start();
                Some(inside.trim())
            }
            None => None,
        };
        let plain = |q: Quantity| match argument {
            None => Ok(q),
            Some(_) => {
                Err(ColumnError::new(format!("`{word}` takes nothing in parentheses"), format!("write `{word}`")))
            }
        };
        match word {
            "cost" => return plain(Quantity::Cost),
            "nominal" => return plain(Quantity::Nominal),
            "unrestricted" => return plain(Quantity::Unrestricted),
            "premium" => return plain(Quantity::Premium),
            "expected_loss" => return plain(Quantity::ExpectedLoss),
            "cvar" => return plain(Quantity::Cvar),
            "gap" => return plain(Quantity::Gap),
            "evpi" => return plain(Quantity::Evpi),
            "worst" => return plain(Quantity::Worst),
            "regret" => return plain(Quantity::Regret),
            _ => {}
        }
        let argument = argument.filter(|a| !a.is_empty()).ok_or_else(|| {
            let example = match word {
                "share" => "share(vendor:amazon)",
                "hhi" | "effective" | "largest" | "served" => "(vendor)",
                _ => "(aws-*)",
            };
            let example = if word == "share" { example.to_owned() } else { format!("{word}{example}") };
            ColumnError::new(format!("`{word}` does not say what it is of"), format!("write `{example}`"))
        })?;
        self.of(word, argument)
    }

    fn of(&self, word: &str, argument: &str) -> Result<Quantity, ColumnError> {
        let model = self.model;
        let ids = |ids: Vec<&str>, what: &str| {
            if ids.iter().any(|id| glob(argument, id)) {
                return Ok(argument.to_owned());
            }
            Err(ColumnError::missing(format!("there is no {what} `{argument}`"), suggest(argument, ids)))
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
        let (by, rest) = argument.split_once(':').map_or((argument, None), |(by, rest)| (by.trim(), Some(rest.trim())));
        let by = by.to_owned();
        let groups = model.groups(&Dimension::from_word(&by));
        if groups.is_empty() || by == "offer" {
            let message = format!("`{by}` is neither a dimension nor a tag of any offer");
            let words: Vec<&str> = Dimension::WORDS.into_iter().filter(|w| *w != "offer").collect();
            return Err(ColumnError::missing(message, suggest(&by, words)));
        }
        let is_group = |name: &str| groups.iter().any(|(g, _)| g == name);
        let group = |name: &str| {
            if is_group(name) {
                return Ok(name.to_owned());
            }
            // A region may be written with its cloud though no other cloud has one of its name, as in selectors.
            let region =
                name.split_once('/').filter(|(cloud, region)| by == "region" && model.has_region(cloud, region));
            if let Some((_, region)) = region.filter(|(_, region)| is_group(region)) {
                return Ok(region.to_owned());
            }
            let known = groups.iter().map(|(g, _)| g.as_str()).collect::<Vec<_>>();
            Err(ColumnError::missing(format!("no {by} is `{name}`"), suggest(name, known)))
        };
        let of = |word: Option<&str>| {
            let word = word.unwrap_or("spend");
            let known = Measure::ALL.map(Measure::word);
            if known.contains(&word) {
                return Ok(word.to_owned());
            }
            Err(ColumnError::new(format!("`{word}` is not a measure"), suggest(word, known)))
        };
        Ok(match (word, rest) {
            ("share", None) => {
                let message = format!("`share({by})` does not name a group");
                return Err(ColumnError::new(message, format!("write `share({by}:...)`")));
            }
            ("share", Some(rest)) => {
                // The name of a group may have a colon.
                let (name, measure) = match rest.rsplit_once(':') {
                    Some((name, measure)) if !is_group(rest) => (name.trim(), Some(measure.trim())),
                    _ => (rest, None),
                };
                Quantity::Share { group: group(name)?, of: of(measure)?, by }
            }
            ("served", _) if by == "supply" => {
                let message = "what stands upstream takes no machines with it, but deliveries";
                return Err(ColumnError::new(message, "`stress` tells what is served without them, of `supply` too"));
            }
            ("served", rest) => Quantity::Served { group: rest.map(group).transpose()?, by },
            ("hhi", rest) => Quantity::Hhi { of: of(rest)?, by },
            ("effective", rest) => Quantity::Effective { of: of(rest)?, by },
            (_, rest) => Quantity::Largest { of: of(rest)?, by },
        })
    }
}

fn unclosed() -> ColumnError {
    ColumnError::new("a parenthesis is not closed", "add `)`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quickstart() -> Model {
        Model::from_yaml_str(&std::fs::read_to_string("models/quickstart.yaml").unwrap()).unwrap()
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let model = quickstart();
        for (text, told) in [
            ("coast", "did you mean `cost`?"),
            ("share(vendor)", "does not name a group"),
            ("share(vendor:amazn)", "did you mean `amazon`?"),
            ("share(vendor:amazon:chip)", "did you mean `chips`?"),
            ("share(vendr:amazon)", "did you mean `vendor`?"),
            ("hhi", "write `hhi(vendor)`"),
            ("chips(azure-*)", "there is no offer"),
            ("signed(deal)", "there is no contract"),
            ("(cost", "not closed"),
            ("cost cost", "cannot be read"),
            ("= cost", "cannot be read"),
            ("", "a quantity is missing"),
        ] {
            let error = Column::read(text, &model).unwrap_err().to_string();
            assert!(error.contains(told), "{text}: {error}");
        }
    }

    /// Ten thousand parentheses once ended the process.
    #[test]
    fn a_column_is_neither_deep_nor_long() {
        let model = quickstart();
        let nested = |n: usize| format!("{}cost{}", "(".repeat(n), ")".repeat(n));
        assert!(Column::read(&nested(MOST_DEPTH), &model).is_ok());
        for n in [MOST_DEPTH + 1, 2_000] {
            let error = Column::read(&nested(n), &model).unwrap_err();
            assert!(error.message.contains("more than 64 deep"), "{error}");
        }
        for text in [nested(10_000), "(".repeat(1_000_000), format!("cost{}", " + 1".repeat(1_024))] {
            let error = Column::read(&text, &model).unwrap_err();
            assert!(error.message.contains("at most 4096") && error.message.len() < 100, "{error}");
        }
        // As long as it may be: flat, however many terms there are.
        let sum = Column::read(&format!("1{}", "+1".repeat(2_047)), &model).unwrap();
        assert!(matches!(&sum.expression, Expression::Sum(_, rest) if rest.len() == 2_047));
        let signs = Column::read(&format!("{}1", "-".repeat(4_095)), &model).unwrap();
        assert!(matches!(signs.expression, Expression::Negative(_)));
    }

    #[test]
    fn groups_have_any_name() {
        let text =
            std::fs::read_to_string("models/quickstart.yaml").unwrap().replace("vendor: nvidia", "vendor: \"A: B\"");
        let model = Model::from_yaml_str(&text).unwrap();
        let share = |of: &str| {
            Expression::Quantity(Quantity::Share {
                by: "vendor".to_owned(),
                group: "A: B".to_owned(),
                of: of.to_owned(),
            })
        };
        assert_eq!(Column::read("share(vendor:A: B)", &model).unwrap().expression, share("spend"));
        assert_eq!(Column::read("share(vendor:A: B:chips)", &model).unwrap().expression, share("chips"));
    }
}
