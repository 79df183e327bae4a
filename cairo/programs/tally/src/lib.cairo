/// Adds up votes, and says how many were above zero.
///
/// What `main` returns is the program's output, which a chain vouches for. The votes themselves stay
/// with whoever proves.
#[executable]
fn main(votes: Array<u32>) -> (u64, u32) {
    let mut sum: u64 = 0;
    let mut above_zero: u32 = 0;
    for vote in votes.span() {
        sum += (*vote).into();
        if *vote > 0 {
            above_zero += 1;
        }
    }
    assert!(above_zero > 0, "nobody voted");
    (sum, above_zero)
}
