//! Which one: an index that knows what it is an index of.
//!
//! An offer and a workload are both number 3 of something. A bare number would go into either list, and a swapped
//! pair would compile; these do not. Periods alone stay plain numbers: what is done with them is arithmetic (spans,
//! leads, terms), and with all else typed no other number can be taken for one.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

/// An index into one kind of list.
pub trait Id: Copy + Ord + fmt::Debug {
    /// The one at a position, from 0.
    fn at(position: usize) -> Self;

    /// Its position, from 0.
    fn position(self) -> usize;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl Id for $name {
            fn at(position: usize) -> Self {
                $name(position as u32)
            }

            fn position(self) -> usize {
                self.0 as usize
            }
        }

        /// Its position, for names that only programs read.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// A chip of [`Model::chips`](super::Model).
    ChipId;
    /// A cloud of [`Model::clouds`](super::Model).
    CloudId;
    /// A pool of [`Model::pools`](super::Model).
    PoolId;
    /// What stands upstream, of [`Model::supply`](super::Model).
    UpstreamId;
    /// An offer of [`Model::offers`](super::Model).
    OfferId;
    /// A contract of [`Model::contracts`](super::Model).
    ContractId;
    /// A workload of [`Model::workloads`](super::Model).
    WorkloadId;
    /// A limit of [`Model::limits`](super::Model).
    LimitId;
    /// A requirement of [`Model::survive`](super::Model).
    SurviveId;
    /// An outage of [`Model::outages`](super::Model).
    OutageId;
}

/// A list that is indexed by one kind of id.
#[derive(Clone, PartialEq)]
pub struct IdVec<K, T> {
    items: Vec<T>,
    of: PhantomData<fn(K) -> K>,
}

impl<K: Id, T> IdVec<K, T> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The ids, in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = K> + ExactSizeIterator + Clone + use<K, T> {
        (0..self.items.len()).map(K::at)
    }

    /// The items, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }

    /// The items, in order, to be changed.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.items.iter_mut()
    }

    /// Each with its id, in order.
    pub fn with_ids(&self) -> impl DoubleEndedIterator<Item = (K, &T)> + ExactSizeIterator + Clone {
        self.items.iter().enumerate().map(|(i, item)| (K::at(i), item))
    }

    /// One of them; none if there is no such.
    #[must_use]
    pub fn get(&self, id: K) -> Option<&T> {
        self.items.get(id.position())
    }

    /// The first that is as asked.
    pub fn find(&self, is: impl FnMut(&T) -> bool) -> Option<K> {
        self.items.iter().position(is).map(K::at)
    }

    /// One more; its id.
    pub fn push(&mut self, item: T) -> K {
        self.items.push(item);
        K::at(self.items.len() - 1)
    }

    /// Takes out those that are not as asked; what stays keeps its order and has new ids.
    pub fn keep(&mut self, mut is: impl FnMut(K, &T) -> bool) {
        let mut ids = self.ids();
        self.items.retain(|item| ids.next().is_some_and(|id| is(id, item)));
    }

    /// Puts others in the place of one; the id of the last of them, or the one's if there are none.
    pub fn replace(&mut self, id: K, others: Vec<T>) -> K {
        let last = K::at(id.position() + others.len().max(1) - 1);
        self.items.splice(id.position()..=id.position(), others);
        last
    }

    /// Each with its id, in order, to be changed.
    pub fn with_ids_mut(&mut self) -> impl Iterator<Item = (K, &mut T)> {
        self.items.iter_mut().enumerate().map(|(i, item)| (K::at(i), item))
    }

    /// As a slice, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.items
    }

    /// Something of each.
    pub fn map<U>(&self, of: impl FnMut(&T) -> U) -> IdVec<K, U> {
        self.items.iter().map(of).collect()
    }

    /// The same for each of as many.
    #[must_use]
    pub fn filled(len: usize, item: T) -> Self
    where
        T: Clone,
    {
        vec![item; len].into()
    }

    /// Something for each id of a list of that length.
    pub fn by_id(len: usize, of: impl FnMut(K) -> T) -> Self {
        (0..len).map(K::at).map(of).collect()
    }
}

impl<K, T> Default for IdVec<K, T> {
    fn default() -> Self {
        IdVec { items: Vec::new(), of: PhantomData }
    }
}

impl<K, T: fmt::Debug> fmt::Debug for IdVec<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.fmt(f)
    }
}

impl<K, T> From<Vec<T>> for IdVec<K, T> {
    fn from(items: Vec<T>) -> Self {
        IdVec { items, of: PhantomData }
    }
}

impl<K, T> FromIterator<T> for IdVec<K, T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        items.into_iter().collect::<Vec<T>>().into()
    }
}

impl<K, T> IntoIterator for IdVec<K, T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, K, T> IntoIterator for &'a IdVec<K, T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<'a, K, T> IntoIterator for &'a mut IdVec<K, T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter_mut()
    }
}

impl<K: Id, T> Index<K> for IdVec<K, T> {
    type Output = T;

    fn index(&self, id: K) -> &T {
        &self.items[id.position()]
    }
}

impl<K: Id, T> IndexMut<K> for IdVec<K, T> {
    fn index_mut(&mut self, id: K) -> &mut T {
        &mut self.items[id.position()]
    }
}

/// A number of each in each period.
pub type Grid<K> = IdVec<K, Vec<f64>>;

