// SPDX-License-Identifier: Apache-2.0

//! What a node does about ports that another program has. Upstream would serve RPC on a random port, share
//! the port for peers with the other program (`SO_REUSEPORT`), and leave out the metrics, all without a word.

use sc_network::{Multiaddr, multiaddr::Protocol};
use sc_service::Configuration;
use std::{
	io::{Error, ErrorKind},
	net::{IpAddr, SocketAddr, TcpListener},
};

/// Refuses a port for RPC or for peers that is taken, and logs one for metrics. `may_move` is for endpoints of
/// RPC that the operator described one by one: those may ask for a random port.
///
/// # Errors
///
/// Names the port and its option.
pub fn claim(config: &mut Configuration, may_move: bool) -> Result<(), String> {
	for endpoint in config.rpc.addr.iter_mut().flatten() {
		endpoint.retry_random_port &= may_move;
		if !endpoint.retry_random_port {
			// An optional endpoint is that of IPv6, which a machine may lack.
			check(endpoint.listen_addr, endpoint.is_optional, "RPC", "--rpc-port")?;
		}
	}
	for address in config.network.listen_addresses.iter().filter_map(tcp) {
		check(address, true, "peers", "--port")?;
	}
	if let Some(prometheus) = &config.prometheus_config
		&& let Err(error) = check(prometheus.port, false, "metrics", "--prometheus-port")
	{
		// The node verifies without metrics, too.
		log::error!(target: "assay", "No metrics: {error}");
	}
	Ok(())
}

/// Whether the node can listen there.
fn check(address: SocketAddr, optional: bool, purpose: &str, option: &str) -> Result<(), String> {
	let Err(error) = listen(address) else { return Ok(()) };
	let port = address.port();
	match error.kind() {
		ErrorKind::AddrInUse => Err(format!(
			"port {port} for {purpose} is taken by another program, perhaps another node: stop that one, or \
			 choose another port with {option}"
		)),
		_ if optional => Ok(()),
		_ => Err(format!("cannot listen on {address} for {purpose} ({option}): {error}")),
	}
}

/// Listens for a moment. Port 0 is any that is free. Without `SO_REUSEPORT` this fails also where the other
/// program has set it.
fn listen(address: SocketAddr) -> Result<(), Error> {
	TcpListener::bind(address).map(drop)
}

/// The TCP address of a listening address; `None` for other transports, and for names.
fn tcp(address: &Multiaddr) -> Option<SocketAddr> {
	let mut parts = address.iter();
	let ip: IpAddr = match parts.next()? {
		Protocol::Ip4(ip) => ip.into(),
		Protocol::Ip6(ip) => ip.into(),
		_ => return None,
	};
	match parts.next()? {
		Protocol::Tcp(port) => Some(SocketAddr::new(ip, port)),
		_ => None,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::net::Ipv4Addr;

	fn local(port: u16) -> SocketAddr {
		(Ipv4Addr::LOCALHOST, port).into()
	}

	#[test]
	fn a_port_that_is_taken_is_refused_by_its_number_and_option() {
		let other = TcpListener::bind(local(0)).unwrap();
		let address = other.local_addr().unwrap();
		for optional in [false, true] {
			let refused = check(address, optional, "RPC", "--rpc-port").unwrap_err();
			let expected = format!(
				"port {} for RPC is taken by another program, perhaps another node: stop that one, or \
				 choose another port with --rpc-port",
				address.port()
			);
			assert_eq!(refused, expected);
		}
		drop(other);
		assert_eq!(check(address, false, "RPC", "--rpc-port"), Ok(()));
	}

	/// litep2p and libp2p listen so, and then a second node gets a part of the first one's connections.
	#[test]
	fn a_port_that_its_owner_shares_is_refused_too() {
		let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
		let _entered = runtime.enter();
		let socket = tokio::net::TcpSocket::new_v4().unwrap();
		socket.set_reuseport(true).unwrap();
		socket.bind(local(0)).unwrap();
		let other = socket.listen(1).unwrap();
		let address = other.local_addr().unwrap();
		let refused = check(address, true, "peers", "--port").unwrap_err();
		assert!(refused.starts_with(&format!("port {} for peers is taken", address.port())));
	}

	#[test]
	fn an_address_that_the_machine_lacks_is_refused_unless_it_is_optional() {
		let foreign = "192.0.2.1:0".parse().unwrap();
		assert_eq!(check(foreign, true, "RPC", "--rpc-port"), Ok(()));
		let refused = check(foreign, false, "RPC", "--rpc-port").unwrap_err();
		assert!(
			refused.starts_with("cannot listen on 192.0.2.1:0 for RPC (--rpc-port): "),
			"{refused}"
		);
	}

	#[test]
	fn ports_of_other_transports_are_left_alone() {
		let of = |text: &str| tcp(&text.parse().unwrap());
		assert_eq!(of("/ip4/127.0.0.1/tcp/30333"), Some(local(30333)));
		assert_eq!(of("/ip6/::/tcp/30333/ws"), Some("[::]:30333".parse().unwrap()));
		assert_eq!(of("/ip4/127.0.0.1/udp/30333/webrtc-direct"), None);
		assert_eq!(of("/dns/example.org/tcp/30333"), None);
	}
}
