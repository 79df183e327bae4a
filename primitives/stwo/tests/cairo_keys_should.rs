// SPDX-License-Identifier: Apache-2.0

//! Keys for Cairo programs that no chain registers.

mod common;

use assay_primitives::CairoPreprocessedTrace::{
	self, Canonical, CanonicalSmall, CanonicalWithoutPedersen,
};
use assay_primitives::{
	CairoBuiltin, CairoVk, ErrorClass, Policy, Profile, StwoHash, StwoParams, VerifyingKey,
};
use assay_stwo::{Cause, Error, check_vk};
use common::cairo::{Case, name};

mod accept {
	use super::*;

	/// A simple bootloader's `main` takes every builtin, whatever its tasks use.
	#[test]
	fn a_main_that_takes_builtins_without_a_component() {
		use CairoBuiltin::*;
		let case = Case::of("votes").with_vk(|vk| {
			vk.builtins = vec![
				Output,
				Pedersen,
				RangeCheck,
				Ecdsa,
				Bitwise,
				EcOp,
				Keccak,
				Poseidon,
				RangeCheck96,
				AddMod,
				MulMod,
			];
		});
		let checked = check_vk(&case.vk, &Policy::of(Profile::Standard)).unwrap();
		assert_eq!(checked.security.proven, 80);
	}

	/// As upstream's prover has it by default, with more queries.
	#[test]
	fn keys_without_lifting() {
		for (trace, num_queries, bits) in [
			(CanonicalSmall, 132, (80, 92)),
			(CanonicalSmall, 82, (60, 92)),
			(Canonical, 132, (80, 87)),
			(CanonicalWithoutPedersen, 132, (80, 87)),
		] {
			let key = unlifted(trace, num_queries);
			let profile = if bits.0 == 80 { Profile::Standard } else { Profile::Compat };
			let security = check_vk(&key, &Policy::of(profile)).unwrap().security;
			assert_eq!((security.proven, security.conjectured), bits, "{trace:?}");
			assert_eq!(assay_stwo::security(&key).unwrap().report.bits, security);
		}
	}

	#[test]
	fn keys_lifted_to_the_highest_column() {
		let VerifyingKey::CairoV1(mut key) = unlifted(Canonical, 132) else { unreachable!() };
		key.pcs.lifting_log_size = Some(26);
		let key = VerifyingKey::CairoV1(key);
		let lifted = check_vk(&key, &Policy::of(Profile::Standard)).unwrap();
		let without = check_vk(&unlifted(Canonical, 132), &Policy::of(Profile::Standard)).unwrap();
		assert_eq!(lifted.security, without.security);
		assert_eq!(lifted.cost.hash_compressions, without.cost.hash_compressions);
		assert_eq!(lifted.proof_bytes_max, without.proof_bytes_max);
	}

	/// Those of `preprocessed_root` in upstream's verifier in Cairo (stwo-cairo 1.3.0), in its words.
	#[test]
	fn the_canonical_roots_that_upstream_publishes() {
		for (log_blowup, words) in [
			(1, "42228ea9 35d2f53b 360b1f98 56ae39d9 75e23bef 32b0581c 6e1e83b2 6403ba24"),
			(2, "7094e904 210a38ad 126b6cee 57097de8 1c860da1 91b704b1 c6cf280a 8a211523"),
			(3, "84cb79b9 b050ad16 69787584 cf7f274f 399792c8 ecf77fed 458488fe e27bbcac"),
		] {
			let words = words.split(' ').map(|word| u32::from_str_radix(word, 16).unwrap());
			let root: Vec<u8> = words.flat_map(u32::to_le_bytes).collect();
			let VerifyingKey::CairoV1(mut key) = unlifted(Canonical, 132) else { unreachable!() };
			key.preprocessed = root.try_into().unwrap();
			key.pcs.log_blowup = log_blowup;
			for lifting in [None, Some(25 + log_blowup)] {
				key.pcs.lifting_log_size = lifting;
				assert_eq!(assay_stwo::cairo::preprocessed_root(&key), Some(key.preprocessed));
				let checked =
					check_vk(&VerifyingKey::CairoV1(key.clone()), &Policy::of(Profile::Standard));
				assert!(checked.is_ok());
			}
		}
	}

	/// Operations on the curve, and Pedersen hashes by the larger table.
	#[test]
	fn every_component_of_the_canonical_trace() {
		let VerifyingKey::CairoV1(mut key) = unlifted(Canonical, 132) else { unreachable!() };
		key.builtins = vec![CairoBuiltin::Output, CairoBuiltin::Pedersen, CairoBuiltin::EcOp];
		key.components =
			(0..68).filter(|&number| !name(number).ends_with("window_bits_9")).collect();
		key.components.retain(|&number| name(number) != "pedersen_builtin_narrow_windows");
		assert_eq!(key.components.len(), 64);
		let checked =
			check_vk(&VerifyingKey::CairoV1(key), &Policy::of(Profile::Standard)).unwrap();
		assert_eq!((checked.security.proven, checked.security.conjectured), (80, 85));
	}
}

