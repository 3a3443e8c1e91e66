//! What the outages cost a plan: each one's loss and shock, their expectation, and the tail.

use super::situation::Situation;
use crate::engine::EngineError;
use crate::model::{Model, Outage, RiskTerm};
use crate::plan::{OutageResult, RiskResult, Schedule, paid, paid_for_use};

/// The outages of the policy over a schedule; `cost` is its discounted cost without risk.
///
/// # Errors
/// As the engine's, for the small programs that find what is lost.
pub fn risk(
    model: &Model,
    schedule: &Schedule,
    situation: &Situation<'_>,
    cost: f64,
) -> Result<Option<RiskResult>, EngineError> {
    if model.outages.is_empty() {
        return Ok(None);
    }
    let mut outages = Vec::new();
    for outage in &model.outages {
        let (loss, start) = loss(model, situation, outage)?;
        outages.push(OutageResult {
            outage: outage.id.clone(),
            probability: outage.probability,
            loss,
            shock: shock(model, schedule, outage),
            period: model.calendar.periods[start].label.clone(),
        });
    }
    let added: Vec<(f64, f64)> = outages.iter().map(|o| (o.loss + o.shock, o.probability)).collect();
    let expected = added.iter().map(|(x, p)| x * p).sum();
    let level = model.risk.cvar.map(|c| c.level);
    let cvar = level.map(|level| cost + conditional(&added, level));
    let weight = |term: Option<RiskTerm>| term.map_or(0.0, |t| t.weight);
    let weighed =
        weight(model.risk.cvar.map(|c| c.term)) * cvar.unwrap_or(0.0) + weight(model.risk.expected) * expected;
    Ok(Some(RiskResult { outages, expected_loss: expected, cvar, level, weighed }))
}

/// The largest discounted loss over the periods in which an outage may start, and that period.
fn loss(model: &Model, situation: &Situation<'_>, outage: &Outage) -> Result<(f64, usize), EngineError> {
    let mut worst = (0.0, outage.starts().next().unwrap_or(0));
    let Some(lost) = &outage.lost else { return Ok(worst) };
    if model.workloads.iter().all(|w| w.loss == 0.0) {
        return Ok(worst);
    }
    for s in outage.starts() {
        let money = situation.lost(lost, &outage.windows[s])?.0 * model.discount(s);
        if money > worst.0 {
            worst = (money, s);
        }
    }
    Ok(worst)
}

fn shock(model: &Model, schedule: &Schedule, outage: &Outage) -> f64 {
    let Some(shock) = &outage.shock else { return 0.0 };
    let discounted = |held| paid(model, held).iter().map(|p| model.discounted(p)).sum::<f64>();
    let held: f64 = schedule.held.iter().map(|h| shock[h.offer] * h.chips * discounted(h)).sum();
    let used = |u| model.discounted(&paid_for_use(model, u));
    held + schedule.used.iter().map(|u| shock[u.offer] * u.chips * used(u)).sum::<f64>()
}

/// Conditional value at risk: the mean of the worst (1 - level) of a distribution, given as amounts with their
/// probabilities, that is 0 with the probability left.
#[must_use]
pub(crate) fn conditional(added: &[(f64, f64)], level: f64) -> f64 {
    let nothing = 1.0 - added.iter().map(|(_, p)| p).sum::<f64>();
    let mut all: Vec<(f64, f64)> = added.to_vec();
    all.push((0.0, nothing.max(0.0)));
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut left = 1.0 - level;
    let mut sum = 0.0;
    for (x, p) in all {
        let part = p.min(left);
        sum += part * x;
        left -= part;
    }
    sum / (1.0 - level)
}

#[cfg(test)]
mod tests {
    use super::conditional;

    #[test]
    fn the_tail_of_a_distribution() {
        // 100 with 2 %, 40 with 8 %, otherwise 0: the worst 5 % are 2 % at 100 and 3 % at 40.
        let cases = [(100.0, 0.02), (40.0, 0.08)];
        let near = |level: f64, x: f64| assert!((conditional(&cases, level) - x).abs() < 1e-9, "{level}");
        near(0.95, (0.02 * 100.0 + 0.03 * 40.0) / 0.05);
        near(0.99, 100.0);
        near(0.0, 2.0 + 3.2);
        near(0.5, (2.0 + 3.2) / 0.5);
    }
}
