// SPDX-License-Identifier: Apache-2.0

//! Hostile programs, and the lemma that admission has to hold for each of them (docs/soundness.md):
//!
//! > For every program that is admitted and every trace that breaks a row, the identity
//! > `constraints = quotient * vanishing polynomial` is a polynomial that is not zero, of a degree that the
//! > bits count.
//!
//! Nothing here trusts upstream or the verifier's own counting: constraints are evaluated on the rows and
//! on a coset, and interpolated.

use super::{Column, Draft, MODULUS, Op};
use crate::Rng;
use assay_air::plonky3::{FoldInputs, Program};
use assay_plonky3::{Cause, Error, soundness, verify};
use assay_primitives::{
	ExtensionDegree, FriParams, HashKind, Plonky3Vk, PublicValues, VerifyingKey,
};
use codec::Encode;
use p3_baby_bear::BabyBear;
use p3_field::extension::BinomialExtensionField;
use p3_field::{BasedVectorSpace, ExtensionField, Field, PrimeCharacteristicRing, TwoAdicField};

type Extension = BinomialExtensionField<BabyBear, 4>;

/// A blowup with room for every number of quotient chunks, so that degrees alone decide.
const FRI: FriParams = FriParams {
	log_blowup: 6,
	num_queries: 1,
	log_final_poly_len: 0,
	max_log_arity: 1,
	batch_grinding_bits: 0,
	commit_grinding_bits: 0,
	query_grinding_bits: 0,
	ood_grinding_bits: 0,
};

/// What was seen of many programs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
	/// Programs that were made.
	pub programs: u64,
	/// Those that the verifier admits.
	pub admitted: u64,
	/// Admitted, and the trace that was tried breaks a row.
	pub broken: u64,
	/// Refused, and a forgery: a row is broken, and the constraints are zero at a point of the extension.
	pub forgeries: u64,
	/// Refused because of the exact degree alone: upstream would take them.
	pub too_high: u64,
}

impl Seen {
	/// Adds `other`.
	pub const fn merge(&mut self, other: Self) {
		self.programs += other.programs;
		self.admitted += other.admitted;
		self.broken += other.broken;
		self.forgeries += other.forgeries;
		self.too_high += other.too_high;
	}
}

/// Makes program number `index` of `seed` and holds it to the lemma.
///
/// # Errors
///
/// What breaks the lemma.
pub fn try_one(seed: u64, index: u64) -> Result<Seen, String> {
	let mut rng = Rng::new(seed, 1, index);
	let degree_bits = 1 + rng.below(4) as u8;
	let Ok(program) = Program::decode(&hostile(&mut rng, degree_bits).encode()) else {
		return Err("a made-up program does not decode".into());
	};
	let preprocessed = (program.preprocessed_width() > 0).then_some([0; 32]);
	let vk = VerifyingKey::Plonky3V1(key(program.encode(), degree_bits, preprocessed));
	let public = PublicValues::V1(vec![1; program.num_public_values()]);
	// An admitted key gets as far as the proof, which is empty.
	let refused = match verify(&vk, &public, &[]) {
		Err(Error::Truncated { .. }) => None,
		Err(error @ (Error::Own(Cause::DegreeTooHigh { .. }) | Error::Parameter { .. })) => {
			Some(error)
		},
		other => {
			return Err(format!("expected a degree that is refused or an empty proof: {other:?}"));
		},
	};
	let trial = Trial::new(&program, degree_bits, &mut rng);
	let rows: Vec<BabyBear> = (0..trial.rows()).map(|row| trial.on_row(row)).collect();
	let broken = rows.iter().any(|value| !value.is_zero());
	let point: Extension = trial.random_point(&mut rng);
	let vanishes = trial.at(point).is_zero();
	let mut seen = Seen { programs: 1, ..Seen::default() };
	if let Some(error) = refused {
		seen.forgeries = (broken && vanishes).into();
		seen.too_high = matches!(error, Error::Own(Cause::DegreeTooHigh { .. })).into();
		return Ok(seen);
	}
	seen.admitted = 1;
	seen.broken = broken.into();
	if broken && vanishes {
		return Err(
			"admitted, and a forgery: constraints that fail on a row are zero off them".into()
		);
	}
	trial.check_degree(&rows)?;
	Ok(seen)
}

