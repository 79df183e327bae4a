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
			owner: T::AccountId,
			/// Its bits of security: `proven` is the better of unique decoding and Johnson by ePrint
			/// 2020/654, `conjectured` random words; of the weakest round, grinding included.
			security: SecurityBits,
			/// Work of one verification, at most.
			cost: Cost,
		},
		/// An account's registration ended and its deposit was released. Statements stay.
		VkUnregistered {
			/// The key's hash.
			vk_hash: H256,
			/// Who had it registered.
			owner: T::AccountId,
			/// Whether the key went with its last registration.
			removed: bool,
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
		/// A proof system or a profile was switched off or on.
		DisabledSet {
			/// Which one.
			scope: Scope,
			/// Whether it is off now.
			disabled: bool,
		},
		/// The admin removed a key. Every deposit for it was released; statements stay.
		VkPurged {
			/// The key's hash.
			vk_hash: H256,
			/// How many accounts had it registered.
			registrants: u32,
		},
		/// A version of keys retires: none can be registered from now on.
		VersionRetires {
			/// First byte of its keys.
			version: u8,
			/// From this block on its proofs are refused.
			at: BlockNumberFor<T>,
		},
		/// A version of keys does not retire after all.
		RetirementWithdrawn {
			/// First byte of its keys.
			version: u8,
		},
	}
}
