// SPDX-License-Identifier: Apache-2.0

//! Reads what bincode 1 writes by `serialize`, and bincode 2 in its `legacy` configuration: numbers in their own
//! length, little-endian; lengths in eight bytes; nothing for structures and arrays.
//!
//! Written here because the crate is no longer maintained, and a proof needs few of serde's types. Every length is
//! bounded by the bytes that are left.

use serde::de::value::Error;
use serde::de::{DeserializeSeed, Deserializer, Error as _, SeqAccess, Visitor};

/// What is left to read.
pub struct Bincode<'de>(&'de [u8]);

impl<'de> Bincode<'de> {
	/// Reads from the beginning of `bytes`.
	pub const fn new(bytes: &'de [u8]) -> Self {
		Self(bytes)
	}

	/// The number of bytes that are left.
	pub const fn left(&self) -> usize {
		self.0.len()
	}

	fn take<const N: usize>(&mut self) -> Result<[u8; N], Error> {
		let (bytes, rest) = self.0.split_first_chunk().ok_or_else(|| {
			Error::custom(format_args!("expected {N} more bytes, got {}", self.0.len()))
		})?;
		self.0 = rest;
		Ok(*bytes)
	}
}

/// The items of a list or of a structure.
struct Items<'a, 'de> {
	from: &'a mut Bincode<'de>,
	left: usize,
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
	type Error = Error;

	fn next_element_seed<T: DeserializeSeed<'de>>(
		&mut self,
		seed: T,
	) -> Result<Option<T::Value>, Error> {
		let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
		self.left = left;
		seed.deserialize(&mut *self.from).map(Some)
	}

	fn size_hint(&self) -> Option<usize> {
		Some(self.left)
	}
}

/// Numbers of a fixed length.
macro_rules! numbers {
	($($method:ident $visit:ident $number:ty,)+) => {
		$(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
			visitor.$visit(<$number>::from_le_bytes(self.take()?))
		})+
	};
}

/// What no proof has.
macro_rules! others {
	($($method:ident($($argument:ty),*),)+) => {
		$(fn $method<V: Visitor<'de>>(self, $(_: $argument,)* _: V) -> Result<V::Value, Error> {
			Err(Error::custom("expected numbers, lists and structures, got another type"))
		})+
	};
}

impl<'de> Deserializer<'de> for &mut Bincode<'de> {
	type Error = Error;

	numbers! {
		deserialize_u8 visit_u8 u8,
		deserialize_u16 visit_u16 u16,
		deserialize_u32 visit_u32 u32,
		deserialize_u64 visit_u64 u64,
	}

	others! {
		deserialize_any(),
		deserialize_bool(),
		deserialize_i8(),
		deserialize_i16(),
		deserialize_i32(),
		deserialize_i64(),
		deserialize_f32(),
		deserialize_f64(),
		deserialize_char(),
		deserialize_str(),
		deserialize_string(),
		deserialize_bytes(),
		deserialize_byte_buf(),
		deserialize_map(),
		deserialize_enum(&'static str, &'static [&'static str]),
		deserialize_identifier(),
		deserialize_ignored_any(),
	}

	fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
		match self.take()? {
			[0] => visitor.visit_none(),
			[1] => visitor.visit_some(self),
			[other] => {
				Err(Error::custom(format_args!("expected 0 or 1 for an option, got {other}")))
			},
		}
	}

	fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
		visitor.visit_unit()
	}

	fn deserialize_unit_struct<V: Visitor<'de>>(
		self,
		_: &'static str,
		visitor: V,
	) -> Result<V::Value, Error> {
		visitor.visit_unit()
	}

	fn deserialize_newtype_struct<V: Visitor<'de>>(
		self,
		_: &'static str,
		visitor: V,
	) -> Result<V::Value, Error> {
		visitor.visit_newtype_struct(self)
	}

	fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
		let length = u64::from_le_bytes(self.take()?);
		// Every item of a proof takes a byte at least.
		let left = usize::try_from(length).ok().filter(|&length| length <= self.left());
		let left = left.ok_or_else(|| {
			let most = self.left();
			Error::custom(format_args!("expected a list of at most {most} items, got {length}"))
		})?;
		visitor.visit_seq(Items { from: self, left })
	}

	fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
		visitor.visit_seq(Items { from: self, left: len })
	}

	fn deserialize_tuple_struct<V: Visitor<'de>>(
		self,
		_: &'static str,
		len: usize,
		visitor: V,
	) -> Result<V::Value, Error> {
		self.deserialize_tuple(len, visitor)
	}

	fn deserialize_struct<V: Visitor<'de>>(
		self,
		_: &'static str,
		fields: &'static [&'static str],
		visitor: V,
	) -> Result<V::Value, Error> {
		self.deserialize_tuple(fields.len(), visitor)
	}

	// Field elements are numbers for people and bytes for machines.
	fn is_human_readable(&self) -> bool {
		false
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde::Deserialize;

	#[derive(Debug, PartialEq, Deserialize)]
	struct Small {
		rows: Vec<[u8; 2]>,
		next: Option<u32>,
		bits: usize,
		one: (u16, One),
	}

	#[derive(Debug, PartialEq, Deserialize)]
	struct One(u32);

	/// As bincode's specification has it.
	#[test]
	fn numbers_have_their_length_and_lists_their_own() {
		let bytes = [
			&2u64.to_le_bytes()[..],
			&[1, 2, 3, 4],
			&[1, 7, 0, 0, 0],
			&5u64.to_le_bytes(),
			&[9, 0, 8, 0, 0, 0],
		]
		.concat();
		let mut from = Bincode::new(&bytes);
		let small = Small::deserialize(&mut from).unwrap();
		let expected =
			Small { rows: vec![[1, 2], [3, 4]], next: Some(7), bits: 5, one: (9, One(8)) };
		assert_eq!((small, from.left()), (expected, 0));
		for length in 0..bytes.len() {
			assert!(Small::deserialize(&mut Bincode::new(&bytes[..length])).is_err(), "{length}");
		}
	}

	#[test]
	fn a_length_is_bounded_by_what_is_left() {
		let bytes = [&u64::MAX.to_le_bytes()[..], &[0; 9]].concat();
		let error = Vec::<u32>::deserialize(&mut Bincode::new(&bytes)).unwrap_err();
		let expected = "expected a list of at most 9 items, got 18446744073709551615";
		assert_eq!(error.to_string(), expected);
		let error = Option::<u8>::deserialize(&mut Bincode::new(&[2])).unwrap_err();
		assert_eq!(error.to_string(), "expected 0 or 1 for an option, got 2");
		assert!(String::deserialize(&mut Bincode::new(&bytes)).is_err());
	}
}
