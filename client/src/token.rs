// SPDX-License-Identifier: Apache-2.0

//! The chain's token.

use serde_json::Value;

/// Most letters of a symbol: a node can say anything, and it is shown to people.
const MAX_SYMBOL: usize = 16;

/// Most decimals: a `u128` has no more digits.
const MAX_DECIMALS: u64 = 38;

/// A chain's token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
	/// Its symbol.
	pub symbol: String,
	/// 10 to this power smallest units are one token.
	pub decimals: u8,
}

impl Token {
	/// The token of a node's answer to `system_properties`.
	pub(crate) fn read(properties: &Value) -> Option<Self> {
		let symbol = properties["tokenSymbol"].as_str()?;
		let plain = |letter: char| letter.is_ascii_alphanumeric();
		if symbol.is_empty() || symbol.len() > MAX_SYMBOL || !symbol.chars().all(plain) {
			return None;
		}
		let decimals = properties["tokenDecimals"].as_u64().filter(|&got| got <= MAX_DECIMALS)?;
		Some(Self { symbol: symbol.into(), decimals: decimals as u8 })
	}

	/// An amount of smallest units in tokens, exactly: `0.01083984514 ASY`.
	#[must_use]
	pub fn text(&self, units: u128) -> String {
		let decimals = usize::from(self.decimals);
		let digits = format!("{units:0>width$}", width = decimals.saturating_add(1));
		let (whole, fraction) = digits.split_at(digits.len() - decimals);
		let fraction = fraction.trim_end_matches('0');
		let point = if fraction.is_empty() { "" } else { "." };
		format!("{whole}{point}{fraction} {}", self.symbol)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	#[test]
	fn an_amount_is_exact_and_without_idle_zeros() {
		let token = |decimals| Token { symbol: "ASY".into(), decimals };
		for (decimals, units, text) in [
			(12, 10_839_845_140, "0.01083984514 ASY"),
			(12, 0, "0 ASY"),
			(12, 1, "0.000000000001 ASY"),
			(12, 3_000_000_000_000, "3 ASY"),
			(12, 12_345_000_000_000, "12.345 ASY"),
			(0, 7, "7 ASY"),
			(38, u128::MAX, "3.40282366920938463463374607431768211455 ASY"),
		] {
			assert_eq!(token(decimals).text(units), text);
		}
	}

	#[test]
	fn a_node_that_names_no_token_or_a_strange_one_has_none() {
		let read = |symbol: Value, decimals: Value| {
			Token::read(&json!({ "tokenSymbol": symbol, "tokenDecimals": decimals }))
		};
		let token = Token { symbol: "ASY".into(), decimals: 12 };
		assert_eq!(read("ASY".into(), 12.into()), Some(token));
		for (symbol, decimals) in [
			(json!("\u{1b}[31m"), json!(12)),
			(json!(""), json!(12)),
			(json!("SEVENTEENLETTERSX"), json!(12)),
			(json!("ASY"), json!(39)),
			(json!("ASY"), json!(-1)),
			(json!(["A", "B"]), json!([1, 2])),
			(json!(null), json!(12)),
		] {
			assert_eq!(read(symbol.clone(), decimals), None, "{symbol}");
		}
		assert_eq!(Token::read(&json!({})), None);
	}
}
