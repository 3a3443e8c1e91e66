//! The rooms of `src` know what is before them and nothing after it, and in some no files know each other in a circle.
//!
//! Read from the text: every path that begins with `crate`, `super`, `self` or a module of the same file, in `use` and
//! anywhere else, without what is only compiled for tests. A name that a `mod.rs` passes on (`pub use`) counts as the
//! file that it comes from, so that a front door is no circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms in their order, and for each which of those before it it knows nothing of. A room may know all others that
/// stand before it, and none that stands after it.
const ROOMS: [(&str, &[&str]); 15] = [
    ("units", &[]),
    ("diagnostics", &["units"]),
    // A program has no meaning: `lp` and `engine` know no vendor.
    ("lp", &["units"]),
    ("document", &["lp"]),
    // Beside the document: foreign tables become text and records of ours.
    ("import", &["lp"]),
    ("model", &["import"]),
    ("formulation", &["import"]),
    ("engine", &["units", "diagnostics", "document", "import", "model", "formulation"]),
    // Accounts solve nothing.
    ("plan", &["import", "engine"]),
    ("resilience", &["import"]),
    ("analysis", &["import"]),
    ("compare", &["import", "engine"]),
    ("batch", &["import"]),
    ("report", &["import"]),
    ("cli", &[]),
];

/// The rooms in which no files may know each other in a circle.
const STRAIGHT: [&str; 3] = ["engine", "analysis", "cli"];

/// The circles of files that there still are in these rooms: each is to go, and none may come. A circle that has become
/// smaller or is gone fails the test as a new one does, so that the list is always what there is.
const CIRCLES: &[&[&str]] = &[];

/// A module: its file, the modules in it, and what it passes on under which name.
#[derive(Default)]
struct Module {
    file: PathBuf,
    children: BTreeSet<String>,
    passed_on: BTreeMap<String, Vec<String>>,
    /// Everything that it names, as paths from the root of the crate.
    named: BTreeSet<Vec<String>>,
}

type Modules = BTreeMap<Vec<String>, Module>;

