//! Kubernetes: Services, host networking.

use super::{Group, LOOK_FROM_OUTSIDE, Product, Recipe, Step, TRY_ACTIVE, UNKNOWN};

pub static PRODUCT: Product = Product {
    id: "kubernetes",
    name: "Kubernetes",
    aliases: &["k8s", "kubectl", "EKS", "AKS", "GKE", "OpenShift"],
    group: Group::Cloud,
    about: "each port in one Service, one pod, the outer address",
    checked_with: "not run here; fields read in the API reference of Service v1, 2026-11",
    settings: UNKNOWN,
    recipe: Recipe {
        passive: &[
            Step::Say(
                "A Service has no ranges: each passive port is named in it. Keep the range short, and let a shell write the \
                 lines. The names are examples:",
            ),
            Step::Put {
                file: "ftp-service.sh",
                lines: "\
cat <<'END'
apiVersion: v1
kind: Service
metadata:
  name: ftp
spec:
  type: LoadBalancer
  externalTrafficPolicy: Local
  sessionAffinity: ClientIP
  selector:
    app: ftp
  ports:
  - name: control
    port: {port}
END
for port in $(seq {low} {high}); do
  printf -- '  - name: passive-%s\\n    port: %s\\n' $port $port
done",
            },
            Step::Run("sh ftp-service.sh | kubectl apply -f -"),
            Step::Say(
                "One pod must answer for all ports of a session: a Deployment with one replica, or sessionAffinity as above. \
                 Or the pod takes the node's own network, and the node's ports and address are the server's:",
            ),
            Step::Put {
                file: "the Deployment, under spec.template.spec",
                lines: "\
hostNetwork: true
dnsPolicy: ClusterFirstWithHostNet",
            },
        ],
        address: &[
            Step::Say(
                "The server in the pod must name the Service's outer address, {address}: its own recipe has the setting.",
            ),
            Step::Run("kubectl get service ftp -o jsonpath='{.status.loadBalancer.ingress[0].ip}'"),
        ],
        active: &[Step::Say(
            "The server's connections go out from the node's address, or that of a NAT gateway, and not from the Service's: \
             clients and their firewalls see a stranger and turn it away. Active mode works with hostNetwork on a node that has \
             an outer address; else passive mode it is.",
        )],
        helper: &[Step::Say(
            "Kubernetes has none. A node's Linux may have one, but only on the way of a session that it sees both ends of.",
        )],
        tls: &[Step::Say(
            "Nothing changes under TLS. An Ingress is for HTTP and can't carry FTP, in plain or under TLS.",
        )],
        reload: &[Step::Run("kubectl rollout restart deployment ftp")],
        check: &[
            Step::Run("kubectl get service ftp; kubectl get endpointslices -l kubernetes.io/service-name=ftp"),
            Step::Say("From outside the cluster, for the passive range and the address:"),
            LOOK_FROM_OUTSIDE,
            Step::Say("From the client's side, for active mode:"),
            TRY_ACTIVE,
        ],
        mind: &[Step::Say(
            "externalTrafficPolicy: Local keeps the client's address, without which a server may refuse the data connection for \
             coming from another address than the control connection. Clouds' load balancers have a \
             limit on ports.",
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
