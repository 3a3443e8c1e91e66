//! Interprets which of the plans that cost as little is preferred.

use crate::diagnostics::{Code, suggest};
use crate::document as doc;

use super::reader::Reader;
use super::types::Prefer;

/// The preference of the policy; `None` without one, or if it could not be read, which has been
/// reported.
pub(super) fn prefer(reader: &mut Reader<'_>, document: &doc::Document) -> Option<Prefer> {
    let written = document.policy.as_ref()?.prefer.as_ref()?;
    let Some(prefer) = Prefer::ALL.into_iter().find(|p| p.words() == written.text) else {
        let message = format!("`{}` is no preference", written.text);
        let remedy = suggest(&written.text, Prefer::ALL.map(Prefer::words));
        reader.error(Code::UnknownWord, written.place, message, remedy);
        return None;
    };
    if prefer == Prefer::LeastChange && document.baseline.as_ref().is_none_or(|b| b.lacks("file")) {
        reader.error(
            Code::MissingKey,
            written.place,
            "the least change is preferred, but the model has no `baseline` to change from",
            "add `baseline: { file: today.csv }` with what runs today",
        );
        return None;
    }
    if prefer == Prefer::Steady && reader.calendar.is_steady() {
        reader.no_horizon(written.place);
        return None;
    }
    Some(prefer)
}
