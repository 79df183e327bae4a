// SPDX-License-Identifier: Apache-2.0

//! Where each field of a key and of a proof lies, and what a change of it is refused for: the map that tests,
//! mutators and the stress harness tamper by.
//!
//! Each proof system describes its own with [`Mapped`]. Only tests need this: no verifier reads a map.

use alloc::vec::Vec;
use assay_primitives::{ErrorClass, PublicValues, System, VerifyingKey};
use core::ops::Range;

/// What a field is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
	/// Digests of 32 bytes.
	Digests,
	/// Elements of the base field, four bytes each.
	Elements,
	/// Grinding nonces of eight bytes.
	Nonces,
	/// A count of what follows, four bytes, at most this many.
	Count {
		/// The largest count that the key allows.
		max: u64,
	},
	/// Anything else, byte by byte.
	Bytes,
}

impl Kind {
	/// Bytes of one item.
	#[must_use]
	pub const fn unit(self) -> usize {
		match self {
			Self::Digests => 32,
			Self::Nonces => 8,
			Self::Elements | Self::Count { .. } => 4,
			Self::Bytes => 1,
		}
	}
}

/// A field, before it is known where it lies.
#[derive(Clone, Copy, Debug)]
pub struct Field {
	/// Its name, the same for every query.
	pub name: &'static str,
	/// What it is made of.
	pub kind: Kind,
	/// How many items it has.
	pub items: usize,
	/// The query that it answers.
	pub query: Option<usize>,
	/// What a change of it is refused for: one of these classes.
	pub refusals: &'static [ErrorClass],
}

/// What takes the fields of a proof one after the other: [`Walk`] finds them in bytes, a mutator makes them up.
pub trait Source {
	/// Takes the next field. Returns the number in a [`Kind::Count`], 0 for any other kind; `None` to stop.
	fn take(&mut self, field: Field) -> Option<usize>;
}

/// A field of given bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
	/// Name of the field, the same for every query.
	pub name: &'static str,
	/// What it is made of.
	pub kind: Kind,
	/// The query that it answers.
	pub query: Option<usize>,
	/// Its bytes.
	pub range: Range<usize>,
	/// What a change of it is refused for: one of these classes.
	pub refusals: &'static [ErrorClass],
}

/// Every field of a key or a proof, in order and without gaps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
	/// The fields. Empty ones are left out.
	pub regions: Vec<Region>,
}

impl Layout {
	/// The fields called `name`.
	pub fn all(&self, name: &str) -> impl Iterator<Item = &Region> {
		self.regions.iter().filter(move |region| region.name == name)
	}

	/// The field that the byte at `position` belongs to.
	#[must_use]
	pub fn at(&self, position: usize) -> Option<&Region> {
		let after = self.regions.partition_point(|region| region.range.end <= position);
		self.regions.get(after)
	}
}

/// Finds fields in bytes.
#[derive(Clone, Debug)]
pub struct Walk<'a> {
	bytes: &'a [u8],
	at: usize,
	regions: Vec<Region>,
}

impl<'a> Walk<'a> {
	/// Begins at the start of `bytes`.
	#[must_use]
	pub const fn new(bytes: &'a [u8]) -> Self {
		Self { bytes, at: 0, regions: Vec::new() }
	}

	/// The bytes of the field that came last.
	#[must_use]
	pub fn last(&self) -> &'a [u8] {
		let range = self.regions.last().map_or(0..0, |region| region.range.clone());
		self.bytes.get(range).unwrap_or_default()
	}

	/// The bytes from here on.
	#[must_use]
	pub fn rest(&self) -> &'a [u8] {
		self.bytes.get(self.at..).unwrap_or_default()
	}

	/// The layout; `None` unless it fills the bytes to the last one.
	#[must_use]
	pub fn end(self) -> Option<Layout> {
		(self.at == self.bytes.len()).then_some(Layout { regions: self.regions })
	}
}

impl Source for Walk<'_> {
	fn take(&mut self, field: Field) -> Option<usize> {
		let Field { name, kind, items, query, refusals } = field;
		let range = self.at..self.at.checked_add(items.checked_mul(kind.unit())?)?;
		let bytes = self.bytes.get(range.clone())?;
		self.at = range.end;
		let count = match kind {
			Kind::Count { .. } => u32::from_le_bytes(bytes.try_into().ok()?) as usize,
			_ => 0,
		};
		if !range.is_empty() {
			self.regions.push(Region { name, kind, query, range, refusals });
		}
		Some(count)
	}
}

/// A proof system whose keys and proofs have a map.
pub trait Mapped: System {
	/// What a change of a public value to another element is refused for: one of these classes.
	const PUBLIC_VALUES: &'static [ErrorClass];

	/// The modulus of the base field that `vk` is over; `None` for a key of another system.
	fn modulus(vk: &VerifyingKey) -> Option<u32>;

	/// The fields of an encoded key, the first byte among them; `None` for a key of another system.
	fn key(vk: &VerifyingKey) -> Option<Layout>;

	/// The fields of a proof; `None` unless they fill it to the last byte.
	fn proof(vk: &VerifyingKey, public_values: &PublicValues, proof: &[u8]) -> Option<Layout>;

	/// Grinds again for a proof that was changed: with it, a change of what the transcript absorbs meets another
	/// check than that of the grinding. `None`, and the proof as it was, for a proof that does not decode, and for
	/// a system whose keys ask for more work than a test has time for.
	fn grind_again(
		vk: &VerifyingKey,
		public_values: &PublicValues,
		proof: &mut [u8],
	) -> Option<()> {
		let _ = (vk, public_values, proof);
		None
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const REFUSALS: &[ErrorClass] = &[ErrorClass::ProofCount];

	fn field(name: &'static str, kind: Kind, items: usize) -> Field {
		Field { name, kind, items, query: None, refusals: REFUSALS }
	}

	#[test]
	fn a_walk_finds_fields_without_gaps_and_ends_with_the_bytes() {
		let bytes = [&[7u8][..], &2u32.to_le_bytes(), &[1; 8], &[9; 32]].concat();
		let mut walk = Walk::new(&bytes);
		assert_eq!(walk.take(field("byte", Kind::Bytes, 1)), Some(0));
		assert_eq!(walk.take(field("count", Kind::Count { max: 3 }, 1)), Some(2));
		assert_eq!(walk.last(), 2u32.to_le_bytes());
		assert_eq!(walk.take(field("elements", Kind::Elements, 2)), Some(0));
		assert_eq!(walk.take(field("nothing", Kind::Nonces, 0)), Some(0));
		assert_eq!(walk.clone().end(), None);
		assert_eq!(walk.take(field("digest", Kind::Digests, 1)), Some(0));
		assert_eq!(walk.take(field("more", Kind::Bytes, 1)), None);
		let layout = walk.end();
		let regions = layout.iter().flat_map(|layout| &layout.regions);
		let found: Vec<_> = regions.map(|region| (region.name, region.range.clone())).collect();
		assert_eq!(
			found,
			[("byte", 0..1), ("count", 1..5), ("elements", 5..13), ("digest", 13..45)]
		);
		let at = |position| layout.as_ref()?.at(position).map(|region| region.name);
		assert_eq!([4, 5, 45].map(at), [Some("count"), Some("elements"), None]);
		assert_eq!(layout.iter().flat_map(|layout| layout.all("digest")).count(), 1);
	}

	#[test]
	fn a_walk_takes_no_field_whose_length_overflows() {
		assert_eq!(Walk::new(&[0; 8]).take(field("many", Kind::Digests, usize::MAX)), None);
	}
}
