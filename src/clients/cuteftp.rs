//! CuteFTP; menus from its help, what it does by itself from its help and from three logs that users published.

use super::rules::{
    Dials, Listing, Manner, NO_TLS, REFUSED_OR_CLOSED, Rules, Setting, Step, Tls, UNSURE, Vouching, Way,
};
use super::{Client, Recipe, UNKNOWN, wire};

pub static CLIENT: Client = Client {
    id: "cuteftp",
    name: "CuteFTP",
    aliases: &[],
    checked_with: "9, from Globalscape's documentation, 2026-11",
    recipe: Recipe {
        passive: Some(
            "Tools > Global Options > Transfer > Data mode: PASV. With Auto it tries PASV first and PORT where that fails. For one site: the site's settings, Type.",
        ),
        active: Some("Tools > Global Options > Transfer > Data mode: PORT. For one site: the site's settings, Type."),
        active_ports: Some("Tools > Global Options > Transfer: Limit local port range, from {low} to {high}."),
        without_extended: Some("Tools > Global Options > Transfer > Data mode: PASV or PORT, and not EPSV or EPRT."),
        ..UNKNOWN
    },
    rules: Some(Rules {
        used_as: "Data mode: Auto",
        source: "Globalscape's help for CuteFTP 9, Transfer settings; logs of CuteFTP 3.3 and 8.3, published 2007 and 2009",
        way: Way {
            ipv4: &[
                Step::pasv(Dials::Mended(wire::unroutable_from_routable), REFUSED_OR_CLOSED).unsure_of_codes(),
                Step::port(&[]),
            ],
            ipv6: UNSURE,
        },
        settings: &[Setting { text: "Data mode: PORT", way: Way { ipv4: &[Step::port(&[])], ipv6: UNSURE } }],
        earlier: &[],
        tls: Tls {
            explicit: Some("FTP over TLS chosen for the site"),
            implicit: Some("implicit TLS chosen for the site"),
            vouching: Vouching::Asks,
            ..NO_TLS
        },
        listing: Listing::List,
        manner: Manner::Plain,
    }),
};
