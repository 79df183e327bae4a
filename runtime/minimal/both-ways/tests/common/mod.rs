// SPDX-License-Identifier: Apache-2.0

//! Real keys and proofs, and Wasm executors to ask about them.

#![allow(dead_code)]

use assay_airs::Sample;
use assay_both_ways::{Mode, WASM_BINARY};
use assay_plonky3::prover::{ProvableAir, prove};
use assay_primitives::{ExtensionDegree, FriParams, HashKind, PublicValues, VerifyingKey};
use codec::{Decode, Encode};
use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_baby_bear::BabyBear;
use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use sc_executor::WasmExecutor;
use sp_core::traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode};
use std::borrow::Cow;

/// A column of sevens: the trace of [`Long`] and [`Rhythm`].
pub fn sevens(log_rows: u8) -> RowMajorMatrix<BabyBear> {
	RowMajorMatrix::new(vec![BabyBear::from_u32(7); 1 << log_rows], 1)
}

/// As many constraints as a key has room for, on one column of sevens.
pub struct Long;

const LONG_CONSTRAINTS: u32 = 30_000;

impl BaseAir<BabyBear> for Long {
	fn width(&self) -> usize {
		1
	}
}

impl<AB: AirBuilder<F = BabyBear>> Air<AB> for Long {
	fn eval(&self, builder: &mut AB) {
		let cell = builder.main().current_slice()[0];
		let zero: AB::Expr = cell - BabyBear::from_u32(7);
		for factor in 1..=LONG_CONSTRAINTS {
			builder.assert_zero(zero.clone() * BabyBear::from_u32(factor));
		}
	}
}

/// As many periodic values as a key may have, beside a column of sevens.
pub struct Rhythm;

/// log2 of the longest period.
pub const RHYTHM_LOG_ROWS: u8 = 10;

impl BaseAir<BabyBear> for Rhythm {
	fn width(&self) -> usize {
		1
	}

	fn num_periodic_columns(&self) -> usize {
		16
	}

	fn periodic_columns(&self) -> Cow<'_, [Vec<BabyBear>]> {
		let column =
			|i: u32| (0..1 << RHYTHM_LOG_ROWS).map(|j| BabyBear::from_u32(i + j)).collect();
		Cow::Owned((0..16).map(column).collect())
	}
}

impl<AB: AirBuilder<F = BabyBear>> Air<AB> for Rhythm {
	fn eval(&self, builder: &mut AB) {
		let cell = builder.main().current_slice()[0];
		let zero: AB::Expr = cell - BabyBear::from_u32(7);
		for i in 0..16 {
			let value: AB::Expr = builder.periodic_values()[i].into();
			builder.assert_zero(zero.clone() * value);
		}
	}
}

/// Products of elements of the extension, each of which depends on the one before: a periodic column
/// of one value has degree zero.
pub struct Products;

const PRODUCTS: u32 = 120_000;

impl BaseAir<BabyBear> for Products {
	fn width(&self) -> usize {
		1
	}

	fn num_periodic_columns(&self) -> usize {
		1
	}

	fn periodic_columns(&self) -> Cow<'_, [Vec<BabyBear>]> {
		Cow::Owned(vec![vec![BabyBear::from_u32(3)]])
	}
}

impl<AB: AirBuilder<F = BabyBear>> Air<AB> for Products {
	fn eval(&self, builder: &mut AB) {
		let cell = builder.main().current_slice()[0];
		let zero: AB::Expr = cell - BabyBear::from_u32(7);
		let mut before: AB::Expr = builder.periodic_values()[0].into();
		let mut last = before.clone() * BabyBear::from_u32(2);
		for _ in 0..PRODUCTS {
			let next = last.clone() * before;
			before = core::mem::replace(&mut last, next);
		}
		builder.assert_zero(zero * last);
	}
}

// [host-functions]
/// What the node gives its executor: Substrate's host functions, and the verifiers.
pub type HostFunctions = (sp_io::SubstrateHostFunctions, assay_host::HostFunctions);
// [/host-functions]

/// What a tool, or a node that does not know of Assay, gives its own.
pub type PlainHostFunctions = sp_io::SubstrateHostFunctions;

pub const HASHES: [HashKind; 3] = [HashKind::Poseidon2, HashKind::Keccak, HashKind::Blake3];
pub const EXTENSIONS: [ExtensionDegree; 2] = [ExtensionDegree::Four, ExtensionDegree::Five];

/// The three arguments of a verification, as bytes.
#[derive(Clone)]
pub struct Case {
	pub name: String,
	pub vk: Vec<u8>,
	pub public_values: Vec<u8>,
	pub proof: Vec<u8>,
}

