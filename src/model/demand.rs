//! Interprets workloads.

use super::ids::{ChipId, CloudSet, IdVec, OfferId, OfferSet, WorkloadId};
use std::ops::Range;

use crate::diagnostics::{Code, Place, suggest};
use crate::document::{self as doc, Amount, SeriesForm};
use crate::units::{Dimension as Unit, Quantity, Rate, UnitError, percentage, short};

use super::reader::{Ids, In, Reader};
use super::select::Offers;
use super::supply::tags;
use super::types::{Chip, DataGravity, Offer, Porting, Split, Task, Term, Workload};

/// A peak from here on is probably a percentage without its sign.
const MOST_BARE: f64 = 20.0;

pub(super) fn workloads(
    reader: &mut Reader<'_>,
    document: &doc::Document,
    chips: &IdVec<ChipId, Chip>,
    offers: &Offers<'_>,
) -> IdVec<WorkloadId, Workload> {
    let Some(map) = &document.workloads else { return IdVec::default() };
    if map.entries.is_empty() {
        reader.error(Code::MissingKey, document.place, "the model has no workloads", "add at least one workload");
    }
    let mut workloads = IdVec::default();
    for (id, place, workload) in &map.entries {
        reader.check_id(id, *place);
        if let Some(written) = workload
            && let Some(workload) = one(reader, id, *place, written, document, chips, offers)
        {
            workloads.push(workload);
        }
    }
    workloads
}

