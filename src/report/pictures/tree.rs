//! The tree of what becomes known, and what is decided at each of its nodes.

use crate::plan::{NodeResult, Plan, UncertaintyResult};
use crate::report::chart::{Branch, Chart, tree as drawn};
use crate::report::futures::{START, rows};
use crate::units::human::{count, number, percent};

/// Most ends that are drawn.
const ENDS: usize = 9;
/// Most decisions that are reported at a node.
const LINES: usize = 3;

/// The tree with what is decided at each node; where it has too many ends, as far as there is room.
pub(in crate::report) fn tree(plan: &Plan, u: &UncertaintyResult) -> Chart {
    let tree = Tree::of(u);
    let mut shown = Shown { plan, u, tree: &tree, deepest: tree.deepest(), branches: Vec::new(), left: 0 };
    shown.add(0, None);
    let mut description =
        "Read it from left to right: a step to the right is what becomes known, and below it stands what is decided then."
            .to_owned();
    if shown.left > 0 {
        description.push_str(&format!(
            " {} of {} have no end of their own: what is decided when they can be told apart is left out.",
            shown.left,
            count(u.futures.len(), "future")
        ));
    }
    drawn("futures-tree", &finding(u), description, &shown.branches)
}

/// How much is decided now, and how much waits.
fn finding(u: &UncertaintyResult) -> String {
    let counted = |own: &dyn Fn(&str) -> bool| {
        let (shown, left) = rows(u.decisions.iter().filter(|d| own(&d.node)));
        shown.len() + left
    };
    let (now, later) = (counted(&|node| node == START), counted(&|node| node != START));
    let wait = match later {
        0 => "none waits until it is known what comes".to_owned(),
        1 => "1 waits until it is known what comes".to_owned(),
        n => format!("{n} wait until it is known what comes"),
    };
    match now {
        0 => format!("Nothing is decided now; {wait}"),
        1 => format!("1 decision is taken now; {wait}"),
        n => format!("{n} decisions are taken now; {wait}"),
    }
}

/// Which node follows which.
struct Tree {
    /// The node that each follows.
    after: Vec<Option<usize>>,
    depth: Vec<usize>,
}

impl Tree {
    /// Nodes stand in the order of time: a node follows the last one before it that has all its futures.
    fn of(u: &UncertaintyResult) -> Self {
        let holds = |a: &NodeResult, b: &NodeResult| b.futures.iter().all(|f| a.futures.contains(f));
        let after = |i: usize| (0..i).rev().find(|&earlier| holds(&u.nodes[earlier], &u.nodes[i]));
        let after: Vec<Option<usize>> = (0..u.nodes.len()).map(after).collect();
        let mut depth: Vec<usize> = Vec::new();
        for before in &after {
            depth.push(before.map_or(0, |b| depth[b] + 1));
        }
        Tree { after, depth }
    }

    fn following(&self, node: usize) -> Vec<usize> {
        (0..self.after.len()).filter(|&i| self.after[i] == Some(node)).collect()
    }

    /// How many steps can be drawn: those with no more ends than there is room for, and one at least.
    fn deepest(&self) -> usize {
        let steps = self.depth.iter().copied().max().unwrap_or(0);
        let ends = |step: usize| {
            let is_end = |&i: &usize| self.depth[i] == step || self.depth[i] < step && self.following(i).is_empty();
            (0..self.depth.len()).filter(is_end).count()
        };
        (1..=steps).rev().find(|&step| ends(step) <= ENDS).unwrap_or(1)
    }
}

struct Shown<'a> {
    plan: &'a Plan,
    u: &'a UncertaintyResult,
    tree: &'a Tree,
    deepest: usize,
    branches: Vec<Branch>,
    /// Futures that cannot be reported apart in what is drawn.
    left: usize,
}

