// SPDX-License-Identifier: Apache-2.0

//! Hostile programs against the lemma that admission rests on (docs/soundness.md), for circle STARKs: every
//! admitted program has constraints in the space `L_{3N}` of the circle, so that those of a trace that breaks
//! a row are not zero off the rows either. Evaluated and interpolated here, by nothing of the verifier's.

#[path = "common/tally.rs"]
mod tally;

use assay_air::stwo::{Mask, Node};
use assay_mutants::Rng;
use assay_primitives::{
	ErrorClass, Policy, SecurityBits, StwoComponent, StwoHash, StwoParams, StwoVk, VerifyingKey,
};
use assay_stwo::{Cause, Error, check_vk, soundness, verify_bytes};
use codec::Encode;
use std::collections::HashMap;
use std::ops::{Add, Mul};
use stwo::core::circle::{CirclePoint, Coset, M31_CIRCLE_GEN};
use stwo::core::fields::FieldExpOps;
use stwo::core::fields::m31::M31;
use stwo::core::fields::qm31::QM31;
use tally::Tally;

/// Programs; more with `ASSAY_STWO_PROGRAMS`.
fn programs() -> u64 {
	std::env::var("ASSAY_STWO_PROGRAMS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000)
}

/// Numbers and elements.
struct Random(Rng);

impl Random {
	fn next(&mut self) -> u64 {
		self.0.next_u64()
	}

	fn below(&mut self, bound: usize) -> usize {
		self.0.below(bound)
	}

	fn element(&mut self) -> M31 {
		M31::from_u32_unchecked((self.next() % u64::from(P)) as u32)
	}

	fn secure(&mut self) -> QM31 {
		QM31::from_m31_array([(); 4].map(|()| self.element()))
	}
}

const P: u32 = 0x7fff_ffff;

/// A program as its author writes it.
#[derive(Clone, Debug)]
struct Draft {
	log_size: u8,
	preprocessed: u32,
	public: u32,
	trace: Vec<Mask>,
	interaction: Vec<Mask>,
	nodes: Vec<Node>,
	assertions: Vec<u32>,
}

fn operands(node: Node) -> Vec<u32> {
	match node {
		Node::Add(a, b) | Node::Sub(a, b) | Node::Mul(a, b) => vec![a, b],
		Node::Neg(a) => vec![a],
		Node::Combine(parts) => parts.to_vec(),
		_ => Vec::new(),
	}
}

fn with_operands(node: Node, to: &[u32]) -> Node {
	match (node, to) {
		(Node::Add(..), &[a, b]) => Node::Add(a, b),
		(Node::Sub(..), &[a, b]) => Node::Sub(a, b),
		(Node::Mul(..), &[a, b]) => Node::Mul(a, b),
		(Node::Neg(_), &[a]) => Node::Neg(a),
		(Node::Combine(_), &[a, b, c, d]) => Node::Combine([a, b, c, d]),
		(leaf, _) => leaf,
	}
}

fn number(out: &mut Vec<u8>, mut value: u32) {
	while value >= 0x80 {
		out.push(value as u8 | 0x80);
		value >>= 7;
	}
	out.push(value as u8);
}

impl Draft {
	fn relations(&self) -> u8 {
		u8::from(!self.interaction.is_empty())
	}

	/// Operations once each, in the order of a depth-first walk from the assertions.
	fn canonical(&self) -> Self {
		let mut place: Vec<Option<u32>> = vec![None; self.nodes.len()];
		let mut known: HashMap<Node, u32> = HashMap::new();
		let mut nodes = Vec::new();
		for &root in &self.assertions {
			let mut stack = vec![(root, false)];
			while let Some((at, expanded)) = stack.pop() {
				if place[at as usize].is_some() {
					continue;
				}
				let node = self.nodes[at as usize];
				let operands = operands(node);
				if !expanded {
					stack.push((at, true));
					stack.extend(operands.iter().rev().map(|&operand| (operand, false)));
					continue;
				}
				let moved: Vec<u32> =
					operands.iter().map(|&o| place[o as usize].unwrap()).collect();
				let node = with_operands(node, &moved);
				let next = nodes.len() as u32;
				let position = *known.entry(node).or_insert(next);
				if position == next {
					nodes.push(node);
				}
				place[at as usize] = Some(position);
			}
		}
		let assertions =
			self.assertions.iter().map(|&root| place[root as usize].unwrap()).collect();
		Self { nodes, assertions, ..self.clone() }
	}

	fn encode(&self) -> Vec<u8> {
		let mut out = vec![0x81];
		for value in [self.preprocessed, self.public, self.relations().into()] {
			number(&mut out, value);
		}
		for masks in [&self.trace, &self.interaction] {
			number(&mut out, masks.len() as u32);
			for mask in masks {
				number(&mut out, mask.columns);
				out.push(mask.offsets.len() as u8);
				for &offset in &mask.offsets {
					number(&mut out, ((offset << 1) ^ (offset >> 31)) as u32);
				}
			}
		}
		number(&mut out, self.nodes.len() as u32);
		for (at, &node) in self.nodes.iter().enumerate() {
			let (code, fields): (u8, Vec<u32>) = match node {
				Node::Constant(_) => (0, vec![]),
				Node::Extension(_) => (1, vec![]),
				Node::Preprocessed(i) => (2, vec![i]),
				Node::Trace(i) => (3, vec![i]),
				Node::Interaction(i) => (4, vec![i]),
				Node::Public(i) => (5, vec![i]),
				Node::Z(i) => (6, vec![i]),
				Node::Alpha(i, power) => (7, vec![i, power]),
				Node::Shift => (8, vec![]),
				Node::Add(..) => (10, vec![]),
				Node::Sub(..) => (11, vec![]),
				Node::Mul(..) => (12, vec![]),
				Node::Neg(_) => (13, vec![]),
				Node::Combine(_) => (14, vec![]),
			};
			out.push(code);
			match node {
				Node::Constant(value) => out.extend(value.to_le_bytes()),
				Node::Extension(value) => out.extend(value.iter().flat_map(|v| v.to_le_bytes())),
				_ => {},
			}
			for value in fields.into_iter().chain(operands(node).iter().map(|o| at as u32 - o)) {
				number(&mut out, value);
			}
		}
		number(&mut out, self.assertions.len() as u32);
		self.assertions.iter().for_each(|&position| number(&mut out, position));
		out
	}

	fn key(&self) -> Vec<u8> {
		let pcs = StwoParams {
			log_blowup: 2,
			num_queries: 3,
			log_last_layer: 0,
			fold_step: 1,
			lifting_log_size: None,
			interaction_grinding_bits: 0,
			query_grinding_bits: 0,
		};
		// Blake2s of nothing, where there is no column.
		let empty = "69217a3079908094e11121d042354a7c1f55b6482ca1a51e1b250dfd1ed0eef9";
		let byte = |i: usize| u8::from_str_radix(&empty[2 * i..2 * i + 2], 16).unwrap();
		let preprocessed = if self.preprocessed > 0 { [7; 32] } else { std::array::from_fn(byte) };
		VerifyingKey::StwoV1(StwoVk {
			hash: StwoHash::Blake2s,
			pcs,
			preprocessed,
			num_public_values: self.public as u16,
			relations: self.relations(),
			public_terms: Vec::new(),
			components: vec![StwoComponent {
				log_size: self.log_size,
				preprocessed: (0..self.preprocessed as u16).collect(),
				program: self.encode(),
			}],
		})
		.encode()
	}
}

/// Grows a draft.
struct Builder<'a> {
	draft: Draft,
	random: &'a mut Random,
}

