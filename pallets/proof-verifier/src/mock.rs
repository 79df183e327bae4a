// SPDX-License-Identifier: Apache-2.0

//! A runtime for the tests, and real keys and proofs.

use crate::{
	Error, Event, Native, OnProofVerified, OnRevoked, Pallet, RevokedOf, Statements, VkBytes, Vks,
	WeightInfo, weight_model,
};
use assay_airs::Sample;
use assay_primitives::{
	Cost, ErrorClass, ExtensionDegree, FriParams, HashKind, Policy, PublicValues, SecurityBits,
	SystemId, TreeHash, VerifyingKey, statement_hash,
};
use codec::Encode;
use core::cell::{Cell, RefCell};
use frame_support::{
	derive_impl,
	dispatch::DispatchInfo,
	parameter_types,
	traits::{
		ConstU64, Contains, Footprint, Hooks, LinearStoragePrice,
		fungible::{HoldConsideration, Inspect},
		tokens::{Fortitude, Preservation},
	},
	weights::Weight,
};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_core::H256;
use sp_runtime::BuildStorage;
use std::sync::LazyLock;

type Block = frame_system::mocking::MockBlock<Test>;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type ProofVerifier = crate;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type BlockLength = TestBlockLength;
	type BlockWeights = TestBlockWeights;
	type AccountData = pallet_balances::AccountData<u64>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
}

pub const CONTEXT: [u8; 32] = [42; 32];
pub const LIFETIME: u64 = 5;
pub const NOTICE: u64 = 10;
pub const BLOCK_STATEMENTS: u32 = 2;
pub const KEY_NOTICE: u64 = 7;
pub const DEPOSIT_BASE: u64 = 100;
pub const MAX_VERIFICATION_REF_TIME: u64 = 500_000_000_000;

parameter_types! {
	/// No floor: keys of tests have few queries. Tests of the floor raise it.
	pub static TestPolicy: Policy = Policy { floor: SecurityBits { proven: 0, conjectured: 0 } };
	pub static TestBlockLength: BlockLength = BlockLength::default();
	pub static TestBlockWeights: BlockWeights = BlockWeights::default();
	pub static MaxVerificationWeight: Weight = Weight::from_parts(MAX_VERIFICATION_REF_TIME, 0);
	pub static MaxVkBytes: u32 = 512 * 1024;
	pub static MaxProofBytes: u32 = 2 * 1024 * 1024;
	pub static MaxPublicValues: u32 = 1_024;
	pub static MinProofBytes: u32 = 16;
	pub static MaxStatements: u32 = 100;
	pub static EndNotice: u64 = KEY_NOTICE;
	pub static MaxQueuedBytes: u32 = 4 * 1024 * 1024;
	/// The fee of an extrinsic in the check of the pool.
	pub static Fee: u64 = 0;
	pub const VkDeposit: RuntimeHoldReason =
		RuntimeHoldReason::ProofVerifier(crate::HoldReason::VerifyingKey);
	pub static StatementLifetime: u64 = LIFETIME;
	pub static MaxStatementsPerBlock: u32 = BLOCK_STATEMENTS;
	pub static RetirementNotice: u64 = NOTICE;
}

#[derive_impl(crate::config_preludes::TestDefaultConfig)]
impl crate::Config for Test {
	type Consideration = HoldConsideration<
		u64,
		Balances,
		VkDeposit,
		LinearStoragePrice<ConstU64<DEPOSIT_BASE>, ConstU64<1>, u64>,
		Footprint,
	>;
	type BlockNumberProvider = System;
	type Policy = TestPolicy;
	type MaxVkBytes = MaxVkBytes;
	type MinProofBytes = MinProofBytes;
	type MaxProofBytes = MaxProofBytes;
	type MaxPublicValues = MaxPublicValues;
	type MaxStatements = MaxStatements;
	type EndNotice = EndNotice;
	type MaxQueuedBytes = MaxQueuedBytes;
	type QueuePayment = Fees;
	type OperationalSigners = Operators;
	type OnRevoked = (Recorder,);
	type MaxVerificationWeight = MaxVerificationWeight;
	type StatementLifetime = StatementLifetime;
	type MaxStatementsPerBlock = MaxStatementsPerBlock;
	type RetirementNotice = RetirementNotice;
	type OnProofVerified = (Recorder,);
	type Verifier = Counting;
}

