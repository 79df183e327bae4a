// SPDX-License-Identifier: Apache-2.0

//! The way back: parameters that reach given bits.
//!
//! [`search`] looks at all of a [`Space`]. For every blowup, extension and arity it takes the fewest
//! queries that are enough with the most grinding of the space, then the least grinding, site by
//! site, that is enough with these queries. Bits never fall with more queries or more grinding, so
//! bisection finds both: one query fewer, or one bit of grinding less, misses the floor.
//!
//! Bits are those of [`security_bits`]: exact. Proof bytes are an expectation, because queries that
//! meet share Merkle nodes, and the prover's work is a count of hash calls. Both only rank.

use super::rounds::{schedule, sum};
use super::{Report, Shape, security_bits};
use crate::cost::absorb;
use crate::quotient::power_of_two;
use crate::suite::DIGEST_BYTES;
use crate::supported;
use alloc::vec::Vec;
use assay_primitives::{ExtensionDegree, FriParams, HashKind, Policy, SecurityBits};
use core::cmp::Ordering;
use core::ops::RangeInclusive;
use libm::{exp, log1p, round, scalbn};

/// Where to search: a range for each parameter. A range of one value pins it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Space {
	/// Degrees of the extension field.
	pub extensions: Vec<ExtensionDegree>,
	/// See [`FriParams::log_blowup`].
	pub log_blowup: RangeInclusive<u8>,
	/// See [`FriParams::num_queries`].
	pub num_queries: RangeInclusive<u16>,
	/// See [`FriParams::log_final_poly_len`]. Lengths that the trace does not allow are left out.
	pub log_final_poly_len: RangeInclusive<u8>,
	/// See [`FriParams::max_log_arity`].
	pub max_log_arity: RangeInclusive<u8>,
	/// See [`FriParams::batch_grinding_bits`].
	pub batch_grinding_bits: RangeInclusive<u8>,
	/// See [`FriParams::commit_grinding_bits`].
	pub commit_grinding_bits: RangeInclusive<u8>,
	/// See [`FriParams::query_grinding_bits`].
	pub query_grinding_bits: RangeInclusive<u8>,
	/// See [`FriParams::ood_grinding_bits`].
	pub ood_grinding_bits: RangeInclusive<u8>,
}

/// What to have little of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Goal {
	/// Bytes of a proof.
	#[default]
	Smallest,
	/// Work of the prover. It grinds no more than an eighth of what committing takes, unless the
	/// bits are out of reach so.
	Fastest,
}

/// Parameters that reach the floor.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
	/// Degree of the extension field.
	pub extension: ExtensionDegree,
	/// FRI parameters.
	pub fri: FriParams,
	/// Their bits, step by step: exact.
	pub report: Report,
	/// Expected length of a proof in bytes, over random queries.
	pub proof_bytes: u64,
	/// Expected calls of the hash that the prover makes to commit and to grind.
	pub prover_hashes: u64,
}

impl Space {
	/// Parameters for everyday use, on traces of `2^degree_bits` rows: blowup 8, folding by 8, a
	/// final polynomial of length 8, and at most 16 bits of grinding before the queries, which takes
	/// 65,000 hashes.
	///
	/// The field of degree 5 is large enough for the other steps to need no grinding; the smaller
	/// one gets up to 20 bits at each of their sites.
	#[must_use]
	pub fn balanced(extension: ExtensionDegree, degree_bits: u8) -> Self {
		let others = match extension {
			ExtensionDegree::Four => 20,
			ExtensionDegree::Five => 0,
		};
		// Upstream's prover refuses a final polynomial as long as the trace.
		let log_final_poly_len = degree_bits.saturating_sub(1).min(3);
		Self {
			extensions: [extension].into(),
			log_blowup: 3..=3,
			log_final_poly_len: log_final_poly_len..=log_final_poly_len,
			max_log_arity: 3..=3,
			query_grinding_bits: 0..=16,
			..Self::all(others)
		}
	}

	/// Everything that the verifier supports, with grinding of at most this many bits at each site.
	#[must_use]
	pub fn all(max_grinding_bits: u8) -> Self {
		let grinding = 0..=max_grinding_bits.min(byte(supported::GRINDING_BITS.1));
		Self {
			extensions: [ExtensionDegree::Four, ExtensionDegree::Five].into(),
			log_blowup: bytes(supported::LOG_BLOWUP),
			num_queries: (supported::NUM_QUERIES.0 as u16)..=(supported::NUM_QUERIES.1 as u16),
			log_final_poly_len: bytes(supported::LOG_FINAL_POLY_LEN),
			max_log_arity: bytes(supported::MAX_LOG_ARITY),
			batch_grinding_bits: grinding.clone(),
			commit_grinding_bits: grinding.clone(),
			query_grinding_bits: grinding.clone(),
			ood_grinding_bits: grinding,
		}
	}

