// SPDX-License-Identifier: Apache-2.0

//! What follows from a checked key: points, degrees, folding layers, and how long a proof can be.

use super::{COMPOSITION_COLUMNS, Component, Count, Key, n};
use crate::soundness::Shape;
use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;
#[cfg(feature = "verifier")]
use stwo::core::{fri::FriConfig, pcs::PcsConfig};

impl Component {
	/// Points at which its columns are sampled, by offset and, where a period is added, log2 of the
	/// rows.
	fn points(&self) -> impl Iterator<Item = (i32, Option<u32>)> + '_ {
		let header = self.program.header();
		header.trace.iter().chain(&header.interaction).flat_map(|mask| {
			// A column that is sampled twice is sampled a third time.
			let period = match *mask.offsets.as_slice() {
				[_, second] => Some((second, Some(self.log_size))),
				_ => None,
			};
			mask.offsets.iter().map(|&offset| (offset, None)).chain(period)
		})
	}
}

impl Key<'_> {
	/// Points at which columns are sampled: the out-of-domain point, those at other rows, and those a
	/// period further, of which each height has its own.
	pub fn sample_points(&self) -> u64 {
		let mut points = BTreeSet::from([(0, None)]);
		for component in &self.components {
			points.extend(component.points());
		}
		points.len() as u64
	}

	/// [`Self::sample_points`], at most, if every component had another height.
	pub fn sample_points_at_any_height(&self) -> u64 {
		self.components.iter().fold(1, |points, component| {
			let of_component: BTreeSet<_> = component.points().collect();
			points.saturating_add(of_component.len() as u64)
		})
	}

	/// Fractions that the LogUp argument adds up, at most.
	pub fn uses(&self) -> u64 {
		let public = self.vk.public_terms.len() as u64;
		self.components.iter().fold(public, |uses, component| {
			let rows = 1u64 << component.log_size;
			uses.saturating_add(component.degrees.fractions.saturating_mul(rows))
		})
	}

	/// Total degree, in all challenges of relations, of the numerator of everything that the LogUp
	/// argument adds up.
	pub(super) fn lookup_degree(&self) -> u64 {
		let public = self.vk.public_terms.iter().map(|term| term.values.len() as u64).sum();
		self.components.iter().fold(public, |degree, component| {
			let rows = 1u64 << component.log_size;
			degree.saturating_add(component.degrees.challenge.saturating_mul(rows))
		})
	}

	/// What the soundness model reads.
	pub fn shape(&self) -> Shape {
		let samples: usize = self
			.columns
			.iter()
			.flatten()
			// A column that is sampled twice is checked to be periodic with a third sample.
			.map(|column| if column.samples == 2 { 3 } else { column.samples })
			.sum();
		let constraints: usize = self.components.iter().map(|c| c.program.assertions().len()).sum();
		Shape {
			log_degree: self.log_degree() as u8,
			batched: samples.saturating_add(COMPOSITION_COLUMNS) as u32,
			num_constraints: constraints as u32,
			// Bounded by `limits::MAX_DEGREE`.
			constraint_degree: self.constraint_degree as u32,
			lookup_degree: self.lookup_degree(),
		}
	}

	/// Upstream's configuration: nothing of it comes from a proof.
	#[cfg(feature = "verifier")]
	pub fn config(&self) -> PcsConfig {
		let params = &self.vk.pcs;
		PcsConfig {
			pow_bits: params.query_grinding_bits.into(),
			// Its constructor asserts what `Self::new` has bounded.
			fri_config: FriConfig::new(
				params.log_last_layer.into(),
				params.log_blowup.into(),
				params.num_queries.into(),
				params.fold_step.into(),
			),
			lifting_log_size: params.lifting_log_size.map(u32::from),
		}
	}

	/// log2 of the degree bound of every lifted column.
	pub fn log_degree(&self) -> u32 {
		self.lifting.saturating_sub(self.vk.pcs.log_blowup.into())
	}

	pub fn has_interaction(&self) -> bool {
		self.columns.get(2).is_some_and(|columns| !columns.is_empty())
	}

	/// The trees whose columns a proof opens: without columns there is nothing to open.
	pub fn trees(&self) -> impl Iterator<Item = (&'static str, usize)> + '_ {
		["preprocessed trace", "trace", "interaction trace"]
			.into_iter()
			.zip(self.columns.iter().map(Vec::len))
			.chain([("composition", COMPOSITION_COLUMNS)])
	}

	/// log2 of the leaves of a tree, by its place among [`Self::trees`].
	pub fn leaves(&self, tree: usize) -> u32 {
		if tree == 0 { self.preprocessed_leaves } else { self.lifting }
	}

	/// Where the preprocessed columns' tree has the values of rows of the lifted domain. In a higher tree, a
	/// column that a component reads has each value several times, and upstream opens this one.
	#[cfg(feature = "verifier")]
	pub fn preprocessed_positions(&self, positions: &[usize]) -> Vec<usize> {
		let higher = self.preprocessed_leaves.saturating_sub(self.lifting);
		// A half of the circle domain holds even positions, the other odd ones.
		positions.iter().map(|at| (at >> 1 << 1) << higher | at & 1).collect()
	}

	/// log2 of the domain of the last layer.
	pub fn log_last_domain(&self) -> u32 {
		u32::from(self.vk.pcs.log_last_layer).saturating_add(self.vk.pcs.log_blowup.into())
	}

	/// log2 of the domain of each folding layer: the circle first, then lines.
	pub fn layers(&self) -> Vec<u32> {
		let step = u32::from(self.vk.pcs.fold_step);
		let last = self.log_last_domain();
		let mut layers = vec![self.lifting];
		let mut log_size = self.lifting.saturating_sub(step);
		while log_size > last {
			layers.push(log_size);
			log_size = log_size.saturating_sub(step).max(last);
		}
		layers
	}

	/// log2 of the number of leaves of the tree over a layer of `2^log_size` values: where a layer
	/// is folded by four or more, upstream packs four values in a leaf.
	pub fn layer_leaves(&self, index: usize, layers: &[u32]) -> u32 {
		let last = self.log_last_domain();
		let log_size = layers.get(index).copied().unwrap_or_default();
		let next = layers.get(index.saturating_add(1)).copied().unwrap_or(last);
		// The first layer goes by the configured step, which is also what it is folded by.
		let packed = log_size >= 2 && log_size.saturating_sub(next) > 1;
		if packed { log_size.saturating_sub(2) } else { log_size }
	}

	/// Most Merkle siblings that the openings of `positions` leaves at most need in a tree of
	/// `2^log_leaves` leaves.
	pub fn max_siblings(&self, positions: u64, log_leaves: u32) -> u64 {
		(0..log_leaves).map(|level| positions.min(1 << level)).sum()
	}

	/// Values that a folding layer lacks, at most, and leaves that it opens, at most.
	pub fn max_layer_openings(&self, index: usize, layers: &[u32]) -> (u64, u64) {
		let queries = n(self.vk.pcs.num_queries.into());
		let arity = n(1u64 << self.vk.pcs.fold_step);
		let log_size = layers.get(index).copied().unwrap_or_default();
		let packing = log_size.saturating_sub(self.layer_leaves(index, layers));
		((queries * (arity - n(1))).0, (queries * n((arity.0 >> packing).max(1))).0)
	}

	/// Largest length of a proof for this key, in bytes.
	pub fn proof_bytes_max(&self) -> u64 {
		let queries = u64::from(self.vk.pcs.num_queries);
		// Counts of siblings and of values have four bytes.
		let siblings =
			|positions, log_leaves| n(4) + n(32) * n(self.max_siblings(positions, log_leaves));
		let mut total = self.rows_bytes(queries);
		for (tree, (_, columns)) in self.trees().enumerate() {
			if columns > 0 {
				total += siblings(queries, self.leaves(tree));
			}
		}
		let layers = self.layers();
		for index in 0..layers.len() {
			let (values, leaves) = self.max_layer_openings(index, &layers);
			total += n(4) + n(16) * n(values);
			total += siblings(leaves, self.layer_leaves(index, &layers));
		}
		total.0
	}

	/// Length of what a proof opens, without siblings and without what folding lacks, in bytes. Equal
	/// positions are opened once, and a proof in which more than half are equal is not to be had.
	pub fn proof_bytes_min(&self) -> u64 {
		let queries = u64::from(self.vk.pcs.num_queries).min(1 << self.lifting);
		self.rows_bytes(queries.div_ceil(2)).0
	}

	/// Length of roots, samples, the last layer and the opened rows of so many positions, in bytes.
	fn rows_bytes(&self, positions: u64) -> Count {
		let mut total = n(2 * 32 + 8); // Trace root, composition root, query nonce.
		if self.has_interaction() {
			total += n(8) + n(16) * n(self.claimed_sums as u64) + n(32);
		}
		let samples: usize = self.columns.iter().flatten().map(|column| column.samples).sum();
		total += n(16) * (n(samples as u64) + n(COMPOSITION_COLUMNS as u64));
		// The last layer, and the number of different queries.
		total += n(32) * n(self.layers().len() as u64);
		total += n(16u64 << self.vk.pcs.log_last_layer) + n(4);
		for (_, columns) in self.trees() {
			total += n(4) * n(positions) * n(columns as u64);
		}
		total
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::key::supported;
	use assay_primitives::{StwoVk, VerifyingKey};

	fn fibonacci() -> StwoVk {
		let bytes = include_bytes!("../../fixtures/fibonacci_vk_v1.bin");
		let VerifyingKey::StwoV1(vk) = VerifyingKey::decode_strict(bytes).unwrap() else {
			panic!("expected a key for STWO")
		};
		vk
	}

	/// Upstream's Merkle verifier accepts whatever is claimed about a tree of height zero, and its
	/// folding asserts on domains that are too small. Every parameter set that a key may have
	/// leads to layers that end where the last one begins, above a tree that is checked.
	#[test]
	fn every_supported_key_has_folding_layers_over_trees_that_are_checked() {
		let mut vk = fibonacci();
		let mut keys = 0;
		for log_size in supported::LOG_SIZE.0..=supported::LOG_SIZE.1 {
			for log_blowup in supported::LOG_BLOWUP.0..=supported::LOG_BLOWUP.1 {
				for log_last_layer in supported::LOG_LAST_LAYER.0..=supported::LOG_LAST_LAYER.1 {
					for fold_step in supported::FOLD_STEP.0..=supported::FOLD_STEP.1 {
						vk.components[0].log_size = log_size as u8;
						vk.pcs.log_blowup = log_blowup as u8;
						vk.pcs.log_last_layer = log_last_layer as u8;
						vk.pcs.fold_step = fold_step as u8;
						let Ok(key) = Key::new(&vk, [0; 32]) else {
							assert!(fold_step + log_last_layer > log_size);
							continue;
						};
						keys += 1;
						let last = (log_last_layer + log_blowup) as u32;
						let mut ends = key.layers();
						assert_eq!(ends[0], key.lifting);
						assert!(key.lifting > 0);
						ends.push(last);
						for (index, pair) in ends.windows(2).enumerate() {
							let step = pair[0] - pair[1];
							assert!((1..=fold_step as u32).contains(&step), "{ends:?}");
							let leaves = key.layer_leaves(index, &ends[..ends.len() - 1]);
							assert!(leaves > 0, "{:?}: {ends:?}", vk.pcs);
						}
					}
				}
			}
		}
		// For each of six blowups: 188 for heights 4 to 11, and all 36 for eleven more.
		assert_eq!(keys, 6 * (188 + 11 * 36));
	}

	#[cfg(feature = "verifier")]
	#[test]
	fn positions_in_a_higher_tree_are_upstreams() {
		let vk = fibonacci();
		let mut key = Key::new(&vk, [0; 32]).unwrap();
		let positions: Vec<usize> = (0..200).map(|i| i * i * 7 % (1 << key.lifting)).collect();
		for higher in 0..6 {
			key.preprocessed_leaves = key.lifting + higher;
			let upstreams = stwo::core::pcs::utils::prepare_preprocessed_query_positions(
				&positions,
				key.lifting,
				key.preprocessed_leaves,
			);
			assert_eq!(key.preprocessed_positions(&positions), upstreams);
		}
	}
}
