// SPDX-License-Identifier: Apache-2.0

//! Columns from plain values, and the interaction trace that `finalize_logup` constrains. Short and
//! slow: for speed use upstream's `LogupTraceGenerator`.

use assay_stwo::prover::Column;
use num_traits::Zero;
use stwo::core::Fraction;
use stwo::core::fields::FieldExpOps;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo::core::poly::circle::CanonicCoset;
use stwo::core::utils::bit_reverse_coset_to_circle_domain_order;
use stwo::prover::backend::simd::column::BaseColumn;

/// A column from its values, row by row.
#[must_use]
pub fn column(log_size: u32, mut values: Vec<BaseField>) -> Column {
	bit_reverse_coset_to_circle_domain_order(&mut values);
	Column::new(CanonicCoset::new(log_size).circle_domain(), BaseColumn::from_iter(values))
}

/// Columns from their values, row by row.
#[must_use]
pub fn columns(log_size: u32, values: Vec<Vec<BaseField>>) -> Vec<Column> {
	values.into_iter().map(|values| column(log_size, values)).collect()
}

/// The interaction trace of a component, and its claimed sum, from the sum of each batch's fractions
/// on each row.
#[must_use]
pub fn logup(
	log_size: u32,
	batches: Vec<Vec<Fraction<SecureField, SecureField>>>,
) -> (Vec<Column>, SecureField) {
	let mut running = vec![SecureField::zero(); 1 << log_size];
	let mut sums: Vec<Vec<SecureField>> = Vec::new();
	for batch in batches {
		let denominators: Vec<SecureField> = batch.iter().map(|f| f.denominator).collect();
		let inverses = SecureField::batch_inverse(&denominators);
		for ((sum, fraction), inverse) in running.iter_mut().zip(batch).zip(inverses) {
			*sum += fraction.numerator * inverse;
		}
		sums.push(running.clone());
	}
	let claimed = running.iter().fold(SecureField::zero(), |total, &sum| total + sum);
	let shift = claimed / BaseField::from(1u32 << log_size);
	let mut total = SecureField::zero();
	for sum in sums.last_mut().into_iter().flatten() {
		total += *sum - shift;
		*sum = total;
	}
	let columns = sums
		.iter()
		.flat_map(|sums| {
			[0, 1, 2, 3]
				.map(|i| column(log_size, sums.iter().map(|sum| sum.to_m31_array()[i]).collect()))
		})
		.collect();
	(columns, claimed)
}
