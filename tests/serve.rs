//! The diagnosis server, asked over real sockets, with curl as a witness that it serves real clients.

use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::time::Duration;

use ftpmode::clients;

#[cfg(target_os = "linux")]
use ftpmode::protocol::arrival::{self, Arrival};
use ftpmode::protocol::dialect::{self, Says};
#[cfg(target_os = "linux")]
use ftpmode::protocol::way::Way;
use ftpmode::protocol::{extended, features};
use ftpmode::serve::{Fault, Settings};
use socket2::{Domain, Socket, Type};

use raw::{Client, closed_port, curl, playing, read_all, serving};

#[path = "support/raw.rs"]
mod raw;

#[test]
fn it_introduces_itself() {
    let server = playing(&[]);
    let mut client = Client::connect(&server);
    assert_eq!(client.reply().code, 220);
    assert_eq!(client.ask("LIST").code, 530);
    assert_eq!(client.ask("USER root").code, 530);
    assert_eq!(client.ask("user ftp").code, 331);
    assert_eq!(client.ask("PASS x").code, 230);
    assert_eq!(client.ask("SYST").text, "215 UNIX Type: L8");
    let listed = features::parse(&client.ask("FEAT"));
    for name in ["EPSV", "EPRT", "SIZE", "UTF8", "FTPMODE"] {
        assert!(features::lists(&listed, name), "{name}");
    }
    let status = client.ask("STAT");
    assert_eq!(dialect::client_in_stat(&status), Some(client.own_ip()), "{status:?}");
    assert_eq!(client.ask("STOR x").code, 550);
    assert_eq!(client.ask("SIZE 5MiB.bin").text, "213 5242880");
    assert_eq!(client.ask("CWD empty").code, 250);
    assert_eq!(client.ask("PWD").text, "257 \"/empty\" is the current folder.");
    assert_eq!(client.ask("CDUP").code, 250);
    assert_eq!(client.ask("XYZZY").code, 502);
    assert_eq!(client.ask("QUIT").code, 221);
    assert_eq!(client.reply_or_end(), None);
}

#[test]
fn the_preliminary_reply_means_that_the_data_connection_is_up() {
    let server = playing(&[]);
    let mut client = Client::logged_in(&server);
    let address = client.pasv();
    client.send(b"LIST\r\n");
    let data = TcpStream::connect(address).expect("the port listens");
    assert_eq!(client.reply().code, 150);
    assert_eq!(read_all(data).iter().filter(|&&byte| byte == b'\n').count(), 5);
    assert_eq!(client.reply().code, 226);
    assert_eq!(client.ask("LIST").code, 425, "one data connection serves one transfer");
}

/// What only this end can see, for the other to read.
#[cfg(target_os = "linux")]
#[test]
fn it_tells_what_came_to_its_port_and_how_far_its_own_packets_come() {
    let server = playing(&[]);
    let mut client = Client::logged_in(&server);
    let told = |client: &mut Client| arrival::told(&client.ask("STAT")).map(|told| (told.port, told.arrival));
    assert_eq!(told(&mut client), None, "no port is listened at");
    let address = client.pasv();
    assert_eq!(told(&mut client), Some((address.port(), Arrival::Nothing)));
    let _joined = TcpStream::connect(address).expect("the port listens");
    assert_eq!(told(&mut client), Some((address.port(), Arrival::Joined)));

    let (_held, closed) = closed_port(client.own_ip());
    assert_eq!(client.ask(&format!("EPRT {}", extended::format(closed))).code, 200);
    let refused = client.ask("LIST");
    let here = Way { turned_away: Some(1), client: Some(1), ..Way::default() };
    assert_eq!((refused.code, Way::told(&refused)), (425, Some(here)), "{refused:?}");
    assert_eq!(dialect::says(&refused), Some(Says::CallbackRefused));
}

#[test]
fn it_dials_its_client_and_nobody_else() {
    let server = playing(&[]);
    let mut client = Client::logged_in(&server);
    let listener = client.listen();
    let own = listener.local_addr().expect("an address");
    assert_eq!(client.ask(&format!("EPRT {}", extended::format(own))).code, 200);
    client.send(b"NLST\r\n");
    let (data, _) = listener.accept().expect("the server dials");
    assert_eq!(client.reply().code, 150);
    assert!(String::from_utf8(read_all(data)).is_ok_and(|text| text.contains("readme.txt\r\n")));
    assert_eq!(client.reply().code, 226);

    let elsewhere = TcpListener::bind("127.0.0.9:0").expect("a free port");
    let foreign = elsewhere.local_addr().expect("an address");
    for line in [
        format!("EPRT {}", extended::format(foreign)),
        format!("PORT 127,0,0,9,{},{}", foreign.port() >> 8, foreign.port() & 255),
    ] {
        let refused = client.ask(&line);
        assert_eq!((refused.code, dialect::says(&refused)), (501, Some(Says::AddressRejected)));
        let named = dialect::addresses_in_refusal(&refused);
        assert_eq!((named.arrived, named.client), (Some(foreign.ip()), Some(own.ip())), "{refused:?}");
        assert_eq!(client.ask("LIST").code, 425);
    }
    elsewhere.set_nonblocking(true).expect("a flag");
    assert!(elsewhere.accept().is_err(), "nobody was dialled");
    assert_eq!(client.ask("PORT 127,0,0,1,0,22").code, 501);
    assert_eq!(client.ask("PORT 127,0,0,1").code, 501);
    assert_eq!(client.ask("EPRT |1|127.0.0.1|99999|").code, 501);

    let (_held, closed) = closed_port(client.own_ip());
    assert_eq!(client.ask(&format!("EPRT {}", extended::format(closed))).code, 200);
    assert_eq!(dialect::says(&client.ask("LIST")), Some(Says::CallbackRefused));
}

