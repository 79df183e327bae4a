// SPDX-License-Identifier: Apache-2.0

//! What the searches of both proof systems share: a hill climber over descriptions of keys, a clock
//! of processor time, and the lines that they print.

use assay_primitives::Cost;
use std::fmt::Display;

/// Numbers that look random: splitmix64.
pub struct Numbers(u64);

impl Numbers {
	fn next(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ (z >> 31)
	}

	/// A number below `end`.
	pub fn below(&mut self, end: u64) -> u64 {
		self.next() % end.max(1)
	}
}

/// A number of a description: its name, and the least and the largest that it may be.
pub type Gene = (&'static str, u32, u32);

/// What is known of a key and an honest proof under it.
pub struct Measured {
	pub cost: Cost,
	/// Which compression the cost counts, as the coefficients call it.
	pub compression: &'static str,
	pub vk_bytes: usize,
	pub proof_bytes: usize,
	/// Median processor time of a verification, 0 where no proof was made, and of the check of the key,
	/// in nanoseconds.
	pub verify_ns: i64,
	pub check_ns: i64,
}

/// A family of keys: each is described by as many numbers as there are genes.
pub trait Family {
	const SYSTEM: &'static str;
	const GENES: &'static [Gene];

	/// Where climbs start: one description a kind of key, with its name.
	fn starts() -> Vec<(&'static str, Vec<u32>)>;

	/// Makes a key and a proof, and measures both. `None` for a description of no key.
	fn measure(description: &[u32]) -> Option<Measured>;
}

/// Processor time of this thread, in nanoseconds: waiting for the processor does not count.
fn now() -> i64 {
	let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
	// SAFETY: the function writes to the one place that it is given, which is ours.
	let failed = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
	assert_eq!(failed, 0, "the clock exists on Linux");
	time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// The median processor time of `action`, of 7 to 41 times, about 60 ms of them together; of fewer
/// where they take seconds.
pub fn median(mut action: impl FnMut()) -> i64 {
	let mut times = Vec::new();
	let mut total = 0;
	while times.is_empty()
		|| (times.len() < 7 && total < 2_000_000_000)
		|| (times.len() < 41 && total < 60_000_000)
	{
		let start = now();
		action();
		let time = now() - start;
		total += time;
		times.push(time);
	}
	times.sort_unstable();
	times[times.len() / 2]
}

/// The coefficients in use for verifications in the node, in picoseconds.
const MODEL: &str = include_str!("../../../../pallets/proof-verifier/src/weight_model.rs");

fn coefficient(constant: &str, name: &str) -> u64 {
	let body = MODEL.split(&format!("pub const {constant}: ")).nth(1).expect("in the model");
	let value = body.split(&format!("{name}: ")).nth(1).expect("a coefficient");
	let digits: String = value.chars().take_while(|&c| c != ',').filter(|&c| c != '_').collect();
	digits.parse().expect("a number")
}

/// Nanoseconds that a verification is charged.
fn charged(constant: &str, measured: &Measured) -> u64 {
	let of = |name| coefficient(constant, name);
	let Cost { hash_compressions, extension_operations, bytes } = measured.cost;
	let picoseconds = of("base")
		+ of(measured.compression) * hash_compressions
		+ of("extension_operation") * extension_operations
		+ of("byte") * bytes;
	picoseconds / 1_000
}

fn print<F: Family>(climb: &str, step: impl Display, description: &[u32], measured: &Measured) {
	let genes: Vec<String> = F::GENES
		.iter()
		.zip(description)
		.map(|((name, ..), value)| format!("{name}={value}"))
		.collect();
	let Cost { hash_compressions, extension_operations, bytes } = measured.cost;
	println!(
		"{},{climb},{step},{},{},{hash_compressions},{extension_operations},{bytes},{},{},{},{}",
		F::SYSTEM,
		genes.join(" "),
		measured.compression,
		measured.vk_bytes,
		measured.proof_bytes,
		measured.verify_ns,
		measured.check_ns,
	);
}

/// A description near `from`: one to three numbers changed, by little, by a factor, or altogether.
fn near(from: &[u32], genes: &[Gene], numbers: &mut Numbers) -> Vec<u32> {
	let mut next = from.to_vec();
	for _ in 0..=numbers.below(3) {
		let gene = numbers.below(genes.len() as u64) as usize;
		let (_, least, most) = genes[gene];
		let value = next[gene];
		next[gene] = match numbers.below(6) {
			0 => value.saturating_add(1),
			1 => value.saturating_sub(1),
			2 => value.saturating_mul(2),
			3 => value / 2,
			4 => most,
			_ => least + numbers.below(u64::from(most - least) + 1) as u32,
		}
		.clamp(least, most);
	}
	next
}

/// The weights in use, of the benchmark of a registration.
const CALLS: &str = include_str!("../../../../pallets/proof-verifier/src/weights.rs");

/// What the runtime takes for a check, of what it takes here: more for no key of
/// `docs/performance/check_vk.csv`, and for no program of `in_runtime.csv`.
const IN_RUNTIME: f64 = 4.5;

/// Nanoseconds that a registration is charged for its own time.
fn registration(vk_bytes: usize) -> u64 {
	let body = CALLS.split("fn register_vk(v: u32,) -> Weight {").nth(1).expect("a weight");
	let mut parts = body.split("from_parts(").skip(1).map(|part| {
		let digits: String = part.chars().take_while(|&c| c != ',').filter(|&c| c != '_').collect();
		digits.parse::<u64>().expect("a number")
	});
	let constant = |name: &str| {
		let value = MODEL.split(&format!("const {name}: u64 = ")).nth(1).expect("a constant");
		let digits: String =
			value.chars().take_while(|&c| c != ';').filter(|&c| c != '_').collect();
		digits.parse::<u64>().expect("a number")
	};
	let (base, slope) = (parts.next().expect("a base"), parts.next().expect("a slope"));
	let byte = slope + constant("CHECK_BYTE");
	(base + constant("CHECK") + byte * vk_bytes as u64) / 1_000
}

/// Climbs from each start, first by what a verification takes of its charge, then by what the check of
/// a key takes of its registration's: a description that takes more than the best so far is the next
/// to start from. Every key that was measured is printed.
pub fn run<F: Family>(constant: &str) {
	let mut arguments = std::env::args().skip(1);
	let mut number = |name: &str, otherwise: u64| {
		arguments.next().map_or(otherwise, |text| text.parse().expect(name))
	};
	let seed = number("a seed", 1);
	let steps = number("a number of steps", 60);
	let mut numbers = Numbers(seed);
	println!(
		"system,climb,step,key,compression,hash_compressions,extension_operations,bytes,vk_bytes,\
		 proof_bytes,verify_ns,check_ns"
	);
	for checks in [false, true] {
		let share = |measured: &Measured| {
			if checks {
				measured.check_ns as f64 * IN_RUNTIME / registration(measured.vk_bytes) as f64
			} else {
				measured.verify_ns as f64 / charged(constant, measured) as f64
			}
		};
		for (name, start) in F::starts() {
			assert_eq!(start.len(), F::GENES.len(), "{name}");
			let first = F::measure(&start).unwrap_or_else(|| panic!("{name} is no key"));
			let climb = if checks { format!("check: {name}") } else { name.into() };
			print::<F>(&climb, 0, &start, &first);
			let (mut best, mut most) = (start, share(&first));
			for step in 1..=steps {
				let description = near(&best, F::GENES, &mut numbers);
				let Some(measured) = F::measure(&description) else { continue };
				print::<F>(&climb, step, &description, &measured);
				if share(&measured) > most {
					(best, most) = (description, share(&measured));
				}
			}
			eprintln!("{climb}: {most:.2} of its charge");
		}
	}
}
