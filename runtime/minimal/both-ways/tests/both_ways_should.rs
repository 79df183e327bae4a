// SPDX-License-Identifier: Apache-2.0

//! Both ways to verify, in a real Wasm executor: one corpus, the same verdicts.

mod common;

use assay_airs::Sample;
use assay_both_ways::{Mode, WASM_BINARY};
use assay_plonky3::{prover::make_vk, supported};
use assay_primitives::{
	ErrorClass, ExtensionDegree, FriParams, HashKind, MAX_VK_BYTES, Plonky3Vk, PublicValues,
	VerifyingKey,
};
use codec::{Decode, Encode};
use common::{Case, Chain, EXTENSIONS, HASHES, HostFunctions, Long, PlainHostFunctions, sevens};
use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_baby_bear::BabyBear;
use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use std::{borrow::Cow, collections::BTreeSet};

/// Few queries and little grinding: fast, and far below any policy.
const FAST: FriParams = FriParams {
	log_blowup: 2,
	num_queries: 6,
	log_final_poly_len: 1,
	max_log_arity: 2,
	batch_grinding_bits: 2,
	commit_grinding_bits: 1,
	query_grinding_bits: 3,
	ood_grinding_bits: 2,
};

/// No grinding and one query into a tree of a few leaves.
const ONE_QUERY: FriParams = FriParams {
	log_blowup: 1,
	num_queries: 1,
	log_final_poly_len: 0,
	max_log_arity: 1,
	batch_grinding_bits: 0,
	commit_grinding_bits: 0,
	query_grinding_bits: 0,
	ood_grinding_bits: 0,
};

/// A column that repeats the four values of a periodic column, beside a preprocessed one of sevens.
struct Clock;

impl BaseAir<BabyBear> for Clock {
	fn width(&self) -> usize {
		1
	}

	fn num_periodic_columns(&self) -> usize {
		1
	}

	fn periodic_columns(&self) -> Cow<'_, [Vec<BabyBear>]> {
		Cow::Owned(vec![[1, 2, 3, 5].map(BabyBear::from_u32).to_vec()])
	}

	fn preprocessed_width(&self) -> usize {
		1
	}

	fn preprocessed_trace(&self) -> Option<RowMajorMatrix<BabyBear>> {
		Some(RowMajorMatrix::new(vec![BabyBear::from_u32(7); 32], 1))
	}
}

impl<AB: AirBuilder<F = BabyBear>> Air<AB> for Clock {
	fn eval(&self, builder: &mut AB) {
		let cell = builder.main().current_slice()[0];
		let tick: AB::Expr = builder.periodic_values()[0].into();
		let seven = builder.preprocessed().current_slice()[0];
		builder.assert_zero((tick - cell) * seven);
	}
}

/// The library and both ways in the node's executor, and in a plain one.
struct Verifiers {
	node: Chain<HostFunctions>,
	plain: Chain<PlainHostFunctions>,
	seen: BTreeSet<u32>,
}

impl Verifiers {
	fn new() -> Self {
		Self { node: Chain::both_ways(false), plain: Chain::both_ways(true), seen: BTreeSet::new() }
	}

	/// What all of them return, which must be one number.
	fn answer(&mut self, case: &Case) -> u32 {
		let library = case.library();
		let name = &case.name;
		assert_eq!(self.node.verify(Mode::Native, case), Ok(library), "{name}, native");
		assert_eq!(self.node.verify(Mode::InRuntime, case), Ok(library), "{name}, in runtime");
		assert_eq!(self.plain.verify(Mode::InRuntime, case), Ok(library), "{name}, plain");
		self.seen.insert(library);
		library
	}

	fn refuse(&mut self, case: &Case, class: ErrorClass) {
		assert_eq!(self.answer(case), class.code(), "{}: expected {class:?}", case.name);
	}

	fn accept(&mut self, case: &Case) {
		assert_eq!(self.answer(case), 0, "{}", case.name);
	}
}

fn fibonacci(hash: HashKind, extension: ExtensionDegree) -> Case {
	Case::of(Sample::Fibonacci, 5, hash, extension, FAST)
}

/// `case` under a key that `change` altered.
fn with_vk(case: &Case, what: &str, change: impl FnOnce(&mut Plonky3Vk)) -> Case {
	let VerifyingKey::Plonky3V1(mut inner) = VerifyingKey::decode_strict(&case.vk).unwrap() else {
		panic!("expected a Plonky3 key")
	};
	change(&mut inner);
	case.with(what, |case| case.vk = VerifyingKey::Plonky3V1(inner).encode())
}

mod agree_on {
	use super::*;

