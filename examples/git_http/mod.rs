//! A server for git over http: `git http-backend`, called as CGI (RFC 3875) for each request that comes to a socket of this
//! machine. It knows just enough of HTTP/1.1 for git's client.

use std::io::{self, BufRead, BufReader, Read, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

/// Serves the repositories in `folder` to anybody on this machine, for as long as the process lives. The hooks of a push
/// have their temporary files in `temporary`.
pub(crate) fn serve(folder: &Path, temporary: &Path) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("the system has a free port");
    let address = listener.local_addr().expect("it was bound");
    let (folder, temporary) = (folder.to_owned(), temporary.to_owned());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let backend = Backend { folder: folder.clone(), temporary: temporary.clone() };
            // A client that went away is not the server's trouble.
            thread::spawn(move || backend.answer(stream).ok());
        }
    });
    address
}

struct Backend {
    folder: PathBuf,
    temporary: PathBuf,
}

impl Backend {
    fn answer(&self, stream: TcpStream) -> io::Result<()> {
        let mut input = BufReader::new(stream.try_clone()?);
        let request = Request::read(&mut input, &stream)?;
        let mut child = self.command(&request).spawn()?;
        child.stdin.take().expect("it is piped").write_all(&request.body)?;
        let output = child.wait_with_output()?.stdout;
        let end = output.windows(4).position(|bytes| bytes == b"\r\n\r\n").map_or(output.len(), |at| at + 4);
        let (head, body) = output.split_at(end);
        let head = String::from_utf8_lossy(head);
        let (status, headers): (Vec<&str>, Vec<&str>) =
            head.lines().filter(|line| !line.is_empty()).partition(|line| line.starts_with("Status: "));
        let status = status.first().map_or("200 OK", |line| &line["Status: ".len()..]);
        let mut answer = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        headers.iter().for_each(|line| answer.extend([*line, "\r\n"]));
        let mut stream = stream;
        stream.write_all((answer + "\r\n").as_bytes())?;
        stream.write_all(body)
    }

    fn command(&self, request: &Request) -> Command {
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let mut command = Command::new("git");
        command.arg("http-backend").env("GIT_PROJECT_ROOT", &self.folder).env("GIT_HTTP_EXPORT_ALL", "1");
        command.env("TMPDIR", &self.temporary);
        command.envs([("REQUEST_METHOD", &*request.method), ("PATH_INFO", path), ("QUERY_STRING", query)]);
        command.env("CONTENT_LENGTH", request.body.len().to_string()).env("REMOTE_ADDR", "127.0.0.1");
        for (header, variable) in [
            ("content-type", "CONTENT_TYPE"),
            ("content-encoding", "HTTP_CONTENT_ENCODING"),
            ("git-protocol", "HTTP_GIT_PROTOCOL"),
        ] {
            command.envs(request.header(header).map(|value| (variable, value)));
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }
}

struct Request {
    method: String,
    target: String,
    /// Names in small letters.
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    fn read(input: &mut impl BufRead, mut stream: &TcpStream) -> io::Result<Self> {
        let first = line(input)?;
        let mut words = first.split(' ').map(str::to_owned);
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut request = Self { method, target, headers: Vec::new(), body: Vec::new() };
        loop {
            let header = line(input)?;
            let Some((name, value)) = header.split_once(':') else { break };
            request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        if request.header("expect").is_some() {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        if request.header("transfer-encoding").is_some() {
            request.body = chunks(input)?;
        } else if let Some(length) = request.header("content-length").and_then(|length| length.parse().ok()) {
            request.body = vec![0; length];
            input.read_exact(&mut request.body)?;
        }
        Ok(request)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn line(input: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    input.read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}

/// A body that comes in chunks (RFC 9112, 7.1).
fn chunks(input: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(input)?;
        let size = u64::from_str_radix(&size, 16).map_err(io::Error::other)?;
        input.take(size).read_to_end(&mut body)?;
        line(input)?;
        if size == 0 {
            return Ok(body);
        }
    }
}
