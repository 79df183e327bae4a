// SPDX-License-Identifier: Apache-2.0

//! Records what a `FrameworkEval` does to a row.
//!
//! Upstream's evaluators are generic over the values of a row, so a recorder that hands out
//! positions in the place of values sees every operation. Two things it can't see that way, because
//! an evaluator holds them as plain field elements: challenges and public values. They are handed
//! out as *marks*, pseudo-random elements that are recognised when an operation uses one. Whatever
//! else is computed from them in plain arithmetic looks like a constant, so the AIR is recorded a
//! second time with other marks: if the programs differ, the export is refused.

use super::program::encode;
use super::{Mask, Node, Program, ProgramHeader, limits};
use crate::ProgramError;
use crate::interner::{Interner, count};
use num_traits::{One, Zero};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub};
use stwo::core::Fraction;
use stwo::core::channel::Channel;
use stwo::core::fields::FieldExpOps;
use stwo::core::fields::m31::BaseField;
use stwo::core::fields::qm31::SecureField;
use stwo_constraint_framework::preprocessed_columns::PreProcessedColumnId;
use stwo_constraint_framework::{EvalAtRow, FrameworkEval, INTERACTION_TRACE_IDX};

/// An AIR for STWO: components over shared lookup relations and public values.
///
/// The exporter and the prover ask the same questions, so an AIR is written down once.
pub trait Air {
	/// The challenges of all lookup relations; `()` without any.
	type Relations;

	/// Number of public values.
	fn num_public_values(&self) -> usize {
		0
	}

	/// Draws every relation, each with its own `draw(channel)`, as `relation!` defines it.
	fn draw(&self, channel: &mut impl Channel) -> Self::Relations;

	/// Adds every component, in the order in which their columns are committed.
	fn components(
		&self,
		relations: &Self::Relations,
		public_values: &[BaseField],
		builder: &mut impl Builder,
	);
}

/// Takes the components of an [`Air`].
pub trait Builder {
	/// Adds a component.
	fn component(&mut self, eval: impl FrameworkEval + Sync + 'static);
}

/// What [`export`] makes of an [`Air`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedAir {
	/// The components.
	pub components: Vec<ExportedComponent>,
	/// Names of the preprocessed columns, in the order in which they are committed: that of their
	/// first use.
	pub preprocessed: Vec<String>,
	/// Number of lookup relations.
	pub relations: u32,
	/// Number of public values.
	pub num_public_values: u32,
}

/// A component of an [`ExportedAir`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedComponent {
	/// log2 of its number of rows.
	pub log_size: u32,
	/// The preprocessed columns that it reads: positions in [`ExportedAir::preprocessed`].
	pub preprocessed: Vec<u32>,
	/// Its constraints.
	pub program: Program,
}

/// Why an AIR can't be exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportError {
	/// A constraint uses a value that was computed from challenges or public values outside of the
	/// evaluator, or the AIR does not do the same twice.
	NotReproducible,
	/// Something other than drawing relations was done to the channel.
	Channel,
	/// The AIR draws more relations than the format has room for.
	Relations {
		/// How many it has room for.
		max: u32,
		/// How many the AIR draws.
		got: usize,
	},
	/// A constraint divides, which no row evaluator can.
	Inverse,
	/// Columns of another tree than trace and interaction trace are read.
	Interaction {
		/// The tree.
		got: usize,
	},
	/// A column is read at no offset, at more than two, or at one twice.
	Offsets {
		/// How many.
		got: usize,
	},
	/// The LogUp entries were never finalised, finalised twice, or in batches with gaps.
	Logup,
	/// The declared bound of the constraints' degree is not `log_size + 1`.
	///
	/// Upstream splits the quotient in two halves, whatever the bound; smaller bounds are valid for
	/// `log_size + 1` too.
	DegreeBound {
		/// What the verifier expects.
		expected: u32,
		/// What the AIR declares.
		got: u32,
	},
	/// A constraint has a higher degree than two halves of a quotient hold.
	Degree {
		/// Largest degree.
		max: u64,
		/// The degree found.
		got: u64,
	},
	/// The AIR has no component.
	NoComponents,
	/// The program is outside the format's caps.
	Program(ProgramError),
}

