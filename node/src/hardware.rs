// SPDX-License-Identifier: Apache-2.0

//! Whether the machine is fast enough to validate: as fast as the one that the weights were measured
//! on, or blocks take longer than they are charged.

use assay_primitives::{Policy, SecurityBits, SystemId, VerifyingKey};
use pallet_proof_verifier::ProofVerifier;
use sc_sysinfo::{HwBench, Metric, Requirement, Requirements, Throughput};
use std::{
	path::Path,
	time::{Duration, Instant},
};

/// The runtime's way to verify.
type Wired = <assay_runtime::Runtime as pallet_proof_verifier::Config>::Verifier;

/// A verification is the quickest of so many, to leave out what else the machine does.
const RUNS: usize = 5;

/// What a validator's disk must do: a full block is 6 MiB, and the database writes it twice, to its log
/// and to its tables. That should take a fifth of a second of a slot, or less.
///
/// The processor is judged by the verifiers' own times, see [`over_charge`].
pub fn requirements() -> Requirements {
	let minimum = Throughput::from_mibs(2.0 * 6.0 / 0.2);
	let disk = Requirement { metric: Metric::DiskSeqWrite, minimum, validator_only: false };
	Requirements(vec![disk])
}

/// Time of a system's known proof over its charge; `None` for a system that this build lacks.
pub fn over_charge(system: SystemId) -> Option<f64> {
	let [vk, public_values, proof] = assay_host::genuine(system)?;
	let verify = assay_host::host_function(system)?;
	let key = VerifyingKey::decode_strict(vk).ok()?;
	// A known proof may be of a key that no chain registers.
	let any = Policy { floor: SecurityBits::default() };
	let cost = Wired::check_vk(&key, &any).ok()?.cost;
	let charged = Wired::weight(system, key.tree_hash(), &cost).ref_time();
	let time = || {
		let start = Instant::now();
		verify(vk, public_values, proof);
		start.elapsed()
	};
	let took = std::iter::repeat_with(time).take(RUNS).min()?;
	// Weights are in picoseconds.
	Some(took.as_secs_f64() / Duration::from_nanos(charged / 1000).as_secs_f64())
}

/// Measures the machine, with the disk of `folder`, and logs it; warns of what is too slow.
pub fn measure(folder: Option<&Path>) -> HwBench {
	// If this fails, so does the measurement of the disk, and says so.
	let _ = folder.map(std::fs::create_dir_all);
	let requirements = requirements();
	let bench = sc_sysinfo::gather_hwbench(folder, &requirements);
	sc_sysinfo::print_hwbench(&bench);
	if let Err(failures) = requirements.check_hardware(&bench, true) {
		log::warn!(
			target: "assay",
			"This machine is slower than a validator's should be (docs/validating.md). {failures}"
		);
	}
	for system in SystemId::ALL {
		let Some(share) = over_charge(system) else { continue };
		let (title, percent) = (system.title(), share * 100.0);
		log::info!("🏁 {title}: a proof takes {percent:.0} % of the time that it is charged");
		if share > 1.0 {
			log::warn!(
				target: "assay",
				"This machine is too slow to validate: a proof of {title} takes {percent:.0} % of the \
				 time that it is charged (docs/validating.md)."
			);
		}
	}
	bench
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn the_known_proof_of_every_system_has_a_charge() {
		for system in SystemId::ALL {
			let share = over_charge(system).unwrap();
			assert!(share > 0.0 && share.is_finite(), "{system:?}: {share}");
		}
	}

	#[test]
	fn a_disk_that_is_too_slow_for_full_blocks_is_found_out() {
		let any = Throughput::from_kibs(1.0);
		let failing = |mibs| {
			let bench = HwBench {
				cpu_hashrate_score: any,
				parallel_cpu_hashrate_score: any,
				parallel_cpu_cores: 1,
				memory_memcpy_score: any,
				disk_sequential_write_score: Some(Throughput::from_mibs(mibs)),
				disk_random_write_score: Some(any),
			};
			let failures = requirements().check_hardware(&bench, true).err()?.0;
			Some(failures.iter().map(|failure| failure.metric).collect::<Vec<_>>())
		};
		assert_eq!(failing(60.0), None);
		assert_eq!(failing(59.0), Some(vec![Metric::DiskSeqWrite]));
	}
}
