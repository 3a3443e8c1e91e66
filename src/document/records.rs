//! The records of the model file.
//!
//! The comments on the fields are printed by `polysource schema` and shown by editors.

#[cfg(feature = "schema")]
use std::borrow::Cow;

#[cfg(feature = "schema")]
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::decode::{Amount, Anything, Decode, List, Map, Text, Under, record, wrong_type};
use super::kind;
use super::node::{Node, Value};
use super::series::{Selector, Series};
use super::vary::Values;
use crate::diagnostics::{Diagnostics, Place};

record! {
    /// A situation to plan: chips, clouds, offers, contracts, workloads and policy.
    Document as "a model" {
        /// Version of the format; always 1.
        required polysource "polysource": Amount as kind::COUNT,
        /// What the model is called in reports.
        optional name "name": Text as kind::NAME,
        /// Code of the currency of all money, such as USD.
        optional currency "currency": Text as kind::CURRENCY.or("USD"),
        /// Other currencies that money may be written in: what one unit is worth in the model's, over time.
        optional currencies "currencies": Map<Series> as kind::EXCHANGE_RATE,
        /// The periods that are planned; left out, one period of one hour.
        optional horizon "horizon": Horizon,
        /// Yearly rate at which later money counts less; default 0.
        optional discount_rate "discount_rate": Amount as kind::PER_YEAR.or("0 %").equation("cost = Σ_t cost_t / (1 + rate)^(years until t)"),
        /// Accelerator types.
        required chips "chips": Map<Chip>,
        /// Who operates chips for rent.
        required clouds "clouds": Map<Cloud>,
        /// Who holds a stake in the company that plans.
        optional investors "investors": Map<Investor>,
        /// Physical stocks of chips or power that several offers draw on.
        optional pools "pools": Map<Pool>,
        /// What stands upstream of offers: a foundry, packaging, memory, an export licence.
        optional supply "supply": Map<Upstream>,
        /// Where chips stand: what cooling draws beside them, and what the electricity there emits.
        optional sites "sites": Map<Site>,
        /// Chips at a cloud with a price, a capacity and a term.
        required offers "offers": Map<Offer>,
        /// Take-or-pay commitments over sets of offers.
        optional contracts "contracts": Map<Contract>,
        /// Training and inference to be done.
        required workloads "workloads": Map<Workload>,
        /// How much dependency, cost and power is acceptable.
        optional policy "policy": Policy,
        /// What is held today.
        optional baseline "baseline": Baseline,
        /// What is reserved or bought already: a plan keeps it.
        optional holdings "holdings": Holdings,
        /// What is not known today, when it becomes known, and when each decision is due.
        optional uncertainty "uncertainty": Uncertainty,
        /// What a plan under uncertainty minimizes; left out, its expected cost.
        optional objective "objective": Objective,
        /// Named sets of overrides, applied with `--scenario`.
        optional scenarios "scenarios": Map<Anything>,
        /// Named sensitivity sweeps, run with `polysource sweep --sweep NAME`.
        optional sweeps "sweeps": Map<Sweep>,
        /// What a plan is expected to be, checked by `polysource gate`; no expectation changes a plan.
        optional expect "expect": List<Expectation>,
        /// What happened, and how it is gone through again by `polysource backtest`; it changes no plan.
        optional backtest "backtest": Backtest,
    }
}

record! {
    /// The periods that are planned.
    Horizon as "a horizon" {
        /// First period, such as 2026-Q1.
        required start "start": Text as kind::DATE,
        /// How many periods, if all are of one length.
        plain periods "periods": Amount as kind::COUNT,
        /// Length of a period: hour, day, week, month, quarter or year.
        plain step "step": Text as kind::STEP,
        /// Periods of several lengths, instead of `periods` and `step`: each part begins where the one before ends.
        optional steps "steps": List<HorizonPart>,
    }
}

/// Whether a horizon has periods of several lengths: then neither `periods` nor `step` says what they are.
pub(super) fn has_steps(horizon: &Node) -> bool {
    horizon.get("steps").is_some()
}

record! {
    /// Periods of one length, one after the other.
    HorizonPart as "a part of a horizon" {
        /// How many periods.
        required periods "periods": Amount as kind::COUNT,
        /// Length of a period: hour, day, week, month, quarter or year. A part begins where its step does: a quarter in
        /// January, April, July or October, a year in January.
        required step "step": Text as kind::STEP,
    }
}

record! {
    /// An accelerator type.
    Chip as "a chip" {
        /// Who designs and sells it.
        required vendor "vendor": Text as kind::NAME,
        /// The software stack a workload must be ported to: cuda, rocm, neuron, xla.
        optional ecosystem "ecosystem": Text as kind::NAME,
        /// Memory of one chip, for reference: what fits on it is for `eligible` and `throughput` to say.
        optional memory "memory": Amount as kind::SOME_DATA,
        /// Power that one chip draws, with its share of the host; with cooling too, if no `pue` of a site is to add it.
        optional power "power": Amount as kind::SOME_POWER.like("1.3 kW"),
        /// Further dimensions to select and group by.
        optional tags "tags": Map<Text> as kind::NAME,
        /// Where the figures come from.
        optional source "source": Text as kind::text("AWS price list"),
        /// When they were read.
        optional as_of "as_of": Text as kind::DATE.like("2026-11-23"),
    }
}

record! {
    /// Who operates chips.
    Cloud as "a cloud" {
        /// The organisation that owns it; left out, the cloud's own id.
        optional owner "owner": Text as kind::NAME,
        /// Price of moving data out of it.
        optional egress "egress": Amount as kind::MONEY_PER_DATA,
        /// Its regions, for reference.
        optional regions "regions": List<Text> as kind::NAME,
        /// Its sites, for reference.
        optional sites "sites": List<Text> as kind::NAME,
        /// Further dimensions to select and group by.
        optional tags "tags": Map<Text> as kind::NAME,
        /// Where the figures come from.
        optional source "source": Text as kind::text("AWS price list"),
        /// When they were read.
        optional as_of "as_of": Text as kind::DATE.like("2026-11-23"),
    }
}

record! {
    /// Who holds a stake in the company that plans.
    Investor as "an investor" {
        /// The part held.
        optional stake "stake": Amount as kind::SHARE,
        /// Where the figure comes from.
        optional source "source": Text as kind::text("AWS price list"),
        /// When it was read.
        optional as_of "as_of": Text as kind::DATE.like("2026-11-23"),
    }
}

