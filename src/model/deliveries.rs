//! Interprets requirements to survive the loss of deliveries, of what stands upstream.

use super::ids::{IdVec, OfferSet, UpstreamId};
use super::policy::Parts;
use super::reader::Reader;
use super::types::{Loss, Survive, Upstream, Workload};
use crate::diagnostics::{Code, Place, suggest};
use crate::document::{self as doc, Criterion, Selector};

/// Whether deliveries are lost and not machines, as written; and whether what is lost is such.
pub(super) fn is_of_deliveries(reader: &mut Reader<'_>, written: &doc::Survive) -> Option<bool> {
    let deliveries = match &written.effect {
        None => false,
        Some(word) => {
            let known = ["machines", "deliveries"];
            if !known.contains(&word.text.as_str()) {
                let message = format!("`{}` is not an effect", word.text);
                reader.error(Code::UnknownWord, word.place, message, suggest(&word.text, known));
                return None;
            }
            word.text == "deliveries"
        }
    };
    let of = written.loss_of.as_ref()?;
    if let Some(criterion) = of_supply(of).filter(|_| !deliveries) {
        upstream_takes_no_machines(reader, criterion.key.place, "add `effect: deliveries`");
        return None;
    }
    if let (Some(word), None) = (&written.effect, of_supply(of))
        && deliveries
    {
        let message = "only the loss of a supplier upstream stops deliveries";
        reader.error(Code::Contradiction, word.place, message, "write `loss_of: { each: supply }`, or remove `effect`");
        return None;
    }
    Some(deliveries)
}

/// What of a selector stands upstream: a name in `supply`, or each of them.
pub(super) fn of_supply(selector: &Selector) -> Option<&Criterion> {
    let each = |c: &&Criterion| c.key.text == "each" && c.patterns.iter().any(|p| p.text == "supply");
    selector.all_of.iter().find(|c| c.key.text == "supply" || each(c))
}

/// Reports that no machine is lost where what stands upstream is.
pub(super) fn upstream_takes_no_machines(reader: &mut Reader<'_>, place: Place, remedy: &str) {
    let message = "losing a supplier upstream stops deliveries, not running machines";
    reader.error(Code::Contradiction, place, message, remedy);
}

/// Deliveries that are lost: of each supplier upstream, or of those that a selector names.
pub(super) fn upstream_losses(
    reader: &mut Reader<'_>,
    written: &doc::Survive,
    (selector, from): (&Selector, Option<usize>),
    parts: &Parts<'_>,
    supply: &IdVec<UpstreamId, Upstream>,
) -> Option<Vec<Loss>> {
    let criterion = of_supply(selector)?;
    if reader.calendar.is_steady() {
        reader.no_horizon(criterion.key.place);
        return None;
    }
    if selector.all_of.len() > 1 || from.is_some() {
        let remedy = "write `loss_of: { each: supply }` or `loss_of: { supply: tsmc }`, and dates in `during`";
        reader.error(
            Code::Contradiction,
            selector.place,
            "lost deliveries are those of a whole supplier upstream",
            remedy,
        );
        return None;
    }
    if let Some(surge) = &written.surge {
        let message = "a surge needs new capacity, and none is delivered";
        reader.error(Code::Contradiction, surge.place, message, "remove `surge`");
        return None;
    }
    let each = criterion.key.text == "each";
    let picked: Vec<(UpstreamId, &Upstream)> =
        supply.with_ids().filter(|(_, own)| each || criterion.picks(std::iter::once(&own.id))).collect();
    if picked.is_empty() {
        let known: Vec<&str> = supply.iter().map(|own| own.id.as_str()).collect();
        let remedy = criterion.patterns.first().map_or(String::new(), |p| suggest(&p.text, known));
        reader.error(Code::EmptySelection, selector.place, "this selector picks nothing of `supply`", remedy);
        return None;
    }
    let depends = |own: &Upstream| own.machines.iter().flat_map(|m| m.offers.clone()).collect::<Vec<_>>();
    let loss = |(id, own): (UpstreamId, &Upstream)| Loss {
        by: "supply".to_owned(),
        group: own.id.clone(),
        offers: OfferSet::listed(parts.offers.offers.len(), depends(own)),
        upstream: Some(id),
    };
    Some(picked.into_iter().map(loss).collect())
}

/// Where deliveries are lost, whoever runs on what depends on them is served or gives way: nobody keeps chips of which
/// it is not known whether they come.
pub(super) fn keeps_nothing(
    reader: &mut Reader<'_>,
    written: &doc::Survive,
    survive: &Survive,
    parts: &Parts<'_>,
) -> bool {
    let runs =
        |w: &Workload| w.eligible.iter().any(|&o| survive.losses.iter().any(|l| l.upstream.is_some() && l.offers[o]));
    let all = parts.workloads.with_ids();
    let kept =
        all.into_iter().find(|(w, own)| !survive.response.serve[*w] && !survive.response.preempt[*w] && runs(own));
    if let Some((_, workload)) = kept {
        let message = format!(
            "`{}` may run on chips that are not delivered, but is neither to be served nor to give way",
            workload.id
        );
        let remedy = format!("add `preempt: {{ workload: {} }}`, or name it in `for`", workload.id);
        reader.error(Code::MissingKey, written.place, message, remedy);
    }
    kept.is_none()
}
