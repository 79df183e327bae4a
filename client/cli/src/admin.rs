// SPDX-License-Identifier: Apache-2.0

//! `admin`: the calls of a chain's admin, through sudo.

use crate::chain::{call, included_json, included_rows};
use crate::cli::{AdminArgs, AdminCommand, ScopeArgs};
use crate::files;
use crate::output::{Answer, Failure, hex, table};
use crate::report::merge;
use assay_client::{Admin, Scope};
use serde_json::{Value, json};

/// `admin`.
pub fn admin(args: &AdminArgs) -> Result<Answer, Failure> {
	let admin = match &args.command {
		AdminCommand::Disable(args) => Admin::SetDisabled { scope: scope(args)?, disabled: true },
		AdminCommand::Enable(args) => Admin::SetDisabled { scope: scope(args)?, disabled: false },
		AdminCommand::Purge { vk_hash } => Admin::PurgeVk(*vk_hash),
		AdminCommand::Retire(args) if args.at.is_none() && !args.withdraw => {
			return Err(Failure::usage("retire: expected --at BLOCK or --withdraw, got neither"));
		},
		AdminCommand::Retire(args) => Admin::RetireVersion { version: args.version, at: args.at },
		AdminCommand::SetCode { runtime } => {
			Admin::SetCode { code: files::read_runtime(runtime)?, checked: true }
		},
	};
	let (mut object, done) = (about(&admin), admin.to_string());
	let included = call(&args.chain, &args.signer, &admin.call(), true, &object)?;
	merge(&mut object, included_json(&included));
	merge(&mut object, json!({ "accepted": true, "verdict": "accepted" }));
	let mut rows = vec![("verdict", "accepted".into()), ("done", done)];
	rows.extend(included_rows(&included));
	Ok(Answer::new(object, table(&rows)))
}

fn scope(args: &ScopeArgs) -> Result<Scope, Failure> {
	let systems = args.proof_system.map(Scope::ProofSystem);
	let profiles = args.profile.map(|profile| Scope::Profile(profile.into()));
	let versions = args.key_version.map(Scope::Version);
	// The argument parser takes no more than one of them.
	systems.or(profiles).or(versions).ok_or_else(|| {
		Failure::usage("expected --proof-system, --profile or --key-version, got none")
	})
}

/// What is to be done, for scripts.
fn about(admin: &Admin) -> Value {
	let mut object = json!({ "action": admin.name() });
	let fields = match admin {
		Admin::SetDisabled { scope, .. } => match scope {
			Scope::ProofSystem(system) => json!({ "proof_system": system.name() }),
			Scope::Profile(profile) => json!({ "profile": crate::report::name(*profile) }),
			Scope::Version(version) => json!({ "key_version": version }),
		},
		Admin::PurgeVk(vk_hash) => json!({ "vk_hash": hex(vk_hash) }),
		Admin::RetireVersion { version, at } => json!({ "key_version": version, "at": at }),
		Admin::SetCode { code, .. } => json!({ "runtime_bytes": code.len() }),
	};
	merge(&mut object, fields);
	object
}