impl fmt::Display for ExportError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::NotReproducible => write!(
				f,
				"two recordings differ: a constraint uses what was computed from challenges or \
				 public values outside of the evaluator, or a relation of more than {} values",
				limits::MAX_ALPHA_POWER + 1
			),
			Self::Channel => write!(f, "the channel is for drawing relations only"),
			Self::Relations { max, got } => {
				write!(f, "lookup relations: expected at most {max}, got {got}")
			},
			Self::Inverse => write!(f, "a constraint divides"),
			Self::Interaction { got } => {
				write!(f, "a column of tree {got} is read, expected 1 or 2")
			},
			Self::Offsets { got } => {
				write!(f, "a column is read at {got} offsets, expected one or two different ones")
			},
			Self::Logup => write!(f, "LogUp entries: expected one finalisation without gaps"),
			Self::DegreeBound { expected, got } => {
				write!(f, "log2 of the degree bound: expected {expected}, got {got}")
			},
			Self::Degree { max, got } => {
				write!(f, "constraint degree: expected at most {max}, got {got}")
			},
			Self::NoComponents => write!(f, "the AIR has no component"),
			Self::Program(error) => write!(f, "{error}"),
		}
	}
}

impl std::error::Error for ExportError {}

/// Turns an AIR into programs.
///
/// Each is decoded from its own bytes and is canonical.
///
/// # Errors
///
/// [`ExportError`], one variant per cause.
pub fn export<A: Air>(air: &A) -> Result<ExportedAir, ExportError> {
	let exported = record(air, 1)?;
	if record(air, 2)? != exported {
		return Err(ExportError::NotReproducible);
	}
	Ok(exported)
}

fn record<A: Air>(air: &A, seed: u64) -> Result<ExportedAir, ExportError> {
	let mut channel = MarkingChannel { state: seed, ..Default::default() };
	let relations = air.draw(&mut channel);
	if channel.misused {
		return Err(ExportError::Channel);
	}
	if channel.drawn.len() > limits::MAX_RELATIONS as usize {
		return Err(ExportError::Relations {
			max: limits::MAX_RELATIONS,
			got: channel.drawn.len(),
		});
	}
	let mut marks = HashMap::new();
	for (relation, &(z, alpha)) in channel.drawn.iter().enumerate() {
		marks.insert(key(z), Node::Z(count(relation)));
		let mut power = alpha;
		for exponent in 1..=limits::MAX_ALPHA_POWER {
			marks.insert(key(power), Node::Alpha(count(relation), exponent));
			power *= alpha;
		}
	}
	let public: Vec<BaseField> = (0..air.num_public_values()).map(|_| channel.mark()).collect();
	for (index, &value) in public.iter().enumerate() {
		marks.insert(key(value.into()), Node::Public(count(index)));
	}
	let header = ProgramHeader {
		num_public_values: count(public.len()),
		relations: count(channel.drawn.len()),
		..Default::default()
	};
	let mut recorder =
		Components { marks, header, preprocessed: Vec::new(), components: Vec::new(), error: None };
	air.components(&relations, &public, &mut recorder);
	if let Some(error) = recorder.error {
		return Err(error);
	}
	if recorder.components.is_empty() {
		return Err(ExportError::NoComponents);
	}
	Ok(ExportedAir {
		components: recorder.components,
		preprocessed: recorder.preprocessed,
		relations: recorder.header.relations,
		num_public_values: recorder.header.num_public_values,
	})
}

fn key(value: SecureField) -> [u32; 4] {
	value.to_m31_array().map(|part| part.0)
}

struct Components {
	marks: HashMap<[u32; 4], Node>,
	/// What the headers of all components have in common.
	header: ProgramHeader,
	preprocessed: Vec<String>,
	components: Vec<ExportedComponent>,
	error: Option<ExportError>,
}

impl Builder for Components {
	fn component(&mut self, eval: impl FrameworkEval + Sync + 'static) {
		if self.error.is_none()
			&& let Err(error) = self.record(&eval)
		{
			self.error = Some(error);
		}
	}
}

