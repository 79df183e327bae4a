// SPDX-License-Identifier: Apache-2.0

//! The quotients of all columns by their samples, at the queries.
//!
//! For a sample `v` of a column `f` at a point `p`, with conjugates `v'` and `p'`, upstream's
//! `fri_answers` computes at a point `d` of the domain
//! `(c f(d) - (a d.y + b)) / line(p, p')(d)`, `a = v' - v`, `c = p'.y - p.y`, `b = v c - a p.y`, and
//! adds these up with powers of a challenge. Samples at one point share `c` and the line, so the
//! sum over them is `(c (sum f(d) - sum v) - (sum a) (d.y - p.y)) / line(p, p')(d)`, each sum taken
//! with the powers: one product for each column and query, reduced once every four columns, and one inversion
//! for everything.
//!
//! A column that is sampled twice is sampled a third time, a period of its own domain further than
//! the second: so a lifted column is shown to repeat itself.

use crate::Error;
use crate::folding::Multiples;
use crate::key::Key;
use crate::secure::{PRODUCTS, partly_reduced, product, reduced, times_complex};
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use num_traits::{One, Zero};
use stwo::core::circle::CirclePoint;
use stwo::core::fields::cm31::CM31;
use stwo::core::fields::m31::M31;
use stwo::core::fields::qm31::QM31;
use stwo::core::fields::{ComplexConjugate, FieldExpOps};
use stwo::core::poly::circle::CanonicCoset;
use stwo::core::utils::bit_reverse_index;

/// A point of the circle over the secure field.
pub(crate) type Point = CirclePoint<QM31>;

/// Names a point: the offset from the out-of-domain point in rows; then, if any, log2 of the domain
/// whose period is added.
type Name = (i32, Option<u32>);

/// All samples at one point.
struct Batch {
	point: Point,
	/// Columns, as positions among those that are opened, with their powers of the challenge.
	columns: Vec<(usize, QM31)>,
	/// Sums of the samples' halves, each half with its power. A sample is `v = s + t u`, its conjugate
	/// `s - t u`: these two are all that is needed.
	halves: [QM31; 2],
}

impl Batch {
	fn add(&mut self, column: usize, power: QM31, value: QM31) {
		self.columns.push((column, power));
		let [first, second] = &mut self.halves;
		*first += times_complex(power, value.0);
		*second += times_complex(power, value.1);
	}

	/// Sum of the samples, each with its power; sum of `a`, each with its power.
	fn sums(&self) -> (QM31, QM31) {
		let [first, second] = self.halves;
		let second = second * QM31(CM31::zero(), CM31::one());
		(first + second, -(second + second))
	}
}

/// Points at which columns are sampled; every one is checked not to be its own conjugate.
pub(crate) struct Batches<'a> {
	key: &'a Key<'a>,
	zeta: Point,
	challenge: QM31,
	power: QM31,
	batches: Vec<Batch>,
	/// Where the batch of each name is: an author of a key may list thousands of them, and looking
	/// through all for every sample would take longer than everything else.
	places: BTreeMap<Name, usize>,
	/// What was found last: most columns are sampled where the one before is.
	last: Option<(Name, usize)>,
	column: usize,
}

/// Whether a point is its own conjugate, and then no line through the two is defined. If it is not,
/// the line meets the circle in these two points only (two conics), neither of which is in the
/// domain: no denominator of a quotient is zero.
fn is_degenerate(point: &Point) -> bool {
	point.y.1 == CM31::zero()
}

impl<'a> Batches<'a> {
	fn new(key: &'a Key<'a>, zeta: Point, challenge: QM31) -> Self {
		let (batches, places) = (Vec::new(), BTreeMap::new());
		let power = QM31::one();
		Self { key, zeta, challenge, power, batches, places, last: None, column: 0 }
	}

