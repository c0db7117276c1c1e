//! Serv-U; names of its Management Console.

use super::{Group, LET_THE_RANGE_IN, LOOK_FROM_OUTSIDE, NO_STEPS, Product, Recipe, Settings, Step, UNKNOWN};

pub static PRODUCT: Product = Product {
    id: "serv-u",
    name: "Serv-U",
    aliases: &["SolarWinds Serv-U", "Serv-U MFT"],
    group: Group::Server,
    about: "passive range, address of the listener, TLS",
    checked_with: "not run here; the way to the settings from SolarWinds' documentation of version 15, the names of the fields what is generally known, 2026-11",
    settings: Settings {
        passive_range: Some("Server Limits & Settings, Settings: PASV Port Range 40000 to 40100"),
        external_address: Some("Domain Details, Listeners, the listener: PASV IP Address {address}"),
        ..UNKNOWN
    },
    recipe: Recipe {
        passive: &[
            Step::Say(
                "In the Management Console: Server Limits & Settings, Settings, under the network settings: PASV Port Range \
                 from {low} to {high}. It holds for all domains. Save.",
            ),
            LET_THE_RANGE_IN,
        ],
        address: &[Step::Say(
            "Domain Details, Listeners, edit the FTP listener: PASV IP Address {address} (a name will do). It may be kept to \
             sessions under TLS, where a router's FTP helper mends plain ones, and it is left out for clients in the \
             server's own network unless the listener says otherwise.",
        )],
        active: &[Step::Say(
            "Active mode is on. The firewall of the server must let Serv-U connect out to the clients.",
        )],
        tls: &[Step::Say(
            "The certificate is chosen under Server Limits & Settings, Encryption, or at the domain. Under TLS no firewall \
             can read PASV and PORT any more: the range must be open and the PASV IP Address set.",
        )],
        reload: &[Step::Say("Save. Sessions that stand keep what they had: connect again.")],
        check: &[
            Step::Say("From outside, where the passive ports named must lie from {low} to {high}:"),
            LOOK_FROM_OUTSIDE,
        ],
        ..NO_STEPS
    },
    mends: &[
        "passive-port-dropped",
        "passive-port-refused",
        "passive-address-unroutable",
        "passive-address-foreign",
        "passive-range-partly-open",
        "tls-blinds-ftp-helper",
    ],
};
