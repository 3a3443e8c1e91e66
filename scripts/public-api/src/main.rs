//! Lists the public items of a crate from what rustdoc says of it as JSON, one a line.

use std::env;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("give the path of rustdoc's JSON")?;
    let api = public_api::Builder::from_rustdoc_json(path)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()?;
    api.items().for_each(|item| println!("{item}"));
    Ok(())
}
