"""Reads a model file of polysource into arrays, for the same linear program in other libraries.

Only what the base program has is read: offers on demand, spot or owned, with price, capacity and
pool; inference with a peak and training in a window; signed contracts that commit spend, with
their discount; shares and floors of spend, chips or power, budgets and power limits. Anything else
in the file is an error, so that no library solves an easier program than polysource does.

    columns   rent[o,t] chips held, in 0..capacity[o,t]
              run[w,o,t] chips of o that work for w, in 0..twice what would do all of it
              idle[k,b] money committed in part b of contract k and not used, in 0..due[k,b]
    cost      sum of discount[t] pay[o,t] rent[o,t] + discount[last of b] idle[k,b]
    use       sum over w of run[w,o,t] <= rent[o,t]
    demand    sum over o of rate[w,o] run[w,o,t] = demand[w,t]
    work      sum over o and t of hours[t] rate[w,o] run[w,o,t] = work[w]
    pool      sum over o of weight[o] rent[o,t] <= most[t]
    commit    sum over what k covers of pay[o,t] rent[o,t] + idle[k,b] >= due[k,b]
    share     M_g - s M <= 0 for each group and span; M with idle money that the group alone pays
    budget    M <= most for each span
    power     the same as a pool in power

The boxes of run are never reached and are polysource's own: with them HiGHS is three times faster, for
it starts dual feasible. pay[o,t] is price x hours, less the discount of the contract that covers the offer.
"""

import datetime as dt
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np
import yaml


@dataclass
class Workload:
    name: str
    offers: np.ndarray  # offers on which it may run
    rate: np.ndarray  # work per chip (and hour), for each of them
    start: int  # periods start..end
    end: int
    demand: np.ndarray | None = None  # inference: for each period of the horizon, peak included
    work: float = 0.0  # training

    def box(self, hours):
        """offers of the workload x periods: twice the chips that would do all of it in a period."""
        return 2.0 * (self.work / hours if self.demand is None else self.demand) / self.rate[:, None]


@dataclass
class Part:
    """One part of a commitment."""

    contract: int
    start: int
    end: int
    due: float


@dataclass
class Pool:
    offers: np.ndarray
    weight: np.ndarray  # chips or kW of a chip
    most: np.ndarray  # for each period


@dataclass
class Limit:
    """sum of weight[o,t] rent[o,t] + idle_weight[i] idle[i] <= most (>= if floor), o,t in the mask."""

    name: str
    weight: np.ndarray  # offers x periods, 0 outside
    idle_weight: np.ndarray  # for each idle column
    most: float = 0.0
    floor: bool = False


@dataclass
class Base:
    periods: int
    hours: np.ndarray
    discount: np.ndarray
    offers: list[str]
    capacity: np.ndarray  # offers x periods
    pay: np.ndarray  # offers x periods: undiscounted money for a chip held in a period
    workloads: list[Workload]
    covers: np.ndarray  # contracts x offers
    parts: list[Part]  # one idle column each
    pools: list[Pool]
    limits: list[Limit]

    @property
    def inference(self):
        return [w for w in self.workloads if w.demand is not None]

    @property
    def training(self):
        return [w for w in self.workloads if w.demand is None]

    @property
    def cost(self):
        """offers x periods: discounted money for a chip held in a period."""
        return self.pay * self.discount

    @property
    def idle_cost(self):
        return np.array([self.discount[p.end - 1] for p in self.parts])

    @property
    def due(self):
        return np.array([p.due for p in self.parts])

    def commit_weight(self, part):
        """offers x periods: what a chip held adds to a part of a commitment."""
        weight = np.where(self.covers[part.contract][:, None], self.pay, 0.0)
        weight[:, : part.start] = 0.0
        weight[:, part.end :] = 0.0
        return weight


class Unsupported(Exception):
    pass


