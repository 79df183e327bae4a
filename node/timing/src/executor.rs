// SPDX-License-Identifier: Apache-2.0

//! An executor that notes the purpose of each call of the runtime.

use crate::{
	Timing,
	stage::{self, Stage},
};
use sc_executor::{RuntimeVersion, RuntimeVersionOf};
use sp_core::traits::{CallContext, CodeExecutor, ReadRuntimeVersion, RuntimeCode};
use sp_crypto_hashing::blake2_256;
use sp_externalities::Externalities;
use std::time::Instant;

/// An executor whose calls have a [`Stage`].
#[derive(Clone)]
pub struct StagedExecutor<E> {
	inner: E,
	timing: Timing,
}

impl Timing {
	/// Notes the purpose of each call of `executor`.
	pub fn executor<E>(&self, executor: E) -> StagedExecutor<E> {
		StagedExecutor { inner: executor, timing: self.clone() }
	}
}

/// A call in progress; its end, by a panic too, restores the former stage.
struct Call<'a> {
	timing: &'a Timing,
	stage: Stage,
	outer: Stage,
}

impl<'a> Call<'a> {
	fn begin(timing: &'a Timing, stage: Stage) -> Self {
		timing.calling(stage, 1);
		Self { timing, stage, outer: stage::enter(stage) }
	}
}

impl Drop for Call<'_> {
	fn drop(&mut self) {
		stage::enter(self.outer);
		self.timing.calling(self.stage, -1);
	}
}

impl<E: CodeExecutor> CodeExecutor for StagedExecutor<E> {
	type Error = E::Error;

	fn call(
		&self,
		ext: &mut dyn Externalities,
		runtime_code: &RuntimeCode,
		method: &str,
		data: &[u8],
		context: CallContext,
	) -> (Result<Vec<u8>, Self::Error>, bool) {
		let stage = Stage::of(context, method);
		let _call = Call::begin(&self.timing, stage);
		if stage == Stage::Author && method == "Core_initialize_block" {
			stage::begin_building();
		}
		let start = Instant::now();
		let answer = self.inner.call(ext, runtime_code, method, data, context);
		stage::add_execution(start.elapsed());
		// The result is the header of the block, without its seal.
		if stage == Stage::Author
			&& method == "BlockBuilder_finalize_block"
			&& let (Ok(header), _) = &answer
			&& let Some((took, totals)) = stage::end_building()
		{
			self.timing.built(blake2_256(header), took, totals);
		}
		answer
	}
}

impl<E: ReadRuntimeVersion> ReadRuntimeVersion for StagedExecutor<E> {
	fn read_runtime_version(
		&self,
		wasm_code: &[u8],
		ext: &mut dyn Externalities,
	) -> Result<Vec<u8>, String> {
		self.inner.read_runtime_version(wasm_code, ext)
	}
}

impl<E: RuntimeVersionOf> RuntimeVersionOf for StagedExecutor<E> {
	fn runtime_version(
		&self,
		ext: &mut dyn Externalities,
		runtime_code: &RuntimeCode,
	) -> Result<RuntimeVersion, sc_executor::error::Error> {
		self.inner.runtime_version(ext, runtime_code)
	}
}
