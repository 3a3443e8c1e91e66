//! The JSON Schema of the model file, for editors: from the records, their comments and the kinds of their values.
//!
//! An editor sees one place at a time. What takes two to see (an id that no chip has, a date outside the horizon) is for
//! `check` to say.

use serde_json::{Map, Value, json};

use super::described::{KeyReference, RecordReference};
use super::example::example_of;
use super::kind::{Bounds, DIMENSION_WORDS, Form, Measure};
use super::records::{Document, PriceDetail};
use super::reference::RECORDS;

/// What other schemas call it.
const ID: &str = "urn:polysource:schema:model:1";

/// A period or a date: 2026, 2026-Q3, 2026-07, 2026-07-15, 2026-07-15T06.
const DATE: &str =
    "[0-9]{4}(?:-(?:Q[1-4]|(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12][0-9]|3[01])(?:T(?:[01][0-9]|2[0-3]))?)?))?";
/// An id: see [`crate::model`].
const NAME: &str = "^[a-z0-9][a-z0-9._-]{0,99}$";
/// Text that begins and ends with something to see, without controls and characters that change the direction of reading.
const VISIBLE: &str =
    "^(?!\\s)(?!.*\\s$)[^\\u0000-\\u001f\\u007f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff]+$";
/// An age of a chip.
const AGE: &str = "[0-9]+(?:\\.[0-9]*)?\\s*(?:d|days?|weeks?|months?|quarters?|y|years?)";
/// A number without its sign.
const NUMBER: &str = "(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]+)?";
/// Thousands, millions, billions, trillions.
const SCALE: &str = "\\s*[kMBT]?";
/// The largest number by far that a unit was not forgotten in.
const LARGEST: i64 = 1_000_000_000_000_000_000;
const TIMES: &str = "s|sec|second|min|minute|h|hour|d|day|week|month|quarter|year";

/// The JSON Schema of the model file.
#[must_use]
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Document).to_value();
    without_null(&mut schema);
    if let Some(map) = schema.as_object_mut() {
        map.insert("$id".to_owned(), ID.into());
        map.insert("title".to_owned(), "polysource model".into());
    }
    for record in RECORDS {
        if let Some(written) = definition(&mut schema, record.name) {
            refine(written, record);
        }
    }
    // A price and a cost of porting may be a value alone.
    let price = KeyReference { kind: super::kind::PRICE, value: "Series", ..PriceDetail::REFERENCE.keys[0] };
    put(&mut schema, "Price", json!({ "anyOf": [value_of(&price), { "$ref": "#/$defs/PriceDetail" }] }));
    let cost = scalar(Form::Quantity(Measure::Money, Bounds::NotNegative));
    put(&mut schema, "Port", json!({ "anyOf": [cost, { "$ref": "#/$defs/PortDetail" }] }));
    put(&mut schema, "Regret", json!({ "anyOf": [{ "const": "worst" }, { "$ref": "#/$defs/RegretLimit" }] }));
    let part = scalar(Form::Quantity(Measure::Share, Bounds::Fraction));
    if let Some(makes) = schema.pointer_mut("/$defs/Makes/properties/part") {
        *makes = part;
    }
    let changes = changes_of(&schema);
    if let Some(all) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
        all.extend(changes);
        all.extend(forms());
    }
    // Beside offers there may be the name of a table that has more of them.
    let about = "A table with further offers, one a line; the path is relative to the model's folder.";
    for (at, offer) in [("/properties/offers", "Offer"), ("/$defs/ChangeOfDocument/properties/offers", "ChangeOfOffer")]
    {
        let offer = json!({ "$ref": format!("#/$defs/{offer}") });
        let file = json!({ "anyOf": [{ "type": "string", "description": about }, offer] });
        if let Some(offers) = schema.pointer_mut(at).and_then(Value::as_object_mut) {
            offers.insert("properties".to_owned(), json!({ "file": file }));
        }
    }
    if let Some(scenarios) = schema.pointer_mut("/properties/scenarios").and_then(Value::as_object_mut) {
        scenarios.insert("additionalProperties".to_owned(), json!({ "$ref": "#/$defs/ChangeOfDocument" }));
    }
    schema
}

