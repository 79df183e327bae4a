// SPDX-License-Identifier: Apache-2.0

//! A stop that says nothing of failures. The pool's `txpool-background` waits for its channel within a poll, so a
//! stop reaches it only when the pool is dropped: then it ends, and upstream logs that an essential task failed.

use futures::future::{BoxFuture, FutureExt};
use sc_service::SpawnEssentialTaskHandle;
use sp_core::traits::SpawnEssentialNamed;
use std::{future::poll_fn, task::Poll};

/// Spawns essential tasks that may end in a stop.
#[derive(Clone)]
pub struct MayEnd(pub SpawnEssentialTaskHandle);

impl SpawnEssentialNamed for MayEnd {
	fn spawn_essential_blocking(
		&self,
		name: &'static str,
		group: Option<&'static str>,
		future: BoxFuture<'static, ()>,
	) {
		self.0.spawn_blocking(name, group, and_look_once_more(future));
	}

	fn spawn_essential(
		&self,
		name: &'static str,
		group: Option<&'static str>,
		future: BoxFuture<'static, ()>,
	) {
		self.0.spawn(name, group, and_look_once_more(future));
	}
}

/// The task, and one more poll after it: whoever polls it looks first whether the node stops. If it does not, the
/// task has failed, and ends.
fn and_look_once_more(future: BoxFuture<'static, ()>) -> BoxFuture<'static, ()> {
	async move {
		future.await;
		let mut looked = false;
		poll_fn(|context| {
			if std::mem::replace(&mut looked, true) {
				return Poll::Ready(());
			}
			context.waker().wake_by_ref();
			Poll::Pending
		})
		.await;
	}
	.boxed()
}

#[cfg(test)]
mod tests {
	use super::*;
	use futures::{
		channel::oneshot,
		executor::block_on,
		future::{Either, select},
	};

	/// Whether a node sees that it stops before it sees that the task ended. It asks as upstream does.
	fn sees_the_stop_first(
		task: impl FnOnce(oneshot::Sender<()>) -> BoxFuture<'static, ()>,
		wrap: fn(BoxFuture<'static, ()>) -> BoxFuture<'static, ()>,
	) -> bool {
		let (stop, stopped) = oneshot::channel();
		let task = wrap(task(stop));
		matches!(block_on(select(stopped, task)), Either::Left(_))
	}

	#[test]
	fn a_task_that_ends_by_a_stop_has_not_failed() {
		// The stop comes while the task is polled.
		let task = |stop: oneshot::Sender<()>| async move { drop(stop) }.boxed();
		assert!(!sees_the_stop_first(task, |future| future), "upstream's way");
		assert!(sees_the_stop_first(task, and_look_once_more));
	}

	#[test]
	fn a_task_that_ends_by_itself_has_failed() {
		let kept = std::sync::Mutex::new(None);
		let task = |stop| {
			*kept.lock().unwrap() = Some(stop);
			async {}.boxed()
		};
		assert!(!sees_the_stop_first(task, and_look_once_more));
	}
}