fn one(
    reader: &mut Reader<'_>,
    id: &str,
    place: Place,
    doc: &doc::Workload,
    document: &doc::Document,
    chips: &IdVec<ChipId, Chip>,
    offers: &Offers<'_>,
) -> Option<Workload> {
    let split = split(reader, doc);
    let incomplete = document.chips.as_ref().is_none_or(|m| m.entries.len() != chips.len());
    let porting = porting(reader, doc, chips, incomplete);
    let data = data(reader, doc, offers);
    let tags = tags(reader, &doc.tags);
    let training = match doc.kind.as_ref().map(|k| k.text.as_str()) {
        Some("training") => Some(true),
        Some("inference") => Some(false),
        Some(other) => {
            let remedy = suggest(other, ["training", "inference"]);
            reader.error(
                Code::UnknownWord,
                doc.kind.as_ref()?.place,
                format!("`{other}` is not a kind of workload"),
                remedy,
            );
            None
        }
        None => None,
    };
    let mut unit = WorkUnit::default();
    let window = match &doc.window {
        Some(text) => training_window(reader, text),
        None if doc.bad.contains(&"window") => None,
        None => Some(reader.calendar.all()),
    };
    let other = unlike(doc);
    let other = other.as_ref();
    if let Some(unlike) = other {
        unlike.report(reader, id);
        unit.learn(Some(unlike.agreed.clone()));
    }
    let work = doc.work.as_ref().filter(|a| other.is_none_or(|u| u.place != a.place)).and_then(|a| {
        let word = unit.clone_word();
        let (value, found) = read_work(reader, a, word.as_deref(), In::Positive)?;
        unit.learn(found);
        Some(value)
    });
    let demand = doc.demand.as_ref().filter(|_| other.is_none() || doc.work.is_some()).and_then(|s| {
        learn_rate(&s.form, &mut unit);
        let mut values = {
            let expected = unit.clone_word();
            reader.series(s, In::NotNegative, 0.0, |q| rate(q, expected.as_deref()))?
        };
        let window = window.clone()?;
        values.iter_mut().enumerate().filter(|(t, _)| !window.contains(t)).for_each(|(_, v)| *v = 0.0);
        Some(values)
    });
    let throughput = throughput(reader, doc, document, chips, &mut unit);
    let currency = reader.currency.clone();
    let unit_word = unit.clone_word();
    // Prices and buffers in the unit of the demand have been reported with it.
    let words: Vec<&str> = unit_word.iter().map(String::as_str).chain(other.map(|u| u.found.as_str())).collect();
    let expected = |amount: &Amount| match (other, &amount.quantity.unit) {
        (Some(u), Some(unit)) if unit.over.as_deref() == Some(&u.found) => Some(u.found.clone()),
        _ => unit_word.clone(),
    };
    let unmet = doc.unmet.as_ref().and_then(|a| price_of_work(reader, a, &currency, &words));
    let loss = doc.loss.as_ref().and_then(|a| price_of_work(reader, a, &currency, &words));
    let buffer =
        doc.buffer.as_ref().and_then(|a| Some(read_work(reader, a, expected(a).as_deref(), In::NotNegative)?.0));
    let peak = match &doc.peak {
        Some(amount) if amount.quantity.unit.is_none() && (MOST_BARE..=1e4).contains(&amount.quantity.number) => {
            let number = amount.quantity.number;
            let (one, other) = (format!("{number} %"), percentage(number));
            let message = format!("{number} without a percent sign could mean {one} or {other}");
            reader.error(Code::OutOfRange, amount.place, message, format!("write `{one}` or `{other}`"));
            None
        }
        Some(amount) => reader.read(amount, In::AtLeastOne, factor),
        None => Some(1.0),
    };
    let rate_at_most = doc.rate.as_ref().and_then(|r| reader.amount(r.at_most.as_ref(), &Unit::Chips, In::Positive));
    let mut rate_at_least = None;
    if let Some(rate) = &doc.rate {
        let least = reader.amount(rate.at_least.as_ref(), &Unit::Chips, In::NotNegative);
        rate_at_least = least.filter(|l| *l > 0.0);
        if let (Some(least), Some(most), Some(amount)) = (least, rate_at_most, &rate.at_least)
            && least > most
        {
            reader.error(
                Code::MinAboveMax,
                amount.place,
                format!("the least rate {least} is above the most {most}"),
                "swap them, or lower the least",
            );
        }
    }
    let picked = match &doc.eligible {
        Some(selector) => offers.select(reader, selector),
        None if doc.bad.contains(&"eligible") => None,
        None => Some(OfferSet::all(offers.offers.len())),
    };
    let task = match training? {
        true => {
            for (key, place) in
                [("demand", doc.demand.as_ref().map(|s| s.place)), ("peak", doc.peak.as_ref().map(|a| a.place))]
            {
                if let Some(place) = place {
                    reader.error(
                        Code::WrongType,
                        place,
                        format!("`{key}` belongs to inference"),
                        "training has `work`",
                    );
                }
            }
            if doc.lacks("work") {
                reader.error(
                    Code::MissingKey,
                    place,
                    "a training workload is missing `work`",
                    "add `work: 900M h100-h`",
                );
            }
            Task::Training { work: work? }
        }
        false => {
            if let Some(amount) = &doc.work {
                reader.error(Code::WrongType, amount.place, "`work` belongs to training", "inference has `demand`");
            }
            if doc.lacks("demand") {
                reader.error(
                    Code::MissingKey,
                    place,
                    "an inference workload is missing `demand`",
                    "add `demand: 9M tok/s`",
                );
            }
            Task::Inference { demand: demand?, peak: peak? }
        }
    };
    let throughput = throughput?;
    let interruptible = doc.interruptible.unwrap_or(matches!(task, Task::Training { .. }));
    let picked = picked?;
    let fits = |(i, o): &(OfferId, &Offer)| {
        picked[*i] && throughput[o.chip].is_some() && (interruptible || !matches!(o.term, Term::Spot { .. }))
    };
    let eligible = offers.offers.with_ids().filter(fits).map(|(i, _)| i).collect();
    let workload = Workload {
        id: id.to_owned(),
        task,
        unit: unit.clone_word().unwrap_or_else(|| "work".to_owned()),
        rate_time: unit.time.unwrap_or(("h", 1.0)),
        window: window?,
        rate_at_most,
        rate_at_least,
        split: split?,
        porting,
        data,
        throughput,
        eligible,
        unmet,
        buffer: buffer.unwrap_or(0.0),
        loss: loss.unwrap_or(0.0),
        tags,
        origin: reader.origin(place),
    };
    // An offer that could not be read may be the one that serves it, unless its chip cannot.
    let may_serve = |chip: &Option<String>| {
        let index = chip.as_ref().and_then(|c| chips.find(|known| known.id == *c));
        index.is_none_or(|i| workload.throughput[i].is_some())
    };
    let any_offer = document.offers.as_ref().is_some_and(|m| !m.entries.is_empty());
    if any_offer && !offers.written.unread_chips.iter().any(may_serve) {
        refuse_unserved(reader, place, &workload, offers.offers);
    }
    Some(workload)
}

