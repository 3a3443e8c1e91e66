//! An answer, with what is known of it.

use crate::lp::Certificate;

/// What is known after the certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertifiedStatus {
    /// Optimal within tolerance, shown by the certificate.
    Optimal,
    /// Infeasible, shown by a Farkas ray.
    Infeasible,
    /// Said to be infeasible, without a proof.
    InfeasibleUnverified,
    /// Unbounded: shown by a feasible point and a ray if the certificate is verified, otherwise said.
    Unbounded,
    /// Feasible, not shown to be optimal because a limit was reached.
    LimitReached,
    /// Nothing was shown.
    Unverified,
}

/// One engine's try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The engine.
    pub engine: &'static str,
    /// What came of it.
    pub what: String,
}

/// An answer with what is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Solved {
    /// What is known.
    pub status: CertifiedStatus,
    /// A value for each column; empty if there is no point.
    pub x: Vec<f64>,
    /// A multiplier for each row; empty if there are none.
    pub y: Vec<f64>,
    /// A reduced cost for each column; empty if there are no multipliers.
    pub reduced_costs: Vec<f64>,
    /// The check.
    pub certificate: Certificate,
    /// The proof of infeasibility, a multiplier for each row.
    pub farkas: Option<Vec<f64>>,
    /// The direction in which the cost falls without end, a change for each column.
    pub ray: Option<Vec<f64>>,
    /// What was tried.
    pub attempts: Vec<Attempt>,
    /// Whether the multipliers are those of the program with its integers fixed.
    pub conditional_duals: bool,
    /// Cost of the linear relaxation, if some columns are whole.
    pub relaxation: Option<f64>,
}

impl Solved {
    /// A status and a certificate without any numbers.
    pub(super) fn without_numbers(status: CertifiedStatus, certificate: Certificate) -> Self {
        Solved {
            status,
            x: Vec::new(),
            y: Vec::new(),
            reduced_costs: Vec::new(),
            certificate,
            farkas: None,
            ray: None,
            attempts: Vec::new(),
            conditional_duals: false,
            relaxation: None,
        }
    }
}
