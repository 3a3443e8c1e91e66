//! Names of columns and rows: a kind and what it is of, such as `run[chat,aws-h100,2026-01]`.

/// A name without what file formats separate by; empty parts are left out.
pub(crate) fn named(kind: &str, parts: &[&str]) -> String {
    // A million names are made for a large model: one allocation each.
    let mut name = String::with_capacity(kind.len() + 2 + parts.iter().map(|p| p.len() + 1).sum::<usize>());
    name.push_str(kind);
    name.push('[');
    for (i, part) in parts.iter().filter(|p| !p.is_empty()).enumerate() {
        if i > 0 {
            name.push(',');
        }
        let separates = |c: char| c.is_whitespace() || matches!(c, '[' | ']' | ',');
        // Nearly all are plain, which is quickly seen.
        if part.bytes().all(|b| b.is_ascii_graphic() && !separates(b.into())) {
            name.push_str(part);
        } else {
            name.extend(part.chars().map(|c| if separates(c) { '_' } else { c }));
        }
    }
    name.push(']');
    name
}

/// The part of a name inside brackets, with them.
pub(crate) fn bracketed(parts: &[&str]) -> String {
    named("", parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_formats_separate_by_is_replaced() {
        assert_eq!(named("run", &["a b", "", "c[1],d", "é"]), "run[a_b,c_1__d,é]");
        assert_eq!(bracketed(&[]), "[]");
    }
}
