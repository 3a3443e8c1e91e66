//! What waiting with a contract is worth, in a sentence that says no more than was proved.

use crate::units::human::money;

/// What waiting with a contract is worth, `open` being what the certificate leaves open of the cost.
pub(super) fn sentence(contract: &str, worth: Option<f64>, open: f64, currency: &str) -> String {
    let told = |x: f64| money(x, currency);
    match worth {
        None => format!("If `{contract}` is decided at the start, there is no plan, or none that was certified."),
        Some(0.0) => {
            format!("Waiting with `{contract}` is worth nothing here: deciding it at the start costs no more.")
        }
        Some(worth) if worth.abs() <= open => format!(
            "Waiting with `{contract}` is worth nothing that was proved: deciding it at the start costs at most {} more.",
            told(worth.max(0.0) + open)
        ),
        // Only where something else than the expected cost is minimized.
        Some(worth) if worth < 0.0 => format!(
            "Waiting with `{contract}` is worth nothing in expected cost: a plan that decides it at the start is expected to cost {} less, but is not the one asked for.",
            told(-worth)
        ),
        Some(worth) => format!(
            "Waiting with `{contract}` is worth {}: decided at the start, the plan is expected to cost so much more.",
            told(worth)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_said_than_was_proved() {
        let told = |worth| sentence("deal", worth, 2e6, "USD");
        assert_eq!(
            told(Some(0.0)),
            "Waiting with `deal` is worth nothing here: deciding it at the start costs no more."
        );
        assert!(told(Some(5e6)).starts_with("Waiting with `deal` is worth 5M USD:"));
        // Below what is open both costs may be either way: 1M more as found, and the plan may be 2M above the least.
        for (worth, most) in [(1e6, "3M USD"), (-1e6, "2M USD")] {
            let told = told(Some(worth));
            assert!(told.contains("worth nothing that was proved") && told.contains(most), "{told}");
        }
        assert!(told(Some(-5e6)).contains("5M USD less"));
        assert!(told(None).contains("there is no plan"));
    }
}
