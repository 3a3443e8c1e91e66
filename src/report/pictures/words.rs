//! Names of inputs and limits in the words of a reader who has not seen the model file.

use crate::plan::LimitResult;

/// What varies in words: `offers{vendor: amazon}.price` is the price of vendor `amazon`.
pub(in crate::report) fn plainly(parameter: &str) -> String {
    let whole = || format!("`{parameter}`");
    if let Some((section, rest)) = parameter.split_once('{') {
        let Some((inside, field)) = rest.rsplit_once("}.") else { return whole() };
        let field = field.replace('_', " ");
        return match (section, inside.split_once(": ")) {
            ("offers" | "workloads", Some((key, value))) if !inside.contains(['[', ',', '{']) => {
                format!("{field} of {key} `{value}`")
            }
            _ => format!("{field} of {section} with `{inside}`"),
        };
    }
    match parameter.split('.').collect::<Vec<_>>().as_slice() {
        ["offers" | "workloads" | "contracts" | "chips", id, field] => {
            format!("{} of `{id}`", field.replace('_', " "))
        }
        ["policy", "limits", id, ..] => format!("limit `{id}`"),
        _ => whole(),
    }
}

/// A limit's sentence without the line of the model, which stands with the evidence, and without selectors.
pub(in crate::report) fn sentence(limit: &LimitResult) -> String {
    limit.sentence.replacen(&format!(" (line {})", limit.line), "", 1)
}

#[cfg(test)]
mod tests {
    use super::plainly;

    #[test]
    fn inputs_in_words() {
        for (parameter, words) in [
            ("offers{vendor: amazon}.price", "price of vendor `amazon`"),
            ("offers.aws-h100.price", "price of `aws-h100`"),
            ("workloads.chat.demand", "demand of `chat`"),
            ("discount_rate", "`discount_rate`"),
            ("offers{vendor: [a, b]}.price", "price of offers with `vendor: [a, b]`"),
        ] {
            assert_eq!(plainly(parameter), words);
        }
    }
}
