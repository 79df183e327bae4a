// SPDX-License-Identifier: Apache-2.0

//! A verifying key, decoded and checked: everything that the verifier knows before it sees a proof.

use crate::quotient::{held_degree, log_chunks, power_of_two};
use crate::soundness::Shape;
use crate::suite::DIGEST_BYTES;
use crate::supported;
use crate::{Cause, Error};
use alloc::vec;
use alloc::vec::Vec;
use assay_air::limits;
use assay_air::plonky3::{BaseField, PeriodicColumn, Program};
use assay_primitives::{ErrorClass, FriParams, Hash, Plonky3Vk, VerifyingKey};
use core::num::Saturating;

/// A key whose program is within bounds and whose parameters are supported.
pub(crate) struct Key<'a> {
	pub vk: &'a Plonky3Vk,
	pub hash: Hash,
	pub program: Program,
	/// log2 of the number of quotient chunks.
	pub log_chunks: u32,
}

impl<'a> Key<'a> {
	/// Checks `vk`; `hash` is its hash.
	pub fn new(vk: &'a Plonky3Vk, hash: Hash) -> Result<Self, Error> {
		bound("degree_bits", supported::DEGREE_BITS, vk.degree_bits.into())?;
		bound_fri(&vk.fri)?;
		let FriParams { log_blowup, log_final_poly_len, .. } = vk.fri;
		let log_domain = u64::from(vk.degree_bits).saturating_add(log_blowup.into());
		let largest = BaseField::ALL.map(BaseField::two_adicity).into_iter().max().unwrap_or(0);
		// No field has a larger domain.
		bound("degree_bits + log_blowup", (0, largest.into()), log_domain)?;
		// Upstream's prover refuses to fold a polynomial that is not longer than the final one.
		bound(
			"log_final_poly_len against degree_bits",
			(0, u64::from(vk.degree_bits).saturating_sub(1)),
			log_final_poly_len.into(),
		)?;

		let program = Program::decode(&vk.program).map_err(Cause::Program)?;
		// And the program's field has none that is larger than this.
		let largest = program.field().two_adicity();
		bound("degree_bits + log_blowup", (0, largest.into()), log_domain)?;
		bound("width", (1, limits::MAX_WIDTH.into()), program.width() as u64)?;
		let rows = power_of_two(vk.degree_bits.into());
		for (column, PeriodicColumn { values }) in program.header().periodic.iter().enumerate() {
			// A period that does not divide the rows has no meaning; both are powers of two.
			let period = values.len() as u64;
			if period > rows {
				return Err(Error::Own(Cause::Period { column, rows, got: period }));
			}
		}
		let degrees = program.degrees(vk.degree_bits);
		bound("constraint degree", (0, limits::MAX_DEGREE.into()), degrees.multiple)?;
		let log_chunks = log_chunks(degrees.multiple);
		bound("constraint degree against blowup", (0, log_blowup.into()), log_chunks.into())?;
		// What is committed as the quotient and multiplied with the vanishing polynomial has a lower
		// degree than that. Soundness: an identity above it holds at no honest prover's point, and may
		// hold at a forger's although a row breaks (docs/soundness.md).
		let max = held_degree(vk.degree_bits, log_chunks);
		if degrees.exact > max {
			let (constraint, got) = (degrees.constraint, degrees.exact);
			return Err(Error::Own(Cause::DegreeTooHigh { constraint, max, got }));
		}
		if vk.preprocessed.is_some() != (program.preprocessed_width() > 0) {
			return Err(Error::Own(Cause::PreprocessedCommitment {
				width: program.preprocessed_width(),
				present: vk.preprocessed.is_some(),
			}));
		}
		Ok(Self { vk, hash, program, log_chunks })
	}

	/// As [`Self::new`], from a key of any system.
	pub fn of(vk: &'a VerifyingKey) -> Result<Self, Error> {
		let VerifyingKey::Plonky3V1(inner) = vk else {
			return Err(Error::Encoding(ErrorClass::UnsupportedVersion));
		};
		Self::new(inner, vk.hash_bounded().map_err(Error::Encoding)?)
	}

	/// What the soundness model reads.
	pub fn shape(&self) -> Shape {
		Shape::of(&self.program, self.vk.degree_bits)
	}

	pub const fn num_chunks(&self) -> usize {
		1 << self.log_chunks
	}

	/// log2 of the size of the committed domain.
	pub fn log_height(&self) -> usize {
		usize::from(self.vk.degree_bits).saturating_add(self.vk.fri.log_blowup.into())
	}

	/// log2 of the folding arity of each round.
	pub fn fold_schedule(&self) -> Vec<usize> {
		let log_final = usize::from(self.vk.fri.log_blowup)
			.saturating_add(self.vk.fri.log_final_poly_len.into());
		p3_fri::fold_schedule(&[self.log_height()], log_final, self.vk.fri.max_log_arity.into())
	}

