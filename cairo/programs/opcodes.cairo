// SPDX-License-Identifier: Apache-2.0
//
// For tests: runs instructions of every kind that Cairo's AIR has a component for. Those that the
// compiler has no syntax for, and the words that jumps skip, are data among the code.
// Output: the Blake2s hash of the numbers 0 to 15, twice, as eight words; a product and a sum in the
// field of STWO's challenges, as numbers of 4 times 36 bits; 2^70; (2^200 + 3)^2 + 2^200 + 3.

%builtins output

from starkware.cairo.common.registers import get_fp_and_pc, get_label_location

// Opcode extensions: what an instruction has above its 63 bits.
const BLAKE = 2 ** 63;
const BLAKE_LAST = 2 * 2 ** 63;
const QM31 = 3 * 2 ** 63;

// State and output are eight words, the block is sixteen. `bytes`: of the message, to the block's end.
func compress(output: felt*, state: felt*, block: felt*, bytes) {
    [ap] = [fp - 6];
    dw BLAKE + 0xb7ffc7ffb7ffd;  // To where [ap] points, from [fp - 5], [fp - 4] and [fp - 3].
    ap += 1;
    ret;
}

func compress_last(output: felt*, state: felt*, block: felt*, bytes) {
    [ap] = [fp - 6];
    dw BLAKE_LAST + 0xb7ffc7ffb7ffd;
    ap += 1;
    ret;
}

func multiply_and_add(x, y) -> (product: felt, sum: felt) {
    ap += 2;
    dw QM31 + 0x404b7ffd7ffc8000;  // [fp] = [fp - 4] * [fp - 3].
    dw QM31 + 0x402780017ffd8001;  // [fp + 1] = [fp - 3] + the next word.
    dw 2 ** 36 + 2 ** 31 - 2;
    return (product=[fp], sum=[fp + 1]);
}

// Each jump skips a word, except the last, which is not taken.
func jumps(by_address: felt*, by_pointer: felt**) {
    jmp abs [fp - 4];
    dw 0;

    address:
    jmp abs [[fp - 3]];
    dw 0;

    pointer:
    [ap] = 2, ap++;
    jmp rel [ap - 1];
    dw 0;
    jmp distance;
    dw 0;

    distance:
    jmp not_zero if [ap - 1] != 0;
    dw 0;

    not_zero:
    [ap] = 0, ap++;
    jmp not_zero if [ap - 1] != 0;
    ret;
}

// Forms of instructions that Cairo's AIR has only its generic component for.
func others(two) {
    ap += [fp - 3] * [fp - 3];
    [ap] = 0, ap++;
    jmp rel [fp - 3] if [ap - 1] != 0;
    jmp rel [fp - 3] if [fp - 3] != 0;
    dw 0;
    jmp rel [fp - 3] * 2;
    dw 0;
    dw 0;
    dw 0x10a4800180018000;  // call abs [ap + 1] + 1: the word after that where it returns to.
    dw 1;
    ret;
    ret;
}

func main{output_ptr: felt*}() {
    alloc_locals;
    local by_pointer: felt*;
    local words: (felt, felt, felt, felt, felt, felt, felt, felt);
    let (__fp__, _) = get_fp_and_pc();

    let (by_address) = get_label_location(jumps.address);
    let (pointer) = get_label_location(jumps.pointer);
    assert by_pointer = pointer;
    jumps(by_address=by_address, by_pointer=&by_pointer);
    let (by_call) = get_label_location(others);
    [ap] = 2, ap++;
    call abs by_call;

    let (state) = get_label_location(first_state);
    let (block) = get_label_location(numbers);
    compress(output=&words, state=state, block=block, bytes=64);
    compress_last(output=output_ptr, state=&words, block=block, bytes=128);

    // The numbers 1, 2, 3, 4, and 2^31 - 2, 0, 0, 5.
    let (product, sum) = multiply_and_add(
        1 + 2 * 2 ** 36 + 3 * 2 ** 72 + 4 * 2 ** 108, 2 ** 31 - 2 + 5 * 2 ** 108
    );
    assert output_ptr[8] = product;
    assert output_ptr[9] = sum;

    tempvar small = 2 ** 35;
    tempvar large = 2 ** 200 + 3;
    tempvar square = large * large;
    assert output_ptr[10] = small * small;
    assert output_ptr[11] = square + large;
    let output_ptr = output_ptr + 12;
    return ();

    // Blake2s' constants, for a hash of 32 bytes without a key.
    first_state:
    dw 0x6b08e647;
    dw 0xbb67ae85;
    dw 0x3c6ef372;
    dw 0xa54ff53a;
    dw 0x510e527f;
    dw 0x9b05688c;
    dw 0x1f83d9ab;
    dw 0x5be0cd19;

    numbers:
    dw 0;
    dw 1;
    dw 2;
    dw 3;
    dw 4;
    dw 5;
    dw 6;
    dw 7;
    dw 8;
    dw 9;
    dw 10;
    dw 11;
    dw 12;
    dw 13;
    dw 14;
    dw 15;
}
