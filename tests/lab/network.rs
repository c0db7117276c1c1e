//! Five hosts in a row, each a network namespace: client, its gateway, a transit router, the server's gateway, server.
//!
//! ```text
//! c ── [g0 ──] g1 ── t ── g2 ── s
//!                          └─── s2, where two servers share one address
//! ```
//!
//! Everything is named after this process, and goes when the [`Network`] is dropped, on a signal, or when a later run
//! finds it left behind.

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::sync::RwLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::servers::PASSIVE;

/// Every namespace's name begins with this and the process's id.
const PREFIX: &str = "ftpmlab";

/// The server's address, or its gateway's where that translates.
const SERVER: &str = "198.18.0.20";
/// The server's own address where its gateway translates.
const SERVER_INSIDE: &str = "10.0.0.20";

/// The host of the second server.
pub const SECOND: &str = "s2";

/// Held by whoever adds to what must go again, and for good by the one who takes it all away.
static ADDING: RwLock<()> = RwLock::new(());

/// What stands before the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientSide {
    /// 203.0.113.130, routed.
    Public,
    /// 192.168.1.10, seen as 203.0.113.2.
    Nat,
    /// 192.168.1.10 behind 100.64.0.2 behind 203.0.113.2.
    DoubleNat,
}

/// What stands before the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerSide {
    /// 198.18.0.20, routed.
    Public,
    /// 10.0.0.20, reached at 198.18.0.20, all ports forwarded.
    Nat,
    /// The same, port 21 forwarded alone.
    NatOnlyControl,
    /// 10.0.0.20 and 10.0.1.20, both behind 198.18.0.20: a case's rules say which connection goes to whom.
    Balanced,
}

/// nft text for each host, behind what the sides bring.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rules {
    pub client: &'static str,
    pub gateway1: &'static str,
    pub transit: &'static str,
    pub gateway2: &'static str,
    pub server: &'static str,
    /// Shell lines for the client's and the server's gateway.
    pub gateway1_script: &'static str,
    pub gateway2_script: &'static str,
}

/// The namespaces of one case.
pub struct Network {
    name: String,
    hosts: Vec<&'static str>,
}

/// Why the lab can't run here, if it can't.
pub fn why_not_here() -> Option<&'static str> {
    if !cfg!(target_os = "linux") {
        return Some("network namespaces are Linux's");
    }
    // SAFETY: geteuid has no preconditions.
    if unsafe { libc::geteuid() } != 0 {
        return Some("network namespaces want root");
    }
    for tool in ["ip", "nft", "curl", "lftp", "openssl", "wget", "ncftpls", "tnftp", "inetutils-ftp", "php", "python3"]
    {
        if Command::new(tool)
            .arg("-V")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_err()
        {
            return Some("ip, nft, openssl and eight FTP clients are wanted: make test installs them on Debian");
        }
    }
    None
}

impl Network {
    pub fn build(client: ClientSide, server: ServerSide, rules: &Rules) -> Result<Self, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let _adding = ADDING.read();
        let name = format!("{PREFIX}{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut hosts = vec!["c", "g1", "t", "g2", "s"];
        if client == ClientSide::DoubleNat {
            hosts.insert(1, "g0");
        }
        if server == ServerSide::Balanced {
            hosts.push(SECOND);
        }
        let network = Self { name, hosts };
        network.wire()?;
        let (c, g0, g1) = client_side(client);
        let (g2, s) = server_side(server);
        for (host, script, nft) in [
            ("c", c.to_owned(), rules.client.to_owned()),
            ("g0", g0.to_owned(), NAT.to_owned()),
            ("g1", format!("{g1}{G1}"), nat_rules(client) + rules.gateway1),
            ("t", T.to_owned(), rules.transit.to_owned()),
            ("g2", format!("{G2}{g2}"), forward_rules(server) + rules.gateway2),
            ("s", s.to_owned(), rules.server.to_owned()),
            (SECOND, S2.to_owned(), rules.server.to_owned()),
        ] {
            if network.hosts.contains(&host) {
                network.configure(host, &script, &nft)?;
            }
        }
        for (host, script) in [("g1", rules.gateway1_script), ("g2", rules.gateway2_script)] {
            if !script.is_empty() {
                feed(&mut network.command(host, "sh"), &format!("set -e\n{script}"))?;
            }
        }
        Ok(network)
    }

    /// The namespace of a host.
    pub fn namespace(&self, host: &str) -> String {
        format!("{}{host}", self.name)
    }

