// SPDX-License-Identifier: Apache-2.0

//! Jobs on their way: the next one is proved and sent while those before it wait for finality.
//!
//! Finality takes several blocks. A service that waited for it between two jobs could not prove a block of every block:
//! its queue would grow for ever. Here a job leaves the prover when its proof is in the pool, and the queue is as
//! long as finality is.
//!
//! Nothing here is remembered: a job is pending until its verdict is final, so whatever ends this, the next start finds
//! all of it.

use crate::output::Failure;
use futures::FutureExt;
use futures::future::LocalBoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::pin::pin;

/// What became of a job for now.
pub enum Step<T> {
	/// It is on its way.
	Sent(T),
	/// It is settled: accepted, refused or put aside.
	Settled,
	/// The pool did not take it, or dropped it. It stays pending.
	Again,
}

/// The jobs, and what is done with one.
pub trait Work {
	/// A proof on its way.
	type Sent;

	/// The jobs that are not settled, ascending; those on their way among them.
	fn pending(&self) -> Result<Vec<u32>, Failure>;

	/// Proves a job, unless that is done, and sends the proof: it is in the pool when this returns. One job at a time,
	/// so that the pool has them in order and the account's nonces follow each other.
	async fn send(&self, number: u32) -> Result<Step<Self::Sent>, Failure>;

	/// Waits for the verdict on a proof that is on its way.
	async fn settle(&self, number: u32, sent: Self::Sent) -> Result<Step<Infallible>, Failure>;

	/// Waits for a new job.
	async fn news(&self);

	/// Waits before the next attempt.
	async fn pause(&self);
}

/// A job that waits for its verdict.
type Verdict<'a> = LocalBoxFuture<'a, (u32, Result<Step<Infallible>, Failure>)>;