impl Components {
	fn record(&mut self, eval: &impl FrameworkEval) -> Result<(), ExportError> {
		let log_size = eval.log_size();
		let bound = eval.max_constraint_log_degree_bound();
		if bound != log_size.saturating_add(1) {
			return Err(ExportError::DegreeBound {
				expected: log_size.saturating_add(1),
				got: bound,
			});
		}
		let tape = Tape { marks: self.marks.clone(), ..Default::default() };
		// The old tape comes back even if the evaluator panics on its way.
		let restore = Restore(TAPE.replace(tape));
		let recorder = eval.evaluate(Recorder { open: false });
		let tape = TAPE.take();
		drop(restore);
		if recorder.open || !tape.fractions.is_empty() {
			return Err(ExportError::Logup);
		}
		if let Some(error) = tape.error {
			return Err(error);
		}
		let header = ProgramHeader {
			preprocessed: count(tape.preprocessed.len()),
			trace: runs(&tape.trace)?,
			interaction: runs(&tape.interaction)?,
			..self.header.clone()
		};
		let (nodes, assertions) = prune(&tape.nodes.nodes, &tape.assertions);
		let program =
			Program::decode(&encode(&header, &nodes, &assertions)).map_err(ExportError::Program)?;
		let got = program.constraint_degree();
		if got > limits::MAX_DEGREE {
			return Err(ExportError::Degree { max: limits::MAX_DEGREE, got });
		}
		let mut preprocessed = Vec::with_capacity(tape.preprocessed.len());
		for id in tape.preprocessed {
			let known = self.preprocessed.iter().position(|known| *known == id);
			let position = known.unwrap_or_else(|| {
				self.preprocessed.push(id);
				self.preprocessed.len() - 1
			});
			preprocessed.push(count(position));
		}
		self.components.push(ExportedComponent { log_size, preprocessed, program });
		Ok(())
	}
}

fn runs(columns: &[Vec<isize>]) -> Result<Vec<Mask>, ExportError> {
	let mut masks: Vec<Mask> = Vec::new();
	for offsets in columns {
		let bad = matches!(offsets.as_slice(), [a, b] if a == b);
		if bad || !(1..=2).contains(&offsets.len()) {
			return Err(ExportError::Offsets { got: offsets.len() });
		}
		let max = limits::MAX_OFFSET as isize;
		if offsets.iter().any(|offset| !(-max..=max).contains(offset)) {
			return Err(ExportError::Program(ProgramError::TooLarge {
				what: "offset",
				max: max as u64,
				got: offsets.iter().map(|offset| offset.unsigned_abs() as u64).max().unwrap_or(0),
			}));
		}
		let offsets: Vec<i32> = offsets.iter().map(|&offset| offset as i32).collect();
		match masks.last_mut() {
			Some(last) if last.offsets == offsets => last.columns += 1,
			_ => masks.push(Mask { columns: 1, offsets }),
		}
	}
	Ok(masks)
}

/// Brings operations into the canonical order and leaves out what no assertion needs: evaluators
/// may compute what they never use.
fn prune(nodes: &[Node], assertions: &[u32]) -> (Vec<Node>, Vec<u32>) {
	let mut out: Interner<Node> = Interner::default();
	let mut moved: HashMap<u32, u32> = HashMap::new();
	let mut stack: Vec<(u32, bool)> = Vec::new();
	for &root in assertions {
		stack.push((root, false));
		while let Some((position, expanded)) = stack.pop() {
			let Some(&node) = nodes.get(position as usize) else { continue };
			if moved.contains_key(&position) {
				continue;
			}
			if !expanded {
				stack.push((position, true));
				let mut operands = Vec::new();
				node.map_operands(|operand| {
					operands.push((operand, false));
					operand
				});
				stack.extend(operands.into_iter().rev());
				continue;
			}
			let of = |i: u32| moved.get(&i).copied().unwrap_or_default();
			let position_now = out.push(node.map_operands(of));
			moved.insert(position, position_now);
		}
	}
	let assertions =
		assertions.iter().map(|root| moved.get(root).copied().unwrap_or_default()).collect();
	(out.nodes, assertions)
}

