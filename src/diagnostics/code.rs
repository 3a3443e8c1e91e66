//! The codes of all diagnostics, each with what it means.

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal;)+) => {
        /// What kind of problem a diagnostic tells of.
        ///
        /// The kebab-case text of a code is part of the interface: it does not change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];

            /// The code as it is printed, in kebab case.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $code,)+ }
            }

            /// What it means, in a sentence or two.
            #[must_use]
            pub fn explanation(self) -> &'static str {
                match self { $(Code::$variant => concat!($($doc),+).trim_ascii_start(),)+ }
            }
        }

        impl std::fmt::Display for Code {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

codes! {
    /// The text is not YAML.
    YamlSyntax = "yaml-syntax";
    /// The file is larger than the limit, or has more nodes than a model can need.
    TooLarge = "too-large";
    /// Lists and maps are nested deeper than a model can need.
    TooDeep = "too-deep";
    /// Aliases expand to more than the file could hold: an alias bomb, or a reference to itself.
    AliasLimit = "alias-limit";
    /// The file holds more than one YAML document.
    MultipleDocuments = "multiple-documents";
    /// A YAML tag or merge key, which a model does not need and which readers treat differently.
    TagNotAllowed = "tag-not-allowed";
    /// The same key is defined twice in a map.
    DuplicateKey = "duplicate-key";
    /// A key that the format does not have.
    UnknownKey = "unknown-key";
    /// A key that must be there is not.
    MissingKey = "missing-key";
    /// A list where a map belongs, a text where a number belongs, and the like.
    WrongType = "wrong-type";
    /// A cell of a workbook that holds no value: an error such as `#REF!`, a formula that was never calculated, merged cells.
    UnreadableCell = "unreadable-cell";
    /// The version of the format is not one that this program reads.
    UnsupportedVersion = "unsupported-version";
    /// An id with characters other than `a-z 0-9 . _ -`.
    InvalidId = "invalid-id";
    /// A quantity that cannot be read.
    InvalidQuantity = "invalid-quantity";
    /// A number that is not finite.
    NotFinite = "not-finite";
    /// A unit of another dimension than the one that belongs here.
    WrongDimension = "wrong-dimension";
    /// A number outside the range that has a meaning here.
    OutOfRange = "out-of-range";
    /// A word that is none of those that belong here.
    UnknownWord = "unknown-word";
    /// A period or window that cannot be read.
    InvalidPeriod = "invalid-period";
    /// A date that falls inside a period of the horizon instead of on a boundary.
    OffGrid = "off-grid";
    /// A window that lies outside the horizon.
    OutsideHorizon = "outside-horizon";
    /// A date in a model without a horizon, which has one period of one hour and no dates.
    NoHorizon = "no-horizon";
    /// A list with another number of entries than the horizon has periods.
    SeriesLength = "series-length";
    /// An id that is not defined.
    UnknownId = "unknown-id";
    /// A dimension or tag that no offer has.
    UnknownDimension = "unknown-dimension";
    /// A selector that picks nothing.
    EmptySelection = "empty-selection";
    /// A price that is missing in a period in which the offer can be held.
    MissingPrice = "missing-price";
    /// A chip without the power that a power limit or pool needs.
    MissingPower = "missing-power";
    /// An offer where what the electricity emits is not known, which a limit of carbon needs.
    MissingCarbon = "missing-carbon";
    /// A workload that no offer can serve.
    UnservedWorkload = "unserved-workload";
    /// A least amount above the most.
    MinAboveMax = "min-above-max";
    /// Two things that are asked for exclude one another.
    Contradiction = "contradiction";
    /// Two names that must differ are the same.
    DuplicateName = "duplicate-name";
    /// A limit that cannot be attributed without ambiguity.
    AmbiguousAttribution = "ambiguous-attribution";
    /// A throughput without a time beside a demand with one.
    RateWithoutTime = "rate-without-time";
    /// Something written has no effect in this model.
    NoEffect = "no-effect";
    /// A price far from those of the same chip elsewhere in the model, often the price of a node with several chips.
    UnlikelyPrice = "unlikely-price";
    /// A scenario that is not defined in the model.
    UnknownScenario = "unknown-scenario";
    /// A path of `--set` or of an overlay that leads nowhere.
    InvalidPath = "invalid-path";
    /// A variation of a sweep or curve, or a column of a sweep, that cannot be read or has no meaning.
    InvalidVariation = "invalid-variation";
    /// A solution file that cannot be read, or a line of it that cannot.
    InvalidSolution = "invalid-solution";
    /// A name in a solution file that the program of the model does not have.
    UnknownColumn = "unknown-column";
    /// The file cannot be read.
    Unreadable = "unreadable";
}
