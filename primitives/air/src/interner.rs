// SPDX-License-Identifier: Apache-2.0

//! What both exporters do alike: hash-consing.

use alloc::vec::Vec;
use std::collections::HashMap;

/// Gives equal operations one position.
pub(crate) struct Interner<N> {
	pub nodes: Vec<N>,
	positions: HashMap<N, u32>,
}

impl<N> Default for Interner<N> {
	fn default() -> Self {
		Self { nodes: Vec::new(), positions: HashMap::new() }
	}
}

impl<N: Copy + Eq + core::hash::Hash> Interner<N> {
	pub fn push(&mut self, node: N) -> u32 {
		let next = count(self.nodes.len());
		let position = *self.positions.entry(node).or_insert(next);
		if position == next {
			self.nodes.push(node);
		}
		position
	}
}

/// A size of an AIR in memory; what exceeds 32 bits exceeds every cap as well.
pub(crate) fn count(size: usize) -> u32 {
	u32::try_from(size).unwrap_or(u32::MAX)
}