	/// The parameters `fri` and no others.
	#[must_use]
	pub fn only(extension: ExtensionDegree, fri: &FriParams) -> Self {
		// Exhaustive on purpose: a parameter that is added must be searched.
		let FriParams {
			log_blowup,
			num_queries,
			log_final_poly_len,
			max_log_arity,
			batch_grinding_bits,
			commit_grinding_bits,
			query_grinding_bits,
			ood_grinding_bits,
		} = *fri;
		Self {
			extensions: [extension].into(),
			log_blowup: log_blowup..=log_blowup,
			num_queries: num_queries..=num_queries,
			log_final_poly_len: log_final_poly_len..=log_final_poly_len,
			max_log_arity: max_log_arity..=max_log_arity,
			batch_grinding_bits: batch_grinding_bits..=batch_grinding_bits,
			commit_grinding_bits: commit_grinding_bits..=commit_grinding_bits,
			query_grinding_bits: query_grinding_bits..=query_grinding_bits,
			ood_grinding_bits: ood_grinding_bits..=ood_grinding_bits,
		}
	}

	/// The upper end of every range.
	#[must_use]
	pub const fn end(&self) -> FriParams {
		FriParams {
			log_blowup: *self.log_blowup.end(),
			num_queries: *self.num_queries.end(),
			log_final_poly_len: *self.log_final_poly_len.end(),
			max_log_arity: *self.max_log_arity.end(),
			batch_grinding_bits: *self.batch_grinding_bits.end(),
			commit_grinding_bits: *self.commit_grinding_bits.end(),
			query_grinding_bits: *self.query_grinding_bits.end(),
			ood_grinding_bits: *self.ood_grinding_bits.end(),
		}
	}

	/// Extension and upper end of every other range, for each blowup, extension and arity in the
	/// space that the verifier supports for `shape`.
	fn corners(&self, shape: &Shape) -> Vec<(ExtensionDegree, FriParams)> {
		let longest = shape.degree_bits.saturating_sub(1);
		let log_final_poly_len = longest.min(*self.log_final_poly_len.end());
		if log_final_poly_len < *self.log_final_poly_len.start() {
			return Vec::new();
		}
		let arities = bytes(supported::MAX_LOG_ARITY);
		let mut corners = Vec::new();
		for log_blowup in self.log_blowup.clone() {
			// The committed domain holds the quotient, and exists.
			let log_domain = sum(log_blowup, shape.degree_bits);
			if log_blowup < shape.log_num_quotient_chunks
				|| log_domain > usize::from(shape.field.two_adicity())
				|| !bytes(supported::LOG_BLOWUP).contains(&log_blowup)
			{
				continue;
			}
			for &extension in &self.extensions {
				for max_log_arity in self.max_log_arity.clone().filter(|a| arities.contains(a)) {
					let end = self.end();
					let fri = FriParams { log_blowup, log_final_poly_len, max_log_arity, ..end };
					corners.push((extension, fri));
				}
			}
		}
		corners
	}
}

/// The best parameters of `space` for each blowup that reaches `floor`, best first.
#[must_use]
pub fn search(
	space: &Space,
	shape: &Shape,
	hash: HashKind,
	floor: SecurityBits,
	goal: Goal,
) -> Vec<Suggestion> {
	let mut best: Vec<Suggestion> = Vec::new();
	for (extension, corner) in space.corners(shape) {
		let aim = Aim { space, shape, hash, extension, policy: Policy { floor } };
		let Some(fri) = aim.least(&corner, goal) else { continue };
		let lengths = *space.log_final_poly_len.start()..=corner.log_final_poly_len;
		for log_final_poly_len in lengths {
			let candidate = aim.suggest(&FriParams { log_final_poly_len, ..fri });
			// Corners come blowup by blowup.
			match best.last_mut().filter(|last| last.fri.log_blowup == fri.log_blowup) {
				None => best.push(candidate),
				Some(last) if goal.compare(&candidate, last).is_lt() => *last = candidate,
				Some(_) => (),
			}
		}
	}
	best.sort_by(|one, other| goal.compare(one, other));
	best
}

