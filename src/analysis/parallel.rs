//! Solves that wait for nothing of one another: on all processors, or in a build without threads one after the other.
//! The answers are the same, in the same order.

#[cfg(feature = "parallel")]
pub(super) use rayon::prelude::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

#[cfg(not(feature = "parallel"))]
pub(super) use one_by_one::{IntoParallelIterator, IntoParallelRefIterator};

/// The same words without threads.
#[cfg(not(feature = "parallel"))]
mod one_by_one {
    pub trait IntoParallelIterator: IntoIterator + Sized {
        fn into_par_iter(self) -> Self::IntoIter {
            self.into_iter()
        }
    }

    impl<T: IntoIterator> IntoParallelIterator for T {}

    pub trait IntoParallelRefIterator<T> {
        fn par_iter(&self) -> std::slice::Iter<'_, T>;
    }

    impl<T> IntoParallelRefIterator<T> for [T] {
        fn par_iter(&self) -> std::slice::Iter<'_, T> {
            self.iter()
        }
    }
}
