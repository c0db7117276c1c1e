//! Docker: published ports, its own translation.

use super::{Group, LOOK_FROM_OUTSIDE, Product, Recipe, Step, TRY_ACTIVE, UNKNOWN};

pub static PRODUCT: Product = Product {
    id: "docker",
    name: "Docker",
    aliases: &["docker compose", "Podman", "container"],
    group: Group::Cloud,
    about: "ports published, the host's address named",
    checked_with: "not run here; the way to publish ranges read in public use of Docker Engine, 2026-11",
    settings: UNKNOWN,
    recipe: Recipe {
        passive: &[
            Step::Say(
                "The range is set in the server inside the container, and published with the same numbers: the port that the \
                 server names is the one that clients dial. The image's name is an example:",
            ),
            Step::Run("docker run -d --name ftp -p {port}:{port} -p {low}-{high}:{low}-{high} my-ftp-image"),
            Step::Say("Or with Compose:"),
            Step::Put {
                file: "compose.yaml",
                lines: "\
services:
  ftp:
    image: my-ftp-image
    ports:
      - \"{port}:{port}\"
      - \"{low}-{high}:{low}-{high}\"",
            },
            Step::Say(
                "Keep the range short: each published port costs rules, and a helper process where the userland proxy is on. Or \
                 give the container the host's own network, where nothing is published or translated:",
            ),
            Step::Run("docker run -d --name ftp --network host my-ftp-image"),
        ],
        address: &[Step::Say(
            "Unless it has the host's network, the container knows nothing but an address such as 172.17.0.2: the server in it \
             must name {address}, the address that clients reach the host at. Its own recipe has the setting; images often \
             take it from a variable of their own.",
        )],
        active: &[Step::Say(
            "The server's connections go out translated, from the host's address and perhaps from another port than 20: clients \
             whose firewall asks for port 20 want the host's network (--network host). A client in a container can't be reached \
             unless its active ports are published and it names the host's address: passive mode is simpler.",
        )],
        helper: &[Step::Say(
            "Docker has none. The host's Linux may have one, which then mends the replies of plain sessions: \
             `ftpmode recipe nftables` tells how it is switched.",
        )],
        tls: &[Step::Say(
            "Nothing changes under TLS, as long as nobody counts on the host's helper: it can't read PASV then.",
        )],
        reload: &[
            Step::Say("Published ports belong to the container: it is made anew."),
            Step::Run("docker compose up -d --force-recreate"),
        ],
        check: &[
            Step::Run("docker port ftp"),
            Step::Say("From another computer, for the passive range and the address:"),
            LOOK_FROM_OUTSIDE,
            Step::Say("From the client's side, for active mode:"),
            TRY_ACTIVE,
        ],
        mind: &[Step::Say(
            "Published ports pass by ufw's rules: Docker's own come first. From the host itself or another \
             container, a connection may come from the bridge's address, and a server that compares the two ends then refuses \
             the data connection: check from another computer.",
        )],
    },
    mends: &[
        "passive-port-dropped",
        "passive-port-refused",
        "passive-address-unroutable",
        "passive-range-partly-open",
        "server-behind-nat",
        "active-callback-dropped",
        "data-source-address-differs",
        "tls-blinds-ftp-helper",
    ],
};
