//! Sites with their PUE and carbon intensity, limits on what is emitted and shares of it. Models solved by hand, the
//! arithmetic beside each.

use polysource::plan::{CostKind, Plan};
use polysource::{Detail, SolveSettings, solve};

use crate::common::{close, close_within, costs, input_beside, model, program, solved};

/// A hundred chips of 1 kW for two days, 4800 chip-hours: at the dirty site each draws 1.25 kW and emits 0.5 kg in an hour
/// for 1 USD, at the clean one 0.1 kg for 3 USD.
const HEAD: &str = "
polysource: 1
horizon: { start: 2026-01-01, periods: 2, step: day }
chips: { gpu: { vendor: nvidia, power: 1 kW } }
clouds: { aws: { owner: amazon } }
";
const SITES: &str = "
sites:
  dirty: { pue: 1.25, carbon: 400 g/kWh }
  clean: { carbon: 100 kg/MWh }
";
const OFFERS: &str = "
offers:
  d: { chip: gpu, cloud: aws, site: dirty, price: 1 }
  c: { chip: gpu, cloud: aws, site: clean, price: 3 }
";
const CHAT: &str = "
workloads:
  chat: { kind: inference, demand: 100 req/h, throughput: { gpu: 1 req/h } }
";

fn text(limit: &str) -> String {
    format!("{HEAD}{SITES}{OFFERS}{CHAT}policy: {{ limits: [ {limit} ] }}\n")
}

fn limited(limit: &str) -> Plan {
    solved(&text(limit))
}

/// Of 4800 chip-hours d are dirty: 0.5 d + 0.1 (4800 - d) = 1440 at d = 2400, which costs 2400 + 3 x 2400. A kg more lets
/// 2.5 of them be dirty, 2 USD cheaper each.
#[test]
fn a_cap_moves_work_to_a_cleaner_site() {
    for cap in ["1440 kg", "1.44 t", "1440"] {
        let plan = limited(&format!("{{ carbon: {{ at_most: {cap} }} }}"));
        costs(&plan, 9600.0);
        let limit = plan.limits.iter().find(|l| l.kind == "carbon").unwrap();
        close(limit.activity, 1440.0);
        close(limit.limit, 1440.0);
        close(limit.shadow_price.unwrap(), -5.0);
        assert_eq!(limit.unit, "kg");
        assert!(limit.sentence.starts_with("The carbon is at its maximum of 1.44 t"), "{}", limit.sentence);
    }
    // The price holds from all clean to all dirty.
    let settings = SolveSettings { detail: Detail::Ranges, ..SolveSettings::default() };
    let plan = solve(&model(&text("{ carbon: { at_most: 1440 kg } }")), &settings).unwrap();
    let limit = plan.limits.iter().find(|l| l.kind == "carbon").unwrap();
    close_within(1e-3, limit.holds_from.unwrap(), 480.0);
    close_within(1e-3, limit.holds_to.unwrap(), 2400.0);
    // All of it dirty is 2400 kg, all of it clean 480.
    costs(&limited("{ carbon: { at_most: 2400 kg } }"), 4800.0);
    costs(&limited("{ carbon: { at_most: 480 kg } }"), 14_400.0);
    // Of some offers alone: 480 kg at the dirty site are 960 chip-hours.
    costs(&limited("{ carbon: { where: { site: dirty }, at_most: 480 kg } }"), 960.0 + 3.0 * 3840.0);
    // On the first day alone: 0.5 d + 0.1 (2400 - d) = 720 at d = 1200.
    costs(&limited("{ carbon: { at_most: 720 kg, during: 2026-01-01 } }"), 1200.0 + 3600.0 + 2400.0);
}