/// Charges [`Fee`] for each extrinsic.
pub struct Fees;

impl crate::QueuePayment<u64> for Fees {
	fn can_pay(who: &u64, _: u32, _: &DispatchInfo, times: u32) -> bool {
		let free = Balances::reducible_balance(who, Preservation::Preserve, Fortitude::Polite);
		free >= Fee::get() * u64::from(times)
	}
}

/// [`OPERATOR`] alone.
pub struct Operators;

impl Contains<u64> for Operators {
	fn contains(who: &u64) -> bool {
		*who == OPERATOR
	}
}

thread_local! {
	static REVOKED: RefCell<Vec<RevokedOf<Test>>> = const { RefCell::new(Vec::new()) };
	static VERIFICATIONS: Cell<u32> = const { Cell::new(0) };
	static TOLD: RefCell<Vec<(H256, H256, PublicValues, u64)>> = const { RefCell::new(Vec::new()) };
}

/// [`Native`], and counts its calls.
pub struct Counting;

impl crate::ProofVerifier for Counting {
	fn verify(vk: &[u8], public_values: &[u8], proof: &[u8]) -> Result<(), ErrorClass> {
		VERIFICATIONS.with(|count| count.set(count.get() + 1));
		Native::verify(vk, public_values, proof)
	}

	fn weight(system: SystemId, hash: TreeHash, cost: &Cost) -> Weight {
		Native::weight(system, hash, cost)
	}
}

/// How many proofs were verified in this test.
pub fn verifications() -> u32 {
	VERIFICATIONS.with(Cell::get)
}

pub const HOOK_WEIGHT: Weight = Weight::from_parts(123, 0);

/// Remembers the arguments of the hook.
pub struct Recorder;

impl OnProofVerified<u64> for Recorder {
	fn on_proof_verified(
		statement: H256,
		vk_hash: H256,
		public_values: &PublicValues,
		submitter: &u64,
	) {
		TOLD.with(|told| {
			told.borrow_mut().push((statement, vk_hash, public_values.clone(), *submitter))
		});
	}

	fn weight() -> Weight {
		HOOK_WEIGHT
	}
}

impl OnRevoked<u64> for Recorder {
	fn on_revoked(revoked: &RevokedOf<Test>) {
		REVOKED.with(|told| told.borrow_mut().push(*revoked));
	}

	fn weight() -> Weight {
		HOOK_WEIGHT
	}
}

/// What was revoked in this test.
pub fn revoked() -> Vec<RevokedOf<Test>> {
	REVOKED.with(|told| told.borrow().clone())
}

/// The arguments of the hook in this test.
pub fn told() -> Vec<(H256, H256, PublicValues, u64)> {
	TOLD.with(|told| told.borrow().clone())
}

pub const OWNER: u64 = 1;
pub const SUBMITTER: u64 = 2;
pub const PAUPER: u64 = 3;
pub const THIRD: u64 = 4;
pub const FOURTH: u64 = 5;
/// May make operational calls.
pub const OPERATOR: u64 = 6;
pub const BALANCE: u64 = 1_000_000_000;

pub fn new_test_ext() -> sp_io::TestExternalities {
	test_ext_with_keys(Vec::new())
}

/// A chain that begins with `vks`.
pub fn test_ext_with_keys(vks: Vec<Vec<u8>>) -> sp_io::TestExternalities {
	let mut storage = frame_system::GenesisConfig::<Test>::default().build_storage().unwrap();
	pallet_balances::GenesisConfig::<Test> {
		balances: [OWNER, SUBMITTER, THIRD, FOURTH, OPERATOR]
			.map(|account| (account, BALANCE))
			.into_iter()
			.chain([(PAUPER, DEPOSIT_BASE)])
			.collect(),
		..Default::default()
	}
	.assimilate_storage(&mut storage)
	.unwrap();
	crate::GenesisConfig::<Test> {
		vks: vks.into_iter().map(Into::into).collect(),
		..Default::default()
	}
	.assimilate_storage(&mut storage)
	.unwrap();
	let mut ext = sp_io::TestExternalities::new(storage);
	// Events of block 0 are not recorded.
	ext.execute_with(|| System::set_block_number(1));
	ext
}

