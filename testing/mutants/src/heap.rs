// SPDX-License-Identifier: Apache-2.0

//! The memory that a call takes at its peak, counted on the calling thread alone.
//!
//! Counts where [`Counting`] is the global allocator of the binary; elsewhere every peak is 0.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
	static NOW: Cell<isize> = const { Cell::new(0) };
	static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// The system's allocator, counted.
#[derive(Debug)]
pub struct Counting;

fn count(bytes: isize) {
	let now = NOW.get() + bytes;
	NOW.set(now);
	PEAK.set(PEAK.get().max(now));
}

// SAFETY: every call is passed on as it came.
unsafe impl GlobalAlloc for Counting {
	unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
		count(layout.size() as isize);
		// SAFETY: the caller's promise is passed on.
		unsafe { System.alloc(layout) }
	}

	unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
		count(-(layout.size() as isize));
		// SAFETY: the caller's promise is passed on.
		unsafe { System.dealloc(pointer, layout) }
	}
}

/// What `call` answers, and the bytes that it held at its peak.
pub fn peak<T>(call: impl FnOnce() -> T) -> (T, usize) {
	let before = NOW.get();
	PEAK.set(before);
	let answer = call();
	(answer, usize::try_from(PEAK.get() - before).unwrap_or(0))
}
