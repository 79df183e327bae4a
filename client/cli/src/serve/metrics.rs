// SPDX-License-Identifier: Apache-2.0

//! What the service tells Prometheus: docs/metrics.md.

use super::witness::Twin;
use crate::output::{Exit, Failure};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, header};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::time::Duration;
use substrate_prometheus_endpoint::prometheus::{
	Encoder, Histogram, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, IntGaugeVec, Opts,
	Registry, TextEncoder,
};
use tokio::net::TcpListener;

/// Upper bounds in seconds, the objective (5.5 s) among them; the lowest are for STWO.
const SECONDS: [f64; 14] =
	[0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 1.5, 2.0, 3.2, 4.0, 5.5, 8.0, 15.0, 60.0];

/// Upper bounds of a proof's length in bytes.
const BYTES: [f64; 7] =
	[16_384.0, 32_768.0, 65_536.0, 131_072.0, 262_144.0, 524_288.0, 1_048_576.0];

/// The proof system and the AIR of every series.
const LABELS: [&str; 2] = ["proof_system", "air"];

/// Why something did not work.
#[derive(Clone, Copy, Debug)]
pub enum Trouble {
	/// The node could not be reached, or did not answer.
	Connection,
	/// No proof can be made of what the chain said.
	Witness,
	/// The prover failed.
	Prover,
	/// The pool did not take the call.
	Pool,
	/// The chain refused the proof.
	Refused,
	/// Too many jobs wait: a block was left out.
	Queue,
}

impl Trouble {
	const ALL: [Self; 6] =
		[Self::Connection, Self::Witness, Self::Prover, Self::Pool, Self::Refused, Self::Queue];

	const fn label(self) -> &'static str {
		match self {
			Self::Connection => "connection",
			Self::Witness => "witness",
			Self::Prover => "prover",
			Self::Pool => "pool",
			Self::Refused => "refused",
			Self::Queue => "queue_full",
		}
	}
}

/// Every series of the service.
pub struct Metrics {
	registry: Registry,
	/// Values of [`LABELS`].
	labels: [&'static str; 2],
	seconds: Histogram,
	bytes: Histogram,
	queue: IntGauge,
	accepted: IntCounterVec,
	failures: IntCounterVec,
}

impl Metrics {
	/// All series of a service for `twin`, at zero.
	pub fn new(twin: Twin) -> Result<Self, Failure> {
		Self::register([twin.proof_system(), twin.air()])
			.map_err(|error| Failure::new(Exit::Internal, error))
	}