    /// A command that will run on a host.
    pub fn command(&self, host: &str, program: &str) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.namespace(host), program]);
        command
    }

    /// Writes a file over /etc/NAME for programs of this host.
    pub fn etc(&self, host: &str, name: &str, text: &str) -> Result<(), String> {
        let folder = format!("/etc/netns/{}", self.namespace(host));
        let _adding = ADDING.read();
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        std::fs::write(format!("{folder}/{name}"), text).map_err(|error| error.to_string())
    }

    fn wire(&self) -> Result<(), String> {
        let mut batch = String::new();
        for host in &self.hosts {
            batch += &format!("netns add {}\n", self.namespace(host));
        }
        for pair in self.hosts.windows(2) {
            let (left, wan) = if pair[1] == SECOND { ("g2", "wan2") } else { (pair[0], "wan") };
            let (left, right) = (self.namespace(left), self.namespace(pair[1]));
            batch += &format!("link add {wan} netns {left} type veth peer name lan netns {right}\n");
        }
        feed(Command::new("ip").args(["-batch", "-"]), &batch)
    }

    fn configure(&self, host: &str, addresses: &str, nft: &str) -> Result<(), String> {
        // The passive range is no place for ports that a host chooses by itself: walls before the range would drop what
        // comes back to them, once in some thousand connections.
        let (low, high) = PASSIVE;
        let script = format!(
            "set -e\n\
             echo {low}-{high} > /proc/sys/net/ipv4/ip_local_reserved_ports\n\
             echo 1 > /proc/sys/net/ipv4/ip_forward\n\
             echo 1 > /proc/sys/net/ipv6/conf/all/forwarding\n\
             echo 0 > /proc/sys/net/ipv4/icmp_ratelimit\n\
             echo 0 > /proc/sys/net/ipv6/icmp/ratelimit\n\
             for f in /proc/sys/net/ipv6/conf/*/accept_dad /proc/sys/net/ipv6/conf/*/dad_transmits; do echo 0 > $f; done\n\
             for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $f; done\n\
             ip -batch - <<'ADDRESSES'\n{addresses}\nlink set lo up\nADDRESSES\n\
             nft -f - <<'RULES'\n{nft}\nRULES\n"
        );
        let mut command = self.command(host, "sh");
        feed(&mut command, &script).map_err(|why| format!("{host}: {why}"))
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for host in &self.hosts {
            remove(&self.namespace(host));
        }
    }
}

const G1: &str = "\
addr add 203.0.113.2/30 dev wan
addr add 2001:db8:2::2/64 dev wan
link set lan up
link set wan up
route add default via 203.0.113.1
route add default via 2001:db8:2::1
";
const T: &str = "\
addr add 203.0.113.1/30 dev lan
addr add 2001:db8:2::1/64 dev lan
addr add 203.0.113.5/30 dev wan
addr add 2001:db8:3::1/64 dev wan
link set lan up
link set wan up
route add 203.0.113.128/25 via 203.0.113.2
route add 198.18.0.0/24 via 203.0.113.6
route add 2001:db8:1::/64 via 2001:db8:2::2
route add 2001:db8:4::/64 via 2001:db8:3::2";
const G2: &str = "\
addr add 203.0.113.6/30 dev lan
addr add 2001:db8:3::2/64 dev lan
addr add 2001:db8:4::1/64 dev wan
link set lan up
link set wan up
route add default via 203.0.113.5
route add default via 2001:db8:3::1
";
const S2: &str = "\
addr add 10.0.1.20/24 dev lan
link set lan up
route add default via 10.0.1.1
";
const NAT: &str = "table ip nat { chain post { type nat hook postrouting priority 100; oifname wan masquerade; }; }\n";

/// Addresses of the client, of the inner gateway of a double NAT, and of the gateway's inner side.
fn client_side(side: ClientSide) -> (&'static str, &'static str, &'static str) {
    const PRIVATE: &str = "\
addr add 192.168.1.10/24 dev wan
addr add 2001:db8:1::10/64 dev wan
link set wan up
route add default via 192.168.1.1
route add default via 2001:db8:1::1";
    match side {
        ClientSide::Public => (
            "addr add 203.0.113.130/25 dev wan\naddr add 2001:db8:1::10/64 dev wan\nlink set wan up\n\
             route add default via 203.0.113.129\nroute add default via 2001:db8:1::1",
            "",
            "addr add 203.0.113.129/25 dev lan\naddr add 2001:db8:1::1/64 dev lan\n",
        ),
        ClientSide::Nat => (PRIVATE, "", "addr add 192.168.1.1/24 dev lan\naddr add 2001:db8:1::1/64 dev lan\n"),
        ClientSide::DoubleNat => (
            PRIVATE,
            "addr add 192.168.1.1/24 dev lan\naddr add 100.64.0.2/24 dev wan\nlink set lan up\nlink set wan up\n\
             route add default via 100.64.0.1",
            "addr add 100.64.0.1/24 dev lan\n",
        ),
    }
}

/// Addresses of the server's gateway's inner side, and of the server.
fn server_side(side: ServerSide) -> (&'static str, &'static str) {
    match side {
        ServerSide::Public => (
            "addr add 198.18.0.1/24 dev wan",
            "addr add 198.18.0.20/24 dev lan\naddr add 2001:db8:4::20/64 dev lan\nlink set lan up\n\
             route add default via 198.18.0.1\nroute add default via 2001:db8:4::1",
        ),
        ServerSide::Nat | ServerSide::NatOnlyControl => (
            "addr add 10.0.0.1/24 dev wan\naddr add 198.18.0.20/32 dev lan",
            "addr add 10.0.0.20/24 dev lan\naddr add 2001:db8:4::20/64 dev lan\nlink set lan up\n\
             route add default via 10.0.0.1\nroute add default via 2001:db8:4::1",
        ),
        ServerSide::Balanced => (
            "addr add 10.0.0.1/24 dev wan\naddr add 10.0.1.1/24 dev wan2\nlink set wan2 up\n\
             addr add 198.18.0.20/32 dev lan",
            "addr add 10.0.0.20/24 dev lan\nlink set lan up\nroute add default via 10.0.0.1",
        ),
    }
}

