// SPDX-License-Identifier: Apache-2.0

//! A block import that times whole blocks.

use crate::{
	BlockTimes, Timing,
	stage::{self, Stage, Totals},
};
use sc_consensus::{BlockCheckParams, BlockImport, BlockImportParams, ImportResult, StateAction};
use sp_runtime::traits::{Block, Header};
use std::{
	future::Future,
	pin::Pin,
	sync::Arc,
	task::{Context, Poll},
	time::{Duration, Instant},
};

/// The charge of an imported block: the time that its weight stands for, or `None` if the state does
/// not have it.
pub type Charged<Hash> = Arc<dyn Fn(Hash) -> Option<Duration> + Send + Sync>;

/// A block import that times whole blocks.
#[derive(Clone)]
pub struct TimedImport<I, Hash> {
	inner: I,
	timing: Timing,
	stage: Stage,
	charged: Charged<Hash>,
}

impl Timing {
	/// Times the blocks that `inner` imports, as the import queue does ([`Stage::Import`]) or the
	/// worker that writes blocks ([`Stage::Author`]).
	pub fn import<I, Hash>(
		&self,
		inner: I,
		stage: Stage,
		charged: Charged<Hash>,
	) -> TimedImport<I, Hash> {
		TimedImport { inner, timing: self.clone(), stage, charged }
	}
}

#[async_trait::async_trait]
impl<B: Block, I: BlockImport<B> + Send + Sync> BlockImport<B> for TimedImport<I, B::Hash> {
	type Error = I::Error;

	async fn check_block(&self, block: BlockCheckParams<B>) -> Result<ImportResult, Self::Error> {
		self.inner.check_block(block).await
	}

	async fn import_block(&self, block: BlockImportParams<B>) -> Result<ImportResult, Self::Error> {
		let (pre_hash, hash) = (block.header.hash(), block.post_hash());
		let executes =
			matches!(block.state_action, StateAction::Execute | StateAction::ExecuteIfPossible);
		let start = Instant::now();
		let import = self.inner.import_block(block);
		let (result, totals) = Summed { inner: import, totals: Totals::default() }.await;
		let took = start.elapsed();
		// A known block, or one without execution, would only dilute the figures.
		if matches!(result, Ok(ImportResult::Imported(_))) {
			let own = self.timing.take_built(pre_hash.as_ref());
			let (took, totals) = match (self.stage, own) {
				(Stage::Author, Some(own)) => (took + own.took, own.totals),
				(_, None) if executes => (took, totals),
				_ => return result,
			};
			let charged = (self.charged)(hash);
			self.timing.imported(&BlockTimes { stage: self.stage, took, totals, charged });
		}
		result
	}
}

/// A future whose polls add to its own sums, on any thread.
struct Summed<F> {
	inner: F,
	totals: Totals,
}

impl<F: Future + Unpin> Future for Summed<F> {
	type Output = (F::Output, Totals);

	fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
		let outer = stage::swap_totals(self.totals);
		let answer = Pin::new(&mut self.inner).poll(context);
		self.totals = stage::swap_totals(outer);
		answer.map(|output| (output, self.totals))
	}
}