	fn register(
		labels: [&'static str; 2],
	) -> substrate_prometheus_endpoint::prometheus::Result<Self> {
		let registry = Registry::new();
		let histogram = |name: &str, help: &str, buckets: &[f64]| {
			let opts = HistogramOpts::new(name, help).buckets(buckets.to_vec());
			let metric = HistogramVec::new(opts, &LABELS)?;
			registry.register(Box::new(metric.clone()))?;
			metric.get_metric_with_label_values(&labels)
		};
		let seconds = histogram("assay_prove_seconds", "Time to prove, with the trace", &SECONDS)?;
		let bytes = histogram("assay_prove_proof_bytes", "Length of the proofs made", &BYTES)?;
		let queue = IntGaugeVec::new(
			Opts::new("assay_prove_queue", "Blocks that wait to be proved or accepted"),
			&LABELS,
		)?;
		registry.register(Box::new(queue.clone()))?;
		let accepted = IntCounterVec::new(
			Opts::new("assay_prove_accepted_total", "Proofs that the chain accepted"),
			&LABELS,
		)?;
		registry.register(Box::new(accepted.clone()))?;
		let failures = IntCounterVec::new(
			Opts::new("assay_prove_failures_total", "What did not work, by reason"),
			&["proof_system", "air", "reason"],
		)?;
		registry.register(Box::new(failures.clone()))?;
		let metrics = Self {
			seconds,
			bytes,
			queue: queue.get_metric_with_label_values(&labels)?,
			accepted,
			failures,
			registry,
			labels,
		};
		metrics.accepted.with_label_values(&labels);
		for trouble in Trouble::ALL {
			metrics.failures.with_label_values(&[labels[0], labels[1], trouble.label()]);
		}
		Ok(metrics)
	}

	/// Where they are read.
	pub const fn registry(&self) -> &Registry {
		&self.registry
	}

	/// A proof was made.
	pub fn proved(&self, time: Duration, bytes: usize) {
		self.seconds.observe(time.as_secs_f64());
		self.bytes.observe(bytes as f64);
	}

	/// So many jobs wait.
	pub fn queue(&self, jobs: usize) {
		self.queue.set(jobs as i64);
	}

	/// The chain has a statement more.
	pub fn accepted(&self) {
		self.accepted.with_label_values(&self.labels).inc();
	}

	/// Something did not work.
	pub fn failed(&self, trouble: Trouble) {
		let [proof_system, air] = self.labels;
		self.failures.with_label_values(&[proof_system, air, trouble.label()]).inc();
	}
}

/// Serves `/metrics` until it is dropped.
pub async fn serve(listener: TcpListener, registry: Registry) {
	loop {
		let Ok((stream, _)) = listener.accept().await else {
			tokio::time::sleep(Duration::from_millis(100)).await;
			continue;
		};
		let registry = registry.clone();
		let answer = service_fn(move |request: Request<Incoming>| {
			let answer = answer(request.uri().path(), &registry);
			async { Ok::<_, Infallible>(answer) }
		});
		let connection = http1::Builder::new()
			.keep_alive(false)
			.timer(TokioTimer::new())
			.header_read_timeout(Duration::from_secs(5))
			.serve_connection(TokioIo::new(stream), answer);
		// A reader that goes away is not an error.
		tokio::spawn(tokio::time::timeout(Duration::from_secs(10), connection));
	}
}

fn answer(path: &str, registry: &Registry) -> Response<Full<Bytes>> {
	let mut body = Vec::new();
	let status = if path != "/metrics" {
		body.extend(b"There is /metrics.\n");
		StatusCode::NOT_FOUND
	} else if TextEncoder::new().encode(&registry.gather(), &mut body).is_ok() {
		StatusCode::OK
	} else {
		StatusCode::INTERNAL_SERVER_ERROR
	};
	let mut response = Response::new(Full::new(Bytes::from(body)));
	*response.status_mut() = status;
	let kind = header::HeaderValue::from_static("text/plain; version=0.0.4");
	response.headers_mut().insert(header::CONTENT_TYPE, kind);
	response
}

#[cfg(test)]
mod tests {
	use super::*;

	fn text(metrics: &Metrics) -> String {
		let mut body = Vec::new();
		TextEncoder::new().encode(&metrics.registry.gather(), &mut body).unwrap();
		String::from_utf8(body).unwrap()
	}

	#[test]
	fn every_series_is_there_from_the_start() {
		for (twin, labels) in [
			(Twin::Plonky3, r#"air="consensus-quorum",proof_system="plonky3""#),
			(Twin::Stwo, r#"air="stwo-consensus-quorum",proof_system="stwo""#),
		] {
			let text = text(&Metrics::new(twin).unwrap());
			for line in [
				format!("assay_prove_seconds_count{{{labels}}} 0"),
				format!("assay_prove_proof_bytes_count{{{labels}}} 0"),
				format!("assay_prove_queue{{{labels}}} 0"),
				format!("assay_prove_accepted_total{{{labels}}} 0"),
			] {
				assert!(text.contains(&line), "{line}: {text}");
			}
			for trouble in Trouble::ALL {
				let line = format!(r#"{labels},reason="{}"}} 0"#, trouble.label());
				assert!(text.contains(&line), "{line}");
			}
		}
	}

	#[test]
	fn what_happens_is_counted() {
		let metrics = Metrics::new(Twin::Plonky3).unwrap();
		metrics.proved(Duration::from_millis(700), 150_000);
		metrics.queue(3);
		metrics.accepted();
		metrics.failed(Trouble::Refused);
		let text = text(&metrics);
		for part in [
			r#"le="0.5"} 0"#,
			r#"le="1"} 1"#,
			r#"le="262144"} 1"#,
			r#"assay_prove_queue{air="consensus-quorum",proof_system="plonky3"} 3"#,
			r#"reason="refused"} 1"#,
		] {
			assert!(text.contains(part), "{part}: {text}");
		}
	}
}