#[test]
fn a_stranger_on_the_passive_port_gets_nothing() {
    let server = playing(&[]);
    let mut client = Client::logged_in(&server);
    let address = client.pasv();
    let mut stranger = connect_from(Ipv4Addr::new(127, 0, 0, 9), address);
    assert_eq!(dialect::says(&client.ask("LIST")), Some(Says::ForeignDataSource));
    assert!(!matches!(stranger.read(&mut [0]), Ok(1..)));
}

#[test]
fn pipelined_commands_are_answered_in_order_also_behind_a_transfer() {
    let server = playing(&[]);
    let mut client = Client::connect(&server);
    client.send(b"USER ftp\r\nPASS x\r\nTYPE I\r\nSYST\nPWD\r\nEPSV\r\n");
    let codes: Vec<u16> = (0..6).map(|_| client.reply().code).collect();
    assert_eq!(codes, [220, 331, 230, 200, 215, 257]);
    let port = extended::parse_229(&client.reply().text).expect("a port").port;
    client.send(b"LIST\r\nNOOP\r\nEPSV\r\nQUIT\r\n");
    read_all(TcpStream::connect((server.address.ip(), port)).expect("the port listens"));
    let codes: Vec<u16> = (0..5).map(|_| client.reply().code).collect();
    assert_eq!(codes, [150, 226, 200, 229, 221]);
}

#[test]
fn ipv6_has_the_extended_verbs_only() {
    let server =
        serving(Settings { listen: SocketAddr::from(([0u16, 0, 0, 0, 0, 0, 0, 1], 0)), ..Settings::default() });
    let mut client = Client::logged_in(&server);
    let refused = client.ask("PASV");
    assert_eq!((refused.code, dialect::says(&refused)), (522, Some(Says::WrongFamily)));
    assert_eq!(client.ask("EPSV 1").code, 522);
    assert_eq!(client.ask("EPSV 2").code, 229);
    assert_eq!(dialect::client_in_stat(&client.ask("STAT")), Some(client.own_ip()));
    assert_eq!(client.ask("EPSV ALL").code, 200);
    assert_eq!(client.ask("EPRT |2|::1|5000|").code, 503);
}

#[test]
fn passive_ports_stay_in_their_range_and_can_run_out() {
    // An address that no other test uses: what is free there stays free.
    let listen: SocketAddr = "127.0.0.77:0".parse().expect("an endpoint");
    let port = TcpListener::bind(listen).and_then(|l| l.local_addr()).expect("a free port").port();
    let advertise = Some(Ipv4Addr::new(198, 51, 100, 7));
    let passive_ports = Some(port..=port);
    let server = serving(Settings { listen, passive_ports, advertise, ..Settings::default() });
    let (mut one, mut other) = (Client::logged_in(&server), Client::logged_in(&server));
    assert_eq!(one.pasv(), SocketAddr::from(([198, 51, 100, 7], port)));
    assert_eq!(one.pasv().port(), port, "the port of the earlier PASV is free again");
    for verb in ["PASV", "EPSV"] {
        let refused = other.ask(verb);
        assert_eq!((refused.code, dialect::says(&refused)), (425, Some(Says::PortsExhausted)));
    }
}

#[test]
fn a_hostile_client_costs_little() {
    let server = serving(Settings { most_per_client: 2, ..Settings::default() });
    let mut client = Client::logged_in(&server);
    client.send(&[b"A".repeat(300_000), b"\r\n".to_vec()].concat());
    assert_eq!(client.reply().code, 500);
    client.send(b"\xff\xfe\x00garbage\x1b[2J\r\n");
    assert_eq!(client.reply().code, 502);
    client.send(b"\r\n");
    assert_eq!(client.reply().code, 502);
    for line in
        ["PORT 1,2,3,4,5", "EPRT |||", "EPSV 99999999999999999999", "CWD ../../../etc", "SIZE 9999999999GiB.bin"]
    {
        assert!(client.ask(line).is_refusal(), "{line}");
    }
    let _second = Client::logged_in(&server);
    let mut third = Client::connect(&server);
    let turned_away = third.reply();
    assert_eq!((turned_away.code, dialect::says(&turned_away)), (421, Some(Says::TooManyConnections)));
    assert_eq!(third.reply_or_end(), None);
}