/// The bytes of a key with program number `index` of `seed`, in its canonical form: registration gets as
/// far as its degrees, and as what it constrains.
#[must_use]
pub fn hostile_key(seed: u64, index: u64) -> Vec<u8> {
	let mut rng = Rng::new(seed, 2, index);
	let degree_bits = 1 + rng.below(4) as u8;
	let draft = hostile(&mut rng, degree_bits).canonical();
	let preprocessed = (draft.numbers[1] > 0).then_some([0; 32]);
	VerifyingKey::Plonky3V1(key(draft.encode(), degree_bits, preprocessed)).encode()
}

fn key(program: Vec<u8>, degree_bits: u8, preprocessed: Option<[u8; 32]>) -> Plonky3Vk {
	let (hash, extension) = (HashKind::Blake3, ExtensionDegree::Four);
	Plonky3Vk { hash, extension, degree_bits, fri: FRI, preprocessed, program }
}

/// One program with a made-up trace of low-degree columns.
struct Trial<'a> {
	program: &'a Program,
	degree_bits: u8,
	/// Coefficients of each column's polynomial.
	main: Vec<Vec<BabyBear>>,
	preprocessed: Vec<Vec<BabyBear>>,
	periodic: Vec<Vec<BabyBear>>,
	public: Vec<BabyBear>,
	/// Combines the constraints.
	alpha: BabyBear,
}

impl<'a> Trial<'a> {
	fn new(program: &'a Program, degree_bits: u8, rng: &mut Rng) -> Self {
		let rows = 1usize << degree_bits;
		let mut columns = |count: usize| -> Vec<Vec<BabyBear>> {
			(0..count).map(|_| elements(rng, rows)).collect()
		};
		let (main, preprocessed) =
			(columns(program.width()), columns(program.preprocessed_width()));
		let periodic = program.header().periodic.iter().map(|column| {
			interpolate(&column.values.iter().map(|&v| BabyBear::new(v)).collect::<Vec<_>>())
		});
		Self {
			program,
			degree_bits,
			main,
			preprocessed,
			periodic: periodic.collect(),
			public: elements(rng, program.num_public_values()),
			alpha: element(rng),
		}
	}

	const fn rows(&self) -> usize {
		1 << self.degree_bits
	}

	fn generator(&self) -> BabyBear {
		BabyBear::two_adic_generator(self.degree_bits.into())
	}

	/// The combined constraints at `x`, where columns and selectors are polynomials.
	fn at<EF: ExtensionField<BabyBear>>(&self, x: EF) -> EF {
		let last = self.generator().inverse();
		let vanishing = x.exp_u64(self.rows() as u64) - EF::ONE;
		let selectors = [vanishing * (x - EF::ONE).inverse(), vanishing * (x - last).inverse()];
		self.evaluate(x, selectors)
	}

	/// The combined constraints on a row: selectors as upstream has them there.
	fn on_row(&self, row: usize) -> BabyBear {
		let count = BabyBear::from_usize(self.rows());
		let first = if row == 0 { count } else { BabyBear::ZERO };
		let last = if row + 1 == self.rows() { count * self.generator() } else { BabyBear::ZERO };
		self.evaluate(self.generator().exp_u64(row as u64), [first, last])
	}

