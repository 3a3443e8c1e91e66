//! The C interface of HiGHS, made safe: the only unsafe code of the crate.
//!
//! Each function checks what the C interface takes on trust (lengths of arrays, and that numbers
//! fit its 32-bit integers), and nothing here decides anything. HiGHS copies what it is given and
//! keeps no pointer of ours. What it does with NaN is unknown, so callers keep NaN away from it.
//!
//! An instance may move to another thread, but only one at a time uses it: [`Instance`] is `Send` and not `Sync`.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_void};
use std::ptr::{self, NonNull};

use highs_sys as c;

/// HiGHS's numbers for where a column or row is in a basis (`kHighsBasisStatus...`), which the
/// bindings lack.
pub(super) mod basis_status {
    pub const LOWER: i32 = 0;
    pub const BASIC: i32 = 1;
    pub const UPPER: i32 = 2;
    pub const ZERO: i32 = 3;
    pub const NONBASIC: i32 = 4;
}

/// HiGHS's number for a basis that is valid (`kBasisValidityValid`).
const BASIS_VALID: i32 = 1;

/// HiGHS refused a call; the text names it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused(pub &'static str);

/// A program as HiGHS takes it: rows in compressed form.
#[derive(Default)]
pub(super) struct Arrays {
    pub cost: Vec<f64>,
    pub column_lower: Vec<f64>,
    pub column_upper: Vec<f64>,
    pub integer: Vec<bool>,
    pub row_lower: Vec<f64>,
    pub row_upper: Vec<f64>,
    /// Where each row starts in `index` and `value`.
    pub start: Vec<i32>,
    pub index: Vec<i32>,
    pub value: Vec<f64>,
}

/// One instance of HiGHS with the program it holds.
pub(super) struct Instance {
    raw: NonNull<c_void>,
    columns: usize,
    rows: usize,
    /// The most columns and rows that it ever held: no array that it fills is longer, even if a
    /// call was refused and it still has numbers of an earlier program.
    most: (usize, usize),
}

// SAFETY: an instance owns what it points to. What HiGHS keeps for a thread is its scheduler, and each run takes that
// of the thread which calls it (with one thread and no parallel work, as our options say); a run has ended when its call
// returns, so that none is under way when the instance moves or is destroyed.
unsafe impl Send for Instance {}

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: `raw` came from Highs_create, is destroyed nowhere else, and is not used again.
        unsafe { c::Highs_destroy(self.raw.as_ptr()) }
    }
}

/// Warnings are none of our concern: the certificate judges the answer.
fn accepted(status: i32, call: &'static str) -> Result<(), Refused> {
    if status == c::STATUS_ERROR { Err(Refused(call)) } else { Ok(()) }
}

fn small(n: usize, call: &'static str) -> Result<i32, Refused> {
    i32::try_from(n).map_err(|_| Refused(call))
}

impl Instance {
    /// An empty instance, or none if there is no memory for it.
    pub fn new() -> Option<Self> {
        // SAFETY: takes no arguments; the pointer is checked for null.
        let raw = NonNull::new(unsafe { c::Highs_create() })?;
        Some(Instance { raw, columns: 0, rows: 0, most: (0, 0) })
    }

    fn raw(&self) -> *mut c_void {
        self.raw.as_ptr()
    }

    pub fn set_bool(&mut self, option: &'static CStr, value: bool) -> Result<(), Refused> {
        // SAFETY: `raw` is a live instance, the name ends in 0 and is only read.
        accepted(unsafe { c::Highs_setBoolOptionValue(self.raw(), option.as_ptr(), value.into()) }, "an option")
    }

    pub fn set_int(&mut self, option: &'static CStr, value: i32) -> Result<(), Refused> {
        // SAFETY: as in `set_bool`.
        accepted(unsafe { c::Highs_setIntOptionValue(self.raw(), option.as_ptr(), value) }, "an option")
    }

    pub fn set_double(&mut self, option: &'static CStr, value: f64) -> Result<(), Refused> {
        // SAFETY: as in `set_bool`.
        accepted(unsafe { c::Highs_setDoubleOptionValue(self.raw(), option.as_ptr(), value) }, "an option")
    }