impl Node {
	fn map_operands(self, mut of: impl FnMut(u32) -> u32) -> Self {
		match self {
			Self::Add(a, b) => Self::Add(of(a), of(b)),
			Self::Sub(a, b) => Self::Sub(of(a), of(b)),
			Self::Mul(a, b) => Self::Mul(of(a), of(b)),
			Self::Neg(a) => Self::Neg(of(a)),
			Self::Combine(operands) => Self::Combine(operands.map(of)),
			leaf => leaf,
		}
	}
}

/// Hands out marks as challenges, and notes which.
#[derive(Clone, Debug, Default)]
struct MarkingChannel {
	state: u64,
	drawn: Vec<(SecureField, SecureField)>,
	misused: bool,
}

impl MarkingChannel {
	/// A pseudo-random element (splitmix64), large enough never to be meant as a constant.
	fn mark(&mut self) -> BaseField {
		loop {
			self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
			let mut value = self.state;
			value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
			value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
			let value = (value ^ (value >> 31)) as u32 & limits::P;
			if value > 1 << 24 && value < limits::P - (1 << 24) {
				return BaseField::from_u32_unchecked(value);
			}
		}
	}

	fn secure_mark(&mut self) -> SecureField {
		SecureField::from_m31_array([self.mark(), self.mark(), self.mark(), self.mark()])
	}
}

impl Channel for MarkingChannel {
	const BYTES_PER_HASH: usize = 32;

	fn verify_pow_nonce(&self, _bits: u32, _nonce: u64) -> bool {
		false
	}

	fn mix_u32s(&mut self, _data: &[u32]) {
		self.misused = true;
	}

	fn mix_felts(&mut self, _felts: &[SecureField]) {
		self.misused = true;
	}

	fn mix_u64(&mut self, _value: u64) {
		self.misused = true;
	}

	fn draw_secure_felt(&mut self) -> SecureField {
		self.misused = true;
		self.secure_mark()
	}

	/// `LookupElements::draw` asks for `[z, alpha]`.
	fn draw_secure_felts(&mut self, n_felts: usize) -> Vec<SecureField> {
		let drawn: Vec<SecureField> = (0..n_felts).map(|_| self.secure_mark()).collect();
		match drawn.as_slice() {
			&[z, alpha] => self.drawn.push((z, alpha)),
			_ => self.misused = true,
		}
		drawn
	}

	fn draw_u32s(&mut self) -> Vec<u32> {
		self.misused = true;
		vec![0; 8]
	}
}

/// What the evaluator of one component has done.
///
/// One a thread, because constants are made without a handle to anything.
#[derive(Default)]
struct Tape {
	marks: HashMap<[u32; 4], Node>,
	nodes: Interner<Node>,
	assertions: Vec<u32>,
	preprocessed: Vec<String>,
	trace: Vec<Vec<isize>>,
	trace_cells: u32,
	interaction: Vec<Vec<isize>>,
	interaction_cells: u32,
	fractions: Vec<Fraction<RecordedExtension, RecordedExtension>>,
	error: Option<ExportError>,
}

thread_local! {
	static TAPE: RefCell<Tape> = RefCell::new(Tape::default());
}

struct Restore(Tape);

impl Drop for Restore {
	fn drop(&mut self) {
		TAPE.set(core::mem::take(&mut self.0));
	}
}

fn on_tape<T>(action: impl FnOnce(&mut Tape) -> T) -> T {
	TAPE.with_borrow_mut(action)
}

impl Tape {
	fn constant(&mut self, value: SecureField) -> u32 {
		let key = key(value);
		let node = match (self.marks.get(&key), key) {
			(Some(&node), _) => node,
			(None, [base, 0, 0, 0]) => Node::Constant(base),
			(None, _) => Node::Extension(key),
		};
		self.nodes.push(node)
	}

