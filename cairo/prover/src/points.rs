// SPDX-License-Identifier: Apache-2.0

//! Holds the verifier's table to cairo-air's own evaluation, at random points. The exporter takes no part:
//! upstream's evaluators run each component, and the committed programs are interpreted here.

use crate::point::Point;
use crate::table;
use assay_air::stwo::Node;
use stwo::core::fields::m31::P;

/// An operation that differs from another as little as one can.
fn other(node: Node) -> Option<Node> {
	Some(match node {
		Node::Constant(value) => Node::Constant((value + 1) % P),
		Node::Extension([a, b, c, d]) => Node::Extension([a, b, c, (d + 1) % P]),
		Node::Preprocessed(i) => Node::Preprocessed(i.checked_sub(1)?),
		Node::Trace(i) => Node::Trace(i.checked_sub(1)?),
		Node::Interaction(i) => Node::Interaction(i.checked_sub(1)?),
		Node::Public(i) => Node::Public(i.checked_sub(1)?),
		Node::Z(i) => Node::Alpha(i, 1),
		Node::Alpha(i, power) => Node::Alpha(i, power + 1),
		Node::Shift => Node::Z(0),
		Node::Add(a, b) => Node::Sub(a, b),
		Node::Sub(a, b) => Node::Add(a, b),
		Node::Mul(a, b) => Node::Add(a, b),
		Node::Neg(a) => Node::Add(a, a),
		Node::Combine([a, b, c, d]) => Node::Combine([b, a, c, d]),
	})
}

/// Names of the columns that a component reads, by the committed table.
fn committed_columns(number: u8, log_size: u32) -> Vec<String> {
	let names = assay_stwo::cairo::component_columns(number).expect("in the table");
	names.iter().map(|name| name.map_or(format!("seq_{log_size}"), Into::into)).collect()
}

/// Compares every component at a point for each size that it can have. Prints how many points and how many
/// changed operations there were; whether all points agreed and no change went unseen.
pub fn compare() -> bool {
	let (mut points, mut differing, mut changes, mut unseen) = (0, Vec::new(), 0, Vec::new());
	for (number, row) in table::rows().iter().enumerate() {
		let program = assay_stwo::cairo::component_program(number as u8).expect("in the table");
		for (nth, size) in table::SIZES.enumerate() {
			let log_size = row.fixed.unwrap_or(size);
			let mut point = Point::new((number as u64) << 32 | nth as u64, log_size);
			let read = (row.evaluate)(&mut point);
			let parameters = table::parameters(row, log_size, point.start);
			points += 1;
			if read.columns != committed_columns(number as u8, log_size)
				|| point.interpret(&program, &read, &parameters, None) != read.value
			{
				differing.push(format!("{} at 2^{log_size}", row.name));
			}
			if nth > 0 {
				continue;
			}
			for (place, &node) in program.nodes().iter().enumerate() {
				let Some(changed) = other(node) else { continue };
				changes += 1;
				let change = Some((place, changed));
				if point.interpret(&program, &read, &parameters, change) == read.value {
					unseen.push(format!("{} operation {place}", row.name));
				}
			}
		}
	}
	println!(
		"{points} points of {} components: {} differ {differing:?}",
		table::rows().len(),
		differing.len()
	);
	println!("{changes} changed operations: {} unseen {unseen:?}", unseen.len());
	differing.is_empty() && unseen.is_empty()
}
