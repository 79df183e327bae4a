// SPDX-License-Identifier: Apache-2.0

//! Passes bytes from a runtime's memory to the verifier.

use core::marker::PhantomData;
use sp_runtime_interface::RIType;

/// Passes a slice by its pointer and length, and copies it into memory that the thread keeps.
///
/// The interface is bit by bit that of `PassFatPointerAndRead<&[u8]>` of `sp-runtime-interface`, which
/// allocates zeroed memory in every call: for a proof of half a megabyte that takes several times as
/// long as the copy.
pub struct PassIntoKept<T>(PhantomData<T>);

impl<T> RIType for PassIntoKept<T> {
	type FFIType = u64;
	type Inner = T;
}

#[cfg(substrate_runtime)]
impl<'a> sp_runtime_interface::wasm::IntoFFIValue for PassIntoKept<&'a [u8]> {
	type Destructor = ();

	fn into_ffi_value(value: &mut &'a [u8]) -> (u64, ()) {
		let (pointer, len) = (value.as_ptr() as u32, value.len() as u32);
		(sp_runtime_interface::pack_ptr_and_len(pointer, len), ())
	}
}

#[cfg(feature = "std")]
mod host {
	use super::PassIntoKept;
	use sp_runtime_interface::{
		host::FromFFIValue,
		sp_wasm_interface::{FunctionContext, Pointer, Result},
		unpack_ptr_and_len,
	};
	use std::{cell::RefCell, ops::Deref};

	/// Most bytes to keep for one argument: more than the largest proof that fits into a block.
	const KEPT_BYTES: usize = 8 << 20;
	/// Most arguments of a call for which to keep memory.
	const KEPT: usize = 3;
	/// Size of a page: caches treat addresses that differ by a multiple of it alike.
	const PAGE: usize = 4096;

	thread_local! {
		static MEMORY: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
	}

	/// An argument, in memory that goes back to the thread.
	pub struct Kept {
		memory: Vec<u8>,
		start: usize,
		len: usize,
	}

	impl Kept {
		/// Memory for an argument that is at `pointer` in the runtime's, with other bytes in it.
		///
		/// It begins half a page off the argument, modulo a page. Where a copy begins just behind its
		/// source in this sense, as the allocators of host and runtime have it, AMD's Zen 3 and 4
		/// copy ten times slower (glibc's bug 30994): 190 instead of 14 us for 580 KB.
		pub(super) fn take(pointer: u32, len: usize) -> Self {
			let room = len.saturating_add(PAGE);
			let found = MEMORY.with_borrow_mut(|kept| {
				kept.sort_by_key(Vec::len);
				// The smallest that is large enough, or else the largest.
				let place = kept.iter().position(|memory| memory.len() >= room);
				let place = place.or_else(|| kept.len().checked_sub(1))?;
				Some(kept.remove(place))
			});
			let mut memory = found.unwrap_or_default();
			if memory.len() < room {
				memory.resize(room, 0);
			}
			// The runtime's memory begins with a page.
			let start = (pointer as usize + PAGE / 2).wrapping_sub(memory.as_ptr().addr()) % PAGE;
			Self { memory, start, len }
		}

		pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
			self.memory
				.get_mut(self.start..)
				.and_then(|m| m.get_mut(..self.len))
				.unwrap_or_default()
		}
	}

	impl Deref for Kept {
		type Target = [u8];

		fn deref(&self) -> &[u8] {
			self.memory.get(self.start..).and_then(|m| m.get(..self.len)).unwrap_or_default()
		}
	}

	impl Drop for Kept {
		fn drop(&mut self) {
			let memory = core::mem::take(&mut self.memory);
			// A thread that ends keeps nothing.
			let _ = MEMORY.try_with(|kept| {
				if let Ok(mut kept) = kept.try_borrow_mut()
					&& kept.len() < KEPT
					&& memory.len() <= KEPT_BYTES
				{
					kept.push(memory);
				}
			});
		}
	}

	impl<'a> FromFFIValue<'a> for PassIntoKept<&'a [u8]> {
		type Owned = Kept;

		fn from_ffi_value(context: &mut dyn FunctionContext, arg: u64) -> Result<Kept> {
			let (pointer, len) = unpack_ptr_and_len(arg);
			// Before allocating: the length comes from the runtime. Its memory begins at 0 and has no gaps, so
			// if it holds the last byte, it holds all.
			if let Some(before_last) = len.checked_sub(1) {
				let last = pointer
					.checked_add(before_last)
					.ok_or("an argument that ends beyond the runtime's memory")?;
				context.read_memory_into(Pointer::new(last), &mut [0])?;
			}
			let mut kept = Kept::take(pointer, len as usize);
			// Fails for bytes that are not in the runtime's memory.
			context.read_memory_into(Pointer::new(pointer), kept.bytes_mut())?;
			Ok(kept)
		}

		fn take_from_owned(owned: &'a mut Kept) -> &'a [u8] {
			owned
		}
	}

	#[cfg(test)]
	mod tests {
		use super::*;

		fn filled(len: usize, byte: u8) -> Kept {
			let mut kept = Kept::take(8, len);
			kept.bytes_mut().fill(byte);
			kept
		}

		#[test]
		fn an_argument_has_its_own_bytes_and_no_more_of_them() {
			drop(filled(100, 1));
			let (short, long) = (filled(7, 2), filled(200, 3));
			assert_eq!(*short, [2; 7]);
			assert_eq!(*long, [3; 200]);
			assert!(filled(0, 4).is_empty());
		}

		/// A runtime's memory of a page, all ones.
		struct Page;

		impl FunctionContext for Page {
			fn read_memory_into(&mut self, address: Pointer<u8>, out: &mut [u8]) -> Result<()> {
				if u32::from(address) as usize + out.len() > PAGE {
					return Err("out of bounds".into());
				}
				out.fill(1);
				Ok(())
			}

			fn write_memory(&mut self, _: Pointer<u8>, _: &[u8]) -> Result<()> {
				unreachable!("arguments are read")
			}

			fn allocate_memory(&mut self, _: u32) -> Result<Pointer<u8>> {
				unreachable!("arguments are read")
			}

			fn deallocate_memory(&mut self, _: Pointer<u8>) -> Result<()> {
				unreachable!("arguments are read")
			}

			fn register_panic_error_message(&mut self, _: &str) {}
		}

		#[test]
		fn a_length_that_is_a_lie_is_refused_before_memory_is_asked_for() {
			let read = |pointer: u32, len: u32| {
				let arg = u64::from(pointer) | u64::from(len) << 32;
				PassIntoKept::<&[u8]>::from_ffi_value(&mut Page, arg).map(|kept| kept.to_vec())
			};
			assert_eq!(read(0, PAGE as u32).unwrap(), [1; PAGE]);
			assert!(read(PAGE as u32, 0).unwrap().is_empty());
			MEMORY.with_borrow_mut(Vec::clear);
			for (pointer, len) in [
				(0, u32::MAX),
				(1, PAGE as u32),
				(PAGE as u32, 1),
				(u32::MAX, 2),
				(u32::MAX, u32::MAX),
			] {
				assert!(read(pointer, len).is_err(), "{len} bytes at {pointer}");
			}
			// Nothing was taken, so nothing was given back.
			assert!(MEMORY.with_borrow(Vec::is_empty));
		}

		#[test]
		fn an_argument_begins_half_a_page_off_its_source() {
			for pointer in [0, 8, 2047, 2048, 4095, 70_000, u32::MAX] {
				for len in [1, 100, 5000] {
					let kept = Kept::take(pointer, len);
					assert_eq!(kept.len(), len);
					let off = kept.as_ptr().addr().wrapping_sub(pointer as usize);
					assert_eq!(off % PAGE, PAGE / 2);
				}
			}
		}

		#[test]
		fn memory_is_used_again_and_what_is_kept_is_bounded() {
			let kept = || MEMORY.with_borrow(|kept| kept.iter().map(Vec::len).collect::<Vec<_>>());
			drop(filled(1000, 1));
			let at = filled(500, 1).as_ptr();
			assert_eq!(filled(900, 2).as_ptr(), at);
			assert_eq!(kept(), [1000 + PAGE]);
			drop([filled(10, 1), filled(20, 1), filled(30, 1), filled(40, 1), filled(50, 1)]);
			assert_eq!(kept().len(), KEPT);
			MEMORY.with_borrow_mut(Vec::clear);
			drop(filled(KEPT_BYTES - PAGE + 1, 1));
			assert!(kept().is_empty());
			drop(filled(KEPT_BYTES - PAGE, 1));
			assert_eq!(kept(), [KEPT_BYTES]);
		}
	}
}