impl Builder<'_> {
	fn push(&mut self, node: Node) -> u32 {
		self.draft.nodes.push(node);
		self.draft.nodes.len() as u32 - 1
	}

	fn mul(&mut self, a: u32, b: u32) -> u32 {
		self.push(Node::Mul(a, b))
	}

	/// `a^(2^31 - 1)`, which is `a` wherever `a` is an element of the base field.
	fn frobenius(&mut self, a: u32) -> u32 {
		let mut out = a;
		for _ in 0..30 {
			let square = self.mul(out, out);
			out = self.mul(square, a);
		}
		out
	}

	fn any(&mut self) -> u32 {
		let count = self.draft.nodes.len();
		let back = match self.random.below(2) {
			0 => self.random.below(count.min(3)),
			_ => self.random.below(count),
		};
		(count - 1 - back) as u32
	}
}

fn hostile(random: &mut Random) -> Draft {
	let log_size = 4 + random.below(2) as u8;
	let mask = |random: &mut Random| {
		let offsets = [vec![0], vec![0, 1], vec![-1, 0], vec![0, 16], vec![-16, 16], vec![3]];
		Mask { columns: 1 + random.below(2) as u32, offsets: offsets[random.below(6)].clone() }
	};
	let trace = vec![mask(random)];
	// Most often a group that is an element of the secure field.
	let columns = if random.below(8) == 0 { 1 } else { 4 };
	let interaction = match random.below(2) {
		0 => vec![Mask { columns, ..mask(random) }],
		_ => Vec::new(),
	};
	let cells =
		|masks: &[Mask]| masks.iter().map(|m| m.columns * m.offsets.len() as u32).sum::<u32>();
	let (trace_cells, interaction_cells) = (cells(&trace), cells(&interaction));
	let (preprocessed, public) = (random.below(2) as u32, random.below(3) as u32);
	let draft = Draft {
		log_size,
		preprocessed,
		public,
		trace,
		interaction,
		nodes: vec![Node::Trace(0)],
		assertions: Vec::new(),
	};
	let mut b = Builder { draft, random };
	for _ in 0..1 + b.random.below(10) {
		match b.random.below(12) {
			0..=2 => {
				let cell = b.random.below(trace_cells as usize) as u32;
				b.push(Node::Trace(cell));
			},
			3 => {
				let leaf = match b.random.below(5) {
					0 if preprocessed > 0 => Node::Preprocessed(0),
					1 if public > 0 => Node::Public(b.random.below(public as usize) as u32),
					2 if interaction_cells >= 4 => {
						// The four columns at one offset, or now and then any cells.
						let offsets = interaction_cells / 4;
						let at = b.random.below(offsets as usize) as u32;
						let loose = b.random.below(8) == 0;
						Node::Combine([0, 1, 2, 3].map(|column| {
							let cell = if loose { column } else { column * offsets + at };
							b.push(Node::Interaction(cell))
						}))
					},
					3 if interaction_cells > 0 => {
						[Node::Z(0), Node::Alpha(0, 1 + b.random.below(3) as u32)]
							[b.random.below(2)]
					},
					4 => Node::Shift,
					_ => Node::Constant([0, 1, 2, P - 1, P / 2][b.random.below(5)]),
				};
				b.push(leaf);
			},
			4 => {
				let value = [(); 4].map(|()| b.random.element().0);
				b.push(Node::Extension([value[0], value[1].max(1), value[2], value[3]]));
			},
			5..=7 => {
				let (x, y) = (b.any(), b.any());
				let kind = b.random.below(3);
				b.push([Node::Add(x, y), Node::Sub(x, y), Node::Mul(x, y)][kind]);
			},
			8 => {
				let parts = [(); 4].map(|()| b.any());
				b.push(Node::Combine(parts));
			},
			9 => {
				let a = b.any();
				b.push(Node::Neg(a));
			},
			// c^P - c: zero on every row, and nowhere else.
			10 => {
				let cell = b.push(Node::Trace(0));
				let raised = b.frobenius(cell);
				b.push(Node::Sub(raised, cell));
			},
			// Times another: what such a factor hides.
			_ => {
				let (x, y) = (b.any(), b.any());
				b.mul(x, y);
			},
		}
	}
	let last = b.draft.nodes.len() as u32 - 1;
	b.draft.assertions.push(last);
	if b.random.below(4) == 0 {
		let other = b.any();
		b.draft.assertions.push(other);
	}
	// Most of those that can ask of their interaction trace what lookups ask.
	let can =
		matches!(&b.draft.interaction[..], [Mask { columns: 4, offsets }] if offsets.len() == 2);
	if can && b.random.below(8) > 0 {
		let [before, now] = [0, 1].map(|at| {
			let cells = [0, 1, 2, 3].map(|column| b.push(Node::Interaction(2 * column + at)));
			b.push(Node::Combine(cells))
		});
		let difference = b.push(Node::Sub(now, before));
		let shift = b.push(Node::Shift);
		let sum = b.push(Node::Add(difference, shift));
		let (z, cell) = (b.push(Node::Z(0)), b.push(Node::Trace(0)));
		let denominator = b.push(Node::Sub(z, cell));
		let product = b.mul(sum, denominator);
		let constraint = b.push(Node::Sub(product, cell));
		b.draft.assertions.push(constraint);
	}
	b.draft.canonical()
}

