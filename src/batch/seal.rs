//! What manifests, journals and chunks are known by.

use sha2::{Digest, Sha256};

use crate::engine::EngineChoice;

/// The version of this program as manifests and journals have it.
pub(super) fn program() -> String {
    let highs = if EngineChoice::ALL.contains(&EngineChoice::Highs) { "+highs" } else { "" };
    format!("{}{highs}", env!("CARGO_PKG_VERSION"))
}

/// SHA-256 of bytes.
pub(super) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