/// The text without comments, strings and characters, and without items that are only compiled for tests.
fn code(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut i = 0;
    let ends = |i: usize, what: &str| chars[i..].iter().take(what.len()).copied().eq(what.chars());
    while i < chars.len() {
        let raw = (chars[i] == 'r' && !out.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
            .then(|| chars[i + 1..].iter().take_while(|c| **c == '#').count())
            .filter(|n| chars.get(i + 1 + n) == Some(&'"'));
        if ends(i, "//") {
            while i < chars.len() && chars[i] != '\n' {
                i += 1;
            }
        } else if ends(i, "/*") {
            while i < chars.len() && !ends(i, "*/") {
                i += 1;
            }
            i += 2;
        } else if let Some(hashes) = raw {
            let end = format!("\"{}", "#".repeat(hashes));
            i += 2 + hashes;
            while i < chars.len() && !ends(i, &end) {
                i += 1;
            }
            i += end.len();
            out.push_str("\"\"");
        } else if chars[i] == '"' {
            i += 1;
            while i < chars.len() && chars[i] != '"' {
                i += if chars[i] == '\\' { 2 } else { 1 };
            }
            i += 1;
            out.push_str("\"\"");
        } else if chars[i] == '\'' && (chars.get(i + 1) == Some(&'\\') || chars.get(i + 2) == Some(&'\'')) {
            // A character, not a lifetime.
            i += if chars[i + 1] == '\\' { 3 } else { 2 };
            while chars[i] != '\'' {
                i += 1;
            }
            i += 1;
        } else {
            out.push(chars[i]);
            i += 1;
        }
    }
    without_tests(&out)
}

/// Leaves out each item after `#[cfg(test)]`: up to its `;`, or to the end of its braces.
fn without_tests(text: &str) -> String {
    let Some(start) = text.find("#[cfg(test)]") else { return text.to_owned() };
    let (mut depth, mut end) = (0usize, text.len());
    for (i, c) in text[start..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if (c == '}' || c == ';') && depth == 0 {
            end = start + i + 1;
            break;
        }
    }
    format!("{}{}", &text[..start], without_tests(&text[end..]))
}

/// Words, `::` and single signs.
fn tokens(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut glued = false;
    for c in text.chars() {
        let word = c.is_alphanumeric() || c == '_';
        match all.last_mut() {
            Some(last) if glued && word && last.chars().all(|c| c.is_alphanumeric() || c == '_') => last.push(c),
            Some(last) if glued && c == ':' && last == ":" => last.push(c),
            _ if c.is_whitespace() => {}
            _ => all.push(c.to_string()),
        }
        glued = !c.is_whitespace();
    }
    all
}

/// The paths of a tree of `use` from a token on, each with the name that it has here, and the token after the tree.
fn tree(tokens: &[String], mut at: usize, before: &[String]) -> (Vec<(Vec<String>, String)>, usize) {
    let mut path = before.to_vec();
    loop {
        match tokens[at].as_str() {
            "{" => {
                let mut all = Vec::new();
                at += 1;
                while tokens[at] != "}" {
                    let (more, next) = tree(tokens, at, &path);
                    all.extend(more);
                    at = next + usize::from(tokens[next] == ",");
                }
                return (all, at + 1);
            }
            "::" => at += 1,
            "," | ";" | "}" => {
                if path.len() > 1 && path.last().is_some_and(|p| p == "self") {
                    path.pop();
                }
                let name = path.last().cloned().unwrap_or_default();
                return (vec![(path, name)], at);
            }
            "as" => return (vec![(path, tokens[at + 1].clone())], at + 2),
            word => {
                path.push(word.to_owned());
                at += 1;
            }
        }
    }
}

/// A path from the root of the crate, if it is one of ours.
fn absolute(path: &[String], here: &[String], children: &BTreeSet<String>) -> Option<Vec<String>> {
    let first = path.first()?.as_str();
    let mut base = match first {
        "crate" => Vec::new(),
        "self" | "super" => here.to_vec(),
        child if children.contains(child) => [here, &[child.to_owned()]].concat(),
        _ => return None,
    };
    for part in &path[usize::from(first != "super")..] {
        if part == "super" {
            base.pop();
        } else {
            base.push(part.clone());
        }
    }
    Some(base)
}

/// The modules in the folder of a `mod.rs`, also those that a macro declares, but for those of tests alone.
fn beside(src: &Path, file: &Path) -> BTreeSet<String> {
    if file.file_name().is_none_or(|name| name != "mod.rs") {
        return BTreeSet::new();
    }
    let text = fs::read_to_string(src.join(file)).unwrap();
    let folder = src.join(file.parent().unwrap());
    let entries = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let modules = entries.filter(|p| p.join("mod.rs").exists() || p.extension().is_some_and(|e| e == "rs"));
    let names = modules.map(|p| p.file_stem().unwrap().to_str().unwrap().to_owned());
    names.filter(|n| n != "mod" && !text.contains(&format!("#[cfg(test)]\nmod {n};"))).collect()
}

/// Reads a file and the modules in it.
fn read(src: &Path, file: &Path, here: &[String], modules: &mut Modules) {
    let tokens = tokens(&code(&fs::read_to_string(src.join(file)).unwrap()));
    let mut module = Module { file: file.to_owned(), ..Module::default() };
    module.children = beside(src, file);
    for w in tokens.windows(3).filter(|w| w[0] == "mod" && w[2] == ";") {
        module.children.insert(w[1].clone());
    }
    let mut at = 0;
    while at < tokens.len() {
        // `use<'a>` says what a type captures.
        if tokens[at] == "use" && tokens.get(at + 1).is_some_and(|t| t != "<") {
            let public = at > 0 && (tokens[at - 1] == "pub" || tokens[at - 1] == ")");
            let (paths, next) = tree(&tokens, at + 1, &[]);
            for (path, name) in paths {
                if let Some(path) = absolute(&path, here, &module.children) {
                    if !public {
                        module.named.insert(path.clone());
                    }
                    module.passed_on.insert(name, path);
                }
            }
            at = next;
        } else if tokens.get(at + 1).is_some_and(|t| t == "::")
            // `pub(in crate::cli)` says who may know it, not what it knows.
            && (at < 2 || tokens[at - 2] != "(" || tokens[at - 1] != "in")
            && (at == 0 || tokens[at - 1] != "::")
        {
            let mut path = vec![tokens[at].clone()];
            at += 1;
            while tokens.get(at).is_some_and(|t| t == "::") && at + 1 < tokens.len() {
                path.push(tokens[at + 1].clone());
                at += 2;
            }
            module.named.extend(absolute(&path, here, &module.children));
        } else {
            at += 1;
        }
    }
    for child in module.children.clone() {
        let folder = match file.file_stem().and_then(|s| s.to_str()) {
            Some("mod" | "lib") => file.parent().unwrap().to_owned(),
            _ => file.with_extension(""),
        };
        let candidates = [folder.join(format!("{child}.rs")), folder.join(&child).join("mod.rs")];
        let file = candidates.iter().find(|f| src.join(f).exists()).unwrap_or_else(|| panic!("{candidates:?}"));
        read(src, file, &[here, &[child]].concat(), modules);
    }
    modules.insert(here.to_vec(), module);
}

fn modules() -> Modules {
    let mut modules = Modules::new();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    read(&src, Path::new("lib.rs"), &[], &mut modules);
    modules
}

/// The module that a path leads to, through what others pass on.
fn origin<'a>(modules: &'a Modules, path: &[String]) -> &'a Module {
    let mut path = path.to_vec();
    // As many steps as there can be names passed on from one to another.
    for _ in 0..20 {
        let depth = (0..=path.len()).rev().find(|&n| modules.contains_key(&path[..n])).unwrap();
        let module = &modules[&path[..depth]];
        match path.get(depth).and_then(|name| module.passed_on.get(name)) {
            Some(further) if *further != path => path = [further, &path[depth + 1..]].concat(),
            _ => return module,
        }
    }
    panic!("{path:?} is passed on in a circle");
}