impl Shown<'_> {
    /// Adds a node and what follows it.
    fn add(&mut self, node: usize, after: Option<usize>) {
        let Some(own) = self.u.nodes.get(node) else { return };
        let mut following = self.tree.following(node);
        if self.tree.depth[node] >= self.deepest {
            following.clear();
        }
        let told = own.futures.len();
        let mut lines = self.decided(own);
        if lines.is_empty() {
            let nothing = "nothing more to sign or rent".to_owned();
            lines.push((nothing.clone(), nothing));
        }
        let end = following.is_empty().then(|| self.cost(&own.futures));
        if end.is_some() && told > 1 {
            self.left += told;
        }
        let edge = self.edge(node);
        let place = self.branches.len();
        self.branches.push(Branch { after, edge, lines, end });
        // Too many even for one step: the most probable ones, and the rest together.
        let rest = if following.len() > ENDS {
            following.sort_by(|&a, &b| self.likely(b).total_cmp(&self.likely(a)));
            following.split_off(ENDS - 1)
        } else {
            Vec::new()
        };
        for next in following {
            self.add(next, Some(place));
        }
        if !rest.is_empty() {
            let futures: Vec<String> = rest.iter().flat_map(|&n| self.u.nodes[n].futures.iter().cloned()).collect();
            self.left += futures.len();
            let all: f64 = rest.iter().map(|&n| self.likely(n)).sum();
            let likely = self.likelihood(all);
            let edge = format!("{} more outcomes{likely}", rest.len());
            let end = Some(self.cost(&futures));
            self.branches.push(Branch { after: Some(place), edge, lines: Vec::new(), end });
        }
    }

    /// A probability after a comma; nothing where none are given.
    fn likelihood(&self, probability: f64) -> String {
        let given = self.u.futures.iter().all(|f| f.probability.is_some());
        if given { format!(", {}", percent(probability)) } else { String::new() }
    }

    /// How likely a node is; the number of its futures where no probabilities are given.
    fn likely(&self, node: usize) -> f64 {
        let own = &self.u.nodes[node].futures;
        let of = self.u.futures.iter().filter(|f| own.contains(&f.future));
        of.map(|f| f.probability.unwrap_or(1.0)).sum()
    }

    /// What leads to a node: since when, what has become known, and how likely that is after what was known before.
    fn edge(&self, node: usize) -> String {
        let own = &self.u.nodes[node];
        let Some(before) = self.tree.after[node] else { return "now, whatever comes".to_owned() };
        let mut known: Vec<&str> = match self.tree.after[before] {
            Some(_) => self.u.nodes[before].node.split('+').collect(),
            None => Vec::new(),
        };
        let is_new = |outcome: &&str| match known.iter().position(|k| k == outcome) {
            Some(i) => {
                known.remove(i);
                false
            }
            None => true,
        };
        let new: Vec<&str> = own.node.split('+').filter(is_new).collect();
        let since = own.from.as_ref().map(|from| format!("{from}: ")).unwrap_or_default();
        let part = self.likely(node) / self.likely(before);
        let likely = self.likelihood(part);
        format!("{since}{}{likely}", new.join(" + "))
    }

    /// What is decided at a node, the most important first; the rest is counted.
    fn decided(&self, node: &NodeResult) -> Vec<(String, String)> {
        let (mut own, left) = rows(self.u.decisions.iter().filter(|d| d.node == node.node));
        let more = left + own.len().saturating_sub(LINES);
        own.truncate(LINES);
        let mut lines: Vec<(String, String)> =
            own.into_iter().map(|r| (r.brief, r.sentence.replace('`', ""))).collect();
        if more > 0 {
            let told = format!("and {more} more");
            lines.push((told.clone(), told));
        }
        lines
    }

    /// What futures cost.
    fn cost(&self, futures: &[String]) -> String {
        let costs: Vec<f64> = self.u.futures.iter().filter(|f| futures.contains(&f.future)).map(|f| f.cost).collect();
        let (least, most) = costs.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), c| (a.min(*c), b.max(*c)));
        let (from, to) = (number(least), number(most));
        let currency = &self.plan.currency;
        let many =
            if costs.len() > 1 { format!("{} that cost", count(costs.len(), "future")) } else { "costs".to_owned() };
        if from == to { format!("{many} {to} {currency}") } else { format!("{many} {from} to {to} {currency}") }
    }
}