fn definition<'a>(schema: &'a mut Value, name: &str) -> Option<&'a mut Map<String, Value>> {
    let at = if name == Document::REFERENCE.name { String::new() } else { format!("/$defs/{name}") };
    schema.pointer_mut(&at)?.as_object_mut()
}

/// Replaces what may be written as a definition; its description stays.
fn put(schema: &mut Value, name: &str, with: Value) {
    if let (Some(written), Value::Object(with)) = (definition(schema, name), with) {
        let description = written.remove("description");
        *written = with;
        written.extend(description.map(|d| ("description".to_owned(), d)));
    }
}

/// A key with nothing after it is a mistake, whatever the key.
fn without_null(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Array(types)) = map.get_mut("type") {
                types.retain(|t| t != "null");
                if let [one] = types.as_slice() {
                    let one = one.clone();
                    map.insert("type".to_owned(), one);
                }
            }
            if let Some(Value::Array(any)) = map.get_mut("anyOf") {
                any.retain(|s| s.get("type").is_none_or(|t| t != "null"));
                if let [Value::Object(one)] = any.as_slice() {
                    let one = one.clone();
                    map.remove("anyOf");
                    map.extend(one);
                }
            }
            map.values_mut().for_each(without_null);
        }
        Value::Array(all) => all.iter_mut().for_each(without_null),
        _ => {}
    }
}

/// Says of a record which keys it needs, and of each key what may be written.
fn refine(written: &mut Map<String, Value>, record: &RecordReference) {
    let needed: Vec<&str> = record.keys.iter().filter(|key| key.required).map(|key| key.key).collect();
    if !needed.is_empty() {
        written.insert("required".to_owned(), json!(needed));
    }
    let rules = rules_of(record.name);
    if !rules.is_empty() {
        written.insert("allOf".to_owned(), Value::Array(rules));
    }
    let Some(Value::Object(properties)) = written.get_mut("properties") else { return };
    for key in record.keys {
        let Some(Value::Object(property)) = properties.get_mut(key.key) else { continue };
        if key.kind.form != Form::Plain && !matches!(key.value, "Price" | "Values") && !key.value.contains("Port") {
            let description = property.remove("description");
            *property = match value_of(key) {
                Value::Object(value) => value,
                _ => Map::new(),
            };
            property.extend(description.map(|d| ("description".to_owned(), d)));
        }
        if key.key == "loss_of" || key.key == "lose" {
            *property = lost(property.remove("description"));
        }
        if matches!((record.name, key.key), ("Uncertainty", "joint")) {
            property.insert("items".to_owned(), joint_row());
        }
        if matches!(key.key, "workloads" | "offers" | "factors" | "outcomes") && key.value.starts_with("Map") {
            property.insert("minProperties".to_owned(), 1.into());
        }
        if matches!(key.key, "steps" | "makes" | "vary") && key.value.starts_with("List") {
            property.insert("minItems".to_owned(), 1.into());
        }
        if key.key == "between" {
            property.insert("minItems".to_owned(), 2.into());
            property.insert("maxItems".to_owned(), 2.into());
        }
        if key.key == "residual" {
            property.insert("propertyNames".to_owned(), json!({ "pattern": format!("^{AGE}$") }));
        }
        if key.key == "currencies" {
            property.insert("propertyNames".to_owned(), json!({ "pattern": "^[A-Z]{3}$" }));
        }
        if key.key == "tags" {
            let own: Vec<&str> = DIMENSION_WORDS.iter().chain(&["kind", "workload"]).copied().collect();
            property.insert("propertyNames".to_owned(), json!({ "not": { "enum": own } }));
        }
        if key.value.starts_with("Map") && names_are_ids(record.name, key.key) {
            property.insert("propertyNames".to_owned(), json!({ "pattern": NAME }));
        }
        let example = example_of(key).filter(|_| key.kind.form != Form::Plain);
        property.extend(example.map(|example| ("examples".to_owned(), json!([example]))));
        property.extend(key.kind.default.map(|default| ("default".to_owned(), default.into())));
    }
}