/// Runs a test in block 1 and checks every invariant after it.
pub fn build_and_execute(test: impl FnOnce()) {
	VERIFICATIONS.with(|count| count.set(0));
	TOLD.with(|told| told.borrow_mut().clear());
	REVOKED.with(|told| told.borrow_mut().clear());
	new_test_ext().execute_with(|| {
		test();
		Pallet::<Test>::do_try_state().unwrap();
	});
}

/// Ends blocks, each with time to prune, until `block` begins.
pub fn run_to_block(block: u64) {
	run_full_blocks_to(block, Weight::MAX);
}

/// Ends blocks that leave `idle` to prune in, until `block` begins.
pub fn run_full_blocks_to(block: u64, idle: Weight) {
	while System::block_number() < block {
		let now = System::block_number();
		ProofVerifier::on_idle(now, idle);
		System::set_block_number(now + 1);
		ProofVerifier::on_initialize(now + 1);
	}
}

/// A key, public values and an honest proof for them: the SCALE bytes that a user sends.
#[derive(Clone)]
pub struct Case {
	pub vk: VerifyingKey,
	pub vk_bytes: Vec<u8>,
	pub public_values: PublicValues,
	pub proof: Vec<u8>,
}

impl Case {
	pub fn of_bytes(vk: &[u8], public_values: &[u8], proof: &[u8]) -> Self {
		Self {
			vk: VerifyingKey::decode_strict(vk).unwrap(),
			vk_bytes: vk.to_vec(),
			public_values: PublicValues::decode_strict(public_values, 1_024).unwrap(),
			proof: proof.to_vec(),
		}
	}

	fn fibonacci(seed: u64, hash: HashKind) -> Self {
		const LOG_ROWS: u8 = 6;
		// Fast, and far below any real policy.
		let fri = FriParams {
			log_blowup: 2,
			num_queries: 6,
			log_final_poly_len: 1,
			max_log_arity: 2,
			batch_grinding_bits: 2,
			commit_grinding_bits: 1,
			query_grinding_bits: 8,
			ood_grinding_bits: 2,
		};
		let (trace, values) = Sample::Fibonacci.generate(LOG_ROWS, seed);
		let public_values = PublicValues::V1(values);
		let vk = Sample::Fibonacci.make_vk(LOG_ROWS, hash, ExtensionDegree::Four, fri).unwrap();
		let proof = Sample::Fibonacci.prove(&vk, trace, &public_values).unwrap();
		Self { vk_bytes: vk.encode(), vk, public_values, proof }
	}

	pub fn vk_hash(&self) -> H256 {
		H256(self.vk.hash())
	}

	pub fn statement(&self) -> H256 {
		let version = self.vk.system().verifier_version();
		H256(statement_hash(&CONTEXT, &self.vk.hash(), version, &self.public_values))
	}

	pub fn deposit(&self) -> u64 {
		DEPOSIT_BASE + self.vk_bytes.len() as u64
	}

	pub fn register(&self) {
		self.register_as(OWNER).unwrap();
	}

	pub fn register_as(&self, account: u64) -> frame_support::dispatch::DispatchResult {
		let vk = self.vk_bytes.clone().try_into().unwrap();
		ProofVerifier::register_vk(RuntimeOrigin::signed(account), vk)
	}

	pub fn unregister_as(&self, account: u64) -> frame_support::dispatch::DispatchResult {
		ProofVerifier::unregister_vk(RuntimeOrigin::signed(account), self.vk_hash())
	}

	pub fn take_over_as(&self, account: u64) -> frame_support::dispatch::DispatchResult {
		ProofVerifier::take_over_vk(RuntimeOrigin::signed(account), self.vk_hash())
	}

