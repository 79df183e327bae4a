// SPDX-License-Identifier: Apache-2.0

use assay_air::ProgramError;
use assay_primitives::ErrorClass;
use core::fmt;

/// Why a verifying key, public values or a proof were refused.
pub type Error = assay_stark::Error<Cause>;

/// The causes that only STWO and Cairo have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
	/// The program of a component breaks a rule of its format.
	Program {
		/// The component.
		component: usize,
		/// The rule.
		error: ProgramError,
	},
	/// What a component asks of its interaction trace or its claimed sum is no running sum of fractions, as
	/// `finalize_logup` writes it: a proof would say nothing of its lookups.
	Lookups {
		/// The component.
		component: usize,
		/// The constraint, where it is one.
		constraint: Option<usize>,
		/// What it should be.
		expected: &'static str,
	},
	/// The preprocessed columns of the components are not numbered from 0 without a gap, or one has
	/// two sizes, or their number is not what the program reads.
	PreprocessedColumns {
		/// The first component that does not fit.
		component: usize,
	},
	/// The root of a preprocessed trace without columns is not the one that upstream commits to.
	PreprocessedRoot,
	/// A public term is out of range.
	PublicTerm {
		/// Which one.
		term: usize,
	},
	/// The proof answers another number of queries than the transcript asks.
	QueryCount {
		/// Different positions that the transcript draws.
		expected: usize,
		/// Positions that the proof answers.
		got: usize,
	},
	/// A folding layer has too few or too many values for its queries.
	FoldingWitness {
		/// The layer.
		layer: usize,
	},
	/// A key for a Cairo program is not in its only form, or can't be met by any proof.
	CairoVk {
		/// What is wrong.
		reason: &'static str,
	},
	/// No root is known for the preprocessed columns of Cairo under these parameters, or another.
	CairoPreprocessed,
	/// A number of a Cairo program's output is not below Cairo's prime.
	OutputNotCanonical {
		/// Its index among the numbers.
		index: usize,
	},
	/// What a proof of a Cairo program claims can't be, or is about another program.
	Claim {
		/// What is wrong.
		reason: &'static str,
	},
	/// The claimed sums and the public terms do not add up to zero.
	ClaimedSums,
}

impl assay_stark::SystemCause for Cause {
	const KEYS: &'static str = "2 (STWO) or 3 (Cairo)";

	fn class(&self) -> ErrorClass {
		match self {
			Self::Program { error, .. } if error.is_cap() => ErrorClass::ProgramTooLarge,
			Self::Program { .. } => ErrorClass::ProgramMalformed,
			Self::Lookups { .. } | Self::CairoPreprocessed => ErrorClass::UnsupportedParameters,
			Self::PreprocessedColumns { .. }
			| Self::PreprocessedRoot
			| Self::PublicTerm { .. }
			| Self::CairoVk { .. } => ErrorClass::VkMalformed,
			Self::Claim { .. } => ErrorClass::ClaimInvalid,
			Self::OutputNotCanonical { .. } => ErrorClass::PublicValueNotCanonical,
			Self::QueryCount { .. } | Self::FoldingWitness { .. } => ErrorClass::ProofCount,
			Self::ClaimedSums => ErrorClass::ConstraintsInvalid,
		}
	}
}

impl fmt::Display for Cause {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Program { component, error } => {
				write!(f, "program of component {component}: {error}")
			},
			Self::Lookups { component, constraint, expected } => {
				write!(f, "component {component}, ")?;
				if let Some(constraint) = constraint {
					write!(f, "constraint {constraint}, ")?;
				}
				write!(f, "lookups: expected {expected}, as finalize_logup writes it")
			},
			Self::PreprocessedColumns { component } => {
				write!(f, "component {component}: its preprocessed columns do not fit the others")
			},
			Self::PreprocessedRoot => {
				write!(f, "preprocessed root: expected that of no columns, got another")
			},
			Self::PublicTerm { term } => write!(f, "public term {term} is out of range"),
			Self::QueryCount { expected, got } => {
				write!(f, "queries: the transcript draws {expected} positions, the proof has {got}")
			},
			Self::FoldingWitness { layer } => {
				write!(f, "folding layer {layer}: too few or too many values for its queries")
			},
			Self::CairoVk { reason } => write!(f, "key for a Cairo program: {reason}"),
			Self::CairoPreprocessed => {
				write!(
					f,
					"preprocessed root: expected the known one of Cairo's columns, got another"
				)
			},
			Self::OutputNotCanonical { index } => {
				write!(f, "output {index}: expected a number below Cairo's prime, got another")
			},
			Self::Claim { reason } => write!(f, "claim about a Cairo program: {reason}"),
			Self::ClaimedSums => {
				write!(f, "claimed sums and public terms do not add up to zero")
			},
		}
	}
}
