//! Real FTP servers, unpacked side by side: Debian's packages conflict when installed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::network::{self, Network};
use crate::tls::{Certificates, Tls};

/// Which server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Vsftpd,
    Proftpd,
    PureFtpd,
    Pyftpdlib,
    /// Something that is no FTP server: the stub's mode.
    Stub(&'static str),
    /// The tool's own server, as the known-good other end; its options are the settings.
    Serve,
    /// Nobody listens.
    Nobody,
}

/// A server and its settings, in its own words.
#[derive(Clone, Copy, Debug)]
pub struct Server {
    pub kind: Kind,
    pub port: u16,
    /// Lines of its configuration; for Pure-FTPd, options; for pyftpdlib, lines of Python that see `handler` and `server`.
    pub settings: &'static str,
    /// The folder that anonymous sees is empty.
    pub empty: bool,
    /// Plain alone, without.
    pub tls: Option<Tls>,
}

/// The passive range of every server here.
pub const PASSIVE: (u16, u16) = (50000, 50009);

const PACKAGES: &[&str] = &[
    "vsftpd",
    "proftpd-core",
    "pure-ftpd",
    "pure-ftpd-common",
    "python3-pyftpdlib",
    "libwrap0",
    "libnsl2",
    "libhiredis0.14",
    "libmemcached11",
    "libmemcachedutil2",
    "libhashkit2",
    "libpcre2-posix3",
    "libsodium23",
    "miniupnpd-nftables",
    "proftpd-mod-crypto",
    "python3-openssl",
    "python3-cryptography",
    "python3-cffi-backend",
];

/// The unpacked packages, and the certificates that servers show.
pub struct Kit {
    root: PathBuf,
    libraries: String,
    pub certificates: Certificates,
}

impl Kit {
    /// Downloads and unpacks what is not there yet, below Cargo's folder for tests.
    pub fn unpack() -> Result<Self, String> {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("servers");
        std::fs::create_dir_all(&root).map_err(|error| error.to_string())?;
        for package in PACKAGES {
            if !root.join(package).join("usr").exists() {
                fetch(&root, package)?;
            }
        }
        let places = PACKAGES.iter().flat_map(|package| {
            ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu", "lib/aarch64-linux-gnu"]
                .map(|folder| root.join(package).join(folder))
        });
        let libraries: Vec<String> =
            places.filter(|place| place.exists()).map(|place| place.display().to_string()).collect();
        Ok(Self { libraries: libraries.join(":"), root, certificates: Certificates::make()? })
    }

    /// Starts the server on the network's server host, and returns when its port answers.
    pub fn start(&self, network: &Network, server: &Server) -> Result<Running, String> {
        if server.kind == Kind::Nobody {
            return Ok(Running { child: None, _files: None });
        }
        let files = network::scratch().map_err(|error| error.to_string())?;
        // Programs that drop root must still reach their folder.
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(files.path(), open).map_err(|error| error.to_string())?;
        let home = folders(files.path(), server)?;
        accounts(network, &home)?;
        let mut command = self.command(network, server, files.path(), &home)?;
        let log = std::fs::File::create(files.path().join("log")).map_err(|error| error.to_string())?;
        let errors = log.try_clone().map_err(|error| error.to_string())?;
        command.env("LD_LIBRARY_PATH", &self.libraries).stdin(Stdio::null()).stdout(log).stderr(errors);
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        await_port(server.port, &mut child).map_err(|why| {
            let log = std::fs::read_to_string(files.path().join("log")).unwrap_or_default();
            format!("{:?} does not start: {why}\n{log}", server.kind)
        })?;
        Ok(Running { child: Some(child), _files: Some(files) })
    }

    /// Starts miniupnpd on the client's gateway, with what it answers.
    pub fn start_router(&self, network: &Network, protocols: &str) -> Result<Running, String> {
        let files = network::scratch().map_err(|error| error.to_string())?;
        let config = files.path().join("miniupnpd.conf");
        let leases = files.path().join("leases");
        let pid = files.path().join("pid");
        let text = format!(
            "ext_ifname=wan\nlistening_ip=lan\nhttp_port=5000\nsecure_mode=yes\nlease_file={}\n\
             uuid=5a4f5a1e-0f1b-4c65-9e0c-2f6a51d1f0aa\next_ip=20.30.40.50\n{protocols}\n\
             upnp_table_name=miniupnpd\nupnp_nat_table_name=miniupnpd\n\
             allow 1024-65535 192.168.1.0/24 1024-65535\ndeny 0-65535 0.0.0.0/0 0-65535\n",
            leases.display()
        );
        std::fs::write(&config, text).map_err(|error| error.to_string())?;
        let program = self.root.join("miniupnpd-nftables/usr/sbin/miniupnpd").display().to_string();
        let mut command = network.command("g1", &program);
        command.args(["-d", "-f", &config.display().to_string(), "-P", &pid.display().to_string()]);
        let log = std::fs::File::create(files.path().join("log")).map_err(|error| error.to_string())?;
        let errors = log.try_clone().map_err(|error| error.to_string())?;
        command.env("LD_LIBRARY_PATH", &self.libraries).stdin(Stdio::null()).stdout(log).stderr(errors);
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        await_port(5000, &mut child).map_err(|why| {
            let log = std::fs::read_to_string(files.path().join("log")).unwrap_or_default();
            format!("miniupnpd does not start: {why}\n{log}")
        })?;
        Ok(Running { child: Some(child), _files: Some(files) })
    }