/// `p(x) + y q(x)`, both of a degree below half the number of rows: a column's polynomial.
struct Column([Vec<M31>; 2]);

impl Column {
	fn random(random: &mut Random, log_size: u8) -> Self {
		Self([(); 2].map(|()| (0..1 << (log_size - 1)).map(|_| random.element()).collect()))
	}

	fn at<F>(&self, point: CirclePoint<F>) -> F
	where
		F: Copy + From<M31> + Add<Output = F> + Mul<Output = F>,
	{
		let [even, odd] = &self.0;
		let horner = |coefficients: &[M31]| {
			coefficients
				.iter()
				.rfold(F::from(M31::from_u32_unchecked(0)), |sum, &c| sum * point.x + F::from(c))
		};
		horner(even) + point.y * horner(odd)
	}
}

/// A program with a made-up trace and challenges.
struct Trial<'a> {
	draft: &'a Draft,
	trace: Vec<Column>,
	interaction: Vec<Column>,
	preprocessed: Vec<Column>,
	public: Vec<M31>,
	/// z, alpha, the shift, and what combines the constraints.
	challenges: [QM31; 4],
}

impl<'a> Trial<'a> {
	fn new(draft: &'a Draft, random: &mut Random) -> Self {
		let mut columns = |masks: &[Mask]| -> Vec<Column> {
			let count = masks.iter().map(|mask| mask.columns).sum::<u32>();
			(0..count).map(|_| Column::random(random, draft.log_size)).collect()
		};
		let (trace, interaction) = (columns(&draft.trace), columns(&draft.interaction));
		let fixed = [Mask { columns: draft.preprocessed, offsets: vec![0] }];
		let preprocessed = columns(&fixed);
		let public = (0..draft.public).map(|_| random.element()).collect();
		let mut challenges = [(); 4].map(|()| random.secure());
		if draft.interaction.is_empty() {
			challenges[2] = QM31::from(M31::from_u32_unchecked(0));
		}
		Self { draft, trace, interaction, preprocessed, public, challenges }
	}