/// What is lost: a group of a dimension in turn, or a selection, from a date on.
fn lost(description: Option<Value>) -> Map<String, Value> {
    let patterns = super::series::Selector::patterns_schema();
    let lost = json!({
        "type": "object",
        "properties": { "each": { "type": "string" }, "from": scalar(Form::Date) },
        "additionalProperties": patterns,
        "not": { "maxProperties": 1, "required": ["from"] },
    });
    let Value::Object(mut lost) = lost else { return Map::new() };
    lost.extend(description.map(|d| ("description".to_owned(), d)));
    lost
}

/// A row of outcomes that come together, with its probability.
fn joint_row() -> Value {
    json!({
        "type": "object",
        "properties": { "probability": quantity(Measure::Share, Bounds::Fraction) },
        "additionalProperties": { "type": ["string", "number"] },
    })
}

/// Whether the names of a map are ids that other places refer to.
fn names_are_ids(record: &str, key: &str) -> bool {
    record == Document::REFERENCE.name && !matches!(key, "currencies" | "scenarios" | "sweeps" | "investors")
        || matches!(key, "factors" | "outcomes")
}

/// What is so of the keys of a record together.
fn rules_of(record: &str) -> Vec<Value> {
    let one_of = |keys: &[&str]| {
        let each: Vec<Value> = keys.iter().map(|key| json!({ "required": [key] })).collect();
        json!({ "oneOf": each })
    };
    let any_of = |keys: &[&str]| {
        let each: Vec<Value> = keys.iter().map(|key| json!({ "required": [key] })).collect();
        json!({ "anyOf": each })
    };
    let never = |keys: &[&str]| json!({ "not": { "required": keys } });
    let kind = |kind: &str, then: Value| json!({ "if": { "properties": { "kind": { "const": kind } } }, "then": then });
    match record {
        "Horizon" => vec![
            json!({ "anyOf": [{ "required": ["steps"] }, { "required": ["periods", "step"] }] }),
            never(&["steps", "periods"]),
            never(&["steps", "step"]),
        ],
        "Pool" => vec![any_of(&["chips", "power"])],
        "Offer" => {
            let bought = json!({ "type": "object", "required": ["owned"] });
            let bought = json!({ "properties": { "term": bought }, "required": ["term"] });
            vec![
                json!({ "anyOf": [{ "required": ["price"] }, bought] }),
                json!({ "if": bought, "then": { "properties": { "tiers": false } } }),
                never(&["notice", "decide_by"]),
            ]
        }
        "TermDetail" => vec![
            any_of(&["reserved", "spot", "owned"]),
            never(&["reserved", "spot"]),
            json!({ "dependentRequired": { "upfront": ["reserved"] } }),
        ],
        "Contract" => vec![
            json!({ "dependentRequired": {
                "commit": ["covers"], "discount": ["covers"], "reprice": ["covers"], "beyond_commit": ["commit"],
            }}),
            never(&["option", "commit"]),
            never(&["terminate", "ramp_down"]),
            never(&["late", "ramp_down"]),
        ],
        "Commit" => vec![
            one_of(&["spend", "chips", "choose"]),
            json!({ "dependentRequired": { "spent": ["spend"] } }),
            json!({ "if": { "required": ["spent"] }, "then": { "properties": { "per": { "const": "total" } } } }),
        ],
        "Baseline" => vec![
            json!({ "anyOf": [
                { "required": ["file"] },
                { "properties": { "per": { "const": "period" } }, "required": ["per"] },
            ]}),
            json!({ "dependentRequired": { "per": ["switching"] } }),
        ],
        "Workload" => vec![
            kind("training", json!({ "required": ["work"], "properties": { "demand": false } })),
            kind("inference", json!({ "required": ["demand"], "properties": { "work": false } })),
        ],
        "Limit" => {
            let kinds = ["budget", "share", "floor", "concentration", "suppliers", "power", "carbon", "ramp"];
            vec![one_of(&kinds), never(&["concentration", "soft"]), never(&["suppliers", "soft"])]
        }
        "Expectation" => {
            let limits = ["budget", "share", "floor", "concentration", "suppliers", "power", "carbon", "ramp"];
            let kinds = ["cost", "survives", "signed", "not_signed"].into_iter().chain(limits);
            // An expectation has no price.
            let plain = |key| (key, json!({ "properties": { "soft": false } }));
            let plain: Map<String, Value> = limits.into_iter().map(|key| plain(key.to_owned())).collect();
            vec![one_of(&kinds.collect::<Vec<_>>()), json!({ "properties": plain })]
        }
        "ExpectedCost" => vec![any_of(&["at_least", "at_most"])],
        "Floor" => {
            let fleet = json!({ "properties": { "of": { "const": "fleet" } }, "required": ["of"] });
            let then = json!({ "properties": { "per": { "const": "period" }, "for": false } });
            let part = json!({ "properties": { "at_least": { "type": "string", "pattern": "%" } } });
            let shared = json!({ "properties": { "of": { "enum": ["power", "carbon", "work"] } }, "required": ["of"] });
            let share = json!({ "properties": { "at_least": { "$ref": reference(Form::Quantity(Measure::Share, Bounds::Fraction)) } } });
            let chips = json!({ "properties": { "at_least": { "$ref": reference(Form::Quantity(Measure::Chips, Bounds::NotNegative)) } } });
            vec![
                json!({ "if": fleet, "then": { "allOf": [then, chips] } }),
                json!({ "if": part, "then": { "required": ["of"] } }),
                json!({ "if": shared, "then": share }),
            ]
        }
        "Share" => vec![any_of(&["by", "where"])],
        "Suppliers" => vec![any_of(&["at_least", "at_most"])],
        "Survive" => {
            let deliveries = json!({ "properties": { "effect": { "const": "deliveries" } }, "required": ["effect"] });
            vec![json!({ "if": deliveries, "then": { "properties": { "surge": false } } })]
        }
        "Sweep" => {
            let sample = json!({ "properties": { "method": { "const": "sample" } }, "required": ["method"] });
            vec![json!({ "if": sample, "then": { "required": ["samples"] } })]
        }
        "Vary" => vec![
            one_of(&["path", "offers", "workloads", "scenarios"]),
            json!({
                "if": { "required": ["scenarios"] },
                "then": { "properties": { "set": false, "scale": false, "shift": false } },
                "else": one_of(&["set", "scale", "shift"]),
            }),
            json!({
                "if": { "properties": { "scale": { "type": "array" } }, "required": ["scale"] },
                "then": { "properties": { "steps": false } },
            }),
            json!({ "dependentRequired": { "offers": ["field"], "workloads": ["field"] } }),
        ],
        "Owned" => vec![json!({ "dependentRequired": { "resale": ["residual"] } })],
        "Uncertainty" => vec![any_of(&["factors", "draws"])],
        "DecideWhen" => vec![any_of(&["notice", "decide_by"])],
        _ => vec![],
    }
}

