// SPDX-License-Identifier: Apache-2.0

//! The memory that a verification takes at its peak. Alone in its binary: it counts allocations.

#![cfg(feature = "prover")]

mod common;

use assay_airs::Sample;
use assay_plonky3::soundness::Space;
use assay_plonky3::verify_bytes;
use assay_primitives::{ExtensionDegree, FriParams, HashKind};
use codec::Encode;
use common::Case;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

unsafe impl GlobalAlloc for Counting {
	unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
		let now = NOW.fetch_add(layout.size(), Relaxed) + layout.size();
		PEAK.fetch_max(now, Relaxed);
		// SAFETY: the caller's promise is passed on.
		unsafe { System.alloc(layout) }
	}

	unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
		NOW.fetch_sub(layout.size(), Relaxed);
		// SAFETY: the caller's promise is passed on.
		unsafe { System.dealloc(pointer, layout) }
	}
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const LIMIT: usize = 64 << 20;

fn peak(call: impl FnOnce()) -> usize {
	let before = NOW.load(Relaxed);
	PEAK.store(before, Relaxed);
	call();
	PEAK.load(Relaxed) - before
}

#[test]
fn stay_below_64_mib_for_the_widest_sample_and_for_claims_of_2_to_the_60() {
	let extension = ExtensionDegree::Five;
	let fri = FriParams { num_queries: 44, ..Space::balanced(extension, 10).end() };
	let case = Case::of(Sample::Keccak, 10, HashKind::Keccak, extension, fri);
	let (vk, public) = (case.vk.encode(), case.public_values.encode());
	let honest = peak(|| {
		verify_bytes(&vk, &public, &case.proof).unwrap();
	});
	println!("keccak-air 2^10: proof {} bytes, peak {honest} bytes", case.proof.len());
	assert!(honest < LIMIT, "{honest}");

	// Every byte of the first kilobyte of the key, made as large as it can be: lengths, counts,
	// heights and parameters are among them.
	for position in 1..vk.len().min(1024) {
		let mut claim = vk.clone();
		for byte in claim.iter_mut().skip(position).take(8) {
			*byte = 0xff;
		}
		let hostile = peak(|| {
			let _ = verify_bytes(&claim, &public, &case.proof);
		});
		assert!(hostile < LIMIT, "{position}: {hostile}");
	}
}
