// SPDX-License-Identifier: Apache-2.0

//! The byte form of a proof, one per proof.
//!
//! Every length but one follows from the verifying key, so none is written and none can lie: the
//! exception is the number of Merkle siblings of a tree, which depends on the queries; it is four
//! little-endian bytes, bounded by [`Key::max_siblings`] before anything is allocated. Field
//! elements are four little-endian bytes below the modulus, extension elements their
//! coefficients in order, digests 32 bytes.
//!
//! | part | count |
//! |---|---|
//! | trace commitment, quotient commitment | 2 digests |
//! | main trace at zeta; at the next point, if opened | width each |
//! | preprocessed trace at zeta; at the next point, if opened | preprocessed width each |
//! | quotient chunks at zeta | chunks x extension degree |
//! | batch grinding witness | 1 |
//! | commitment of each folding round | 1 digest each |
//! | commit grinding witness of each folding round | 1 each |
//! | for trace, quotient, preprocessed: opened rows of each query; siblings | queries x columns; counted |
//! | for each folding round: siblings of each query; Merkle siblings | queries x (arity - 1); counted |
//! | final polynomial | 2^log_final_poly_len |
//! | query grinding witness, out-of-domain grinding witness | 2 |

use crate::field::Base;
use crate::key::{Key, max_siblings};
use crate::merkle::Answers;
use crate::quotient::power_of_two;
use crate::suite::{DIGEST_BYTES, Node, Suite, element};
#[cfg(feature = "prover")]
use crate::suite::{InputOpening, OpeningProof, StarkProof};
use crate::{Cause, Error};
use alloc::vec::Vec;
use assay_primitives::{Digest, FriParams};
use assay_stark::Reader;
use p3_field::{BasedVectorSpace, ExtensionField};
use p3_uni_stark::{Commitments, OpenedValues, PreprocessedOpenedValues};

/// A proof of the right shape.
pub(crate) struct Proof<'a, S: Suite> {
	pub commitments: Commitments<S::Commitment>,
	pub opened_values: OpenedValues<S::Challenge>,
	pub opening: Opening<'a, S>,
	pub ood_pow_witness: S::Val,
}

/// The opening argument of a proof, with `I` for what is opened of a commitment.
pub(crate) struct Opening<'a, S: Suite, I = TreeOpening<'a, <S as Suite>::Val, Node<S>>> {
	pub batch_pow_witness: S::Val,
	/// The commitment of each folding round.
	pub commits: Vec<S::Commitment>,
	/// The grinding witness of each folding round.
	pub commit_pow_witnesses: Vec<S::Val>,
	/// For each opened commitment, the row of each query.
	pub inputs: Vec<I>,
	/// For each folding round, the siblings of each query's value in its row.
	pub rounds: Vec<TreeOpening<'a, S::Challenge, Node<S>>>,
	pub final_poly: Vec<S::Challenge>,
	pub query_pow_witness: S::Val,
}

/// Answers of one tree.
pub(crate) struct TreeOpening<'a, T, N> {
	/// The values of each query, one query after another.
	pub values: Vec<T>,
	/// Values of a query.
	pub width: usize,
	/// Merkle siblings, for all queries at once.
	pub siblings: Vec<N>,
	/// The same, as they were read.
	#[cfg_attr(not(feature = "prover"), expect(dead_code, reason = "for upstream's form only"))]
	pub digests: &'a [Digest],
}

impl<F, N> TreeOpening<'_, F, N> {
	pub fn answers(&self) -> Answers<'_, F, N> {
		Answers { rows: &self.values, width: self.width, siblings: &self.siblings }
	}
}

/// Reads the proof for `key` from `bytes`, all of them.
pub(crate) fn decode<'a, S: Suite>(key: &Key<'_>, bytes: &'a [u8]) -> Result<Proof<'a, S>, Error> {
	let mut reader = Parts(Reader::new(bytes));
	let header = key.program.header();
	let width = key.program.width();
	let preprocessed_width = key.program.preprocessed_width();

	let commitments = Commitments {
		trace: reader.commitment::<S>("trace commitment")?,
		quotient_chunks: reader.commitment::<S>("quotient commitment")?,
		random: None,
	};
	let trace_local = reader.row("main trace", width)?;
	let trace_next = match header.opens_next_row {
		true => Some(reader.row("main trace, next row", width)?),
		false => None,
	};
	let preprocessed = match preprocessed_width {
		0 => None,
		width => Some(PreprocessedOpenedValues {
			local: reader.row("preprocessed trace", width)?,
			next: match header.opens_preprocessed_next_row {
				true => Some(reader.row("preprocessed trace, next row", width)?),
				false => None,
			},
		}),
	};
	let mut quotient_chunks = Vec::with_capacity(key.num_chunks());
	for _ in 0..key.num_chunks() {
		quotient_chunks.push(reader.row("quotient chunk", S::Challenge::DIMENSION)?);
	}
	let opened_values =
		OpenedValues { trace_local, trace_next, preprocessed, quotient_chunks, random: None };
	let opening = reader.opening::<S>(key)?;
	let ood_pow_witness = reader.element("out-of-domain grinding witness")?;
	reader.0.end()?;
	Ok(Proof { commitments, opened_values, opening, ood_pow_witness })
}

