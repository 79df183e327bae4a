// SPDX-License-Identifier: Apache-2.0

//! Figures: quantiles, what a process uses, what a node says on its Prometheus port.

use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Names of the metrics that are read, all of them here.
pub mod metric {
	/// Histogram: verification and import of a block by the import queue, in seconds.
	pub const IMPORT: &str = "substrate_block_verification_and_import_time";
	/// Histogram: verification of a proof in seconds, by `proof_system` and `stage`.
	pub const VERIFY: &str = "assay_verification_seconds";
	/// Gauge: connected peers.
	pub const PEERS: &str = "substrate_sub_libp2p_peers_count";
	/// Counter: bytes from and to all peers, by `direction`.
	pub const BYTES: &str = "substrate_sub_libp2p_network_bytes_total";
	/// Gauge: transactions that are ready.
	pub const READY: &str = "substrate_ready_transactions_number";
	/// Histogram: writing a block, in seconds.
	pub const PROPOSE: &str = "substrate_proposer_block_constructed";
}

/// Number, median, 95th and 99th percentile and maximum, by the nearest rank.
pub fn quantiles(samples: &[f64]) -> Value {
	let mut sorted: Vec<f64> =
		samples.iter().copied().filter(|sample| sample.is_finite()).collect();
	sorted.sort_by(f64::total_cmp);
	let at = |share: f64| {
		let rank = (share * sorted.len() as f64).ceil() as usize;
		sorted.get(rank.max(1) - 1).map(|value| round(*value))
	};
	json!({
		"n": sorted.len(),
		"p50": at(0.50),
		"p95": at(0.95),
		"p99": at(0.99),
		"max": sorted.last().map(|value| round(*value)),
	})
}

/// To a thousandth.
pub fn round(value: f64) -> f64 {
	(value * 1_000.0).round() / 1_000.0
}

/// One line of the Prometheus text format.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
	/// Name of the metric.
	pub name: String,
	/// Everything between the braces.
	pub labels: String,
	/// Its value.
	pub value: f64,
}

/// What a node says on its Prometheus port; nothing if it does not answer.
pub async fn scrape(host: &str, port: u16) -> Vec<Series> {
	let ask = async {
		let mut stream = TcpStream::connect((host, port)).await.ok()?;
		let request = format!("GET /metrics HTTP/1.0\r\nHost: {host}\r\nConnection: close\r\n\r\n");
		stream.write_all(request.as_bytes()).await.ok()?;
		let mut answer = String::new();
		stream.read_to_string(&mut answer).await.ok()?;
		Some(answer)
	};
	let answer = tokio::time::timeout(Duration::from_secs(5), ask).await.ok().flatten();
	answer.map(|text| parse(&text)).unwrap_or_default()
}

fn parse(text: &str) -> Vec<Series> {
	text.lines()
		.filter(|line| !line.starts_with('#'))
		.filter_map(|line| {
			let (series, value) = line.rsplit_once(' ')?;
			let (name, labels) = series.split_once('{').unwrap_or((series, ""));
			Some(Series {
				name: name.into(),
				labels: labels.trim_end_matches('}').into(),
				value: value.parse().ok()?,
			})
		})
		.collect()
}

/// The first value of a metric.
pub fn gauge(series: &[Series], name: &str) -> Option<f64> {
	series.iter().find(|series| series.name == name).map(|series| series.value)
}

/// The value of a metric whose label has this value.
pub fn labelled(series: &[Series], name: &str, of: &str, value: &str) -> Option<f64> {
	let mut series = series.iter().filter(|series| series.name == name);
	series.find(|series| label(&series.labels, of) == Some(value)).map(|series| series.value)
}

/// Percentiles of a histogram in milliseconds: upper bounds of the buckets they fall in, all
/// labels together. Coarse, and named so in the summary.
pub fn histogram(series: &[Series], name: &str) -> Value {
	let mut buckets = std::collections::BTreeMap::<u64, f64>::new();
	let mut all = 0.0;
	let bucket = format!("{name}_bucket");
	for series in series.iter().filter(|series| series.name == bucket) {
		let Some(bound) = label(&series.labels, "le") else { continue };
		match bound.parse::<f64>() {
			Ok(bound) if bound.is_finite() => {
				*buckets.entry((bound * 1e6) as u64).or_default() += series.value;
			},
			_ => all += series.value,
		}
	}
	let at = |share: f64| {
		let found = buckets.iter().find(|(_, count)| **count >= share * all && all > 0.0);
		found.map(|(bound, _)| *bound as f64 / 1e3)
	};
	json!({
		"n": all,
		"p50_at_most": at(0.50),
		"p95_at_most": at(0.95),
		"p99_at_most": at(0.99),
		"max_at_most": at(1.0),
	})
}

fn label<'a>(labels: &'a str, name: &str) -> Option<&'a str> {
	let start = labels.find(&format!("{name}=\""))? + name.len() + 2;
	labels[start..].split('"').next()
}

/// Processor time in seconds and memory in MiB (now, and the most ever) of a process.
pub fn process(pid: u32) -> Option<(f64, f64, f64)> {
	// The kernel's unit of processor time for user space, on every Linux there is.
	const TICKS: f64 = 100.0;
	let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
	let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
	let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
	let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
	let memory = |name: &str| {
		let line = status.lines().find(|line| line.starts_with(name))?;
		line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kib| kib / 1024.0)
	};
	Some(((ticks(11)? + ticks(12)?) / TICKS, memory("VmRSS:")?, memory("VmHWM:")?))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn quantiles_are_by_the_nearest_rank() {
		let samples: Vec<f64> = (1..=100).map(f64::from).collect();
		let seen = quantiles(&samples);
		assert_eq!(seen, json!({ "n": 100, "p50": 50.0, "p95": 95.0, "p99": 99.0, "max": 100.0 }));
		assert_eq!(
			quantiles(&[]),
			json!({ "n": 0, "p50": null, "p95": null, "p99": null, "max": null })
		);
	}

	#[test]
	fn a_metric_is_found_by_its_label() {
		let series =
			parse("b{chain=\"c\",direction=\"in\"} 1\nb{chain=\"c\",direction=\"out\"} 2\n");
		assert_eq!(labelled(&series, "b", "direction", "out"), Some(2.0));
		assert_eq!(labelled(&series, "b", "direction", "up"), None);
	}

	#[test]
	fn a_histogram_says_in_which_bucket_a_percentile_falls() {
		let text = "# HELP t x\n\
			t_bucket{chain=\"c\",le=\"0.01\"} 90\n\
			t_bucket{chain=\"c\",le=\"0.1\"} 99\n\
			t_bucket{chain=\"c\",le=\"+Inf\"} 100\nt_count{chain=\"c\"} 100\n";
		let series = parse(text);
		let seen = histogram(&series, "t");
		assert_eq!(seen["n"], 100.0);
		assert_eq!(seen["p50_at_most"], 10.0);
		assert_eq!(seen["p95_at_most"], 100.0);
		assert_eq!(seen["max_at_most"], Value::Null);
	}
}