record! {
    /// A physical stock of chips, or a power envelope, that several offers draw on.
    Pool as "a pool" {
        /// Chips in the pool.
        optional chips "chips": Series as kind::CHIPS.equation("Σ chips of its offers ≤ chips"),
        /// Power of the pool.
        optional power "power": Series as kind::POWER.equation("Σ chips · power · pue ≤ power"),
        /// The offers that draw on it.
        optional offers "offers": Selector,
        /// Where the figures come from.
        optional source "source": Text as kind::text("AWS price list"),
        /// When they were read.
        optional as_of "as_of": Text as kind::DATE.like("2026-11-23"),
    }
}

record! {
    /// What stands upstream of offers: a foundry, packaging, memory, an export licence. Losing it stops deliveries, not
    /// what is installed.
    Upstream as "a supplier upstream" {
        /// The offers that depend on it, each with the part of their chips that does.
        required makes "makes": List<Makes>,
        /// For how long deliveries go on after it is lost; default not at all.
        optional pipeline "pipeline": Amount as kind::TIME.or("0 periods"),
        /// Until it delivers again, from the loss on.
        required recovery "recovery": Amount as kind::TIME,
        /// Who delivers a part in its place.
        optional substitute "substitute": Substitute,
        /// Where the figures come from.
        optional source "source": Text as kind::text("AWS price list"),
        /// When they were read.
        optional as_of "as_of": Text as kind::DATE.like("2026-11-23"),
    }
}

record! {
    /// Where chips stand. An offer is at one of them by its `site`.
    Site as "a site" {
        /// Power usage effectiveness: what is drawn in all for what the chips draw, 1 or more; default 1. It multiplies
        /// `power` of the chips wherever power counts: one that has cooling in it already leaves this out.
        optional pue "pue": Amount as kind::FACTOR.or("1").equation("power drawn = chips · power of the chip · pue"),
        /// What a kWh that is drawn there emits, such as 420 g/kWh.
        optional carbon "carbon": Series as kind::INTENSITY,
        /// What a kWh costs there for chips that are owned, such as 60 USD/MWh; the price of rent has it in it.
        optional energy "energy": Series as kind::ENERGY_PRICE,
        /// Where the figures come from.
        optional source "source": Text as kind::text("AWS price list"),
        /// When they were read.
        optional as_of "as_of": Text as kind::DATE.like("2026-11-23"),
    }
}

record! {
    /// Who delivers a part in the place of a supplier that is lost.
    Substitute as "a substitute" {
        /// Another supplier of `supply`.
        required to "to": Text as kind::id("a supplier of `supply`"),
        /// How long after the loss.
        required ready "ready": Amount as kind::TIME,
        /// The most that it delivers, of what is missing.
        required at_most "at_most": Amount as kind::SHARE,
    }
}

/// Offers that depend on a supplier upstream, with the part of their chips that does.
#[derive(Clone, Debug, PartialEq)]
pub struct Makes {
    /// The offers.
    pub offers: Selector,
    /// The part; left out, all.
    pub part: Option<Amount>,
}

impl Decode for Makes {
    fn decode(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Value::Map(entries) = &node.value else {
            wrong_type(node, "what it makes, such as `{ chip: [h100, gb200], part: 100 % }`", diagnostics);
            return None;
        };
        let part = node.get("part").map(|part| Amount::decode(part, diagnostics));
        let rest = entries.iter().filter(|e| e.key != "part").cloned().collect();
        let offers = Selector::decode(&Node { value: Value::Map(rest), place: node.place }, diagnostics);
        // A part that could not be read has been reported, and is not all.
        let part = match part {
            Some(None) => return None,
            Some(part) => part,
            None => None,
        };
        Some(Makes { offers: offers?, part })
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for Makes {
    fn schema_name() -> Cow<'static, str> {
        "Makes".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (part, patterns) = (generator.subschema_for::<Amount>(), Selector::patterns_schema());
        json_schema!({
            "description": "A selector of offers, and with `part` the part of their chips that depends on it; left out, all.",
            "type": "object",
            "properties": { "part": part },
            "additionalProperties": patterns,
        })
    }
}

record! {
    /// A chip at a cloud, with a price, a capacity and a term.
    Offer as "an offer" {
        /// Id of the chip.
        required chip "chip": Text as kind::id("a chip"),
        /// Id of the cloud.
        required cloud "cloud": Text as kind::id("a cloud"),
        /// Region of the cloud.
        optional region "region": Text as kind::NAME,
        /// Site within the region; what is known of it stands in `sites`.
        optional site "site": Text as kind::NAME,
        /// How it is held: on-demand (default), spot, reserved or owned.
        optional term "term": Term,
        /// Price in money per chip-hour: of holding it, or `{ held, used }` with a price of use beside it.
        /// Chips that are bought for capital need none.
        priced price "price": Price as kind::PRICE.equation("cost of holding = price · chips · hours"),
        /// Most chips that can be held; left out, as many as are needed.
        optional capacity "capacity": Series as kind::CHIPS.equation("chips held ≤ capacity"),
        /// Chips are held in whole blocks of this size.
        optional block "block": Amount as kind::SOME_CHIPS.equation("chips held = block · whole number"),
        /// Fewest chips that can be held, if any are.
        optional minimum "minimum": Amount as kind::CHIPS.equation("chips held = 0, or ≥ minimum"),
        /// Nothing can be held before this much of the horizon has passed.
        optional lead "lead": Amount as kind::TIME,
        /// How long before it starts a purchase is decided, under uncertainty.
        optional notice "notice": Amount as kind::TIME,
        /// The period in which purchases are decided at the latest, under uncertainty.
        optional decide_by "decide_by": Text as kind::DATE,
        /// Prices of the chips beyond a quantity, rising or falling.
        optional tiers "tiers": List<Tier>,
        /// Id of the pool that it draws on.
        optional pool "pool": Text as kind::id("a pool"),
        /// Further dimensions to select and group by.
        optional tags "tags": Map<Text> as kind::NAME,
        /// Where the price comes from.
        optional source "source": Text as kind::text("AWS price list"),
        /// When it was read.
        optional as_of "as_of": Text as kind::DATE.like("2026-11-23"),
    }
}

/// What a chip of an offer costs.
#[derive(Clone, Debug, PartialEq)]
pub enum Price {
    /// A price of holding it.
    Plain(Series),
    /// A price of holding it and a price of use.
    Detailed(Box<PriceDetail>),
}

record! {
    /// A price of holding a chip and a price of using it.
    PriceDetail as "a price" {
        /// Money for every chip-hour that is held, used or not; left out, 0.
        optional held "held": Series as kind::PRICE.or("0"),
        /// Money for every chip-hour that works, beside what holding it costs; left out, 0.
        optional used "used": Series as kind::PRICE.or("0"),
    }
}

impl Price {
    /// Where it stands.
    #[must_use]
    pub fn place(&self) -> Place {
        match self {
            Price::Plain(series) => series.place,
            Price::Detailed(detail) => detail.place,
        }
    }
}

impl Decode for Price {
    fn decode(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        Self::decode_under(node, Under::default(), diagnostics)
    }

