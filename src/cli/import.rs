//! `import`: foreign tables into offers, what runs today, and how much of it ran before; and foreign solutions.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};

use super::common::OutputArgs;
use super::failure::Failure;
use super::solution::SolutionCommand;
use super::{exit, files};
use crate::diagnostics::{Diagnostics, Sources, is_hostile};
use crate::document::{self, has_columns, has_key};
use crate::import::{Explained, Findings, Mapping, focus, skypilot};
use crate::model::glob;
use crate::units::human::{self, count};

#[derive(Args, Debug)]
pub(super) struct ImportCommand {
    #[command(subcommand)]
    pub what: ImportWhat,
}

#[derive(Subcommand, Debug)]
pub(super) enum ImportWhat {
    /// Offers per chip-hour from SkyPilot's catalogs, as chips, clouds and offers of a model.
    #[command(
        after_help = "Examples:\n  polysource import skypilot catalogs/v8/aws/vms.csv catalogs/v8/gcp/vms.csv --accelerator 'H*' --date 2026-11-01 -o offers.yaml\n  polysource solve model.yaml --overlay offers.yaml\n\nRows that cannot be trusted are left out; each is told with its file and line on standard error."
    )]
    Skypilot(SkypilotCommand),
    /// What runs today and the chip-hours of each month, from bills in the form of FinOps FOCUS.
    #[command(
        after_help = "Examples:\n  polysource import focus bill-2026-10.csv bill-2026-11.csv --map map.yaml -o today\n\nWritten are `baseline.csv` (offer, workload, chips: for `baseline: { file: ... }`) and `demand.csv` (month, workload, chip_hours).\n\nThe map says what rows stand for:\n  offers:\n    - { where: { SkuId: '*p5.48xlarge*', RegionId: us-east-1 }, offer: aws-h100, chips: 8 }\n  workloads:\n    - { where: { tags.team: search }, workload: chat }\n  workload_tag: app\nWithout a rule, rows in chip-hours are of the offer in `ResourceId`, and for the workload in the tag `workload` or in `ResourceName`.\n\nWhat counts is `ConsumedQuantity`, or `PricingQuantity` where the first has no unit of time: seconds, minutes, hours or days, of chips (`GPU Per Hour`, `Chip-Hours`) or of machines (`100 Hours`, `Instance-Hours`).\nRows that used chips and are not understood are reported with their chip-hours and money; if these are more than `--max-lost`, nothing is written and the exit code is 3."
    )]
    Focus(FocusCommand),
    /// The plan that another solver found for the exported program, certified.
    #[command(
        after_help = "Examples:\n  polysource export model.yaml -o model.mps\n  highs model.mps --solution_file model.sol\n  polysource import solution model.yaml model.sol --format json -o plan.json\n\nGive the scenarios, settings and overlays with which the model was exported. Files of HiGHS (`--solution_file`) and of CLP or CBC (`-printingOptions all -solution FILE`) are read, and lines with a name, its value and its dual.\nThe certificate is computed from the values and the duals in the file alone. Without duals the plan is told, with what it does not keep, and is not certified.\nExit codes: 0 certified; 6 not certified; 3 if the model or the file is wrong."
    )]
    Solution(SolutionCommand),
}

#[derive(Args, Debug)]
pub(super) struct SkypilotCommand {
    /// Catalogs, such as `aws/vms.csv`; `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The cloud of the catalogs; left out, from the name of the file or its folder.
    #[arg(long, value_name = "CLOUD")]
    pub cloud: Option<String>,
    /// Only regions that match, such as `us-*`; may be repeated.
    #[arg(long, value_name = "GLOB")]
    pub region: Vec<String>,
    /// Only accelerators that match, by the catalog's name or the chip's id; may be repeated.
    #[arg(long, value_name = "GLOB")]
    pub accelerator: Vec<String>,
    /// The day on which the prices held; it becomes each offer's `as_of`.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = parse_day)]
    pub date: Option<String>,
    /// What an accelerator that is not known is: a chip that is, or its vendor and ecosystem, as in `NVIDIA=h200` or
    /// `X1=acme/prism`; with `*4` behind it if one that the catalog counts stands for 4 chips; may be repeated.
    #[arg(long, value_name = "NAME=WHAT", value_parser = Explained::read)]
    pub chip: Vec<Explained>,
    /// Take over catalogs in which every spot price equals the price on demand, as spot. Such a price is the floor of
    /// an auction: what is paid is more.
    #[arg(long)]
    pub auction_floors: bool,
    /// Format of the offers.
    #[arg(long, value_enum, default_value = "yaml")]
    pub format: OfferFormat,
    #[command(flatten)]
    pub output: OutputArgs,
}