	#[test]
	fn proofs_that_hold() {
		let mut verifiers = Verifiers::new();
		for hash in HASHES {
			for extension in EXTENSIONS {
				verifiers.accept(&fibonacci(hash, extension));
			}
			// Preprocessed columns.
			let quorum = Case::of(Sample::Quorum, 9, hash, ExtensionDegree::Five, FAST);
			verifiers.accept(&quorum);
			// Periodic ones too.
			let vk = make_vk(&Clock, 5, hash, ExtensionDegree::Four, FAST).unwrap();
			let column = [1, 2, 3, 5].map(BabyBear::from_u32);
			let trace = RowMajorMatrix::new(column.repeat(8), 1);
			verifiers.accept(&Case::proven(format!("clock {hash:?}"), &Clock, &vk, trace, vec![]));
		}
		for (sample, log_rows) in [(Sample::Poseidon2, 4), (Sample::Keccak, 5)] {
			let case = Case::of(sample, log_rows, HashKind::Keccak, ExtensionDegree::Five, FAST);
			verifiers.accept(&case);
		}
	}

	#[test]
	fn the_largest_parameters_and_programs() {
		let mut verifiers = Verifiers::new();
		let largest = FriParams {
			log_blowup: supported::LOG_BLOWUP.1 as u8,
			num_queries: supported::NUM_QUERIES.1 as u16,
			log_final_poly_len: supported::LOG_FINAL_POLY_LEN.1 as u8,
			max_log_arity: supported::MAX_LOG_ARITY.1 as u8,
			..FAST
		};
		for hash in HASHES {
			let case = Case::of(Sample::Fibonacci, 10, hash, ExtensionDegree::Five, largest);
			verifiers.accept(&case);
		}
		// A proof of more than 2 MB.
		let many = FriParams { log_blowup: 3, num_queries: 200, max_log_arity: 1, ..FAST };
		let wide = Case::of(Sample::Keccak, 5, HashKind::Keccak, ExtensionDegree::Five, many);
		assert!(wide.proof.len() > 2 << 20, "{}", wide.proof.len());
		verifiers.accept(&wide);

		let vk = make_vk(&Long, 4, HashKind::Blake3, ExtensionDegree::Five, FAST).unwrap();
		let long = Case::proven("long".into(), &Long, &vk, sevens(4), vec![]);
		assert!(long.vk.len() > MAX_VK_BYTES / 2, "{}", long.vk.len());
		verifiers.accept(&long);
	}

	#[test]
	fn proofs_that_were_tampered_with_anywhere() {
		let mut verifiers = Verifiers::new();
		for hash in HASHES {
			for extension in EXTENSIONS {
				let case = fibonacci(hash, extension);
				for position in (0..case.proof.len()).step_by(41) {
					let tampered =
						case.with(format!("byte {position}"), |case| case.proof[position] ^= 1);
					assert_ne!(verifiers.answer(&tampered), 0, "{}", tampered.name);
				}
			}
		}
		for class in [ErrorClass::GrindingInvalid, ErrorClass::MerklePathInvalid] {
			assert!(verifiers.seen.contains(&class.code()), "{class:?} was not met");
		}
	}

	#[test]
	fn proofs_of_something_false() {
		let mut verifiers = Verifiers::new();
		for hash in HASHES {
			for (sample, log_rows) in [(Sample::Fibonacci, 5), (Sample::Quorum, 9)] {
				let case =
					Case::of_false_trace(sample, log_rows, hash, ExtensionDegree::Five, FAST);
				verifiers.refuse(&case, ErrorClass::ConstraintsInvalid);
			}
		}
	}

	/// A final polynomial that does not fit. Changing it moves the query; with one query into four
	/// leaves it often falls on the same leaf, so that the Merkle paths hold.
	#[test]
	fn folding_that_does_not_end_in_the_final_polynomial() {
		let mut verifiers = Verifiers::new();
		for hash in HASHES {
			let case = Case::of(Sample::Fibonacci, 1, hash, ExtensionDegree::Four, ONE_QUERY);
			// One element of degree four and two witnesses end the proof.
			let position = case.proof.len() - 8 - 16;
			let found = (1..=64u8)
				.map(|change| {
					case.with(format!("final polynomial {change}"), |case| {
						case.proof[position] ^= change
					})
				})
				.find(|case| case.library() == ErrorClass::LowDegreeInvalid.code())
				.expect("one of 64");
			verifiers.refuse(&found, ErrorClass::LowDegreeInvalid);
		}
	}

