// SPDX-License-Identifier: Apache-2.0

//! An AIR of your own, from Rust to a verified proof: copy this file and change the AIR.
//!
//! ```sh
//! cargo run --release -p assay-plonky3 --features prover --example my_air -- FOLDER
//! ```
//!
//! With a folder, it writes there the key, the public values and the proof as a chain takes them:
//! `assay register` and `assay submit` read these files.

use assay_plonky3::{check_vk, prover, soundness, verify};
use assay_primitives::{HashKind, Policy, Profile, PublicValues};
use codec::Encode;
use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_baby_bear::BabyBear;
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::dense::RowMajorMatrix;
use std::error::Error;
use std::path::PathBuf;
use std::time::Instant;

/// log2 of the rows of the trace.
const DEGREE_BITS: u8 = 10;

/// "I know a number from which 1,023 steps of `x -> x^2 + 1` lead to the public result."
///
/// One column, one public value.
struct SquaresAir;

impl BaseAir<BabyBear> for SquaresAir {
	fn width(&self) -> usize {
		1
	}

	fn num_public_values(&self) -> usize {
		1
	}
}

impl<AB: AirBuilder<F = BabyBear>> Air<AB> for SquaresAir {
	fn eval(&self, builder: &mut AB) {
		let main = builder.main();
		let (x, next) = (main.current_slice()[0], main.next_slice()[0]);
		let result = builder.public_values()[0];
		builder.when_transition().assert_eq(next, x * x + AB::Expr::ONE);
		builder.when_last_row().assert_eq(x, result);
	}
}

/// The trace that starts with `x`, and the result.
fn trace(mut x: BabyBear) -> (RowMajorMatrix<BabyBear>, PublicValues) {
	let mut column = vec![x];
	while column.len() < 1 << DEGREE_BITS {
		x = x.square() + BabyBear::ONE;
		column.push(x);
	}
	(RowMajorMatrix::new(column, 1), PublicValues::V1(vec![x.as_canonical_u32()]))
}

fn main() -> Result<(), Box<dyn Error>> {
	// The AIR as data. `make_vk` does this too; here to look at it.
	let program = assay_air::plonky3::export(&SquaresAir)?;
	println!("program: {} bytes\n{}", program.encode().len(), program.dump());

	// The key: the program, and parameters for 80 proven bits. For smaller
	// proofs or a faster prover, `assay suggest --vk my_air.vk` searches further.
	let hash = HashKind::Keccak;
	let shape = soundness::Shape::of(&program, DEGREE_BITS);
	let found = soundness::recommended(&shape, hash, Profile::Standard.floor())
		.ok_or("no number of queries is enough")?;
	let vk = prover::make_vk(&SquaresAir, DEGREE_BITS, hash, found.extension, found.fri)?;
	// What a chain asks when the key is registered. Its policy, not the proof's.
	let checked = check_vk(&vk, &Policy::of(Profile::Standard))?;
	println!(
		"key:     {} bytes, {} proven and {} conjectured bits, proofs of at most {} bytes",
		vk.encode().len(),
		checked.security.proven,
		checked.security.conjectured,
		checked.proof_bytes_max
	);

	let (trace, public_values) = trace(BabyBear::from_u32(1337));
	let start = Instant::now();
	let proof = prover::prove(&vk, &SquaresAir, trace, &public_values)?;
	println!("proof:   {} bytes, made in {:.1?}", proof.len(), start.elapsed());

	let start = Instant::now();
	verify(&vk, &public_values, &proof)?;
	println!("verify:  accepted in {:.1?}", start.elapsed());

	// A changed byte and a changed claim are refused, each with its reason.
	let mut tampered = proof.clone();
	tampered[proof.len() / 2] ^= 1;
	let refused = verify(&vk, &public_values, &tampered).err();
	println!("tampered proof: {}", refused.ok_or("a changed proof was accepted")?);
	let result = public_values.elements()[0];
	let refused = verify(&vk, &PublicValues::V1(vec![result ^ 1]), &proof).err();
	println!("another result: {}", refused.ok_or("another result was accepted")?);

	if let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) {
		std::fs::write(folder.join("my_air.vk"), vk.encode())?;
		std::fs::write(folder.join("my_air.pv"), public_values.encode())?;
		std::fs::write(folder.join("my_air.proof"), &proof)?;
	}
	Ok(())
}
