// SPDX-License-Identifier: Apache-2.0

//! The report of a proving service (`assay prove --serve`). A node with `--prover-url` asks for it now
//! and then, and shows the service's latencies beside its own.

use http_body_util::{BodyExt, Empty, Limited};
use hyper::{Request, StatusCode, Uri, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use std::{
	collections::BTreeMap,
	sync::{Mutex, PoisonError},
	time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::{net::TcpStream, time::timeout};

/// Time for a response.
const DEADLINE: Duration = Duration::from_secs(5);
/// Length of a response: the service's has some 5 KB.
const MAX_BYTES: usize = 256 * 1024;

/// The last report of the service.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProverStatus {
	/// Where it is.
	pub url: String,
	/// Whether the last request succeeded.
	pub reachable: bool,
	/// When that was, in seconds since 1970; `null` before the first time.
	pub asked: Option<u64>,
	/// Its last report.
	pub series: Vec<ProverSeries>,
}

/// Proofs of one AIR, since the service started.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProverSeries {
	/// Proof system.
	pub proof_system: String,
	/// AIR.
	pub air: String,
	/// Proofs that were made.
	pub proved: u64,
	/// Proofs that the chain accepted.
	pub accepted: u64,
	/// Failures.
	pub failures: u64,
	/// Blocks that wait.
	pub queue: u64,
	/// The upper edge of the bucket in which the median of the proving times lies; `null` without a
	/// proof, and beyond the last edge.
	pub p50_ms: Option<f64>,
	/// The same for 95 of 100.
	pub p95_ms: Option<f64>,
	/// Mean length of a proof.
	pub mean_bytes: Option<f64>,
}

/// Asks a service.
pub struct Prover {
	uri: Uri,
	said: Mutex<ProverStatus>,
}

impl Prover {
	/// The service whose metrics are at `url`.
	///
	/// # Errors
	///
	/// Says what form the address must have.
	pub fn new(url: &str) -> Result<Self, String> {
		let uri = url.parse::<Uri>().ok().filter(|uri| uri.scheme_str() == Some("http"));
		let Some(uri) = uri.filter(|uri| uri.host().is_some()) else {
			return Err(format!(
				"--prover-url: expected an address such as http://127.0.0.1:9617/metrics, got {url}"
			));
		};
		Ok(Self { uri, said: Mutex::new(ProverStatus { url: url.into(), ..Default::default() }) })
	}

	/// Its last report.
	pub fn said(&self) -> ProverStatus {
		self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
	}

	/// Asks it.
	pub async fn ask(&self) {
		let text = timeout(DEADLINE, self.fetch()).await.ok().flatten();
		let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
		let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
		said.asked = Some(now.as_secs());
		said.reachable = text.is_some();
		if let Some(text) = text {
			said.series = read(&text);
		}
	}

	async fn fetch(&self) -> Option<String> {
		let host = self.uri.host()?;
		let stream = TcpStream::connect((host, self.uri.port_u16().unwrap_or(80))).await.ok()?;
		let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.ok()?;
		let path = self.uri.path_and_query().map_or("/metrics", |path| path.as_str());
		let request = Request::get(path)
			.header(header::HOST, host)
			.header(header::CONNECTION, "close")
			.body(Empty::<Bytes>::new())
			.ok()?;
		let answer = async {
			let answer = sender.send_request(request).await.ok()?;
			if answer.status() != StatusCode::OK {
				return None;
			}
			let body = Limited::new(answer.into_body(), MAX_BYTES).collect().await.ok()?;
			String::from_utf8(body.to_bytes().to_vec()).ok()
		};
		// The connection works while it is polled; it ends with the response.
		tokio::select! {
			biased;
			text = answer => text,
			_ = async { let _ = connection.await; std::future::pending::<()>().await } => None,
		}
	}
}

/// What is read of one AIR.
#[derive(Default)]
struct Gathered {
	series: ProverSeries,
	/// Upper edges, and the number of proofs below each.
	buckets: Vec<(f64, f64)>,
	/// Length of all proofs.
	bytes: f64,
}

/// The series of interest in Prometheus' text format.
fn read(text: &str) -> Vec<ProverSeries> {
	let mut found: BTreeMap<(String, String), Gathered> = BTreeMap::new();
	for sample in text.lines().filter_map(Sample::of) {
		let (Some(proof_system), Some(air)) = (sample.label("proof_system"), sample.label("air"))
		else {
			continue;
		};
		let Gathered { series, buckets, bytes } =
			found.entry((proof_system.into(), air.into())).or_default();
		let value = sample.value;
		let count = value as u64;
		match sample.name {
			"assay_prove_seconds_bucket" => {
				let edge = sample.label("le").and_then(|edge| edge.parse().ok());
				buckets.extend(edge.map(|edge: f64| (edge, value)));
			},
			"assay_prove_seconds_count" => series.proved = count,
			"assay_prove_proof_bytes_sum" => *bytes = value,
			"assay_prove_accepted_total" => series.accepted = count,
			"assay_prove_failures_total" => series.failures = series.failures.saturating_add(count),
			"assay_prove_queue" => series.queue = count,
			_ => {},
		}
	}
	found
		.into_iter()
		.map(|((proof_system, air), Gathered { mut series, mut buckets, bytes })| {
			buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
			let total = series.proved as f64;
			let quantile = |share: f64| {
				let inside = |&&(_, count): &&(f64, f64)| total > 0.0 && count >= share * total;
				let (edge, _) = buckets.iter().find(inside)?;
				edge.is_finite().then(|| edge * 1000.0)
			};
			(series.p50_ms, series.p95_ms) = (quantile(0.5), quantile(0.95));
			series.mean_bytes = (total > 0.0).then(|| bytes / total);
			ProverSeries { proof_system, air, ..series }
		})
		.collect()
}