/// Which files each file knows.
fn arrows(modules: &Modules) -> BTreeMap<&Path, BTreeSet<&Path>> {
    let mut arrows: BTreeMap<&Path, BTreeSet<&Path>> = BTreeMap::new();
    for module in modules.values() {
        let to = module.named.iter().map(|path| origin(modules, path).file.as_path());
        arrows.entry(&module.file).or_default().extend(to.filter(|file| **file != module.file));
    }
    arrows
}

/// The room of a file; none for `lib.rs`.
fn room(file: &Path) -> Option<&str> {
    let mut parts = file.iter();
    let first = parts.next()?.to_str()?;
    parts.next().map(|_| first)
}

/// Sets of files of one of the `STRAIGHT` rooms that all know each other, directly or through others of the set.
fn circles<'a>(arrows: &BTreeMap<&'a Path, BTreeSet<&'a Path>>) -> BTreeSet<Vec<&'a Path>> {
    let reached = |from: &'a Path| {
        let (mut seen, mut todo) = (BTreeSet::new(), vec![from]);
        while let Some(file) = todo.pop() {
            todo.extend(arrows[file].iter().filter(|next| room(next) == room(from) && seen.insert(**next)));
        }
        seen
    };
    let reached: BTreeMap<&Path, BTreeSet<&Path>> = arrows.keys().map(|file| (*file, reached(file))).collect();
    let circle = |file: &&'a Path| reached[*file].iter().copied().filter(|to| reached[to].contains(file)).collect();
    let straight = arrows.keys().filter(|file| room(file).is_some_and(|r| STRAIGHT.contains(&r)));
    straight.filter(|file| reached[**file].contains(**file)).map(circle).collect()
}