/// The definition of a form, for what is needed in many places.
fn name_of(form: Form) -> String {
    let name = match form {
        Form::Quantity(Measure::MoneyPer(of), bounds) => format!("{of} {bounds:?}"),
        Form::Quantity(measure, bounds) => format!("{measure:?} {bounds:?}"),
        other => format!("{other:?}"),
    };
    name.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|w| !w.is_empty())
        .collect::<Vec<_>>()
        .join("-")
        .to_lowercase()
}

fn reference(form: Form) -> String {
    format!("#/$defs/{}", name_of(form))
}

/// The definitions of quantities, names and dates, and of those that may change over time.
fn forms() -> Map<String, Value> {
    let own = [
        Form::Quantity(Measure::PerYear, Bounds::Finite),
        Form::Quantity(Measure::Share, Bounds::Fraction),
        Form::Quantity(Measure::Chips, Bounds::NotNegative),
        Form::Quantity(Measure::Price, Bounds::NotNegative),
    ];
    let mut all = Map::new();
    let keys = || RECORDS.iter().flat_map(|record| record.keys);
    for form in keys().map(|key| key.kind.form).chain(own).filter(|form| is_defined(*form)) {
        all.insert(name_of(form), scalar(form));
    }
    for form in keys().filter(|key| key.value.contains("Series") || key.value == "Price").map(|key| key.kind.form) {
        all.insert(format!("series-of-{}", name_of(form)), series(&json!({ "$ref": reference(form) })));
    }
    all
}

