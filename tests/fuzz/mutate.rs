//! Changes of kept inputs, the same in every run.

/// Numbers, the same everywhere (Marsaglia, "Xorshift RNGs", 2003).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `n`, which is above 0.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 33) as usize) % n
    }
}

/// Words that mean something to some reader, and bytes that tend to mean trouble.
const WORDS: [&str; 64] = [
    "",
    "0",
    "-1",
    "1e308",
    "-1e308",
    "1e-320",
    "nan",
    ".inf",
    "4294967296",
    "9007199254740993",
    "99999999999999999999",
    "1k",
    "38B USD",
    "35 %",
    "-5 %",
    "2400 tok/s",
    "1.2 GW",
    "2 periods",
    "3 years",
    "2026-Q1",
    "2026-13",
    "9999-12-31",
    "2026-02-30",
    "2026-Q1..2025-Q1",
    "..",
    "*",
    "**",
    "a*b*",
    "~",
    "null",
    "true",
    "{}",
    "[]",
    "{",
    "}",
    "[",
    "]",
    "- ",
    ": ",
    ",",
    "\"",
    "'",
    "|\n",
    "&a ",
    "*a",
    "<<: ",
    "!!str ",
    "# ",
    "---\n",
    "\u{feff}",
    "\u{0}",
    "\u{1b}[31m",
    "\u{202e}",
    "é",
    "𝟙",
    "\t",
    "\r\n",
    "\n\n",
    "offers",
    "price",
    "=*0.5..1.5/3",
    "{vendor: nvidia}",
    "normal(1, 0.2)",
    "./..",
];

/// An input after one to four changes.
pub fn mutated(seeds: &[Vec<u8>], r: &mut Random) -> Vec<u8> {
    let mut data = seeds[r.below(seeds.len())].clone();
    for _ in 0..=r.below(4) {
        change(&mut data, seeds, r);
    }
    data
}

fn change(data: &mut Vec<u8>, seeds: &[Vec<u8>], r: &mut Random) {
    // A part of up to 32 bytes.
    let from = r.below(data.len() + 1);
    let to = (from + r.below(33)).min(data.len());
    match r.below(9) {
        0 if from < data.len() => data[from] ^= 1 << r.below(8),
        1 if from < data.len() => data[from] = r.below(256) as u8,
        2 => drop(data.drain(from..to)),
        3 => data.truncate(from),
        4 => {
            let again = data[from..to].to_vec();
            let times = 1 + r.below(20);
            data.splice(to..to, again.repeat(times));
        }
        5 => {
            let other = &seeds[r.below(seeds.len())];
            let start = r.below(other.len() + 1);
            data.splice(from.., other[start..].iter().copied());
        }
        6 => {
            let word = WORDS[r.below(WORDS.len())];
            data.splice(from..from, word.bytes());
        }
        // In place of the word that stands there, so that the rest of the text stays what it was.
        _ => {
            let inside = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'%');
            let start = data[..from].iter().rposition(|b| !inside(b)).map_or(0, |at| at + 1);
            let end = data[from..].iter().position(|b| !inside(b)).map_or(data.len(), |n| from + n);
            let word = WORDS[r.below(WORDS.len())];
            data.splice(start..end, word.bytes());
        }
    }
}