#[derive(Args, Debug)]
pub(super) struct FocusCommand {
    /// Bills as CSV; `-` for standard input.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// What rows stand for.
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,
    /// The month whose mean is what runs today; left out, the last of the bills.
    #[arg(long, value_name = "YYYY-MM", value_parser = parse_month)]
    pub month: Option<jiff::civil::Date>,
    /// Most of the chip-hours and of the money that may be lost in rows that used chips and are not understood.
    #[arg(long, default_value = "1%", value_parser = parse_lost, value_name = "PART")]
    pub max_lost: f64,
    /// The folder that the tables are written into.
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OfferFormat {
    Yaml,
    Csv,
}

pub(super) fn run(command: &ImportCommand, quiet: bool, verbose: bool) -> Result<u8, Failure> {
    match &command.what {
        ImportWhat::Skypilot(command) => offers(command, quiet, verbose),
        ImportWhat::Focus(command) => focus(command, quiet, verbose),
        ImportWhat::Solution(command) => super::solution::run(command, quiet),
    }
}

fn offers(command: &SkypilotCommand, quiet: bool, verbose: bool) -> Result<u8, Failure> {
    let mut sources = Sources::new();
    let mut catalogs = Vec::new();
    for path in &command.files {
        let cloud = match &command.cloud {
            Some(cloud) => cloud.clone(),
            None => cloud_of(path).ok_or_else(|| {
                let shown = path.display();
                Failure::Usage(format!("the cloud of {shown} cannot be told from its name; give it with `--cloud aws`"))
            })?,
        };
        if !is_id(&cloud) {
            let message = format!("`{cloud}` cannot be the id of a cloud; give it with `--cloud`, as in `--cloud aws`");
            return Err(Failure::Usage(message));
        }
        let text = read(path, quiet)?;
        let source = sources.add(&short(path), text.trim_start_matches('\u{feff}'));
        refuse_other(path, &text, &skypilot::NEEDED, "give a catalog of SkyPilot, such as `aws/vms.csv`")?;
        catalogs.push(skypilot::Catalog { source, cloud });
    }
    command.output.check()?;
    let any = |globs: &[String], text: &str| globs.is_empty() || globs.iter().any(|g| glob(g, text));
    let upper: Vec<String> = command.accelerator.iter().map(|g| g.to_ascii_uppercase()).collect();
    let asked = skypilot::ImportRequest {
        region: &|region| any(&command.region, region),
        accelerator: &|name| any(&upper, &name.to_ascii_uppercase()),
        as_of: command.date.clone(),
        told: command.chip.clone(),
        auctions: command.auction_floors,
    };
    let mut diagnostics = Diagnostics::new();
    let (offers, findings) = skypilot::read(&catalogs, &sources, &asked, &mut diagnostics);
    files::report(&diagnostics, &sources, quiet);
    if diagnostics.has_errors() {
        return Err(Failure::Told(exit::MODEL_WRONG));
    }
    let made =
        [count(offers.offers.len(), "offer"), count(offers.chips.len(), "chip"), count(offers.clouds.len(), "cloud")];
    report(&findings, &sources, &made.join(", "), quiet, verbose);
    if offers.offers.is_empty() {
        files::complain(b"error: no row became an offer; look at what was left out, or ask for more\n");
        return Err(Failure::Told(exit::MODEL_WRONG));
    }
    if command.date.is_none() && !quiet {
        files::complain(b"the offers have no date; give the day of the catalog with `--date`\n");
    }
    let bytes = match command.format {
        OfferFormat::Yaml => offers.yaml().into_bytes(),
        OfferFormat::Csv => offers.csv()?,
    };
    command.output.write(&bytes)?;
    Ok(exit::DONE)
}

fn focus(command: &FocusCommand, quiet: bool, verbose: bool) -> Result<u8, Failure> {
    let asked =
        Bills { files: &command.files, map: command.map.as_deref(), month: command.month, max_lost: command.max_lost };
    let usage = bills(&asked, quiet, verbose)?;
    std::fs::create_dir_all(&command.output)?;
    for (name, bytes) in [("baseline.csv", usage.baseline_csv()?), ("demand.csv", usage.history_csv()?)] {
        files::write(Some(&command.output.join(name)), &bytes)?;
    }
    Ok(exit::DONE)
}

/// Bills that are read.
pub(super) struct Bills<'a> {
    pub files: &'a [PathBuf],
    /// What rows stand for.
    pub map: Option<&'a Path>,
    /// The month that has to be in them.
    pub month: Option<jiff::civil::Date>,
    /// The most that may be lost of them, as a part.
    pub max_lost: f64,
}

