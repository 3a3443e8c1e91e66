//! What may be written as the value of a key: the measure of a quantity with its range, the words there are, what an id is
//! of, a default, an equation.
//!
//! The reference, `explain` and the JSON Schema say it; what reads a model checks more than this, since much depends on the
//! rest of the model.

/// What a quantity measures, as it is written. [`crate::units::Dimension`] is what one is converted by, which knows the
/// currency and the words of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// A plain number.
    Number,
    /// A whole number.
    Whole,
    /// Money.
    Money,
    /// Money per chip-hour.
    Price,
    /// Money per one of something, as in `0.02 USD/tok`.
    MoneyPer(&'static str),
    /// Money of any of these kinds.
    AnyMoney,
    /// Chips.
    Chips,
    /// Electrical power.
    Power,
    /// A part of a whole.
    Share,
    /// A change of a price, as in `+30 %`.
    Change,
    /// A part of a whole per unit of time.
    Pace,
    /// A change a year.
    PerYear,
    /// Memory or data.
    Data,
    /// A mass.
    Mass,
    /// What a kWh of electricity emits.
    Intensity,
    /// Money per energy.
    EnergyPrice,
    /// A length of time; a bare number counts periods.
    Time,
    /// Work in the workload's own unit.
    Work,
    /// Work per time.
    WorkRate,
    /// A multiple of 1 or more, which may be written as a percentage.
    Multiple,
    /// Anything that is counted: chips, power, money or a part.
    Any,
}

/// What a number may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bounds {
    /// Anything finite.
    Finite,
    /// 0 or more.
    NotNegative,
    /// More than 0.
    Positive,
    /// From 0 to 1 (100 %).
    Fraction,
    /// From 0 to less than 1 (100 %).
    BelowOne,
    /// 1 or more.
    AtLeastOne,
}

/// The form of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// What its type says: a record, a list, a selector.
    Plain,
    /// A quantity.
    Quantity(Measure, Bounds),
    /// One of these words.
    Words(&'static [&'static str]),
    /// One of these words, or a name that the model gives, such as a tag.
    WordsOrTag(&'static [&'static str]),
    /// The id of one of these.
    Id(&'static str),
    /// A name or text of your own.
    Name,
    /// A day, a period or a window, as in the reference.
    Date,
    /// A window of periods.
    Window,
    /// The code of a currency.
    Currency,
    /// The path of a file.
    File,
    /// The path of a value in the model.
    Path,
    /// A range of money.
    Range,
    /// Money on dates, which does not grow.
    Payments,
    /// The age of a chip.
    Age,
    /// A text of its own form, with an example.
    Text(&'static str),
}

/// What may be written as the value of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its form.
    pub form: Form,
    /// What holds where the key is left out, if that is a value.
    pub default: Option<&'static str>,
    /// What the value does in the program, in symbols.
    pub equation: Option<&'static str>,
    /// One value, where that of its form would mislead.
    shown: Option<&'static str>,
}

impl Kind {
    /// What the type of the key says.
    pub const PLAIN: Kind = Kind::of(Form::Plain);

    const fn of(form: Form) -> Self {
        Kind { form, default: None, equation: None, shown: None }
    }

    /// With a default.
    pub(super) const fn or(self, default: &'static str) -> Self {
        Kind { default: Some(default), ..self }
    }

    /// With its place in the program.
    pub(super) const fn equation(self, equation: &'static str) -> Self {
        Kind { equation: Some(equation), ..self }
    }

    /// With an example of its own.
    pub(super) const fn like(self, example: &'static str) -> Self {
        Kind { shown: Some(example), ..self }
    }

    /// The unit in words; for a word, the words there are.
    #[must_use]
    pub fn in_words(&self) -> Option<String> {
        let ticked = |words: &[&str]| words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ");
        Some(match self.form {
            Form::Plain => return None,
            Form::Quantity(measure, bounds) => {
                let bounds = match (measure, bounds) {
                    (_, Bounds::Fraction) => ", 0 to 100 %",
                    (_, Bounds::BelowOne) => ", 0 to less than 100 %",
                    (Measure::Whole, Bounds::Positive) => ", 1 or more",
                    (_, Bounds::Positive) => ", more than 0",
                    (_, Bounds::AtLeastOne) => ", 1 or more",
                    (Measure::Change | Measure::PerYear, _) => ", above -100 %",
                    (_, Bounds::NotNegative | Bounds::Finite) => "",
                };
                format!("{}{bounds}", measure.in_words())
            }
            Form::Words(words) => ticked(words),
            Form::WordsOrTag(words) => format!("{} or a tag", ticked(words)),
            Form::Id(of) => format!("id of {of}"),
            Form::Name => "text".to_owned(),
            Form::Date => "a period or date".to_owned(),
            Form::Window => "a period or window".to_owned(),
            Form::Currency => "code of a currency".to_owned(),
            Form::File => "path of a file".to_owned(),
            Form::Path => "path of a value".to_owned(),
            Form::Range => "a range of money".to_owned(),
            Form::Payments => "money by date".to_owned(),
            Form::Age => "an age".to_owned(),
            Form::Text(_) => "text".to_owned(),
        })
    }

