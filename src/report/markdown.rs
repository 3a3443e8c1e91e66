//! Markdown: the text as a document.

use std::io::{self, Write};

use super::column::clean;
use super::summary::Table;
use super::{Advice, decision, summary};
use crate::plan::Plan;

pub(super) fn write(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# {}\n", escaped(&plan.model.name))?;
    if !plan.model.scenarios.is_empty() {
        writeln!(out, "Scenarios: {}\n", escaped(&plan.model.scenarios.join(", ")))?;
    }
    writeln!(out, "**{}**", summary::headline(plan))?;
    if plan.status.is_certified() {
        let sentences = decision::sentences(plan, Advice::Options);
        if !sentences.is_empty() {
            writeln!(out)?;
        }
        sentences.iter().try_for_each(|sentence| writeln!(out, "- {}", prose(sentence)))?;
    } else {
        writeln!(out, "\n{}", escaped(&summary::certificate(plan)))?;
    }
    if let Some(advice) = summary::advice(plan) {
        writeln!(out, "\n{advice}")?;
    }
    for table in summary::tables(plan) {
        writeln!(out, "\n## {}\n", escaped(&table.heading))?;
        self::table(&table, out)?;
    }
    let (limits, more) = summary::limits(plan, summary::LIMITS);
    if !limits.is_empty() {
        writeln!(out, "\n## Binding limits\n")?;
        limits.iter().try_for_each(|l| writeln!(out, "- {}", prose(&l.sentence)))?;
        if more > 0 {
            writeln!(out, "- and {more} more")?;
        }
    }
    if !plan.notes.is_empty() {
        writeln!(out, "\n## Notes\n")?;
        plan.notes.iter().try_for_each(|n| writeln!(out, "- {}", prose(n)))?;
    }
    if plan.status.is_certified() {
        writeln!(out, "\n## Certificate\n\n{}", escaped(&summary::certificate(plan)))?;
    }
    Ok(())
}

/// A table without its heading.
pub(super) fn table(table: &Table<'_>, out: &mut dyn Write) -> io::Result<()> {
    let line = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
    writeln!(out, "{}", line(table.columns.iter().map(|(name, _)| escaped(name)).collect()))?;
    let rule = table.columns.iter().map(|(_, number)| if *number { "---:" } else { "---" }.to_owned()).collect();
    writeln!(out, "{}", line(rule))?;
    for row in &table.rows {
        writeln!(out, "{}", line(row.iter().map(|c| escaped(c)).collect()))?;
    }
    if let Some(foot) = &table.foot {
        writeln!(out, "\n{}", escaped(foot))?;
    }
    Ok(())
}

/// Text without the characters that Markdown and HTML would interpret.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}

/// A sentence with names between backticks, which Markdown shows as they are.
pub(super) fn prose(text: &str) -> String {
    let text = clean(text);
    let parts: Vec<&str> = text.split('`').collect();
    // Names are without backticks; where one is not, no part can be reported from another.
    if parts.len().is_multiple_of(2) {
        return escaped(&text);
    }
    let told = parts.iter().enumerate().map(|(i, part)| if i % 2 == 0 { escaped(part) } else { format!("`{part}`") });
    // Where a line begins, it would be a heading.
    let heading = if text.starts_with('#') { "\\" } else { "" };
    format!("{heading}{}", told.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_make_structure() {
        assert_eq!(escaped("a|b <i> *c* ##"), "a\\|b &lt;i> \\*c\\* ##");
        assert_eq!(prose("# not a heading"), "\\# not a heading");
        assert_eq!(escaped("one\ntwo"), "one?two");
    }

    #[test]
    fn sentences_keep_their_names() {
        assert_eq!(prose("the share of `own_sites` in a_b"), "the share of `own_sites` in a\\_b");
        assert_eq!(prose("an odd ` here"), "an odd \\` here");
    }
}
