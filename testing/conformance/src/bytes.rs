// SPDX-License-Identifier: Apache-2.0

//! What needs the bytes of an honest triple alone, and of refusals the class: host functions are held to it too.

use crate::Triple;
use assay_mutants::heap;
use assay_primitives::{ErrorClass, MAX_VK_BYTES, SystemId, VerifyingKey};

/// Acceptance, or the class of the refusal.
pub type Verdict = Result<(), ErrorClass>;

/// A verifier.
pub type Ask<'a> = &'a dyn Fn(&Triple) -> Verdict;

/// What a call may hold on the heap at its peak. Counted where [`Counting`](crate::Counting) is the allocator.
pub const HEAP: usize = 64 << 20;

/// A part of a triple.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
	/// The key.
	Key,
	/// The public values.
	PublicValues,
	/// The proof.
	Proof,
}

impl Part {
	/// All of them.
	pub const ALL: [Self; 3] = [Self::Key, Self::PublicValues, Self::Proof];

	/// Its bytes.
	#[must_use]
	pub fn of(self, triple: &Triple) -> &Vec<u8> {
		match self {
			Self::Key => &triple.vk,
			Self::PublicValues => &triple.public_values,
			Self::Proof => &triple.proof,
		}
	}

	/// The same triple with this part changed.
	#[must_use]
	pub fn changed(self, triple: &Triple, change: impl FnOnce(&mut Vec<u8>)) -> Triple {
		let mut triple = triple.clone();
		change(match self {
			Self::Key => &mut triple.vk,
			Self::PublicValues => &mut triple.public_values,
			Self::Proof => &mut triple.proof,
		});
		triple
	}

	const fn cut(self) -> ErrorClass {
		match self {
			Self::Key => ErrorClass::VkMalformed,
			Self::PublicValues => ErrorClass::PublicValuesMalformed,
			Self::Proof => ErrorClass::ProofTruncated,
		}
	}

	const fn longer(self) -> ErrorClass {
		match self {
			Self::Proof => ErrorClass::ProofTrailingBytes,
			_ => self.cut(),
		}
	}
}

/// Positions in so many bytes: each, or some thousand of them, and both ends.
pub fn positions(length: usize) -> impl Iterator<Item = usize> {
	// An odd step, so that they fall on other bytes of each element.
	let step = if length > 20_000 { (length / 1_000) | 1 } else { 1 };
	(0..length).step_by(step).chain(length.saturating_sub(32)..length)
}

/// Changes bits of each byte of a part: it is refused, and never as a bug. `expected` are the classes for a
/// position; `None` for any.
pub fn changed_anywhere(
	ask: Ask<'_>,
	triple: &Triple,
	part: Part,
	positions: impl Iterator<Item = usize>,
	expected: impl Fn(usize) -> Option<&'static [ErrorClass]>,
) {
	for at in positions {
		for mask in [1, 0x80] {
			let verdict = ask(&part.changed(triple, |bytes| bytes[at] ^= mask));
			let Err(class) = verdict else { panic!("{part:?}, byte {at} ^ {mask:x} is not bound") };
			assert_ne!(class, ErrorClass::Internal, "{part:?}, byte {at} ^ {mask:x}");
			if let Some(expected) = expected(at) {
				assert!(
					expected.contains(&class),
					"{part:?}, byte {at} ^ {mask:x}: {class:?}, expected one of {expected:?}"
				);
			}
		}
	}
}

/// Cuts a part at each length.
pub fn cut_anywhere(ask: Ask<'_>, triple: &Triple, part: Part) {
	for length in positions(part.of(triple).len()) {
		let verdict = ask(&part.changed(triple, |bytes| bytes.truncate(length)));
		assert_eq!(verdict, Err(part.cut()), "{part:?}, {length} bytes");
	}
}

/// Puts bytes after the end of a part.
pub fn lengthened(ask: Ask<'_>, triple: &Triple, part: Part) {
	for more in [&[0][..], &[1], &[0xff], &[0; 4], &[0; 32]] {
		let verdict = ask(&part.changed(triple, |bytes| bytes.extend(more)));
		assert_eq!(verdict, Err(part.longer()), "{part:?} and {more:?}");
	}
}

/// Makes bytes of a part as large as they can be, in every place: lengths, counts, heights and elements are among
/// them. Little is allocated for them, and none is accepted.
pub fn hostile_lengths(ask: Ask<'_>, triple: &Triple, part: Part) {
	assert!(
		heap::peak(|| vec![1u8; 1 << 16]).1 >= 1 << 16,
		"nothing is counted: make `Counting` the test's global allocator"
	);
	for at in positions(part.of(triple).len()) {
		for width in [4, 8] {
			let hostile = part.changed(triple, |bytes| {
				bytes.iter_mut().skip(at).take(width).for_each(|byte| *byte = 0xff);
			});
			if hostile == *triple {
				continue;
			}
			let (verdict, bytes) = heap::peak(|| ask(&hostile));
			let Err(class) = verdict else { panic!("{part:?}, {width} bytes from {at}: accepted") };
			assert_ne!(class, ErrorClass::Internal, "{part:?}, {width} bytes from {at}");
			assert!(bytes <= HEAP, "{part:?}, {width} bytes from {at}: {bytes} bytes at the peak");
		}
	}
}

/// Asks with keys of the largest length that decoding looks at, and of one byte more.
pub fn too_long(ask: Ask<'_>, triple: &Triple) {
	let long = |length| ask(&Part::Key.changed(triple, |vk| vk.resize(length, 0)));
	assert_eq!(long(MAX_VK_BYTES), Err(ErrorClass::VkMalformed));
	assert_eq!(long(MAX_VK_BYTES + 1), Err(ErrorClass::VkTooLong));
}

/// Asks with keys of every version that is not the system's own, whatever follows.
pub fn other_versions(ask: Ask<'_>, system: SystemId, triple: &Triple) {
	for version in (0..=u8::MAX).filter(|version| !system.key_versions().contains(version)) {
		let refused = Err(ErrorClass::UnsupportedVersion);
		let of_version = Part::Key.changed(triple, |vk| vk[0] = version);
		assert_eq!(ask(&of_version), refused, "version {version}");
		let alone = Part::Key.changed(triple, |vk| *vk = vec![version]);
		assert_eq!(ask(&alone), refused, "version {version} alone");
	}
	let other_keys =
		other_systems(system).map(|(_, vk)| Part::Key.changed(triple, |all| *all = vk));
	for other in other_keys {
		assert_eq!(ask(&other), Err(ErrorClass::UnsupportedVersion));
	}
}

/// A key of each other proof system: `keys/NAME.vk`.
///
/// # Panics
///
/// If one is missing.
pub fn other_systems(system: SystemId) -> impl Iterator<Item = (SystemId, Vec<u8>)> {
	SystemId::ALL.into_iter().filter(move |&other| other != system).map(|other| {
		let file = crate::root().join("testing/conformance/keys").join(other.name());
		let file = file.with_extension("vk");
		let vk = std::fs::read(&file).unwrap_or_else(|error| {
			panic!("expected a key of {other:?} in {}: {error}", file.display())
		});
		let decoded = VerifyingKey::decode_strict(&vk).map(|vk| vk.system());
		assert_eq!(decoded, Ok(other), "{}", file.display());
		(other, vk)
	})
}
