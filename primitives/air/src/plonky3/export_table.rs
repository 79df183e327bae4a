// SPDX-License-Identifier: Apache-2.0

//! Turns an AIR with lookups into a table.

use super::TraceField;
use super::export::{ExportError, Recorder, checked, header, reason};
use super::table::{Branch, Bus, Lookup, Table, encode};
use p3_air::Air;
use p3_air::symbolic::AirLayout;
use p3_lookup::{InteractionSymbolicBuilder, Kind, Lookups};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Turns AIRs that talk over buses into tables, as upstream's prover takes them: `lookups` are those of its common
/// data (`p3_batch_stark::CommonData`), in which it packs several into one column.
///
/// Buses are numbered as they first appear. The results are decoded from their own bytes and are canonical.
///
/// # Errors
///
/// As [`export`](super::export()), for the first AIR that can't be exported.
pub fn export_tables<F, A>(airs: &[A], lookups: &[Lookups<F>]) -> Result<Vec<Table>, ExportError>
where
	F: TraceField,
	A: Air<InteractionSymbolicBuilder<F>>,
{
	let mut buses = Vec::new();
	airs.iter().zip(lookups).map(|(air, lookups)| export_table(air, lookups, &mut buses)).collect()
}

fn export_table<F, A>(
	air: &A,
	lookups: &Lookups<F>,
	buses: &mut Vec<String>,
) -> Result<Table, ExportError>
where
	F: TraceField,
	A: Air<InteractionSymbolicBuilder<F>>,
{
	checked::<F>(air)?;
	let layout = AirLayout::from_air::<F>(air);
	let builder =
		catch_unwind(AssertUnwindSafe(|| InteractionSymbolicBuilder::<F>::from_air(air, layout)))
			.map_err(|payload| ExportError::Panicked { reason: reason(payload.as_ref()) })?;
	match builder.extension_constraints().len() {
		0 => {},
		got => return Err(ExportError::ExtensionConstraints { got }),
	}
	let constraints = builder.base_constraints();
	match air.num_constraints() {
		Some(declared) if declared != constraints.len() => {
			return Err(ExportError::ConstraintCount { declared, got: constraints.len() });
		},
		_ => {},
	}
	let mut recorder = Recorder::<F>::of(air)?;
	let mut assertions = Vec::with_capacity(constraints.len());
	for constraint in &constraints {
		assertions.push(recorder.record(constraint)?);
	}
	let mut list = Vec::with_capacity(lookups.len());
	for lookup in lookups.iter() {
		let bus = match &lookup.kind {
			Kind::Local => Bus::Local,
			Kind::Global(name) => {
				let known = buses.iter().position(|bus| bus == name).unwrap_or_else(|| {
					buses.push(name.clone());
					buses.len().saturating_sub(1)
				});
				Bus::Shared(u32::try_from(known).unwrap_or(u32::MAX))
			},
		};
		let mut branches = Vec::new();
		for (number, (fields, count)) in
			lookup.elements.iter().zip(&lookup.multiplicities).enumerate()
		{
			let flag = lookup.flags.as_ref().and_then(|flags| flags.get(number));
			let flag = flag.map(|flag| recorder.record(flag)).transpose()?;
			let count = recorder.record(count)?;
			let fields = fields.iter().map(|field| recorder.record(field));
			branches.push(Branch { flag, count, fields: fields.collect::<Result<_, _>>()? });
		}
		list.push(Lookup { bus, weight: lookup.count_weight, branches });
	}
	let header = header(air, &recorder)?;
	Table::decode(&encode(&header, &recorder.nodes.nodes, &assertions, &list))
		.map_err(ExportError::Program)
}
