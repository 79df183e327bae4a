// SPDX-License-Identifier: Apache-2.0

//! What Cairo programs put out: numbers, and the tasks that a bootloader ran.
//!
//! Cairo's simple bootloader is a program that runs other programs. It puts out what it ran, so one key, the
//! bootloader's, serves every Cairo program: which program ran stands in the public values, not in the key.

use crate::{Hash, PublicValues, SystemId, statement_hash};
use alloc::vec::Vec;
use core::{
	error::Error,
	fmt::{self, Display, Formatter},
	str::FromStr,
};

/// Words of 32 bits in a [`Felt`].
pub const FELT_WORDS: usize = 8;

/// A number of Cairo: an integer below [`Felt::PRIME`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Felt([u32; FELT_WORDS]);

impl Felt {
	/// Cairo's prime, `2^251 + 17 * 2^192 + 1`, as words, least significant first.
	pub const PRIME: [u32; FELT_WORDS] = [1, 0, 0, 0, 0, 0, 17, 1 << 27];

	/// The number of these words, least significant first; `None` if it is not below the prime.
	#[must_use]
	pub fn from_words(words: [u32; FELT_WORDS]) -> Option<Self> {
		words.iter().rev().lt(Self::PRIME.iter().rev()).then_some(Self(words))
	}

	/// Its words, least significant first.
	#[must_use]
	pub const fn words(self) -> [u32; FELT_WORDS] {
		self.0
	}

	/// The number of these bytes, least significant first, as a key for a Cairo program has its program's hash; `None`
	/// if it is not below the prime.
	#[must_use]
	pub fn from_le_bytes(bytes: Hash) -> Option<Self> {
		let mut words = [0; FELT_WORDS];
		for (word, bytes) in words.iter_mut().zip(bytes.as_chunks().0) {
			*word = u32::from_le_bytes(*bytes);
		}
		Self::from_words(words)
	}

	/// Its bytes, least significant first.
	#[must_use]
	pub fn to_le_bytes(self) -> Hash {
		let mut bytes = Hash::default();
		for (bytes, word) in bytes.as_chunks_mut().0.iter_mut().zip(self.0) {
			*bytes = word.to_le_bytes();
		}
		bytes
	}

	/// The number, if it could be a length.
	fn length(self) -> Option<usize> {
		let [low, rest @ ..] = self.0;
		rest.iter().all(|&word| word == 0).then_some(low as usize)
	}
}

impl From<u64> for Felt {
	fn from(value: u64) -> Self {
		Self([value as u32, (value >> 32) as u32, 0, 0, 0, 0, 0, 0])
	}
}

/// As Cairo's tools write numbers: hexadecimal, highest digit first, without leading zeros.
impl Display for Felt {
	fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
		let mut words = self.0.iter().rev().skip_while(|&&word| word == 0);
		write!(formatter, "{:#x}", words.next().unwrap_or(&0))?;
		words.try_for_each(|word| write!(formatter, "{word:08x}"))
	}
}

/// Why a text is no [`Felt`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeltError {
	/// There is something else than digits, or nothing.
	NotDigits,
	/// The number is not below Cairo's prime.
	TooLarge,
}

impl Display for FeltError {
	fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
		formatter.write_str(match self {
			Self::NotDigits => "expected decimal digits, or 0x and hexadecimal ones",
			Self::TooLarge => "expected a number below Cairo's prime, 2^251 + 17 * 2^192 + 1",
		})
	}
}

impl Error for FeltError {}

/// Decimal digits, or `0x` and hexadecimal ones.
impl FromStr for Felt {
	type Err = FeltError;

	fn from_str(text: &str) -> Result<Self, FeltError> {
		let (digits, radix) = match text.strip_prefix("0x") {
			Some(digits) => (digits, 16),
			None => (text, 10),
		};
		if digits.is_empty() {
			return Err(FeltError::NotDigits);
		}
		let mut words = [0; FELT_WORDS];
		for digit in digits.chars() {
			let mut carry = digit.to_digit(radix).ok_or(FeltError::NotDigits)?;
			for word in &mut words {
				// At most (2^32 - 1) * 16 + 15.
				let product = u64::from(*word).saturating_mul(radix.into());
				let sum = product.saturating_add(carry.into());
				(*word, carry) = (sum as u32, (sum >> 32) as u32);
			}
			if carry != 0 {
				return Err(FeltError::TooLarge);
			}
		}
		Self::from_words(words).ok_or(FeltError::TooLarge)
	}
}

/// One task of Cairo's simple bootloader: a program that it ran to its end, and what that put out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CairoTask {
	/// The program's hash, as the bootloader computes it: over the place of `main`, the names of the builtins that it
	/// takes, and the program's words. Not the hash that a key of the program itself has, which is over the words
	/// alone.
	///
	/// Whoever proves chooses the hash function, Blake2s, Poseidon or Pedersen, and for Blake2s how each word is
	/// written. So a program has many of them. None can be met by another program, so a reader names one and need not
	/// know which it is. But whoever bars a program by one of them, or counts its runs by it, misses the others.
	pub program: Felt,
	/// What its run put out, if the program takes the builtin `output`. **If it does not, whoever proved it chose these
	/// numbers freely**: the bootloader then only asks that there are as many as it is told. An executable of Cairo 1
	/// takes it.
	pub output: Vec<Felt>,
}

