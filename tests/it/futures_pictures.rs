//! What is drawn of a plan for several futures: the tree, the fan of chips held, and the plans side by side.

use polysource::analysis::dossier::Dossier;
use polysource::analysis::samples::{Replications, solve_sampled};
use polysource::report::html::{svg_files, write_html};
use polysource::{Detail, Plan, SolveSettings, solve};

use crate::common::{example, model, program, text};
use crate::samples::DRAWN;

/// Demand of each of so many outcomes at once, reserved for before: `known` in the second of two periods.
fn newsvendor(outcomes: usize, probabilities: bool) -> String {
    let chance = if probabilities { format!("probability: {}, ", 1.0 / outcomes as f64) } else { String::new() };
    let outcome =
        |i: usize| format!("        o{i}: {{ {chance}set: {{ workloads.chat.demand: {} req/h }} }}\n", 10 * (i + 1));
    let goal = if probabilities { "" } else { "objective: { regret: worst }\n" };
    format!(
        "polysource: 1
name: newsvendor
horizon: {{ start: 2026-01-01, periods: 1, step: hour }}
chips: {{ h100: {{ vendor: nvidia }} }}
clouds: {{ aws: {{ owner: amazon }} }}
offers:
  res: {{ chip: h100, cloud: aws, price: 0.6, term: {{ reserved: 1 h }}, notice: 1 period }}
  od: {{ chip: h100, cloud: aws, price: 1 }}
workloads:
  chat: {{ kind: inference, demand: 25 req/h, throughput: {{ h100: 1 req/h }} }}
{goal}uncertainty:
  factors:
    demand:
      known: 2026-01-01
      outcomes:
{}",
        (0..outcomes).map(outcome).collect::<String>()
    )
}

/// The pictures of a model's plan by their names, and its page.
fn drawn(yaml: &str) -> (Vec<(String, String)>, String) {
    let model = model(yaml);
    let dossier = Dossier::of(&model, solve(&model, &SolveSettings::default()).unwrap());
    let mut page = Vec::new();
    write_html(&dossier, &mut page).unwrap();
    (svg_files(&dossier), String::from_utf8(page).unwrap())
}

fn picture<'a>(all: &'a [(String, String)], name: &str) -> &'a str {
    let found = all.iter().find(|(file, _)| file == &format!("{name}.svg"));
    &found.unwrap_or_else(|| panic!("{name} is drawn")).1
}

/// The texts of an element, without what stands in elements inside it.
fn texts<'a>(svg: &'a str, element: &str) -> Vec<&'a str> {
    let open = format!("<{element}");
    let mut all = Vec::new();
    for part in svg.split(&open).skip(1) {
        let Some((_, rest)) = part.split_once('>') else { continue };
        all.push(rest.split('<').next().unwrap_or_default());
    }
    all
}

/// The comments of the example: 20k are reserved now, 10k rented in 2027, and nothing is decided when the news is in but
/// what is rented; both futures hold 10k, 20k and 20k chips.
#[test]
fn the_tutorial_is_drawn_as_worked_out() {
    let (all, page) = drawn(&example("trainium-late"));
    let tree = texts(picture(&all, "futures-tree"), "text");
    let at = |line: &str| tree.iter().position(|t| *t == line).unwrap_or_else(|| panic!("{line}: {tree:?}"));
    assert!(at("now, whatever comes") < at("reserve 20k blackwell-reserve from 2028 to 2029"));
    assert!(at("reserve 20k blackwell-reserve from 2028 to 2029") < at("2028: on-time, 70 %"));
    assert!(at("2028: on-time, 70 %") < at("2028: late, 30 %"));
    assert_eq!(tree.iter().filter(|t| **t == "costs 640.1M USD").count(), 2, "{tree:?}");

    let points: Vec<&str> = texts(picture(&all, "futures-chips"), "title").into_iter().skip(1).collect();
    assert_eq!(points, ["on-time, late, 2027: 10k", "on-time, late, 2028: 20k", "on-time, late, 2029: 20k"]);

    let bars: Vec<&str> = texts(picture(&all, "futures-cost"), "title").into_iter().skip(1).collect();
    let of = |future: &str, here: &str, base: &str, least: &str, best: &str| {
        [
            future.to_owned(),
            format!("{future}, here and now: {here}"),
            format!("{future}, planned for on-time: {base}"),
            format!("{future}, least regret: {least}"),
            format!("{future}, if it were known: {best}"),
        ]
    };
    let expected =
        [of("on-time", "640.1M", "569.9M", "621.4M", "569.9M"), of("late", "640.1M", "833.4M", "691.5M", "640.1M")]
            .concat();
    assert_eq!(bars, expected);
    // All three stand in the page, each with what it says for those who do not see it.
    for id in ["futures-tree", "futures-chips", "futures-cost"] {
        assert!(page.contains(&format!("aria-labelledby=\"{id}-title {id}-text\"")), "{id}");
        assert!(page.contains(&format!("<desc id=\"{id}-text\">")), "{id}");
    }
}

