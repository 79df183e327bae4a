// SPDX-License-Identifier: Apache-2.0

//! What the exporter records of the samples, and what it refuses. Needs no prover.

use assay_air::stwo::{Air, Builder, ExportError, Node, Program, export};
use assay_stwo_airs::fibonacci::WideFibonacci;
use assay_stwo_airs::poseidon::PoseidonChain;
use assay_stwo_airs::range_check::RangeCheck;
use num_traits::One;
use stwo::core::channel::Channel;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo_constraint_framework::{EvalAtRow, FrameworkEval, RelationEntry, relation};

relation!(Pair, 2);

/// An AIR of one component, written as a function.
struct Custom {
	log_bound: u32,
	what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
	Fourth,
	Cube,
	ArithmeticOnChallenges,
	ArithmeticOnPublicValues,
	Mixing,
	OneElement,
	NoFinalisation,
	Gap,
	ThreeOffsets,
	EqualOffsets,
	FarOffset,
	OtherTree,
	Division,
	Forgotten,
	Public,
}

struct Eval {
	log_bound: u32,
	what: What,
	pair: Pair,
	/// `z`, which only the relation sees.
	drawn: SecureField,
	public: BaseField,
}

impl FrameworkEval for Eval {
	fn log_size(&self) -> u32 {
		5
	}

	fn max_constraint_log_degree_bound(&self) -> u32 {
		self.log_bound
	}

	fn evaluate<E: EvalAtRow>(&self, mut eval: E) -> E {
		let x = eval.next_trace_mask();
		match self.what {
			What::Cube => eval.add_constraint(x.clone() * x.clone() * x),
			What::Fourth => eval.add_constraint(x.clone() * x.clone() * x.clone() * x),
			What::ArithmeticOnChallenges => {
				eval.add_constraint(x * (self.drawn * self.drawn));
			},
			What::ArithmeticOnPublicValues => {
				eval.add_constraint(x * (self.public + BaseField::one()));
			},
			What::Public => eval.add_constraint(x - E::F::from(self.public)),
			What::Mixing | What::OneElement => eval.add_constraint(x),
			What::NoFinalisation => {
				eval.add_to_relation(RelationEntry::new(&self.pair, E::EF::one(), &[x]));
			},
			What::Gap => {
				eval.add_to_relation(RelationEntry::new(&self.pair, E::EF::one(), &[x]));
				eval.finalize_logup_batched(&vec![1]);
			},
			What::ThreeOffsets => {
				let [a, ..] = eval.next_interaction_mask(1, [-1, 0, 1]);
				eval.add_constraint(a);
			},
			What::EqualOffsets => {
				let [a, _] = eval.next_interaction_mask(1, [1, 1]);
				eval.add_constraint(a);
			},
			What::FarOffset => {
				let [a] = eval.next_interaction_mask(1, [65]);
				eval.add_constraint(a);
			},
			What::OtherTree => {
				let [a] = eval.next_interaction_mask(3, [0]);
				eval.add_constraint(a);
			},
			What::Division => {
				use stwo::core::fields::FieldExpOps;
				eval.add_constraint(x.inverse());
			},
			What::Forgotten => {
				let unused = x.clone() * x.clone();
				let _ = unused * x.clone();
				eval.add_constraint(x);
			},
		}
		eval
	}
}

impl Air for Custom {
	type Relations = (Pair, SecureField);

	fn num_public_values(&self) -> usize {
		1
	}

	fn draw(&self, channel: &mut impl Channel) -> Self::Relations {
		if self.what == What::Mixing {
			channel.mix_u64(1);
		}
		if self.what == What::OneElement {
			channel.draw_secure_felt();
		}
		let drawn = channel.clone().draw_secure_felts(2)[0];
		(Pair::draw(channel), drawn)
	}

	fn components(
		&self,
		(pair, drawn): &Self::Relations,
		public: &[BaseField],
		builder: &mut impl Builder,
	) {
		builder.component(Eval {
			log_bound: self.log_bound,
			what: self.what,
			pair: pair.clone(),
			drawn: *drawn,
			public: public[0],
		});
	}
}

fn exported(what: What) -> Result<Program, ExportError> {
	export(&Custom { log_bound: 6, what }).map(|mut air| air.components.remove(0).program)
}