/// Reads bills, telling what was found on the way; not if too much of them is lost.
pub(super) fn bills(command: &Bills<'_>, quiet: bool, verbose: bool) -> Result<focus::Usage, Failure> {
    let (mut sources, mut diagnostics) = (Sources::new(), Diagnostics::new());
    let mut mapping = Mapping::default();
    if let Some(path) = command.map {
        let text = read(path, quiet)?;
        let source = sources.add(&short(path), text.trim_start_matches('\u{feff}'));
        if !has_key(&text, &["offers", "workloads", "workload_tag"]) {
            sources.withhold(source);
        }
        let root = document::read(&sources.get(source).text.clone(), source, &mut diagnostics);
        mapping = root.map(|root| Mapping::read(&root, &mut diagnostics)).unwrap_or_default();
    }
    let mut files = Vec::new();
    for path in command.files {
        let text = read(path, quiet)?;
        let source = sources.add(&short(path), text.trim_start_matches('\u{feff}'));
        refuse_other(path, &text, &focus::NEEDED, "export the bill as FOCUS 1.0 or later, with its column names")?;
        files.push(source);
    }
    let asked = focus::ImportRequest { mapping, fits: &glob, month: command.month };
    let (usage, findings) = focus::read(&files, &sources, &asked, &mut diagnostics);
    files::report(&diagnostics, &sources, quiet);
    if diagnostics.has_errors() {
        return Err(Failure::Told(exit::MODEL_WRONG));
    }
    let (rows, understood) = usage.rows;
    let (offers, workloads) = usage.names();
    let made = [
        format!("{understood} of {}", count(rows, "row")),
        count(offers.len(), "offer"),
        count(workloads.len(), "workload"),
    ];
    report(&findings, &sources, &made.join(", "), quiet, verbose);
    let lost = usage.account.sentence();
    if let Some(lost) = &lost
        && !quiet
    {
        files::complain(format!("{lost}\n").as_bytes());
    }
    let today = usage.baseline();
    if today.is_empty() {
        let message = match command.month {
            Some(month) if understood > 0 => {
                format!("no row used a chip in {}; give a month of the bills", month.strftime("%Y-%m"))
            }
            _ => "no row used a chip; say what rows stand for with `--map`".to_owned(),
        };
        files::say(&format!("error: {message}\n"));
        return Err(Failure::Told(exit::MODEL_WRONG));
    }
    if usage.account.lost_part() > command.max_lost {
        let lost = lost.filter(|_| quiet).map(|lost| format!(" ({lost})")).unwrap_or_default();
        let message = format!(
            "more than {} % of what the bills used is lost{lost}; say what those rows stand for with `--map`, or allow more with `--max-lost`",
            human::number(100.0 * command.max_lost)
        );
        files::complain(format!("error: {message}\n").as_bytes());
        return Err(Failure::Told(exit::MODEL_WRONG));
    }
    Ok(usage)
}

/// What was made, and what was found on the way, on standard error.
fn report(findings: &Findings, sources: &Sources, made: &str, quiet: bool, verbose: bool) {
    if !quiet {
        files::say(&format!("{made}\n{}", findings.text(sources, verbose)));
    }
}

/// Refuses a text that names less than half of the columns that its table needs. It may be anything, so nothing of it
/// is quoted.
fn refuse_other(path: &Path, text: &str, needed: &[&str], remedy: &str) -> Result<(), Failure> {
    if has_columns(text, needed) {
        return Ok(());
    }
    let columns = needed.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(", ");
    files::say(&format!("error: {}: the table has no column {columns}; {remedy}\n", path.display()));
    Err(Failure::Told(exit::MODEL_WRONG))
}

fn read(path: &Path, quiet: bool) -> Result<String, Failure> {
    files::text(path).map_err(|unreadable| files::failed(&unreadable, quiet))
}

/// `aws` for `aws.csv`, and for `aws/vms.csv` and the like.
fn cloud_of(path: &Path) -> Option<String> {
    let stem = path.file_stem()?.to_str()?.to_ascii_lowercase();
    let name = match stem.as_str() {
        "vms" | "instances" => path.parent()?.file_name()?.to_str()?.to_ascii_lowercase(),
        "-" => return None,
        _ => stem,
    };
    Some(name)
}

/// A file by its name and its folder's: enough to tell catalogs apart, and the same wherever they lie.
fn short(path: &Path) -> String {
    let mut parts: Vec<_> = path.iter().rev().take(2).map(|p| p.to_string_lossy().into_owned()).collect();
    parts.reverse();
    // It goes into comments and sources, each a line.
    parts.join("/").trim_start_matches("//").replace(|c| is_hostile(c) || c == '\n' || c == '\t', "?")
}

fn is_id(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-'))
        && text.len() <= 40
}

fn parse_day(text: &str) -> Result<String, String> {
    let day: Result<jiff::civil::Date, _> = text.parse();
    day.ok()
        .filter(|_| text.len() == 10)
        .map(|d| d.to_string())
        .ok_or_else(|| format!("`{text}` is no day; write 2026-11-01"))
}

fn parse_month(text: &str) -> Result<jiff::civil::Date, String> {
    let day: Result<jiff::civil::Date, _> = format!("{text}-01").parse();
    day.ok().filter(|_| text.len() == 7).ok_or_else(|| format!("`{text}` is no month; write 2026-11"))
}

/// Reads a part from 0 to all.
pub(super) fn parse_lost(text: &str) -> Result<f64, String> {
    let (number, unit) = match text.strip_suffix('%') {
        Some(number) => (number.trim_end(), 0.01),
        None => (text, 1.0),
    };
    let read = number.parse::<f64>().ok().map(|x| x * unit).filter(|x| (0.0..=1.0).contains(x));
    read.ok_or_else(|| format!("`{text}` is no part; write `5%`"))
}