/// Futures that hold the same share a line, the others have one each: of 20 reserved, 10 and 20 hold all, 30 and 40 more.
#[test]
fn a_line_for_each_future() {
    let (all, _) = drawn(&newsvendor(4, true));
    let fan = picture(&all, "futures-chips");
    let points: Vec<&str> = texts(fan, "title").into_iter().skip(1).collect();
    let period = "2026-01-01T00";
    let expected = [("o0, o1", "20"), ("o2", "30"), ("o3", "40")].map(|(f, chips)| format!("{f}, {period}: {chips}"));
    assert_eq!(points, expected);
    assert!(fan.contains("from 20 to 40 chips"), "{fan}");
}

/// Of sixteen futures eight are told apart in the tree, and a sentence says what is left out; the fan has the quarters.
/// Demand is 10, 20 to 160; at 0.6 against 1 the reservation is the quantile 0.4, the seventh: 70 chips. So ten numbers of
/// chips are held, a quarter holds 70, half of what may come no more than 80, three quarters no more than 120.
#[test]
fn many_futures_are_told_together() {
    let (all, _) = drawn(&newsvendor(16, true));
    let tree = picture(&all, "futures-tree");
    let lines = texts(tree, "text");
    assert_eq!(lines.iter().filter(|l| l.starts_with("2026-01-01T00: o")).count(), 8, "{lines:?}");
    assert!(lines.contains(&"8 more outcomes, 50 %"), "{lines:?}");
    assert!(tree.contains("8 of 16 futures have no end of their own"), "{tree}");
    let points: Vec<&str> = texts(picture(&all, "futures-chips"), "title").into_iter().skip(1).collect();
    let values: Vec<&str> = points.iter().filter_map(|p| p.rsplit_once(": ").map(|(_, chips)| chips)).collect();
    assert_eq!(values, ["70", "70", "80", "120", "160"]);
    let bars = picture(&all, "futures-cost");
    assert!(bars.contains("7 futures that cost less are left out"), "{bars}");
    assert!(texts(bars, "title").contains(&"o15, here and now: 132"), "{bars}");
}

/// Without probabilities none are drawn.
#[test]
fn probabilities_that_nobody_gave_are_not_drawn() {
    let (all, page) = drawn(&newsvendor(4, false));
    let lines = texts(picture(&all, "futures-tree"), "text");
    assert!(lines.contains(&"2026-01-01T00: o2"), "{lines:?}");
    assert!(!page.contains("25 %"));
}

