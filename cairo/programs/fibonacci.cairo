// SPDX-License-Identifier: Apache-2.0
//
// Claims: the n-th number of the sequence 1, 1, 2, 3, ... (modulo Cairo's prime) is what comes out.
// Output: n, the number. Input: n.

%builtins output

func next_input() -> (value: felt) {
    alloc_locals;
    local value;
    %{ ids.value = inputs.pop(0) %}
    return (value=value);
}

func fibonacci(first, second, n) -> (result: felt) {
    if (n == 0) {
        return (result=first);
    }
    return fibonacci(first=second, second=first + second, n=n - 1);
}

func main{output_ptr: felt*}() {
    let (n) = next_input();
    assert output_ptr[0] = n;
    let (result) = fibonacci(1, 1, n);
    assert output_ptr[1] = result;
    let output_ptr = output_ptr + 2;
    return ();
}
