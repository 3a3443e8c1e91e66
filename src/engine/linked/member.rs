//! What is brought together: programs with their vertices.

use super::super::basis::Basis;
use crate::lp::{ColumnId, Condensed, LinearProgram, RowId};

/// A program, perhaps condensed, with a vertex of what the engine had of it.
#[derive(Clone, Debug)]
pub(crate) struct ProgramVertex {
    pub(in crate::engine) program: LinearProgram,
    pub(in crate::engine) condensed: Option<Condensed>,
    pub(in crate::engine) basis: Basis,
}

impl ProgramVertex {
    /// The program.
    pub fn program(&self) -> &LinearProgram {
        &self.program
    }

    /// The vertex, of what the engine had.
    pub fn basis(&self) -> &Basis {
        &self.basis
    }

    /// What the engine had.
    pub(super) fn kept(&self) -> &LinearProgram {
        self.condensed.as_ref().map_or(&self.program, Condensed::program)
    }
}

/// A program that is a part of another.
pub(crate) struct Member<'a> {
    /// The program, solved.
    pub vertex: &'a ProgramVertex,
    /// The program with what it got since it was solved: more columns and rows.
    pub grown: Option<&'a LinearProgram>,
    /// What its costs are multiplied with in the whole program.
    pub weight: f64,
    /// For each of its columns, that of the whole program.
    pub columns: &'a [ColumnId],
    /// For each of its rows, that of the whole program. Rows of the whole program that are none of these hold as well.
    pub rows: Vec<RowId>,
}

impl Member<'_> {
    /// The program as it is now.
    pub(super) fn program(&self) -> &LinearProgram {
        self.grown.unwrap_or(&self.vertex.program)
    }

    /// How it was condensed, if it still is.
    pub(super) fn condensed(&self) -> Option<&Condensed> {
        self.vertex.condensed.as_ref().filter(|_| self.grown.is_none())
    }

    /// What an engine is given of it, and where that begins: what has grown begins from nothing.
    pub(super) fn kept(&self) -> (&LinearProgram, Basis) {
        match self.grown {
            Some(grown) => (grown, Basis::of_rows(grown)),
            None => (self.vertex.kept(), self.vertex.basis.clone()),
        }
    }
}