/// A line with labels.
struct Sample<'a> {
	name: &'a str,
	labels: Vec<(&'a str, &'a str)>,
	value: f64,
}

impl<'a> Sample<'a> {
	/// `None` for another line, and for labels that are not quoted as the service quotes them.
	fn of(line: &'a str) -> Option<Self> {
		let (name, rest) = line.split_once('{')?;
		let (labels, value) = rest.split_once("} ")?;
		let labels = labels
			.split(',')
			.map(|label| {
				let (name, value) = label.split_once("=\"")?;
				Some((name, value.strip_suffix('"')?))
			})
			.collect::<Option<Vec<_>>>()?;
		Some(Self { name, labels, value: value.trim().parse().ok()? })
	}

	fn label(&self, wanted: &str) -> Option<&'a str> {
		self.labels.iter().find(|(name, _)| *name == wanted).map(|(_, value)| *value)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tokio::{
		io::{AsyncReadExt, AsyncWriteExt},
		net::TcpListener,
	};

	const TEXT: &str = r#"
# HELP assay_prove_seconds Time to prove, with the trace
# TYPE assay_prove_seconds histogram
assay_prove_seconds_bucket{air="consensus-quorum",proof_system="plonky3",le="0.5"} 0
assay_prove_seconds_bucket{air="consensus-quorum",proof_system="plonky3",le="1"} 12
assay_prove_seconds_bucket{air="consensus-quorum",proof_system="plonky3",le="5.5"} 19
assay_prove_seconds_bucket{air="consensus-quorum",proof_system="plonky3",le="+Inf"} 20
assay_prove_seconds_sum{air="consensus-quorum",proof_system="plonky3"} 17.5
assay_prove_seconds_count{air="consensus-quorum",proof_system="plonky3"} 20
assay_prove_proof_bytes_sum{air="consensus-quorum",proof_system="plonky3"} 3000000
assay_prove_queue{air="consensus-quorum",proof_system="plonky3"} 2
assay_prove_accepted_total{air="consensus-quorum",proof_system="plonky3"} 18
assay_prove_failures_total{air="consensus-quorum",proof_system="plonky3",reason="connection"} 3
assay_prove_failures_total{air="consensus-quorum",proof_system="plonky3",reason="refused"} 1
nonsense{ 3
assay_prove_queue{air=consensus-quorum} x
"#;

	fn expected() -> ProverSeries {
		ProverSeries {
			proof_system: "plonky3".into(),
			air: "consensus-quorum".into(),
			proved: 20,
			accepted: 18,
			failures: 4,
			queue: 2,
			p50_ms: Some(1000.0),
			p95_ms: Some(5500.0),
			mean_bytes: Some(150_000.0),
		}
	}

	/// Serves `answer` to one request, and returns the address.
	async fn service(answer: String) -> String {
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let url = format!("http://{}/metrics", listener.local_addr().unwrap());
		tokio::spawn(async move {
			let (mut stream, _) = listener.accept().await.unwrap();
			let mut request = [0; 1024];
			let length = stream.read(&mut request).await.unwrap();
			assert!(request[..length].starts_with(b"GET /metrics HTTP/1.1\r\n"));
			stream.write_all(answer.as_bytes()).await.unwrap();
		});
		url
	}

	fn ok(body: &str) -> String {
		format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
	}

	#[tokio::test]
	async fn a_service_that_answers_is_read() {
		let prover = Prover::new(&service(ok(TEXT)).await).unwrap();
		assert_eq!((prover.said().reachable, prover.said().asked), (false, None));
		prover.ask().await;
		let said = prover.said();
		assert!(said.reachable && said.asked.is_some());
		assert_eq!(said.series, [expected()]);
	}

	#[tokio::test]
	async fn a_service_that_is_gone_is_said_to_be_and_what_it_said_is_kept() {
		let prover = Prover::new(&service(ok(TEXT)).await).unwrap();
		prover.ask().await;
		prover.ask().await;
		let said = prover.said();
		assert!(!said.reachable);
		assert_eq!(said.series, [expected()]);
	}

	#[tokio::test]
	async fn answers_that_are_too_long_or_no_answers_are_not_read() {
		for answer in [
			ok(&"x".repeat(MAX_BYTES + 1)),
			"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n".into(),
			"nonsense\r\n\r\n".into(),
		] {
			let prover = Prover::new(&service(answer).await).unwrap();
			prover.ask().await;
			assert!(!prover.said().reachable);
		}
	}

	#[test]
	fn a_time_beyond_the_last_edge_is_no_number() {
		let text = TEXT.replace("19\n", "18\n");
		assert_eq!(read(&text)[0].p95_ms, None);
		assert_eq!(read(&TEXT.replace(" 20\n", " 0\n"))[0].p50_ms, None);
		assert_eq!(read(""), []);
	}

	#[test]
	fn addresses_that_cannot_be_asked_are_refused() {
		for url in ["127.0.0.1:9617", "https://example.org/", "/metrics", ""] {
			assert!(Prover::new(url).is_err_and(|error| error.contains("expected an address")));
		}
	}
}