    fn decode_under(node: &Node, under: Under<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        if PriceDetail::KEYS.iter().any(|key| node.get(key).is_some()) {
            return Some(Price::Detailed(Box::new(PriceDetail::decode_under(node, under, diagnostics)?)));
        }
        Some(Price::Plain(Series::decode_under(node, under, diagnostics)?))
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for Price {
    fn schema_name() -> Cow<'static, str> {
        "Price".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let series = generator.subschema_for::<Series>();
        let detail = generator.subschema_for::<PriceDetail>();
        json_schema!({ "anyOf": [series, detail] })
    }
}

record! {
    /// A price beyond a quantity.
    Tier as "a tier" {
        /// The quantity of chips beyond which it holds.
        required above "above": Amount as kind::SOME_CHIPS,
        /// Price in money per chip-hour.
        required price "price": Series as kind::PRICE,
    }
}

/// How an offer is held.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// A word: on-demand, spot or owned.
    Word(Text),
    /// A map with further particulars.
    Detailed(Box<TermDetail>),
}

record! {
    /// A term with particulars.
    TermDetail as "a term" {
        /// Length of a reservation, paid for whole, used or not.
        optional reserved "reserved": Amount as kind::SOME_TIME,
        /// Part of a reservation's price that is paid at its start.
        optional upfront "upfront": Amount as kind::SHARE.or("0 %"),
        /// Window in which a reservation may start, or chips may be bought.
        optional starts "starts": Text as kind::WINDOW,
        /// Spot, with its interruptions.
        optional spot "spot": Spot,
        /// Chips that are bought for capital: how many, when, and when they are sold is a decision.
        optional owned "owned": Owned,
    }
}

record! {
    /// Chips that are bought; the offer's price is what running them costs beside that, left out 0.
    Owned as "a purchase" {
        /// Money for one chip, by the period in which it is bought, paid at its start.
        required capex "capex": Series as kind::CAPEX,
        /// How long a chip lives from its delivery on.
        required life "life": Amount as kind::SOME_TIME,
        /// Time from purchase to delivery; left out, none.
        optional delivery "delivery": Amount as kind::TIME.or("0 periods"),
        /// Part of what was paid that a chip is worth, by its age since delivery, as in `{ 1y: 62 %, 3y: 30 % }`; left
        /// out, nothing. What still lives at the end of the horizon counts at its value there.
        optional residual "residual": Map<Amount> as kind::SHARE,
        /// The age from which chips may be sold at their residual value, as in `from 2y`; left out, they are kept.
        optional resale "resale": Text as kind::AGE,
    }
}

/// Whether an offer is written as one whose chips are bought for capital.
pub(super) fn is_bought(offer: &Node) -> bool {
    offer.get("term").is_some_and(|term| term.get("owned").is_some())
}

record! {
    /// Particulars of spot capacity.
    Spot as "spot" {
        /// Part of the hours that is lost to interruptions.
        optional interruption "interruption": Amount as kind::LEVEL.or("0 %").equation("hours that work = hours held · (1 − interruption)"),
    }
}

impl Decode for Term {
    fn decode(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        Self::decode_under(node, Under::default(), diagnostics)
    }

