// SPDX-License-Identifier: Apache-2.0

//! Why calls are refused. A section of the pallet, in a file of its own.

use crate::pallet::Error;
use assay_primitives::ErrorClass;
use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod errors {
	/// Why a call was refused, one variant per cause.
	#[pallet::error]
	pub enum Error<T> {
		/// No such key is registered. Retry once it is.
		VkNotFound,
		/// The chain has this key: use it. If it ends, take it over.
		VkAlreadyRegistered,
		/// One verification under this key may cost more than the chain allows. Use fewer queries
		/// or a narrower AIR.
		VkTooExpensive,
		/// Another account pays this key's deposit, or none does. Retrying does not help.
		NotRegistrant,
		/// Notice has been given of this key already. Wait for its end, or take it over.
		VkEnds,
		/// No notice has been given of this key: it does not end. Use it.
		VkDoesNotEnd,
		/// This key has not ended. Retry after its end.
		VkNotEnded,
		/// This key has ended. Take it over, or use another one.
		VkEnded,
		/// This key is switched off: it may be broken. Use another one.
		VkDisabled,
		/// The proof is shorter than any proof here; the chain did not read it. Check the file.
		ProofTooShort,
		/// The proof is longer than any proof under this key; the chain did not read it. Check that key
		/// and proof belong together.
		ProofTooLong,
		/// The chain vouches for this statement already. Retrying helps only after it expires.
		StatementExists,
		/// The chain does not vouch for this statement: there is nothing to revoke.
		StatementNotFound,
		/// The chain stores as many statements as it may. Retry after some expired.
		StatementsFull,
		/// The range of blocks is empty or not over yet. Choose past blocks, the first one first.
		BlocksInvalid,
		/// Statements of this key are revoked in as many ranges of blocks as possible. Choose a wider range, or
		/// switch the key off.
		TooManyRanges,
		/// The proof system is switched off. Retry once it is on again.
		ProofSystemDisabled,
		/// This version of keys is switched off. Retry once it is on again, or use a key of another version.
		VersionDisabled,
		/// The key's profile is closed. Retry once it is open again, or use a stronger key.
		ProfileClosed,
		/// Keys of this version retire, or have retired. Use a key of another version.
		VersionRetired,
		/// A retirement needs more notice. Choose a later block.
		NoticeTooShort,
		/// This version has no announced retirement to withdraw.
		NotRetiring,
		/// This block has accepted as many statements as it may. Retry in the next block.
		TooManyStatements,
		/// The verifying key is not the canonical encoding of one. Export it again.
		VkMalformed,
		/// The verifying key is longer than the largest one allowed.
		VkTooLong,
		/// The key's program is not canonical or breaks a rule of the format. Export it again.
		ProgramMalformed,
		/// The key's program exceeds a cap: operations, width, degree, public values, periodic
		/// columns. Make the AIR smaller.
		ProgramTooLarge,
		/// A constraint of the key has, as a polynomial, a higher degree than the committed quotient can hold.
		/// Use fewer factors in a product, powers of the transition selector among them.
		DegreeTooHigh,
		/// Every constraint of the key holds for every trace: a proof would say nothing. Write another AIR.
		ConstrainsNothing,
		/// The openings of a proof under this key are already longer than a proof may be here: use fewer queries
		/// or a narrower AIR. Or its longest proof is shorter than a proof must be: use more queries.
		ProofNeverFits,
		/// The public values are not the canonical encoding of some.
		PublicValuesMalformed,
		/// The number of public values is not what the program reads.
		PublicValuesCount,
		/// A public value is not a canonical field element. Reduce it.
		PublicValueNotCanonical,
		/// The proof ends early. Check that the file is whole and made for this key.
		ProofTruncated,
		/// Bytes follow the proof. Check that it was made for this key.
		ProofTrailingBytes,
		/// A field element in the proof is not canonical. Prove again.
		ProofNotCanonical,
		/// A count in the proof is larger than the key allows. Prove again.
		ProofCount,
		/// A proof-of-work witness does not meet its difficulty. The usual sign of a proof that was
		/// made for another key or other public values.
		GrindingInvalid,
		/// A Merkle path does not lead to its commitment: the proof was changed, or made for
		/// another key.
		MerklePathInvalid,
		/// Folding does not end in the final polynomial: the proof was changed, or made for another
		/// key.
		LowDegreeInvalid,
		/// The constraints do not hold: the trace or the public values are wrong.
		ConstraintsInvalid,
		/// A challenge fell on a point where the argument is undefined (probability below 2^-90).
		/// Prove again with another trace.
		ChallengeDegenerate,
		/// A proof of a program's run is about another program, or about a run that can't be. Prove
		/// the key's program.
		ClaimInvalid,
		/// The proof system or version is unknown to this chain, or its runtime was built without
		/// the proof system. Retry after an upgrade.
		UnsupportedVersion,
		/// The parameters are outside what the verifier supports. Choose others.
		UnsupportedParameters,
		/// The key has fewer bits of security than the policy asks. Choose more queries, more
		/// grinding or a larger blowup.
		SecurityTooLow,
		/// The verifier failed in a way that it should not. Please report it.
		Internal,
	}
}

macro_rules! fold_classes {
	($($class:ident)+) => {
		impl<T> From<ErrorClass> for Error<T> {
			fn from(class: ErrorClass) -> Self {
				match class { $(ErrorClass::$class => Self::$class,)+ }
			}
		}
	};
}

fold_classes! {
	VkMalformed VkTooLong ProgramMalformed ProgramTooLarge DegreeTooHigh ConstrainsNothing
	PublicValuesMalformed
	PublicValuesCount PublicValueNotCanonical ProofTruncated ProofTrailingBytes
	ProofNotCanonical ProofCount GrindingInvalid MerklePathInvalid LowDegreeInvalid
	ConstraintsInvalid ChallengeDegenerate ClaimInvalid UnsupportedVersion
	UnsupportedParameters SecurityTooLow Internal
}