    pub fn set_text(&mut self, option: &'static CStr, value: &'static CStr) -> Result<(), Refused> {
        // SAFETY: as in `set_bool`; the value ends in 0 too and is copied.
        accepted(unsafe { c::Highs_setStringOptionValue(self.raw(), option.as_ptr(), value.as_ptr()) }, "an option")
    }

    /// Replaces the program; what was known of the last one is forgotten.
    pub fn pass(&mut self, a: &Arrays) -> Result<(), Refused> {
        const CALL: &str = "the program";
        let (columns, rows, nonzeros) = (a.cost.len(), a.row_lower.len(), a.value.len());
        assert!([a.column_lower.len(), a.column_upper.len(), a.integer.len()] == [columns; 3], "lengths of columns");
        assert!([a.row_upper.len(), a.start.len()] == [rows; 2], "lengths of rows");
        assert!(a.index.len() == nonzeros, "lengths of coefficients");
        // Starts ascend within the coefficients, and these are of columns that exist.
        assert!(a.start.first().is_none_or(|&s| s == 0) && a.start.is_sorted(), "starts");
        assert!(a.start.last().is_none_or(|&s| s as usize <= nonzeros), "starts");
        assert!(a.index.iter().all(|&j| j >= 0 && (j as usize) < columns), "columns of coefficients");
        let kinds: Vec<i32> = a.integer.iter().map(|&i| i32::from(i)).collect();
        // HiGHS takes null for "no integers", and is faster for it.
        let kinds = if a.integer.contains(&true) { kinds.as_ptr() } else { ptr::null() };
        let (n, m, nz) = (small(columns, CALL)?, small(rows, CALL)?, small(nonzeros, CALL)?);
        self.most = (self.most.0.max(columns), self.most.1.max(rows));
        // SAFETY: `raw` is a live instance. The arrays of columns have n entries, those of rows m,
        // those of coefficients nz, as asserted above; `kinds` is null or has n entries and lives
        // to the end of the function. The Hessian has no entries, for which null is allowed.
        let status = unsafe {
            c::Highs_passModel(
                self.raw(),
                n,
                m,
                nz,
                0,
                c::MATRIX_FORMAT_ROW_WISE,
                c::MATRIX_FORMAT_COLUMN_WISE,
                c::OBJECTIVE_SENSE_MINIMIZE,
                0.0,
                a.cost.as_ptr(),
                a.column_lower.as_ptr(),
                a.column_upper.as_ptr(),
                a.row_lower.as_ptr(),
                a.row_upper.as_ptr(),
                a.start.as_ptr(),
                a.index.as_ptr(),
                a.value.as_ptr(),
                ptr::null(),
                ptr::null(),
                ptr::null(),
                kinds,
            )
        };
        (self.columns, self.rows) = (0, 0);
        accepted(status, CALL)?;
        (self.columns, self.rows) = (columns, rows);
        Ok(())
    }

    fn column(&self, column: usize) -> Result<i32, Refused> {
        if column < self.columns { small(column, "a column") } else { Err(Refused("a column")) }
    }

    fn row(&self, row: usize) -> Result<i32, Refused> {
        if row < self.rows { small(row, "a row") } else { Err(Refused("a row")) }
    }

    pub fn set_cost(&mut self, column: usize, cost: f64) -> Result<(), Refused> {
        let column = self.column(column)?;
        // SAFETY: `raw` is a live instance that has the column.
        accepted(unsafe { c::Highs_changeColCost(self.raw(), column, cost) }, "a cost")
    }

    pub fn set_column_bounds(&mut self, column: usize, lower: f64, upper: f64) -> Result<(), Refused> {
        let column = self.column(column)?;
        // SAFETY: `raw` is a live instance that has the column.
        accepted(unsafe { c::Highs_changeColBounds(self.raw(), column, lower, upper) }, "a bound")
    }