	pub fn remove(&self) -> frame_support::dispatch::DispatchResult {
		ProofVerifier::remove_vk(RuntimeOrigin::signed(PAUPER), self.vk_hash())
	}

	pub fn submit(&self) -> frame_support::dispatch::DispatchResultWithPostInfo {
		self.submit_as(RuntimeOrigin::signed(SUBMITTER))
	}

	pub fn submit_as(
		&self,
		origin: RuntimeOrigin,
	) -> frame_support::dispatch::DispatchResultWithPostInfo {
		ProofVerifier::submit_proof(
			origin,
			self.vk_hash(),
			self.public_values.encode().try_into().unwrap(),
			self.proof.clone().try_into().unwrap(),
		)
	}
}

static CASES: LazyLock<[Case; 3]> =
	LazyLock::new(|| [1, 2, 3].map(|seed| Case::fibonacci(seed, HashKind::Poseidon2)));
static KECCAK: LazyLock<Case> = LazyLock::new(|| Case::fibonacci(1, HashKind::Keccak));

/// Fibonacci from the starting values of seed 1.
pub fn case() -> Case {
	CASES[0].clone()
}

/// Three proofs under one key, each of another statement.
pub fn cases() -> [Case; 3] {
	CASES.clone()
}

/// As [`case`], under another hash and so another key.
pub fn keccak_case() -> Case {
	KECCAK.clone()
}

/// A key for STWO, public values and a proof: those of `primitives/stwo/fixtures`.
macro_rules! stwo_fixture {
	($name:literal) => {
		Case::of_bytes(
			include_bytes!(concat!("../../../primitives/stwo/fixtures/", $name, "_vk_v1.bin")),
			include_bytes!(concat!(
				"../../../primitives/stwo/fixtures/",
				$name,
				"_public_values_v1.bin"
			)),
			include_bytes!(concat!("../../../primitives/stwo/fixtures/", $name, "_proof_v1.bin")),
		)
	};
}

/// Of STWO: two components, a lookup, one public value.
pub fn stwo_case() -> Case {
	stwo_fixture!("range_check")
}

/// As [`stwo_case`], of 80 proven bits.
pub fn stwo_standard_case() -> Case {
	stwo_fixture!("range_standard")
}

/// Of STWO: another AIR.
pub fn stwo_poseidon_case() -> Case {
	stwo_fixture!("poseidon")
}

/// As [`Case`] of a wide Fibonacci AIR of STWO under Blake2sM31.
pub fn stwo_m31_case() -> Case {
	stwo_fixture!("fibonacci_m31")
}

/// A Cairo program: the thousandth Fibonacci number, of 80 proven bits.
pub fn cairo_case() -> Case {
	stwo_fixture!("cairo/fibonacci")
}

/// Another Cairo program: votes that reach a quorum.
pub fn cairo_votes_case() -> Case {
	stwo_fixture!("cairo/votes")
}

/// What a call may leave behind.
/// A key that holds on the rows and tests nothing off them.
pub fn evil_vk() -> Vec<u8> {
	include_bytes!("../../../primitives/plonky3/fixtures/hostile/evil_vk_v1.bin").to_vec()
}

pub fn last_event() -> Event<Test> {
	match System::events().pop().expect("an event").event {
		RuntimeEvent::ProofVerifier(event) => event,
		other => panic!("an event of another pallet: {other:?}"),
	}
}

pub type TestError = Error<Test>;
pub type TestVks = Vks<Test>;
pub type TestVkBytes = VkBytes<Test>;
pub type TestStatements = Statements<Test>;
pub type TestRegistrants = crate::Registrants<Test>;
pub type TestVksOf = crate::VksOf<Test>;

/// What a submission of `case` is charged besides verification and the hook, under a key of `vk_len`
/// bytes.
pub fn unverified_weight(case: &Case, vk_len: u32) -> Weight {
	let len = case.proof.len() as u32;
	<() as WeightInfo>::submit_proof(len, vk_len).saturating_add(weight_model::carried(len))
}