    fn decode_under(node: &Node, under: Under<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        match &node.value {
            Value::Scalar(_) => Some(Term::Word(Text::decode(node, diagnostics)?)),
            Value::Map(_) => Some(Term::Detailed(Box::new(TermDetail::decode_under(node, under, diagnostics)?))),
            _ => {
                wrong_type(node, "a term: on-demand, spot, owned or `{ reserved: 3 years }`", diagnostics);
                None
            }
        }
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for Term {
    fn schema_name() -> Cow<'static, str> {
        "Term".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let detail = generator.subschema_for::<TermDetail>();
        json_schema!({ "anyOf": [{ "enum": ["on-demand", "spot", "owned"] }, detail] })
    }
}

record! {
    /// A take-or-pay commitment over a set of offers.
    Contract as "a contract" {
        /// The organisation that it is with; left out, the owner of the covered clouds, if it is one.
        optional with "with": Text as kind::NAME,
        /// The offers that it covers; left out, none.
        optional covers "covers": Selector,
        /// What is committed, over which time.
        optional commit "commit": Commit,
        /// Part taken off the covered offers' prices.
        optional discount "discount": Amount as kind::SHARE.or("0 %").equation("price under it = list price · (1 − discount)"),
        /// Other parts taken off the prices of some of them; the first that fits counts.
        optional rates "rates": List<Rate>,
        /// How its prices of holding follow those of other offers.
        optional reprice "reprice": Reprice,
        /// What is held beyond the commitment costs: discount (default: all that is held is discounted, as in an
        /// enterprise agreement), or list (the discount ends with the commitment, as in a savings plan).
        optional beyond_commit "beyond_commit": Text as kind::words(&["discount", "list"]).or("discount"),
        /// signed (default); optional: the plan signs it if that pays; or refused: it is not signed, and what it unlocks
        /// stays locked.
        optional decision "decision": Text as kind::words(&["signed", "optional", "refused"]).or("signed"),
        /// The last period in which it can be signed, under uncertainty; left out, the first of the horizon.
        optional decide_by "decide_by": Text as kind::DATE,
        /// Offers that can be held only if this is signed.
        optional unlocks "unlocks": Selector,
        /// Money in, by date.
        optional funding "funding": Series as kind::PAYMENTS,
        /// Instead of a commitment: the right to take chips at its prices from a period on, in part or whole.
        optional option "option": OptionClause,
        /// The right to end it before its time.
        optional terminate "terminate": Terminate,
        /// The right to lower the commitment step by step.
        optional ramp_down "ramp_down": RampDown,
        /// What is owed for chips that are committed to and delivered late.
        optional late "late": Late,
        /// Funding that can only be spent on some offers, and expires.
        optional credits "credits": Credits,
        /// Money out before it is spent, by date, from which bills are paid.
        optional prepay "prepay": Prepay,
        /// Shares or warrants that come with what is held.
        optional equity "equity": Equity,
        /// Money out, by date.
        optional fee "fee": Series as kind::PAYMENTS,
        /// Limits that hold if this is signed.
        optional requires "requires": List<Limit>,
        /// Contracts that cannot be signed beside this one.
        optional excludes "excludes": List<Text> as kind::id("a contract"),
        /// Contracts without which this one cannot be signed.
        optional needs "needs": List<Text> as kind::id("a contract"),
        /// Where the terms come from.
        optional source "source": Text as kind::text("AWS price list"),
        /// When they were read.
        optional as_of "as_of": Text as kind::DATE.like("2026-11-23"),
    }
}

record! {
    /// How the prices of a contract follow the market.
    Reprice as "a clause on prices" {
        /// How often prices are set anew, counted from the beginning of the contract.
        required every "every": Amount as kind::SOME_TIME,
        /// The offers whose lowest list price of the same chip is taken then; one may have a capacity of 0, as an index.
        required to "to": Selector,
        /// The most that a price becomes, as a part of the list price less the discount; default 100 %.
        optional at_most "at_most": Amount as kind::SHARE_ABOVE.or("100 %"),
        /// The least that it becomes; default 0 %.
        optional at_least "at_least": Amount as kind::SHARE_ABOVE.or("0 %"),
    }
}

record! {
    /// The right to end a contract before its time.
    Terminate as "a right to terminate" {
        /// The first period in which it can be over.
        required from "from": Text as kind::DATE,
        /// How long before it is said; left out, when it is over.
        optional notice "notice": Amount as kind::TIME.or("0 periods"),
        /// Part of what is still committed that is paid then; left out, nothing.
        optional fee "fee": Amount as kind::SHARE.or("0 %"),
    }
}

record! {
    /// The right to lower a commitment step by step.
    RampDown as "a right to ramp down" {
        /// Part of what is committed by which it may fall, such as 10 %/year.
        required at_most "at_most": Amount as kind::PACE,
        /// How long before it is said; left out, when it falls.
        optional notice "notice": Amount as kind::TIME.or("0 periods"),
    }
}

record! {
    /// What is owed for chips that are committed to and delivered late.
    Late as "what is owed for late delivery" {
        /// Part of the price by which damages grow with time, such as 8 %/month; left out, none.
        optional damages "damages": Amount as kind::PACE.or("0 %/month"),
        /// The most that damages are of the price; left out, all of it.
        optional cap "cap": Amount as kind::SHARE.or("100 %"),
        /// How long something has to be late until the contract may be over without a fee; left out, it may not.
        optional walk_away_after "walk_away_after": Amount as kind::TIME,
    }
}

record! {
    /// The right to take chips at a contract's prices from a period on.
    OptionClause as "an option" {
        /// What is paid for it when the contract begins.
        optional premium "premium": Amount as kind::MONEY.or("0"),
        /// The period in which it is exercised or not, and from which the chips are held and paid.
        required exercise "exercise": Text as kind::DATE,
        /// The most chips.
        required cap "cap": Amount as kind::SOME_CHIPS,
    }
}

record! {
    /// Funding that can only be spent on some offers, and expires.
    Credits as "credits" {
        /// What is left of them when the horizon begins.
        required amount "amount": Amount as kind::MONEY,
        /// The time in which they can be used; left out, that of the contract.
        optional over "over": Text as kind::WINDOW,
        /// The offers that they pay for; left out, those that the contract covers.
        optional pays "pays": Selector,
        /// The most of the bill of a period that they pay; left out, all of it.
        optional at_most "at_most": Amount as kind::SHARE.or("100 %"),
    }
}

record! {
    /// Money that is paid before it is spent.
    Prepay as "a prepayment" {
        /// The money, by date.
        required amount "amount": Series as kind::PAYMENTS,
        /// The time in which bills are paid from it; left out, that of the contract.
        optional over "over": Text as kind::WINDOW,
        /// The offers whose bills are paid from it; left out, those that the contract covers.
        optional pays "pays": Selector,
        /// What becomes of the rest at the end of that time: lost (default) or refunded.
        optional rest "rest": Text as kind::words(&["lost", "refunded"]).or("lost"),
    }
}

record! {
    /// Shares or warrants that come with what is held.
    Equity as "equity" {
        /// What vests, and when.
        required vests "vests": List<Vest>,
        /// The organisation whose they are; left out, the one that the contract is with.
        optional investor "investor": Text as kind::NAME,
    }
}

record! {
    /// A part of it.
    Vest as "what vests" {
        /// What has to be reached.
        required when "when": Milestone,
        /// What it is worth then; its source is that of the contract.
        required worth "worth": Amount as kind::MONEY,
    }
}

record! {
    /// What has to be reached.
    Milestone as "a milestone" {
        /// The offers that count; left out, those that the contract covers.
        optional offers "where": Selector,
        /// power or chips, at a time; or spend, in all.
        required of "of": Text as kind::words(&["power", "chips", "spend"]),
        /// How much.
        required reaches "reaches": Amount as kind::ANY,
    }
}

record! {
    /// What a contract takes off some prices.
    Rate as "a rate of a contract" {
        /// The offers.
        required offers "where": Selector,
        /// Part taken off their prices.
        required discount "discount": Amount as kind::SHARE.equation("price under it = list price · (1 − discount)"),
    }
}

record! {
    /// What is committed.
    Commit as "a commitment" {
        /// Money to be spent on covered offers, after discount; with `per`, it may change over time.
        optional spend "spend": Series as kind::MONEY.equation("pay ≥ spend, used or not"),
        /// Chips of covered offers to be held, as an average over the time; with `per`, they may change over time.
        optional chips "chips": Series as kind::CHIPS.equation("average chips held ≥ chips, or paid for"),
        /// Instead of `spend`: the plan chooses how much to commit to, within a range such as `0..2B USD`.
        optional choose "choose": Text as kind::RANGE,
        /// Money of a commitment in total that was spent before the horizon.
        optional spent "spent": Amount as kind::MONEY.or("0"),
        /// The time it runs; left out, the horizon.
        optional over "over": Text as kind::WINDOW,
        /// Whether the amount is due each period, each year or in total (default).
        optional per "per": Text as kind::words(&["period", "year", "total"]).or("total"),
    }
}

record! {
    /// Training or inference to be done.
    Workload as "a workload" {
        /// training (an amount within a window) or inference (a rate in each period).
        required kind "kind": Text as kind::words(&["training", "inference"]),
        /// Amount of work to be done within the window, for training.
        optional work "work": Amount as kind::SOME_WORK.equation("Σ_t Σ_offers throughput · chips · hours = work"),
        /// When it may run; left out, the whole horizon.
        optional window "window": Text as kind::WINDOW,
        /// Chips that may or must run at a time.
        optional rate "rate": RateLimit,
        /// Work per chip and hour on each chip.
        required throughput "throughput": Map<Amount> as kind::SOME_WORK_RATE,
        /// Cost paid once for each ecosystem it ever runs on.
        optional porting "porting": Map<Port> as kind::MONEY,
        /// free (default), one-cloud, one-ecosystem or one-offer.
        optional split "split": Text as kind::words(&["free", "one-cloud", "one-ecosystem", "one-offer"]).or("free"),
        /// Data that has to be where it runs.
        optional data "data": DataGravity,
        /// Mean rate of work to be served, for inference.
        optional demand "demand": Series as kind::WORK_RATE.equation("Σ_offers throughput · chips used = demand, in every period"),
        /// Capacity must serve the mean rate times this; default 1.
        optional peak "peak": Amount as kind::MULTIPLE.or("1").equation("Σ_offers throughput · chips held ≥ peak · demand"),
        /// Offers that it may run on; left out, all whose chip has a throughput.
        optional eligible "eligible": Selector,
        /// Whether it may run on spot; default true for training, false for inference.
        optional interruptible "interruptible": bool,
        /// Price of a unit of work that is not done; left out, all must be done.
        optional unmet "unmet": Amount as kind::MONEY_PER_WORK.equation("cost = unmet · work not done"),
        /// Work that an outage may delay without loss.
        optional buffer "buffer": Amount as kind::WORK,
        /// Cost of a unit of work that is lost in an outage.
        optional loss "loss": Amount as kind::MONEY_PER_WORK,
        /// Further dimensions to select by.
        optional tags "tags": Map<Text> as kind::NAME,
        /// Where the figures come from.
        optional source "source": Text as kind::text("AWS price list"),
        /// When they were read.
        optional as_of "as_of": Text as kind::DATE.like("2026-11-23"),
    }
}

/// What it takes to port a workload to an ecosystem.
#[derive(Clone, Debug, PartialEq)]
pub enum Port {
    /// Its cost alone.
    Cost(Amount),
    /// A map with further particulars.
    Detailed(Box<PortDetail>),
}

record! {
    /// Porting with particulars.
    PortDetail as "porting" {
        /// Cost, paid once.
        required cost "cost": Amount as kind::MONEY,
        /// Time from the start of the horizon before it can run there.
        optional lead "lead": Amount as kind::TIME.or("0 periods"),
    }
}

impl Decode for Port {
    fn decode(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        Self::decode_under(node, Under::default(), diagnostics)
    }