impl Case {
	/// An honest proof of a sample AIR.
	pub fn of(
		sample: Sample,
		log_rows: u8,
		hash: HashKind,
		extension: ExtensionDegree,
		fri: FriParams,
	) -> Self {
		let (trace, values) = sample.generate(log_rows, assay_airs::DEFAULT_SEED);
		let name = format!("{} {log_rows} {hash:?} {extension:?}", sample.name());
		let vk = sample.make_vk(log_rows, hash, extension, fri).expect("supported");
		let public_values = PublicValues::V1(values);
		let proof = sample.prove(&vk, trace, &public_values).expect("the prover takes any trace");
		Self::made(name, &vk, &public_values, proof)
	}

	/// As [`Self::of`], of a trace with one wrong cell: everything holds but the constraints.
	pub fn of_false_trace(
		sample: Sample,
		log_rows: u8,
		hash: HashKind,
		extension: ExtensionDegree,
		fri: FriParams,
	) -> Self {
		let (mut trace, values) = sample.generate(log_rows, assay_airs::DEFAULT_SEED);
		trace.values[0] += BabyBear::ONE;
		let name = format!("{} {log_rows} {hash:?} {extension:?}, false", sample.name());
		let vk = sample.make_vk(log_rows, hash, extension, fri).expect("supported");
		let public_values = PublicValues::V1(values);
		let proof = sample.prove(&vk, trace, &public_values).expect("the prover takes any trace");
		Self::made(name, &vk, &public_values, proof)
	}

	/// The proof that upstream's prover makes of `trace`, which it does not check.
	pub fn proven<A: ProvableAir>(
		name: String,
		air: &A,
		vk: &VerifyingKey,
		trace: RowMajorMatrix<BabyBear>,
		values: Vec<u32>,
	) -> Self {
		let public_values = PublicValues::V1(values);
		let proof = prove(vk, air, trace, &public_values).expect("the prover takes any trace");
		Self::made(name, vk, &public_values, proof)
	}

	fn made(name: String, vk: &VerifyingKey, public_values: &PublicValues, proof: Vec<u8>) -> Self {
		Self { name, vk: vk.encode(), public_values: public_values.encode(), proof }
	}

	/// This case, changed.
	pub fn with(&self, what: impl Into<String>, change: impl FnOnce(&mut Self)) -> Self {
		let mut case = self.clone();
		case.name = format!("{}: {}", self.name, what.into());
		change(&mut case);
		case
	}

	/// What the library returns, as the host function's number.
	pub fn library(&self) -> u32 {
		let Self { vk, public_values, proof, .. } = self;
		let class = if matches!(vk.first(), Some(2 | 3)) {
			assay_stwo::verify_bytes(vk, public_values, proof).err().map(|error| error.class())
		} else {
			assay_plonky3::verify_bytes(vk, public_values, proof).err().map(|error| error.class())
		};
		class.map_or(0, |class| class.code())
	}

	/// Arguments of the runtime API.
	pub fn arguments(&self, mode: Mode, times: u32) -> Vec<u8> {
		(mode, times, &self.vk, &self.public_values, &self.proof).encode()
	}
}

/// A Wasm blob in an executor, as a node runs it.
pub struct Chain<H: sc_executor::HostFunctions> {
	executor: WasmExecutor<H>,
	wasm: &'static [u8],
	state: sp_io::TestExternalities,
}

impl<H: sc_executor::HostFunctions> Chain<H> {
	/// `allow_missing`: a host function that the executor lacks is an error when it is called, not
	/// when the runtime is loaded. Tools do that, nodes don't.
	pub fn new(wasm: &'static [u8], allow_missing: bool) -> Self {
		let executor =
			WasmExecutor::<H>::builder().with_allow_missing_host_functions(allow_missing).build();
		Self { executor, wasm, state: Default::default() }
	}

	/// The blob with both ways in it.
	pub fn both_ways(allow_missing: bool) -> Self {
		Self::new(WASM_BINARY.expect("built without SKIP_WASM_BUILD"), allow_missing)
	}

	/// Calls an exported function; a trap or a failed instantiation is an error.
	pub fn call(&mut self, method: &str, arguments: &[u8]) -> Result<Vec<u8>, String> {
		let fetcher = WrappedRuntimeCode(self.wasm.into());
		let code = RuntimeCode {
			code_fetcher: &fetcher,
			heap_pages: None,
			hash: sp_crypto_hashing::blake2_256(self.wasm).to_vec(),
		};
		let context = CallContext::Onchain { import: false };
		let (answer, _) =
			self.executor.call(&mut self.state.ext(), &code, method, arguments, context);
		answer.map_err(|error| error.to_string())
	}

	/// Calls, and decodes the result.
	pub fn ask<R: Decode>(&mut self, method: &str, arguments: &[u8]) -> Result<R, String> {
		self.call(method, arguments)
			.map(|answer| R::decode(&mut &answer[..]).expect("the answer's type"))
	}

	/// What the runtime returns for `case`, verified this way.
	pub fn verify(&mut self, mode: Mode, case: &Case) -> Result<u32, String> {
		self.ask("BothWays_verify", &case.arguments(mode, 1))
	}
}