PREFIX = {"": 1.0, "k": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
NUMBER = re.compile(r"\s*([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\s*(.*)$")


def quantity(value):
    """A number and its unit, the prefix of the number applied: `100M USD` is 1e8, `USD`."""
    if isinstance(value, (int, float)):
        return float(value), ""
    match = NUMBER.match(value)
    if not match:
        raise Unsupported(f"quantity {value!r}")
    number, rest = float(match[1]), match[2].strip()
    if rest[:1] in ("k", "M", "B", "T") and (len(rest) == 1 or rest[1] == " "):
        number, rest = number * PREFIX[rest[0]], rest[1:].strip()
    return number, rest


def amount(value, units):
    """A number in the base unit; `units` maps the words that are understood to their factors."""
    number, unit = quantity(value)
    if unit and unit not in units:
        raise Unsupported(f"unit {unit!r} of {value!r}")
    return number * units.get(unit, 1.0)


SHARE = {"%": 0.01}
POWER = {"W": 1e-3, "kW": 1.0, "MW": 1e3, "GW": 1e6}


def known(record, keys, what):
    unknown = set(record) - set(keys.split())
    if unknown:
        raise Unsupported(f"{sorted(unknown)} in {what}")


def month_after(at, months):
    month = at.month - 1 + months
    return at.replace(year=at.year + month // 12, month=month % 12 + 1)


def span_of(text):
    """First instant of a period and first after it."""
    text = str(text)
    if match := re.fullmatch(r"(\d{4})", text):
        return dt.datetime(int(text), 1, 1), dt.datetime(int(text) + 1, 1, 1)
    if match := re.fullmatch(r"(\d{4})-Q([1-4])", text):
        start = dt.datetime(int(match[1]), 3 * int(match[2]) - 2, 1)
        return start, month_after(start, 3)
    if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
        start = dt.datetime(int(match[1]), int(match[2]), 1)
        return start, month_after(start, 1)
    raise Unsupported(f"period {text!r}")


class Calendar:
    def __init__(self, horizon):
        known(horizon, "start periods step", "horizon")
        months = {"month": 1, "quarter": 3, "year": 12}.get(horizon["step"])
        if months is None:
            raise Unsupported(f"step {horizon['step']}")
        start, self.n = span_of(horizon["start"])[0], horizon["periods"]
        self.bounds = [month_after(start, months * i) for i in range(self.n + 1)]
        seconds = [(b - a).total_seconds() for a, b in zip(self.bounds, self.bounds[1:])]
        self.hours = np.array(seconds) / 3600.0
        self.start_years = np.arange(self.n) * months / 12.0
        self.middle_years = self.start_years + months / 24.0
        self.year = [b.year for b in self.bounds[:-1]]

    def boundary(self, at):
        """The index of a boundary, cut to the horizon."""
        if at <= self.bounds[0]:
            return 0
        return self.n if at >= self.bounds[-1] else self.bounds.index(at)

    def window(self, text):
        """Its ends, None where open, and its periods."""
        first, dots, last = str(text).partition("..")
        start = span_of(first)[0] if first else None
        end = (span_of(last)[1] if last else None) if dots else span_of(first)[1]
        lower = self.boundary(start) if start else 0
        return start, end, lower, self.boundary(end) if end else self.n

    def series(self, value, read, before):
        if isinstance(value, list):
            assert len(value) == self.n
            return np.array([read(v) for v in value])
        if not isinstance(value, dict):
            return np.full(self.n, read(value))
        if "growth" in value:
            known(value, "start growth", "a series")
            rate = amount(value["growth"], {"%/year": 0.01})
            return read(value["start"]) * (1.0 + rate) ** self.start_years
        values = np.full(self.n, before)
        for at, step in sorted((span_of(key)[0], step) for key, step in value.items()):
            values[self.boundary(at) :] = read(step)
        return values


class Reader:
    def __init__(self, doc):
        self.doc = doc
        known(doc, "polysource name currency horizon discount_rate chips clouds pools offers contracts workloads policy", "the model")
        self.calendar = Calendar(doc["horizon"])
        self.money = {doc.get("currency", "USD"): 1.0}
        self.chips, self.clouds = doc["chips"], doc["clouds"]
        for chip in self.chips.values():
            known(chip, "vendor ecosystem memory power tags source as_of", "a chip")
        self.offers = list(doc["offers"])
        self.records = list(doc["offers"].values())
        self.power = np.array([amount(self.chips[o["chip"]].get("power", 0.0), POWER) for o in self.records])
        self.values = [self.dimensions(name, o) for name, o in doc["offers"].items()]

    def dimensions(self, name, offer):
        chip, cloud = self.chips[offer["chip"]], self.clouds[offer["cloud"]] or {}
        return {
            "vendor": chip["vendor"],
            "chip": offer["chip"],
            "ecosystem": chip.get("ecosystem"),
            "cloud": offer["cloud"],
            "owner": cloud.get("owner", offer["cloud"]),
            "region": offer.get("region"),
            "offer": name,
        }

    def select(self, selector):
        picked = np.ones(len(self.offers), dtype=bool)
        for key, globs in (selector or {}).items():
            if self.values and key not in self.values[0]:
                raise Unsupported(f"selector by {key}")
            globs = globs if isinstance(globs, list) else [globs]
            match = [v[key] is not None and any(fnmatchcase(v[key], g) for g in globs) for v in self.values]
            picked &= np.array(match)
        return picked

    def groups(self, dimension):
        if dimension not in self.values[0]:
            raise Unsupported(f"groups by {dimension}")
        return sorted({v[dimension] for v in self.values if v[dimension] is not None})

    def availability(self, offer):
        term = offer.get("term", "on-demand")
        if term in ("on-demand", "owned", "spot"):
            return 1.0
        if isinstance(term, dict) and set(term) == {"spot"}:
            known(term["spot"], "interruption", "spot")
            return 1.0 - amount(term["spot"].get("interruption", 0.0), SHARE)
        raise Unsupported(f"term {term}")

    def base(self):
        calendar = self.calendar
        for offer in self.records:
            known(offer, "chip cloud region price capacity pool term tags source as_of", "an offer")
        chips, price = {"chips": 1.0, "chip": 1.0}, dict.fromkeys([f"{m}/chip-h" for m in self.money], 1.0)
        unbounded = [o for o, r in zip(self.offers, self.records) if "capacity" not in r]
        if unbounded:
            raise Unsupported(f"offers without a capacity: {unbounded}")
        capacity = np.array([calendar.series(o["capacity"], lambda v: amount(v, chips), 0.0) for o in self.records])
        prices = np.array([calendar.series(o["price"], lambda v: amount(v, price), np.nan) for o in self.records])
        rate = amount(self.doc.get("discount_rate", 0.0), {"%": 0.01, "%/year": 0.01})
        covers, parts, factor = self.contracts()
        pay = np.nan_to_num(prices * factor) * calendar.hours
        base = Base(
            calendar.n,
            calendar.hours,
            (1.0 + rate) ** -calendar.middle_years,
            self.offers,
            np.where(np.isnan(prices), 0.0, capacity),
            pay,
            [self.workload(name, w) for name, w in self.doc["workloads"].items()],
            covers,
            parts,
            [],
            [],
        )
        base.pools = self.pools(chips)
        for record in self.doc.get("policy", {}).get("limits", []):
            base.limits += self.limit(base, record)
        known(self.doc.get("policy", {}), "limits", "policy")
        return base

    def contracts(self):
        calendar, covers, parts = self.calendar, [], []
        factor, taken = np.ones((len(self.offers), calendar.n)), np.zeros((len(self.offers), calendar.n), dtype=bool)
        for k, (name, record) in enumerate(self.doc.get("contracts", {}).items()):
            known(record, "covers commit discount decision", f"contract {name}")
            if record.get("decision", "signed") != "signed":
                raise Unsupported("a contract that is a decision")
            commit = record.get("commit", {})
            known(commit, "spend over per", "commit")
            covered = self.select(record["covers"])
            start, end, lower, upper = calendar.window(commit["over"]) if "over" in commit else (None, None, 0, calendar.n)
            active = np.zeros(calendar.n, dtype=bool)
            active[lower:upper] = True
            held = covered[:, None] & active
            if (taken & held).any():
                raise Unsupported("an offer under two contracts")
            taken |= held
            factor[held] *= 1.0 - amount(record.get("discount", 0.0), SHARE)
            covers.append(covered)
            if "spend" in commit:
                money, per = amount(commit["spend"], self.money), commit.get("per", "total")
                if per == "period":
                    parts += [Part(k, t, t + 1, money) for t in range(lower, upper)]
                elif per == "total":
                    whole = (end - start).total_seconds() / 3600.0
                    parts.append(Part(k, lower, upper, money * calendar.hours[lower:upper].sum() / whole))
                else:
                    raise Unsupported(f"a commitment per {per}")
        return np.array(covers).reshape(-1, len(self.offers)), parts, factor

    def workload(self, name, record):
        calendar = self.calendar
        known(record, "kind work window demand peak throughput eligible interruptible source", f"workload {name}")
        training = record["kind"] == "training"
        picked = self.select(record.get("eligible"))
        interruptible = record.get("interruptible", training)
        units, rates = set(), {}
        for chip, value in record["throughput"].items():
            rates[chip], unit = quantity(value)
            units.add(unit)
        spot = [isinstance(o.get("term"), dict) or o.get("term") == "spot" for o in self.records]
        index = [
            i for i, o in enumerate(self.records) if picked[i] and o["chip"] in rates and (interruptible or not spot[i])
        ]
        rate = np.array([rates[self.records[i]["chip"]] * self.availability(self.records[i]) for i in index])
        lower, upper = calendar.window(record["window"])[2:] if "window" in record else (0, calendar.n)
        workload = Workload(name, np.array(index, dtype=int), rate, lower, upper)

        def same(value):
            # Work and throughput are in the units in which they are written, which have to be the same.
            number, unit = quantity(value)
            if units != {unit}:
                raise Unsupported(f"units {units} and {unit!r} in one workload")
            return number

        if training:
            workload.work = same(record["work"])
        else:
            peak = float(record.get("peak", 1.0))
            workload.demand = peak * calendar.series(record["demand"], same, 0.0)
            workload.demand[:lower] = 0.0
            workload.demand[upper:] = 0.0
        return workload

    def pools(self, chips):
        pools = []
        for name, record in self.doc.get("pools", {}).items():
            known(record, "power chips offers", f"pool {name}")
            members = self.select(record["offers"]) if "offers" in record else np.zeros(len(self.offers), dtype=bool)
            members |= np.array([o.get("pool") == name for o in self.records])
            index = np.flatnonzero(members)
            if "chips" in record:
                most = self.calendar.series(record["chips"], lambda v: amount(v, chips), 0.0)
                pools.append(Pool(index, np.ones(len(index)), most))
            if "power" in record:
                most = self.calendar.series(record["power"], lambda v: amount(v, POWER), 0.0)
                pools.append(Pool(index, self.power[index], most))
        return pools

    def limit(self, base, record):
        record = dict(record)
        record.pop("name", None)
        if len(record) != 1:
            raise Unsupported(f"limit {record}")
        (kind, limit), n = next(iter(record.items())), self.calendar.n
        everything = np.ones(len(self.offers), dtype=bool)
        if kind == "power":
            known(limit, "where at_most", "a power limit")
            group = np.flatnonzero(self.select(limit.get("where")))
            base.pools.append(Pool(group, self.power[group], np.full(n, amount(limit["at_most"], POWER))))
            return []
        known(limit, {"share": "by where of at_most per", "floor": "where of at_least per", "budget": "where at_most per"}.get(kind, ""), kind)
        measure, limits = limit.get("of", "spend"), []
        for a, b in self.spans(limit.get("per", "horizon")):
            if kind == "budget":
                total, idle = self.measure(base, self.select(limit.get("where")), "spend", a, b)
                limits.append(Limit(f"budget{a}", total, idle, amount(limit["at_most"], self.money)))
                continue
            part = amount(limit["at_least" if kind == "floor" else "at_most"], SHARE)
            if kind == "share" and "by" in limit:
                universe = self.select(limit.get("where"))
                values = [v[limit["by"]] for v in self.values]
                groups = [(g, universe & np.array([v == g for v in values])) for g in self.groups(limit["by"])]
                groups = [(name, group) for name, group in groups if group.any()]
            else:
                universe, groups = everything, [("picked", self.select(limit["where"]))]
            total, total_idle = self.measure(base, universe, measure, a, b)
            for name, group in groups:
                own, own_idle = self.measure(base, group, measure, a, b)
                name = f"{kind}_{name}_{a}"
                limits.append(Limit(name, own - part * total, own_idle - part * total_idle, 0.0, kind == "floor"))
        return limits

    def spans(self, per):
        n = self.calendar.n
        if per == "horizon":
            return [(0, n)]
        if per == "period":
            return [(t, t + 1) for t in range(n)]
        if per != "year":
            raise Unsupported(f"per {per}")
        starts = [t for t in range(n) if t == 0 or self.calendar.year[t] != self.calendar.year[t - 1]]
        return list(zip(starts, starts[1:] + [n]))

    def within(self, weight, start, end):
        weight = np.broadcast_to(weight, (len(self.offers), self.calendar.n)).copy()
        weight[:, :start] = 0.0
        weight[:, end:] = 0.0
        return weight

    def no_idle(self, base):
        return np.zeros(len(base.parts))

    def measure(self, base, group, measure, start, end):
        """A measure of a group over periods: weights of rent, and of idle money."""
        weight = {"spend": base.pay, "chips": base.hours[None, :], "power": self.power[:, None] * base.hours}.get(measure)
        if weight is None:
            raise Unsupported(f"share of {measure}")
        idle = self.no_idle(base)
        if measure == "spend":
            for i, part in enumerate(base.parts):
                covered = base.covers[part.contract]
                inside = group.all() or (covered.any() and group[covered].all())
                idle[i] = float(inside and start < part.end <= end)
        return self.within(np.where(group[:, None], weight, 0.0), start, end), idle


def document(path):
    with open(path, "rb") as file:
        return yaml.load(file, Loader=yaml.CSafeLoader)


def read(path):
    return Reader(document(path)).base()
