//! A server of this process that answers as a test says: what an address or a registry that
//! misbehaves looks like.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request: its first line, and its `Authorization` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET /path`.
    pub line: String,
    /// The header's value, if there is one.
    pub authorization: Option<String>,
}

/// An answer: its status, further headers, and its body.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// `Name: value` each.
    pub headers: Vec<String>,
    /// The body.
    pub body: Vec<u8>,
    /// Bytes that it claims to have beyond its body.
    pub missing: usize,
}

impl Answer {
    /// All is well, and this is it.
    pub fn of(body: impl Into<Vec<u8>>) -> Self {
        Answer { status: 200, body: body.into(), ..Answer::default() }
    }

    /// Another status.
    pub fn status(status: u16) -> Self {
        Answer { status, ..Answer::default() }
    }
}

/// A server. It answers for as long as the test runs.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Begins to answer.
    ///
    /// # Panics
    ///
    /// Panics where there is no port.
    pub fn new(answer: impl Fn(&Request, SocketAddr) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let Some(request) = request(&stream) else { continue };
                let answer = answer(&request, address);
                log.lock().expect("the log").push(request);
                // Whoever asked may have gone.
                let _ = send(stream, &answer);
            }
        });
        Server { address, asked }
    }

    /// Where it is: host and port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was asked so far.
    ///
    /// # Panics
    ///
    /// Panics where the server did.
    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().expect("the log").clone()
    }
}

fn request(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut lines = reader.by_ref().lines();
    let first = lines.next()?.ok()?;
    let line = first.rsplit_once(' ')?.0.to_owned();
    let (mut authorization, mut length) = (None, 0);
    for header in lines.map_while(Result::ok).take_while(|line| !line.is_empty()) {
        let (name, value) = header.split_once(": ")?;
        if name.eq_ignore_ascii_case("authorization") {
            authorization = Some(value.to_owned());
        } else if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().ok()?;
        }
    }
    // Closing before the body was read would break off what is still being sent.
    std::io::copy(&mut reader.take(length), &mut std::io::sink()).ok()?;
    Some(Request { line, authorization })
}

fn send(mut stream: TcpStream, answer: &Answer) -> std::io::Result<()> {
    let Answer { status, headers, body, missing } = answer;
    let length = body.len() + missing;
    write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n")?;
    for header in headers {
        write!(stream, "{header}\r\n")?;
    }
    stream.write_all(b"\r\n")?;
    stream.write_all(body)
}
