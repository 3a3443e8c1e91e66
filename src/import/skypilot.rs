//! Catalogs of SkyPilot: one CSV file a cloud, a row for each instance type, region and zone.
//!
//! Columns are found by their names, since their order differs by cloud. A row's price is that of the whole instance; an
//! offer's is that of a chip. Rows that cannot be trusted are left out and reported, each with its line.

use std::collections::BTreeMap;

use super::accelerators::{Accelerator, Explained, Named, accelerator, how_to_explain, is_slice};
use super::findings::Findings;
use super::instances::{Says, gcp_host, says};
use super::offers::{ImportedOffer, Offers, id};
use crate::diagnostics::{Code, Diagnostics, Place, SourceId, Sources, is_hostile, suggest};
use crate::document::{Row, Table};

/// What the catalog writes for a price that its makers could not learn.
const PLACEHOLDER: f64 = 700.0;
/// A price so many times the median of its chip and term is a mistake of the catalog.
const OUTLIER: f64 = 5.0;
/// A price per chip outside of this is a mistake, and would be written as nothing, or as no number at all.
const REAL: std::ops::RangeInclusive<f64> = 1e-6..=1e6;
/// On Azure, a price per chip so many times that of other instance types with the chip speaks of a wrong count.
const OUT_OF_LINE: f64 = 2.0;
/// Prices per chip that differ by less are the same, rounded.
const SAME: f64 = 1e-4;

/// Columns without which a table is no catalog.
pub const NEEDED: [&str; 5] = ["InstanceType", "AcceleratorName", "AcceleratorCount", "Price", "Region"];

/// A catalog that has been read into a source.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// Its text.
    pub source: SourceId,
    /// Id of its cloud.
    pub cloud: String,
}

/// What is to be taken over.
pub struct ImportRequest<'a> {
    /// Whether a region is wanted.
    pub region: &'a dyn Fn(&str) -> bool,
    /// Whether an accelerator is wanted, by its name in the catalog or by the id of its chip.
    pub accelerator: &'a dyn Fn(&str) -> bool,
    /// The day on which the prices held.
    pub as_of: Option<String>,
    /// Names of accelerators that the user has explained.
    pub told: Vec<Explained>,
    /// Whether catalogs whose prices are the floor of an auction are taken over, as spot.
    pub auctions: bool,
}

/// The columns of a catalog.
struct Columns {
    instance: usize,
    accelerator: usize,
    count: usize,
    price: usize,
    spot: Option<usize>,
    region: usize,
    zone: Option<usize>,
}

/// A row with an accelerator that is wanted.
struct Listed<'a> {
    cloud: &'a str,
    instance: &'a str,
    accelerator: &'a str,
    chip: Accelerator,
    /// Chips of one instance, and whether the cloud's documentation or the name says so too.
    chips: f64,
    sure: bool,
    region: &'a str,
    zone: &'a str,
    price: &'a str,
    spot: &'a str,
    /// Whether its catalog's prices are the floor of an auction.
    floor: bool,
    place: Place,
}

/// Prices of machines that accelerators are attached to, by cloud, instance type, region and zone.
type Hosts<'a> = BTreeMap<(&'a str, &'a str, &'a str, &'a str), (&'a str, &'a str)>;

/// What tells offers apart: cloud, chip, instance type (none for slices of any size), region, spot.
type Key = (String, String, String, String, bool);

/// A price of one row.
#[derive(Clone)]
struct Priced {
    per_chip: f64,
    total: f64,
    chips: f64,
    sure: bool,
    instance: String,
    host: Option<String>,
    place: Place,
}