/// The parameters of `space` with the most proven bits for `shape`, and then the most conjectured;
/// `None` if the verifier supports none of them.
#[must_use]
pub fn strongest(
	space: &Space,
	shape: &Shape,
	hash: HashKind,
) -> Option<(ExtensionDegree, FriParams, Report)> {
	let mut best: Option<(ExtensionDegree, FriParams, Report)> = None;
	for (extension, fri) in space.corners(shape) {
		let report = security_bits(&fri, hash, extension, shape);
		let bits = |report: &Report| (report.bits.proven, report.bits.conjectured);
		if best.as_ref().is_none_or(|(_, _, best)| bits(&report) > bits(best)) {
			best = Some((extension, fri, report));
		}
	}
	best
}

/// Parameters for everyday use that reach `floor`: those of [`Space::balanced`] with the extension
/// of degree 5 and the fewest queries. `None` if no number of queries is enough.
#[must_use]
pub fn recommended(shape: &Shape, hash: HashKind, floor: SecurityBits) -> Option<Suggestion> {
	let space = Space::balanced(ExtensionDegree::Five, shape.degree_bits);
	search(&space, shape, hash, floor, Goal::Smallest).into_iter().next()
}

impl Goal {
	fn compare(self, one: &Suggestion, other: &Suggestion) -> Ordering {
		let bytes = one.proof_bytes.cmp(&other.proof_bytes);
		let work = one.prover_hashes.cmp(&other.prover_hashes);
		match self {
			Self::Smallest => bytes.then(work),
			Self::Fastest => work.then(bytes),
		}
	}
}

/// A parameter that says how much a prover grinds.
type Site = fn(&mut FriParams) -> &mut u8;

/// What a search wants, and for what.
struct Aim<'a> {
	space: &'a Space,
	shape: &'a Shape,
	hash: HashKind,
	extension: ExtensionDegree,
	policy: Policy,
}

