// SPDX-License-Identifier: Apache-2.0

//! The status by HTTP: three paths to read, one request a connection, all sizes and times bounded.
//!
//! `/health` tells an orchestrator whether to restart the node, so nothing but the process itself may
//! fail it: it asks neither the runtime nor the verifiers, and no other connection takes its place.
//! Connections wait for their request in a queue, and when that is full, the one that waits longest is
//! closed for a new one.

use crate::{NodeStatus, Readiness};
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
	collections::VecDeque,
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
	task::AbortHandle,
	time::{sleep, timeout},
};

/// What is served.
pub trait Source: Send + Sync + 'static {
	/// The document. It may take a while.
	fn status(&self) -> NodeStatus;
	/// Whether the node can serve others. It returns at once.
	fn readiness(&self) -> Readiness;
}

/// What clients may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
	/// Time for a request and its response.
	pub deadline: Duration,
	/// Connections that have not sent their request.
	pub waiting: usize,
	/// Documents in the making: each calls the runtime.
	pub documents: usize,
	/// Length of a request's first line and headers.
	pub head_bytes: usize,
	/// Length of a body, which the node ignores.
	pub body_bytes: u64,
}

impl Default for Limits {
	fn default() -> Self {
		Self {
			deadline: Duration::from_secs(5),
			waiting: 32,
			documents: 4,
			head_bytes: 8 * 1024,
			body_bytes: 1024,
		}
	}
}

/// The server's part that connections share.
struct Server {
	source: Arc<dyn Source>,
	limits: Limits,
	documents: Arc<Semaphore>,
}

/// A connection that may still send its request.
struct Waiting {
	asked: Arc<AtomicBool>,
	task: AbortHandle,
}

impl Waiting {
	fn goes_on(&self) -> bool {
		!self.asked.load(Ordering::Relaxed) && !self.task.is_finished()
	}
}

/// Serves until it is dropped.
pub async fn serve(listener: TcpListener, source: Arc<dyn Source>, limits: Limits) {
	let documents = Arc::new(Semaphore::new(limits.documents));
	let server = Arc::new(Server { source, limits, documents });
	let mut waiting = VecDeque::<Waiting>::new();
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
		waiting.retain(Waiting::goes_on);
		if waiting.len() >= limits.waiting
			&& let Some(longest) = waiting.pop_front()
		{
			longest.task.abort();
		}
		let asked = Arc::new(AtomicBool::new(false));
		let task = tokio::spawn(connection(stream, server.clone(), asked.clone()));
		waiting.push_back(Waiting { asked, task: task.abort_handle() });
	}
}

type Answer = Result<Response<Full<Bytes>>, std::convert::Infallible>;