impl CairoTask {
	/// The statement of a proof of this task alone, under the bootloader's key `vk_hash` on the chain `context`: "a run
	/// of `program` put out `output`".
	///
	/// A proof of several tasks has another statement, that of all its public values.
	#[must_use]
	pub fn statement(&self, context: &Hash, vk_hash: &Hash) -> Hash {
		let values = PublicValues::of_cairo_tasks(core::slice::from_ref(self));
		statement_hash(context, vk_hash, SystemId::Cairo.verifier_version(), &values)
	}
}

/// Why public values are not the tasks of a bootloader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TasksError {
	/// They are not eight words for each number.
	NotNumbers,
	/// The number at this place is not below Cairo's prime.
	NotCanonical {
		/// Its place, from 0.
		at: usize,
	},
	/// There is no number of tasks.
	NoCount,
	/// There are more tasks than the numbers after it have room for.
	TooManyTasks,
	/// A task's length has no room for itself and the program's hash.
	TaskTooShort {
		/// Its place among the tasks, from 0.
		task: usize,
	},
	/// A task ends after the last number.
	TaskTooLong {
		/// Its place among the tasks, from 0.
		task: usize,
	},
	/// Numbers follow the last task.
	TrailingNumbers,
}

impl Display for TasksError {
	fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
		formatter.write_str("expected the tasks of a Cairo bootloader, got ")?;
		match self {
			Self::NotNumbers => {
				write!(formatter, "public values that are not {FELT_WORDS} words a number")
			},
			Self::NotCanonical { at } => {
				write!(formatter, "a number that is not below Cairo's prime at place {at}")
			},
			Self::NoCount => formatter.write_str("no number at all"),
			Self::TooManyTasks => formatter.write_str("more tasks than there is room for"),
			Self::TaskTooShort { task } => write!(formatter, "a length below 2 at task {task}"),
			Self::TaskTooLong { task } => write!(formatter, "an end within task {task}"),
			Self::TrailingNumbers => formatter.write_str("numbers after the last task"),
		}
	}
}

impl Error for TasksError {}

impl PublicValues {
	/// The numbers that a Cairo program put out.
	///
	/// # Errors
	///
	/// [`TasksError::NotNumbers`], [`TasksError::NotCanonical`].
	pub fn felts(&self) -> Result<Vec<Felt>, TasksError> {
		let (numbers, rest) = self.elements().as_chunks::<FELT_WORDS>();
		if !rest.is_empty() {
			return Err(TasksError::NotNumbers);
		}
		let numbers = numbers.iter().enumerate();
		numbers
			.map(|(at, &words)| Felt::from_words(words).ok_or(TasksError::NotCanonical { at }))
			.collect()
	}

	/// The tasks that Cairo's simple bootloader put out: their number; then for each its length in numbers, this one
	/// included, its program's hash, its output.
	///
	/// They mean something only under a key whose program is the bootloader: any program can put out these numbers.
	///
	/// # Errors
	///
	/// One [`TasksError`] per cause.
	pub fn cairo_tasks(&self) -> Result<Vec<CairoTask>, TasksError> {
		let numbers = self.felts()?;
		let (count, mut rest) = numbers.split_first().ok_or(TasksError::NoCount)?;
		// Each takes two numbers at least: bounded before allocating.
		let count = count.length().filter(|&count| count <= rest.len() / 2);
		let count = count.ok_or(TasksError::TooManyTasks)?;
		let mut tasks = Vec::with_capacity(count);
		for task in 0..count {
			let too_long = TasksError::TaskTooLong { task };
			let (length, after) = rest.split_first().ok_or(too_long)?;
			let length = length.length().ok_or(too_long)?;
			let length = length.checked_sub(1).ok_or(TasksError::TaskTooShort { task })?;
			let (of_task, after) = after.split_at_checked(length).ok_or(too_long)?;
			let (&program, output) =
				of_task.split_first().ok_or(TasksError::TaskTooShort { task })?;
			tasks.push(CairoTask { program, output: output.to_vec() });
			rest = after;
		}
		match rest.is_empty() {
			true => Ok(tasks),
			false => Err(TasksError::TrailingNumbers),
		}
	}

	/// What Cairo's simple bootloader puts out if it runs `tasks`: [`PublicValues::cairo_tasks`] reads it.
	#[must_use]
	pub fn of_cairo_tasks(tasks: &[CairoTask]) -> Self {
		let mut numbers = Vec::from([Felt::from(tasks.len() as u64)]);
		for CairoTask { program, output } in tasks {
			let length = (output.len() as u64).saturating_add(2);
			numbers.extend([length.into(), *program]);
			numbers.extend(output);
		}
		Self::V1(numbers.iter().flat_map(|number| number.0).collect())
	}
}
