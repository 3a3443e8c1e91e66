//! Many names in one text: a program of a million columns has as many of them.

/// Names by their number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct NameList {
    text: String,
    /// Where each name ends.
    ends: Vec<usize>,
}

impl NameList {
    /// Adds a name.
    pub fn push(&mut self, name: &str) {
        self.text.push_str(name);
        self.ends.push(self.text.len());
    }

    /// The name of a number.
    pub fn get(&self, index: usize) -> &str {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[index]]
    }

    /// All names, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|i| self.get(i))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        let mut names = NameList::default();
        ["run[a]", "", "é"].into_iter().for_each(|n| names.push(n));
        assert_eq!(names.iter().collect::<Vec<_>>(), ["run[a]", "", "é"]);
        assert_eq!(names.get(2), "é");
    }
}
