//! The cone of a limit on concentration: sum over g of (M_g)^2 <= H x M^2, with a total M that varies.
//!
//! With v the vector of the M_g it is |v| <= sqrt(H) x M. It is held by tangent cuts
//!
//! u . v <= sqrt(H) x M   for unit vectors u >= 0,
//!
//! each of which the cone implies (Cauchy and Schwarz), so that the program's bound stays a bound
//! of the model. Cuts with u = v*/|v*| are added until the solution v* satisfies the cone within
//! tolerance (Kelley, "The cutting-plane method for solving convex programs", J. SIAM 8, 1960).
//! The first cuts are one for each group, which bound its share by sqrt(H), and the one that all
//! groups share alike, which proves that H below 1/n cannot be.

use super::{Constraint, Formulation};
use crate::lp::{Affine, ColumnId, named};
use crate::model::{LimitId, Model};

/// Relative excess of the sum of squares over its limit below which no cut is added.
const TOLERANCE: f64 = 1e-10;

/// One limit in one span.
#[derive(Clone, Debug)]
pub(super) struct Cone {
    pub(super) limit: LimitId,
    pub(super) span: usize,
    pub(super) groups: Vec<Affine>,
    pub(super) total: Affine,
    pub(super) hhi: f64,
    pub(super) cuts: usize,
}

impl Formulation {
    pub(super) fn add_cone(&mut self, model: &Model, cone: Cone) {
        let n = cone.groups.len();
        let index = self.cones.len();
        self.cones.push(cone);
        for g in 0..n {
            let unit: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i == g))).collect();
            self.cut(model, index, &unit);
        }
        self.cut(model, index, &vec![1.0 / (n as f64).sqrt(); n]);
    }

    /// Whether any limit on concentration is held by cuts.
    #[must_use]
    pub fn has_cones(&self) -> bool {
        !self.cones.is_empty()
    }

    /// Whether the program may still change while it is solved: its boxes may be widened, cuts added, and
    /// what is bought to no purpose forbidden.
    #[must_use]
    pub fn is_provisional(&self) -> bool {
        self.has_cones() || self.may_choose() || self.holdings.iter().any(|h| h.boxed)
    }

    /// Adds a tangent cut for each concentration that a solution exceeds; returns how many, and
    /// the largest relative excess.
    pub fn cut_off(&mut self, model: &Model, x: &[f64]) -> (usize, f64) {
        let mut added = 0;
        let mut worst: f64 = 0.0;
        for index in 0..self.cones.len() {
            let cone = &self.cones[index];
            let in_force = model.limits[cone.limit].when.and_then(|k| self.signs[k]);
            if in_force.is_some_and(|sign| x[sign.0 as usize] < 0.5) {
                continue;
            }
            let v: Vec<f64> = cone.groups.iter().map(|g| g.at(x)).collect();
            let squares: f64 = v.iter().map(|m| m * m).sum();
            let total = cone.total.at(x);
            if squares <= 0.0 || total <= 0.0 {
                continue;
            }
            let excess = squares / (total * total) / cone.hhi.max(1e-9) - 1.0;
            worst = worst.max(excess);
            if excess > TOLERANCE {
                let size = squares.sqrt();
                let unit: Vec<f64> = v.iter().map(|m| (m / size).max(0.0)).collect();
                self.cut(model, index, &unit);
                added += 1;
            }
        }
        (added, worst)
    }

    fn cut(&mut self, model: &Model, index: usize, unit: &[f64]) {
        let cone = &self.cones[index];
        let root = cone.hhi.sqrt();
        let mut terms: Vec<(ColumnId, f64)> = Vec::new();
        let mut constant = -root * cone.total.constant;
        for (sum, &weight) in cone.groups.iter().zip(unit).filter(|(_, w)| **w > 0.0) {
            terms.extend(sum.terms.iter().map(|&(c, a)| (c, weight * a)));
            constant += weight * sum.constant;
        }
        terms.extend(cone.total.terms.iter().map(|&(c, a)| (c, -root * a)));
        let limit = &model.limits[cone.limit];
        let (number, span) = ((cone.cuts + 1).to_string(), &limit.spans[cone.span].label);
        let name = named("concentration", &[&limit.name, span, &number]);
        let constraint = Constraint::Limit { limit: cone.limit, group: cone.cuts, span: cone.span };
        self.cones[index].cuts += 1;
        let condition = self.condition.take();
        self.begin(model, self.cones[index].limit);
        self.row(constraint, name, "concentration", (f64::NEG_INFINITY, -constant), terms);
        self.condition = condition;
    }
}