	#[test]
	fn bytes_that_are_not_a_proof() {
		use ErrorClass::*;
		let mut verifiers = Verifiers::new();
		for hash in HASHES {
			let case = fibonacci(hash, ExtensionDegree::Four);
			for length in (0..case.proof.len()).step_by(97).chain([case.proof.len() - 1]) {
				let cut = case.with(format!("cut to {length}"), |case| case.proof.truncate(length));
				verifiers.refuse(&cut, ProofTruncated);
			}
			let trailing = case.with("one byte more", |case| case.proof.push(0));
			verifiers.refuse(&trailing, ProofTrailingBytes);
			let trailing = case.with("2 MiB more", |case| case.proof.resize(2 << 20, 0));
			verifiers.refuse(&trailing, ProofTrailingBytes);
			// The witness at the end, above the modulus and as its second form.
			let end = case.proof.len() - 4;
			let witness = u32::from_le_bytes(case.proof[end..].try_into().unwrap());
			for (what, value) in [("above", u32::MAX), ("second form", witness + 2_013_265_921)] {
				let changed =
					case.with(what, |case| case.proof[end..].copy_from_slice(&value.to_le_bytes()));
				verifiers.refuse(&changed, ProofNotCanonical);
			}
			// Every byte set: whichever check comes first.
			let ones = case.with("ones", |case| case.proof.fill(0xff));
			assert_ne!(verifiers.answer(&ones), 0);
			let zeros = case.with("zeros", |case| case.proof.fill(0));
			assert_ne!(verifiers.answer(&zeros), 0);
		}
	}

	#[test]
	fn counts_at_and_above_what_the_key_allows() {
		let mut verifiers = Verifiers::new();
		let case = fibonacci(HashKind::Blake3, ExtensionDegree::Four);
		// Commitments, two rows of two columns, quotient, batch witness, rounds, rows of the queries.
		let start = 2 * 32 + 16 * (2 + 2 + 4) + 4 + 2 * 36 + 6 * 2 * 4;
		// Most siblings of six queries into 2^7 leaves.
		let max: u32 = 6 * 4 + 4 + 2 + 1;
		for (count, class) in [
			(max, ErrorClass::MerklePathInvalid),
			(max + 1, ErrorClass::ProofCount),
			(u32::MAX, ErrorClass::ProofCount),
		] {
			let changed = case.with(format!("{count} siblings"), |case| {
				let old = u32::from_le_bytes(case.proof[start..start + 4].try_into().unwrap());
				assert!(old <= max, "the place of the count");
				case.proof[start..start + 4].copy_from_slice(&count.to_le_bytes());
				// Room for as many as are announced, where they are read at all.
				let missing = (count.min(max) - old.min(max)) as usize;
				case.proof.splice(start + 4..start + 4, vec![0; missing * 32]);
			});
			assert_eq!(verifiers.answer(&changed), class.code(), "{}", changed.name);
		}
	}

	#[test]
	fn public_values_that_are_not_the_proofs() {
		use ErrorClass::*;
		let mut verifiers = Verifiers::new();
		let case = fibonacci(HashKind::Keccak, ExtensionDegree::Five);
		let values = PublicValues::decode(&mut &case.public_values[..]).unwrap();
		let values = values.elements().to_vec();
		let mut with = |what: &str, values: Vec<u32>, class| {
			let changed =
				case.with(what, |case| case.public_values = PublicValues::V1(values).encode());
			verifiers.refuse(&changed, class);
		};
		with("another", vec![values[0], values[1], values[2] ^ 1], GrindingInvalid);
		with(
			"above the modulus",
			vec![values[0], values[1], 2_013_265_921],
			PublicValueNotCanonical,
		);
		with("one less", values[..2].to_vec(), PublicValuesCount);
		with("none", vec![], PublicValuesCount);
		with("the most", vec![0; 1_024], PublicValuesCount);
		with("one more than the most", vec![0; 1_025], PublicValuesMalformed);
		for bytes in [vec![], vec![2, 0], vec![1], vec![1, 0, 0], vec![1, 0xff], vec![0; 1 << 20]] {
			let changed = case.with(format!("{} bytes", bytes.len()), |case| {
				case.public_values = bytes;
			});
			verifiers.refuse(&changed, PublicValuesMalformed);
		}
	}

	#[test]
	fn another_key() {
		let mut verifiers = Verifiers::new();
		let case = fibonacci(HashKind::Poseidon2, ExtensionDegree::Four);
		for hash in HASHES {
			for extension in EXTENSIONS {
				if (hash, extension) == (HashKind::Poseidon2, ExtensionDegree::Four) {
					continue;
				}
				let other = fibonacci(hash, extension);
				let swapped = case.with(other.name, |case| case.vk = other.vk);
				assert_ne!(verifiers.answer(&swapped), 0, "{}", swapped.name);
			}
		}
		// The same shape: only the seed of the transcript tells them apart.
		let ground = with_vk(&case, "other grinding", |vk| vk.fri.ood_grinding_bits -= 1);
		assert_ne!(verifiers.answer(&ground), 0);
	}