	fn evaluate<EF: ExtensionField<BabyBear>>(&self, x: EF, [first, last]: [EF; 2]) -> EF {
		let header = self.program.header();
		let next = x * self.generator();
		let row = |columns: &[Vec<BabyBear>], x: EF| -> Vec<EF> {
			columns.iter().map(|column| horner(column, x)).collect()
		};
		let periodic: Vec<EF> = self
			.periodic
			.iter()
			.map(|column| horner(column, x.exp_u64((self.rows() / column.len()) as u64)))
			.collect();
		let or_none = |open: bool, row: Vec<EF>| if open { row } else { Vec::new() };
		let inputs = FoldInputs {
			main: &row(&self.main, x),
			main_next: &or_none(header.opens_next_row, row(&self.main, next)),
			preprocessed: &row(&self.preprocessed, x),
			preprocessed_next: &or_none(
				header.opens_preprocessed_next_row,
				row(&self.preprocessed, next),
			),
			periodic: &periodic,
			public: &self.public,
			is_first_row: first,
			is_last_row: last,
			is_transition: x - self.generator().inverse(),
		};
		let alpha = EF::from(self.alpha);
		self.program.fold(&inputs, alpha).expect("every row is there")
	}

	/// A point outside of the base field.
	fn random_point(&self, rng: &mut Rng) -> Extension {
		Extension::from_basis_coefficients_fn(|i| if i == 1 { BabyBear::ONE } else { element(rng) })
	}

	/// Interpolates the constraints, and compares with what the verifier counts on.
	fn check_degree(&self, on_rows: &[BabyBear]) -> Result<(), String> {
		let rows = self.rows() as u64;
		let degrees = self.program.degrees(self.degree_bits);
		let chunks = degrees.multiple.saturating_sub(1).max(1).next_power_of_two();
		let held = (chunks + 1) * rows - 1;
		if degrees.exact > held {
			return Err(format!("admitted with degree {} above {held}", degrees.exact));
		}
		// Room to see a degree that is higher than it may be.
		let size = (2 * held as usize).next_power_of_two();
		let root = BabyBear::two_adic_generator(size.ilog2() as usize);
		let shift = BabyBear::GENERATOR;
		let values: Vec<BabyBear> =
			root.powers().take(size).map(|power| self.at(shift * power)).collect();
		let scaled = interpolate(&values);
		let unshift = shift.inverse().powers();
		let polynomial: Vec<BabyBear> = scaled.iter().zip(unshift).map(|(&c, u)| c * u).collect();
		let degree = polynomial.iter().rposition(|c| !c.is_zero()).unwrap_or(0) as u64;
		if degree > degrees.exact {
			return Err(format!("degree {degree}, counted as {}", degrees.exact));
		}
		for (row, &value) in on_rows.iter().enumerate() {
			if horner(&polynomial, self.generator().exp_u64(row as u64)) != value {
				return Err(format!("row {row}: the polynomial has another value than the row"));
			}
		}
		// What is left modulo the vanishing polynomial: no quotient makes the identity zero.
		let mut rest = vec![BabyBear::ZERO; rows as usize];
		for (power, &coefficient) in polynomial.iter().enumerate() {
			rest[power % rows as usize] += coefficient;
		}
		let (breaks, rests) =
			(on_rows.iter().any(|v| !v.is_zero()), rest.iter().any(|v| !v.is_zero()));
		if breaks != rests {
			return Err(format!("a row is broken: {breaks}, the remainder is not zero: {rests}"));
		}
		let shape = soundness::Shape::of(self.program, self.degree_bits);
		let report =
			soundness::security_bits(&FRI, HashKind::Blake3, ExtensionDegree::Four, &shape);
		let step = report.steps.iter().find(|step| step.name == "out_of_domain");
		let bits = step.ok_or("no step for the out-of-domain point")?.unique_decoding;
		let field = 4.0 * f64::from(MODULUS).log2();
		let identity = degrees.exact.max(held) as f64;
		if bits > field - identity.log2() {
			return Err(format!("{bits} bits for an identity of degree {identity}"));
		}
		Ok(())
	}
}

fn element(rng: &mut Rng) -> BabyBear {
	BabyBear::new(rng.next_u32() % MODULUS)
}