/// Reads catalogs into offers. Files whose form is wrong are reported in `diagnostics`.
pub fn read(
    catalogs: &[Catalog],
    sources: &Sources,
    asked: &ImportRequest<'_>,
    diagnostics: &mut Diagnostics,
) -> (Offers, Findings) {
    let mut findings = Findings::default();
    let tables: Vec<(&Catalog, Table)> = catalogs
        .iter()
        .filter_map(|c| Some((c, Table::read(&sources.get(c.source).text, c.source, diagnostics)?)))
        .collect();
    let (mut listed, mut hosts) = (Vec::new(), Hosts::new());
    for (catalog, table) in &tables {
        let Some(columns) = columns(table, diagnostics) else { continue };
        let floor = is_auction(table, &columns);
        for row in &table.rows {
            let row = list(catalog, &columns, row, asked, &mut hosts, &mut findings);
            listed.extend(row.map(|row| Listed { floor, ..row }));
        }
    }
    let mut priced: BTreeMap<Key, Vec<Priced>> = BTreeMap::new();
    let mut chips = BTreeMap::new();
    for row in &listed {
        chips.insert(row.chip.chip.clone(), row.chip.clone());
        price(row, &hosts, asked.auctions, &mut priced, &mut findings);
    }
    out_of_line(&mut priced, &mut findings);
    let mut merged: BTreeMap<Key, Priced> = BTreeMap::new();
    for (key, rows) in priced {
        merged.insert(key, merge(rows, &mut findings));
    }
    outliers(&mut merged, &mut findings);
    merged.retain(|(_, _, _, region, _), _| (asked.region)(region));
    (offers(merged, &chips, catalogs, sources, asked), findings)
}

/// Finds the columns by name; `None` if one that is needed is not there, which is reported.
fn columns(table: &Table, diagnostics: &mut Diagnostics) -> Option<Columns> {
    let mut need = |name: &str| {
        let found = table.column(name);
        if found.is_none() {
            let known = table.columns.iter().map(|c| c.text.as_str());
            let message = format!("the catalog has no column `{name}`");
            diagnostics.error(Code::MissingKey, table.place, message, suggest(name, known));
        }
        found
    };
    let (instance, accelerator, count) = (need("InstanceType"), need("AcceleratorName"), need("AcceleratorCount"));
    let (price, region) = (need("Price"), need("Region"));
    Some(Columns {
        instance: instance?,
        accelerator: accelerator?,
        count: count?,
        price: price?,
        spot: table.column("SpotPrice"),
        region: region?,
        zone: table.column("AvailabilityZone"),
    })
}

/// Whether the prices of a catalog are the floor of an auction: wherever it has a spot price, that is the price on demand.
fn is_auction(table: &Table, columns: &Columns) -> bool {
    let known = |cell: &str| match money(cell) {
        Money::Known(x) => Some(x),
        _ => None,
    };
    let price = |row: &Row, column: usize| known(&row.cells[column].text);
    let rows = || table.rows.iter().filter(|row| !row.cells[columns.accelerator].text.is_empty());
    let both = || rows().filter_map(|row| Some((price(row, columns.price)?, price(row, columns.spot?)?)));
    let priced = rows().filter(|row| price(row, columns.price).is_some()).count();
    // One row is no habit, nor are a few of many.
    both().count() > 1
        && 2 * both().count() > priced
        && both().all(|(demand, spot)| (demand - spot).abs() <= SAME * demand)
}