	/// Adds a sample of the current column.
	fn add(&mut self, name: Name, value: QM31) -> Result<(), Error> {
		let power = self.power;
		self.power = product(power, self.challenge);
		let place = match self.last {
			Some((last, place)) if last == name => Some(place),
			_ => self.places.get(&name).copied(),
		};
		if let Some((place, batch)) = place.and_then(|at| Some((at, self.batches.get_mut(at)?))) {
			batch.add(self.column, power, value);
			self.last = Some((name, place));
			return Ok(());
		}
		let (offset, period) = name;
		let mut point = self.zeta;
		if offset != 0 {
			let step = CanonicCoset::new(self.key.log_degree()).step();
			point = point + step.mul_signed(offset as isize).into_ef();
		}
		if let Some(log_size) = period {
			let step = CanonicCoset::new(self.key.lifting).step();
			point = point + step.repeated_double(log_size).into_ef();
		}
		if is_degenerate(&point) {
			return Err(Error::ChallengeDegenerate);
		}
		self.places.insert(name, self.batches.len());
		let mut batch = Batch { point, columns: Vec::new(), halves: [QM31::zero(); 2] };
		batch.add(self.column, power, value);
		self.batches.push(batch);
		Ok(())
	}

	/// Adds a column with its samples.
	fn column(
		&mut self,
		offsets: &[i32],
		log_size: u32,
		values: &mut impl Iterator<Item = QM31>,
	) -> Result<(), Error> {
		let mut next = || values.next().ok_or_else(|| Error::missing("a sample of a column"));
		match *offsets {
			[first, second] => {
				let (at_first, at_second) = (next()?, next()?);
				self.add((second, Some(log_size)), at_second)?;
				self.add((first, None), at_first)?;
				self.add((second, None), at_second)?;
			},
			_ => {
				for &offset in offsets {
					self.add((offset, None), next()?)?;
				}
			},
		}
		self.column = self.column.saturating_add(1);
		Ok(())
	}
}

/// The sum of all quotients at each position. `opened` has every column's values at the positions,
/// in the order of preprocessed, trace, interaction and composition columns.
pub(crate) fn answers(
	key: &Key<'_>,
	zeta: Point,
	challenge: QM31,
	samples: &[Vec<QM31>; 4],
	positions: &[usize],
	opened: &[&[M31]],
) -> Result<Vec<QM31>, Error> {
	let [preprocessed, trace, interaction, composition] = samples;
	let mut batches = Batches::new(key, zeta, challenge);
	let mut values = preprocessed.iter().copied();
	let [fixed, ..] = &key.columns;
	for column in fixed {
		// A column that no component reads is opened with its row, and has no sample.
		let offsets: &[i32] = if column.samples == 0 { &[] } else { &[0] };
		batches.column(offsets, 0, &mut values)?;
	}
	for (interacting, values) in [(false, trace), (true, interaction)] {
		let mut values = values.iter().copied();
		for component in &key.components {
			let log_size = component.log_size.saturating_add(key.vk.pcs.log_blowup.into());
			for offsets in component.offsets(interacting) {
				batches.column(offsets, log_size, &mut values)?;
			}
		}
	}
	for &value in composition {
		batches.column(&[0], 0, &mut core::iter::once(value))?;
	}

	let domain = CanonicCoset::new(key.lifting).circle_domain();
	let multiples = Multiples::new();
	let points: Vec<_> = positions
		.iter()
		.map(|&at| multiples.point(domain.index_at(bit_reverse_index(at, key.lifting))))
		.collect();
	let mut denominators: Vec<CM31> =
		Vec::with_capacity(points.len().saturating_mul(batches.batches.len()));
	for Batch { point, .. } in &batches.batches {
		for at in &points {
			denominators.push((point.x.0 - at.x) * point.y.1 - (point.y.0 - at.y) * point.x.1);
		}
	}
	// Not zero: see `is_degenerate`. Asked all the same, since upstream's inversion panics.
	if denominators.iter().any(CM31::is_zero) {
		return Err(Error::ChallengeDegenerate);
	}
	let mut inverses = CM31::batch_inverse(&denominators).into_iter();
	let mut out = vec![QM31::zero(); positions.len()];
	for batch in &batches.batches {
		let point = &batch.point;
		let (values, slope) = batch.sums();
		let sums = weighted_sums(&batch.columns, opened, positions.len())?;
		let distance = point.y.complex_conjugate() - point.y;
		for ((out, sum), at) in out.iter_mut().zip(sums).zip(&points) {
			let numerator = product(distance, sum - values) - product(slope, -point.y + at.y);
			let inverse = inverses.next().ok_or_else(|| Error::missing("an inverse"))?;
			*out += times_complex(numerator, inverse);
		}
	}
	Ok(out)
}