#[test]
fn record_one_canonical_program_a_component() {
	let fibonacci = export(&WideFibonacci { log_size: 6, seed: 0 }).unwrap();
	let poseidon = export(&PoseidonChain { log_size: 6, seed: 0 }).unwrap();
	let range = export(&RangeCheck { log_size: 8, seed: 0 }).unwrap();
	for air in [&fibonacci, &poseidon, &range] {
		for component in &air.components {
			component.program.check_canonical().unwrap();
			let bytes = component.program.encode();
			assert_eq!(Program::decode(&bytes).as_ref(), Ok(&component.program));
			assert!(component.program.constraint_degree() <= 3);
		}
	}
	let program = &fibonacci.components[0].program;
	assert_eq!(program.header().trace_columns(), 100);
	assert_eq!(program.assertions().len(), 98);
	assert_eq!(fibonacci.relations, 0);
	let program = &poseidon.components[0].program;
	assert_eq!(program.header().trace_columns(), 300);
	assert_eq!(program.header().interaction_cells(), 8);
	// Two entries of 16 values: a `z` and at most the fifteenth power of alpha each.
	let degrees = program.degrees();
	assert_eq!((degrees.fractions, degrees.challenge), (2, 30));
	assert_eq!(range.preprocessed, ["is_first", "range"]);
	assert_eq!(range.components[0].preprocessed, [0]);
	assert_eq!(range.components[1].preprocessed, [1]);
	assert_eq!(range.components.iter().map(|c| c.log_size).collect::<Vec<_>>(), [8, 6]);
}

/// The program must not contain the witness, or values known only at proving.
#[test]
fn record_the_same_for_every_witness() {
	let air = |seed| export(&RangeCheck { log_size: 8, seed }).unwrap();
	assert_eq!(air(0), air(1));
}

#[test]
fn name_every_leaf_in_the_dump() {
	let range = export(&RangeCheck { log_size: 8, seed: 0 }).unwrap();
	let dump = range.components[0].program.dump();
	for leaf in
		["fixed[0]", "trace[3]", "interaction[7]@-1", "public[0]", "z[0]", "claimed sum / rows"]
	{
		assert!(dump.contains(leaf), "{leaf}:\n{dump}");
	}
	let poseidon = export(&PoseidonChain { log_size: 8, seed: 0 }).unwrap();
	assert!(poseidon.components[0].program.dump().contains("alpha[0]^15"));
}

#[test]
fn leave_out_what_no_constraint_needs() {
	assert_eq!(exported(What::Forgotten).unwrap().nodes(), [Node::Trace(0)]);
}

#[test]
fn recognise_public_values() {
	let nodes = exported(What::Public).unwrap().nodes().to_vec();
	assert_eq!(nodes, [Node::Trace(0), Node::Public(0), Node::Sub(0, 1)]);
}

#[test]
fn refuse_arithmetic_outside_of_the_evaluator() {
	for what in [What::ArithmeticOnChallenges, What::ArithmeticOnPublicValues] {
		assert_eq!(exported(what), Err(ExportError::NotReproducible), "{what:?}");
	}
}

#[test]
fn refuse_a_channel_that_is_used_for_more_than_relations() {
	for what in [What::Mixing, What::OneElement] {
		assert_eq!(exported(what), Err(ExportError::Channel), "{what:?}");
	}
}

#[test]
fn refuse_degrees_that_two_halves_of_a_quotient_do_not_hold() {
	assert!(exported(What::Cube).is_ok());
	assert_eq!(exported(What::Fourth), Err(ExportError::Degree { max: 3, got: 4 }));
	for log_bound in [5, 7] {
		assert_eq!(
			export(&Custom { log_bound, what: What::Cube }),
			Err(ExportError::DegreeBound { expected: 6, got: log_bound })
		);
	}
}

/// Upstream asserts when such an evaluator is dropped, and a second panic would abort.
#[test]
fn refuse_lookups_that_are_never_finalised() {
	for what in [What::NoFinalisation, What::Gap] {
		assert_eq!(exported(what), Err(ExportError::Logup), "{what:?}");
	}
}

#[test]
fn refuse_offsets_that_no_proof_could_bind() {
	assert_eq!(exported(What::ThreeOffsets), Err(ExportError::Offsets { got: 3 }));
	assert_eq!(exported(What::EqualOffsets), Err(ExportError::Offsets { got: 2 }));
	assert!(matches!(exported(What::FarOffset), Err(ExportError::Program(_))));
	assert_eq!(exported(What::OtherTree), Err(ExportError::Interaction { got: 3 }));
}

/// Relations beyond those that a program can name.
struct ManyRelations(usize);

impl Air for ManyRelations {
	type Relations = ();

	fn draw(&self, channel: &mut impl Channel) {
		for _ in 0..self.0 {
			Pair::draw(channel);
		}
	}

	fn components(&self, (): &(), _public: &[BaseField], builder: &mut impl Builder) {
		builder.component(Eval {
			log_bound: 6,
			what: What::Cube,
			pair: Pair::dummy(),
			drawn: SecureField::one(),
			public: BaseField::one(),
		});
	}
}

#[test]
fn refuse_more_relations_than_the_format_has_room_for() {
	assert!(export(&ManyRelations(64)).is_ok());
	let refused = ExportError::Relations { max: 64, got: 65 };
	assert_eq!(export(&ManyRelations(65)), Err(refused));
}

#[test]
fn refuse_divisions() {
	assert_eq!(exported(What::Division), Err(ExportError::Inverse));
}
