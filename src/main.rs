//! The command line of `polysource`.
fn main() {}