	/// The combined constraints at a point of the circle over the secure field.
	fn at(&self, point: CirclePoint<QM31>) -> QM31 {
		let step = M31_CIRCLE_GEN.repeated_double(31 - u32::from(self.draft.log_size));
		let cells = |masks: &[Mask], columns: &[Column]| -> Vec<QM31> {
			let of_columns =
				masks.iter().flat_map(|m| (0..m.columns).map(move |_| &m.offsets)).zip(columns);
			of_columns
				.flat_map(|(offsets, column)| {
					offsets.iter().map(|&offset| {
						let turn = step.mul_signed(offset as isize);
						column.at(point + turn.into_ef())
					})
				})
				.collect()
		};
		let trace = cells(&self.draft.trace, &self.trace);
		let interaction = cells(&self.draft.interaction, &self.interaction);
		let [z, alpha, shift, combine] = self.challenges;
		let mut values: Vec<QM31> = Vec::new();
		for &node in &self.draft.nodes {
			let of = |i: u32| values[i as usize];
			values.push(match node {
				Node::Constant(value) => QM31::from(M31::from_u32_unchecked(value)),
				Node::Extension([a, b, c, d]) => QM31::from_u32_unchecked(a, b, c, d),
				Node::Preprocessed(i) => self.preprocessed[i as usize].at(point),
				Node::Trace(i) => trace[i as usize],
				Node::Interaction(i) => interaction[i as usize],
				Node::Public(i) => QM31::from(self.public[i as usize]),
				Node::Z(_) => z,
				Node::Alpha(_, power) => alpha.pow(power.into()),
				Node::Shift => shift,
				Node::Add(a, b) => of(a) + of(b),
				Node::Sub(a, b) => of(a) - of(b),
				Node::Mul(a, b) => of(a) * of(b),
				Node::Neg(a) => -of(a),
				Node::Combine(parts) => QM31::from_partial_evals(parts.map(of)),
			});
		}
		let zero = QM31::from(M31::from_u32_unchecked(0));
		self.draft.assertions.iter().fold(zero, |sum, &i| sum * combine + values[i as usize])
	}

	/// Whether the trace breaks a row.
	fn is_broken(&self) -> bool {
		let rows = Coset::half_odds(u32::from(self.draft.log_size) - 1);
		// The canonic coset: half of its points, and their conjugates.
		rows.iter().chain(rows.conjugate().iter()).any(|row| !is_zero(self.at(row.into_ef())))
	}

