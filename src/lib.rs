//! ftpmode tells whether an FTP client should use active or passive mode, and whose firewall it is when one fails.
//!
//! What was seen flows one way, and the answer is computed once:
//!
//! ```text
//! target ──> engine (probes) ──┐
//!                              ├──> Evidence ──> Facts ──> diagnosis ──> Report ──> one file a format
//! customer's log ──> import ───┤                  ^             │
//! saved case ──────────────────┘                  │             │
//!                                              planner <────────┘   "which probe would tell the remaining causes apart?"
//! ```
//!
//! | room | what is in it | may use |
//! |---|---|---|
//! | [`protocol`] | FTP on the wire, without a socket | nothing |
//! | [`evidence`] | what was seen, never why | protocol |
//! | [`servers`] | servers, firewalls and clouds: how each setting is called, and how each is mended | nothing |
//! | [`clients`] | clients: how each is set, and what it would do here | evidence, protocol |
//! | [`diagnosis`] | rules, the planner, the verdict | evidence, protocol, servers |
//! | [`knowledge`] | articles on findings, reply codes and topics | diagnosis, protocol, servers |
//! | [`report`] | the contract's object and its formats | clients, diagnosis, evidence, protocol, servers |
//! | [`engine`] | sockets and clocks: does and records | protocol, evidence |
//! | [`serve`] | the diagnosis server | protocol |
//! | [`check`] | plan, probe, record, diagnose, next | engine, diagnosis, evidence |
//! | [`cli`] | arguments into requests, reports onto streams | all |
//!
//! **Invariants.** The pure rooms (protocol, evidence, clients, servers, diagnosis, knowledge, report) know no async, clock, socket,
//! environment or stdout. Evidence has no opinion. Diagnosis reads facts, never raw events. Report decides nothing. What
//! the network does wrong is an event in the evidence, never an `Err`; `Err` means that ftpmode itself could not work.
//! Clippy's lists and `tests/house.rs` keep them.
//!
//! **One package.** Question: a workspace of crates, or one package with rooms? Choice: one. Reason: the rooms are small
//! and change together, and a test reads the arrows as well as the compiler would. Price: that test.

pub mod check;
pub mod cli;
pub mod clients;
pub mod diagnosis;
pub mod engine;
pub mod evidence;
pub mod knowledge;
pub mod protocol;
pub mod report;
pub mod serve;
pub mod servers;