	#[test]
	fn each_parameter_at_and_above_its_limit() {
		use supported::*;
		let mut verifiers = Verifiers::new();
		let case = fibonacci(HashKind::Keccak, ExtensionDegree::Four);
		type Set = fn(&mut Plonky3Vk, u64);
		let parameters: [(&str, (u64, u64), Set); 9] = [
			("degree_bits", DEGREE_BITS, |vk, value| vk.degree_bits = value as u8),
			("log_blowup", LOG_BLOWUP, |vk, value| vk.fri.log_blowup = value as u8),
			("num_queries", NUM_QUERIES, |vk, value| vk.fri.num_queries = value as u16),
			("log_final_poly_len", LOG_FINAL_POLY_LEN, |vk, value| {
				// So that the final polynomial is shorter than the trace.
				vk.degree_bits = 10;
				vk.fri.log_final_poly_len = value as u8;
			}),
			("max_log_arity", MAX_LOG_ARITY, |vk, value| vk.fri.max_log_arity = value as u8),
			("batch", GRINDING_BITS, |vk, value| vk.fri.batch_grinding_bits = value as u8),
			("commit", GRINDING_BITS, |vk, value| vk.fri.commit_grinding_bits = value as u8),
			("query", GRINDING_BITS, |vk, value| vk.fri.query_grinding_bits = value as u8),
			("ood", GRINDING_BITS, |vk, value| vk.fri.ood_grinding_bits = value as u8),
		];
		let unsupported = ErrorClass::UnsupportedParameters.code();
		for (name, (min, max), set) in parameters {
			for value in [min, max] {
				let at = with_vk(&case, &format!("{name} {value}"), |vk| set(vk, value));
				let answer = verifiers.answer(&at);
				// The smallest trace is shorter than this key's final polynomial.
				if (name, value) != ("degree_bits", min) {
					assert_ne!(answer, unsupported, "{}", at.name);
				}
			}
			for value in [max + 1, u64::from(u8::MAX)].into_iter().chain(min.checked_sub(1)) {
				if name == "num_queries" && value == u64::from(u8::MAX) {
					continue;
				}
				let beyond = with_vk(&case, &format!("{name} {value}"), |vk| set(vk, value));
				assert_eq!(verifiers.answer(&beyond), unsupported, "{}", beyond.name);
			}
		}
	}

	#[test]
	fn bytes_that_are_not_a_key() {
		use ErrorClass::*;
		let mut verifiers = Verifiers::new();
		let case = fibonacci(HashKind::Blake3, ExtensionDegree::Four);
		let mut with = |what: &str, bytes: Vec<u8>, class| {
			verifiers.refuse(&case.with(what, |case| case.vk = bytes), class);
		};
		with("empty", vec![], VkMalformed);
		with("another system", vec![4; 100], UnsupportedVersion);
		with("one byte more", [case.vk.clone(), vec![0]].concat(), VkMalformed);
		with("as long as may be", vec![1; MAX_VK_BYTES], VkMalformed);
		with("longer", vec![1; MAX_VK_BYTES + 1], VkTooLong);
		for length in 1..case.vk.len() {
			verifiers.refuse(&case.with("cut", |case| case.vk.truncate(length)), VkMalformed);
		}
		// Each byte of the key, header and program, changed in two ways.
		for position in 0..case.vk.len() {
			for change in [1, 0xff] {
				let changed =
					case.with(format!("{position} ^ {change}"), |case| case.vk[position] ^= change);
				assert_ne!(verifiers.answer(&changed), 0, "{}", changed.name);
			}
		}
		for class in [ProgramMalformed, ProgramTooLarge, UnsupportedParameters] {
			assert!(verifiers.seen.contains(&class.code()), "{class:?} was not met");
		}
	}
}

mod an_executor_without_the_host_function {
	use super::*;

	fn case() -> Case {
		fibonacci(HashKind::Poseidon2, ExtensionDegree::Four)
	}

	const FUNCTION: &str = "ext_verifier_verify_plonky3_version_1";

	#[test]
	fn does_not_load_a_runtime_that_imports_it() {
		let mut strict = Chain::<PlainHostFunctions>::both_ways(false);
		for mode in [Mode::Native, Mode::InRuntime] {
			let error = strict.verify(mode, &case()).unwrap_err();
			assert!(
				error.contains("function imports which are not present on the host")
					&& error.contains(FUNCTION),
				"{error}"
			);
		}
	}

