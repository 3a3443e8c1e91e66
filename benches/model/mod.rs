//! Writes allocation models of a given size as YAML, the same for the same size.
//!
//! Offers draw on capacities that are tight in some periods, workloads differ in throughput by
//! chip and in eligibility, prices differ by offer and fall over time; a vendor cap and a cloud cap
//! on spend, a commitment, a power limit and training windows couple offers and periods.

use std::fmt::Write as _;

/// A size: offers, workloads, periods.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// About how many columns the program has.
    pub name: &'static str,
    /// Offers.
    pub offers: usize,
    /// Workloads, every fourth of them training.
    pub workloads: usize,
    /// Months.
    pub periods: usize,
}

/// About 3 thousand, 15 thousand and 60 thousand columns.
pub const SIZES: [Size; 3] = [
    Size { name: "3k", offers: 20, workloads: 8, periods: 24 },
    Size { name: "15k", offers: 50, workloads: 16, periods: 24 },
    Size { name: "60k", offers: 120, workloads: 28, periods: 24 },
];

/// About 240 thousand and a million columns: too long to be measured again and again.
pub const LARGE: [Size; 2] = [
    Size { name: "240k", offers: 240, workloads: 56, periods: 24 },
    Size { name: "1M", offers: 480, workloads: 112, periods: 24 },
];

impl Size {
    /// A size by its name, or as OFFERSxWORKLOADSxMONTHS.
    pub fn named(text: &str) -> Option<Size> {
        let numbers = || {
            let mut parts = text.split('x').map(|n| n.parse().ok().filter(|&n| n > 0));
            let size =
                Size { name: "custom", offers: parts.next()??, workloads: parts.next()??, periods: parts.next()?? };
            parts.next().is_none().then_some(size)
        };
        SIZES.into_iter().chain(LARGE).find(|s| s.name == text).or_else(numbers)
    }
}

/// A generator of numbers (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014): the same everywhere, and not worth a dependency.
struct SplitMix(u64);

impl SplitMix {
    /// The next number from 0 to 1.
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The model of a size.
pub fn yaml(size: Size) -> String {
    let mut r = SplitMix(size.offers as u64 * 1_000_003 + size.workloads as u64);
    let vendors = ["nvidia", "amd", "amazon", "google"];
    let clouds = 8;
    let chips = 12;
    let mut y = format!(
        "polysource: 1\nname: Generated {}\nhorizon: {{ start: 2026-01, periods: {}, step: month }}\ndiscount_rate: 8 %\n",
        size.name, size.periods
    );
    y.push_str("chips:\n");
    let mut speed = Vec::new();
    for c in 0..chips {
        let s = 0.5 + 2.5 * r.next();
        speed.push(s);
        let _ = writeln!(y, "  chip{c}: {{ vendor: {}, power: {:.2} kW }}", vendors[c % 4], 0.6 + 0.4 * s);
    }
    y.push_str("clouds:\n");
    for c in 0..clouds {
        let _ = writeln!(y, "  cloud{c}: {{ owner: owner{} }}", c / 2);
    }
    y.push_str("offers:\n");
    let mut capacity_in_work = 0.0;
    for o in 0..size.offers {
        let chip = o % chips;
        let price = speed[chip] * (1.5 + 2.0 * r.next());
        let capacity = (2000.0 + 8000.0 * r.next()).round();
        capacity_in_work += capacity * speed[chip];
        let _ = writeln!(
            y,
            "  offer{o}: {{ chip: chip{chip}, cloud: cloud{}, region: region{}, price: {{ start: {price:.3}, growth: -{} %/year }}, capacity: {{ 2026-01: {capacity}, 2027-01: {} }} }}",
            o % clouds,
            o % 5,
            5 + o % 20,
            (capacity * 1.3).round()
        );
    }
    // Demand takes about half of what the offers could do.
    let inference = size.workloads - size.workloads / 4;
    let each = 0.35 * capacity_in_work / inference as f64;
    y.push_str("contracts:\n  deal: { covers: { cloud: cloud0 }, commit: { spend: 100M USD, over: 2026..2029 }, discount: 8 % }\n");
    y.push_str("workloads:\n");
    for w in 0..size.workloads {
        let rates = |r: &mut SplitMix, unit: f64, word: &str| {
            let list = (0..chips).map(|c| format!("chip{c}: {:.1} {word}", unit * speed[c] * (0.7 + 0.6 * r.next())));
            list.collect::<Vec<_>>().join(", ")
        };
        if w % 4 == 3 {
            let hours = 730.0 * 12.0;
            let work = 0.4 * each * hours * (0.5 + r.next());
            let throughput = rates(&mut r, 1.0, "unit");
            let from = 1 + w % 6;
            let _ = writeln!(
                y,
                "  train{w}: {{ kind: training, work: {work:.0} unit, window: 2026-{from:02}..2027-{from:02}, throughput: {{ {throughput} }} }}"
            );
        } else {
            let demand = each * 2000.0 * (0.6 + 0.8 * r.next());
            let throughput = rates(&mut r, 2000.0, "tok/s");
            let eligible = if w % 3 == 0 { ", eligible: { region: [region0, region1, region2, region3] }" } else { "" };
            let _ = writeln!(
                y,
                "  serve{w}: {{ kind: inference, demand: {{ start: {demand:.0} tok/s, growth: 20 %/year }}, peak: 1.2, throughput: {{ {throughput} }}{eligible} }}"
            );
        }
    }
    y.push_str(
        "policy:\n  limits:\n    - { share: { by: vendor, of: spend, at_most: 45 % } }\n    - { share: { by: cloud, of: spend, at_most: 30 %, per: year } }\n    - { power: { at_most: 2 GW } }\n",
    );
    y
}
