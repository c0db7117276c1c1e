//! Windows' own firewall; netsh advfirewall and the NetSecurity module of PowerShell.

use super::{Group, HELPER_AND_TLS, LOOK_FROM_OUTSIDE, Product, Recipe, Step, TRY_ACTIVE, UNKNOWN};

pub static PRODUCT: Product = Product {
    id: "windows-firewall",
    name: "Windows firewall",
    aliases: &["Windows Defender Firewall", "Microsoft Defender Firewall", "netsh", "advfirewall", "StatefulFtp"],
    group: Group::Firewall,
    about: "ports let in, active mode, its FTP helper (StatefulFtp)",
    checked_with: "not run here; commands read in Microsoft's articles on FTP and firewalls and in public use, 2026-11",
    settings: UNKNOWN,
    recipe: Recipe {
        passive: &[
            Step::Say("On the server, at PowerShell as administrator:"),
            Step::Run(
                "New-NetFirewallRule -DisplayName \"FTP server\" -Direction Inbound -Protocol TCP -LocalPort {port},\"{low}-{high}\" -Action Allow",
            ),
            Step::Say("Or at a command prompt as administrator:"),
            Step::Run(
                "netsh advfirewall firewall add rule name=\"FTP server\" dir=in action=allow protocol=TCP localport={port},{low}-{high}",
            ),
        ],
        address: &[Step::Say(
            "It translates no addresses. The server names its outer address itself: its own recipe has the setting.",
        )],
        active: &[
            Step::Say(
                "On a client: Windows asks when the client first listens, and a \"no\" then stands as a rule that blocks. Take \
                 such a rule away, and let the client's program in; the path is the client's own:",
            ),
            Step::Run(
                "New-NetFirewallRule -DisplayName \"FTP client, active mode\" -Direction Inbound -Protocol TCP -Program \"C:\\Program Files\\FileZilla FTP Client\\filezilla.exe\" -RemoteAddress {address} -Action Allow",
            ),
            Step::Say("Or, where the client keeps to ports {client_low} to {client_high}, whatever the program:"),
            Step::Run(
                "New-NetFirewallRule -DisplayName \"FTP client, active mode\" -Direction Inbound -Protocol TCP -LocalPort {client_low}-{client_high} -RemoteAddress {address} -Action Allow",
            ),
        ],
        helper: &[
            Step::Say("StatefulFtp reads PORT and PASV and opens what they name. On, for servers without TLS:"),
            Step::Run("netsh advfirewall set global StatefulFtp enable"),
            Step::Say(
                "Off, where sessions are cut off in mid-transfer, or where all of them are under TLS and the ports are open \
                 by rules:",
            ),
            Step::Run("netsh advfirewall set global StatefulFtp disable"),
        ],
        tls: &[HELPER_AND_TLS],
        reload: &[Step::Say("Rules count at once. Sessions that stand keep what they had: connect again.")],
        check: &[
            Step::Run("Get-NetFirewallRule -DisplayName \"FTP*\" | Get-NetFirewallPortFilter"),
            Step::Run("netsh advfirewall show global"),
            Step::Say("From outside, for the passive range:"),
            LOOK_FROM_OUTSIDE,
            Step::Say("On the client itself, for active mode:"),
            TRY_ACTIVE,
        ],
        mind: &[Step::Say(
            "Of two rules that fit, the one that blocks wins. Other security programs bring firewalls of their own, which these \
             commands do not reach.",
        )],
    },
    mends: &[
        "passive-port-dropped",
        "passive-port-refused",
        "passive-range-partly-open",
        "active-callback-dropped",
        "local-firewall-drops-callback",
        "tls-blinds-ftp-helper",
    ],
};
