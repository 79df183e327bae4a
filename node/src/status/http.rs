// SPDX-License-Identifier: Apache-2.0

//! The status by HTTP: three paths to read, one request a connection, all sizes and times bounded.

use super::{NodeStatus, Readiness};
use crate::status::document::Health;
use http_body_util::Full;
use hyper::{
	Method, Request, Response, StatusCode,
	body::{Body, Bytes, Incoming},
	header,
	server::conn::http1,
	service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use std::{
	future::{Future, poll_fn},
	pin::Pin,
	sync::{
		Arc,
		atomic::{AtomicBool, Ordering},
	},
	time::Duration,
};
use tokio::{
	io::AsyncWriteExt,
	net::{TcpListener, TcpStream},
	sync::Semaphore,
	time::{sleep, timeout},
};

/// What is served.
pub trait Source: Send + Sync + 'static {
	/// The document.
	fn status(&self) -> NodeStatus;
	/// Whether the node can serve others.
	fn readiness(&self) -> Readiness;
}

/// What a client may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
	/// Time for a request and its response.
	pub deadline: Duration,
	/// Connections at a time.
	pub connections: usize,
	/// Length of a request's first line and headers.
	pub head_bytes: usize,
	/// Length of a body, which the node ignores.
	pub body_bytes: u64,
}

impl Default for Limits {
	fn default() -> Self {
		Self {
			deadline: Duration::from_secs(5),
			connections: 32,
			head_bytes: 8 * 1024,
			body_bytes: 1024,
		}
	}
}

/// Serves until it is dropped.
pub async fn serve(listener: TcpListener, source: Arc<dyn Source>, limits: Limits) {
	let places = Arc::new(Semaphore::new(limits.connections));
	loop {
		let stream = match listener.accept().await {
			Ok((stream, _)) => stream,
			Err(error) => {
				log::debug!(target: "assay", "status: no connection: {error}");
				// Most likely the process is out of file descriptors: wait until others close some.
				sleep(Duration::from_millis(100)).await;
				continue;
			},
		};
		let source = source.clone();
		match places.clone().try_acquire_owned() {
			Ok(place) => {
				tokio::spawn(async move {
					connection(stream, source, limits).await;
					drop(place);
				});
			},
			Err(_) => {
				tokio::spawn(timeout(
					limits.deadline,
					refuse(stream, StatusCode::SERVICE_UNAVAILABLE),
				));
			},
		}
	}
}

type Answer = Result<Response<Full<Bytes>>, std::convert::Infallible>;

async fn connection(stream: TcpStream, source: Arc<dyn Source>, limits: Limits) {
	let asked = AtomicBool::new(false);
	let service = service_fn(|request| {
		asked.store(true, Ordering::Relaxed);
		let source = source.clone();
		let answer: Pin<Box<dyn Future<Output = Answer> + Send>> =
			Box::pin(async move { Ok(answer(request, source, limits).await) });
		answer
	});
	let mut connection = http1::Builder::new()
		.keep_alive(false)
		.max_header_size(limits.head_bytes)
		// The deadline below is for all of it.
		.header_read_timeout(None)
		.serve_connection(TokioIo::new(stream), service);
	let ended =
		timeout(limits.deadline, poll_fn(|context| connection.poll_without_shutdown(context)));
	let late = ended.await.is_err();
	let mut stream = connection.into_parts().io.into_inner();
	if late && !asked.load(Ordering::Relaxed) {
		let _ = timeout(limits.deadline, refuse(stream, StatusCode::REQUEST_TIMEOUT)).await;
	} else {
		let _ = stream.shutdown().await;
	}
}

/// A response with only a status code.
async fn refuse(mut stream: TcpStream, status: StatusCode) {
	let answer = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
	if stream.write_all(answer.as_bytes()).await.is_ok() {
		let _ = stream.shutdown().await;
	}
}