/// Takes a row in: as one with an accelerator, as a host, or not at all.
fn list<'a>(
    catalog: &'a Catalog,
    columns: &Columns,
    row: &'a Row,
    asked: &ImportRequest<'_>,
    hosts: &mut Hosts<'a>,
    findings: &mut Findings,
) -> Option<Listed<'a>> {
    let cell = |i: usize| row.cells[i].text.as_str();
    let optional = |i: Option<usize>| i.map_or("", cell);
    let (instance, name, region) = (cell(columns.instance), cell(columns.accelerator), cell(columns.region));
    if !(asked.region)(region) {
        findings.hide(row.place);
    }
    let (price, spot, zone) = (cell(columns.price), optional(columns.spot), optional(columns.zone));
    if name.is_empty() {
        hosts.insert((&catalog.cloud, instance, region, zone), (price, spot));
        findings.add(90, "without an accelerator: left out, but for the hosts of others", row.place);
        return None;
    }
    let (chip, per_count) = match accelerator(name, &asked.told) {
        Named::Chips(chip, per_count) => (chip, per_count),
        Named::Unknown => {
            if (asked.accelerator)(name) {
                let remedy = how_to_explain(name);
                let words = format!("with the accelerator `{name}`, which is not known: left out; {remedy}");
                findings.add(10, words, row.place);
            }
            return None;
        }
    };
    if !(asked.accelerator)(name) && !(asked.accelerator)(&chip.chip) {
        return None;
    }
    let hostile = |text: &str| text.len() > 200 || text.chars().any(|c| is_hostile(c) || c == '\n');
    if region.is_empty() || [instance, region, zone].into_iter().any(hostile) {
        findings.add(20, "with a region or instance type that cannot be a name: left out", row.place);
        return None;
    }
    let Some(count) = cell(columns.count).parse::<f64>().ok().filter(|n| n.is_finite() && *n > 0.0) else {
        findings.add(21, "with an `AcceleratorCount` that is no number above 0: left out", row.place);
        return None;
    };
    let mut chips = count * per_count;
    let mut sure = per_count != 1.0;
    match says(&catalog.cloud, instance, name) {
        Some(Says::Documented(n)) if n != chips => {
            if n.fract() == 0.0 {
                let words = format!(
                    "with {chips} chips for `{instance}`, which has {n} by its cloud's documentation: counted as {n}"
                );
                findings.add(30, words, row.place);
            }
            (chips, sure) = (n, true);
        }
        Some(Says::Written(n)) if n != chips => {
            let words = format!("with {chips} chips for `{instance}`, whose name says {n}: left out");
            findings.add(31, words, row.place);
            return None;
        }
        Some(_) => sure = true,
        None => {}
    }
    if chips.fract() != 0.0 {
        findings.add(32, "with a part of a chip, or parts beside whole ones: left out", row.place);
        return None;
    }
    let cloud = &catalog.cloud;
    let place = row.place;
    let floor = false;
    Some(Listed { cloud, instance, accelerator: name, chip, chips, sure, region, zone, price, spot, floor, place })
}

/// What stands in a cell of a price.
enum Money {
    Known(f64),
    Empty,
    Zero,
    Placeholder,
    NoNumber,
}

fn money(cell: &str) -> Money {
    match cell.parse::<f64>() {
        _ if cell.is_empty() || cell.eq_ignore_ascii_case("nan") => Money::Empty,
        Ok(x) if x == PLACEHOLDER => Money::Placeholder,
        Ok(0.0) => Money::Zero,
        Ok(x) if x.is_finite() && x > 0.0 => Money::Known(x),
        _ => Money::NoNumber,
    }
}