    fn decode_under(node: &Node, under: Under<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        match &node.value {
            Value::Map(_) => Some(Port::Detailed(Box::new(PortDetail::decode_under(node, under, diagnostics)?))),
            _ => Some(Port::Cost(Amount::decode(node, diagnostics)?)),
        }
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for Port {
    fn schema_name() -> Cow<'static, str> {
        "Port".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let amount = generator.subschema_for::<Amount>();
        let detail = generator.subschema_for::<PortDetail>();
        json_schema!({ "anyOf": [amount, detail] })
    }
}

record! {
    /// Chips that may or must run at a time.
    RateLimit as "a rate" {
        /// Most chips at a time.
        optional at_most "at_most": Amount as kind::SOME_CHIPS,
        /// Fewest chips while it runs.
        optional at_least "at_least": Amount as kind::CHIPS.or("0"),
    }
}

record! {
    /// Data that has to be where a workload runs.
    DataGravity as "data" {
        /// How much.
        required size "size": Amount as kind::DATA,
        /// Where it is today.
        required at "at": Selector,
    }
}

record! {
    /// How much dependency, cost and power is acceptable.
    Policy as "a policy" {
        /// Limits on cost, shares, power and change.
        optional limits "limits": List<Limit>,
        /// What must still be served when a supplier is lost.
        optional survive "survive": List<Survive>,
        /// Named outages and price shocks, with probabilities.
        optional outages "outages": Map<Outage>,
        /// What the outages may cost, on average and in the worst cases.
        optional risk "risk": Risk,
        /// Which of the plans that cost as little is taken: fewest splits, most diversified, least
        /// change from baseline or steady; left out, any.
        optional prefer "prefer": Text as kind::words(&["fewest splits", "most diversified", "least change from baseline", "steady"]),
    }
}

record! {
    /// One limit: exactly one kind, with an optional name and price.
    Limit as "a limit" {
        /// Name for reports; left out, derived from kind, dimension and position.
        optional name "name": Text as kind::NAME,
        /// Price of exceeding it by one unit; left out, it cannot be exceeded.
        optional soft "soft": Amount as kind::MONEY_PER_UNIT,
        /// Most money spent.
        optional budget "budget": Budget,
        /// Most of a measure that a group may have.
        optional share "share": Share,
        /// Least of a measure that a group must have.
        optional floor "floor": Floor,
        /// Most concentration among groups.
        optional concentration "concentration": Concentration,
        /// Fewest suppliers with a minimum part each, and most suppliers.
        optional suppliers "suppliers": Suppliers,
        /// Most electrical power drawn.
        optional power "power": PowerLimit,
        /// Most that is emitted.
        optional carbon "carbon": CarbonLimit,
        /// Most chips by which holdings may grow from one period to the next.
        optional ramp "ramp": Ramp,
    }
}

record! {
    /// Most money spent.
    Budget as "a budget" {
        /// The money.
        required at_most "at_most": Amount as kind::MONEY.equation("undiscounted spend ≤ at_most"),
        /// The offers it is spent on; left out, all.
        optional offers "where": Selector,
        /// horizon (default), year or period.
        optional per "per": Text as kind::PER,
        /// When it holds; left out, always.
        optional during "during": Text as kind::WINDOW,
        /// expected: what is expected over the futures is limited, instead of what there is in each of them.
        optional within "in": Text as kind::EXPECTED,
        /// Name for reports.
        optional name "name": Text as kind::NAME,
        /// Price of exceeding it by one unit.
        optional soft "soft": Amount as kind::NUMBER,
    }
}

record! {
    /// Most of a measure that a group may have.
    Share as "a share limit" {
        /// Dimension whose every group is limited.
        optional by "by": Text as kind::DIMENSION,
        /// Without `by`, the group that is limited; with it, the offers whose total counts.
        optional offers "where": Selector,
        /// spend, chips, work, power or carbon.
        required of "of": Text as kind::MEASURED,
        /// The workloads whose use counts; left out, all that is held.
        optional workloads "for": Selector,
        /// The part.
        required at_most "at_most": Amount as kind::SHARE.equation("measure of the group ≤ at_most · measure of all"),
        /// horizon (default), year or period.
        optional per "per": Text as kind::PER,
        /// When it holds; left out, always.
        optional during "during": Text as kind::WINDOW,
        /// expected: what is expected over the futures is limited, instead of what there is in each of them.
        optional within "in": Text as kind::EXPECTED,
        /// Name for reports.
        optional name "name": Text as kind::NAME,
        /// Price of exceeding it by one unit of the measure.
        optional soft "soft": Amount as kind::MONEY_PER_UNIT,
    }
}

record! {
    /// Least of a measure that a group must have.
    Floor as "a floor" {
        /// The group.
        required offers "where": Selector,
        /// spend, chips, work, power or carbon; fleet for chips held in each period, used or not. Left out, what the amount is in.
        optional of "of": Text as kind::words(&["spend", "chips", "work", "power", "carbon", "fleet"]),
        /// The workloads whose use counts; left out, all that is held.
        optional workloads "for": Selector,
        /// A part, chips (an average over the time) or money.
        required at_least "at_least": Amount as kind::ANY.equation("measure of the group ≥ at_least · measure of all, or ≥ an amount"),
        /// horizon (default), year or period; of a fleet, period.
        optional per "per": Text as kind::PER,
        /// When it holds; left out, always.
        optional during "during": Text as kind::WINDOW,
        /// expected: what is expected over the futures is limited, instead of what there is in each of them.
        optional within "in": Text as kind::EXPECTED,
        /// Name for reports.
        optional name "name": Text as kind::NAME,
        /// Price of falling short by one unit of the measure; of an amount by one chip, or one of the currency.
        optional soft "soft": Amount as kind::MONEY_PER_UNIT,
    }
}

record! {
    /// Most concentration among groups.
    Concentration as "a concentration limit" {
        /// Dimension.
        required by "by": Text as kind::DIMENSION,
        /// Most that the sum of squared shares may be.
        required hhi_at_most "hhi_at_most": Amount as kind::SHARE.equation("Σ_groups share² ≤ hhi_at_most"),
        /// spend, chips, work, power or carbon.
        required of "of": Text as kind::MEASURED,
        /// The workloads whose use counts.
        optional workloads "for": Selector,
        /// horizon (default), year or period.
        optional per "per": Text as kind::PER,
        /// When it holds.
        optional during "during": Text as kind::WINDOW,
        /// Name for reports.
        optional name "name": Text as kind::NAME,
    }
}

record! {
    /// Fewest or most suppliers.
    Suppliers as "a supplier count" {
        /// Dimension.
        required by "by": Text as kind::DIMENSION,
        /// Fewest groups with at least their part.
        optional at_least "at_least": Amount as kind::WHOLE,
        /// Most groups with anything at all.
        optional at_most "at_most": Amount as kind::WHOLE,
        /// Least part that a group must have to count towards the fewest.
        optional each_at_least "each_at_least": Amount as kind::SHARE,
        /// spend, chips, work, power or carbon.
        required of "of": Text as kind::MEASURED,
        /// The workloads whose use counts.
        optional workloads "for": Selector,
        /// horizon (default), year or period.
        optional per "per": Text as kind::PER,
        /// When it holds.
        optional during "during": Text as kind::WINDOW,
        /// Name for reports.
        optional name "name": Text as kind::NAME,
    }
}

record! {
    /// Most electrical power drawn.
    PowerLimit as "a power limit" {
        /// The power.
        required at_most "at_most": Amount as kind::POWER.equation("Σ chips · power · pue ≤ at_most, in every period"),
        /// The offers that count; left out, all.
        optional offers "where": Selector,
        /// When it holds; left out, always.
        optional during "during": Text as kind::WINDOW,
        /// Name for reports.
        optional name "name": Text as kind::NAME,
        /// Price of exceeding it by one kW.
        optional soft "soft": Amount as kind::MONEY_PER_UNIT,
    }
}

record! {
    /// Most that the electricity of what is held emits.
    CarbonLimit as "a carbon limit" {
        /// The mass, such as 20 kt.
        required at_most "at_most": Amount as kind::MASS,
        /// The offers that count; left out, all.
        optional offers "where": Selector,
        /// horizon (default), year or period.
        optional per "per": Text as kind::PER,
        /// When it holds; left out, always.
        optional during "during": Text as kind::WINDOW,
        /// expected: what is expected over the futures is limited, instead of what there is in each of them.
        optional within "in": Text as kind::EXPECTED,
        /// Name for reports.
        optional name "name": Text as kind::NAME,
        /// Price of exceeding it, such as 100 USD/t; without a mass, of one kg.
        optional soft "soft": Amount as kind::MONEY_PER_MASS,
    }
}

record! {
    /// Most chips by which holdings may grow.
    Ramp as "a ramp" {
        /// The chips.
        required at_most "at_most": Amount as kind::CHIPS.equation("chips_t − chips_(t−1) ≤ at_most"),
        /// The offers that count; left out, all.
        optional offers "where": Selector,
        /// period, the only one.
        optional per "per": Text as kind::words(&["period"]).or("period"),
        /// When it holds; left out, always.
        optional during "during": Text as kind::WINDOW,
        /// Name for reports.
        optional name "name": Text as kind::NAME,
        /// Price of exceeding it by one chip.
        optional soft "soft": Amount as kind::MONEY_PER_UNIT,
    }
}

record! {
    /// What must still be served when a supplier is lost.
    Survive as "a survival requirement" {
        /// `each: DIMENSION` (each group in turn), or a selector of what is lost at once; with `from: DATE`, from then on.
        required loss_of "loss_of": Selector,
        /// Part of the demand, peak included, that must still be served.
        required serve "serve": Amount as kind::SHARE.equation("Σ throughput · surviving chips ≥ serve · peak · demand"),
        /// The workloads that must be served; left out, all inference.
        optional workloads "for": Selector,
        /// Part by which what is held of each surviving offer may be raised, within capacity.
        optional surge "surge": Amount as kind::SHARE_ABOVE.or("0 %"),
        /// The workloads that give up their chips; all others keep theirs.
        optional preempt "preempt": Selector,
        /// machines (default): what is lost is gone; or deliveries, of what stands upstream in `supply`: what is
        /// installed stays, and nothing new comes until recovery.
        optional effect "effect": Text as kind::words(&["machines", "deliveries"]).or("machines"),
        /// When it holds; left out, always.
        optional during "during": Text as kind::WINDOW,
        /// Name for reports.
        optional name "name": Text as kind::NAME,
    }
}

record! {
    /// A named outage: capacity that is lost for a time, a change of prices, or both.
    Outage as "an outage" {
        /// The offers that are lost; with `from: DATE`, from then on, and without a recovery for good.
        optional lose "lose": Selector,
        /// The part of them that is lost; default all.
        optional fraction "fraction": Amount as kind::SHARE.or("100 %"),
        /// Until they are back; default one period.
        optional recovery "recovery": Amount as kind::TIME.or("1 period"),
        /// How likely it is within the horizon; left out, it is only reported by `stress`.
        optional probability "probability": Amount as kind::SHARE,
        /// The offers whose price changes.
        optional offers "where": Selector,
        /// The change of their price, as in `+30 %`.
        optional price "price": Amount as kind::CHANGE,
    }
}

record! {
    /// What the outages may cost.
    Risk as "a risk measure" {
        /// Conditional value at risk of the cost with what outages add to it.
        optional cvar "cvar": Cvar,
        /// Expectation of what outages add to the cost.
        optional expected_loss "expected_loss": ExpectedLoss,
    }
}

record! {
    /// Expectation of what outages add to the cost.
    ExpectedLoss as "an expected loss" {
        /// Weight in the objective.
        optional weight "weight": Amount as kind::NUMBER.or("0"),
        /// Most that it may be.
        optional at_most "at_most": Amount as kind::MONEY,
    }
}

record! {
    /// Conditional value at risk.
    Cvar as "a CVaR" {
        /// Level, such as 95 %.
        required level "level": Amount as kind::LEVEL.equation("CVaR = min_η η + E[(cost − η)⁺] / (1 − level)"),
        /// Weight in the objective.
        optional weight "weight": Amount as kind::NUMBER.or("0"),
        /// Most that it may be.
        optional at_most "at_most": Amount as kind::MONEY,
    }
}

record! {
    /// What a plan is expected to be: exactly one kind, with an optional name and scenario. `share`, `budget` and other limits
    /// are written as in the policy, and are measured here and not imposed.
    Expectation as "an expectation" {
        /// Name for reports; left out, derived from kind and position.
        optional name "name": Text as kind::NAME,
        /// The scenario under which it is expected, or several with `+` between them; left out, the model as it is written.
        optional scenario "scenario": Text as kind::NAME,
        /// What the plan costs.
        optional cost "cost": ExpectedCost,
        /// Most money spent.
        optional budget "budget": Budget,
        /// Most of a measure that a group has.
        optional share "share": Share,
        /// Least of a measure that a group has.
        optional floor "floor": Floor,
        /// Most concentration among groups.
        optional concentration "concentration": Concentration,
        /// Fewest or most suppliers.
        optional suppliers "suppliers": Suppliers,
        /// Most electrical power drawn.
        optional power "power": PowerLimit,
        /// Most that is emitted.
        optional carbon "carbon": CarbonLimit,
        /// Most chips by which holdings grow from one period to the next.
        optional ramp "ramp": Ramp,
        /// What is still served when a supplier is lost.
        optional survives "survives": Survive,
        /// A contract that is signed.
        optional signed "signed": Text as kind::id("a contract"),
        /// A contract that is not signed.
        optional not_signed "not_signed": Text as kind::id("a contract"),
    }
}

record! {
    /// What a plan is expected to cost: its total, discounted; under uncertainty, what is expected of it.
    ExpectedCost as "an expected cost" {
        /// Most that it costs.
        optional at_most "at_most": Amount as kind::MONEY,
        /// Least that it costs: less is a mistake in the model.
        optional at_least "at_least": Amount as kind::MONEY,
    }
}

record! {
    /// What happened, and the ways of planning that are tried on it.
    Backtest as "a backtest" {
        /// A table of what happened: the column `period`, and one for each series, named by its path, such as
        /// `workloads.chat.demand`, `offers.aws-h100.price` or `offers.aws-h100.capacity`, in the unit of the model.
        required history "history": Text as kind::FILE,
        /// The periods that are gone through; left out, the horizon.
        optional over "over": Text as kind::WINDOW,
        /// How often a plan is made: hourly, daily, weekly, monthly, quarterly or yearly; left out, in each period.
        optional replan "replan": Text as kind::words(&["hourly", "daily", "weekly", "monthly", "quarterly", "yearly"]),
        /// How far ahead a plan looks; left out, to the end.
        optional lookahead "lookahead": Amount as kind::SOME_TIME.like("4 quarters"),
        /// How much of what was last seen gives the level of the forecast.
        optional level "level": Amount as kind::SOME_TIME.or("1 period"),
        /// The ways of planning: solve, here-and-now, regret, on-demand, online, or `{ replay: 60 days }`.
        optional policy "policy": List<Anything>,
    }
}

record! {
    /// What is held today, and what it costs to move.
    Baseline as "a baseline" {
        /// A table of offer, workload and chips; may be left out with `per: period`.
        optional file "file": Text as kind::FILE,
        /// Cost of each chip that no longer does what it did before.
        optional switching "switching": Amount as kind::MONEY_PER_CHIP.or("0"),
        /// When moving costs: horizon (default: once, off what runs today), or period (in each period also off what ran
        /// in the one before).
        optional per "per": Text as kind::words(&["horizon", "period"]).or("horizon"),
    }
}

record! {
    /// What is reserved or bought already: a plan keeps and pays it, whether or not it is used.
    Holdings as "holdings" {
        /// Up to this period, itself included, nothing else is reserved or bought; left out, more may be in any.
        optional until "until": Text as kind::DATE,
        /// The reservations and purchases. Of an offer and a period that is listed, exactly so many chips are held.
        optional held "held": List<Holding>,
    }
}

record! {
    /// Chips that are reserved or bought already.
    Holding as "a holding" {
        /// The offer, reserved or bought.
        required offer "offer": Text as kind::id("offer"),
        /// The period in which the term began or begins.
        required from "from": Text as kind::DATE,
        /// How many.
        required chips "chips": Amount as kind::CHIPS,
    }
}

record! {
    /// What is not known today, and when decisions are due.
    Uncertainty as "an uncertainty" {
        /// What is not known today, each with its outcomes.
        optional factors "factors": Map<Factor>,
        /// The outcomes that come together, each with its probability; left out, factors are independent.
        optional joint "joint": List<Anything>,
        /// What is drawn at random from distributions: futures that are as likely as one another.
        optional draws "draws": Draws,
        /// When decisions are due.
        optional decide "decide": Decide,
    }
}

record! {
    /// Values that are drawn at random together, from the date on at which they become known.
    Draws as "a random draw" {
        /// The first period whose decisions may depend on them.
        required known "known": Text as kind::DATE,
        /// What is drawn, and from which distribution, range or list.
        required vary "vary": List<Vary>,
        /// How many futures are drawn.
        required samples "samples": Amount as kind::COUNT,
        /// How many of them are kept, each with the probability of those that it is nearest to; left out, all of them.
        optional reduce "reduce": Amount as kind::COUNT,
        /// The random seed; default 1.
        optional seed "seed": Amount as kind::WHOLE.or("1"),
        /// latin (Latin hypercube, default) or plain.
        optional sampling "sampling": Text as kind::words(&["latin", "plain"]).or("latin"),
        /// Which of them go together.
        optional correlations "correlations": List<Correlation>,
    }
}

record! {
    /// One thing that is not known today.
    Factor as "a factor" {
        /// The first period whose decisions may depend on it.
        required known "known": Text as kind::DATE,
        /// What may come of it.
        required outcomes "outcomes": Map<FactorOutcome>,
    }
}

record! {
    /// What may come of a factor. Without `vary`, `set` and `scenario` the model is as it is written.
    FactorOutcome as "an outcome" {
        /// How likely it is; given for every outcome of every factor, or for none.
        optional probability "probability": Amount as kind::SHARE,
        /// Values that are scaled, shifted or set, from the date on at which the factor is known.
        optional vary "vary": List<Vary>,
        /// Values by their paths.
        optional set "set": Map<Anything>,
        /// An entry of `scenarios`, or several with `+` between them.
        optional scenario "scenario": Text as kind::NAME,
    }
}

record! {
    /// When decisions are due.
    Decide as "decision dates" {
        /// On-demand and spot capacity, and what is owned; default: in the period itself.
        optional rent "rent": DecideWhen,
        /// Reservations; default: in the period in which they start.
        optional reservations "reservations": DecideWhen,
        /// Optional contracts; default: in the first period.
        optional contracts "contracts": DecideWhen,
        /// Porting and moving of data; default: when it is paid.
        optional porting "porting": DecideWhen,
    }
}

record! {
    /// When a decision is due.
    DecideWhen as "a decision date" {
        /// How long before it takes effect.
        optional notice "notice": Amount as kind::TIME,
        /// The period in which it is decided at the latest.
        optional decide_by "decide_by": Text as kind::DATE,
    }
}

record! {
    /// What a plan under uncertainty minimizes.
    Objective as "an objective" {
        /// Weight of the expected cost.
        optional expected "expected": Amount as kind::NUMBER.or("1"),
        /// Conditional value at risk of the cost over the futures.
        optional cvar "cvar": FutureCvar,
        /// `worst`: the largest regret is minimized; `{ at_most: 400M USD }`: no future has more of it.
        optional regret "regret": Regret,
    }
}

/// What a plan under uncertainty makes of regret.
#[derive(Clone, Debug, PartialEq)]
pub enum Regret {
    /// The largest is minimized.
    Minimized(Text),
    /// No future has more than so much.
    Limited(Box<RegretLimit>),
}

record! {
    /// The most regret of any future.
    RegretLimit as "a limit on regret" {
        /// What a future may cost more than the least that it could by itself.
        required at_most "at_most": Amount as kind::MONEY,
    }
}

impl Decode for Regret {
    fn decode(node: &Node, diagnostics: &mut Diagnostics) -> Option<Self> {
        Self::decode_under(node, Under::default(), diagnostics)
    }