async fn answer(
	request: Request<Incoming>,
	source: Arc<dyn Source>,
	limits: Limits,
) -> Response<Full<Bytes>> {
	// No path needs a body: one without a length is too long.
	if request.body().size_hint().upper().is_none_or(|bytes| bytes > limits.body_bytes) {
		return plain(StatusCode::PAYLOAD_TOO_LARGE, "The request is too long.");
	}
	let path = request.uri().path().to_owned();
	if !["/status/node", "/health", "/ready"].contains(&path.as_str()) {
		return plain(StatusCode::NOT_FOUND, "There is /status/node, /health and /ready.");
	}
	if !matches!(*request.method(), Method::GET | Method::HEAD) {
		let mut refused = plain(StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD are allowed.");
		refused.headers_mut().insert(header::ALLOW, header::HeaderValue::from_static("GET, HEAD"));
		return refused;
	}
	// The document calls the runtime: keep that off a thread for which others wait.
	let made = tokio::task::spawn_blocking(move || match path.as_str() {
		"/ready" => {
			let readiness = source.readiness();
			json(well_if(readiness.ready), &readiness)
		},
		"/health" => {
			let health = source.status().health;
			json(well_if(health != Health::Failing), &serde_json::json!({ "health": health }))
		},
		_ => json(StatusCode::OK, &source.status()),
	});
	made.await.unwrap_or_else(|_| {
		plain(StatusCode::INTERNAL_SERVER_ERROR, "The status could not be made.")
	})
}

fn well_if(well: bool) -> StatusCode {
	if well { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

fn json(status: StatusCode, body: &impl Serialize) -> Response<Full<Bytes>> {
	match serde_json::to_vec(body) {
		Ok(bytes) => response(status, "application/json", bytes),
		Err(_) => plain(StatusCode::INTERNAL_SERVER_ERROR, "The status could not be written."),
	}
}

fn plain(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
	response(status, "text/plain", format!("{text}\n").into_bytes())
}

fn response(status: StatusCode, kind: &'static str, body: Vec<u8>) -> Response<Full<Bytes>> {
	let mut response = Response::new(Full::new(Bytes::from(body)));
	*response.status_mut() = status;
	let headers = response.headers_mut();
	headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
	headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
	response
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::status::document::tests::document;
	use std::net::SocketAddr;
	use tokio::io::AsyncReadExt;

	/// A node that does well, or does not.
	struct Fixed {
		well: bool,
	}

	impl Source for Fixed {
		fn status(&self) -> NodeStatus {
			let mut status = document(vec![]);
			if !self.well {
				status.health = Health::Failing;
			}
			status
		}

		fn readiness(&self) -> Readiness {
			Readiness::new(3, !self.well, true)
		}
	}

	fn limits() -> Limits {
		Limits { deadline: Duration::from_millis(500), ..Limits::default() }
	}

	async fn server(well: bool, limits: Limits) -> SocketAddr {
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let address = listener.local_addr().unwrap();
		tokio::spawn(serve(listener, Arc::new(Fixed { well }), limits));
		address
	}

	/// Sends these bytes and returns all that comes back until the connection ends.
	async fn exchange(address: SocketAddr, request: &str) -> String {
		let mut stream = TcpStream::connect(address).await.unwrap();
		stream.write_all(request.as_bytes()).await.unwrap();
		let mut answer = Vec::new();
		let _ = timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await.unwrap();
		String::from_utf8(answer).unwrap()
	}

	async fn get(address: SocketAddr, path: &str) -> String {
		exchange(address, &format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n")).await
	}

	fn status(answer: &str) -> &str {
		answer.split(' ').nth(1).unwrap_or(answer)
	}

	#[tokio::test]
	async fn a_node_that_does_well_answers_its_document() {
		let address = server(true, limits()).await;
		let answer = get(address, "/status/node").await;
		assert_eq!(status(&answer), "200");
		let (head, body) = answer.split_once("\r\n\r\n").unwrap();
		assert!(head.contains("content-type: application/json"), "{head}");
		let body: serde_json::Value = serde_json::from_str(body).unwrap();
		assert_eq!(body["schema"], 1);
		assert_eq!(body["best"]["number"], 7);
		assert_eq!(status(&get(address, "/health").await), "200");
		assert_eq!(status(&get(address, "/ready").await), "200");
		let head = exchange(address, "HEAD /health HTTP/1.1\r\nhost: x\r\n\r\n").await;
		assert_eq!(status(&head), "200");
		assert!(head.ends_with("\r\n\r\n"), "no body: {head}");
	}

	#[tokio::test]
	async fn a_node_that_does_not_says_so_in_the_status_code() {
		let address = server(false, limits()).await;
		let health = get(address, "/health").await;
		assert_eq!(status(&health), "503");
		assert!(health.ends_with(r#"{"health":"failing"}"#), "{health}");
		let ready = get(address, "/ready").await;
		assert_eq!(status(&ready), "503");
		assert!(ready.ends_with(r#"{"ready":false,"peers":3,"syncing":true}"#), "{ready}");
		assert_eq!(status(&get(address, "/status/node").await), "200");
	}

	#[tokio::test]
	async fn other_paths_and_methods_are_refused() {
		let address = server(true, limits()).await;
		for path in ["/", "/status", "/status/node/", "/health/../ready"] {
			assert_eq!(status(&get(address, path).await), "404", "{path}");
		}
		let posted = exchange(address, "POST /health HTTP/1.1\r\nhost: x\r\n\r\n").await;
		assert_eq!(status(&posted), "405");
		assert!(posted.contains("allow: GET, HEAD"), "{posted}");
		assert_eq!(status(&exchange(address, "nonsense\r\n\r\n").await), "400");
	}

	#[tokio::test]
	async fn requests_that_are_too_long_are_refused() {
		let address = server(true, limits()).await;
		let long = "x".repeat(16 * 1024);
		let head = format!("GET /health HTTP/1.1\r\nhost: x\r\nx-long: {long}\r\n\r\n");
		assert_eq!(status(&exchange(address, &head).await), "431");
		let body = "GET /health HTTP/1.1\r\nhost: x\r\ncontent-length: 2000000\r\n\r\n";
		assert_eq!(status(&exchange(address, body).await), "413");
		let chunked = "POST /health HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
		assert_eq!(status(&exchange(address, chunked).await), "413");
	}

	#[tokio::test]
	async fn slow_clients_are_told_that_time_is_up() {
		let address = server(true, limits()).await;
		assert_eq!(status(&exchange(address, "").await), "408");
		assert_eq!(status(&exchange(address, "GET /health HTTP/1.1\r\nho").await), "408");
	}

	#[tokio::test]
	async fn more_connections_than_there_are_places_are_refused() {
		let limits = Limits { connections: 1, deadline: Duration::from_secs(10), ..limits() };
		let address = server(true, limits).await;
		let mut holds = TcpStream::connect(address).await.unwrap();
		holds.write_all(b"GET /health HT").await.unwrap();
		// The node accepts connections in their order: the place is taken by now.
		assert_eq!(status(&exchange(address, "").await), "503");
		holds.write_all(b"TP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
		let mut answer = String::new();
		holds.read_to_string(&mut answer).await.unwrap();
		assert_eq!(status(&answer), "200");
		drop(holds);
	}
}