/// For each row the sum of its values in `columns`, each times its column's power.
///
/// Coordinate by coordinate, with a product that is not reduced: loops that compilers turn into vector
/// instructions.
fn weighted_sums(
	columns: &[(usize, QM31)],
	opened: &[&[M31]],
	rows: usize,
) -> Result<Vec<QM31>, Error> {
	let mut sums = [(); 4].map(|()| vec![0u64; rows]);
	let zeros = vec![M31::zero(); rows];
	for group in columns.chunks(PRODUCTS) {
		let mut values = [zeros.as_slice(); PRODUCTS];
		let mut powers = [[M31::zero(); 4]; PRODUCTS];
		for ((values, powers), &(column, power)) in values.iter_mut().zip(&mut powers).zip(group) {
			*values = opened.get(column).ok_or_else(|| Error::missing("an opened column"))?;
			Error::of_lengths("values of an opened column", values.len(), rows)?;
			*powers = power.to_m31_array();
		}
		let ([a, b, c, d], [of_a, of_b, of_c, of_d]) = (values, powers);
		let times = |power: M31, &M31(value)| u64::from(power.0).wrapping_mul(value.into());
		for ((((sums, of_a), of_b), of_c), of_d) in
			sums.iter_mut().zip(of_a).zip(of_b).zip(of_c).zip(of_d)
		{
			for ((((sum, a), b), c), d) in sums.iter_mut().zip(a).zip(b).zip(c).zip(d) {
				*sum = partly_reduced(*sum)
					.wrapping_add(times(of_a, a))
					.wrapping_add(times(of_b, b))
					.wrapping_add(times(of_c, c))
					.wrapping_add(times(of_d, d));
			}
		}
	}
	let [a, b, c, d] = sums;
	let coordinates = a.into_iter().zip(b).zip(c).zip(d);
	Ok(coordinates
		.map(|(((a, b), c), d)| QM31::from_m31_array([a, b, c, d].map(reduced)))
		.collect())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::decode::{Proof, decode};
	use assay_air::stwo::limits;
	use assay_primitives::VerifyingKey;
	use stwo::core::pcs::TreeVec;
	use stwo::core::pcs::quotients::{PointSample, fri_answers};
	use stwo::core::vcs_lifted::blake2_merkle::Blake2sMerkleHasher;

	/// The samples with their points as upstream takes them.
	fn samples(key: &Key<'_>, zeta: Point, values: &[Vec<QM31>; 4]) -> Vec<Vec<Vec<PointSample>>> {
		let step = CanonicCoset::new(key.log_degree()).step();
		let [preprocessed, trace, interaction, composition] = values;
		let single = |values: &[QM31]| -> Vec<Vec<PointSample>> {
			values.iter().map(|&value| vec![PointSample { point: zeta, value }]).collect()
		};
		let tree = |interacting: bool, values: &[QM31]| -> Vec<Vec<PointSample>> {
			let mut values = values.iter();
			let components = key.components.iter();
			components
				.flat_map(|component| component.offsets(interacting))
				.map(|offsets| {
					let at = |offset: i32| zeta + step.mul_signed(offset as isize).into_ef();
					offsets
						.iter()
						.map(|&offset| PointSample {
							point: at(offset),
							value: *values.next().unwrap(),
						})
						.collect()
				})
				.collect()
		};
		vec![single(preprocessed), tree(false, trace), tree(true, interaction), single(composition)]
	}

	#[test]
	fn are_upstreams() {
		for (vk, proof) in [
			(
				&include_bytes!("../fixtures/poseidon_vk_v1.bin")[..],
				&include_bytes!("../fixtures/poseidon_proof_v1.bin")[..],
			),
			(
				&include_bytes!("../fixtures/range_check_vk_v1.bin")[..],
				&include_bytes!("../fixtures/range_check_proof_v1.bin")[..],
			),
			(
				&include_bytes!("../fixtures/range_standard_vk_v1.bin")[..],
				&include_bytes!("../fixtures/range_standard_proof_v1.bin")[..],
			),
		] {
			let vk = VerifyingKey::decode_strict(vk).unwrap();
			let key = Key::of(&vk).unwrap();
			let proof: Proof<Blake2sMerkleHasher> = decode(&key, proof).unwrap();
			// Any point and challenge will do, and any positions.
			let zeta = Point::get_point(123_456_789_012_345_678_901_234);
			let challenge = QM31::from_u32_unchecked(9, 8, 7, 6);
			let positions: Vec<usize> = (0..proof.queries).map(|i| 7 * i + i % 3).collect();
			let sizes = |tree: usize| -> Vec<u32> {
				match key.columns.get(tree) {
					Some(columns) => columns
						.iter()
						.map(|column| column.log_size + u32::from(key.vk.pcs.log_blowup))
						.collect(),
					None => vec![key.lifting; 8],
				}
			};
			let mut openings = proof.openings.iter();
			let queried: Vec<Vec<Vec<M31>>> = (0..4)
				.map(|tree| match sizes(tree).len() {
					0 => Vec::new(),
					_ => openings
						.next()
						.unwrap()
						.columns(proof.queries)
						.map(<[M31]>::to_vec)
						.collect(),
				})
				.collect();
			let expected = fri_answers(
				TreeVec::new((0..4).map(sizes).collect()),
				TreeVec::new(samples(&key, zeta, &proof.samples)),
				challenge,
				&positions,
				TreeVec::new(queried.clone()),
				key.lifting,
			)
			.unwrap();
			let opened: Vec<&[M31]> = queried.iter().flatten().map(Vec::as_slice).collect();
			let got = answers(&key, zeta, challenge, &proof.samples, &positions, &opened).unwrap();
			assert_eq!(got, expected);
		}
	}

	/// Of numbers as large as they can be, as many as there can be.
	#[test]
	fn add_up_without_overflow() {
		const ROWS: usize = 3;
		let largest = M31::from_u32_unchecked(limits::P - 1);
		let values = [largest; ROWS];
		let power = QM31::from_m31_array([largest; 4]);
		for count in [0, 1, 2, 3, 4, 5, 7, 8, 9, 20_000] {
			let opened = vec![values.as_slice(); count];
			let columns: Vec<(usize, QM31)> = (0..count).map(|column| (column, power)).collect();
			// The largest element is -1: each product is 1 in every coordinate.
			let expected = QM31::from_m31_array([M31::from(count as u32); 4]);
			assert_eq!(weighted_sums(&columns, &opened, ROWS), Ok(vec![expected; ROWS]), "{count}");
		}
		assert!(weighted_sums(&[(1, power)], &[&values], ROWS).is_err());
		assert!(weighted_sums(&[(0, power)], &[&values[1..]], ROWS).is_err());
	}

	#[test]
	fn are_not_defined_where_a_point_is_its_own_conjugate() {
		let vk = VerifyingKey::decode_strict(include_bytes!("../fixtures/poseidon_vk_v1.bin"));
		let vk = vk.unwrap();
		let key = Key::of(&vk).unwrap();
		let real = CanonicCoset::new(20).at(5).into_ef();
		let mut batches = Batches::new(&key, real, QM31::one());
		assert_eq!(batches.add((0, None), QM31::one()), Err(Error::ChallengeDegenerate));
		assert_eq!(batches.add((-1, Some(3)), QM31::one()), Err(Error::ChallengeDegenerate));
	}
}
