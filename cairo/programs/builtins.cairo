// SPDX-License-Identifier: Apache-2.0
//
// For tests: uses every builtin that can be proven with the small preprocessed trace.
// Output: the Pedersen hash of -1 and -2; 2^251 - 1 xor 10; what Poseidon's permutation makes of 1, 2
// and 3; the sum and the product of -1 and -2 modulo the prime of BLS12-381's coordinates, each as four
// words of 96 bits.

%builtins output pedersen range_check bitwise poseidon range_check96 add_mod mul_mod

from starkware.cairo.common.cairo_builtins import (
    BitwiseBuiltin,
    HashBuiltin,
    ModBuiltin,
    PoseidonBuiltin,
    UInt384,
)
from starkware.cairo.common.poseidon_state import PoseidonBuiltinState
from starkware.cairo.common.registers import get_label_location

func main{
    output_ptr: felt*,
    pedersen_ptr: HashBuiltin*,
    range_check_ptr,
    bitwise_ptr: BitwiseBuiltin*,
    poseidon_ptr: PoseidonBuiltin*,
    range_check96_ptr,
    add_mod_ptr: ModBuiltin*,
    mul_mod_ptr: ModBuiltin*,
}() {
    alloc_locals;
    assert pedersen_ptr.x = -1;
    assert pedersen_ptr.y = -2;
    assert output_ptr[0] = pedersen_ptr.result;

    assert [range_check_ptr] = 2 ** 128 - 1;
    assert [range_check96_ptr] = 2 ** 96 - 1;

    assert bitwise_ptr.x = 2 ** 251 - 1;
    assert bitwise_ptr.y = 10;
    assert output_ptr[1] = bitwise_ptr.x_xor_y;

    assert poseidon_ptr.input = PoseidonBuiltinState(s0=1, s1=2, s2=3);
    assert [cast(output_ptr + 2, PoseidonBuiltinState*)] = poseidon_ptr.output;

    let (values: UInt384*) = get_label_location(numbers);
    let (offsets) = get_label_location(operands);
    let p = [values];
    assert [add_mod_ptr] = ModBuiltin(p=p, values_ptr=values, offsets_ptr=offsets, n=1);
    assert [mul_mod_ptr] = ModBuiltin(p=p, values_ptr=values, offsets_ptr=offsets + 3, n=1);
    assert [cast(output_ptr + 5, UInt384*)] = values[3];
    assert [cast(output_ptr + 9, UInt384*)] = values[4];

    let output_ptr = output_ptr + 13;
    let pedersen_ptr = pedersen_ptr + HashBuiltin.SIZE;
    let range_check_ptr = range_check_ptr + 1;
    let bitwise_ptr = bitwise_ptr + BitwiseBuiltin.SIZE;
    let poseidon_ptr = poseidon_ptr + PoseidonBuiltin.SIZE;
    let range_check96_ptr = range_check96_ptr + 1;
    let add_mod_ptr = add_mod_ptr + ModBuiltin.SIZE;
    let mul_mod_ptr = mul_mod_ptr + ModBuiltin.SIZE;
    return ();

    // The prime, -1, -2, -3 and 2.
    numbers:
    dw 0xb153ffffb9feffffffffaaab;
    dw 0x6730d2a0f6b0f6241eabfffe;
    dw 0x434bacd764774b84f38512bf;
    dw 0x1a0111ea397fe69a4b1ba7b6;
    dw 0xb153ffffb9feffffffffaaaa;
    dw 0x6730d2a0f6b0f6241eabfffe;
    dw 0x434bacd764774b84f38512bf;
    dw 0x1a0111ea397fe69a4b1ba7b6;
    dw 0xb153ffffb9feffffffffaaa9;
    dw 0x6730d2a0f6b0f6241eabfffe;
    dw 0x434bacd764774b84f38512bf;
    dw 0x1a0111ea397fe69a4b1ba7b6;
    dw 0xb153ffffb9feffffffffaaa8;
    dw 0x6730d2a0f6b0f6241eabfffe;
    dw 0x434bacd764774b84f38512bf;
    dw 0x1a0111ea397fe69a4b1ba7b6;
    dw 2;
    dw 0;
    dw 0;
    dw 0;

    // Where a and b and their sum are, and their product.
    operands:
    dw 4;
    dw 8;
    dw 12;
    dw 4;
    dw 8;
    dw 16;
}