/// A factor: 1.6, or 160 %.
fn factor(quantity: &Quantity) -> Result<f64, UnitError> {
    match &quantity.unit {
        Some(unit) if unit.percent && unit.over.is_none() && unit.under.is_empty() => Ok(quantity.number),
        _ => Unit::Count.convert(quantity),
    }
}

fn split(reader: &mut Reader<'_>, doc: &doc::Workload) -> Option<Split> {
    let Some(split) = &doc.split else { return Some(Split::Free) };
    match split.text.as_str() {
        "free" => Some(Split::Free),
        "one-cloud" => Some(Split::OneCloud),
        "one-ecosystem" => Some(Split::OneEcosystem),
        "one-offer" => Some(Split::OneOffer),
        other => {
            let remedy = suggest(other, ["free", "one-cloud", "one-ecosystem", "one-offer"]);
            reader.error(Code::UnknownWord, split.place, format!("`{other}` is not a split"), remedy);
            None
        }
    }
}

fn porting(
    reader: &mut Reader<'_>,
    doc: &doc::Workload,
    chips: &IdVec<ChipId, Chip>,
    incomplete: bool,
) -> Vec<Porting> {
    let mut ecosystems: Vec<&str> = chips.iter().filter_map(|c| c.ecosystem.as_deref()).collect();
    ecosystems.sort_unstable();
    ecosystems.dedup();
    let mut all = Vec::new();
    for (ecosystem, place, port) in doc.porting.iter().flat_map(|m| &m.entries) {
        let text = doc::Text { text: ecosystem.clone(), place: *place };
        if !incomplete || ecosystems.contains(&ecosystem.as_str()) {
            reader.is_one_of(&text, "ecosystem", &ecosystems);
        }
        let (cost, lead) = match port {
            None => continue,
            Some(doc::Port::Cost(amount)) => (Some(amount), None),
            Some(doc::Port::Detailed(detail)) => (detail.cost.as_ref(), detail.lead.as_ref()),
        };
        let ready = lead.map_or(Some(0), |amount| reader.after(0, amount));
        if let (Some(cost), Some(ready)) = (reader.money(cost), ready) {
            all.push(Porting { ecosystem: ecosystem.clone(), cost, ready });
        }
    }
    all
}

/// Where the data is, and what moving it to one more cloud costs: by the cheapest way out.
fn data(reader: &mut Reader<'_>, doc: &doc::Workload, offers: &Offers<'_>) -> Option<DataGravity> {
    let written = doc.data.as_ref()?;
    let size = reader.amount(written.size.as_ref(), &Unit::Data, In::NotNegative);
    let at = written.at.as_ref().and_then(|selector| offers.select(reader, selector));
    let (size, at) = (size?, at?);
    let home = CloudSet::listed(offers.clouds.len(), at.iter().map(|o| offers.offers[o].cloud));
    let out = home.iter().map(|c| offers.clouds[c].egress);
    let egress = out.fold(f64::INFINITY, f64::min);
    if egress == 0.0 && size > 0.0 {
        let message = "moving this data costs nothing, so it has no effect";
        reader.diagnostics.warning(Code::NoEffect, written.place, message, "give the cloud an `egress` price");
    }
    Some(DataGravity { home, cost: if egress.is_finite() { size * egress } else { 0.0 } })
}

/// Work in another unit than that of all throughputs, which agree among themselves.
struct Unlike {
    /// `work` or `demand`.
    key: &'static str,
    /// The unit of the throughputs.
    agreed: String,
    /// The unit of the work.
    found: String,
    /// How it is written in the unit of the throughputs.
    example: String,
    place: Place,
}

impl Unlike {
    fn report(&self, reader: &mut Reader<'_>, id: &str) {
        let Unlike { key, agreed, found, example, .. } = self;
        let message = format!("the {key} of `{id}` is in `{found}` and its throughput in `{agreed}`");
        let remedy = format!("write it in `{agreed}`, as in `{example}`, or the throughput in `{found}`");
        reader.error(Code::WrongDimension, self.place, message, remedy);
    }
}

