//! Arguments that several commands have, each written once.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};

use super::failure::Failure;
use super::files;
use super::logging::colour;
use crate::analysis::{Detail, SolveSettings};
use crate::engine::{EngineChoice, NoSuchEngine};
use crate::model::Model;
use crate::plan::Plan;
use crate::report::{self, Format, Style};

/// The model, and changes to it.
#[derive(Args, Debug)]
pub(super) struct ModelArgs {
    /// The model file, or `-` for standard input.
    pub model: PathBuf,
    /// Scenarios of the model to apply, in order.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub scenario: Vec<String>,
    /// A value to set, such as `offers.aws-h100.price=5.50`; may be repeated.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub sets: Vec<String>,
    /// A file laid over the model; may be repeated.
    #[arg(long, value_name = "FILE")]
    pub overlay: Vec<PathBuf>,
    /// Solve one future by itself, such as `fast+late`, of a model with `uncertainty`.
    #[arg(long, value_name = "NAME", conflicts_with = "without_uncertainty")]
    pub future: Option<String>,
    /// Solve only the base case of a model with `uncertainty`: the outcomes named `base`, else the most probable future,
    /// else the mean.
    #[arg(long)]
    pub without_uncertainty: bool,
    #[command(flatten)]
    pub named: NamedFilesArgs,
}

/// Which files a model may name.
#[derive(Args, Debug, Clone, Copy)]
pub(super) struct NamedFilesArgs {
    /// Let the model name files outside of its folder (`offers.file`, `baseline.file`). Only for models that you trust:
    /// what they name is read with your permissions.
    #[arg(long)]
    pub allow_files_outside: bool,
}

/// Who solves, and how long the command may take.
#[derive(Args, Debug, Clone, Copy)]
pub(super) struct SolverArgs {
    /// The engine: auto, simplex, clarabel (interior point), microlp (simplex), or highs (simplex, and integers; needs a
    /// build with `--features highs`).
    #[arg(long, default_value = "auto", value_parser = parse_engine, value_name = "ENGINE")]
    pub engine: EngineChoice,
    /// Time limit for all that the command solves, such as `90`, `30s` or `5m`.
    #[arg(long, value_parser = parse_time, value_name = "TIME")]
    pub time_limit: Option<Duration>,
}

impl SolverArgs {
    /// How to solve. The time begins to run here, and is shared by everything that is solved with these settings.
    pub fn settings(&self, detail: Detail) -> SolveSettings {
        SolveSettings {
            engine: self.engine,
            // A limit beyond what a clock can show is none.
            deadline: self.time_limit.and_then(|limit| Instant::now().checked_add(limit)).into(),
            detail,
            watch: super::working::watch(),
            ..SolveSettings::default()
        }
    }
}

/// When a plan with integers is good enough.
#[derive(Args, Debug, Clone, Copy)]
pub(super) struct GapArgs {
    /// Relative MIP gap at which to stop, such as `0.1%`.
    #[arg(long, default_value = "0.01%", value_parser = parse_gap, value_name = "PART")]
    pub gap: f64,
}

/// Where the result goes.
#[derive(Args, Debug)]
pub(super) struct OutputArgs {
    /// Write to this file instead of standard output, which is `-`. Never a file that the command reads.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl OutputArgs {
    /// The file; none for standard output.
    pub fn file(&self) -> Option<&Path> {
        self.output.as_deref().filter(|path| *path != Path::new("-"))
    }

    /// How text is written there.
    pub fn style(&self) -> Style {
        Style { colour: self.file().is_none() && colour(&io::stdout()) }
    }

    /// Refuses a place that cannot be written, or that holds what has been read. Asked before the work is done, once
    /// everything is read.
    pub fn check(&self) -> Result<(), Failure> {
        self.file().map_or(Ok(()), files::may_write)
    }

    /// Refuses to show on a terminal what is no text.
    pub fn check_binary(&self) -> Result<(), Failure> {
        if self.file().is_none() && io::stdout().is_terminal() {
            let message = "a workbook is not shown on a terminal; give a file, such as `-o book.xlsx`";
            return Err(Failure::Usage(message.to_owned()));
        }
        self.check()
    }

    /// Writes the result.
    pub fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        files::write(self.file(), bytes)
    }
}

/// A table or all of it.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TableFormat {
    Text,
    Json,
    Csv,
}

/// A table, all of it, or a page with a picture.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PageFormat {
    Text,
    Json,
    Csv,
    Html,
}

/// For a person or a program.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextFormat {
    Text,
    Json,
}

