//! What every engine has to do, run over every engine that the build has: alone, where its own
//! answer is checked, and as the first of those that are tried until one passes the certificate.
//!
//! No case is taken from a collection: each is written out, or generated so that its answer is
//! known from how it was made.

mod changes;
mod integers;
mod known;
mod large;
mod limits;
mod own;
mod proofs;
mod random;
mod runs;
mod tampering;
mod vertices;