/// A kg less costs 5 USD: at 4 the 960 kg too much are paid, at 6 they are not emitted.
#[test]
fn a_cap_may_be_exceeded_at_a_price_of_mass() {
    for soft in ["4 USD/kg", "4000 USD/t", "4M USD/kt", "4"] {
        let plan = limited(&format!("{{ carbon: {{ at_most: 1440 kg }}, soft: {soft} }}"));
        costs(&plan, 4800.0 + 4.0 * 960.0);
        let lines = &plan.cost.as_ref().unwrap().lines;
        close(lines.iter().filter(|l| l.kind == CostKind::Soft).map(|l| l.cost).sum(), 3840.0);
    }
    costs(&limited("{ carbon: { at_most: 1440 kg, soft: 6000 USD/t } }"), 9600.0);
    // A floor in kg: 0 clean of 2400 are 1200 less than a half. A clean chip-hour costs 2 USD more and brings 0.1 kg of its
    // own and 0.2 of the half, so that at 1 USD/kg none is bought.
    let floor =
        |soft: &str| format!("{{ floor: {{ where: {{ site: clean }}, of: carbon, at_least: 50 % }}, soft: {soft} }}");
    costs(&limited(&floor("1000 USD/t")), 4800.0 + 1200.0);
    costs(&limited(&floor("7000 USD/t")), 12_800.0);
}

/// In 2027 the dirty site emits 0.5 kg in an hour of a chip, 438 t in all, and from 2028 on 0.25, 219.6 t.
#[test]
fn by_the_year_and_over_time() {
    let years = "horizon: { start: 2027, periods: 2, step: year }\n";
    let sites =
        "sites: { dirty: { pue: 1.25, carbon: { 2027: 400 g/kWh, 2028: 200 g/kWh } }, clean: { carbon: 0.1 } }\n";
    let of = |limit: &str| {
        let head = HEAD.replace("horizon: { start: 2026-01-01, periods: 2, step: day }\n", years);
        solved(&format!("{head}{sites}{OFFERS}{CHAT}policy: {{ limits: [ {limit} ] }}\n"))
    };
    // 262.8 t is a half of 2027 clean, and more than 2028 needs.
    let plan = of("{ carbon: { at_most: 262.8 t, per: year } }");
    costs(&plan, 2.0 * 876_000.0 + 878_400.0);
    let told: Vec<_> = plan.limits.iter().filter(|l| l.kind == "carbon").collect();
    assert_eq!(told.len(), 2);
    close(told[0].activity, 262_800.0);
    close(told[1].activity, 219_600.0);
    assert_eq!((told[0].binding, told[1].binding), (true, false));
    // Over both years the 132 t too much are saved where that costs least: 0.4 kg in an hour of 2027.
    costs(&of("{ carbon: { at_most: 525.6 t } }"), 876_000.0 + 878_400.0 + 2.0 * 330_000.0);
}

#[test]
fn shares_of_carbon() {
    // 0.5 d = 0.1 c: one dirty chip-hour for five clean ones.
    let half = "share: { where: { site: dirty }, of: carbon, at_most: 50 % }";
    let plan = limited(&format!("{{ {half} }}"));
    costs(&plan, 800.0 + 12_000.0);
    costs(&limited("{ floor: { where: { site: clean }, of: carbon, at_least: 50 % } }"), 12_800.0);
    costs(&limited("{ suppliers: { by: site, of: carbon, at_least: 2, each_at_least: 50 % } }"), 12_800.0);
    let table = plan.exposure.iter().find(|e| e.by == "site" && e.of == "carbon").unwrap();
    let told: Vec<_> = table.groups.iter().map(|g| (g.group.as_str(), g.amount.round(), g.share)).collect();
    assert_eq!(told.iter().map(|g| g.1).collect::<Vec<_>>(), [400.0, 400.0]);
    close(told[0].2, 0.5);
    // For one of two workloads alone: of chat's 2880 chip-hours 480 are dirty, and all 1920 of the other.
    let both = "
workloads:
  chat: { kind: inference, demand: 60 req/h, throughput: { gpu: 1 req/h } }
  side: { kind: inference, demand: 40 req/h, throughput: { gpu: 1 req/h }, eligible: { site: dirty } }
";
    let share = half.replace("of: carbon", "of: carbon, for: { workload: chat }");
    costs(
        &solved(&format!("{HEAD}{SITES}{OFFERS}{both}policy: {{ limits: [ {{ {share} }} ] }}\n")),
        480.0 + 7200.0 + 1920.0,
    );
}