	/// Records an operation, or what it amounts to with 0 and 1: upstream's helpers start their
	/// sums from zero.
	fn operation(&mut self, node: Node) -> u32 {
		let is = |i: u32, value| self.nodes.nodes.get(i as usize) == Some(&Node::Constant(value));
		match node {
			Node::Add(a, b) if is(a, 0) => return b,
			Node::Add(a, b) | Node::Sub(a, b) if is(b, 0) => return a,
			Node::Mul(a, b) if is(a, 1) || is(b, 0) => return b,
			Node::Mul(a, b) if is(b, 1) || is(a, 0) => return a,
			_ => {},
		}
		self.nodes.push(node)
	}

	fn fail(&mut self, error: ExportError) {
		self.error.get_or_insert(error);
	}
}

fn operation(node: Node) -> u32 {
	on_tape(|tape| tape.operation(node))
}

macro_rules! recorded {
	($(#[doc = $doc:literal])+ $name:ident) => {
		$(#[doc = $doc])+
		#[derive(Clone, Debug)]
		pub struct $name(u32);

		impl From<BaseField> for $name {
			fn from(value: BaseField) -> Self {
				Self(on_tape(|tape| tape.constant(value.into())))
			}
		}

		impl Zero for $name {
			fn zero() -> Self {
				Self::from(BaseField::from_u32_unchecked(0))
			}

			fn is_zero(&self) -> bool {
				on_tape(|tape| {
					tape.nodes.nodes.get(self.0 as usize) == Some(&Node::Constant(0))
				})
			}
		}

		impl One for $name {
			fn one() -> Self {
				Self::from(BaseField::from_u32_unchecked(1))
			}
		}

		impl Neg for $name {
			type Output = Self;
			fn neg(self) -> Self {
				Self(operation(Node::Neg(self.0)))
			}
		}
	};
}

macro_rules! operators {
	($($left:ty, $right:ty => $output:ident;)+) => {$(
		impl Add<$right> for $left {
			type Output = $output;
			fn add(self, other: $right) -> $output {
				let other = $output::from(other);
				$output(operation(Node::Add(self.0, other.0)))
			}
		}
		impl Sub<$right> for $left {
			type Output = $output;
			fn sub(self, other: $right) -> $output {
				let other = $output::from(other);
				$output(operation(Node::Sub(self.0, other.0)))
			}
		}
		impl Mul<$right> for $left {
			type Output = $output;
			fn mul(self, other: $right) -> $output {
				let other = $output::from(other);
				$output(operation(Node::Mul(self.0, other.0)))
			}
		}
	)+};
}

macro_rules! assigning {
	($($left:ident, $right:ty;)+) => {$(
		impl AddAssign<$right> for $left {
			fn add_assign(&mut self, other: $right) {
				*self = self.clone() + other;
			}
		}
		impl MulAssign<$right> for $left {
			fn mul_assign(&mut self, other: $right) {
				*self = self.clone() * other;
			}
		}
	)+};
}

recorded! {
	/// A value of a row, as the recorder sees it.
	RecordedBase
}
recorded! {
	/// A value in the secure field, as the recorder sees it.
	RecordedExtension
}

impl From<SecureField> for RecordedExtension {
	fn from(value: SecureField) -> Self {
		Self(on_tape(|tape| tape.constant(value)))
	}
}

impl From<RecordedBase> for RecordedExtension {
	fn from(value: RecordedBase) -> Self {
		Self(value.0)
	}
}

operators! {
	RecordedBase, RecordedBase => RecordedBase;
	RecordedBase, BaseField => RecordedBase;
	RecordedBase, SecureField => RecordedExtension;
	RecordedExtension, RecordedExtension => RecordedExtension;
	RecordedExtension, RecordedBase => RecordedExtension;
	RecordedExtension, BaseField => RecordedExtension;
	RecordedExtension, SecureField => RecordedExtension;
}

assigning! {
	RecordedBase, RecordedBase;
	RecordedBase, BaseField;
	RecordedExtension, RecordedExtension;
}

impl FieldExpOps for RecordedBase {
	fn inverse(&self) -> Self {
		on_tape(|tape| tape.fail(ExportError::Inverse));
		self.clone()
	}
}

/// The row evaluator that records; evaluators only ever see it through `EvalAtRow`.
#[derive(Debug)]
pub struct Recorder {
	/// Whether LogUp entries wait for their finalisation.
	open: bool,
}

impl EvalAtRow for Recorder {
	type F = RecordedBase;
	type EF = RecordedExtension;

	fn get_preprocessed_column(&mut self, column: PreProcessedColumnId) -> Self::F {
		RecordedBase(on_tape(|tape| {
			let known = tape.preprocessed.iter().position(|known| *known == column.id);
			let position = known.unwrap_or_else(|| {
				tape.preprocessed.push(column.id);
				tape.preprocessed.len() - 1
			});
			tape.nodes.push(Node::Preprocessed(count(position)))
		}))
	}

	fn next_interaction_mask<const N: usize>(
		&mut self,
		interaction: usize,
		offsets: [isize; N],
	) -> [Self::F; N] {
		on_tape(|tape| {
			let (columns, cells, node): (_, _, fn(u32) -> Node) = match interaction {
				1 => (&mut tape.trace, &mut tape.trace_cells, Node::Trace),
				2 => (&mut tape.interaction, &mut tape.interaction_cells, Node::Interaction),
				got => {
					tape.fail(ExportError::Interaction { got });
					return core::array::from_fn(|_| RecordedBase(0));
				},
			};
			columns.push(offsets.to_vec());
			let first = *cells;
			*cells = cells.saturating_add(count(N));
			core::array::from_fn(|i| RecordedBase(tape.nodes.push(node(first + count(i)))))
		})
	}

	fn add_constraint<G>(&mut self, constraint: G)
	where
		Self::EF: Mul<G, Output = Self::EF> + From<G>,
	{
		let value = RecordedExtension::from(constraint);
		on_tape(|tape| tape.assertions.push(value.0));
	}

	fn combine_ef(values: [Self::F; 4]) -> Self::EF {
		RecordedExtension(operation(Node::Combine(values.map(|value| value.0))))
	}

	// The rest says what upstream's `logup_proxy!` does, which is private to its crate.

	fn write_logup_frac(&mut self, fraction: Fraction<Self::EF, Self::EF>) {
		self.open = true;
		on_tape(|tape| tape.fractions.push(fraction));
	}

	fn finalize_logup_batched(&mut self, batching: &Vec<usize>) {
		let fractions = on_tape(|tape| core::mem::take(&mut tape.fractions));
		self.open = false;
		let last = batching.iter().copied().max().unwrap_or(0);
		let mut batches: Vec<Vec<_>> = vec![Vec::new(); last.min(fractions.len()) + 1];
		if batching.len() == fractions.len() {
			for (&batch, fraction) in batching.iter().zip(fractions) {
				if let Some(batch) = batches.get_mut(batch) {
					batch.push(fraction);
				}
			}
		}
		if batches.iter().any(Vec::is_empty) {
			on_tape(|tape| tape.fail(ExportError::Logup));
			return;
		}
		let mut previous = RecordedExtension::zero();
		let Some(final_batch) = batches.pop() else { return };
		for batch in batches {
			let fraction: Fraction<_, _> = batch.into_iter().sum();
			let [current] = self.next_extension_interaction_mask(INTERACTION_TRACE_IDX, [0]);
			let difference = current.clone() - previous;
			previous = current;
			self.add_constraint(difference * fraction.denominator - fraction.numerator);
		}
		let fraction: Fraction<_, _> = final_batch.into_iter().sum();
		let [row_before, current] =
			self.next_extension_interaction_mask(INTERACTION_TRACE_IDX, [-1, 0]);
		let difference = current - row_before - previous;
		let shift = RecordedExtension(on_tape(|tape| tape.nodes.push(Node::Shift)));
		let shifted = difference + shift;
		self.add_constraint(shifted * fraction.denominator - fraction.numerator);
	}

	fn finalize_logup(&mut self) {
		let entries = on_tape(|tape| tape.fractions.len());
		self.finalize_logup_batched(&(0..entries).collect());
	}

	fn finalize_logup_in_pairs(&mut self) {
		let entries = on_tape(|tape| tape.fractions.len());
		self.finalize_logup_batched(&(0..entries).map(|entry| entry / 2).collect());
	}
}
