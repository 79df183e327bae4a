// SPDX-License-Identifier: Apache-2.0

//! Calls, by their names in the chain's metadata.

use assay_primitives::Hash;
use subxt::ext::scale_encode::{
	self, Composite, CompositeField, EncodeAsFields, EncodeAsType, FieldIter, TypeResolver, Variant,
};
use subxt::ext::scale_value::Value;
use subxt::tx::Payload;

use crate::{PALLET, Scope};

/// A call. It is encoded when it is signed, by the types in the chain's metadata.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
	pub(crate) pallet: &'static str,
	pub(crate) name: &'static str,
	fields: Fields,
	/// What the chain bounds by a constant of the pallet.
	pub(crate) bounds: Vec<Bound>,
}

/// The fields of a call, in order.
#[derive(Clone, Debug, PartialEq)]
#[doc(hidden)]
pub struct Fields(Vec<Field>);

/// A field of a call.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Field {
	/// Bytes: a list, an array or a hash.
	Bytes(Vec<u8>),
	/// A value that is encoded already.
	Encoded(Vec<u8>),
	/// Anything else.
	Value(Value),
	/// A call inside a call.
	Call(Box<Call>),
}

/// A length that a chain bounds by a constant of the pallet. A longer call is not even decoded by the runtime, and
/// the pool's answer does not tell why.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bound {
	/// What is bounded.
	pub(crate) what: &'static str,
	/// Its length in bytes.
	pub(crate) got: usize,
	/// Name of the constant.
	pub(crate) constant: &'static str,
	/// Bytes for each unit of the constant, and besides these.
	pub(crate) bytes: (usize, usize),
	/// What a longer one is called.
	pub(crate) verdict: &'static str,
}

impl Bound {
	/// The most bytes, given the constant's value.
	pub(crate) const fn max(&self, constant: usize) -> usize {
		constant.saturating_mul(self.bytes.0).saturating_add(self.bytes.1)
	}
}

impl Call {
	pub(crate) fn new(pallet: &'static str, name: &'static str, fields: Vec<Field>) -> Self {
		Self { pallet, name, fields: Fields(fields), bounds: Vec::new() }
	}

	/// Registers a verifying key, given as the bytes that encode it.
	#[must_use]
	pub fn register_vk(vk: Vec<u8>) -> Self {
		let bounds = vec![Bound {
			what: "verifying key",
			got: vk.len(),
			constant: "MaxVkBytes",
			bytes: (1, 0),
			verdict: "vk_too_long",
		}];
		Self { bounds, ..Self::new(PALLET, "register_vk", vec![Field::Bytes(vk)]) }
	}

	/// Gives notice of the signer's key: it ends, unless somebody takes it over.
	#[must_use]
	pub fn unregister_vk(vk_hash: Hash) -> Self {
		Self::new(PALLET, "unregister_vk", vec![Field::Bytes(vk_hash.into())])
	}

	/// A remark of any bytes: it does nothing.
	#[must_use]
	pub fn remark(bytes: Vec<u8>) -> Self {
		Self::new("System", "remark", vec![Field::Bytes(bytes)])
	}

	/// Takes over a key that ends: the signer pays its deposit.
	#[must_use]
	pub fn take_over_vk(vk_hash: Hash) -> Self {
		Self::new(PALLET, "take_over_vk", vec![Field::Bytes(vk_hash.into())])
	}

	/// Removes a key that has ended.
	#[must_use]
	pub fn remove_vk(vk_hash: Hash) -> Self {
		Self::new(PALLET, "remove_vk", vec![Field::Bytes(vk_hash.into())])
	}

	/// Switches off, without sudo: for the pauser.
	#[must_use]
	pub fn pause(scope: Scope) -> Self {
		let fields = [scope.value(), Value::bool(true)].map(Field::Value);
		Self::new(PALLET, "set_disabled", fields.into())
	}

	/// Submits a proof under a registered key; `public_values` are the bytes that encode them.
	#[must_use]
	pub fn submit_proof(vk_hash: Hash, public_values: Vec<u8>, proof: Vec<u8>) -> Self {
		let bounds = vec![
			Bound {
				what: "proof",
				got: proof.len(),
				constant: "MaxProofBytes",
				bytes: (1, 0),
				verdict: "proof_too_long",
			},
			Bound {
				what: "public values",
				got: public_values.len(),
				constant: "MaxPublicValues",
				// Four bytes an element; version byte, at most five bytes of length.
				bytes: (4, 6),
				verdict: "public_values_malformed",
			},
		];
		let fields = [vk_hash.into(), public_values, proof].map(Field::Bytes).into();
		Self { bounds, ..Self::new(PALLET, "submit_proof", fields) }
	}
}

impl Payload for Call {
	type CallData = Fields;

	fn pallet_name(&self) -> &str {
		self.pallet
	}

	fn call_name(&self) -> &str {
		self.name
	}

	fn call_data(&self) -> &Fields {
		&self.fields
	}
}

impl EncodeAsFields for Fields {
	fn encode_as_fields_to<R: TypeResolver>(
		&self,
		fields: &mut dyn FieldIter<'_, R::TypeId>,
		types: &R,
		out: &mut Vec<u8>,
	) -> Result<(), scale_encode::Error> {
		let values = self.0.iter().map(|field| (None, CompositeField::new(field)));
		Composite::new(values).encode_composite_fields_to(fields, types, out)
	}
}

impl EncodeAsType for Field {
	fn encode_as_type_to<R: TypeResolver>(
		&self,
		type_id: R::TypeId,
		types: &R,
		out: &mut Vec<u8>,
	) -> Result<(), scale_encode::Error> {
		match self {
			Self::Bytes(bytes) => bytes.encode_as_type_to(type_id, types, out),
			Self::Encoded(bytes) => {
				out.extend(bytes);
				Ok(())
			},
			Self::Value(value) => value.encode_as_type_to(type_id, types, out),
			Self::Call(call) => call.encode_as_type_to(type_id, types, out),
		}
	}
}

/// As a value of the runtime's type of calls: a variant for the pallet, and in it one for the call.
impl EncodeAsType for Call {
	fn encode_as_type_to<R: TypeResolver>(
		&self,
		type_id: R::TypeId,
		types: &R,
		out: &mut Vec<u8>,
	) -> Result<(), scale_encode::Error> {
		/// The call within its pallet.
		struct Within<'a>(&'a Call);

		impl EncodeAsType for Within<'_> {
			fn encode_as_type_to<R: TypeResolver>(
				&self,
				type_id: R::TypeId,
				types: &R,
				out: &mut Vec<u8>,
			) -> Result<(), scale_encode::Error> {
				let values = self.0.fields.0.iter().map(|field| (None, CompositeField::new(field)));
				Variant { name: self.0.name, fields: Composite::new(values) }
					.encode_variant_as_type_to(type_id, types, out)
			}
		}

		let within = Within(self);
		let fields = Composite::new([(None, CompositeField::new(&within))].into_iter());
		Variant { name: self.pallet, fields }.encode_variant_as_type_to(type_id, types, out)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn bounds_are_those_of_the_encoded_bytes() {
		let call = Call::submit_proof([0; 32], vec![0; 7], vec![0; 9]);
		let most: Vec<_> = call.bounds.iter().map(|bound| (bound.got, bound.max(100))).collect();
		assert_eq!(most, [(9, 100), (7, 406)]);
		assert_eq!(call.bounds[1].max(usize::MAX), usize::MAX);
	}
}