/// Does jobs in their order, at most `most` of them on their way at once, until something fails.
pub async fn run<W: Work>(work: &W, most: usize) -> Result<Infallible, Failure> {
	let mut waiting: FuturesUnordered<Verdict<'_>> = FuturesUnordered::new();
	let mut sent: BTreeSet<u32> = BTreeSet::new();
	let mut again = false;
	loop {
		let pending = work.pending()?;
		let next = pending.into_iter().find(|number| !sent.contains(number));
		let next = next.filter(|_| sent.len() < most);
		let step = async move {
			if again {
				work.pause().await;
			}
			match next {
				Some(number) => work.send(number).await,
				None => {
					work.news().await;
					Ok(Step::Settled)
				},
			}
		};
		let mut step = pin!(step);
		let mut dropped = false;
		let step = loop {
			tokio::select! {
				step = &mut step => break step?,
				Some((number, settled)) = waiting.next(), if !waiting.is_empty() => {
					sent.remove(&number);
					dropped |= matches!(settled?, Step::Again);
					// There may be a job to take up; one that is being proved is let go on.
					if next.is_none() {
						break Step::Settled;
					}
				},
			}
		};
		again = dropped || matches!(step, Step::Again);
		if let (Some(number), Step::Sent(proof)) = (next, step) {
			sent.insert(number);
			waiting.push(async move { (number, work.settle(number, proof).await) }.boxed_local());
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::output::Exit;
	use std::cell::{Cell, RefCell};
	use std::collections::BTreeMap;
	use std::future::poll_fn;
	use std::sync::Arc;
	use std::sync::atomic::{AtomicBool, Ordering};
	use std::task::{Context, Poll, Wake, Waker};

	/// Seconds from block to block.
	const BLOCK: u64 = 6;
	/// Blocks from a block to its finality.
	const LAG: u64 = 3;
	/// Seconds that a proof takes.
	const PROOF: u64 = 2;
	/// Proofs that the pool takes of an account.
	const POOL: usize = 20;

	/// A chain and a prover in virtual time: one job a block, and every proof in the next block that has room.
	#[derive(Default)]
	struct Sim {
		now: Cell<u64>,
		timers: RefCell<Vec<(u64, Waker)>>,
		/// On disk.
		jobs: RefCell<BTreeSet<u32>>,
		/// In the pool, by nonce.
		pool: RefCell<BTreeMap<u64, u32>>,
		nonce: Cell<u64>,
		/// The block that has a proof.
		blocks: RefCell<BTreeMap<u32, u64>>,
		accepted: RefCell<Vec<u32>>,
		/// Proofs that were made.
		proved: RefCell<Vec<u32>>,
		proving: Cell<bool>,
		/// Blocks without room for proofs.
		full: (u64, u64),
		/// Blocks in which finality stands still.
		stalled: (u64, u64),
		/// The block that drops the pool.
		drops: u64,
		longest_queue: Cell<usize>,
		longest_pool: Cell<usize>,
	}

	struct Flag(AtomicBool);

	impl Wake for Flag {
		fn wake(self: Arc<Self>) {
			self.0.store(true, Ordering::Relaxed);
		}
	}

	impl Sim {
		fn height(&self) -> u64 {
			self.now.get() / BLOCK
		}

		fn final_height(&self) -> u64 {
			let (from, to) = self.stalled;
			let height = self.height();
			if (from..to).contains(&height) { from - LAG } else { height.saturating_sub(LAG) }
		}

		async fn until(&self, done: impl Fn() -> bool) {
			poll_fn(|context| {
				if done() {
					return Poll::Ready(());
				}
				let next = self.now.get() + 1;
				self.timers.borrow_mut().push((next, context.waker().clone()));
				Poll::Pending
			})
			.await;
		}

		async fn sleep(&self, seconds: u64) {
			let end = self.now.get() + seconds;
			self.until(|| self.now.get() >= end).await;
		}

		/// The next second.
		fn tick(&self) {
			let before = self.final_height();
			self.now.set(self.now.get() + 1);
			if self.now.get().is_multiple_of(BLOCK) {
				let height = self.height();
				if height == self.drops {
					self.pool.borrow_mut().clear();
				}
				if !(self.full.0..self.full.1).contains(&height) {
					for (_, number) in std::mem::take(&mut *self.pool.borrow_mut()) {
						let had = self.blocks.borrow_mut().insert(number, height);
						assert_eq!(had, None, "block {number} is proved twice on the chain");
					}
				}
				// A justification a round: of a head, whatever it finalises.
				if self.final_height() > before {
					self.jobs.borrow_mut().insert(self.final_height() as u32);
				}
			}
			let now = self.now.get();
			let timers = std::mem::take(&mut *self.timers.borrow_mut());
			let (due, later): (Vec<_>, Vec<_>) = timers.into_iter().partition(|(at, _)| *at <= now);
			self.timers.borrow_mut().extend(later);
			due.into_iter().for_each(|(_, waker)| waker.wake());
			let queue = self.jobs.borrow().len();
			self.longest_queue.set(self.longest_queue.get().max(queue));
			self.longest_pool.set(self.longest_pool.get().max(self.pool.borrow().len()));
		}

		/// Runs a service from now to a block.
		fn run(&self, most: usize, height: u64) -> Option<Failure> {
			self.run_to(most, height * BLOCK)
		}

		/// Runs a service from now to a second; what is in its memory is lost then.
		fn run_to(&self, most: usize, end: u64) -> Option<Failure> {
			let flag = Arc::new(Flag(AtomicBool::new(true)));
			let waker = Waker::from(flag.clone());
			let mut context = Context::from_waker(&waker);
			let mut service = pin!(run(self, most));
			while self.now.get() < end {
				while flag.0.swap(false, Ordering::Relaxed) {
					if let Poll::Ready(Err(failure)) = service.as_mut().poll(&mut context) {
						return Some(failure);
					}
				}
				self.tick();
			}
			None
		}
	}

	impl Work for Sim {
		type Sent = u64;

		fn pending(&self) -> Result<Vec<u32>, Failure> {
			Ok(self.jobs.borrow().iter().copied().collect())
		}

		async fn send(&self, number: u32) -> Result<Step<u64>, Failure> {
			assert!(!self.proving.replace(true), "one job at a time");
			if !self.proved.borrow().contains(&number) {
				self.sleep(PROOF).await;
				self.proved.borrow_mut().push(number);
			}
			self.proving.set(false);
			if self.blocks.borrow().contains_key(&number) {
				// The chain holds it: the answer was lost.
				return Ok(Step::Sent(u64::MAX));
			}
			let mut pool = self.pool.borrow_mut();
			if pool.values().any(|&other| other == number) {
				return Err(Failure::new(Exit::Internal, "the same job twice in the pool"));
			}
			if pool.len() >= POOL {
				return Ok(Step::Again);
			}
			let nonce = self.nonce.get();
			self.nonce.set(nonce + 1);
			pool.insert(nonce, number);
			Ok(Step::Sent(nonce))
		}

		async fn settle(&self, number: u32, nonce: u64) -> Result<Step<Infallible>, Failure> {
			let block = || self.blocks.borrow().get(&number).copied();
			let final_block = || block().is_some_and(|block| block <= self.final_height());
			let gone = || {
				nonce != u64::MAX && block().is_none() && !self.pool.borrow().contains_key(&nonce)
			};
			self.until(|| final_block() || gone()).await;
			if gone() {
				return Ok(Step::Again);
			}
			assert!(self.jobs.borrow_mut().remove(&number), "block {number} is settled twice");
			self.accepted.borrow_mut().push(number);
			Ok(Step::Settled)
		}

		async fn news(&self) {
			self.sleep(1).await;
		}

		async fn pause(&self) {
			self.sleep(BLOCK).await;
		}
	}

	/// The proof of a block is final two blocks of proving and inclusion and `LAG` blocks of finality later.
	const SHORT: usize = LAG as usize + 2;

	#[test]
	fn the_queue_stays_short_at_one_proof_a_block_for_two_hundred_blocks() {
		let sim = Sim::default();
		assert!(sim.run(16, 200 + LAG).is_none());
		assert!(sim.longest_queue.get() <= SHORT, "{} jobs waited", sim.longest_queue.get());
		let accepted = sim.accepted.borrow();
		assert!(accepted.len() >= 200 - SHORT, "{} proofs", accepted.len());
		assert!(accepted.is_sorted(), "{accepted:?}");
		assert_eq!(*accepted, (1..=accepted.len() as u32).collect::<Vec<_>>());
	}

	/// What this is for: with one job on its way at a time the queue grows by most of every block.
	#[test]
	fn waiting_for_finality_between_two_jobs_falls_behind() {
		let sim = Sim::default();
		assert!(sim.run(1, 200 + LAG).is_none());
		assert!(sim.longest_queue.get() > 140, "{} jobs waited", sim.longest_queue.get());
	}

	#[test]
	fn no_more_proofs_are_on_their_way_than_allowed_and_the_rest_catches_up() {
		let sim = Sim { full: (50, 80), ..Sim::default() };
		assert!(sim.run(8, 160).is_none());
		assert_eq!(sim.longest_pool.get(), 8);
		assert!(sim.longest_queue.get() > 20, "{} jobs waited", sim.longest_queue.get());
		assert!(sim.jobs.borrow().len() <= SHORT, "{} jobs wait", sim.jobs.borrow().len());
		assert_eq!(sim.accepted.borrow().len() + sim.jobs.borrow().len(), 160 - LAG as usize);
	}

	#[test]
	fn a_pool_that_is_full_or_drops_proofs_is_tried_again() {
		let sim = Sim { full: (20, 60), drops: 55, ..Sim::default() };
		assert!(sim.run(30, 120).is_none());
		assert_eq!(sim.longest_pool.get(), POOL);
		assert!(sim.jobs.borrow().len() <= SHORT, "{} jobs wait", sim.jobs.borrow().len());
		assert_eq!(sim.accepted.borrow().len() + sim.jobs.borrow().len(), 120 - LAG as usize);
	}

	#[test]
	fn finality_that_stands_still_loses_nothing() {
		let sim = Sim { stalled: (50, 90), ..Sim::default() };
		assert!(sim.run(16, 140).is_none());
		assert!(sim.longest_queue.get() <= SHORT, "{} jobs waited", sim.longest_queue.get());
		assert!(sim.jobs.borrow().len() <= SHORT);
	}

	#[test]
	fn a_service_that_is_killed_anywhere_settles_each_job_once() {
		for second in 0..4 * BLOCK {
			let sim = Sim::default();
			for block in [20, 21, 40] {
				assert!(sim.run_to(16, block * BLOCK + second).is_none());
				// What the dead process was proving; and the pool forgets at times.
				sim.proving.set(false);
				sim.pool.borrow_mut().clear();
			}
			assert!(sim.run(16, 80).is_none());
			let mut accepted = sim.accepted.borrow().clone();
			accepted.sort_unstable();
			let last = accepted.last().copied().unwrap_or_default();
			assert_eq!(accepted, (1..=last).collect::<Vec<_>>(), "killed {second} s later");
			assert!(last >= 70, "{last}");
		}
	}

	#[test]
	fn a_failure_ends_it_and_leaves_the_jobs() {
		let sim = Sim { full: (0, 100), ..Sim::default() };
		assert!(sim.run(16, 10).is_none());
		// The pool remembers what the service forgot.
		let failure = sim.run(16, 20).map(|failure| failure.exit());
		assert_eq!(failure, Some(Exit::Internal));
		assert!(sim.jobs.borrow().contains(&1));
	}
}