#[test]
fn a_silent_client_is_sent_away() {
    let server = serving(Settings { idle: Duration::from_millis(50), ..Settings::default() });
    let mut client = Client::connect(&server);
    assert_eq!((client.reply().code, client.reply().code), (220, 421));
    assert_eq!(client.reply_or_end(), None);
}

#[test]
fn a_transfer_can_be_aborted_and_the_session_goes_on() {
    let server = playing(&[Fault::Stall]);
    let mut client = Client::logged_in(&server);
    let _data = TcpStream::connect(client.pasv()).expect("the port listens");
    assert_eq!(client.ask("RETR 1MiB.bin").code, 150);
    // With the Telnet signals that RFC 959 section 4.1.3 wants before it.
    client.send(b"\xff\xf4\xff\xf2ABOR\r\n");
    assert_eq!((client.reply().code, client.reply().code), (426, 226));
    assert_eq!(client.ask("NOOP").code, 200);
}

#[test]
fn stopping_ends_every_connection() {
    let mut server = playing(&[Fault::Stall]);
    let mut client = Client::logged_in(&server);
    let mut data = TcpStream::connect(client.pasv()).expect("the port listens");
    assert_eq!(client.ask("RETR 1MiB.bin").code, 150);
    data.read_exact(&mut vec![0; 512 * 1024]).expect("half of it");
    server.end();
    assert_eq!(client.reply_or_end(), None);
    assert!(read_all(data).is_empty());
    assert!(TcpStream::connect(server.address).is_err());
}

/// Connects from another address of this host than the control connection does.
fn connect_from(ip: Ipv4Addr, to: SocketAddr) -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.bind(&SocketAddr::from((ip, 0)).into()).expect("all of 127/8 is ours");
    socket.connect(&to.into()).expect("the port listens");
    socket
}

#[test]
fn curl_lists_and_downloads_in_every_mode() {
    let (v4, v6): (SocketAddr, SocketAddr) = ("127.0.0.1:0".parse().expect("v4"), "[::1]:0".parse().expect("v6"));
    for listen in [v4, v6] {
        let server = serving(Settings { listen, ..Settings::default() });
        let mut modes: Vec<&[&str]> = vec![&[], &["--ftp-port", "-"]];
        if listen.is_ipv4() {
            modes.extend([&["--disable-epsv"] as &[&str], &["--ftp-port", "-", "--disable-eprt"]]);
        }
        for mode in modes {
            let names = curl(&server, "", &[mode, &["--list-only"]].concat());
            assert_eq!(names, Ok(b"empty\nreadme.txt\n100KiB.bin\n5MiB.bin\n100MiB.bin\n".to_vec()), "{mode:?}");
            assert_eq!(curl(&server, "empty/", mode), Ok(Vec::new()), "{mode:?}");
            assert_eq!(curl(&server, "5MiB.bin", mode).map(|bytes| bytes.len()), Ok(5 << 20), "{mode:?}");
        }
    }
}

/// The commands of curl's recipe as they are printed, each with the verb that it is to list with.
#[test]
fn the_commands_of_curls_recipe_list() {
    let server = serving(Settings { listen: "127.0.0.1:0".parse().expect("v4"), ..Settings::default() });
    let free = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
    // The first free port of the range is taken: any range will do that begins at a free one.
    let ports = free.min(u16::MAX - 20)..=free.min(u16::MAX - 20) + 20;
    let (low, high) = (ports.start().to_string(), ports.end().to_string());
    let recipe = &clients::with_id("curl").expect("a client").recipe;
    let mut ran = 0;
    for (text, verb) in [
        (recipe.passive, "EPSV"),
        (recipe.active, "EPRT |1|127.0.0.1|"),
        (recipe.active_ports, "EPRT |1|127.0.0.1|"),
        (recipe.active_address, "EPRT |1|127.0.0.1|"),
    ] {
        for command in text.unwrap_or_default().split('`').filter(|piece| piece.starts_with("curl ")) {
            let host = server.address.to_string();
            let values = [("{host}", host.as_str()), ("{address}", "127.0.0.1"), ("{low}", &low), ("{high}", &high)];
            let line = values.iter().fold(command.to_owned(), |line, (name, value)| line.replace(name, value));
            let output = Command::new("curl")
                .args(["--disable", "--noproxy", "*", "--max-time", "20", "--verbose"])
                .args(line.split(' ').skip(1))
                .output()
                .expect("curl is installed");
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(String::from_utf8_lossy(&output.stdout).contains("readme.txt"), "{line}: {said}");
            let (_, argument) = said.split_once(&format!("> {verb}")).unwrap_or_else(|| panic!("{line}: {said}"));
            let port: String = argument.chars().take_while(char::is_ascii_digit).collect();
            if command.contains("{low}") {
                assert!(port.parse().is_ok_and(|port: u16| ports.contains(&port)), "{line}: {said}");
            }
            ran += 1;
        }
    }
    assert_eq!(ran, 5, "the recipe has other commands than these");
}
