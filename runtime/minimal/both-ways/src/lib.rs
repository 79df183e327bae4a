// SPDX-License-Identifier: Apache-2.0

//! A runtime without pallets and with one function: verify this proof in this way.
//!
//! Both ways are in one Wasm blob, so that tests can compare them, and measurements can time both
//! beside the library. `tests/` and `examples/` have them. No chain runs this.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

use alloc::{borrow::Cow, vec::Vec};
use assay_primitives::{ErrorClass, Policy, SecurityBits, VerifyingKey};
use codec::{Decode, Encode};
use pallet_proof_verifier::{InRuntime, Native, ProofVerifier};
use scale_info::TypeInfo;
use sp_runtime::{OpaqueExtrinsic, generic, traits::BlakeTwo256, traits::Block as BlockT};
use sp_version::RuntimeVersion;

/// Block; none is ever made.
pub type Block = generic::Block<generic::Header<u32, BlakeTwo256>, OpaqueExtrinsic>;

/// Where a proof is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub enum Mode {
	/// In the node.
	Native,
	/// In the runtime.
	InRuntime,
	/// Nowhere: to measure passing the arguments.
	Nothing,
	/// In the runtime, and only the key: as for its registration, with any number of bits.
	Check,
}

sp_api::decl_runtime_apis! {
	/// The question.
	pub trait BothWays {
		/// Verifies `times` times; returns 0, or the code of the last error class.
		fn verify(
			mode: Mode,
			times: u32,
			vk: Vec<u8>,
			public_values: Vec<u8>,
			proof: Vec<u8>,
		) -> u32;
	}
}

/// Version of this runtime.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: Cow::Borrowed("assay-both-ways"),
	impl_name: Cow::Borrowed("assay-both-ways"),
	authoring_version: 1,
	spec_version: 1,
	impl_version: 1,
	apis: RUNTIME_API_VERSIONS,
	transaction_version: 1,
	system_version: 1,
};

/// What registration requires of a key, except bits of security.
fn check(vk: &[u8]) -> Result<(), ErrorClass> {
	let vk = VerifyingKey::decode_strict(vk)?;
	let policy = Policy { floor: SecurityBits::default() };
	assay_systems::check_vk(&vk, &policy).map(drop)
}

/// The runtime.
pub struct Runtime;

sp_api::impl_runtime_apis! {
	impl sp_api::Core<Block> for Runtime {
		fn version() -> RuntimeVersion {
			VERSION
		}

		fn execute_block(_: <Block as BlockT>::LazyBlock) {}

		fn initialize_block(
			_: &<Block as BlockT>::Header,
		) -> sp_runtime::ExtrinsicInclusionMode {
			sp_runtime::ExtrinsicInclusionMode::AllExtrinsics
		}
	}

	impl crate::BothWays<Block> for Runtime {
		fn verify(
			mode: Mode,
			times: u32,
			vk: Vec<u8>,
			public_values: Vec<u8>,
			proof: Vec<u8>,
		) -> u32 {
			let mut code = 0;
			for _ in 0..times {
				let verdict = match mode {
					Mode::Native => Native::verify(&vk, &public_values, &proof),
					Mode::InRuntime => InRuntime::verify(&vk, &public_values, &proof),
					Mode::Nothing => Ok(()),
					Mode::Check => check(&vk),
				};
				code = verdict.err().map_or(0, |class| class.code());
			}
			code
		}
	}
}
