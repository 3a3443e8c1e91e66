//! What is drawn of a plan for several futures: the tree, the fan of chips held, and the plans side by side.

use polysource::analysis::dossier::Dossier;
use polysource::report::html::{svg_files, write_html};
use polysource::{SolveSettings, solve};

use crate::common::{example, model, program, text};

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