/// Without an intensity, or without power, there is no table of carbon.
#[test]
fn nothing_is_told_of_what_is_not_known() {
    for sites in ["", "sites: { dirty: { pue: 1.25, carbon: 400 g/kWh } }\n", "sites: { dirty: {}, clean: {} }\n"] {
        let plan = solved(&format!("{HEAD}{sites}{OFFERS}{CHAT}"));
        costs(&plan, 4800.0);
        assert!(plan.exposure.iter().all(|e| e.of != "carbon") && plan.exposure.iter().any(|e| e.of == "power"));
    }
}

/// A dirty chip draws 1.25 kW, a clean one 1: 1.25 d + c = 110 with d + c = 100 at d = 40.
#[test]
fn pue_multiplies_power_wherever_it_counts() {
    let forty = 48.0 * (40.0 + 3.0 * 60.0);
    costs(&limited("{ power: { at_most: 110 kW } }"), forty);
    let pool = "pools: { hall: { power: 50 kW, offers: { site: dirty } } }\n";
    costs(&solved(&format!("{HEAD}{SITES}{OFFERS}{CHAT}{pool}")), forty);
    // 1.25 d = c.
    let plan = limited("{ share: { where: { site: dirty }, of: power, at_most: 50 % } }");
    costs(&plan, 48.0 * (400.0 / 9.0 + 3.0 * 500.0 / 9.0));
}

/// Nothing can be held at the dirty site before its intensity is known: 240 kg of the first day are clean, of the second
/// 0.5 d + 0.1 (2400 - d) = 600 at d = 900.
#[test]
fn what_cannot_be_held_need_not_be_known() {
    let sites = "sites: { dirty: { pue: 1.25, carbon: { 2026-01-02: 400 g/kWh } }, clean: { carbon: 0.1 } }\n";
    let offers = OFFERS.replace("price: 1 }", "price: 1, lead: 1 period }");
    let plan =
        solved(&format!("{HEAD}{sites}{offers}{CHAT}policy: {{ limits: [ {{ carbon: {{ at_most: 840 kg }} }} ] }}\n"));
    costs(&plan, 7200.0 + 900.0 + 4500.0);
    assert!(plan.exposure.iter().any(|e| e.of == "carbon"));
}

/// Chips that are bought emit until they are sold: held for two days of three, 50 chips emit 50 x 48 x 0.5 = 1200 kg.
#[test]
fn what_is_sold_emits_no_more() {
    let offers = "
offers:
  b: { chip: gpu, cloud: aws, site: dirty, term: { owned: { capex: 24, life: 3 days, residual: { 1 day: 50 % }, resale: from 1 day } } }
  c: { chip: gpu, cloud: aws, site: clean, price: 10 }
workloads:
  chat: { kind: inference, demand: [50 req/h, 50 req/h, 0 req/h], throughput: { gpu: 1 req/h } }
";
    let head = HEAD.replace("periods: 2", "periods: 3");
    let of = |kg: u32| {
        solved(&format!("{head}{SITES}{offers}policy: {{ limits: [ {{ carbon: {{ at_most: {kg} kg }} }} ] }}\n"))
    };
    let plan = of(1200);
    let free = solved(&format!("{head}{SITES}{offers}"));
    close(plan.cost.as_ref().unwrap().total, free.cost.as_ref().unwrap().total);
    close(plan.limits.iter().find(|l| l.kind == "carbon").unwrap().activity, 1200.0);
    // Half of them: 600 kg, and 50 clean ones less 0.1 kg each where the others were.
    assert!(of(1199).cost.unwrap().total > plan.cost.unwrap().total + 1.0);
}