/// Whether the work or demand is in a unit of its own: one mistake, however many throughputs there are.
fn unlike(doc: &doc::Workload) -> Option<Unlike> {
    let word = |amount: &Amount| Rate::from_quantity(&amount.quantity).ok()?.work;
    let same = |words: Vec<String>| {
        let first = words.first()?.clone();
        words.iter().all(|w| *w == first).then_some(first)
    };
    let rates = doc.throughput.iter().flat_map(|m| &m.entries).filter_map(|(_, _, amount)| amount.as_ref());
    let agreed = same(rates.filter_map(word).collect())?;
    let (key, amounts): (_, Vec<&Amount>) = match (&doc.work, &doc.demand) {
        (Some(work), _) => ("work", vec![work]),
        (None, Some(series)) => ("demand", amounts(&series.form)),
        (None, None) => return None,
    };
    let found = same(amounts.iter().filter_map(|a| word(a)).collect()).filter(|found| *found != agreed)?;
    let first = amounts.iter().find(|a| word(a).is_some())?;
    let unit = first.quantity.unit.as_ref()?;
    // A work of `25M GPU-hours/day` is wrong in more than its unit.
    if key == "work" && !unit.under.is_empty() {
        return None;
    }
    let per: String = unit.under.iter().map(|w| format!("/{w}")).collect();
    let example = format!("{} {agreed}{per}", short(first.quantity.number));
    Some(Unlike { key, agreed, found, example, place: first.place })
}

fn amounts(form: &SeriesForm) -> Vec<&Amount> {
    match form {
        SeriesForm::Constant(amount) | SeriesForm::Growth { start: amount, .. } => vec![amount],
        SeriesForm::Steps(steps) => steps.iter().map(|(_, amount)| amount).collect(),
        SeriesForm::List(amounts) => amounts.iter().collect(),
    }
}

/// The unit of a workload's work: the first one written, which all others must repeat.
#[derive(Default)]
struct WorkUnit {
    word: Option<String>,
    time: Option<(&'static str, f64)>,
}

impl WorkUnit {
    fn clone_word(&self) -> Option<String> {
        self.word.clone()
    }

