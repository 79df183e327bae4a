// SPDX-License-Identifier: Apache-2.0

//! The account that signs. No error repeats any part of a secret.

use crate::{AccountId32, Error, Keypair};
use std::str::FromStr;
use subxt_signer::SecretUri;

/// How many accounts `//Sender//0`, `//Sender//1` and so on the presets of development chains fund.
pub const SENDERS: usize = 128;

/// The signer of a secret URI: a phrase, a seed in hexadecimal, or a path from the well-known development phrase
/// such as `//Alice`. Blanks around it don't count.
///
/// # Errors
///
/// [`Error::Signer`] for any other text.
pub fn from_uri(uri: &str) -> Result<Keypair, Error> {
	let uri = uri.trim();
	// An empty text is a valid URI: that of the development phrase itself.
	if uri.is_empty() {
		return Err(Error::Signer);
	}
	let parsed = SecretUri::from_str(uri).map_err(|_| Error::Signer)?;
	Keypair::from_uri(&parsed).map_err(|_| Error::Signer)
}

/// The signer `//Sender//index`, which the presets fund below [`SENDERS`].
///
/// # Errors
///
/// None for any index; the type is that of [`from_uri`].
pub fn sender(index: usize) -> Result<Keypair, Error> {
	from_uri(&format!("//Sender//{index}"))
}

/// The account of a signer.
#[must_use]
pub fn account(signer: &Keypair) -> AccountId32 {
	AccountId32(signer.public_key().0)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_path_names_the_development_account() {
		let alice = from_uri(" //Alice\n").unwrap();
		let address = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
		assert_eq!(account(&alice).to_string(), address);
		assert_ne!(account(&sender(0).unwrap()), account(&sender(1).unwrap()));
	}

	#[test]
	fn a_text_that_is_none_is_refused_and_not_repeated() {
		for text in ["", "  \n", "not a phrase of any wallet", "0x1234"] {
			let error = from_uri(text).unwrap_err();
			assert!(matches!(error, Error::Signer));
			assert!(!error.to_string().contains("phrase of any"), "{error}");
		}
	}
}