/// The key of `votes` with the defaults of upstream's prover and other queries.
fn unlifted(trace: CairoPreprocessedTrace, num_queries: u16) -> VerifyingKey {
	let root = match trace {
		Canonical => "a98e22423bf5d235981f0b36d939ae56ef3be2751c58b032b2831e6e24ba0364",
		CanonicalWithoutPedersen => {
			"4f36cc05752d9c55aa77938952c96e1b437b62edac6ff063ffea661c5a3f14a6"
		},
		CanonicalSmall => "068d1166c9f9f0ec247641ca391ee8396170e69343dfcacc632f9638670d2bec",
	};
	let byte = |at: usize| u8::from_str_radix(&root[2 * at..2 * at + 2], 16).unwrap();
	let case = Case::of("votes").with_vk(|vk| {
		vk.preprocessed_trace = trace;
		vk.preprocessed = std::array::from_fn(byte);
		vk.pcs = StwoParams {
			log_blowup: 1,
			num_queries,
			log_last_layer: 0,
			fold_step: 1,
			lifting_log_size: None,
			interaction_grinding_bits: 24,
			query_grinding_bits: 26,
		};
	});
	case.vk
}

mod reject {
	use super::*;

	fn refused(change: impl FnOnce(&mut CairoVk)) -> Error {
		let case = Case::of("votes").with_vk(change);
		check_vk(&case.vk, &Policy::of(Profile::Compat)).unwrap_err()
	}

	#[test]
	fn a_root_that_is_not_known() {
		assert_eq!(refused(|vk| vk.preprocessed = [7; 32]), Error::Own(Cause::CairoPreprocessed));
		let changes: [fn(&mut CairoVk); 8] = [
			|vk| vk.preprocessed_trace = Canonical,
			|vk| vk.preprocessed_trace = CanonicalWithoutPedersen,
			|vk| vk.hash = StwoHash::Blake2sM31,
			|vk| vk.pcs.log_blowup = 2,
			|vk| vk.pcs.log_blowup = 6,
			// To another height than the highest column's.
			|vk| vk.pcs.lifting_log_size = Some(0),
			|vk| vk.pcs.lifting_log_size = Some(22),
			|vk| vk.pcs.lifting_log_size = Some(24),
		];
		for change in changes {
			assert_eq!(refused(change), Error::Own(Cause::CairoPreprocessed));
		}
	}

	/// Upstream counts 96 bits.
	#[test]
	fn the_defaults_of_upstreams_prover() {
		for trace in [Canonical, CanonicalWithoutPedersen, CanonicalSmall] {
			for profile in Profile::ALL {
				let error = check_vk(&unlifted(trace, 70), &Policy::of(profile)).unwrap_err();
				let Error::SecurityTooLow { got, .. } = error else { panic!("{error}") };
				assert_eq!(got.proven, 55);
			}
		}
	}

	/// The small trace has them in no proof, for upstream's prover does not make one.
	#[test]
	fn components_whose_columns_are_in_another_trace() {
		for (trace, component) in [
			(Canonical, "pedersen_points_table_window_bits_9"),
			(CanonicalWithoutPedersen, "pedersen_points_table_window_bits_9"),
			(CanonicalWithoutPedersen, "pedersen_points_table_window_bits_18"),
			(CanonicalSmall, "pedersen_points_table_window_bits_18"),
		] {
			let VerifyingKey::CairoV1(mut key) = unlifted(trace, 132) else { unreachable!() };
			key.components.extend((0..68).filter(|&number| name(number) == component));
			key.components.sort_unstable();
			let error = check_vk(&VerifyingKey::CairoV1(key), &Policy::of(Profile::Compat));
			let reason = "a component without its preprocessed columns";
			assert_eq!(error, Err(Error::Own(Cause::CairoVk { reason })), "{trace:?}: {component}");
		}
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
	fn components_that_do_not_exist() {
		assert_eq!(
			refused(|vk| vk.components.push(68)),
			Error::Own(Cause::CairoVk { reason: "components are not all in the table" })
		);
	}

	#[test]
	fn the_component_of_curve_operations_on_the_small_trace() {
		let reason = "no prover has curve operations on the small preprocessed trace";
		assert_eq!(
			refused(|vk| {
				vk.components.extend((0..68).filter(|&number| name(number) == "ec_op_builtin"));
				vk.components.sort_unstable();
			}),
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
