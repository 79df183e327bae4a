// SPDX-License-Identifier: Apache-2.0

//! What both program formats do alike: numbers and back-references.

use crate::ProgramError;
use alloc::vec::Vec;

/// Appends `value` as unsigned LEB128 in its shortest form.
pub(crate) fn put_number(out: &mut Vec<u8>, mut value: u32) {
	while value >= 0x80 {
		out.push(value as u8 | 0x80);
		value >>= 7;
	}
	out.push(value as u8);
}

/// Reads the parts of a program from bytes that nobody has checked.
pub(crate) struct Reader<'a> {
	pub rest: &'a [u8],
}

impl Reader<'_> {
	#[inline]
	pub fn byte(&mut self, reading: &'static str) -> Result<u8, ProgramError> {
		let (&first, rest) = self.rest.split_first().ok_or(ProgramError::Truncated { reading })?;
		self.rest = rest;
		Ok(first)
	}

	/// A number of at most `max`, refused unless in its shortest form.
	#[inline]
	pub fn number(&mut self, reading: &'static str, max: u32) -> Result<u32, ProgramError> {
		// Most are below 128.
		if let Some((&first, rest)) = self.rest.split_first()
			&& first < 0x80
			&& u32::from(first) <= max
		{
			self.rest = rest;
			return Ok(first.into());
		}
		let mut value = 0u64;
		for shift in (0..35).step_by(7) {
			let byte = self.byte(reading)?;
			value |= u64::from(byte & 0x7f) << shift;
			if byte & 0x80 == 0 {
				if byte == 0 && shift > 0 {
					return Err(ProgramError::NumberNotMinimal { reading });
				}
				if value > u64::from(max) {
					return Err(ProgramError::TooLarge {
						what: reading,
						max: u64::from(max),
						got: value,
					});
				}
				return Ok(value as u32);
			}
		}
		Err(ProgramError::TooLarge { what: reading, max: u64::from(max), got: value })
	}

	/// A field element as four little-endian bytes, below `modulus`.
	pub fn element(&mut self, reading: &'static str, modulus: u32) -> Result<u32, ProgramError> {
		let (bytes, rest) =
			self.rest.split_first_chunk::<4>().ok_or(ProgramError::Truncated { reading })?;
		self.rest = rest;
		let value = u32::from_le_bytes(*bytes);
		if value >= modulus {
			return Err(ProgramError::ConstantNotCanonical { got: value });
		}
		Ok(value)
	}

	/// An operand of operation `node`: a number that counts back from it.
	#[inline]
	pub fn operand(&mut self, node: usize, max: u32) -> Result<u32, ProgramError> {
		let back = self.number("operand", max)?;
		match (node as u32).checked_sub(back) {
			Some(position) if back > 0 => Ok(position),
			_ => Err(ProgramError::ForwardReference { node }),
		}
	}

	/// An index of operation `node` into `count` of `what`.
	pub fn index(
		&mut self,
		node: usize,
		what: &'static str,
		count: u32,
	) -> Result<u32, ProgramError> {
		let got = self.number(what, u32::MAX)?;
		if got >= count {
			return Err(ProgramError::OutOfRange { node, what, count, got });
		}
		Ok(got)
	}

	/// The positions of the assertions, at least one, and the end of the program.
	pub fn assertions(&mut self, nodes: u32, max: u32) -> Result<Vec<u32>, ProgramError> {
		let assertions = self.positions(nodes, max)?;
		if assertions.is_empty() {
			return Err(ProgramError::NoAssertions);
		}
		self.end()?;
		Ok(assertions)
	}

	/// The positions of assertions.
	pub fn positions(&mut self, nodes: u32, max: u32) -> Result<Vec<u32>, ProgramError> {
		let asserted = self.number("number of assertions", max)?;
		let mut assertions = Vec::with_capacity((asserted as usize).min(self.rest.len()));
		for index in 0..asserted as usize {
			assertions.push(self.position_in(index, "asserted operation", nodes)?);
		}
		Ok(assertions)
	}

	/// The position of one of `nodes` operations.
	#[cfg(feature = "plonky3")]
	pub fn position(&mut self, what: &'static str, nodes: u32) -> Result<u32, ProgramError> {
		self.position_in(0, what, nodes)
	}

	fn position_in(
		&mut self,
		node: usize,
		what: &'static str,
		count: u32,
	) -> Result<u32, ProgramError> {
		let got = self.number("assertion", crate::limits::MAX_OPERATIONS)?;
		if got >= count {
			return Err(ProgramError::OutOfRange { node, what, count, got });
		}
		Ok(got)
	}

	/// Refuses what follows.
	pub const fn end(&self) -> Result<(), ProgramError> {
		match self.rest.len() {
			0 => Ok(()),
			got => Err(ProgramError::TrailingBytes { got }),
		}
	}
}

/// Numbers that look random. Which they are doesn't matter: what is made up is only ever a witness.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers(pub u64);

impl Numbers {
	/// The next number: splitmix64.
	pub fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ (z >> 31)
	}
}
