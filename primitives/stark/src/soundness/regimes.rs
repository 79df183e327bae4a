// SPDX-License-Identifier: Apache-2.0

//! The analyses: how far from the code a false word may be, and what that costs.

use core::f64::consts::LOG2_E;
use libm::{log2, scalbn, sqrt};

/// Points at which a column is opened, at most, and a quotient by them takes away.
pub const POINTS: f64 = 2.0;

/// The analysis that gives the proven bits. Both are ePrint 2020/654's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regime {
	/// Up to the unique-decoding radius: theorems 4.1 and 6.1.
	UniqueDecoding,
	/// Up to the Johnson radius, less a margin that the multiplicity sets: theorems 5.1 and 6.2.
	Johnson {
		/// The multiplicity `m` that gives the most bits.
		multiplicity: u32,
	},
}

/// Whose count of exceptional challenges under Johnson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
	/// ePrint 2020/654, theorems 5.1 and 6.2: published, reviewed, and the only one that is proven.
	Published,
	/// ePrint 2026/2056, theorem 5.12, carried over to curves by p3-security: newer and unreviewed.
	Recent,
}

/// The code of a round: words of a space of dimension `2^log_degree + excess` on a domain that is
/// `2^log_blowup` times `2^log_degree` points.
#[derive(Clone, Copy, Debug)]
pub struct Code {
	/// `h`.
	pub log_degree: u8,
	/// `b`.
	pub log_blowup: u8,
	/// Dimensions above `2^h`: none for polynomials, one on the circle.
	pub excess: f64,
}

/// How far from the code a word may be, and what that costs.
#[derive(Clone, Copy, Debug)]
pub struct Radius {
	/// Bits of one query.
	pub query: f64,
	/// log2 of the number of challenges, for two functions, that make a far word look near when
	/// folding; the same when batching.
	pub exceptional: (f64, f64),
	/// log2 of the list size `L`.
	pub list: f64,
}

impl Code {
	/// log2 of the size of the domain, `n`.
	fn log_domain(self) -> f64 {
		f64::from(self.log_degree) + f64::from(self.log_blowup)
	}

	/// Exceptional challenges at list size 1: `n + 1` when folding, `n` when batching.
	fn exceptional(self) -> (f64, f64) {
		(log2(scalbn(1.0, self.log_domain() as i32) + 1.0), self.log_domain())
	}

	/// Dimensions above `2^h` where quotients by opened points count too.
	fn quotient_excess(self) -> f64 {
		self.excess + POINTS
	}

	/// Bits of a query: `-log2((1 + rho+) / 2)`, `rho+ = (2^h + excess + 2) / n`.
	#[must_use]
	pub fn unique_decoding(self) -> Radius {
		let rows = power_of_two(self.log_degree);
		let rate = (rows + self.quotient_excess()) / scalbn(1.0, self.log_domain() as i32);
		Radius { query: 1.0 - log2(1.0 + rate), exceptional: self.exceptional(), list: 0.0 }
	}

	/// Bits of a query: `-log2(rho + rho * log2(e / rho) / w)`.
	#[must_use]
	pub fn random_words(self, field_bits: f64) -> Radius {
		let blowup = f64::from(self.log_blowup);
		// Rewritten so that a tiny rate loses no digits.
		let query = blowup - log2(1.0 + (LOG2_E + blowup) / field_bits);
		Radius { query, exceptional: self.exceptional(), list: 0.0 }
	}

	/// Bits of a query: `-log2(sqrt(rho) * (1 + 1/2m))`.
	///
	/// The published theorem speaks of the rate that the code has, so its query is by `(2^h + excess) / n`;
	/// the recent bound is shown as p3-security has it, with the nominal one.
	///
	/// `None` where the theorem does not apply, and then not for any larger `m` either.
	#[must_use]
	pub fn johnson(self, multiplicity: u32, bound: Bound) -> Option<Radius> {
		let m = f64::from(multiplicity);
		let rows = power_of_two(self.log_degree);
		let blowup = f64::from(self.log_blowup);
		if self.log_degree == 0 || self.log_blowup == 0 {
			return None;
		}
		// The radius must lie beyond the rate of the quotient by the opened points:
		// m < 1 / (2 (sqrt(1 + e) - 1)) = (sqrt(1 + e) + 1) / 2e, e = 2 / 2^h (1 of 2021/582).
		let excess = self.quotient_excess() / rows;
		if 2.0 * excess * m >= sqrt(1.0 + excess) + 1.0 {
			return None;
		}
		let exceptional = self.johnson_exceptional(m, bound);
		let (rate, list) = match bound {
			Bound::Published => (blowup - log2(1.0 + self.excess / rows), self.candidates(m)),
			Bound::Recent => (blowup, log2(m + 0.5) + blowup / 2.0),
		};
		Some(Radius {
			query: rate / 2.0 - log2(1.0 + 0.5 / m),
			exceptional: (exceptional, exceptional),
			list,
		})
	}

	/// log2 of the number of exceptional challenges for two functions, `C`.
	#[must_use]
	pub fn johnson_exceptional(self, m: f64, bound: Bound) -> f64 {
		let rate = self.lower_rate();
		match bound {
			// C = (m + 1/2)^7 n^2 / (3 rho-^(3/2)).
			Bound::Published => {
				7.0 * log2(m + 0.5) + 2.0 * self.log_domain() - log2(3.0) - 1.5 * rate
			},
			// C = 8n (m + 1/2)^3 / (3 rho-).
			Bound::Recent => log2(8.0 / 3.0) + self.log_domain() + 3.0 * log2(m + 0.5) - rate,
		}
	}

	/// log2 of `(2m + 1) (n + 1) / sqrt(rho-)`: exceptional challenges of a later round, besides its own
	/// `C`, for its points count by how many of the first domain's `n` they stand for (theorem 7.2 of
	/// 2020/654).
	#[must_use]
	pub fn johnson_weighted(self, m: f64) -> f64 {
		self.list(m) + 1.0 + self.exceptional().0
	}

	/// log2 of `(m + 1/2) / sqrt(rho-)`.
	fn list(self, m: f64) -> f64 {
		log2(m + 0.5) - self.lower_rate() / 2.0
	}

	/// log2 of the list size, `L = (m+ + 1/2) / sqrt(rho-)`: what a committed word may be near to has as many
	/// dimensions more as points that it is opened at, so the same radius is another multiplicity of that code's,
	/// `1 + 1/2m+ = sqrt(rho / rho+) (1 + 1/2m)`.
	fn candidates(self, m: f64) -> f64 {
		let rows = power_of_two(self.log_degree) + self.excess;
		let more = sqrt(rows / (rows + POINTS)) * (1.0 + 0.5 / m) - 1.0;
		// That it is above zero is what the theorem asks.
		if more > 0.0 { self.list(0.5 / more) } else { f64::INFINITY }
	}

	/// log2 of `rho- = (2^h - 1) / n`, the lower of the rates in use: it is in denominators.
	fn lower_rate(self) -> f64 {
		log2(1.0 - 1.0 / power_of_two(self.log_degree)) - f64::from(self.log_blowup)
	}
}

/// `2^log`.
#[must_use]
pub fn power_of_two(log: u8) -> f64 {
	scalbn(1.0, i32::from(log))
}
