// SPDX-License-Identifier: Apache-2.0

//! `rotate-keys`: new keys of a validator.

use crate::chain::{Check, call, connect, within};
use crate::cli::RotateKeysArgs;
use crate::output::{Answer, Failure, Progress, hex, table};
use crate::report::merge;
use crate::signer::keypair;
use assay_client::Call;
use assay_client::signer::account;
use serde_json::json;

/// `rotate-keys`.
pub fn rotate_keys(args: &RotateKeysArgs) -> Result<Answer, Failure> {
	let signer = keypair(&args.signer)?;
	let account = account(&signer);
	let made = async {
		let _progress = Progress::start(format_args!("asking {} for keys", args.chain.url));
		let chain = connect(&args.chain.url, args.chain.allow_insecure).await?;
		// Keys whose announcement fails stay in the keystore, where no one knows what they are.
		chain.check_keys_paid(&signer).await?;
		Ok(chain.rotate_keys(&account).await?)
	};
	let new = within(Some(args.chain.timeout), made)?;
	let mut object = json!({ "account": account.to_string(), "keys": hex(&new.keys) });
	let mut rows = vec![
		("verdict", "announced".into()),
		("account", account.to_string()),
		("keys", hex(&new.keys)),
	];
	let included = call(&args.chain, &args.signer, &Call::set_keys(new), Check::No, &object)?;
	merge(&mut object, included.json());
	merge(&mut object, json!({ "accepted": true, "verdict": "accepted" }));
	rows.extend(included.rows());
	Ok(Answer::new(object, table(&rows)))
}
