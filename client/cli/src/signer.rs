// SPDX-License-Identifier: Apache-2.0

//! The account that signs and pays, as the arguments or the environment name it. No message repeats any
//! part of a secret.

use crate::cli::SignerArgs;
use crate::output::Failure;
use assay_client::Keypair;
use std::fs::File;
use std::io::Read;

/// Environment variable that holds a secret URI.
const VARIABLE: &str = "ASSAY_SIGNER";

/// Longest secret URI, in bytes: a phrase of 24 words, a path and a password fit well.
const MAX_BYTES: u64 = 4096;

/// The signer that the arguments or the environment name.
pub fn keypair(args: &SignerArgs) -> Result<Keypair, Failure> {
	let (uri, origin) = if let Some(uri) = &args.signer {
		(uri.clone(), "--signer".to_string())
	} else if let Some(path) = &args.signer_file {
		let unreadable = |error: std::io::Error| {
			let path = path.display();
			Failure::usage(format_args!("{path}: expected a readable signer file: {error}"))
		};
		let mut uri = String::new();
		let file = File::open(path).map_err(unreadable)?;
		file.take(MAX_BYTES).read_to_string(&mut uri).map_err(unreadable)?;
		(uri, path.display().to_string())
	} else if let Ok(uri) = std::env::var(VARIABLE) {
		(uri, VARIABLE.to_string())
	} else {
		return Err(Failure::usage(format_args!(
			"expected a signer: --signer URI, --signer-file FILE or {VARIABLE}; got none"
		)));
	};
	assay_client::signer::from_uri(&uri).map_err(|error| Failure::from(error).context(origin))
}