    fn command(&self, network: &Network, server: &Server, files: &Path, home: &str) -> Result<Command, String> {
        let (low, high) = PASSIVE;
        let Server { port, .. } = *server;
        let here = files.display();
        let secured = server.tls.map(|tls| tls.settings(server.kind, &self.certificates)).transpose()?;
        let settings = secured.unwrap_or_default() + server.settings;
        let write = |name: &str, text: String| {
            let path = files.join(name);
            std::fs::write(&path, text).map(|()| path.display().to_string()).map_err(|error| error.to_string())
        };
        let program = |package: &str, path: &str| self.root.join(package).join(path).display().to_string();
        let mut command;
        match server.kind {
            Kind::Vsftpd => {
                // isolate_network would move each session to a namespace of its own, where nobody finds it to end it.
                let config = write(
                    "vsftpd.conf",
                    format!(
                        "listen=YES\nlisten_port={port}\nbackground=NO\nanonymous_enable=YES\nanon_root={home}\n\
                         ftp_username=ftp\nno_anon_password=NO\nsecure_chroot_dir={here}/empty\nconnect_from_port_20=YES\n\
                         pasv_min_port={low}\npasv_max_port={high}\nxferlog_enable=NO\nseccomp_sandbox=NO\nisolate_network=NO\n{settings}\n"
                    ),
                )?;
                command = network.command("s", &program("vsftpd", "usr/sbin/vsftpd"));
                command.arg(config);
            }
            Kind::Proftpd => {
                // It looks in one folder, and mod_tls lies in another package's.
                let modules = match server.tls {
                    Some(_) => program("proftpd-mod-crypto", "usr/lib/proftpd"),
                    None => program("proftpd-core", "usr/lib/proftpd"),
                };
                let config = write(
                    "proftpd.conf",
                    format!(
                        "ServerName lab\nServerType standalone\nDefaultAddress ::\nUseIPv6 on\nPort {port}\nUser nobody\nGroup nogroup\n\
                         ModulePath {modules}\nScoreboardFile {here}/score\nPidFile {here}/pid\nDelayTable {here}/delay\nSystemLog {here}/system\n\
                         TransferLog none\nWtmpLog off\nUseReverseDNS off\nAuthOrder mod_auth_unix.c\nRequireValidShell off\nPassivePorts {low} {high}\n{settings}\n\
                         <Anonymous {home}>\n User ftp\n Group nogroup\n UserAlias anonymous ftp\n RequireValidShell off\n</Anonymous>\n"
                    ),
                )?;
                command = network.command("s", &program("proftpd-core", "usr/sbin/proftpd"));
                command.args(["-n", "-q", "-c", &config]);
            }
            Kind::PureFtpd => {
                command = network.command("s", &program("pure-ftpd", "usr/sbin/pure-ftpd"));
                command.args([
                    "-S",
                    &port.to_string(),
                    "-e",
                    "-H",
                    "-p",
                    &format!("{low}:{high}"),
                    "-g",
                    &format!("{here}/pid"),
                ]);
                command.args(settings.split_whitespace());
            }
            Kind::Pyftpdlib => {
                let script = write(
                    "server.py",
                    format!(
                        "from pyftpdlib.authorizers import DummyAuthorizer\nfrom pyftpdlib.handlers import FTPHandler\nfrom pyftpdlib.servers import FTPServer\n\
                         handler = FTPHandler\nhandler.authorizer = DummyAuthorizer()\nhandler.authorizer.add_anonymous('{home}')\n\
                         handler.authorizer.add_user('bob', 'hunter2', '{home}')\nhandler.passive_ports = range({low}, {high} + 1)\n\
                         server = FTPServer(('::', {port}), handler)\n{settings}\nserver.serve_forever()\n"
                    ),
                )?;
                command = network.command("s", "/usr/bin/python3");
                let packages = ["python3-pyftpdlib", "python3-openssl", "python3-cryptography", "python3-cffi-backend"]
                    .map(|package| program(package, "usr/lib/python3/dist-packages"));
                command.arg(script).env("PYTHONPATH", packages.join(":"));
                command.env("PYTHONDONTWRITEBYTECODE", "1");
            }
            Kind::Serve => {
                command = network.command("s", env!("CARGO_BIN_EXE_ftpmode"));
                command.args([
                    "serve",
                    "--listen",
                    &format!("[::]:{port}"),
                    "--passive-ports",
                    &format!("{low}-{high}"),
                ]);
                command.args(settings.split_whitespace());
            }
            Kind::Stub(mode) => {
                let own = std::env::current_exe().map_err(|error| error.to_string())?;
                command = network.command("s", &own.display().to_string());
                command.args([crate::stub::ARGUMENT, mode]);
            }
            Kind::Nobody => return Err("nobody is not started".to_owned()),
        }
        if let Some(tls) = server.tls {
            command.env("OPENSSL_CONF", write("openssl.cnf", tls.openssl_config())?);
        }
        Ok(command)
    }
}

