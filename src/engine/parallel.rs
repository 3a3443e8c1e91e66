//! Solves that wait for nothing of one another: on all processors, or in a build without threads one after the other.
//! The answers are the same, in the same order.

#[cfg(feature = "parallel")]
pub(crate) use rayon::prelude::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

/// Does something on one processor, whatever it has to wait for. Where no thread can be started for that, on all of them:
/// the answer is the same.
#[cfg(all(feature = "parallel", feature = "batch"))]
pub(crate) fn on_one_processor<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

/// The same in a build without threads.
#[cfg(all(not(feature = "parallel"), feature = "batch"))]
pub(crate) fn on_one_processor<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[cfg(not(feature = "parallel"))]
pub(crate) use one_by_one::{IntoParallelIterator, IntoParallelRefIterator};

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
