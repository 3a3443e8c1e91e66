//! What is lost in rows of a bill that used chips and are not understood: how much, and whether that is too much.

use std::collections::BTreeSet;

use crate::units::human;

/// Chip-hours and money, of rows that were read or of rows that were lost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Amount {
    /// How many rows.
    pub rows: usize,
    /// Chip-hours, as far as the rows say them.
    pub chip_hours: f64,
    /// Money, as far as the rows say it.
    pub money: f64,
}

impl Amount {
    /// Adds a row. A correction takes as much away as it says, and is as much to lose.
    pub(super) fn add(&mut self, chip_hours: Option<f64>, money: Option<f64>) {
        self.rows += 1;
        self.chip_hours += chip_hours.unwrap_or(0.0).abs();
        self.money += money.unwrap_or(0.0).abs();
    }
}

/// What rows that used chips are worth: of those that were understood and of those that were not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// Of rows that were understood.
    pub read: Amount,
    /// Of rows that were lost for want of understanding.
    pub lost: Amount,
    /// Lost rows whose chip-hours are not known.
    pub(super) unknown_hours: usize,
    /// The currencies of the bills.
    pub currencies: BTreeSet<String>,
}

impl Account {
    /// The largest part that is lost: of the chip-hours, or of the money. Of the rows where these tell neither.
    #[must_use]
    pub fn lost_part(&self) -> f64 {
        let part = |of: fn(&Amount) -> f64| {
            let whole = of(&self.read) + of(&self.lost);
            if whole > 0.0 { of(&self.lost) / whole } else { 0.0 }
        };
        let told = part(|a| a.chip_hours).max(part(|a| a.money));
        // Lost chips that nothing weighs are rows.
        let weighed = self.lost.money > 0.0 || self.unknown_hours == 0;
        if weighed { told } else { told.max(part(|a| a.rows as f64)) }
    }

    /// A sentence on what is lost; `None` if nothing is.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        if self.lost.rows == 0 {
            return None;
        }
        let share = |lost: f64, read: f64| format!("{}, {}", human::number(lost), percent(lost / (lost + read)));
        let mut parts = Vec::new();
        if self.lost.chip_hours > 0.0 {
            parts.push(format!("chip-hours: {}", share(self.lost.chip_hours, self.read.chip_hours)));
        }
        if self.unknown_hours > 0 {
            parts.push(format!("chip-hours not known of {}", human::count(self.unknown_hours, "row")));
        }
        if self.lost.money > 0.0 {
            let currency = self.currencies.iter().map(String::as_str).collect::<Vec<_>>().join(" and ");
            let currency = if currency.is_empty() { String::new() } else { format!(" ({currency})") };
            parts.push(format!("money{currency}: {}", share(self.lost.money, self.read.money)));
        }
        let parts = if parts.is_empty() { String::new() } else { format!("; {}", parts.join("; ")) };
        Some(format!(
            "lost: {} that used chips and {} not understood{parts}",
            human::count(self.lost.rows, "row"),
            are(self.lost.rows)
        ))
    }
}

fn are(n: usize) -> &'static str {
    if n == 1 { "is" } else { "are" }
}

fn percent(part: f64) -> String {
    format!("{} %", human::number((part * 10_000.0).round() / 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_larger_part_counts() {
        let read = Amount { rows: 9, chip_hours: 900.0, money: 99.0 };
        let lost = Amount { rows: 1, chip_hours: 100.0, money: 1.0 };
        let account = Account { read, lost, currencies: BTreeSet::from(["USD".to_owned()]), ..Account::default() };
        // 100 of 1000 chip-hours and 1 of 100.
        assert!((account.lost_part() - 0.1).abs() < 1e-12);
        assert_eq!(
            account.sentence().unwrap(),
            "lost: 1 row that used chips and is not understood; chip-hours: 100, 10 %; money (USD): 1, 1 %"
        );
        let lost = Amount { rows: 1, chip_hours: 0.0, money: 11.0 };
        let dear = Account { lost, unknown_hours: 1, ..account.clone() };
        assert!((dear.lost_part() - 0.1).abs() < 1e-12, "11 of 110");
        let lost = Amount { rows: 1, ..Amount::default() };
        let unknown = Account { lost, unknown_hours: 1, ..account.clone() };
        assert!((unknown.lost_part() - 0.1).abs() < 1e-12, "1 of 10 rows");
        let nothing = Account { lost: Amount::default(), ..account };
        assert_eq!((nothing.lost_part(), nothing.sentence()), (0.0, None));
    }
}