    /// One value, as it is written.
    #[must_use]
    pub fn example(&self) -> Option<&'static str> {
        if self.shown.is_some() {
            return self.shown;
        }
        Some(match self.form {
            Form::Plain => return None,
            Form::Quantity(measure, _) => measure.example(),
            Form::Words(words) | Form::WordsOrTag(words) => self.default.or(words.first().copied())?,
            Form::Id("a chip") => "h100",
            Form::Id("a pool") => "campus",
            Form::Id(_) => "aws",
            Form::Name => "my-name",
            Form::Date => "2027-Q1",
            Form::Window => "2027-Q1..2028-Q4",
            Form::Currency => "USD",
            Form::File => "baseline.csv",
            Form::Path => "offers.aws-h100.price",
            Form::Range => "0..2B USD",
            Form::Payments => "{ 2027-Q1: 10B USD }",
            Form::Age => "from 2y",
            Form::Text(example) => example,
        })
    }
}

impl Measure {
    /// The measure in words.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Measure::Number => "a number",
            Measure::Whole => "a whole number",
            Measure::Money => "money",
            Measure::Price => "money per chip-hour",
            Measure::MoneyPer(of) => of,
            Measure::AnyMoney => "money per unit of what is limited",
            Measure::Chips => "chips",
            Measure::Power => "power",
            Measure::Share => "a share",
            Measure::Change => "a change in per cent",
            Measure::Pace => "a share per unit of time",
            Measure::PerYear => "a rate per year",
            Measure::Data => "data",
            Measure::Mass => "mass",
            Measure::Intensity => "mass per energy",
            Measure::EnergyPrice => "money per energy",
            Measure::Time => "a length of time",
            Measure::Work => "work, in the workload's unit",
            Measure::WorkRate => "work per time",
            Measure::Multiple => "a factor",
            Measure::Any => "a quantity",
        }
    }

    /// One of it, as it is written.
    #[must_use]
    pub const fn example(self) -> &'static str {
        match self {
            Measure::Number => "1.2",
            Measure::Whole => "4",
            Measure::Money => "38B USD",
            Measure::Price => "6.88 USD/chip-h",
            Measure::MoneyPer(_) | Measure::AnyMoney => "1.5",
            Measure::Chips => "20k chips",
            Measure::Power => "1.2 GW",
            Measure::Share => "35 %",
            Measure::Change => "+30 %",
            Measure::Pace => "8 %/month",
            Measure::PerYear => "8 %/year",
            Measure::Data => "80 GB",
            Measure::Mass => "20 kt",
            Measure::Intensity => "420 g/kWh",
            Measure::EnergyPrice => "60 USD/MWh",
            Measure::Time => "2 periods",
            Measure::Work => "900M h100-h",
            Measure::WorkRate => "2400 tok/s",
            Measure::Multiple => "160 %",
            Measure::Any => "20k",
        }
    }
}

const fn quantity(measure: Measure) -> Kind {
    Kind::of(Form::Quantity(measure, Bounds::NotNegative))
}

const fn positive(measure: Measure) -> Kind {
    Kind::of(Form::Quantity(measure, Bounds::Positive))
}