/// Whether a form has a definition of its own.
fn is_defined(form: Form) -> bool {
    matches!(form, Form::Quantity(..) | Form::Name | Form::Id(_) | Form::Date | Form::Window | Form::Payments)
}

/// What may be written as the value of a key.
fn value_of(key: &KeyReference) -> Value {
    let form = key.kind.form;
    let one = if is_defined(form) { json!({ "$ref": reference(form) }) } else { scalar(form) };
    let over_time = || json!({ "$ref": format!("#/$defs/series-of-{}", name_of(form)) });
    match key.value.replace(' ', "").as_str() {
        "Series" if form == Form::Payments => one,
        "Series" => over_time(),
        "Map<Series>" => json!({ "type": "object", "additionalProperties": over_time() }),
        "Map<Amount>" | "Map<Text>" => json!({ "type": "object", "additionalProperties": one }),
        "List<Text>" => json!({ "type": "array", "items": one }),
        _ => one,
    }
}

/// A value over time: one; steps; a list; or a start with a yearly growth.
fn series(one: &Value) -> Value {
    let dates = format!("^{DATE}$");
    let growth = json!({ "$ref": reference(Form::Quantity(Measure::PerYear, Bounds::Finite)) });
    json!({ "anyOf": [
        one,
        { "type": "array", "items": one, "minItems": 1 },
        { "type": "object", "propertyNames": { "pattern": dates }, "additionalProperties": one, "minProperties": 1 },
        {
            "type": "object",
            "properties": { "start": one, "growth": growth },
            "required": ["start", "growth"],
            "additionalProperties": false,
        },
    ]})
}

/// One value.
fn scalar(form: Form) -> Value {
    match form {
        Form::Plain => json!({}),
        Form::Quantity(measure, bounds) => quantity(measure, bounds),
        Form::Words(words) => json!({ "enum": words }),
        Form::WordsOrTag(_) | Form::Name | Form::Id(_) => json!({ "anyOf": [
            { "type": "string", "pattern": VISIBLE, "maxLength": 1000 },
            { "type": "number" },
        ]}),
        Form::Age => json!({ "type": "string", "pattern": format!("^(?:from\\s+)?{AGE}$") }),
        Form::Text(_) => json!({ "type": ["string", "number"], "maxLength": 4096 }),
        Form::Range => {
            let money = format!("{NUMBER}{SCALE}(?:\\s*[A-Z]{{3}})?");
            json!({ "type": "string", "pattern": format!("^\\s*{money}\\s*\\.\\.\\s*{money}\\s*$") })
        }
        Form::Payments => json!({
            "type": "object",
            "propertyNames": { "pattern": format!("^{DATE}$") },
            "additionalProperties": quantity(Measure::Money, Bounds::NotNegative),
            "minProperties": 1,
        }),
        Form::File | Form::Path => json!({ "type": "string" }),
        // A year alone is a number.
        Form::Date => json!({ "anyOf": [{ "type": "string", "pattern": format!("^{DATE}$") }, year()] }),
        Form::Window => {
            json!({ "anyOf": [{ "type": "string", "pattern": format!("^(?:{DATE}(?:\\.\\.(?:{DATE})?)?|\\.\\.{DATE})$") }, year()] })
        }
        Form::Currency => json!({ "type": "string", "pattern": "^[A-Z]{3}$" }),
    }
}

