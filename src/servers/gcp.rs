//! Google Cloud: VPC firewall rules, external addresses.

use super::{Group, LOOK_FROM_OUTSIDE, NO_HELPER, NO_HELPER_TO_BLIND, Product, Recipe, Step, TRY_ACTIVE, UNKNOWN};

pub static PRODUCT: Product = Product {
    id: "gcp",
    name: "Google Cloud firewall rules",
    aliases: &["Google Cloud", "Google Cloud Platform", "GCE", "Compute Engine"],
    group: Group::Cloud,
    about: "ports let in, external address",
    checked_with: "not run here; commands read in public use of the gcloud CLI, 2026-11",
    settings: UNKNOWN,
    recipe: Recipe {
        passive: &[
            Step::Say("VPC network, Firewall, Create firewall rule; or (network, tag and names are examples):"),
            Step::Run(
                "\
gcloud compute firewall-rules create ftp-server --network=default --direction=INGRESS --allow=tcp:{port},tcp:{low}-{high} --source-ranges=0.0.0.0/0 --target-tags=ftp-server
gcloud compute instances add-tags my-vm --zone=europe-west1-b --tags=ftp-server",
            ),
        ],
        address: &[
            Step::Say(
                "The machine has an internal address alone, and Google translates: the server must name {address}, and its own \
                 recipe has the setting. Reserve the external address, since another one changes when the machine is stopped. \
                 It is told by:",
            ),
            Step::Run(
                "gcloud compute instances describe my-vm --zone=europe-west1-b --format='get(networkInterfaces[0].accessConfigs[0].natIP)'",
            ),
        ],
        active: &[
            Step::Say(
                "A server: nothing to do, since all traffic may go out unless a rule forbids it. A client on a machine with an \
                 external address of its own: let the server in, and name that external address.",
            ),
            Step::Run(
                "gcloud compute firewall-rules create ftp-active --network=default --direction=INGRESS --allow=tcp:{client_low}-{client_high} --source-ranges={address}/32 --target-tags=ftp-client",
            ),
            Step::Say("Behind Cloud NAT no connection comes in at all: there a client has passive mode alone."),
        ],
        helper: &[NO_HELPER],
        tls: &[NO_HELPER_TO_BLIND],
        reload: &[Step::Say("Rules count within seconds. The server reads its address when it is restarted.")],
        check: &[
            Step::Run("gcloud compute firewall-rules list --filter='name~^ftp' --format='table(name,sourceRanges,allowed)'"),
            Step::Say("From outside Google's network, for the passive range:"),
            LOOK_FROM_OUTSIDE,
            Step::Say("On a client's machine, for active mode:"),
            TRY_ACTIVE,
        ],
        mind: &[Step::Say(
            "A rule holds for the machines that have its tag. The operating system's own firewall must let the ports in, too.",
        )],
    },
    mends: &[
        "passive-port-dropped",
        "passive-port-refused",
        "passive-address-unroutable",
        "passive-range-partly-open",
        "server-behind-nat",
        "active-callback-dropped",
        "tls-blinds-ftp-helper",
    ],
};