	/// Columns of each matrix of each commitment that is opened: trace, quotient, preprocessed.
	pub fn batches(&self) -> Vec<Vec<usize>> {
		let mut batches =
			vec![vec![self.program.width()], vec![self.vk.extension.get(); self.num_chunks()]];
		if self.program.preprocessed_width() > 0 {
			batches.push(vec![self.program.preprocessed_width()]);
		}
		batches
	}

	/// Values of the extension that are opened at zeta or at the next point: columns of the main
	/// and the preprocessed trace, and coefficients of the quotient chunks.
	pub fn num_opened(&self) -> u64 {
		let header = self.program.header();
		let rows =
			|width: usize, next: bool| (width as u64).saturating_mul(if next { 2 } else { 1 });
		rows(self.program.width(), header.opens_next_row)
			.saturating_add(rows(
				self.program.preprocessed_width(),
				header.opens_preprocessed_next_row,
			))
			.saturating_add((self.num_chunks() as u64).saturating_mul(self.degree()))
	}

	/// Most Merkle siblings that the queries into a tree of `2^log_leaves` leaves can need, and most
	/// parents above them: a level has at most one of either a query, and at most as many as it has
	/// parents.
	pub fn max_siblings(&self, log_leaves: usize) -> u64 {
		max_siblings(&self.vk.fri, log_leaves)
	}

	/// Largest length of a proof for this key, in bytes.
	pub fn proof_bytes_max(&self) -> u64 {
		self.proof_bytes(|log_leaves| self.max_siblings(log_leaves))
	}

	/// Length of a proof that needs no Merkle sibling, in bytes: none is shorter.
	pub fn proof_bytes_min(&self) -> u64 {
		self.proof_bytes(|_| 0)
	}

	/// Length of a proof with so many siblings in a tree of `2^log_leaves` leaves, in bytes.
	fn proof_bytes(&self, siblings: impl Fn(usize) -> u64) -> u64 {
		let n = Saturating::<u64>;
		let degree = n(self.degree());
		let queries = n(self.vk.fri.num_queries.into());
		let digest = n(DIGEST_BYTES as u64);
		let multi_proof = |log_leaves| n(4) + digest * n(siblings(log_leaves));
		let schedule = self.fold_schedule();
		let rounds = n(schedule.len() as u64);
		let opened = n(self.num_opened());
		let mut log_height = self.log_height();
		let mut total = n(2) * digest + n(4) * degree * opened + n(4) + rounds * (digest + n(4));
		for batch in self.batches() {
			let columns = n(batch.iter().map(|&width| width as u64).sum());
			total += n(4) * queries * columns + multi_proof(log_height);
		}
		for log_arity in schedule {
			log_height = log_height.saturating_sub(log_arity);
			let others = n(power_of_two(log_arity)) - n(1);
			total += n(4) * degree * queries * others + multi_proof(log_height);
		}
		let final_poly = n(power_of_two(self.vk.fri.log_final_poly_len.into()));
		(total + n(4) * degree * final_poly + n(8)).0
	}

	const fn degree(&self) -> u64 {
		self.vk.extension.get() as u64
	}
}

/// Refuses parameters that are not supported.
pub(crate) fn bound_fri(fri: &FriParams) -> Result<(), Error> {
	// Exhaustive on purpose: a parameter that is added must be bounded.
	let FriParams {
		log_blowup,
		num_queries,
		log_final_poly_len,
		max_log_arity,
		batch_grinding_bits,
		commit_grinding_bits,
		query_grinding_bits,
		ood_grinding_bits,
	} = *fri;
	bound("log_blowup", supported::LOG_BLOWUP, log_blowup.into())?;
	bound("num_queries", supported::NUM_QUERIES, num_queries.into())?;
	bound("log_final_poly_len", supported::LOG_FINAL_POLY_LEN, log_final_poly_len.into())?;
	bound("max_log_arity", supported::MAX_LOG_ARITY, max_log_arity.into())?;
	bound("batch_grinding_bits", supported::GRINDING_BITS, batch_grinding_bits.into())?;
	bound("commit_grinding_bits", supported::GRINDING_BITS, commit_grinding_bits.into())?;
	bound("query_grinding_bits", supported::GRINDING_BITS, query_grinding_bits.into())?;
	bound("ood_grinding_bits", supported::GRINDING_BITS, ood_grinding_bits.into())?;
	Ok(())
}

/// Most siblings of the queried paths of a tree of `2^log_leaves` leaves: a node a query and level, and no more than the
/// level has.
pub(crate) fn max_siblings(fri: &FriParams, log_leaves: usize) -> u64 {
	let queries = u64::from(fri.num_queries);
	(0..log_leaves).map(|level| queries.min(power_of_two(level))).sum()
}

pub(crate) fn bound(name: &'static str, (min, max): (u64, u64), got: u64) -> Result<(), Error> {
	if got < min || got > max {
		return Err(Error::Parameter { name, min, max, got });
	}
	Ok(())
}
