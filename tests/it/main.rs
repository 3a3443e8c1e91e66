//! The tests of the library and of the program, in one binary: linking the program once takes seconds, and fifty times
//! took longer than what was tested.
//!
//! Beside it stand `readme`, which runs what `cargo test` builds, `fuzz`, which measures the memory of its process, and
//! `layering` and `repository`, which read files and are linked with nothing. No test here may change what belongs to
//! the process: environment variables, the current folder, what is done with signals, a global subscriber.

mod commitments;
mod common;

mod alternatives;
mod backtest;
mod balances;
mod baseline;
mod browser;
mod by_hand;
mod cancel;
mod carbon;
mod clauses;
mod cli_alternatives;
mod cli_check;
mod cli_curves;
mod cli_diff;
mod cli_files;
mod cli_hostile;
mod cli_import;
mod cli_report;
mod cli_schema;
mod cli_solve;
mod cli_stress;
mod cli_sweep;
mod clock;
mod conformance;
mod currencies;
mod curve;
mod decisions;
mod dependency;
mod diagnostics;
mod editor;
mod energy;
mod evaluation_chunks;
mod exchange;
mod explain;
mod families;
mod focus;
mod frontier;
mod futures_limits;
mod futures_pictures;
mod futures_purposes;
mod futures_verbs;
mod gate;
mod golden;
mod holdings;
mod hostile;
mod identity;
mod import_solution;
mod kinks;
mod lands_sampled;
mod mcp;
mod metamorphic;
mod mistakes;
mod mixtures;
mod models;
mod money;
mod named_entries;
mod natural_mistakes;
mod offers_table;
mod owned;
#[cfg(feature = "parquet")]
mod parquet;
mod periods;
mod prefer;
mod price_of_use;
mod purpose;
mod random_decisions;
mod random_dependency;
mod random_exports;
mod random_models;
mod random_prices;
mod ranges;
mod replan;
mod replication_chunks;
mod report_formats;
mod report_sums;
mod reprice;
mod samples;
mod serve;
mod shards;
mod smps;
#[cfg(feature = "xlsx")]
mod spreadsheet;
mod study;
mod submit;
mod supply;
mod sweep;
mod ten_thousand;
mod uncertainty;
mod words;