	#[test]
	fn fails_the_call_if_it_allows_missing_functions() {
		let mut lenient = Chain::<PlainHostFunctions>::both_ways(true);
		let error = lenient.verify(Mode::Native, &case()).unwrap_err();
		assert!(error.contains(&format!("call to a missing function env:{FUNCTION}")), "{error}");
		// The failed call leaves nothing behind: the next one works.
		assert_eq!(lenient.verify(Mode::InRuntime, &case()), Ok(0));
	}

	#[test]
	fn loads_a_runtime_that_verifies_in_itself() {
		let wasm = assay_minimal_runtime::WASM_BINARY.expect("built without SKIP_WASM_BUILD");
		let mut strict = Chain::<PlainHostFunctions>::new(wasm, false);
		let version: sp_version::RuntimeVersion = strict.ask("Core_version", &[]).unwrap();
		assert_eq!(version.spec_name, "assay-minimal");
	}
}

/// The limits that a relay chain's validators set for a parachain's block, and the host functions
/// that they have: `polkadot-node-core-pvf-common`, `executor_interface.rs`.
mod a_parachain_validator {
	use super::*;
	use sc_executor_common::{
		runtime_blob::RuntimeBlob,
		wasm_runtime::{HeapAllocStrategy, WasmModule},
	};
	use sc_executor_wasmtime::{Config, DeterministicStackLimit, InstantiationStrategy, Semantics};

	type HostFunctions = (
		sp_io::misc::HostFunctions,
		sp_io::crypto::HostFunctions,
		sp_io::hashing::HostFunctions,
		sp_io::allocator::HostFunctions,
		sp_io::logging::HostFunctions,
		sp_io::trie::HostFunctions,
	);

	fn module() -> Box<dyn WasmModule> {
		let semantics = Semantics {
			heap_alloc_strategy: HEAP,
			instantiation_strategy: InstantiationStrategy::RecreateInstanceCopyOnWrite,
			deterministic_stack_limit: Some(DeterministicStackLimit {
				logical_max: 65_536,
				native_stack_max: 256 * 1024 * 1024,
			}),
			canonicalize_nans: true,
			parallel_compilation: false,
			wasm_multi_value: false,
			wasm_bulk_memory: false,
			wasm_reference_types: false,
			wasm_simd: false,
		};
		let config = Config { allow_missing_func_imports: true, cache_path: None, semantics };
		let blob = RuntimeBlob::uncompress_if_needed(WASM_BINARY.unwrap()).unwrap();
		Box::new(sc_executor_wasmtime::create_runtime::<HostFunctions>(blob, config).unwrap())
	}

	const HEAP: HeapAllocStrategy = HeapAllocStrategy::Dynamic { maximum_pages: Some(32 + 2_048) };

	#[test]
	fn has_stack_and_heap_enough_for_the_largest_proofs() {
		let module = module();
		// A stack as validators give it: the limit above counts on it.
		let stack = std::thread::Builder::new().stack_size(512 * 1024 * 1024);
		let verify = move || {
			let many = FriParams { log_blowup: 3, num_queries: 200, max_log_arity: 1, ..FAST };
			for hash in HASHES {
				let wide = Case::of(Sample::Keccak, 5, hash, ExtensionDegree::Five, many);
				let false_one =
					Case::of_false_trace(Sample::Keccak, 5, hash, ExtensionDegree::Five, many);
				for (case, expected) in
					[(wide, 0), (false_one, ErrorClass::ConstraintsInvalid.code())]
				{
					let mut instance = module.new_instance(HEAP).unwrap();
					let arguments = case.arguments(Mode::InRuntime, 1);
					let mut state = sp_io::TestExternalities::default();
					let answer = state
						.execute_with(|| instance.call("BothWays_verify", &arguments))
						.unwrap();
					assert_eq!(u32::decode(&mut &answer[..]), Ok(expected), "{}", case.name);
				}
			}
		};
		stack.spawn(verify).unwrap().join().unwrap();
	}

	#[test]
	fn traps_on_the_host_function() {
		let mut instance = module().new_instance(HEAP).unwrap();
		let arguments =
			fibonacci(HashKind::Keccak, ExtensionDegree::Four).arguments(Mode::Native, 1);
		let mut state = sp_io::TestExternalities::default();
		let error = state
			.execute_with(|| instance.call("BothWays_verify", &arguments))
			.unwrap_err()
			.to_string();
		assert!(error.contains("call to a missing function"), "{error}");
	}
}