#[test]
fn no_room_knows_a_later_one() {
    let modules = modules();
    assert!(modules.len() > 150, "{} modules", modules.len());
    let mut wrong = Vec::new();
    let place = |room: &str| ROOMS.iter().position(|(name, _)| *name == room);
    let mut seen = 0;
    for (from, files) in arrows(&modules) {
        let Some(here) = room(from) else { continue };
        let Some(order) = place(here) else {
            wrong.push(format!("`{here}` has no place among the rooms in this test"));
            continue;
        };
        for to in files {
            match room(to).map(|there| (there, place(there))) {
                // What `lib.rs` passes on is found where it is; the rest of it belongs to nobody.
                None => wrong.push(format!("{} knows {}", from.display(), to.display())),
                Some((_, Some(at))) if at > order => {
                    wrong.push(format!("{} knows {}, which comes later", from.display(), to.display()));
                }
                Some((there, _)) if ROOMS[order].1.contains(&there) => {
                    wrong.push(format!("{} knows {}, of which `{here}` knows nothing", from.display(), to.display()));
                }
                Some(_) => seen += 1,
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 500, "{seen} arrows");
}

#[test]
fn no_files_know_each_other_in_a_circle() {
    let modules = modules();
    let arrows = arrows(&modules);
    let found = circles(&arrows);
    let named: BTreeSet<Vec<String>> =
        found.iter().map(|c| c.iter().map(|f| f.display().to_string()).collect()).collect();
    let known: BTreeSet<Vec<String>> = CIRCLES.iter().map(|c| c.iter().map(|f| (*f).to_owned()).collect()).collect();
    let mut told = String::new();
    for circle in &found {
        if !known.contains(&circle.iter().map(|f| f.display().to_string()).collect::<Vec<_>>()) {
            told += "a circle that is not known:\n";
            for file in circle {
                let to: Vec<String> =
                    arrows[file].iter().filter(|t| circle.contains(t)).map(|t| t.display().to_string()).collect();
                told += &format!("  {} knows {}\n", file.display(), to.join(", "));
            }
        }
    }
    for circle in known.difference(&named) {
        told += &format!("a circle that is no more, or has changed: take it out of the list:\n  {circle:?}\n");
    }
    assert!(told.is_empty(), "{told}\nAll there are:\n{named:#?}");
}

/// The reader itself: what it takes for a path, and what not.
#[test]
fn paths_are_read_from_the_text() {
    let text = r##"
        use crate::a::{self, b::{C, d as e}};
        use super::f; // use crate::no::comment;
        pub use inner::G;
        fn x<'a>(s: &'a str) { let _ = ("crate::no::text", '"', r#"crate::no::"raw""#); crate::h::i(); inner::j(); }
        #[cfg(test)]
        mod tests { use crate::no::test; }
        use self::inner::k;
    "##;
    let tokens = tokens(&code(text));
    assert!(!tokens.iter().any(|t| t == "no"), "{tokens:?}");
    let at = tokens.iter().position(|t| t == "use").unwrap();
    let joined: Vec<String> =
        tree(&tokens, at + 1, &[]).0.into_iter().map(|(p, name)| format!("{} {name}", p.join("::"))).collect();
    assert_eq!(joined, ["crate::a a", "crate::a::b::C C", "crate::a::b::d e"]);
    let here = ["m".to_owned(), "n".to_owned()];
    let children = BTreeSet::from(["inner".to_owned()]);
    let path = |text: &str| {
        let parts: Vec<String> = text.split("::").map(str::to_owned).collect();
        absolute(&parts, &here, &children).map(|p| p.join("::"))
    };
    assert_eq!(path("super::f").unwrap(), "m::f");
    assert_eq!(path("super::super::f").unwrap(), "f");
    assert_eq!(path("self::inner::k").unwrap(), "m::n::inner::k");
    assert_eq!(path("inner::k").unwrap(), "m::n::inner::k");
    assert_eq!(path("crate::h::i").unwrap(), "h::i");
    assert_eq!(path("std::fs"), None);
}