/// The pictures as files, from the command.
#[test]
fn the_pictures_are_files() {
    let folder = tempfile::tempdir().unwrap();
    let svg = folder.path().join("svg");
    let run = program()
        .args(["report", "models/trainium-late.yaml", "--plain", "--svg", svg.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", text(&run.stderr));
    let mut names: Vec<String> =
        std::fs::read_dir(svg).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["cost.svg", "futures-chips.svg", "futures-cost.svg", "futures-tree.svg", "tornado.svg"]);
    assert!(!text(&run.stdout).contains("side by side"), "only this plan was asked for");
}

/// The page and pictures of a plan for drawn futures, judged by so many further samples.
fn judged(yaml: &str, count: usize) -> (Plan, Vec<(String, String)>, String) {
    let model = model(yaml);
    let settings = SolveSettings { detail: Detail::Plan, ..SolveSettings::default() };
    let plan = solve_sampled(&model, &settings, Replications { count, confidence: 0.9 }).unwrap();
    let dossier = Dossier::of(&model, plan.clone());
    let mut page = Vec::new();
    write_html(&dossier, &mut page).unwrap();
    (plan, svg_files(&dossier), String::from_utf8(page).unwrap())
}

/// Twenty draws of a uniform demand, of a seed whose mean is outside of what further samples say.
fn twenty() -> String {
    DRAWN.replace("samples: 100", "samples: 20\n    sampling: plain\n    seed: 3")
}

/// Attributes of the circles of a class.
fn circles(svg: &str, class: &str) -> Vec<(f64, String)> {
    let marked = format!("class=\"{class}\"");
    let of = |part: &str| {
        let at = part.split_once("cx=\"").unwrap().1.split('"').next().unwrap().parse().unwrap();
        let title = part.split_once("<title>").unwrap().1.split('<').next().unwrap();
        (at, title.to_owned())
    };
    svg.split("<circle ").skip(1).filter(|part| part.split('>').next().unwrap().contains(&marked)).map(of).collect()
}

/// Every sample has its ring and its dot where its numbers say, on one scale with the ends of the interval.
#[test]
fn the_interval_is_drawn_with_its_samples() {
    let (plan, all, page) = judged(&twenty(), 6);
    let draws = crate::common::told(&plan).draws.clone().unwrap();
    let found = draws.interval.unwrap();
    let svg = picture(&all, "futures-interval");
    assert!(page.contains("aria-labelledby=\"futures-interval-title futures-interval-text\""));
    let (rings, dots) = (circles(svg, "k1 ring"), circles(svg, "ink"));
    assert_eq!((rings.len(), dots.len()), (6, 6));
    // The edges of the band are the ends of the interval: they give the scale.
    let band = svg
        .split("<rect ")
        .find(|r| r.split('>').next().unwrap().contains("class=\"track\"") && r.contains("the interval, 90 %</title>"));
    let number = |name: &str| -> f64 {
        band.unwrap().split_once(&format!("{name}=\"")).unwrap().1.split('"').next().unwrap().parse().unwrap()
    };
    let (lower, upper) = (found.lower.unwrap(), found.upper.unwrap());
    let place = |x: f64| number("x") + (x - lower) / (upper - lower) * number("width");
    for (i, s) in found.samples.iter().enumerate() {
        for (all, value, what) in [(&rings, s.bound, "best plan for a sample"), (&dots, s.cost, "this plan in it")] {
            let (at, title) = &all[i];
            assert!((at - place(value.unwrap())).abs() < 0.1, "{title}: {at} for {value:?}");
            let told = title.strip_prefix(&format!("sample {}, {what}: ", i + 1)).unwrap_or_else(|| panic!("{title}"));
            assert!((told.parse::<f64>().unwrap() - value.unwrap()).abs() < 0.1, "{title} for {value:?}");
        }
    }
    // Its ends are written as in the sentence, and the mean of its own draws is a line beside them.
    let texts = texts(svg, "text");
    let amounts: Vec<&str> = found.sentence.split(" USD").filter_map(|part| part.rsplit(' ').next()).take(2).collect();
    assert_eq!(amounts.iter().filter(|a| texts.contains(a)).count(), 2, "{amounts:?} in {texts:?}");
    assert!(texts.contains(&"mean of its own 20 drawn futures"), "{texts:?}");
}

/// Nowhere on the page does the mean of the draws stand as if it were the expected cost, and the interval comes first.
#[test]
fn an_estimate_is_never_the_only_number() {
    let (plan, _, page) = judged(&twenty(), 6);
    let u = crate::common::told(&plan);
    let found = u.draws.as_ref().unwrap().interval.as_ref().unwrap();
    let (_, body) = page.split_once("<body>").unwrap();
    let sentence = body.find(&found.sentence).expect("the sentence is there");
    let own = body.find("Over the 20 drawn futures that it was made for").unwrap();
    assert!(sentence < own);
    let key = body.split_once("<dd>").unwrap().1.split('<').next().unwrap();
    let ends: Vec<f64> = key.trim_end_matches(" USD").split(" USD to ").map(|end| end.parse().unwrap()).collect();
    assert!((ends[0] - found.lower.unwrap()).abs() < 0.05 && (ends[1] - found.upper.unwrap()).abs() < 0.05, "{key}");
    assert!(body.contains("<dt>expected cost, with 90 % confidence</dt>"));
    // Whatever says the amount says of what it is the mean; in the table of the cost its heading does.
    let amount = format!("{:.1} USD", u.expected);
    let pieces = body.split('<').filter_map(|piece| piece.split_once('>').map(|(_, text)| text.trim()));
    let sentences: Vec<&str> = pieces.filter(|text| text.contains(&amount) && *text != amount).collect();
    assert!(sentences.len() >= 3, "{sentences:?}");
    for text in sentences {
        assert!(text.contains("drawn future") || text.contains("own draws"), "{text}");
    }
    let cells = body.matches(&format!(">{amount}<")).count();
    assert!(cells >= 1 && body.contains("Expected cost over the 20 drawn futures"), "{cells}");
    assert!(body.contains("mean of 20 drawn futures"));
}

/// Without further samples the page says that its number is an estimate, and draws no interval.
#[test]
fn without_samples_a_mean_is_called_an_estimate() {
    let (all, page) = drawn(&twenty());
    assert!(page.contains("<dt>mean cost of 20 drawn futures, an estimate of the expected cost</dt>"));
    assert!(!all.iter().any(|(name, _)| name == "futures-interval.svg"));
}

/// Where a sample has no cost the interval has no upper end, in the picture neither.
#[test]
fn an_interval_without_an_upper_end_is_drawn_open() {
    let yaml = DRAWN.replace("price: 1 }", "price: 1, capacity: 30 }").replace("samples: 100", "samples: 10");
    let (plan, all, page) = judged(&yaml, 10);
    let found = crate::common::told(&plan).draws.clone().unwrap().interval.unwrap();
    assert!(found.not_followed > 0 && found.upper.is_none());
    let svg = picture(&all, "futures-interval");
    assert_eq!(circles(svg, "k1 ring").len(), 10);
    assert_eq!(circles(svg, "ink").len(), 10 - found.not_followed);
    assert!(texts(svg, "text").contains(&"no upper end"));
    assert!(svg.contains(&format!("In {} of 10 further samples this plan cannot be followed", found.not_followed)));
    assert!(page.contains("expected cost of the best plan, with 90 % confidence"), "{page}");
    assert!(page.contains("<dd>at least "));
}

/// Samples that all say the same are one number.
#[test]
fn samples_that_are_all_alike_are_drawn() {
    let (_, all, page) =
        judged(&DRAWN.replace("\"uniform(100, 200)\"", "[160]").replace("samples: 100", "samples: 2"), 3);
    let svg = picture(&all, "futures-interval");
    assert!(circles(svg, "ink").iter().all(|(at, _)| (at - 180.0).abs() < 1.0), "{svg}");
    assert!(page.contains("<dd>96 USD</dd>"), "{page}");
}

/// Where the dearest draws count for more, the interval is of what is minimized, and the mean of costs is no mark beside it.
#[test]
fn an_interval_of_a_weighted_cost_is_called_so() {
    let goal = "objective: { expected: 0.5, cvar: { level: 75 %, weight: 0.5 } }\nuncertainty:\n";
    let (_, all, page) = judged(&twenty().replace("uncertainty:\n", goal), 3);
    assert!(page.contains("<dt>weighted mean of expected cost and CVaR, with 90 % confidence</dt>"));
    let texts = texts(picture(&all, "futures-interval"), "text");
    assert!(texts.contains(&"weighted mean of expected cost and CVaR in USD"), "{texts:?}");
    assert!(!texts.iter().any(|t| t.starts_with("mean of its own")), "{texts:?}");
}