/// The prices of a row per chip, on demand and spot, with those of its host.
fn price(
    row: &Listed<'_>,
    hosts: &Hosts<'_>,
    auctions: bool,
    priced: &mut BTreeMap<Key, Vec<Priced>>,
    findings: &mut Findings,
) {
    if row.floor && !auctions {
        let words = "of a catalog in which every spot price equals the price on demand, which is then the floor of an auction and not what is paid: left out; `--auction-floors` takes it over as spot";
        findings.add(45, words, row.place);
        return;
    }
    let slice = row.instance.is_empty() && is_slice(row.accelerator);
    let mut host = None;
    if row.instance.is_empty() && !slice {
        let Some(name) = gcp_host(row.accelerator, row.chips) else {
            findings.add(40, "with an accelerator alone, whose host is not known: left out", row.place);
            return;
        };
        let Some(prices) = hosts.get(&(row.cloud, name.as_str(), row.region, row.zone)).copied() else {
            let words = "with an accelerator alone, whose host has no row in the same zone: left out";
            findings.add(41, words, row.place);
            return;
        };
        findings.add(80, "with an accelerator alone: the price of its host added", row.place);
        host = Some((name, prices));
    }
    let mut total = |own: &str, of_host: Option<&str>, what: &str, rank: u8| {
        let mut sum = 0.0;
        let a = article(what);
        for (cell, whose) in [(Some(own), ""), (of_host, " of the host")] {
            let Some(cell) = cell else { continue };
            let words = match money(cell) {
                Money::Known(x) => {
                    sum += x;
                    continue;
                }
                Money::Empty => format!("without {a} {what} price{whose}: no {what} offer"),
                Money::Zero => format!("with {a} {what} price{whose} of 0: no {what} offer"),
                Money::Placeholder => {
                    format!("with {a} {what} price{whose} of 700, the catalog's word for unknown: no {what} offer")
                }
                Money::NoNumber => format!("with {a} {what} price{whose} that is no number above 0: no {what} offer"),
            };
            findings.add(rank, words, row.place);
            return None;
        }
        Some(sum)
    };
    let of_host = host.as_ref().map(|(_, prices)| prices);
    let mut demand = total(row.price, of_host.map(|p| p.0), "on-demand", 50);
    let spot = if row.floor { demand.take() } else { total(row.spot, of_host.map(|p| p.1), "spot", 51) };
    let spot = spot.filter(|s| {
        let same = demand.is_some_and(|d| (d - s).abs() <= SAME * d);
        if same {
            findings.add(52, "with a spot price equal to the price on demand: no spot offer", row.place);
        }
        !same
    });
    let kind = if slice { String::new() } else { host.as_ref().map_or(row.instance, |(name, _)| name).to_owned() };
    for (total, spot) in [(demand, false), (spot, true)] {
        let Some(total) = total else { continue };
        if !REAL.contains(&(total / row.chips)) {
            let what = if spot { "spot" } else { "on-demand" };
            let words = format!("with {} {what} price per chip that no chip has: no {what} offer", article(what));
            findings.add(if spot { 54 } else { 53 }, words, row.place);
            continue;
        }
        let key = (row.cloud.to_owned(), row.chip.chip.clone(), kind.clone(), row.region.to_owned(), spot);
        priced.entry(key).or_default().push(Priced {
            per_chip: total / row.chips,
            total,
            chips: row.chips,
            sure: row.sure,
            instance: if kind.is_empty() { row.chip.chip.clone() } else { kind.clone() },
            host: host.as_ref().map(|(name, _)| name.clone()),
            place: row.place,
        });
    }
}

/// Leaves out what Azure's counts make too cheap or too dear: rows whose count nothing confirms and whose price per
/// chip is far from that of other instance types with the same chip.
fn out_of_line(priced: &mut BTreeMap<Key, Vec<Priced>>, findings: &mut Findings) {
    let mut by_chip: BTreeMap<String, Vec<(String, bool, f64)>> = BTreeMap::new();
    for ((cloud, chip, kind, _, spot), rows) in priced.iter() {
        if cloud == "azure" && !spot {
            let rows = rows.iter().map(|r| (kind.clone(), r.sure, r.per_chip));
            by_chip.entry(chip.clone()).or_default().extend(rows);
        }
    }
    let doubtful = |chip: &str, kind: &str, per_chip: f64| {
        let others = by_chip.get(chip).into_iter().flatten().filter(|(k, ..)| k != kind);
        let sure: Vec<f64> = others.clone().filter(|(_, sure, _)| *sure).map(|(.., p)| *p).collect();
        let siblings = if sure.is_empty() { others.map(|(.., p)| *p).collect() } else { sure };
        median(siblings).is_some_and(|m| per_chip > OUT_OF_LINE * m || per_chip * OUT_OF_LINE < m)
    };
    let mut out = Vec::new();
    for ((cloud, chip, kind, region, spot), rows) in priced.iter() {
        if cloud == "azure" && !spot && rows.iter().any(|r| !r.sure && doubtful(chip, kind, r.per_chip)) {
            out.push((cloud.clone(), chip.clone(), kind.clone(), region.clone()));
        }
    }
    for (cloud, chip, kind, region) in out {
        for spot in [false, true] {
            let rows = priced.remove(&(cloud.clone(), chip.clone(), kind.clone(), region.clone(), spot));
            for row in rows.into_iter().flatten().filter(|_| !spot) {
                let words = format!(
                    "with a price per chip out of line with other instance types of `{chip}`, and a count that nothing confirms: left out"
                );
                findings.add(33, words, row.place);
            }
        }
    }
}