fn year() -> Value {
    json!({ "type": "integer", "minimum": 1970, "maximum": 2199 })
}

/// A number in the base unit, or a text with a unit.
fn quantity(measure: Measure, bounds: Bounds) -> Value {
    let mut number = match measure {
        Measure::Whole => json!({ "type": "integer" }),
        _ => json!({ "type": "number" }),
    };
    let (above, least) = match bounds {
        Bounds::Finite if matches!(measure, Measure::PerYear | Measure::Change) => (true, -1),
        Bounds::Finite => (false, -LARGEST),
        Bounds::NotNegative | Bounds::Fraction | Bounds::BelowOne => (false, 0),
        Bounds::Positive => (true, 0),
        Bounds::AtLeastOne => (false, 1),
    };
    // Without a percent sign nobody knows whether 9 is 9 % or 900 %.
    let (below, most) = match (measure, bounds) {
        (_, Bounds::BelowOne) => (true, 1),
        (_, Bounds::Fraction) | (Measure::PerYear | Measure::Change, _) => (false, 1),
        (Measure::Multiple, _) => (false, 10),
        (Measure::Whole, _) => (false, 1_000_000),
        _ => (false, LARGEST),
    };
    if let Some(map) = number.as_object_mut() {
        map.insert(if above { "exclusiveMinimum" } else { "minimum" }.to_owned(), least.into());
        map.insert(if below { "exclusiveMaximum" } else { "maximum" }.to_owned(), most.into());
    }
    let sign = if bounds == Bounds::Finite { "[+-]?" } else { "\\+?" };
    let word = "[A-Za-z][A-Za-z0-9._-]*";
    let money = "[A-Z]{3}";
    let unit = match measure {
        Measure::Number | Measure::Whole => String::new(),
        Measure::Money => money.to_owned(),
        Measure::Price => format!("{money}\\s*/\\s*chip(?:-|\\s*/\\s*)h(?:our)?"),
        Measure::MoneyPer("money per chip") => format!("{money}\\s*/\\s*chip"),
        Measure::MoneyPer("money per mass") => format!("{money}\\s*/\\s*(?:[kM]?t|k?g)"),
        Measure::MoneyPer("money per GB") => format!("{money}\\s*/\\s*[kMGTPE]B"),
        Measure::MoneyPer(_) => format!("{money}\\s*/\\s*{word}"),
        Measure::AnyMoney => format!("{money}(?:\\s*/\\s*{word}){{0,2}}"),
        Measure::Chips => "chips?".to_owned(),
        Measure::Power => "[kMGT]?W".to_owned(),
        Measure::Share | Measure::Multiple | Measure::Change => "%".to_owned(),
        Measure::Pace => format!("%\\s*/\\s*(?:{TIMES})"),
        Measure::PerYear => "%?\\s*(?:/\\s*(?:day|week|month|quarter|year))?".to_owned(),
        Measure::Data => "[kMGTPE]B".to_owned(),
        Measure::Mass => "(?:[kM]?t|k?g)".to_owned(),
        Measure::Intensity => "(?:g\\s*/\\s*kWh|(?:kg|t)\\s*/\\s*[kMG]Wh)".to_owned(),
        Measure::EnergyPrice => format!("{money}\\s*/\\s*[kMG]Wh"),
        Measure::Time => "(?:periods?|h|hours?|d|days?|weeks?|months?|quarters?|y|years?)".to_owned(),
        Measure::Work => word.to_owned(),
        Measure::WorkRate => format!("{word}(?:\\s*/\\s*(?:chip|{TIMES}|chip-h)){{0,2}}"),
        Measure::Any => format!("(?:%|chips?|{word}(?:\\s*/\\s*{word}){{0,2}})"),
    };
    let pattern = match (measure, bounds) {
        (Measure::Share, Bounds::Fraction | Bounds::BelowOne) => {
            let (one, hundred) = match bounds {
                Bounds::Fraction => ("|1(?:\\.0*)?", "|100(?:\\.0*)?"),
                _ => ("", ""),
            };
            let bare = format!("(?:0(?:\\.[0-9]*)?|\\.[0-9]+{one})");
            format!("^\\s*\\+?(?:{bare}|(?:[0-9]{{1,2}}(?:\\.[0-9]*)?{hundred})\\s*%)\\s*$")
        }
        (Measure::Time, _) => format!("^\\s*\\+?[0-9]+(?:\\.0*)?\\s*(?:{unit})?\\s*$"),
        (Measure::Whole, _) => "^\\s*\\+?[0-9]+(?:\\.0*)?\\s*[kM]?\\s*$".to_owned(),
        (Measure::Number, _) => format!("^\\s*{sign}{NUMBER}{SCALE}\\s*$"),
        _ => format!("^\\s*{sign}{NUMBER}{SCALE}\\s*(?:{unit})?\\s*$"),
    };
    // More than 0 has a digit that is not; above -100 % has no third digit before the point.
    let pattern = match (measure, bounds) {
        (_, Bounds::Positive) => pattern.replacen('^', "^(?!\\s*\\+?[0.]+(?:[^0-9.eE]|$))", 1),
        (Measure::PerYear | Measure::Change, _) => pattern.replacen('^', "^(?!\\s*-[0-9]{3})", 1),
        _ => pattern,
    };
    json!({ "anyOf": [number, { "type": "string", "pattern": pattern }] })
}

