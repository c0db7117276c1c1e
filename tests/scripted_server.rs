//! The scripted server does what its scripts say, and tells what came.

use std::io::{BufRead, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};

use ftpmode::protocol::{extended, host_port};

use raw::{Client, closed_port, read_all};
use scripted::Step::*;
use scripted::{Scripted, say};

#[path = "support/raw.rs"]
mod raw;
#[path = "support/scripted.rs"]
mod scripted;

fn pasv(client: &mut Client) -> SocketAddr {
    let reply = client.ask("PASV");
    host_port::parse(&reply.text[4..]).expect("an endpoint").into()
}

#[test]
fn without_a_script_it_is_a_healthy_server() {
    let server = Scripted::new().start();
    let mut client = Client::dial(server.address());
    client.send(b"USER a\r\nPASS b\r\nSYST\r\nFEAT\r\nPASV\r\n");
    let codes: Vec<u16> = (0..5).map(|_| client.reply().code).collect();
    assert_eq!(codes, [220, 331, 230, 215, 211]);
    let passive = host_port::parse(&client.reply().text[4..]).expect("an endpoint");
    client.send(b"LIST\r\n");
    assert!(!read_all(TcpStream::connect(passive).expect("a listener")).is_empty());
    assert_eq!((client.reply().code, client.reply().code), (150, 226));

    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let eprt = format!("EPRT {}", extended::format(listener.local_addr().expect("bound")));
    assert_eq!(client.ask(&eprt).code, 200);
    client.send(b"LIST\r\n");
    assert!(!read_all(listener.accept().expect("a callback").0).is_empty());
    assert_eq!((client.reply().code, client.reply().code), (150, 226));
    let (_held, closed) = closed_port(client.own_ip());
    let eprt = format!("EPRT {}", extended::format(closed));
    assert_eq!((client.ask(&eprt).code, client.ask("LIST").code), (200, 425));

    assert_eq!(client.ask("QUIT").code, 221);
    assert_eq!(client.reply_or_end(), None);
    drop(client);
    let heard = server.finish();
    assert_eq!((heard.connections.len(), heard.count("list"), heard.count("PORT")), (1, 3, 0));
    assert!(heard.said_goodbye() && heard.connections[0].hung_up);
}

#[test]
fn rules_replace_what_is_healthy_one_after_the_other() {
    let server = Scripted::new().reply("NOOP", "500 first").reply("NOOP", "500 then").may("XYZ", [Close]).start();
    let mut client = Client::dial(server.address());
    client.reply();
    let texts: Vec<String> = (0..3).map(|_| client.ask("NOOP").text).collect();
    assert_eq!(texts, ["500 first", "500 then", "500 then"]);
    drop(client);
    assert_eq!(server.finish().verbs(), ["NOOP"; 3]);
}

#[test]
fn pieces_arrive_one_by_one() {
    let pieces = ["2", "20-hel", "lo\r", "\n220 you", "\r\n"].map(str::to_owned).to_vec();
    let server = Scripted::new().greet([Pieces(pieces.clone())]).start();
    let mut stream = TcpStream::connect(server.address()).expect("it listens");
    for piece in pieces {
        let mut bytes = [0; 100];
        let count = stream.read(&mut bytes).expect("a piece");
        assert_eq!(&bytes[..count], piece.as_bytes());
    }
    drop(stream);
    server.finish();
}

#[test]
fn data_connections_go_wrong_as_written() {
    let server = Scripted::new()
        .on("PASV", [DeafPort, say("227 ({host-port})\r\n")])
        .on("PASV", [SilentPort, say("227 (127,0,0,1,{p1},{p2})\r\n")])
        .on("PASV", [say("227 ({host-port})\r\n")])
        .on("LIST", [Accept, say("150 x\r\n"), SendBytes(100_000), ResetData, say("226 x\r\n")])
        .on("NLST", [DialFrom("127.0.0.9"), Dial, CloseData, say("226 x\r\n")])
        .start();
    let mut client = Client::dial(server.address());
    client.reply();
    let refused = TcpStream::connect(pasv(&mut client)).map_err(|error| error.kind());
    assert_eq!(refused.err(), Some(std::io::ErrorKind::ConnectionRefused));
    let silent = TcpStream::connect_timeout(&pasv(&mut client), std::time::Duration::from_millis(100));
    assert_eq!(silent.map_err(|error| error.kind()).err(), Some(std::io::ErrorKind::TimedOut));
    let mut data = TcpStream::connect(pasv(&mut client)).expect("a listener");
    client.send(b"LIST\r\n");
    let reset = data.read_to_end(&mut Vec::new()).map_err(|error| error.kind());
    assert_eq!(reset.err(), Some(std::io::ErrorKind::ConnectionReset));
    assert_eq!((client.reply().code, client.reply().code), (150, 226));

    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let own = listener.local_addr().expect("bound");
    assert_eq!(client.ask(&format!("EPRT {}", extended::format(own))).code, 200);
    client.send(b"NLST\r\n");
    let origins = [(); 2].map(|()| listener.accept().expect("a connection").1.ip().to_string());
    assert_eq!(origins, ["127.0.0.9", "127.0.0.1"]);
    assert_eq!(client.reply().code, 226);
    drop(client);
    server.finish();
}

#[test]
fn a_reply_can_wait_for_another_line_or_another_connections_end() {
    let server = Scripted::new()
        .on("LIST", [Await("ABOR"), say("426 x\r\n")])
        .on("RETR", [AwaitGoodbye, say("550 x\r\n")])
        .start();
    let mut client = Client::dial(server.address());
    client.send(b"LIST\r\nABOR\r\nRETR\r\n");
    let codes: Vec<u16> = (0..3).map(|_| client.reply().code).collect();
    assert_eq!(codes, [220, 426, 226]);
    let mut second = Client::dial(server.address());
    second.send(b"QUIT\r\n");
    assert_eq!(client.reply().code, 550);
    drop((client, second));
    assert_eq!(server.finish().connections.len(), 2);
}

#[test]
fn the_control_connection_ends_as_written() {
    for (step, end) in [(Close, None), (Reset, Some(std::io::ErrorKind::ConnectionReset))] {
        let server = Scripted::new().on("NOOP", [step]).start();
        let mut client = Client::dial(server.address());
        client.reply();
        client.send(b"NOOP\r\n");
        let ended = client.stream.read_line(&mut String::new()).map_err(|error| error.kind());
        assert_eq!(ended.err(), end);
        drop(client);
        server.finish();
    }
    let server = Scripted::new().greet([StopReading]).start();
    let _client = Client::dial(server.address());
    server.finish();
    let server = Scripted::new().greet([SayForever("220-x\r\n".into())]).start();
    let mut client = Client::dial(server.address());
    client.stream.read_exact(&mut [0; 1 << 20]).expect("there is no end of it");
    drop(client);
    server.finish();
}

#[test]
fn what_did_not_go_as_written_is_told() {
    let complaint = |server: scripted::Running| {
        let panic = catch_unwind(AssertUnwindSafe(|| server.finish())).expect_err("a mismatch");
        panic.downcast_ref::<String>().expect("a message").clone()
    };
    assert!(complaint(Scripted::new().reply("EPRT", "500").start()).contains("EPRT never came"));
    let server = Scripted::new().on("LIST", [Accept]).start();
    let mut client = Client::dial(server.address());
    client.reply();
    assert_eq!(client.ask("PASV").code, 227);
    client.stream.get_mut().write_all(b"LIST\r\n").expect("it reads");
    drop(client);
    assert!(complaint(server).contains("went while the script was at Accept"));
}
