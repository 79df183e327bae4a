// SPDX-License-Identifier: Apache-2.0
//
// Claims: so many votes, each of a weight below 2^64, have this weight together, which is at least
// two thirds of the weight of all voters: a quorum. Weights stay with whoever counts.
// Output: number of votes, their weight, weight of all. Input: the same three numbers' makings:
// weight of all, number of votes, each weight.

%builtins output range_check

func next_input() -> (value: felt) {
    alloc_locals;
    local value;
    %{ ids.value = inputs.pop(0) %}
    return (value=value);
}

// That 0 <= value < 2^64: both it and its distance from the end are below 2^128.
func check_weight{range_check_ptr}(value) {
    assert [range_check_ptr] = value;
    assert [range_check_ptr + 1] = 2 ** 64 - 1 - value;
    let range_check_ptr = range_check_ptr + 2;
    return ();
}

func sum{range_check_ptr}(votes, total) -> (total: felt) {
    if (votes == 0) {
        return (total=total);
    }
    let (weight) = next_input();
    check_weight(weight);
    return sum(votes=votes - 1, total=total + weight);
}

func main{output_ptr: felt*, range_check_ptr}() {
    alloc_locals;
    let (local all) = next_input();
    check_weight(all);
    let (local votes) = next_input();
    let (total) = sum(votes, 0);
    // 3 * total - 2 * all is not negative: it is below 2^128, as fewer than 2^60 votes fit a trace.
    assert [range_check_ptr] = 3 * total - 2 * all;
    let range_check_ptr = range_check_ptr + 1;
    assert output_ptr[0] = votes;
    assert output_ptr[1] = total;
    assert output_ptr[2] = all;
    let output_ptr = output_ptr + 3;
    return ();
}