fn elements(rng: &mut Rng, count: usize) -> Vec<BabyBear> {
	(0..count).map(|_| element(rng)).collect()
}

fn horner<EF: ExtensionField<BabyBear>>(coefficients: &[BabyBear], x: EF) -> EF {
	coefficients.iter().rfold(EF::ZERO, |sum, &coefficient| sum * x + coefficient)
}

/// The coefficients of the polynomial with these values on the roots of unity, by the definition.
fn interpolate(values: &[BabyBear]) -> Vec<BabyBear> {
	let size = values.len();
	let inverse_root = BabyBear::two_adic_generator(size.ilog2() as usize).inverse();
	let powers: Vec<BabyBear> = inverse_root.powers().take(size).collect();
	let scale = BabyBear::from_usize(size).inverse();
	(0..size)
		.map(|i| {
			let sum: BabyBear =
				values.iter().enumerate().map(|(j, &value)| value * powers[i * j % size]).sum();
			sum * scale
		})
		.collect()
}

/// Writes operations with absolute positions.
struct Builder<'a> {
	ops: Vec<Op>,
	rng: &'a mut Rng,
}

impl Builder<'_> {
	fn leaf(&mut self, code: u8, a: u64) -> u64 {
		self.ops.push(Op { code, a, b: 0 });
		self.ops.len() as u64 - 1
	}

	fn constant(&mut self, value: u32) -> u64 {
		self.leaf(0, value.into())
	}

	fn join(&mut self, code: u8, a: u64, b: u64) -> u64 {
		let at = self.ops.len() as u64;
		self.ops.push(Op { code, a: at - a, b: at - b });
		at
	}

	fn mul(&mut self, a: u64, b: u64) -> u64 {
		self.join(12, a, b)
	}

	fn squared(&mut self, mut a: u64, times: usize) -> u64 {
		for _ in 0..times {
			a = self.mul(a, a);
		}
		a
	}

	/// `a` to a power that is written in 32-bit words, the lowest first.
	fn power(&mut self, a: u64, exponent: &[u32]) -> u64 {
		let mut bits: Vec<bool> =
			exponent.iter().flat_map(|word| (0..32).map(move |i| word >> i & 1 == 1)).collect();
		while bits.last() == Some(&false) {
			bits.pop();
		}
		let mut out = a;
		for &bit in bits.iter().rev().skip(1) {
			out = self.mul(out, out);
			if bit {
				out = self.mul(out, a);
			}
		}
		out
	}

	fn any(&mut self) -> u64 {
		let count = self.ops.len();
		// The last ones more often, so that expressions grow.
		let back =
			if self.rng.once_in(2) { self.rng.below(count.min(3)) } else { self.rng.below(count) };
		(count - 1 - back) as u64
	}
}

/// The size of the extension of degree 4 less one, in 32-bit words.
fn extension_order() -> [u32; 4] {
	let p = u128::from(MODULUS);
	let order = p * p * p * p - 1;
	[0, 32, 64, 96].map(|shift| (order >> shift) as u32)
}