/// A plan.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlanFormat {
    /// One screen: the decision, the cost, what binds and the certificate.
    Text,
    /// Every table as text.
    Tables,
    /// Everything, for programs.
    Json,
    /// Workload placement as a table; `--tables` writes every table.
    Csv,
    /// Every table as Markdown.
    Markdown,
    /// An Excel workbook: sums and shares as formulas, charts, and a sheet for each table.
    #[cfg(feature = "xlsx")]
    Xlsx,
}

impl PlanFormat {
    /// Writes a plan of a model.
    pub fn write(self, model: &Model, plan: &Plan, style: Style) -> Result<Vec<u8>, Failure> {
        let format = match self {
            PlanFormat::Text => Format::Text,
            PlanFormat::Tables => Format::Tables,
            PlanFormat::Json => Format::Json,
            PlanFormat::Csv => Format::Csv,
            PlanFormat::Markdown => Format::Markdown,
            #[cfg(feature = "xlsx")]
            PlanFormat::Xlsx => {
                return report::workbook::save(model, plan).map_err(|e| Failure::Outside(e.to_string()));
            }
        };
        let _ = model;
        let mut text = Vec::new();
        report::write(plan, format, style, &mut text)?;
        Ok(text)
    }

    /// Refuses a place that cannot be written, and to show on a terminal what is no text.
    pub fn check(self, output: &OutputArgs) -> Result<(), Failure> {
        #[cfg(feature = "xlsx")]
        if self == PlanFormat::Xlsx {
            return output.check_binary();
        }
        output.check()
    }
}

/// How much is computed.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DetailArg {
    Plan,
    Full,
    Ranges,
}

impl From<DetailArg> for Detail {
    fn from(detail: DetailArg) -> Self {
        match detail {
            DetailArg::Plan => Detail::Plan,
            DetailArg::Full => Detail::Full,
            DetailArg::Ranges => Detail::Ranges,
        }
    }
}

/// Reads the name of an engine that this build has.
pub(super) fn parse_engine(text: &str) -> Result<EngineChoice, String> {
    let choice: EngineChoice = text.parse().map_err(|e: NoSuchEngine| e.to_string())?;
    choice.built_in().map_err(|e| e.to_string())?;
    Ok(choice)
}

/// Reads a gap: a part from 0 to below 1, as a number or with `%`.
pub(super) fn parse_gap(text: &str) -> Result<f64, String> {
    let (number, unit) = match text.strip_suffix('%') {
        Some(number) => (number.trim_end(), 100.0),
        None => (text, 1.0),
    };
    let read = number.parse::<f64>().ok().map(|x| x / unit).filter(|x| (0.0..1.0).contains(x));
    read.ok_or_else(|| format!("`{text}` is not a gap; write a part such as `0.1%`"))
}

/// Reads a confidence: a part above 0 and below 1, as a number or with `%`.
pub(super) fn parse_confidence(text: &str) -> Result<f64, String> {
    let part = parse_gap(text).ok().filter(|&x| x > 0.0);
    part.ok_or_else(|| format!("`{text}` is not a confidence; write a part such as `95%`"))
}

/// Reads `90`, `30s`, `5m` or `1h`.
pub(super) fn parse_time(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "ms" => 1e-3,
        other => return Err(format!("`{other}` is not a unit of time; write 90, 30s, 5m or 1h")),
    };
    let number: f64 = digits.trim().parse().map_err(|_| format!("`{text}` is not a time; write 90, 30s, 5m or 1h"))?;
    Duration::try_from_secs_f64(number * factor).map_err(|_| format!("`{text}` is not a time that can pass"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(parse_time("90"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_time("1.5m"), Ok(Duration::from_secs(90)));
        for wrong in ["", "-1", "5 parsecs", "inf", "nan", "1e300h"] {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
    }

    /// One time for all: what is left is less and less, and none in the end.
    #[test]
    fn a_time_limit_begins_once() {
        let solver = SolverArgs { engine: EngineChoice::Auto, time_limit: Some(Duration::from_millis(20)) };
        let settings = solver.settings(Detail::Plan);
        assert!(settings.deadline.left().is_some_and(|left| left <= Duration::from_millis(20)));
        std::thread::sleep(Duration::from_millis(25));
        assert_eq!(settings.deadline.left(), Some(Duration::ZERO));
        assert!(settings.deadline.is_over());
        let free = SolverArgs { time_limit: None, ..solver }.settings(Detail::Plan);
        assert_eq!(free.deadline.left(), None);
    }
}