/// Reads the parts of a proof.
pub(crate) struct Parts<'a>(pub Reader<'a, Cause>);

impl<'a> Parts<'a> {
	pub fn elements<F: Base>(
		&mut self,
		reading: &'static str,
		count: usize,
	) -> Result<Vec<F>, Error> {
		self.0.items(reading, count, element)
	}

	pub fn element<F: Base>(&mut self, reading: &'static str) -> Result<F, Error> {
		element(self.0.one(reading)?).ok_or(Error::NotCanonical { reading })
	}

	/// `count` elements of the extension.
	pub fn row<F: Base, EF: ExtensionField<F>>(
		&mut self,
		reading: &'static str,
		count: usize,
	) -> Result<Vec<EF>, Error> {
		let bytes = self.0.take::<4>(reading, count.saturating_mul(EF::DIMENSION))?;
		let mut canonical = true;
		let row = bytes
			.chunks_exact(EF::DIMENSION)
			.map(|coefficients| {
				EF::from_basis_coefficients_fn(|i| {
					coefficients.get(i).and_then(|&bytes| element(bytes)).unwrap_or_else(|| {
						canonical = false;
						F::ZERO
					})
				})
			})
			.collect();
		if canonical { Ok(row) } else { Err(Error::NotCanonical { reading }) }
	}

	pub fn commitment<S: Suite>(&mut self, reading: &'static str) -> Result<S::Commitment, Error> {
		let digest: Digest = self.0.one(reading)?;
		S::commitment(&digest).ok_or(Error::NotCanonical { reading })
	}

	/// Counted Merkle siblings.
	pub fn siblings(&mut self, reading: &'static str, max: u64) -> Result<&'a [Digest], Error> {
		let count = self.0.count(reading, max)?;
		self.0.take::<DIGEST_BYTES>(reading, count)
	}

	/// Siblings of the queried paths of a tree, and as they were read.
	pub fn nodes<S: Suite>(
		&mut self,
		reading: &'static str,
		max: u64,
	) -> Result<(Vec<Node<S>>, &'a [Digest]), Error> {
		let digests = self.siblings(reading, max)?;
		let nodes = S::nodes(digests).ok_or(Error::NotCanonical { reading })?;
		Ok((nodes, digests))
	}

	fn opening<S: Suite>(&mut self, key: &Key<'_>) -> Result<Opening<'a, S>, Error> {
		let queries = usize::from(key.vk.fri.num_queries);
		let log_height = key.log_height();
		let mut batches = key.batches().into_iter();
		self.opening_of(&key.vk.fri, &key.fold_schedule(), log_height, batches.len(), |reader| {
			let width = batches.next().iter().flatten().sum();
			let values = reader.elements("opened row", queries.saturating_mul(width))?;
			let max = key.max_siblings(log_height);
			let (siblings, digests) = reader.nodes::<S>("siblings of opened rows", max)?;
			Ok(TreeOpening { values, width, siblings, digests })
		})
	}

	/// Reads an opening argument with these folding rounds from a domain of `2^log_height` points; `input` reads what is
	/// opened of one commitment after the other.
	pub fn opening_of<S: Suite, I>(
		&mut self,
		fri: &FriParams,
		schedule: &[usize],
		mut log_height: usize,
		num_inputs: usize,
		mut input: impl FnMut(&mut Self) -> Result<I, Error>,
	) -> Result<Opening<'a, S, I>, Error> {
		let queries = usize::from(fri.num_queries);
		let batch_pow_witness = self.element("batch grinding witness")?;
		let mut commits = Vec::with_capacity(schedule.len());
		for _ in schedule {
			commits.push(self.commitment::<S>("folding commitment")?);
		}
		let commit_pow_witnesses = self.elements("commit grinding witness", schedule.len())?;

		let mut inputs = Vec::with_capacity(num_inputs);
		for _ in 0..num_inputs {
			inputs.push(input(self)?);
		}

		let mut rounds = Vec::with_capacity(schedule.len());
		for &log_arity in schedule {
			log_height = log_height.saturating_sub(log_arity);
			let width = (power_of_two(log_arity) as usize).saturating_sub(1);
			let values = self.row("folding siblings", queries.saturating_mul(width))?;
			let max = max_siblings(fri, log_height);
			let (siblings, digests) = self.nodes::<S>("siblings of folded rows", max)?;
			rounds.push(TreeOpening { values, width, siblings, digests });
		}
		let final_poly_len = power_of_two(fri.log_final_poly_len.into());
		let final_poly = self.row("final polynomial", final_poly_len as usize)?;
		let query_pow_witness = self.element("query grinding witness")?;
		Ok(Opening {
			batch_pow_witness,
			commits,
			commit_pow_witnesses,
			inputs,
			rounds,
			final_poly,
			query_pow_witness,
		})
	}
}

#[cfg(feature = "prover")]
impl<S: Suite, I> Opening<'_, S, I> {
	/// Upstream's form, with its own of what is opened. `None` for no argument that was decoded.
	pub fn upstream(self, input_openings: Vec<InputOpening<S>>) -> Option<OpeningProof<S>> {
		let mut commit_phase_openings = Vec::new();
		for round in &self.rounds {
			commit_phase_openings.push(p3_fri::CommitPhaseMultiStep {
				sibling_values: round
					.values
					.chunks_exact(round.width)
					.map(<[S::Challenge]>::to_vec)
					.collect(),
				opening_proof: S::multi_proof(round.digests)?,
			});
		}
		Some(p3_fri::FriProof {
			batch_pow_witness: self.batch_pow_witness,
			commit_phase_commits: self.commits,
			commit_pow_witnesses: self.commit_pow_witnesses,
			input_openings,
			commit_phase_openings,
			final_poly: self.final_poly,
			query_pow_witness: self.query_pow_witness,
		})
	}
}