/// The records as a scenario changes them: every key may be left out, one that is set to nothing is removed, and entries of a
/// list are changed by their names.
fn changes_of(schema: &Value) -> Map<String, Value> {
    let mut changes = Map::new();
    for record in RECORDS {
        let root = record.name == Document::REFERENCE.name;
        let at = if root { String::new() } else { format!("/$defs/{}", record.name) };
        let Some(written) = schema.pointer(&at).and_then(Value::as_object) else { continue };
        let mut properties = Map::new();
        for (key, property) in written.get("properties").and_then(Value::as_object).into_iter().flatten() {
            properties.insert(key.clone(), changed(property));
        }
        let what = format!("Changes of {}.", record.what);
        let change = json!({
            "type": "object", "description": what, "properties": properties, "additionalProperties": false,
        });
        changes.insert(format!("ChangeOf{}", record.name), change);
    }
    changes
}

/// What a change may write where a key has a value.
fn changed(property: &Value) -> Value {
    let named = |reference: &str| {
        let name = reference.rsplit('/').next().unwrap_or(reference);
        RECORDS.iter().any(|r| r.name == name).then(|| json!({ "$ref": format!("#/$defs/ChangeOf{name}") }))
    };
    let inner = |of: &Value| of.get("$ref").and_then(Value::as_str).and_then(named);
    let nothing = json!({ "type": "null" });
    if let Some(change) = inner(property) {
        return json!({ "anyOf": [change, nothing] });
    }
    if let Some(change) = property.get("additionalProperties").and_then(inner) {
        return json!({ "type": ["object", "null"], "additionalProperties": { "anyOf": [change, nothing] } });
    }
    if let Some(change) = property.get("items").and_then(inner) {
        let by_name = json!({ "type": "object", "additionalProperties": { "anyOf": [change, nothing] } });
        return json!({ "anyOf": [property, by_name, nothing] });
    }
    json!({ "anyOf": [property, nothing] })
}
