// SPDX-License-Identifier: Apache-2.0
//
// Claims: these members, a bit each, were at every one of so many meetings. Who else was at which
// stays unsaid.
// Output: number of meetings, members. Input: number of meetings, who was at each.

%builtins output bitwise

from starkware.cairo.common.cairo_builtins import BitwiseBuiltin

func next_input() -> (value: felt) {
    alloc_locals;
    local value;
    %{ ids.value = inputs.pop(0) %}
    return (value=value);
}

func at_every{bitwise_ptr: BitwiseBuiltin*}(members, meetings) -> (members: felt) {
    if (meetings == 0) {
        return (members=members);
    }
    let (present) = next_input();
    assert bitwise_ptr.x = members;
    assert bitwise_ptr.y = present;
    let both = bitwise_ptr.x_and_y;
    let bitwise_ptr = bitwise_ptr + BitwiseBuiltin.SIZE;
    return at_every(both, meetings - 1);
}

func main{output_ptr: felt*, bitwise_ptr: BitwiseBuiltin*}() {
    alloc_locals;
    let (local meetings) = next_input();
    let (local members) = at_every(2 ** 251 - 1, meetings);
    assert output_ptr[0] = meetings;
    assert output_ptr[1] = members;
    let output_ptr = output_ptr + 2;
    return ();
}