async fn connection(stream: TcpStream, server: Arc<Server>, asked: Arc<AtomicBool>) {
	let service = service_fn(|request| {
		asked.store(true, Ordering::Relaxed);
		let server = server.clone();
		let answer: Pin<Box<dyn Future<Output = Answer> + Send>> =
			Box::pin(async move { Ok(server.answer(request).await) });
		answer
	});
	let deadline = server.limits.deadline;
	let mut connection = http1::Builder::new()
		.keep_alive(false)
		.max_header_size(server.limits.head_bytes)
		// The deadline below is for all of it.
		.header_read_timeout(None)
		.serve_connection(TokioIo::new(stream), service);
	let ended = timeout(deadline, poll_fn(|context| connection.poll_without_shutdown(context)));
	let late = ended.await.is_err();
	let mut stream = connection.into_parts().io.into_inner();
	if late && !asked.load(Ordering::Relaxed) {
		let _ = timeout(deadline, refuse(stream, StatusCode::REQUEST_TIMEOUT)).await;
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

impl Server {
	async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
		// No path needs a body: one without a length is too long.
		let body = request.body().size_hint().upper();
		if body.is_none_or(|bytes| bytes > self.limits.body_bytes) {
			return plain(StatusCode::PAYLOAD_TOO_LARGE, "The request is too long.");
		}
		let path = request.uri().path();
		if !["/status/node", "/health", "/ready"].contains(&path) {
			return plain(StatusCode::NOT_FOUND, "There is /status/node, /health and /ready.");
		}
		if !matches!(*request.method(), Method::GET | Method::HEAD) {
			let mut refused =
				plain(StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD are allowed.");
			let allowed = header::HeaderValue::from_static("GET, HEAD");
			refused.headers_mut().insert(header::ALLOW, allowed);
			return refused;
		}
		match path {
			"/health" => json(StatusCode::OK, &serde_json::json!({ "alive": true })),
			"/ready" => {
				let readiness = self.source.readiness();
				let status = match readiness.ready {
					true => StatusCode::OK,
					false => StatusCode::SERVICE_UNAVAILABLE,
				};
				json(status, &readiness)
			},
			_ => self.document().await,
		}
	}

	async fn document(&self) -> Response<Full<Bytes>> {
		let Ok(place) = self.documents.clone().try_acquire_owned() else {
			return plain(StatusCode::SERVICE_UNAVAILABLE, "Too many requests at a time.");
		};
		let source = self.source.clone();
		// The document calls the runtime: keep that off a thread for which others wait.
		let made = tokio::task::spawn_blocking(move || {
			let document = source.status();
			// Here, because a client that goes away does not stop this thread.
			drop(place);
			json(StatusCode::OK, &document)
		});
		made.await.unwrap_or_else(|_| {
			plain(StatusCode::INTERNAL_SERVER_ERROR, "The status could not be made.")
		})
	}
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
	use crate::document::{Health, tests::document};
	use std::{
		net::SocketAddr,
		sync::{Mutex, atomic::AtomicUsize, mpsc},
	};
	use tokio::io::AsyncReadExt;

	/// A node that does well, or that lags behind and has a proof system that fails.
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
			Readiness::new(true, 3, !self.well, true)
		}
	}

	/// A node whose runtime returns when it is told to.
	struct Hanging {
		/// Documents that were asked for.
		begun: Arc<AtomicUsize>,
		/// Each message ends one.
		end: Mutex<mpsc::Receiver<()>>,
	}

	impl Source for Hanging {
		fn status(&self) -> NodeStatus {
			self.begun.fetch_add(1, Ordering::Relaxed);
			let _ = self.end.lock().unwrap().recv();
			document(vec![])
		}

		fn readiness(&self) -> Readiness {
			Readiness::new(true, 0, false, false)
		}
	}

	fn limits() -> Limits {
		Limits { deadline: Duration::from_millis(500), ..Limits::default() }
	}

	async fn serve_source(source: impl Source, limits: Limits) -> SocketAddr {
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let address = listener.local_addr().unwrap();
		tokio::spawn(serve(listener, Arc::new(source), limits));
		address
	}

	async fn server(well: bool, limits: Limits) -> SocketAddr {
		serve_source(Fixed { well }, limits).await
	}

	/// All that comes until the connection ends.
	async fn read(mut stream: TcpStream) -> String {
		let mut answer = Vec::new();
		let _ = timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await.unwrap();
		String::from_utf8(answer).unwrap()
	}

	/// Sends these bytes and returns all that comes back until the connection ends.
	async fn exchange(address: SocketAddr, request: &str) -> String {
		read(send(address, request).await).await
	}

	async fn send(address: SocketAddr, request: &str) -> TcpStream {
		let mut stream = TcpStream::connect(address).await.unwrap();
		stream.write_all(request.as_bytes()).await.unwrap();
		stream
	}

	fn request(path: &str) -> String {
		format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n")
	}

	async fn get(address: SocketAddr, path: &str) -> String {
		exchange(address, &request(path)).await
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
	async fn a_proof_that_hits_a_bug_restarts_no_node() {
		let address = server(false, limits()).await;
		let document = get(address, "/status/node").await;
		assert_eq!(status(&document), "200");
		assert!(document.contains(r#""health":"failing""#), "{document}");
		let health = get(address, "/health").await;
		assert_eq!(status(&health), "200");
		assert!(health.ends_with(r#"{"alive":true}"#), "{health}");
	}

	#[tokio::test]
	async fn a_node_that_is_not_ready_says_so_in_the_status_code() {
		let ready = get(server(false, limits()).await, "/ready").await;
		assert_eq!(status(&ready), "503");
		assert!(
			ready.ends_with(r#"{"ready":false,"peers":3,"syncing":true,"rpc":true}"#),
			"{ready}"
		);
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
	async fn a_client_that_sends_a_byte_now_and_then_gains_no_time() {
		let address = server(true, limits()).await;
		let mut stream = TcpStream::connect(address).await.unwrap();
		for byte in request("/health").as_bytes() {
			// Fails once the node has closed the connection.
			let _ = stream.write_all(&[*byte]).await;
			sleep(Duration::from_millis(50)).await;
		}
		assert_eq!(status(&read(stream).await), "408");
	}

	#[tokio::test]
	async fn idle_connections_do_not_take_the_place_of_a_probe() {
		// They would hold on for an hour.
		let limits = Limits { deadline: Duration::from_secs(3600), ..Limits::default() };
		let address = server(true, limits).await;
		let mut idle = Vec::new();
		for place in 0..10 * limits.waiting {
			// Some say nothing, others never end their request.
			idle.push(send(address, ["", "GET /health HT"][place % 2]).await);
		}
		for path in ["/health", "/ready", "/status/node"] {
			assert_eq!(status(&get(address, path).await), "200", "{path}");
		}
		// What has waited longest was closed, without an answer.
		assert_eq!(read(idle.remove(0)).await, "");
		// What came last still waits, and is served when it asks.
		let mut last = idle.pop().unwrap();
		last.write_all(b"TP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
		assert_eq!(status(&read(last).await), "200");
	}

	#[tokio::test]
	async fn a_runtime_that_hangs_stops_documents_and_nothing_else() {
		let (release, end) = mpsc::channel();
		let begun = Arc::new(AtomicUsize::new(0));
		let limits = Limits { deadline: Duration::from_secs(20), ..limits() };
		let source = Hanging { begun: begun.clone(), end: Mutex::new(end) };
		let address = serve_source(source, limits).await;
		let mut asked = Vec::new();
		for _ in 0..limits.documents {
			asked.push(send(address, &request("/status/node")).await);
		}
		while begun.load(Ordering::Relaxed) < limits.documents {
			sleep(Duration::from_millis(10)).await;
		}
		assert_eq!(status(&get(address, "/status/node").await), "503");
		assert_eq!(status(&get(address, "/health").await), "200");
		assert_eq!(status(&get(address, "/ready").await), "200");
		for _ in 0..=limits.documents {
			release.send(()).unwrap();
		}
		for stream in asked {
			assert_eq!(status(&read(stream).await), "200");
		}
		assert_eq!(status(&get(address, "/status/node").await), "200");
	}
}
