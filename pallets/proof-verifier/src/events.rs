// SPDX-License-Identifier: Apache-2.0

//! What the pallet tells. A section of it, in a file of its own.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An account registered a verifying key.
		VkRegistered {
			/// Its hash, which a submission names.
			vk_hash: H256,
			/// Who paid the deposit.
			registrant: T::AccountId,
			/// Its bits of security: `proven` is the better of unique decoding and Johnson by ePrint
			/// 2020/654, `conjectured` random words; of the weakest round, grinding included.
			security: SecurityBits,
			/// Work of one verification, at most.
			cost: Cost,
		},
		/// A key's registrant gave notice: the key ends, unless somebody takes it over.
		VkEnds {
			/// The key's hash.
			vk_hash: H256,
			/// Who pays its deposit until then.
			registrant: T::AccountId,
			/// From this block on its proofs are refused.
			at: BlockNumberOf<T>,
		},
		/// A key does not end: this account pays its deposit now.
		VkTakenOver {
			/// The key's hash.
			vk_hash: H256,
			/// Who pays.
			registrant: T::AccountId,
		},
		/// A key that had ended was removed, and its deposit released.
		VkRemoved {
			/// The key's hash.
			vk_hash: H256,
		},
		/// A proof holds; its statement was recorded.
		ProofVerified {
			/// Its key.
			vk_hash: H256,
			/// Hash over context, key, verifier version and public values.
			statement: H256,
			/// Who paid.
			submitter: T::AccountId,
			/// Bits of security of the key, counted when it was registered, as in `VkRegistered`.
			security: SecurityBits,
		},
		/// A proof system, a version of keys, a key or a profile was switched off or on.
		DisabledSet {
			/// Which one.
			scope: Scope,
			/// Whether it is off now.
			disabled: bool,
		},
		/// The admin removed a key and switched it off. Its deposit was released.
		VkPurged {
			/// The key's hash.
			vk_hash: H256,
		},
		/// The chain no longer vouches for these statements.
		StatementsRevoked {
			/// Which ones.
			revoked: RevokedOf<T>,
		},
		/// The account that may switch off, and nothing else, is another one.
		PauserSet {
			/// Who it is.
			pauser: Option<T::AccountId>,
		},
		/// A version of keys retires: none can be registered from now on.
		VersionRetires {
			/// First byte of its keys.
			version: u8,
			/// From this block on its proofs are refused.
			at: BlockNumberOf<T>,
		},
		/// A version of keys does not retire after all.
		RetirementWithdrawn {
			/// First byte of its keys.
			version: u8,
		},
	}
}