/// One price of rows for several zones, sizes or generations: the cheapest.
fn merge(mut rows: Vec<Priced>, findings: &mut Findings) -> Priced {
    let cheapest = rows.iter().map(|r| r.per_chip).fold(f64::INFINITY, f64::min);
    let same = |r: &Priced| r.per_chip <= cheapest * (1.0 + SAME);
    let kept = rows.iter().position(same).unwrap_or(0);
    let kept = rows.remove(kept);
    for row in rows {
        if same(&row) {
            findings.add(81, "of further zones or sizes at the same price per chip: merged", row.place);
        } else {
            findings.add(60, "of further zones or sizes at a higher price per chip: the cheapest kept", row.place);
        }
    }
    kept
}

/// Leaves out prices far above the median of their chip and term, and tells those far below.
fn outliers(merged: &mut BTreeMap<Key, Priced>, findings: &mut Findings) {
    let mut prices: BTreeMap<(String, bool), Vec<f64>> = BTreeMap::new();
    for ((_, chip, _, _, spot), row) in merged.iter() {
        prices.entry((chip.clone(), *spot)).or_default().push(row.per_chip);
    }
    let medians: BTreeMap<(String, bool), f64> =
        prices.into_iter().filter_map(|(key, prices)| Some((key, median(prices)?))).collect();
    merged.retain(|(_, chip, _, _, spot), row| {
        let term = if *spot { "spot" } else { "on-demand" };
        let a = article(term);
        let Some(median) = medians.get(&(chip.clone(), *spot)) else { return true };
        if row.per_chip > OUTLIER * median {
            let words = format!("with {a} {term} price more than 5 times the median of `{chip}`: no {term} offer");
            findings.add(61, words, row.place);
            return false;
        }
        if row.per_chip * OUTLIER < *median {
            let words = format!("with {a} {term} price less than a fifth of the median of `{chip}`: kept, check it");
            findings.add(62, words, row.place);
        }
        true
    });
}

fn article(term: &str) -> &'static str {
    if term.starts_with('o') { "an" } else { "a" }
}

/// The middle value, or the mean of the two in the middle.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    (n > 0).then(|| f64::midpoint(values[(n - 1) / 2], values[n / 2]))
}

/// The offers with ids of their own.
fn offers(
    merged: BTreeMap<Key, Priced>,
    chips: &BTreeMap<String, Accelerator>,
    catalogs: &[Catalog],
    sources: &Sources,
    asked: &ImportRequest<'_>,
) -> Offers {
    let mut out = Offers { as_of: asked.as_of.clone(), ..Offers::default() };
    let names: Vec<&str> = catalogs.iter().map(|c| sources.get(c.source).name.as_ref()).collect();
    out.from = format!("SkyPilot's {}: {}", if names.len() == 1 { "catalog" } else { "catalogs" }, names.join(", "));
    let mut used = std::collections::BTreeSet::new();
    for ((cloud, chip, kind, region, spot), row) in merged {
        let what = if kind.is_empty() { &chip } else { &kind };
        let plain = id(&format!("{cloud}-{what}-{region}{}", if spot { "-spot" } else { "" }));
        // Names that differ only in what an id does not have.
        let id = (1..).map(|n| if n == 1 { plain.clone() } else { format!("{plain}-{n}") });
        let id = id.into_iter().find(|id| !used.contains(id)).unwrap_or_default();
        used.insert(id.clone());
        if let Some(accelerator) = chips.get(&chip) {
            out.chips.insert(chip.clone(), accelerator.clone());
        }
        out.clouds.insert(cloud.clone());
        let place = format!("{}:{}", sources.get(row.place.source).name, sources.line(row.place));
        let host = row.host.map(|h| format!(" with {h}")).unwrap_or_default();
        let plural = if row.chips == 1.0 { "chip" } else { "chips" };
        let source = format!("SkyPilot, {place}: {} USD/h for {} {plural}{host}", tidy(row.total), row.chips);
        let price = tidy(row.per_chip);
        out.offers.push(ImportedOffer { id, chip, cloud, region, spot, price, instance: row.instance, source });
    }
    out
}

/// Without the last digits that adding and dividing leave: catalogs have five or six.
fn tidy(x: f64) -> f64 {
    (x * 1e9).round() / 1e9
}