    pub fn set_row_bounds(&mut self, row: usize, lower: f64, upper: f64) -> Result<(), Refused> {
        let row = self.row(row)?;
        // SAFETY: `raw` is a live instance that has the row.
        accepted(unsafe { c::Highs_changeRowBounds(self.raw(), row, lower, upper) }, "a row's bound")
    }

    pub fn set_coefficient(&mut self, row: usize, column: usize, value: f64) -> Result<(), Refused> {
        let (row, column) = (self.row(row)?, self.column(column)?);
        // SAFETY: `raw` is a live instance that has the row and the column.
        accepted(unsafe { c::Highs_changeCoeff(self.raw(), row, column, value) }, "a coefficient")
    }

    pub fn add_row(&mut self, lower: f64, upper: f64, index: &[i32], value: &[f64]) -> Result<(), Refused> {
        const CALL: &str = "a row";
        assert!(index.len() == value.len(), "lengths of a row");
        assert!(index.iter().all(|&j| j >= 0 && (j as usize) < self.columns), "columns of a row");
        let (terms, _) = (small(index.len(), CALL)?, small(self.rows + 1, CALL)?);
        self.most.1 = self.most.1.max(self.rows + 1);
        // SAFETY: `raw` is a live instance; both arrays have `terms` entries, of columns it has.
        let status = unsafe { c::Highs_addRow(self.raw(), lower, upper, terms, index.as_ptr(), value.as_ptr()) };
        accepted(status, CALL)?;
        self.rows += 1;
        Ok(())
    }

    /// Forgets basis and solution; the program stays.
    pub fn forget(&mut self) -> Result<(), Refused> {
        // SAFETY: `raw` is a live instance.
        accepted(unsafe { c::Highs_clearSolver(self.raw()) }, "forgetting")
    }

    /// Solves. The clocks start at 0, for HiGHS counts its time limit over all runs.
    pub fn run(&mut self) -> Result<(), Refused> {
        // SAFETY: `raw` is a live instance.
        accepted(unsafe { c::Highs_zeroAllClocks(self.raw()) }, "its clocks")?;
        // SAFETY: `raw` is a live instance.
        accepted(unsafe { c::Highs_run(self.raw()) }, "the run")
    }

    /// What it says of the program, as one of its numbers.
    pub fn status(&self) -> i32 {
        // SAFETY: `raw` is a live instance.
        unsafe { c::Highs_getModelStatus(self.raw()) }
    }

    pub fn info_int(&self, name: &'static CStr) -> Option<i32> {
        let mut value = 0;
        // SAFETY: `raw` is a live instance, the name ends in 0, and one integer is written.
        let status = unsafe { c::Highs_getIntInfoValue(self.raw(), name.as_ptr(), &raw mut value) };
        (status == c::STATUS_OK).then_some(value)
    }

    pub fn info_double(&self, name: &'static CStr) -> Option<f64> {
        let mut value = 0.0;
        // SAFETY: `raw` is a live instance, the name ends in 0, and one number is written.
        let status = unsafe { c::Highs_getDoubleInfoValue(self.raw(), name.as_ptr(), &raw mut value) };
        (status == c::STATUS_OK).then_some(value)
    }

    /// Values of the columns and multipliers of the rows. Meaningless unless the solution
    /// statuses say otherwise.
    pub fn solution(&self) -> Result<(Vec<f64>, Vec<f64>), Refused> {
        let (mut x, mut y) = (vec![f64::NAN; self.most.0], vec![f64::NAN; self.most.1]);
        let (mut reduced, mut activity) = (x.clone(), y.clone());
        // SAFETY: `raw` is a live instance, and fills of each array as many entries as it holds
        // columns or rows, at most those of `most` (and none if it has no such values).
        let status = unsafe {
            c::Highs_getSolution(
                self.raw(),
                x.as_mut_ptr(),
                reduced.as_mut_ptr(),
                activity.as_mut_ptr(),
                y.as_mut_ptr(),
            )
        };
        accepted(status, "the solution")?;
        x.truncate(self.columns);
        y.truncate(self.rows);
        Ok((x, y))
    }

