// SPDX-License-Identifier: Apache-2.0

//! What every proof system does, of STWO and of Cairo.

mod common;

use assay_conformance::{Bound, Candidate, Case, Counting};
use assay_primitives::{CairoVk, StwoComponent, StwoVk, VerifyingKey};
use assay_stwo::{Cause, cairo, supported};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn committed(name: &str) -> Case {
	let [vk, public_values, proof] =
		["vk", "public_values", "proof"].map(|part| common::read(name, part));
	Case::decode(name, [&vk, &public_values, &proof])
}

/// `RANGE: "name", type, field;` of the keys that `$inner` takes apart.
macro_rules! bounds {
	($inner:ident: $($range:expr, $name:literal, $type:ty, $($field:ident).+;)+) => {
		vec![$(Bound {
			name: $name,
			range: $range,
			holds: <$type>::MAX.into(),
			set: |vk, value| $inner(vk).$($field).+ = value as $type,
		}),+]
	};
}

mod stwo {
	use super::*;

	struct Stwo;

	fn inner(vk: &mut VerifyingKey) -> &mut StwoVk {
		let VerifyingKey::StwoV1(inner) = vk else { panic!("expected a key for STWO") };
		inner
	}

	impl Candidate for Stwo {
		type Cause = Cause;
		type System = assay_stwo::Stwo;

		fn cases() -> Vec<Case> {
			// With lookups first, and so with every field that a proof can have.
			let mut names = common::FIXTURES;
			names.rotate_left(4);
			names.map(committed).to_vec()
		}

		fn bounds() -> Vec<Bound> {
			let mut bounds = bounds! { inner:
				supported::LOG_BLOWUP, "log_blowup", u8, pcs.log_blowup;
				supported::NUM_QUERIES, "num_queries", u16, pcs.num_queries;
				supported::LOG_LAST_LAYER, "log_last_layer", u8, pcs.log_last_layer;
				supported::FOLD_STEP, "fold_step", u8, pcs.fold_step;
				supported::GRINDING_BITS, "interaction_grinding_bits", u8, pcs.interaction_grinding_bits;
				supported::GRINDING_BITS, "query_grinding_bits", u8, pcs.query_grinding_bits;
			};
			bounds.push(Bound {
				name: "log_size",
				range: supported::LOG_SIZE,
				holds: u8::MAX.into(),
				set: |vk, value| inner(vk).components[0].log_size = value as u8,
			});
			bounds.push(Bound {
				name: "components",
				range: supported::COMPONENTS,
				holds: 200,
				// Small ones, so that the key is none that is too long.
				set: |vk, value| {
					let another = StwoComponent {
						log_size: 4,
						preprocessed: Vec::new(),
						program: Vec::new(),
					};
					inner(vk).components.resize(value as usize, another);
				},
			});
			bounds
		}
	}

	assay_conformance::conformance!(Stwo);
}

mod of_cairo {
	use super::*;

	struct Cairo;

	fn inner(vk: &mut VerifyingKey) -> &mut CairoVk {
		let VerifyingKey::CairoV1(inner) = vk else { panic!("expected a key for Cairo") };
		inner
	}

	impl Candidate for Cairo {
		type Cause = Cause;
		type System = assay_stwo::Cairo;
		// Words of the program's output.
		const ELEMENTS: bool = false;

		fn cases() -> Vec<Case> {
			["fibonacci", "votes"].map(|name| committed(&format!("cairo/{name}"))).to_vec()
		}

		fn bounds() -> Vec<Bound> {
			const INTERACTION: u64 = cairo::supported::INTERACTION_GRINDING_BITS as u64;
			bounds! { inner:
				(INTERACTION, INTERACTION), "interaction_grinding_bits", u8, pcs.interaction_grinding_bits;
				cairo::supported::PROGRAM_WORDS, "program_words", u32, program_words;
				supported::NUM_QUERIES, "num_queries", u16, pcs.num_queries;
				supported::LOG_LAST_LAYER, "log_last_layer", u8, pcs.log_last_layer;
				supported::FOLD_STEP, "fold_step", u8, pcs.fold_step;
				supported::GRINDING_BITS, "query_grinding_bits", u8, pcs.query_grinding_bits;
			}
		}
	}

	assay_conformance::conformance!(Cairo);
}