	/// The degrees in x of the even and the odd part, from values at many points.
	fn degrees(&self) -> [usize; 2] {
		let count = 2 * (1 << self.draft.log_size) + 2;
		let start = M31_CIRCLE_GEN;
		let points: Vec<CirclePoint<M31>> =
			(1..=count).map(|i| start.mul(3 * i as u128 + 1)).collect();
		let parts: Vec<[QM31; 2]> = points
			.iter()
			.map(|point| {
				let (above, below) =
					(self.at(point.into_ef()), self.at(point.conjugate().into_ef()));
				let half = M31::from_u32_unchecked(2).inverse();
				[(above + below) * half, (above - below) * half * point.y.inverse()]
			})
			.collect();
		let xs: Vec<M31> = points.iter().map(|point| point.x).collect();
		[0, 1].map(|part| degree(&xs, parts.iter().map(|parts| parts[part]).collect()))
	}
}

fn is_zero(value: QM31) -> bool {
	value == QM31::from(M31::from_u32_unchecked(0))
}

/// The degree of the polynomial with these values, by divided differences.
fn degree(xs: &[M31], mut values: Vec<QM31>) -> usize {
	let mut degree = 0;
	for order in 0..xs.len() {
		if !is_zero(values[order]) {
			degree = order;
		}
		for i in (order + 1..xs.len()).rev() {
			let distance = (xs[i] - xs[i - order - 1]).inverse();
			values[i] = (values[i] - values[i - 1]) * distance;
		}
	}
	degree
}

fn random_point(random: &mut Random) -> CirclePoint<QM31> {
	let t = random.secure();
	let square = t * t;
	let one = QM31::from(M31::from_u32_unchecked(1));
	let inverse = (one + square).inverse();
	CirclePoint { x: (one - square) * inverse, y: (t + t) * inverse }
}

#[test]
fn hold_for_every_hostile_program_that_is_admitted() {
	let mut tally = Tally::of("hostile keys".into());
	let (mut admitted, mut broken, mut forgeries) = (0, 0, 0);
	for index in 0..programs() {
		let mut random = Random(Rng::new(2026, 0, index));
		let draft = hostile(&mut random);
		let vk = draft.key();
		let public = assay_primitives::PublicValues::V1(vec![1; draft.public as usize]).encode();
		// An admitted key gets as far as the proof, which is empty.
		let refused = match verify_bytes(&vk, &public, &[]).unwrap_err() {
			Error::Truncated { .. } => false,
			Error::Parameter { .. } | Error::Own(Cause::Lookups { .. }) => true,
			other => panic!("program {index}: {other}"),
		};
		let checked = VerifyingKey::decode_strict(&vk).and_then(|vk| {
			let nothing = Policy { floor: SecurityBits::default() };
			check_vk(&vk, &nothing).map(|_| ()).map_err(|error| error.class())
		});
		tally.key(&vk, checked);
		let trial = Trial::new(&draft, &mut random);
		let (breaks, vanishes) = (trial.is_broken(), is_zero(trial.at(random_point(&mut random))));
		if refused {
			assert_eq!(checked, Err(ErrorClass::UnsupportedParameters), "program {index}");
			// Zero on the rows and nowhere else is as bad as the other way round.
			forgeries += u32::from(breaks == vanishes);
			continue;
		}
		admitted += 1;
		broken += u32::from(breaks);
		assert_eq!(breaks, !vanishes, "program {index}: it tests something else than its rows");
		let rows = 1usize << draft.log_size;
		let [even, odd] = trial.degrees();
		// L_{3N}: total degree 3N / 2.
		assert!(even <= 3 * rows / 2 && odd < 3 * rows / 2, "program {index}: {even}, {odd}");
		let decoded = VerifyingKey::decode_strict(&vk).unwrap();
		let report = assay_stwo::security(&decoded).unwrap().report;
		let place = soundness::STEPS.iter().position(|&name| name == "out_of_domain").unwrap();
		let bits = report.steps[place].unique_decoding;
		assert!(bits <= 124.0 - (3.0 * rows as f64).log2(), "program {index}: {bits}");
	}
	tally.close();
	let all = programs();
	assert!(admitted > all / 4 && u64::from(broken) > all / 8, "{admitted}, {broken}");
	assert!(u64::from(forgeries) > all / 50, "{forgeries}");
}