/// On the second day the dirty site emits 0.75 kg (coal) or 0.25 kg (wind) in an hour of a chip, as likely. All dirty are
/// expected 2400 kg. Saving is cheapest with coal, 0.65 kg for 2 USD: all 2400 chip-hours of that day, expected 780 kg and
/// 2400 USD; the other 180 kg are saved on the first day, 450 chip-hours for 900 USD. A kg less costs 5 there.
#[test]
fn what_is_expected_to_be_emitted() {
    let uncertain = |limit: &str| {
        format!(
            "{}
uncertainty:
  factors:
    grid:
      known: 2026-01-02
      outcomes:
        coal: {{ probability: 50 %, set: {{ sites.dirty.carbon: 600 g/kWh }} }}
        wind: {{ probability: 50 %, vary: [ {{ path: sites.dirty.carbon, scale: 0.5 }} ] }}
",
            text(limit)
        )
    };
    let plan =
        solve(&model(&uncertain("{ carbon: { at_most: 1440 kg, in: expected } }")), &SolveSettings::default()).unwrap();
    assert!(plan.certificate.verified, "{:?}", plan.notes);
    close(plan.uncertainty.as_deref().unwrap().expected, 4800.0 + 2400.0 + 900.0);
    let limit = plan.limits.iter().find(|l| l.kind == "carbon").unwrap();
    close(limit.activity, 1440.0);
    close(limit.shadow_price.unwrap(), -5.0);
    // In each of them: with wind 1800 kg, of which 360 are saved on the first day, 900 chip-hours, since they count with
    // coal too: of its 3000 kg another 1200 are saved on the second, at 0.65 in a chip-hour.
    let plan = solve(&model(&uncertain("{ carbon: { at_most: 1440 kg } }")), &SolveSettings::default()).unwrap();
    assert!(plan.certificate.verified, "{:?}", plan.notes);
    close(plan.uncertainty.as_deref().unwrap().expected, 4800.0 + 1800.0 + 0.5 * 2.0 * 1200.0 / 0.65);
}

/// More carbon than any plan can do without: all clean is 480 kg, and `explain` says so.
#[test]
fn a_cap_that_cannot_be_kept_is_explained() {
    let (folder, _) = input_beside(&text("{ name: air, carbon: { at_most: 400 kg } }"), "none", None);
    let file = folder.path().join("model.yaml");
    let run = |arguments: &[&str]| {
        let output = program().args(arguments).arg(&file).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let told = run(&["explain"]);
    assert!(told.contains("carbon is at most 400 kg") && told.contains("480 kg"), "{told}");
    let told = run(&["frontier", "--against", "largest:site:carbon", "--points", "3"]);
    assert!(told.is_empty(), "{told}");
}

/// Frontiers, sweeps and curves of what is emitted, and of what a kWh emits.
#[test]
fn the_verbs_know_carbon() {
    let (folder, _) = input_beside(&text("{ name: air, carbon: { at_most: 1440 kg } }"), "none", None);
    let file = folder.path().join("model.yaml");
    let run = |verb: &str, arguments: &[&str]| {
        let output = program().arg(verb).arg(&file).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    // At 200 g/kWh a dirty chip-hour emits 0.25 kg: 1200 kg in all. At 1 kg/kWh, 1.25: 1.15 d = 960.
    let vary = ["--vary", "sites.dirty.carbon=0.2,0.4,1", "--format", "csv"];
    let told = run("sweep", &vary);
    let dear = format!("{:.3}", 14_400.0 - 2.0 * 960.0 / 1.15);
    assert!(["4800", "9600", &dear[..6]].iter().all(|cost| told.contains(cost)), "{told}");
    let told =
        run("sweep", &["--vary", "sites.dirty.pue=1,1.25", "--columns", "share(site:dirty:carbon)", "--format", "csv"]);
    // Of 1440 kg 1200 are dirty at a PUE of 1.25; at 1, 0.4 d + 0.1 (4800 - d) = 1440 at d = 3200, 1280 kg.
    assert!(told.contains("0.8333333") && told.contains("0.8888888"), "{told}");
    // Evenly spread, to a millionth, each site emits 400 kg at 12,800 USD.
    let told = run("frontier", &["--against", "largest:site:carbon", "--points", "3", "--format", "csv"]);
    assert!(told.contains("12799.99") && told.contains(",9600,"), "{told}");
    let told = run("curve", &["--vary", "sites.dirty.carbon=200 g/kWh..800 g/kWh"]);
    assert!(told.contains("from 200 to 800 g/kWh"), "{told}");
    let told = run("alternatives", &["--of", "carbon", "--by", "vendor"]);
    assert!(told.contains("carbon"), "{told}");
    let told = run("solve", &["--format", "tables"]);
    assert!(told.contains("1.44 t"), "{told}");
    assert!(told.contains("Carbon by site") && told.contains("1.2 t") && told.contains("1.44 t in all."), "{told}");
}