    fn decode_under(node: &Node, under: Under<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        match &node.value {
            Value::Map(_) => Some(Regret::Limited(Box::new(RegretLimit::decode_under(node, under, diagnostics)?))),
            _ => Some(Regret::Minimized(Text::decode(node, diagnostics)?)),
        }
    }
}

#[cfg(feature = "schema")]
impl JsonSchema for Regret {
    fn schema_name() -> Cow<'static, str> {
        "Regret".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let word = generator.subschema_for::<Text>();
        let limit = generator.subschema_for::<RegretLimit>();
        json_schema!({ "anyOf": [word, limit] })
    }
}

record! {
    /// Conditional value at risk of the cost over the futures.
    FutureCvar as "a CVaR" {
        /// Level, such as 90 %.
        required level "level": Amount as kind::LEVEL.equation("CVaR = min_η η + E[(cost − η)⁺] / (1 − level)"),
        /// Weight in the objective.
        required weight "weight": Amount as kind::NUMBER,
    }
}

record! {
    /// A sensitivity sweep.
    Sweep as "a sweep" {
        /// What varies.
        required vary "vary": List<Vary>,
        /// grid (default: every combination), list (value by value), tornado (each down and up by
        /// itself) or sample (at random).
        optional method "method": Text as kind::words(&["grid", "list", "tornado", "sample"]).or("grid"),
        /// How many points are drawn at random.
        optional samples "samples": Amount as kind::COUNT,
        /// Where the random numbers start; default 1.
        optional seed "seed": Amount as kind::WHOLE.or("1"),
        /// latin (Latin hypercube, default) or plain.
        optional sampling "sampling": Text as kind::words(&["latin", "plain"]).or("latin"),
        /// Which variations go together, for a random sample.
        optional correlations "correlations": List<Correlation>,
        /// What is reported of each point, such as `cost` or `share(vendor:amazon)`; left out, all of it.
        optional columns "columns": List<Text> as kind::text("share(vendor:amazon)"),
    }
}

record! {
    /// What varies in a sweep, and over which values.
    Vary as "a variation" {
        /// What its column is called; left out, what varies.
        optional name "name": Text as kind::NAME,
        /// The path of one value, such as `offers.aws-h100.price`.
        optional path "path": Text as kind::PATH,
        /// The offers whose field varies.
        optional offers "offers": Selector,
        /// The workloads whose field varies.
        optional workloads "workloads": Selector,
        /// The field that varies, such as `price` or `commit.spend`.
        optional field "field": Text as kind::text("price"),
        /// Scenarios that are applied in turn, such as `[none, tight-supply, tight-supply+amd-late]`.
        optional scenarios "scenarios": Values,
        /// Values that replace what is written: `1..5`, a list, or a distribution.
        optional set "set": Values,
        /// Factors: `0.4..1.6`, a list, or a distribution such as `normal(1, 0.2)`.
        optional scale "scale": Values,
        /// Amounts that are added.
        optional shift "shift": Values,
        /// How many values a range has, both ends included.
        optional steps "steps": Amount as kind::WHOLE,
    }
}

record! {
    /// Two variations that go together.
    Correlation as "a correlation" {
        /// The names of the two.
        required between "between": List<Text> as kind::NAME,
        /// Correlation of their normal scores, from -1 to 1.
        required is "is": Amount as kind::ANY_NUMBER,
    }
}

/// A value of a record with its place, for those that may stand on a limit or inside its kind.
pub fn either<'a, T>(outer: &'a Option<T>, inner: &'a Option<T>) -> Option<&'a T> {
    outer.as_ref().or(inner.as_ref())
}

/// The place of a record's key, for messages about the key rather than the record.
#[must_use]
pub fn place_of(text: &Option<Text>, otherwise: Place) -> Place {
    text.as_ref().map_or(otherwise, |t| t.place)
}
