// SPDX-License-Identifier: Apache-2.0

//! Keys for Cairo programs that no chain registers.

mod common;

use assay_primitives::{
	CairoBuiltin, CairoPreprocessedTrace, CairoVk, ErrorClass, Policy, Profile,
};
use assay_stwo::{Cause, Error, check_vk};
use common::cairo::{Case, name};

mod reject {
	use super::*;

	fn refused(change: impl FnOnce(&mut CairoVk)) -> Error {
		let case = Case::of("votes").with_vk(change);
		check_vk(&case.vk, &Policy::of(Profile::Compat)).unwrap_err()
	}

	#[test]
	fn a_root_that_is_not_known() {
		assert_eq!(refused(|vk| vk.preprocessed = [7; 32]), Error::Own(Cause::CairoPreprocessed));
		assert_eq!(
			refused(|vk| vk.preprocessed_trace = CairoPreprocessedTrace::Canonical),
			Error::Own(Cause::CairoPreprocessed)
		);
		assert_eq!(
			refused(|vk| vk.pcs.lifting_log_size = None),
			Error::Own(Cause::CairoPreprocessed)
		);
	}

	#[test]
	fn a_second_form_of_a_set() {
		let builtins =
			Error::Own(Cause::CairoVk { reason: "builtins are not ascending from output" });
		assert_eq!(refused(|vk| vk.builtins.reverse()), builtins);
		assert_eq!(refused(|vk| vk.builtins = vec![CairoBuiltin::RangeCheck]), builtins);
		assert_eq!(refused(|vk| vk.builtins.push(CairoBuiltin::RangeCheck)), builtins);
		let components = Error::Own(Cause::CairoVk { reason: "components are not ascending" });
		assert_eq!(refused(|vk| vk.components.swap(3, 4)), components);
		assert_eq!(refused(|vk| vk.components[4] = vk.components[3]), components);
		assert_eq!(refused(|vk| vk.components.clear()), components);
	}

	#[test]
	fn components_that_do_not_exist_or_lack_columns() {
		assert_eq!(
			refused(|vk| vk.components.push(68)),
			Error::Own(Cause::CairoVk { reason: "components are not all in the table" })
		);
		let large = (0..68).find(|&number| name(number) == "pedersen_points_table_window_bits_18");
		assert_eq!(
			refused(|vk| {
				vk.components.push(large.unwrap());
				vk.components.sort_unstable();
			}),
			Error::Own(Cause::CairoVk { reason: "a component without its preprocessed columns" })
		);
	}

	#[test]
	fn the_builtin_of_curve_operations() {
		let reason = "the builtin of curve operations is not in the small preprocessed trace";
		assert_eq!(
			refused(|vk| vk.builtins.push(CairoBuiltin::EcOp)),
			Error::Own(Cause::CairoVk { reason })
		);
	}

	#[test]
	fn programs_of_impossible_length() {
		for words in [0, 5, (1 << 16) + 1, u32::MAX] {
			let error = refused(|vk| vk.program_words = words);
			let (min, max) = (6, 1 << 16);
			let got = words.into();
			assert_eq!(error, Error::Parameter { name: "program_words", min, max, got });
		}
	}

	#[test]
	fn another_grinding_than_upstreams() {
		let error = refused(|vk| vk.pcs.interaction_grinding_bits = 23);
		let name = "interaction_grinding_bits";
		assert_eq!(error, Error::Parameter { name, min: 24, max: 24, got: 23 });
	}

	#[test]
	fn parameters_below_the_floor() {
		let case = Case::of("votes").with_vk(|vk| vk.pcs.num_queries = 10);
		let error = check_vk(&case.vk, &Policy::of(Profile::Compat)).unwrap_err();
		assert_eq!(error.class(), ErrorClass::SecurityTooLow);
	}
}