/// A program that tries to hold on the rows and test nothing off them, or the other way round, or just any.
fn hostile(rng: &mut Rng, degree_bits: u8) -> Draft {
	let rows = 1u32 << degree_bits;
	let periodic: Vec<Column> = (0..rng.pick(&[0, 0, 0, 1, 2]))
		.map(|_| {
			let log_period = rng.below(usize::from(degree_bits) + 1) as u8;
			let bit = rng.once_in(2);
			let mut value = || if bit { rng.next_u32() % 2 } else { rng.next_u32() % MODULUS };
			Column { log_period, values: (0..1 << log_period).map(|_| value()).collect() }
		})
		.collect();
	let preprocessed = rng.below(3) as u64;
	let flags = rng.below(if preprocessed > 0 { 4 } else { 2 }) as u8;
	let numbers = [
		1 + rng.below(3) as u64,
		preprocessed,
		rng.below(3) as u64,
		rng.pick(&[0, 0, 0, 2, 5, 17]),
	];
	let end = BabyBear::two_adic_generator(degree_bits.into()).inverse();
	let end = p3_field::PrimeField32::as_canonical_u32(&end);
	let mut b = Builder { ops: Vec::new(), rng };
	b.leaf(1, 0);
	for _ in 0..1 + b.rng.below(12) {
		match b.rng.below(14) {
			0 | 1 => {
				let codes: &[(u8, u64)] = &[
					(1, numbers[0]),
					(if flags & 1 != 0 { 2 } else { 1 }, numbers[0]),
					(if preprocessed > 0 { 3 } else { 1 }, preprocessed.max(1)),
					(if flags & 2 != 0 { 4 } else { 1 }, preprocessed.max(1)),
					(if periodic.is_empty() { 9 } else { 5 }, periodic.len() as u64),
					(if numbers[2] > 0 { 6 } else { 7 }, numbers[2]),
					(7, 0),
					(8, 0),
					(9, 0),
				];
				let (code, count) = b.rng.pick(codes);
				let count = if code == 1 { numbers[0] } else { count };
				let index = b.rng.below(count as usize) as u64;
				b.leaf(code, if matches!(code, 7..=9) { 0 } else { index });
			},
			2 => {
				let p = MODULUS;
				let value =
					b.rng.pick(&[0, 1, 2, p - 1, p - 2, p / 2, rows, p - rows, end, p - end]);
				b.constant(value);
			},
			3..=5 => {
				let (x, y) = (b.any(), b.any());
				let code = b.rng.pick(&[10, 11, 12]);
				b.join(code, x, y);
			},
			// Powers of a selector, from harmless to beyond every size.
			6 | 7 => {
				let selector = b.rng.pick(&[7, 8, 9, 9, 9]);
				let leaf = b.leaf(selector, 0);
				let times = b.rng.pick(&[1, 2, 3, 4, 5, 6, 31, 62, 124]);
				b.squared(leaf, times);
			},
			// x^(2^k) less or plus a constant: zero on all rows, on half of them, on none.
			8 | 9 => {
				let transition = b.leaf(9, 0);
				let end = b.constant(end);
				let x = b.join(10, transition, end);
				let times = b.rng.below(usize::from(degree_bits) + 2);
				let power = b.squared(x, times);
				let one = b.constant(1);
				let code = b.rng.pick(&[10, 11]);
				b.join(code, power, one);
			},
			// Zero on every row, whatever the trace.
			10 => {
				let (first, last) = (b.leaf(7, 0), b.leaf(8, 0));
				b.mul(first, last);
			},
			// (T^p - T)^(q - 1): 0 on the rows, 1 at every other point; and 1 less it.
			11 => {
				let transition = b.leaf(9, 0);
				let raised = b.power(transition, &[MODULUS]);
				let difference = b.join(11, raised, transition);
				let off = b.power(difference, &extension_order());
				if b.rng.once_in(2) {
					let one = b.constant(1);
					b.join(11, one, off);
				}
			},
			// T^(q - 1) - 1: 0 at every point but the last row.
			12 => {
				let transition = b.leaf(9, 0);
				let power = b.power(transition, &extension_order());
				let one = b.constant(1);
				b.join(11, power, one);
			},
			_ => {
				let a = b.any();
				let at = b.ops.len() as u64;
				b.ops.push(Op { code: 13, a: at - a, b: 0 });
			},
		}
		if b.rng.once_in(3) {
			let column = b.leaf(1, 0);
			let other = b.any();
			b.mul(other, column);
		}
	}
	let last = b.ops.len() as u64 - 1;
	let mut assertions = vec![last];
	if b.rng.once_in(4) {
		assertions.push(b.any());
	}
	Draft {
		version: 1,
		numbers,
		flags,
		periodic,
		ops: b.ops,
		assertions,
		lies: [None; 3],
		padded: None,
	}
}