/// Upstream's form of a proof. `None` for no proof that was decoded.
#[cfg(feature = "prover")]
pub(crate) fn upstream<S: Suite>(key: &Key<'_>, proof: Proof<'_, S>) -> Option<StarkProof<S>> {
	let mut input_openings = Vec::new();
	for (input, widths) in proof.opening.inputs.iter().zip(key.batches()) {
		let rows = input.values.chunks_exact(input.width);
		let opened_values = rows.map(|mut row| {
			let matrices = widths.iter().filter_map(|&width| {
				let (matrix, rest) = row.split_at_checked(width)?;
				row = rest;
				Some(matrix.to_vec())
			});
			matrices.collect()
		});
		input_openings.push(InputOpening::<S> {
			opened_values: opened_values.collect(),
			opening_proof: S::multi_proof(input.digests)?,
		});
	}
	let opening_proof = proof.opening.upstream(input_openings)?;
	Some(p3_uni_stark::Proof {
		commitments: proof.commitments,
		opened_values: proof.opened_values,
		opening_proof,
		degree_bits: key.vk.degree_bits.into(),
		ood_pow_witness: proof.ood_pow_witness,
	})
}

/// Writes `proof` in the form that [`decode`] reads.
#[cfg(feature = "prover")]
pub(crate) fn encode<S: Suite>(proof: &StarkProof<S>) -> Option<Vec<u8>> {
	let mut out = Vec::new();
	out.extend(S::commitment_bytes(&proof.commitments.trace)?);
	out.extend(S::commitment_bytes(&proof.commitments.quotient_chunks)?);
	let opened = &proof.opened_values;
	put_row(&mut out, &opened.trace_local);
	opened.trace_next.iter().for_each(|row| put_row(&mut out, row));
	if let Some(preprocessed) = &opened.preprocessed {
		put_row(&mut out, &preprocessed.local);
		preprocessed.next.iter().for_each(|row| put_row(&mut out, row));
	}
	opened.quotient_chunks.iter().for_each(|chunk| put_row(&mut out, chunk));

	put_opening::<S>(&mut out, &proof.opening_proof, |out, _, batch| {
		batch.opened_values.iter().flatten().for_each(|row| put(out, row));
		Some(())
	})?;
	put(&mut out, &[proof.ood_pow_witness]);
	Some(out)
}

/// Writes an opening argument; `put_rows` writes the rows of the commitment of this number.
#[cfg(feature = "prover")]
pub(crate) fn put_opening<S: Suite>(
	out: &mut Vec<u8>,
	opening: &OpeningProof<S>,
	mut put_rows: impl FnMut(&mut Vec<u8>, usize, &InputOpening<S>) -> Option<()>,
) -> Option<()> {
	put(out, &[opening.batch_pow_witness]);
	for commitment in &opening.commit_phase_commits {
		out.extend(S::commitment_bytes(commitment)?);
	}
	put(out, &opening.commit_pow_witnesses);
	for (number, batch) in opening.input_openings.iter().enumerate() {
		put_rows(out, number, batch)?;
		put_multi_proof::<S>(out, &batch.opening_proof);
	}
	for round in &opening.commit_phase_openings {
		round.sibling_values.iter().for_each(|row| put_row(out, row));
		put_multi_proof::<S>(out, &round.opening_proof);
	}
	put_row(out, &opening.final_poly);
	put(out, &[opening.query_pow_witness]);
	Some(())
}

#[cfg(feature = "prover")]
pub(crate) fn put<F: Base>(out: &mut Vec<u8>, elements: &[F]) {
	out.extend(elements.iter().flat_map(|element| element.as_canonical_u32().to_le_bytes()));
}

#[cfg(feature = "prover")]
pub(crate) fn put_row<F: Base, EF: ExtensionField<F>>(out: &mut Vec<u8>, row: &[EF]) {
	row.iter().for_each(|element| put(out, element.as_basis_coefficients_slice()));
}

#[cfg(feature = "prover")]
fn put_multi_proof<S: Suite>(out: &mut Vec<u8>, proof: &S::MultiProof) {
	let digests = S::multi_proof_bytes(proof);
	out.extend((digests.len() as u32).to_le_bytes());
	out.extend(digests.iter().flatten());
}
