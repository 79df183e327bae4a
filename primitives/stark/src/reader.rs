// SPDX-License-Identifier: Apache-2.0

use crate::Error;
use alloc::vec::Vec;
use core::marker::PhantomData;

/// Reads the parts of a proof from bytes that nobody has checked: nothing is allocated before the bytes for
/// it are known to exist, and nothing may be left over.
///
/// `C` is the proof system's own causes ([`SystemCause`](crate::SystemCause)), so that errors need no conversion.
#[derive(Clone, Debug)]
pub struct Reader<'a, C> {
	rest: &'a [u8],
	causes: PhantomData<C>,
}

impl<'a, C> Reader<'a, C> {
	/// Reads `bytes` from their start.
	#[must_use]
	pub const fn new(bytes: &'a [u8]) -> Self {
		Self { rest: bytes, causes: PhantomData }
	}

	/// What has not been read.
	#[must_use]
	pub const fn rest(&self) -> &'a [u8] {
		self.rest
	}

	/// The next `count` pieces of `N` bytes.
	///
	/// # Errors
	///
	/// [`Error::Truncated`].
	pub fn take<const N: usize>(
		&mut self,
		reading: &'static str,
		count: usize,
	) -> Result<&'a [[u8; N]], Error<C>> {
		let expected = count.saturating_mul(N);
		let Some((taken, rest)) = self.rest.split_at_checked(expected) else {
			return Err(Error::Truncated { reading, expected, got: self.rest.len() });
		};
		self.rest = rest;
		Ok(taken.as_chunks::<N>().0)
	}

	/// The next `N` bytes.
	///
	/// # Errors
	///
	/// [`Error::Truncated`].
	pub fn one<const N: usize>(&mut self, reading: &'static str) -> Result<[u8; N], Error<C>> {
		Ok(self.take::<N>(reading, 1)?.first().copied().unwrap_or([0; N]))
	}

	/// A count of at most `max`: four little-endian bytes.
	///
	/// # Errors
	///
	/// [`Error::Truncated`], [`Error::Count`].
	pub fn count(&mut self, reading: &'static str, max: u64) -> Result<usize, Error<C>> {
		let count = u32::from_le_bytes(self.one::<4>(reading)?);
		if u64::from(count) > max {
			return Err(Error::Count { reading, max, got: count.into() });
		}
		Ok(count as usize)
	}

	/// `count` items of `N` bytes each, as `item` decodes them; it returns `None` for bytes that are not canonical.
	///
	/// # Errors
	///
	/// [`Error::Truncated`], [`Error::NotCanonical`].
	pub fn items<const N: usize, T>(
		&mut self,
		reading: &'static str,
		count: usize,
		item: impl Fn([u8; N]) -> Option<T>,
	) -> Result<Vec<T>, Error<C>> {
		let bytes = self.take::<N>(reading, count)?;
		let mut out = Vec::with_capacity(count);
		for &bytes in bytes {
			out.push(item(bytes).ok_or(Error::NotCanonical { reading })?);
		}
		Ok(out)
	}

	/// Makes sure that everything has been read.
	///
	/// # Errors
	///
	/// [`Error::TrailingBytes`].
	pub fn end(&self) -> Result<(), Error<C>> {
		match self.rest.len() {
			0 => Ok(()),
			got => Err(Error::TrailingBytes { got }),
		}
	}
}
