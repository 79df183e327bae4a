// SPDX-License-Identifier: Apache-2.0

//! STWO's program format takes one byte string per program and nothing out of bounds. What the
//! exporter makes of AIRs is tested with the samples, in `airs/stwo`.

use assay_air::ProgramError;
use assay_air::stwo::{Node, Program};

/// One trace column at offsets -1 and 0, one interaction column, one preprocessed column, a public
/// value, a relation: `trace[0] * (alpha^2 * public + z) - fixed[0]`.
const SMALL: [u8; 40] = [
	0x81, 1, 1, 1, // version, preprocessed, public values, relations
	1, 1, 2, 1, 0, // one run of one column, two offsets: -1, 0
	1, 1, 1, 0, // one run of one column, offset 0
	9, // operations
	3, 1, // 0: trace cell 1
	7, 0, 2, // 1: alpha^2
	5, 0, // 2: public value
	12, 2, 1, // 3: product
	6, 0, // 4: z
	10, 2, 1, // 5: sum
	12, 6, 1, // 6: product
	2, 0, // 7: preprocessed
	11, 2, 1, // 8: difference
	2, 8, 6, // assertions
];

fn small() -> Vec<u8> {
	SMALL.to_vec()
}

fn changed(position: usize, value: u8) -> Result<Program, ProgramError> {
	let mut bytes = small();
	bytes[position] = value;
	Program::decode(&bytes)
}

#[test]
fn come_back_from_its_bytes() {
	let program = Program::decode(&small()).unwrap();
	assert_eq!(program.encode(), small());
	assert_eq!(program.check_canonical(), Ok(()));
	assert_eq!(program.nodes()[1], Node::Alpha(0, 2));
	assert_eq!(program.header().trace_cells(), 2);
	assert_eq!(program.header().interaction_columns(), 1);
	assert!(!program.has_claimed_sum());
}

#[test]
fn count_degrees() {
	let program = Program::decode(&small()).unwrap();
	assert_eq!(program.constraint_degree(), 1);
	// Both assertions: alpha^2 or z, whichever is more.
	assert_eq!(program.degrees().challenge, 4);
	assert_eq!(program.degrees().fractions, 2);
	// x^(2^30), by squaring.
	let mut bytes = vec![0x81, 0, 0, 0, 1, 1, 1, 0, 0, 31, 3, 0];
	(0..30).for_each(|_| bytes.extend([12, 1, 1]));
	bytes.extend([1, 30]);
	assert_eq!(Program::decode(&bytes).unwrap().constraint_degree(), 1 << 30);
}

mod reject {
	use super::*;

	#[test]
	fn every_truncation_and_trailing_bytes() {
		for length in 0..small().len() {
			assert!(
				matches!(Program::decode(&small()[..length]), Err(ProgramError::Truncated { .. })),
				"{length}"
			);
		}
		let mut long = small();
		long.push(0);
		assert_eq!(Program::decode(&long), Err(ProgramError::TrailingBytes { got: 1 }));
	}

	#[test]
	fn a_program_for_plonky3() {
		assert_eq!(changed(0, 1), Err(ProgramError::Version { expected: 0x81, got: 1 }));
	}

	#[test]
	fn an_index_out_of_range() {
		for (position, what, count) in [
			(15, "trace cell", 2),
			(17, "relation", 1),
			(20, "public value", 1),
			(25, "relation", 1),
			(33, "preprocessed column", 1),
		] {
			match changed(position, 9) {
				Err(ProgramError::OutOfRange { what: got, count: of, got: 9, .. }) => {
					assert_eq!((got, of), (what, count));
				},
				other => panic!("{position}: {other:?}"),
			}
		}
	}

	#[test]
	fn the_zeroth_power_of_alpha_and_one_above_the_cap() {
		assert!(matches!(
			changed(18, 0),
			Err(ProgramError::OutOfRange { what: "power of alpha", got: 0, .. })
		));
		let mut bytes = small();
		bytes.splice(18..19, [0x80, 1]);
		assert_eq!(
			Program::decode(&bytes),
			Err(ProgramError::TooLarge { what: "power of alpha", max: 127, got: 128 })
		);
	}

	#[test]
	fn runs_of_columns_in_another_form() {
		// No columns, no offsets, three, one twice.
		for (position, value) in [(5, 0), (6, 0), (6, 3), (7, 0)] {
			assert_eq!(changed(position, value), Err(ProgramError::Mask { run: 0 }), "{position}");
		}
		// Two runs of the same offsets.
		let mut bytes = small();
		bytes.splice(9..13, [2, 1, 1, 0, 1, 1, 0]);
		assert_eq!(Program::decode(&bytes), Err(ProgramError::Mask { run: 1 }));
	}

	#[test]
	fn more_columns_than_the_cap() {
		// Two runs of 8,192 columns each, at other offsets.
		let bytes = [0x81, 0, 0, 0, 2, 0x80, 0x40, 1, 0, 0x80, 0x40, 1, 1];
		assert_eq!(
			Program::decode(&bytes),
			Err(ProgramError::TooLarge { what: "trace columns", max: 8192, got: 16384 })
		);
	}

	#[test]
	fn an_offset_beyond_the_cap() {
		let mut bytes = small();
		bytes.splice(7..8, [0x81, 1]);
		assert_eq!(
			Program::decode(&bytes),
			Err(ProgramError::TooLarge { what: "offset", max: 128, got: 129 })
		);
	}

	#[test]
	fn elements_of_the_base_field_as_extension_elements() {
		let head = [0x81, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1];
		let program = |value: [u32; 4]| {
			let mut bytes = head.to_vec();
			value.iter().for_each(|part| bytes.extend(part.to_le_bytes()));
			bytes.extend([1, 0]);
			Program::decode(&bytes)
		};
		assert!(program([5, 0, 1, 0]).is_ok());
		assert_eq!(program([5, 0, 0, 0]), Err(ProgramError::ConstantNotCanonical { got: 5 }));
		assert_eq!(
			program([5, 0x7fff_ffff, 1, 0]),
			Err(ProgramError::ConstantNotCanonical { got: 0x7fff_ffff })
		);
	}

	#[test]
	fn unknown_opcodes_and_forward_references() {
		assert_eq!(changed(14, 9), Err(ProgramError::Opcode { node: 0, got: 9 }));
		assert_eq!(changed(22, 0), Err(ProgramError::ForwardReference { node: 3 }));
		assert_eq!(changed(22, 4), Err(ProgramError::ForwardReference { node: 3 }));
	}

	#[test]
	fn no_assertions() {
		let mut bytes = small();
		bytes.truncate(37);
		bytes.push(0);
		assert_eq!(Program::decode(&bytes), Err(ProgramError::NoAssertions));
	}

	#[test]
	fn an_order_that_is_not_canonical() {
		// The first assertion last: the walk meets the operations in another order.
		let mut bytes = small();
		bytes.truncate(37);
		bytes.extend([2, 0, 8]);
		assert_eq!(Program::decode(&bytes).unwrap().check_canonical(), Ok(()));
		let mut unused = small();
		unused.truncate(37);
		unused.extend([1, 6]);
		assert_eq!(
			Program::decode(&unused).unwrap().check_canonical(),
			Err(ProgramError::NotCanonicalOrder { node: 7 })
		);
	}
}
