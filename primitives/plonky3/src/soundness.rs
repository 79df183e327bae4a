//! stub
use assay_primitives::*;
#[allow(missing_docs)]
pub struct Shape { pub degree_bits: u8, pub width: u32, pub preprocessed_width: u32, pub opens_next_row: bool, pub opens_preprocessed_next_row: bool, pub num_constraints: u32, pub constraint_degree: u32, pub log_num_quotient_chunks: u8 }
#[allow(missing_docs)]
pub struct Report { pub bits: SecurityBits }
#[allow(missing_docs)]
pub fn security_bits(_: &FriParams, _: HashKind, _: ExtensionDegree, _: &Shape) -> Report { Report { bits: SecurityBits { proven: 80, conjectured: 80 } } }
