//! Each failure that the diagnosis server plays, seen from a client.

use std::io::{BufRead, Read};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use ftpmode::protocol::dialect::{self, Says};
use ftpmode::protocol::{extended, host_port};
use ftpmode::serve::Fault;

use raw::{Client, curl, playing, playing_hastily};

#[path = "support/raw.rs"]
mod raw;

#[test]
fn faults_of_the_greeting_and_the_login() {
    for (fault, answer) in [(Fault::TooMany, "421 "), (Fault::NotFtp, "SSH-")] {
        let server = playing(&[fault]);
        let mut line = String::new();
        Client::connect(&server).stream.read_line(&mut line).expect("a line");
        assert!(line.starts_with(answer), "{line}");
    }
    for (fault, code) in [(Fault::LoginRequired, 530), (Fault::Misconfigured, 500)] {
        let server = playing(&[fault]);
        let mut client = Client::connect(&server);
        client.send(b"USER ftp\r\nPASS x\r\nPWD\r\n");
        let codes: Vec<u16> = (0..4).map(|_| client.reply().code).collect();
        assert_eq!(codes, [220, 331, code, 530], "{fault:?}");
    }
    let server = playing(&[Fault::OneConnection]);
    let _first = Client::logged_in(&server);
    assert_eq!(Client::connect(&server).reply().code, 421);
    let mut silent = playing(&[Fault::NoGreeting]);
    let mut client = Client::connect(&silent);
    client.send(b"USER ftp\r\n");
    silent.end();
    assert_eq!(client.reply_or_end(), None, "not a word until the end");
}

#[test]
fn faults_of_the_negotiation() {
    for (fault, verb, code, says) in [
        (Fault::PasvRejected, "PASV", 500, Some(Says::NotImplemented)),
        (Fault::EpsvRejected, "EPSV", 500, Some(Says::NotImplemented)),
        (Fault::PortsExhausted, "EPSV", 425, Some(Says::PortsExhausted)),
        (Fault::PretRequired, "PASV", 500, Some(Says::PretRequired)),
        (Fault::PortRefused, "PORT 127,0,0,1,200,1", 500, Some(Says::MethodDisabled)),
        (Fault::PortRefused, "EPRT |1|127.0.0.1|51201|", 500, Some(Says::MethodDisabled)),
        (Fault::PortNotYours, "PORT 127,0,0,1,200,1", 501, Some(Says::AddressRejected)),
        (Fault::PortNotYours, "PORT 203,0,113,2,200,1", 200, None),
        (Fault::List550, "LIST", 550, None),
    ] {
        let server = playing(&[fault]);
        let reply = Client::logged_in(&server).ask(verb);
        assert_eq!((reply.code, dialect::says(&reply)), (code, says), "{fault:?} {reply:?}");
    }
    let server = playing(&[Fault::PrivateAddress, Fault::CloseOnList]);
    let mut client = Client::logged_in(&server);
    assert_eq!(client.pasv().ip(), Ipv4Addr::new(10, 0, 0, 20));
    client.send(b"LIST\r\n");
    assert_eq!(client.reply_or_end(), None);
    let server = playing(&[Fault::Malformed227]);
    assert!(host_port::parse(&Client::logged_in(&server).ask("PASV").text[4..]).is_err());
}

#[test]
fn faults_of_the_data_connection() {
    let server = playing(&[Fault::PassiveRefused]);
    let address = Client::logged_in(&server).pasv();
    let refused = TcpStream::connect(address).map_err(|error| error.kind());
    assert_eq!(refused.err(), Some(std::io::ErrorKind::ConnectionRefused));

    for (fault, says) in [(Fault::NoCallback, Says::CallbackTimedOut), (Fault::Callback425, Says::CallbackRefused)] {
        let server = playing_hastily(&[fault]);
        let mut client = Client::logged_in(&server);
        let listener = client.listen();
        let port = extended::format(listener.local_addr().expect("an address"));
        assert_eq!(client.ask(&format!("EPRT {port}")).code, 200);
        assert_eq!(dialect::says(&client.ask("LIST")), Some(says));
        listener.set_nonblocking(true).expect("a flag");
        assert!(listener.accept().is_err());
    }

    for (fault, code, length) in [(Fault::ResetTransfer, 426, None), (Fault::Slow, 226, Some(100))] {
        let server = playing(&[fault]);
        let mut client = Client::logged_in(&server);
        let mut data = TcpStream::connect(client.pasv()).expect("the port listens");
        assert_eq!(client.ask("RETR 100B.bin").code, 150);
        let mut bytes = Vec::new();
        assert_eq!(data.read_to_end(&mut bytes).ok(), length, "{fault:?}");
        assert_eq!(client.reply().code, code);
    }

    let server = playing(&[Fault::DataSourceDiffers]);
    let mut client = Client::logged_in(&server);
    let _data = TcpStream::connect(client.pasv()).expect("the port listens");
    assert_eq!(dialect::says(&client.ask("LIST")), Some(Says::ForeignDataSource));

    let server = playing(&[Fault::NoCompletion]);
    let mut client = Client::logged_in(&server);
    let _data = TcpStream::connect(client.pasv()).expect("the port listens");
    assert_eq!(client.ask("LIST").code, 150);
    assert_eq!(client.ask("NOOP").code, 200, "and no 226 before it");
}

/// A full backlog drops SYNs on Linux; elsewhere it may refuse.
#[test]
#[cfg(target_os = "linux")]
fn a_silent_passive_port_says_nothing() {
    let server = playing(&[Fault::PassiveSilent]);
    let mut client = Client::logged_in(&server);
    for _ in 0..3 {
        let connected = TcpStream::connect_timeout(&client.pasv(), Duration::from_millis(150));
        assert_eq!(connected.err().map(|error| error.kind()), Some(std::io::ErrorKind::TimedOut));
    }
}

#[test]
fn curl_fails_as_each_fault_wants_it() {
    let (active, pasv): (&[&str], &[&str]) = (&["--ftp-port", "-"], &["--disable-epsv"]);
    for (fault, mode, status) in [
        (Fault::PassiveRefused, pasv, 7),
        (Fault::PasvRejected, pasv, 13),
        (Fault::Malformed227, pasv, 14),
        (Fault::List550, pasv, 19),
        (Fault::DataSourceDiffers, pasv, 19),
        (Fault::Callback425, active, 19),
        (Fault::PortRefused, active, 30),
        (Fault::PortNotYours, active, 30),
        (Fault::ResetTransfer, pasv, 56),
        (Fault::LoginRequired, pasv, 67),
    ] {
        assert_eq!(curl(&playing(&[fault]), "", mode), Err(Some(status)), "{fault:?}");
    }
}