impl<K: Id> Grid<K> {
    /// Nothing of as many in as many periods.
    #[must_use]
    pub fn zero(len: usize, periods: usize) -> Self {
        IdVec::filled(len, vec![0.0; periods])
    }
}

/// Some of a list, such as the offers of a group.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct IdSet<K> {
    /// Whether each is in it.
    members: Vec<bool>,
    of: PhantomData<fn(K) -> K>,
}

/// A set of offers.
pub type OfferSet = IdSet<OfferId>;
/// A set of workloads.
pub type WorkloadSet = IdSet<WorkloadId>;
/// A set of contracts.
pub type ContractSet = IdSet<ContractId>;
/// A set of clouds.
pub type CloudSet = IdSet<CloudId>;

impl<K: Id> IdSet<K> {
    /// None of as many.
    #[must_use]
    pub fn none(of: usize) -> Self {
        vec![false; of].into()
    }

    /// All of as many.
    #[must_use]
    pub fn all(of: usize) -> Self {
        vec![true; of].into()
    }

    /// Those of as many that are listed.
    pub fn listed(of: usize, ids: impl IntoIterator<Item = K>) -> Self {
        let mut set = Self::none(of);
        ids.into_iter().for_each(|id| set.insert(id));
        set
    }

    /// Puts one in.
    pub fn insert(&mut self, id: K) {
        self.members[id.position()] = true;
    }

    /// Takes one out.
    pub fn remove(&mut self, id: K) {
        self.members[id.position()] = false;
    }

    /// Takes out those that are not as asked.
    pub fn keep(&mut self, mut is: impl FnMut(K) -> bool) {
        self.members.iter_mut().enumerate().for_each(|(i, m)| *m = *m && is(K::at(i)));
    }

    /// Its members, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = K> + Clone {
        self.members.iter().enumerate().filter(|(_, m)| **m).map(|(i, _)| K::at(i))
    }

    /// Whether none is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        !self.members.contains(&true)
    }

    /// Whether all of the list are in it.
    #[must_use]
    pub fn is_all(&self) -> bool {
        !self.members.contains(&false)
    }

    /// Whether all of its members are in another.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.members.iter().zip(&other.members).all(|(mine, theirs)| !mine || *theirs)
    }

    /// The members of both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.members.iter().zip(&other.members).map(|(mine, theirs)| *mine && *theirs).collect()
    }

    /// The members of either.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        self.members.iter().zip(&other.members).map(|(mine, theirs)| *mine || *theirs).collect()
    }
}

/// Whether one is in it.
impl<K: Id> Index<K> for IdSet<K> {
    type Output = bool;

    fn index(&self, id: K) -> &bool {
        &self.members[id.position()]
    }
}

impl<K> Default for IdSet<K> {
    fn default() -> Self {
        Vec::new().into()
    }
}

impl<K: Id> fmt::Debug for IdSet<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<K> From<Vec<bool>> for IdSet<K> {
    fn from(members: Vec<bool>) -> Self {
        IdSet { members, of: PhantomData }
    }
}

impl<K: Id> IdSet<K> {
    /// 1 for each that is in it, 0 for the others.
    #[must_use]
    pub fn parts(&self) -> IdVec<K, f64> {
        self.members.iter().map(|m| f64::from(u8::from(*m))).collect()
    }
}

impl<K> FromIterator<bool> for IdSet<K> {
    fn from_iter<I: IntoIterator<Item = bool>>(members: I) -> Self {
        members.into_iter().collect::<Vec<bool>>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_out_or_replaced_leaves_the_others_in_order() {
        let list: IdVec<OfferId, char> = vec!['a', 'b', 'c'].into();
        let mut kept = list.clone();
        kept.keep(|id, item| id != OfferId::at(0) && *item != 'c');
        assert_eq!(kept.as_slice(), ['b']);
        let mut replaced = list.clone();
        assert_eq!(replaced.replace(OfferId::at(1), vec!['x', 'y']), OfferId::at(2), "the last of the new ones");
        assert_eq!(replaced.as_slice(), ['a', 'x', 'y', 'c']);
        assert_eq!(list.find(|c| *c == 'c'), Some(OfferId::at(2)));
    }

    #[test]
    fn sets_are_of_one_list() {
        let of = |members: [bool; 3]| OfferSet::from(members.to_vec());
        let (first, ends) = (of([true, false, false]), of([true, false, true]));
        assert_eq!(ends.iter().map(Id::position).collect::<Vec<_>>(), [0, 2]);
        assert!(first.is_within(&ends) && !ends.is_within(&first) && OfferSet::none(3).is_within(&first));
        assert_eq!((first.or(&ends), first.and(&ends)), (ends.clone(), first));
        assert!(OfferSet::all(3).is_all() && OfferSet::none(3).is_empty() && !ends.is_all());
        assert_eq!(ends.parts().as_slice(), [1.0, 0.0, 1.0]);
        let mut changed = ends.clone();
        changed.remove(OfferId::at(0));
        changed.insert(OfferId::at(1));
        assert_eq!(changed, OfferSet::listed(3, [OfferId::at(2), OfferId::at(1)]));
        changed.keep(|id| id == OfferId::at(1));
        assert_eq!(changed, of([false, true, false]));
        assert!(changed[OfferId::at(1)] && !changed[OfferId::at(2)]);
    }
}