    /// The basis: for each column, then for each row, one of HiGHS's numbers for where it is. None if
    /// there is no valid one.
    pub fn basis(&self) -> Option<(Vec<i32>, Vec<i32>)> {
        if self.info_int(c"basis_validity") != Some(BASIS_VALID) {
            return None;
        }
        let (mut columns, mut rows) = (vec![0; self.most.0], vec![0; self.most.1]);
        // SAFETY: `raw` is a live instance, and fills of each array as many entries as it holds
        // columns or rows, at most those of `most`.
        let status = unsafe { c::Highs_getBasis(self.raw(), columns.as_mut_ptr(), rows.as_mut_ptr()) };
        columns.truncate(self.columns);
        rows.truncate(self.rows);
        (status != c::STATUS_ERROR).then_some((columns, rows))
    }

    /// Sets the basis from which the next run starts.
    pub fn set_basis(&mut self, columns: &[i32], rows: &[i32]) -> Result<(), Refused> {
        assert!(columns.len() == self.columns && rows.len() == self.rows, "lengths of a basis");
        let known = basis_status::LOWER..=basis_status::NONBASIC;
        assert!(columns.iter().chain(rows).all(|s| known.contains(s)), "a basis");
        // SAFETY: `raw` is a live instance; the arrays have an entry for each of its columns and rows,
        // each a status that it knows.
        accepted(unsafe { c::Highs_setBasis(self.raw(), columns.as_ptr(), rows.as_ptr()) }, "a basis")
    }

    /// How far costs of columns and bounds of rows can change until the basis is another: the values
    /// downwards and upwards of each. None if there is no optimal basis.
    #[allow(clippy::type_complexity)]
    pub fn ranging(&mut self) -> Option<([Vec<f64>; 2], [Vec<f64>; 2])> {
        let column = || vec![f64::NAN; self.most.0];
        let row = || vec![f64::NAN; self.most.1];
        let (mut cost_up, mut cost_down, mut row_up, mut row_down) = (column(), column(), row(), row());
        let null = ptr::null_mut::<f64>();
        let none = ptr::null_mut::<i32>();
        // SAFETY: `raw` is a live instance, and fills of each array as many entries as it holds
        // columns or rows, at most those of `most`; null is allowed for what is not wanted.
        let status = unsafe {
            c::Highs_getRanging(
                self.raw(),
                cost_up.as_mut_ptr(),
                null,
                none,
                none,
                cost_down.as_mut_ptr(),
                null,
                none,
                none,
                null,
                null,
                none,
                none,
                null,
                null,
                none,
                none,
                row_up.as_mut_ptr(),
                null,
                none,
                none,
                row_down.as_mut_ptr(),
                null,
                none,
                none,
            )
        };
        [&mut cost_up, &mut cost_down].into_iter().for_each(|v| v.truncate(self.columns));
        [&mut row_up, &mut row_down].into_iter().for_each(|v| v.truncate(self.rows));
        (status == c::STATUS_OK).then_some(([cost_down, cost_up], [row_down, row_up]))
    }

    /// A proof of infeasibility with either sign, if it has or finds one.
    pub fn dual_ray(&mut self) -> Option<Vec<f64>> {
        let (mut has, mut ray) = (0, vec![0.0; self.most.1]);
        // SAFETY: `raw` is a live instance, and fills one entry a row, at most those of `most`.
        let status = unsafe { c::Highs_getDualRay(self.raw(), &raw mut has, ray.as_mut_ptr()) };
        ray.truncate(self.rows);
        (status != c::STATUS_ERROR && has != 0).then_some(ray)
    }

    /// A direction of unboundedness, if it has or finds one.
    pub fn primal_ray(&mut self) -> Option<Vec<f64>> {
        let (mut has, mut ray) = (0, vec![0.0; self.most.0]);
        // SAFETY: `raw` is a live instance, and fills one entry a column, at most those of `most`.
        let status = unsafe { c::Highs_getPrimalRay(self.raw(), &raw mut has, ray.as_mut_ptr()) };
        ray.truncate(self.columns);
        (status != c::STATUS_ERROR && has != 0).then_some(ray)
    }
}
