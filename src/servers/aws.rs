//! Amazon EC2: security groups, network ACLs, Elastic IP.

use super::{Group, LOOK_FROM_OUTSIDE, NO_HELPER, Product, Recipe, Step, TRY_ACTIVE, UNKNOWN};

pub static PRODUCT: Product = Product {
    id: "aws",
    name: "AWS security groups",
    aliases: &["Amazon Web Services", "Amazon EC2", "EC2", "Elastic IP", "security group", "security groups"],
    group: Group::Cloud,
    about: "ports let in, public address",
    checked_with: "not run here; commands and limits read in the AWS CLI and EC2 references, 2026-11",
    settings: UNKNOWN,
    recipe: Recipe {
        passive: &[
            Step::Say("EC2, Security Groups, the instance's group, Edit inbound rules; or (the group's id is an example):"),
            Step::Run(
                "\
aws ec2 authorize-security-group-ingress --group-id sg-0123456789abcdef0 --protocol tcp --port {port} --cidr 0.0.0.0/0
aws ec2 authorize-security-group-ingress --group-id sg-0123456789abcdef0 --protocol tcp --port {low}-{high} --cidr 0.0.0.0/0",
            ),
            Step::Say(
                "A network ACL of the subnet, where somebody changed it, knows no connections: it must let the same ports in, \
                 and ports 1024 to 65535 out.",
            ),
        ],
        address: &[
            Step::Say(
                "The instance has a private address alone, and Amazon translates: the server must name {address}, and its own \
                 recipe has the setting. Give the instance an Elastic IP, since another public address changes when it is \
                 stopped. On the instance, its public address is told by:",
            ),
            Step::Run(
                "\
TOKEN=$(curl -s -X PUT http://169.254.169.254/latest/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 60')
curl -s -H \"X-aws-ec2-metadata-token: $TOKEN\" http://169.254.169.254/latest/meta-data/public-ipv4",
            ),
        ],
        active: &[
            Step::Say(
                "A server: nothing to do, unless somebody took the rule away that lets all traffic out. A client on an \
                 instance: let the server in, and name the instance's public address.",
            ),
            Step::Run(
                "aws ec2 authorize-security-group-ingress --group-id sg-0123456789abcdef0 --protocol tcp --port {client_low}-{client_high} --cidr {address}/32",
            ),
            Step::Say("Behind a NAT gateway no connection comes in at all: there a client has passive mode alone."),
        ],
        helper: &[NO_HELPER],
        tls: &[Step::Say(
            "Nothing to mind, since there is no helper to blind. A load balancer that ends TLS itself can't carry FTP.",
        )],
        reload: &[Step::Say("Rules count at once. The server reads its address when it is restarted.")],
        check: &[
            Step::Run(
                "aws ec2 describe-security-groups --group-ids sg-0123456789abcdef0 --query 'SecurityGroups[].IpPermissions'",
            ),
            Step::Say("From outside Amazon's network, for the passive range:"),
            LOOK_FROM_OUTSIDE,
            Step::Say("On a client's instance, for active mode:"),
            TRY_ACTIVE,
        ],
        mind: &[Step::Say(
            "A Network Load Balancer needs a listener for each passive port, all leading to one and the same instance. The \
             operating system's own firewall on the instance must let the ports in, too.",
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
