// SPDX-License-Identifier: Apache-2.0

//! Bits of security of a FRI-based argument, step by step.
//!
//! A protocol has steps at which a false proof may slip through, and a hash whose collisions forge any
//! proof. The security of a key is that of its weakest step (round-by-round soundness), where a step's
//! bits are `-log2` of its error, plus the grinding that precedes its challenge. A proof system says what
//! its steps are and what each is worth under an analysis: [`Argument`]. The analyses, and what follows
//! from them, are here.
//!
//! Notation: `h` = log2 of the number of rows, `b` = log2 of the blowup, `n = 2^(h + b)`, `rho = 2^-b`,
//! `w` = log2 of the size of the extension field.
//!
//! Three analyses:
//!
//! - **Unique decoding** (proven). List size `L = 1`.
//! - **Johnson** (proven), for every multiplicity `m >= 3` that the trace allows; `L = (m+ + 1/2) /
//!   sqrt(rho-)`, where `1 + 1/2m+ = sqrt(rho / rho+) (1 + 1/2m)`. The best `m` counts.
//! - **Random words** (conjectured; a heuristic). `L = 1`, queries up to what random words allow.
//!
//! `proven` is the better of the first two: each is a bound in its own right. More queries or more
//! grinding help some steps for every `m` and harm none, and which `m` are allowed depends on the
//! height alone, so the best over `m` never falls either.
//!
//! **Proven** means by results that are published and reviewed (ADR 0011):
//!
//! - correlated agreement, of lines and of curves of degree `l`, for `l` times as many challenges:
//!   ePrint 2020/654 (FOCS 2020, J. ACM 2023), theorems 4.1 and 6.1 for unique decoding, 5.1 and 6.2
//!   for Johnson, 7.2 for points with weights, as the later rounds of FRI have them;
//! - the list size: Guruswami and Sudan, as in the same paper;
//! - round by round, after Fiat and Shamir: ePrint 2023/1071 (ASIACRYPT 2023).
//!
//! Constraints, out-of-domain point and grinding are ethSTARK's (ePrint 2021/582, sections 4 and 5),
//! random words ePrint 2025/2010's (section 1.5).
//!
//! [`recent`] has what Johnson is worth with the exceptional challenges of ePrint 2026/2056 (theorem
//! 5.12, appendix B), extended from lines to curves by an argument that is in a comment of
//! `p3-security` 0.8 and in no paper. It is for people to look at: nothing here calls it proven, and
//! no floor is compared with it.
//!
//! Arithmetic is `libm`'s: equal on every platform and in wasm, so that all nodes agree.

mod regimes;
mod report;

pub use regimes::{Bound, Code, POINTS, Radius, Regime, power_of_two};
pub use report::{Argument, MAX_MULTIPLICITY, Recent, Report, Step, recent, report, together};

use libm::log2;

/// Grinding that is credited at one step, at most. More is work that an attacker with hardware
/// does not feel as an honest prover does.
pub const MAX_CREDITED_GRINDING_BITS: u8 = 26;

/// Grinding bits, as far as they count.
#[must_use]
pub fn credited(bits: u8) -> f64 {
	f64::from(bits.min(MAX_CREDITED_GRINDING_BITS))
}

/// Bits of all queries. Without queries that count, grinding before them is worth nothing.
#[must_use]
pub fn queries(radius: &Radius, num_queries: u16, grinding_bits: u8) -> f64 {
	if num_queries == 0 || radius.query <= 0.0 {
		return 0.0;
	}
	f64::from(num_queries) * radius.query + credited(grinding_bits)
}

/// Bits of a fold of arity `a`, before grinding: a curve of degree `a - 1` in its challenge.
#[must_use]
pub fn fold(field_bits: f64, exceptional: f64, log_arity: u8) -> f64 {
	curve(field_bits, exceptional, power_of_two(log_arity))
}

/// Bits of a batch of `count` functions by powers of one challenge, before grinding: a curve of degree
/// `count - 1` in it.
#[must_use]
pub fn curve(field_bits: f64, exceptional: f64, count: f64) -> f64 {
	field_bits - exceptional - log2((count - 1.0).max(1.0))
}

/// No fewer bits than none.
#[must_use]
pub fn at_least_zero(bits: f64) -> f64 {
	if bits > 0.0 { bits } else { 0.0 }
}
