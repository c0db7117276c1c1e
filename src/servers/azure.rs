//! Microsoft Azure: network security groups, public addresses.

use super::{Group, LOOK_FROM_OUTSIDE, NO_HELPER, NO_HELPER_TO_BLIND, Product, Recipe, Step, TRY_ACTIVE, UNKNOWN};

pub static PRODUCT: Product = Product {
    id: "azure",
    name: "Azure network security groups",
    aliases: &["Azure", "Microsoft Azure", "NSG"],
    group: Group::Cloud,
    about: "ports let in, public address",
    checked_with: "not run here; commands read in public use of the Azure CLI 2, the idle time in Microsoft's reference, 2026-11",
    settings: UNKNOWN,
    recipe: Recipe {
        passive: &[
            Step::Say("The machine's page, Networking, Add inbound port rule; or (the names are examples):"),
            Step::Run(
                "az network nsg rule create --resource-group my-group --nsg-name my-nsg --name ftp --priority 310 --direction Inbound --access Allow --protocol Tcp --destination-port-ranges {port} {low}-{high}",
            ),
            Step::Say(
                "The subnet and the machine's interface may have a security group each: both must let the ports in.",
            ),
        ],
        address: &[
            Step::Say(
                "The machine has a private address alone, and Azure translates: the server must name {address}, and its own \
                 recipe has the setting. Make the public address a static one. It is told by:",
            ),
            Step::Run("az vm list-ip-addresses --resource-group my-group --name my-vm --output table"),
        ],
        active: &[
            Step::Say(
                "A server: nothing to do, since all traffic may go out unless a rule forbids it. A client on a machine with a \
                 public address of its own: let the server in, and name that public address.",
            ),
            Step::Run(
                "az network nsg rule create --resource-group my-group --nsg-name my-nsg --name ftp-active --priority 320 --direction Inbound --access Allow --protocol Tcp --source-address-prefixes {address} --destination-port-ranges {client_low}-{client_high}",
            ),
            Step::Say("Behind a NAT gateway no connection comes in at all: there a client has passive mode alone."),
        ],
        helper: &[NO_HELPER],
        tls: &[NO_HELPER_TO_BLIND],
        reload: &[Step::Say("Rules count within a minute or so. The server reads its address when it is restarted.")],
        check: &[
            Step::Run("az network nsg rule list --resource-group my-group --nsg-name my-nsg --output table"),
            Step::Say("From outside Azure, for the passive range:"),
            LOOK_FROM_OUTSIDE,
            Step::Say("On a client's machine, for active mode:"),
            TRY_ACTIVE,
        ],
        mind: &[Step::Say(
            "Azure ends connections that are idle for 4 minutes, unless the public address or the load balancer is set to more: \
             long transfers then lose their control connection. A load balancer needs a rule for each passive port, all \
             leading to one machine. The operating system's own firewall must let the ports in, too.",
        )],
    },
    mends: &[
        "passive-port-dropped",
        "passive-port-refused",
        "passive-address-unroutable",
        "passive-range-partly-open",
        "server-behind-nat",
        "active-callback-dropped",
        "control-idle-dropped",
        "tls-blinds-ftp-helper",
    ],
};