fn nat_rules(side: ClientSide) -> String {
    if side == ClientSide::Public { String::new() } else { NAT.to_owned() }
}

fn forward_rules(side: ServerSide) -> String {
    let forwarded = match side {
        ServerSide::Public => return String::new(),
        ServerSide::Nat => "tcp dport 1-65535",
        ServerSide::NatOnlyControl => "tcp dport 21",
        ServerSide::Balanced => {
            return format!(
                "table ip nat {{ chain post {{ type nat hook postrouting priority 100; ip saddr 10.0.0.0/16 oifname lan snat to {SERVER}; }}; }}\n"
            );
        }
    };
    format!(
        "table ip nat {{\n chain pre {{ type nat hook prerouting priority -100; ip daddr {SERVER} {forwarded} dnat to {SERVER_INSIDE}; }}\n\
         chain post {{ type nat hook postrouting priority 100; ip saddr {SERVER_INSIDE} oifname lan snat to {SERVER}; }}\n}}\n"
    )
}

/// A folder for a case's files, which goes as the namespaces do.
pub fn scratch() -> std::io::Result<tempfile::TempDir> {
    let _adding = ADDING.read();
    tempfile::Builder::new().prefix(&format!("{PREFIX}{}-", std::process::id())).tempdir()
}

/// Runs a command with text on its standard input.
pub fn feed(command: &mut Command, text: &str) -> Result<(), String> {
    let spawned = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.map_err(|error| error.to_string())?;
    let written = child.stdin.take().map(|mut input| input.write_all(text.as_bytes()));
    let Output { status, stderr, .. } = child.wait_with_output().map_err(|error| error.to_string())?;
    match (status.success(), written) {
        (true, Some(Ok(()))) => Ok(()),
        _ => Err(String::from_utf8_lossy(&stderr).into_owned()),
    }
}

/// Ends what runs in a namespace, by id, and takes it away.
fn remove(namespace: &str) {
    // A server may fork between being listed and being killed, so this goes on until nobody is there.
    while let Ok(output) = Command::new("ip").args(["netns", "pids", namespace]).output() {
        let pids = String::from_utf8_lossy(&output.stdout);
        let pids: Vec<i32> = pids.lines().filter_map(|line| line.trim().parse().ok()).collect();
        if pids.is_empty() {
            break;
        }
        for pid in pids {
            // SAFETY: kill takes any pid; these run in a namespace that only this lab made.
            unsafe { libc::kill(pid, libc::SIGKILL) };
        }
    }
    let _ = Command::new("ip").args(["netns", "del", namespace]).stderr(Stdio::null()).status();
    let _ = std::fs::remove_dir_all(format!("/etc/netns/{namespace}"));
}

/// Takes away what runs left behind whose process is gone.
pub fn sweep_leftovers() {
    sweep(|pid| !std::path::Path::new(&format!("/proc/{pid}")).exists());
}

/// On SIGINT and SIGTERM everything of this run goes before the process does.
pub fn sweep_on_signals() {
    // SAFETY: the set is initialised before use; blocking the signals here, before any thread starts, is what sigwait asks for.
    let signals = unsafe {
        let mut signals = std::mem::zeroed();
        libc::sigemptyset(&raw mut signals);
        libc::sigaddset(&raw mut signals, libc::SIGINT);
        libc::sigaddset(&raw mut signals, libc::SIGTERM);
        libc::pthread_sigmask(libc::SIG_BLOCK, &raw const signals, std::ptr::null_mut());
        signals
    };
    std::thread::spawn(move || {
        let mut got = 0;
        // SAFETY: both point at values of this frame.
        unsafe { libc::sigwait(&raw const signals, &raw mut got) };
        let _nothing_is_added = ADDING.write();
        // What fails from here on fails because of the sweep: nobody needs to read it.
        let _nothing_is_said = std::io::stdout().lock();
        sweep(|pid| pid == std::process::id().to_string());
        std::process::exit(128 + got);
    });
}

fn sweep(of: impl Fn(&str) -> bool) {
    let ours = |name: &str| name.strip_prefix(PREFIX).is_some_and(|rest| of(rest.split('-').next().unwrap_or("")));
    let Ok(output) = Command::new("ip").args(["netns", "list"]).output() else { return };
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let namespace = line.split(' ').next().unwrap_or("");
        if ours(namespace) {
            remove(namespace);
        }
    }
    for folder in [std::env::temp_dir(), "/etc/netns".into()] {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_name().to_str().is_some_and(ours) {
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    }
}
