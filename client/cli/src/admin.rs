// SPDX-License-Identifier: Apache-2.0

//! `admin`: the calls of a chain's admin, through sudo.

use crate::chain::{Check, call};
use crate::cli::{AdminArgs, AdminCommand, ScopeArgs};
use crate::files;
use crate::output::{Answer, Failure, hex, table};
use crate::report::merge;
use assay_client::{Admin, Call, Scope};
use serde_json::{Value, json};

/// `admin`.
pub fn admin(args: &AdminArgs) -> Result<Answer, Failure> {
	let admin = match &args.command {
		AdminCommand::Disable(args) => {
			Admin::SetDisabled { scope: scope(&args.scope)?, disabled: true }
		},
		AdminCommand::Enable(args) => Admin::SetDisabled { scope: scope(args)?, disabled: false },
		AdminCommand::Purge { vk_hash } => Admin::PurgeVk(*vk_hash),
		AdminCommand::Revoke(args) => match (args.statement, args.vk_hash, args.from, args.to) {
			(Some(statement), ..) => Admin::RevokeStatement(statement),
			(None, Some(vk_hash), Some(from), Some(to)) => {
				Admin::RevokeStatements { vk_hash, from, to }
			},
			_ => {
				return Err(Failure::usage(
					"revoke: expected a statement, or --vk-hash, --from and --to; got neither",
				));
			},
		},
		AdminCommand::Pauser(args) => Admin::SetPauser(args.account),
		AdminCommand::Retire(args) if args.at.is_none() && !args.withdraw => {
			return Err(Failure::usage("retire: expected --at BLOCK or --withdraw, got neither"));
		},
		AdminCommand::Retire(args) => Admin::RetireVersion { version: args.version, at: args.at },
		AdminCommand::AddValidator { account } => Admin::AddValidator(*account),
		AdminCommand::RemoveValidator { account } => Admin::RemoveValidator(*account),
		AdminCommand::SetCode { runtime } => {
			Admin::SetCode { code: files::read_runtime(runtime)?, checked: true }
		},
	};
	let (mut object, done) = (about(&admin), admin.to_string());
	let as_pauser = matches!(&args.command, AdminCommand::Disable(args) if args.as_pauser);
	let made = match &admin {
		Admin::SetDisabled { scope, .. } if as_pauser => Call::pause(*scope),
		_ => admin.call(),
	};
	let check = if as_pauser { Check::Pauser } else { Check::Admin };
	let included = call(&args.chain, &args.signer, &made, check, &object)?;
	merge(&mut object, included.json());
	merge(&mut object, json!({ "accepted": true, "verdict": "accepted" }));
	let mut rows = vec![("verdict", "accepted".into()), ("done", done)];
	rows.extend(included.rows());
	Ok(Answer::new(object, table(&rows)))
}

fn scope(args: &ScopeArgs) -> Result<Scope, Failure> {
	let systems = args.proof_system.map(Scope::ProofSystem);
	let profiles = args.profile.map(|profile| Scope::Profile(profile.into()));
	let versions = args.key_version.map(Scope::Version);
	let keys = args.vk_hash.map(Scope::Key);
	// The argument parser takes no more than one of them.
	systems.or(profiles).or(versions).or(keys).ok_or_else(|| {
		Failure::usage("expected --proof-system, --profile, --key-version or --vk-hash, got none")
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
			Scope::Key(vk_hash) => json!({ "vk_hash": hex(vk_hash) }),
		},
		Admin::PurgeVk(vk_hash) => json!({ "vk_hash": hex(vk_hash) }),
		Admin::RevokeStatement(statement) => json!({ "statement": hex(statement) }),
		Admin::RevokeStatements { vk_hash, from, to } => {
			json!({ "vk_hash": hex(vk_hash), "from": from, "to": to })
		},
		Admin::SetPauser(pauser) => json!({ "pauser": pauser.as_ref().map(ToString::to_string) }),
		Admin::RetireVersion { version, at } => json!({ "key_version": version, "at": at }),
		Admin::AddValidator(account) | Admin::RemoveValidator(account) => {
			json!({ "validator": account.to_string() })
		},
		Admin::SetCode { code, .. } => json!({ "runtime_bytes": code.len() }),
	};
	merge(&mut object, fields);
	object
}