impl Aim<'_> {
	fn report(&self, fri: &FriParams) -> Report {
		security_bits(fri, self.hash, self.extension, self.shape)
	}

	fn reached(&self, fri: &FriParams) -> bool {
		self.policy.admits(self.report(fri).bits).is_ok()
	}

	/// The fewest queries, then the least grinding; `None` if even `corner` is not enough.
	fn least(&self, corner: &FriParams, goal: Goal) -> Option<FriParams> {
		let mut fri = *corner;
		if goal == Goal::Fastest {
			fri = self.ground_little(&fri);
			if !self.reached(&fri) {
				fri = *corner;
			}
		}
		if !self.reached(&fri) {
			return None;
		}
		let queries = (*self.space.num_queries.start()).min(fri.num_queries);
		fri.num_queries = bisect(queries, fri.num_queries, |num_queries| {
			self.reached(&FriParams { num_queries, ..fri })
		});
		// The prover grinds once a round before folding: that first.
		for (site, range) in self.sites() {
			let most = u16::from(*site(&mut fri));
			let least = u16::from(*range.start()).min(most);
			*site(&mut fri) = bisect(least, most, |bits| {
				let mut less = fri;
				*site(&mut less) = bits as u8;
				self.reached(&less)
			}) as u8;
		}
		Some(fri)
	}

	/// `fri` with grinding that takes at most an eighth of the work of committing, or what the space
	/// asks for at least.
	fn ground_little(&self, fri: &FriParams) -> FriParams {
		let mut little = *fri;
		for (site, _) in self.sites() {
			*site(&mut little) = 0;
		}
		let grinds = schedule(fri, self.shape.degree_bits).len().saturating_add(3);
		let each = self.prover_hashes(&little) >> 3;
		let each = each.checked_div(grinds as u64).unwrap_or(0);
		let most = each.checked_ilog2().unwrap_or(0) as u8;
		for (site, range) in self.sites() {
			*site(&mut little) = most.max(*range.start()).min(*range.end());
		}
		little
	}

	fn sites(&self) -> [(Site, &RangeInclusive<u8>); 4] {
		[
			(|fri| &mut fri.commit_grinding_bits, &self.space.commit_grinding_bits),
			(|fri| &mut fri.batch_grinding_bits, &self.space.batch_grinding_bits),
			(|fri| &mut fri.ood_grinding_bits, &self.space.ood_grinding_bits),
			(|fri| &mut fri.query_grinding_bits, &self.space.query_grinding_bits),
		]
	}

	fn suggest(&self, fri: &FriParams) -> Suggestion {
		Suggestion {
			extension: self.extension,
			fri: *fri,
			report: self.report(fri),
			proof_bytes: self.proof_bytes(fri),
			prover_hashes: self.prover_hashes(fri),
		}
	}

	/// Columns of each commitment: trace, quotient, preprocessed.
	fn commitments(&self) -> impl Iterator<Item = u64> {
		let chunks = 1u64 << self.shape.log_num_quotient_chunks.min(31);
		let preprocessed = u64::from(self.shape.preprocessed_width);
		let quotient = chunks.saturating_mul(self.extension.get() as u64);
		let fixed = [u64::from(self.shape.width), quotient].into_iter();
		fixed.chain((preprocessed > 0).then_some(preprocessed))
	}

	/// Expected length of a proof: as `Key::proof_bytes_max`, with the number of Merkle siblings
	/// that random queries need instead of the largest.
	fn proof_bytes(&self, fri: &FriParams) -> u64 {
		let degree = self.extension.get() as f64;
		let queries = f64::from(fri.num_queries);
		let digest = DIGEST_BYTES as f64;
		let multi_proof = |log_leaves| 4.0 + digest * siblings(queries, log_leaves);
		let mut log_domain = sum(self.shape.degree_bits, fri.log_blowup);
		let rounds = schedule(fri, self.shape.degree_bits);
		let opened = self.shape.openings(self.extension);
		let mut total =
			2.0 * digest + 4.0 * degree * opened + 4.0 + rounds.len() as f64 * (digest + 4.0);
		for columns in self.commitments() {
			total += 4.0 * queries * columns as f64 + multi_proof(log_domain);
		}
		for log_arity in rounds {
			log_domain = log_domain.saturating_sub(log_arity);
			let answers = scalbn(1.0, log_arity as i32) - 1.0;
			total += 4.0 * degree * queries * answers + multi_proof(log_domain);
		}
		total += scalbn(4.0 * degree, fri.log_final_poly_len.into()) + 8.0;
		round(total) as u64
	}

	/// Expected calls of the hash to commit and to grind. The rest of a prover's work, such as
	/// Fourier transforms, grows with the same domain.
	fn prover_hashes(&self, fri: &FriParams) -> u64 {
		let mut log_domain = sum(self.shape.degree_bits, fri.log_blowup);
		let degree = self.extension.get() as u64;
		// A row each, and a compression for each node above.
		let tree = |log_leaves, columns| {
			absorb(self.hash, columns).saturating_add(1).saturating_mul(power_of_two(log_leaves))
		};
		let grinding = |bits: u8| if bits == 0 { 0 } else { 1u64 << bits.min(63) };
		let mut total = 0u64;
		for columns in self.commitments() {
			total = total.saturating_add(tree(log_domain, columns));
		}
		for log_arity in schedule(fri, self.shape.degree_bits) {
			log_domain = log_domain.saturating_sub(log_arity);
			let round = tree(log_domain, degree << log_arity.min(31));
			total = total.saturating_add(round).saturating_add(grinding(fri.commit_grinding_bits));
		}
		[fri.batch_grinding_bits, fri.query_grinding_bits, fri.ood_grinding_bits]
			.into_iter()
			.fold(total, |total, bits| total.saturating_add(grinding(bits)))
	}
}

/// Expected siblings in the Merkle proof of `queries` random leaves of a tree of `2^log_leaves`: on
/// each level, pairs of nodes of which one is on a path and the other is not.
fn siblings(queries: f64, log_leaves: usize) -> f64 {
	// (1 - 2^-level)^queries, the chance that no path meets a given node.
	let missed = |nodes: f64| exp(queries * log1p(-1.0 / nodes));
	(1..=log_leaves)
		.map(|level| {
			let nodes = scalbn(1.0, level as i32);
			nodes * (missed(nodes) - missed(nodes / 2.0))
		})
		.sum()
}

/// The least number from `low` to `high` that is `enough`, if every larger one is; `high` must be.
fn bisect(mut low: u16, mut high: u16, enough: impl Fn(u16) -> bool) -> u16 {
	while low < high {
		let middle = low.midpoint(high);
		if enough(middle) {
			high = middle;
		} else {
			low = middle.saturating_add(1);
		}
	}
	high
}

/// All of these bounds are below 256.
const fn byte(bound: u64) -> u8 {
	bound as u8
}

const fn bytes((low, high): (u64, u64)) -> RangeInclusive<u8> {
	byte(low)..=byte(high)
}