    fn learn(&mut self, word: Option<String>) {
        if self.word.is_none() {
            self.word = word;
        }
    }
}

fn learn_rate(form: &SeriesForm, unit: &mut WorkUnit) {
    if let Some(Ok(rate)) = amounts(form).first().map(|a| Rate::from_quantity(&a.quantity)) {
        unit.learn(rate.work);
        if unit.time.is_none() {
            unit.time = rate.time;
        }
    }
}

/// Work per hour whose unit of work is the expected one.
fn rate(quantity: &Quantity, expected: Option<&str>) -> Result<f64, UnitError> {
    let rate = Rate::from_quantity(quantity)?;
    match (&rate.work, expected) {
        (Some(found), Some(expected)) if found != expected => {
            Err(UnitError::Dimension { expected: format!("work in `{expected}`"), found: format!("`{found}`") })
        }
        _ => Ok(rate.per_hour),
    }
}

fn read_work(
    reader: &mut Reader<'_>,
    amount: &Amount,
    expected: Option<&str>,
    range: In,
) -> Option<(f64, Option<String>)> {
    let mut found = None;
    let value = reader.read(amount, range, |q| {
        let wrong = |found: String| UnitError::Dimension {
            expected: format!("work in `{}`", expected.unwrap_or("tok")),
            found,
        };
        match &q.unit {
            None => Ok(q.number),
            Some(unit) if unit.percent || !unit.under.is_empty() => Err(wrong(format!("`{unit}`"))),
            Some(unit) => match (&unit.over, expected) {
                (Some(word), Some(expected)) if word != expected => Err(wrong(format!("`{word}`"))),
                (word, _) => {
                    found.clone_from(word);
                    Ok(q.number)
                }
            },
        }
    })?;
    Some((value, found))
}

fn price_of_work(reader: &mut Reader<'_>, amount: &Amount, currency: &str, words: &[&str]) -> Option<f64> {
    reader.money_as(amount, |q| match &q.unit {
        // A workload whose own quantities name no unit takes the price's word for it.
        Some(unit) if words.is_empty() && unit.over.as_deref() == Some(currency) && unit.under.len() == 1 => {
            Ok(q.number)
        }
        _ => Unit::MoneyPer(currency, words).convert(q),
    })
}

fn throughput(
    reader: &mut Reader<'_>,
    doc: &doc::Workload,
    document: &doc::Document,
    chips: &IdVec<ChipId, Chip>,
    unit: &mut WorkUnit,
) -> Option<IdVec<ChipId, Option<f64>>> {
    let map = doc.throughput.as_ref()?;
    let ids = Ids::of(chips.iter().map(|c| c.id.as_str()));
    // Chips that are written but could not be read have been reported.
    let broken: Vec<&str> = match &document.chips {
        Some(chips) => chips.entries.iter().map(|(id, _, _)| id.as_str()).collect(),
        None => map.entries.iter().map(|(id, _, _)| id.as_str()).collect(),
    };
    let mut values = IdVec::filled(chips.len(), None);
    let mut whole = true;
    for (chip, place, amount) in &map.entries {
        let index = reader.reference(&doc::Text { text: chip.clone(), place: *place }, "chip", &ids, &broken);
        let Some(amount) = amount else {
            whole = false;
            continue;
        };
        if let Ok(found) = Rate::from_quantity(&amount.quantity) {
            unit.learn(found.work.clone());
            if unit.time.is_some() && found.time.is_none() && doc.demand.is_some() && doc.work.is_none() {
                reader.diagnostics.warning(
                    Code::RateWithoutTime,
                    amount.place,
                    "this throughput has no time and is read as work per chip and hour, while demand names a time",
                    format!("write the time, as in `2400 {}/s`", unit.word.as_deref().unwrap_or("tok")),
                );
            }
        }
        let expected = unit.clone_word();
        let value = reader.read(amount, In::Positive, |q| rate(q, expected.as_deref()));
        match (index, value) {
            (Some(index), Some(value)) => values[index] = Some(value),
            _ => whole = false,
        }
    }
    whole.then_some(values)
}

/// A training window must lie in the horizon: work outside it could not be planned, and cutting
/// the window would silently compress the work.
fn training_window(reader: &mut Reader<'_>, text: &doc::Text) -> Option<Range<usize>> {
    let (window, periods) = reader.window_periods(text)?;
    let (first, last) = reader.calendar.ends()?;
    if window.start.is_some_and(|s| s < first) || window.end.is_some_and(|e| e > last) {
        let horizon = reader.calendar.label_of(&reader.calendar.all());
        reader.error(
            Code::OutsideHorizon,
            text.place,
            format!("the window {} reaches beyond the horizon {horizon}", text.text),
            "cut the window, with the work that falls into it, or extend the horizon",
        );
        return None;
    }
    Some(periods)
}

/// Work that must be done but cannot be, whatever the plan: reported before anything is solved.
fn refuse_unserved(reader: &mut Reader<'_>, place: Place, workload: &Workload, offers: &IdVec<OfferId, Offer>) {
    if workload.unmet.is_some() {
        return;
    }
    let can_hold = |o: &Offer, t: usize| match &o.term {
        Term::Reserved { ends, .. } => {
            ends.iter().any(|(&s, &e)| s <= t && t < e && s >= o.lead) && o.capacity_at(t) > 0.0
        }
        Term::Bought(bought) => bought.can_be_held(t) && o.capacity_at(t) > 0.0,
        _ => o.capacity_at(t) > 0.0,
    };
    let servable = |t: usize| workload.eligible.iter().any(|&o| can_hold(&offers[o], t));
    let stuck = match &workload.task {
        Task::Inference { demand, .. } => workload
            .window
            .clone()
            .find(|&t| demand[t] > 0.0 && !servable(t))
            .map(|t| reader.calendar.periods[t].label.clone()),
        Task::Training { .. } => {
            let window = workload.window.clone();
            (!window.clone().any(servable)).then(|| reader.calendar.label_of(&window))
        }
    };
    if let Some(when) = stuck {
        let at = if reader.calendar.is_steady() { String::new() } else { format!(" in {when}") };
        reader.error(
            Code::UnservedWorkload,
            place,
            format!("no offer can serve `{}`{at}", workload.id),
            "check `throughput`, `eligible`, `interruptible` (spot), capacities and lead times, or give `unmet` a price",
        );
    }
}