pub(super) const NUMBER: Kind = quantity(Measure::Number);
pub(super) const ANY_NUMBER: Kind = Kind::of(Form::Quantity(Measure::Number, Bounds::Finite));
pub(super) const FACTOR: Kind = Kind::of(Form::Quantity(Measure::Number, Bounds::AtLeastOne));
/// A factor of 1 or more that may also be written as a percentage.
pub(super) const MULTIPLE: Kind = Kind::of(Form::Quantity(Measure::Multiple, Bounds::AtLeastOne));
pub(super) const WHOLE: Kind = quantity(Measure::Whole);
pub(super) const COUNT: Kind = positive(Measure::Whole);
pub(super) const MONEY: Kind = quantity(Measure::Money);
pub(super) const PRICE: Kind = quantity(Measure::Price);
pub(super) const MONEY_PER_CHIP: Kind = quantity(Measure::MoneyPer("money per chip")).like("200 USD/chip");
pub(super) const MONEY_PER_WORK: Kind = quantity(Measure::MoneyPer("money per unit of work")).like("0.02 USD/tok");
pub(super) const MONEY_PER_DATA: Kind = quantity(Measure::MoneyPer("money per GB")).like("0.05 USD/GB");
pub(super) const MONEY_PER_UNIT: Kind = quantity(Measure::AnyMoney);
pub(super) const EXCHANGE_RATE: Kind = positive(Measure::Money).like("1.08 USD");
pub(super) const CHIPS: Kind = quantity(Measure::Chips);
pub(super) const SOME_CHIPS: Kind = positive(Measure::Chips);
pub(super) const POWER: Kind = quantity(Measure::Power);
pub(super) const SOME_POWER: Kind = positive(Measure::Power);
pub(super) const SHARE: Kind = Kind::of(Form::Quantity(Measure::Share, Bounds::Fraction));
/// A part that may be more than the whole.
pub(super) const SHARE_ABOVE: Kind = quantity(Measure::Share);
pub(super) const LEVEL: Kind = Kind::of(Form::Quantity(Measure::Share, Bounds::BelowOne));
pub(super) const CHANGE: Kind = Kind::of(Form::Quantity(Measure::Change, Bounds::Finite));
pub(super) const PACE: Kind = quantity(Measure::Pace);
pub(super) const PER_YEAR: Kind = Kind::of(Form::Quantity(Measure::PerYear, Bounds::Finite));
pub(super) const DATA: Kind = quantity(Measure::Data);
pub(super) const SOME_DATA: Kind = positive(Measure::Data);
pub(super) const MASS: Kind = quantity(Measure::Mass);
pub(super) const INTENSITY: Kind = quantity(Measure::Intensity);
pub(super) const ENERGY_PRICE: Kind = quantity(Measure::EnergyPrice);
pub(super) const TIME: Kind = quantity(Measure::Time);
pub(super) const SOME_TIME: Kind = positive(Measure::Time);
pub(super) const WORK: Kind = quantity(Measure::Work);
pub(super) const SOME_WORK: Kind = positive(Measure::Work);
pub(super) const WORK_RATE: Kind = quantity(Measure::WorkRate);
pub(super) const SOME_WORK_RATE: Kind = positive(Measure::WorkRate);
pub(super) const ANY: Kind = quantity(Measure::Any);
pub(super) const NAME: Kind = Kind::of(Form::Name);
pub(super) const DATE: Kind = Kind::of(Form::Date);
pub(super) const WINDOW: Kind = Kind::of(Form::Window);
pub(super) const CURRENCY: Kind = Kind::of(Form::Currency);
pub(super) const RANGE: Kind = Kind::of(Form::Range);
pub(super) const PAYMENTS: Kind = Kind::of(Form::Payments);
pub(super) const CAPEX: Kind = quantity(Measure::AnyMoney).like("42k USD");
pub(super) const AGE: Kind = Kind::of(Form::Age);
pub(super) const MONEY_PER_MASS: Kind = quantity(Measure::MoneyPer("money per mass")).like("100 USD/t");
pub(super) const FILE: Kind = Kind::of(Form::File);
pub(super) const PATH: Kind = Kind::of(Form::Path);
pub(super) const STEP: Kind = words(&["hour", "day", "week", "month", "quarter", "year"]);
pub(super) const PER: Kind = words(&["horizon", "year", "period"]).or("horizon");
pub(super) const MEASURED: Kind = words(&["spend", "chips", "work", "power", "carbon"]);
pub(super) const EXPECTED: Kind = words(&["expected"]);
pub(super) const DIMENSION: Kind = Kind::of(Form::WordsOrTag(DIMENSION_WORDS));
pub(super) const DIMENSION_WORDS: &[&str] =
    &["vendor", "chip", "ecosystem", "cloud", "owner", "organisation", "region", "site", "term", "offer", "supply"];

pub(super) const fn words(words: &'static [&'static str]) -> Kind {
    Kind::of(Form::Words(words))
}

pub(super) const fn id(of: &'static str) -> Kind {
    Kind::of(Form::Id(of))
}

pub(super) const fn text(example: &'static str) -> Kind {
    Kind::of(Form::Text(example))
}