/// A started server; its namespace's end ends it.
pub struct Running {
    child: Option<Child>,
    _files: Option<tempfile::TempDir>,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The folder that clients see, and those that servers want.
fn folders(files: &Path, server: &Server) -> Result<String, String> {
    let home = files.join("home");
    for folder in [&home, &files.join("empty")] {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    }
    if !server.empty {
        std::fs::write(home.join("hello.txt"), "hello\r\n").map_err(|error| error.to_string())?;
        // More than any socket holds.
        std::fs::write(home.join("large.bin"), vec![b'.'; 2 << 20]).map_err(|error| error.to_string())?;
    }
    Ok(home.display().to_string())
}

/// An account "ftp" with the home folder, for this host alone.
fn accounts(network: &Network, home: &str) -> Result<(), String> {
    let known = std::fs::read_to_string("/etc/passwd").map_err(|error| error.to_string())?;
    let others: Vec<&str> = known.lines().filter(|line| !line.starts_with("ftp:")).collect();
    network.etc("s", "passwd", &format!("{}\nftp:x:14:65534:ftp:{home}:/bin/false\n", others.join("\n")))
}

/// Returns when somebody listens at the port, or the server has ended. Read from the kernel's table of that namespace,
/// since a connection would count against the server's limits.
fn await_port(port: u16, child: &mut Child) -> Result<(), String> {
    let listens = format!(":{port:04X} ");
    let begun = Instant::now();
    loop {
        let tables = ["tcp", "tcp6"].map(|kind| std::fs::read_to_string(format!("/proc/{}/net/{kind}", child.id())));
        // "0A" is LISTEN in the fourth column.
        let bound =
            |line: &str| line.split_whitespace().nth(1).is_some_and(|local| format!("{local} ").ends_with(&listens));
        let listening = |line: &str| bound(line) && line.split_whitespace().nth(3) == Some("0A");
        if tables.iter().flatten().any(|table| table.lines().any(listening)) {
            return Ok(());
        }
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Err(status.to_string());
        }
        if begun.elapsed() > Duration::from_secs(20) {
            return Err("its port stays closed".to_owned());
        }
        // The kernel tells nobody when a port opens.
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn fetch(root: &Path, package: &str) -> Result<(), String> {
    let run = |command: &mut Command| {
        let output = command.output().map_err(|error| error.to_string())?;
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    };
    let download = || {
        let folder = tempfile::tempdir_in(root).map_err(|error| error.to_string())?;
        run(Command::new("apt-get").args(["download", "-q", package]).current_dir(folder.path()))?;
        let found = std::fs::read_dir(folder.path()).map_err(|error| error.to_string())?;
        let file = found.flatten().map(|entry| entry.path()).find(|path| path.extension().is_some_and(|e| e == "deb"));
        let file = file.ok_or_else(|| format!("{package} was not downloaded"))?;
        let part = root.join(format!("{package}.part"));
        let _ = std::fs::remove_dir_all(&part);
        run(Command::new("dpkg").arg("-x").arg(file).arg(&part))?;
        std::fs::rename(part, root.join(package)).map_err(|error| error.to_string())
    };
    // A fresh machine knows no packages yet.
    download().or_else(|_| run(Command::new("apt-get").args(["update", "-q"])).and_then(|()| download()))
}
