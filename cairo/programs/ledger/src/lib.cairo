//! Plays the transfers of a ledger and puts out what it closed with, so that whoever has the hash of
//! the transfers, or of the balances, can check their own copy. The transfers themselves stay with
//! whoever proves.
//!
//! Account 0 issues money. Every other account can only send what it has.

use core::dict::Felt252Dict;
use core::hash::{HashStateExTrait, HashStateTrait};
use core::nullable::{Nullable, NullableTrait};
use core::pedersen::PedersenTrait;
use core::poseidon::PoseidonTrait;

const ISSUER: felt252 = 0;

#[derive(Copy, Drop, Hash, Serde)]
struct Transfer {
    from: felt252,
    to: felt252,
    amount: u256,
}

#[derive(Drop, Serde)]
struct Closing {
    /// How many accounts have received something.
    accounts: u32,
    /// What the issuer has sent in all.
    issued: u256,
    /// Poseidon hash of the transfers, in their order.
    transfers_hash: felt252,
    /// Pedersen hash of accounts and balances, in the order in which accounts first received.
    balances_hash: felt252,
}

#[executable]
fn main(transfers: Array<Transfer>) -> Closing {
    let mut balances: Felt252Dict<Nullable<u256>> = Default::default();
    let mut accounts: Array<felt252> = array![];
    let mut issued: u256 = 0;
    let mut journal = PoseidonTrait::new();
    for transfer in transfers.span() {
        let Transfer { from, to, amount } = *transfer;
        if from == ISSUER {
            issued += amount;
        } else {
            let balance = balance_of(ref balances, from);
            assert!(balance >= amount, "an account sends more than it has");
            balances.insert(from, NullableTrait::new(balance - amount));
        }
        if balances.get(to).is_null() {
            accounts.append(to);
        }
        let balance = balance_of(ref balances, to);
        balances.insert(to, NullableTrait::new(balance + amount));
        journal = journal.update_with(*transfer);
    }
    let mut closing = PedersenTrait::new(0);
    for account in accounts.span() {
        closing = closing.update(*account).update_with(balance_of(ref balances, *account));
    }
    Closing {
        accounts: accounts.len(),
        issued,
        transfers_hash: journal.finalize(),
        balances_hash: closing.finalize(),
    }
}

fn balance_of(ref balances: Felt252Dict<Nullable<u256>>, account: felt252) -> u256 {
    balances.get(account).deref_or(0)
}
