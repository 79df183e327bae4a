// SPDX-License-Identifier: Apache-2.0
//
// For tests: Pedersen's hash and an operation on the curve, which only the canonical preprocessed traces have together.
// Output: the Pedersen hash of -1 and -2; and P + m * Q, for the curve's generator Q.

%builtins output pedersen ec_op

from starkware.cairo.common.cairo_builtins import EcOpBuiltin, HashBuiltin

func main{output_ptr: felt*, pedersen_ptr: HashBuiltin*, ec_op_ptr: EcOpBuiltin*}() {
    assert pedersen_ptr.x = -1;
    assert pedersen_ptr.y = -2;
    assert output_ptr[0] = pedersen_ptr.result;

    assert ec_op_ptr.p.x = 0x49ee3eba8c1600700ee1b87eb599f16716b0b1022947733551fde4050ca6804;
    assert ec_op_ptr.p.y = 0x3ca0cfe4b3bc6ddf346d49d06ea0ed34e621062c0e056c1d0405d266e10268a;
    assert ec_op_ptr.q.x = 0x1ef15c18599971b7beced415a40f0c7deacfd9b0d1819e03d723d8bc943cfca;
    assert ec_op_ptr.q.y = 0x5668060aa49730b7be4801df46ec62de53ecd11abe43a32873000c36e8dc1f;
    assert ec_op_ptr.m = 2 ** 200 + 7;
    assert output_ptr[1] = ec_op_ptr.r.x;
    assert output_ptr[2] = ec_op_ptr.r.y;

    let output_ptr = output_ptr + 3;
    let pedersen_ptr = pedersen_ptr + HashBuiltin.SIZE;
    let ec_op_ptr = ec_op_ptr + EcOpBuiltin.SIZE;
    return ();
}
