// SPDX-License-Identifier: Apache-2.0

//! What `benchmark pallet` can measure.

frame_benchmarking::define_benchmarks!(
	[frame_system, SystemBench::<Runtime>]
	[frame_system_extensions, SystemExtensionsBench::<Runtime>]
	[pallet_balances, Balances]
	[pallet_timestamp, Timestamp]
	[pallet_sudo, Sudo]
	[pallet_utility, Utility]
	[pallet_transaction_payment, TransactionPayment]
	[pallet_proof_verifier, ProofVerifier]
	[pallet_validators, Validators]
);

impl pallet_transaction_payment::BenchmarkConfig for crate::Runtime {}
