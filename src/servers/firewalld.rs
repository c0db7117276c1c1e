//! firewalld; firewall-cmd(1).

use super::{Group, HELPER_AND_TLS, LOOK_FROM_OUTSIDE, Product, Recipe, Step, TRY_ACTIVE, UNKNOWN};

pub static PRODUCT: Product = Product {
    id: "firewalld",
    name: "firewalld",
    aliases: &["firewall-cmd", "Red Hat firewall", "Fedora firewall"],
    group: Group::Firewall,
    about: "ports let in and forwarded, active mode, the FTP helper",
    checked_with: "1.3.3 (Debian 12), the settings taken by firewall-offline-cmd and no traffic sent, 2026-11",
    settings: UNKNOWN,
    recipe: Recipe {
        passive: &[
            Step::Say("On the server itself, for the zone that is the default (--zone=NAME for another):"),
            Step::Run(
                "\
firewall-cmd --permanent --add-port={port}/tcp
firewall-cmd --permanent --add-port={low}-{high}/tcp",
            ),
            Step::Say("On a router that translates the address, for the outer zone:"),
            Step::Run(
                "\
firewall-cmd --permanent --zone=external --add-forward-port=port={port}:proto=tcp:toaddr={inside}
firewall-cmd --permanent --zone=external --add-forward-port=port={low}-{high}:proto=tcp:toaddr={inside}",
            ),
        ],
        address: &[Step::Say(
            "The server names its outer address itself: its own recipe has the setting. Only the FTP helper, below, mends it \
             on the way, and only in plain sessions.",
        )],
        active: &[
            Step::Say(
                "On the client, without a helper: the client listens at ports {client_low} to {client_high} alone, and where \
                 its address is translated names {client_address}.",
            ),
            Step::Run(
                "firewall-cmd --permanent --add-rich-rule='rule family=\"ipv4\" source address=\"{address}\" port port=\"{client_low}-{client_high}\" protocol=\"tcp\" accept'",
            ),
        ],
        helper: &[
            Step::Say(
                "The service \"ftp\" is port 21 and the helper: with it a server needs no range in plain sessions.",
            ),
            Step::Run("firewall-cmd --permanent --add-service=ftp"),
            Step::Say("A server at another port than 21 needs a service of its own in the place of that one:"),
            Step::Run(
                "\
firewall-cmd --permanent --new-service=ftp-{port}
firewall-cmd --permanent --service=ftp-{port} --add-port={port}/tcp
firewall-cmd --permanent --service=ftp-{port} --add-helper=ftp
firewall-cmd --permanent --add-service=ftp-{port}",
            ),
            Step::Say("Off again, when only the port stays open; whichever of the two was added:"),
            Step::Run(
                "\
firewall-cmd --permanent --remove-service=ftp
firewall-cmd --permanent --remove-service=ftp-{port}",
            ),
        ],
        tls: &[HELPER_AND_TLS],
        reload: &[Step::Run("firewall-cmd --reload")],
        check: &[
            Step::Run("firewall-cmd --list-all"),
            Step::Say("From outside, for the passive range:"),
            LOOK_FROM_OUTSIDE,
            Step::Say("From the client's side, for active mode without a helper:"),
            TRY_ACTIVE,
        ],
        mind: &[Step::Say(
            "Without --permanent a change is gone after the next reload; with it, it counts from the reload on.",
        )],
    },
    mends: &[
        "passive-port-dropped",
        "passive-port-refused",
        "passive-port-unreachable",
        "passive-range-partly-open",
        "active-callback-dropped",
        "local-firewall-drops-callback",
        "tls-blinds-ftp-helper",
    ],
};
