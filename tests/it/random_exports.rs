//! Random models as files, for other solvers to read what is exported of them: `integrations/solvers/test.sh`.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::common::drawn::{Drawn, models};
use polysource::model::Model;

/// The model with deals that are signed, whose fees and funding are the constant of the objective; every third with one to
/// sign or not, and with whole blocks.
fn with_deals(drawn: &Drawn, number: usize) -> String {
    let mut text = Drawn { commit: None, ..drawn.clone() }.yaml(1.0, 1.0, usize::MAX);
    let (commit, discount) = drawn.commit.unwrap_or((500, 5));
    let money = 1.0 + f64::from(drawn.prices[0]) * 37.0;
    let mut deals = format!(
        "contracts:\n  signed: {{ covers: {{ cloud: aws }}, commit: {{ spend: {commit} }}, discount: {discount} %, fee: {money} }}\n"
    );
    if number.is_multiple_of(2) {
        let _ =
            writeln!(deals, "  funds: {{ covers: {{ cloud: gcp }}, funding: {:.3}, decision: signed }}", money / 3.0);
    }
    if number.is_multiple_of(3) {
        let _ = writeln!(
            deals,
            "  option: {{ covers: {{ vendor: amd }}, discount: 30 %, fee: {:.3}, decision: optional }}",
            money / 7.0
        );
        text = text.replacen("price: ", "block: 8, price: ", 1);
    }
    text.replacen("workloads:\n", &format!("{deals}workloads:\n"), 1)
}

/// Which of the kinds a number is of: as drawn, or with deals.
fn model(drawn: &Drawn, number: usize) -> String {
    if number % 5 == 4 { drawn.yaml(1.0, 1.0, usize::MAX) } else { with_deals(drawn, number) }
}

#[test]
fn the_models_are_right_and_of_every_kind() {
    let (mut constants, mut whole) = (0, 0);
    for (number, drawn) in models(60, 17).enumerate() {
        let text = model(&drawn, number);
        let model = Model::from_yaml_str(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
        let formulation = polysource::formulation::build(&model);
        constants += usize::from(formulation.program().offset() != 0.0);
        whole += usize::from(formulation.program().has_integers());
    }
    assert!(constants >= 40 && whole >= 12, "{constants} with a constant, {whole} with whole columns");
}

/// Writes as many models as `POLYSOURCE_EXPORTS_COUNT` says (200) into the folder `POLYSOURCE_EXPORTS`.
#[test]
#[ignore = "writes models for integrations/solvers/test.sh"]
fn write_models() {
    let folder = PathBuf::from(std::env::var("POLYSOURCE_EXPORTS").expect("the folder in POLYSOURCE_EXPORTS"));
    let count = std::env::var("POLYSOURCE_EXPORTS_COUNT").map_or(200, |n| n.parse().expect("a number"));
    for (number, drawn) in models(count, 17).enumerate() {
        std::fs::write(folder.join(format!("random-{number:03}.yaml")), model(&drawn, number)).unwrap();
    }
}
