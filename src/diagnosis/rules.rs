//! Every rule: one file each, named after its finding's id, beside its article. This table is the only list.

use super::rule::Rule;

mod passive_port_dropped;

/// In the contract's order: the control connection, the two ends, passive, active, the data connection.
pub static ALL: &[&Rule] = &[&passive_port_dropped::RULE];

/// The rule with this id.
pub fn with_id(id: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.id == id).copied()
}
