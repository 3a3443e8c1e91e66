//! The command line of `polysource`.

use std::process::ExitCode;

fn main() -> ExitCode {
    polysource::cli::main()
}
