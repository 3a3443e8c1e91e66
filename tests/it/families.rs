//! Nothing of a family of limits is forgotten: what a test cannot do without a file of the family's own is asked for
//! here, by the families that the model has.

use std::fs;
use std::path::{Path, PathBuf};

use polysource::model::LimitKind;

fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// All files of a kind below a folder, one behind the other.
fn all(folder: &str, kind: &str) -> String {
    let mut folders: Vec<PathBuf> = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == kind) {
                texts.push(fs::read_to_string(&path).unwrap());
            }
        }
    }
    texts.concat()
}

#[test]
fn every_family_has_all_that_belongs_to_it() {
    let sources = all("tests", "rs");
    let wrong = all("tests/diagnostics", "yaml");
    let (template, schema) = (file("src/cli/template.yaml"), file("schema/model.schema.json"));
    let audit = file("src/analysis/solving/audited.rs");
    let mut forgotten = Vec::new();
    for word in LimitKind::WORDS {
        let key = format!("{word}: {{");
        let mut asks = |what: &str, there: bool| {
            if !there {
                forgotten.push(format!("{word}: {what}"));
            }
        };
        asks("no key in the schema", schema.contains(&format!("\"{word}\"")));
        asks("no line in the template of `init`", template.contains(&key));
        asks("no golden program", Path::new("tests/golden").join(format!("{word}.lp")).exists());
        asks("no wrong file", wrong.contains(&key));
        asks("not in the model of the audit's test", audit.contains(&key));
        asks("in no test at all but one", sources.matches(&key).count() > 1);
    }
    assert!(forgotten.is_empty(), "{}", forgotten.join("\n"));
}
