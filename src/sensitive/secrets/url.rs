//! SEC004 and SEC005: user and password in an address, and in the connection string of a database.

use crate::sensitive::catalogue::{Evidence, Kind};
use crate::sensitive::placeholder;
use crate::sensitive::scan::Scan;

/// Schemes of databases and queues: their addresses are connection strings.
static DATABASES: &[&str] = &[
    "amqp",
    "amqps",
    "clickhouse",
    "cockroachdb",
    "couchbase",
    "couchdb",
    "db2",
    "elasticsearch",
    "jdbc",
    "kafka",
    "ldap",
    "ldaps",
    "mariadb",
    "mongodb",
    "mongodb+srv",
    "mqtt",
    "mqtts",
    "mssql",
    "mysql",
    "mysql2",
    "mysqlx",
    "nats",
    "neo4j",
    "neo4j+s",
    "oracle",
    "pg",
    "pgsql",
    "postgres",
    "postgresql",
    "redis",
    "rediss",
    "redshift",
    "snowflake",
    "sqlserver",
];

/// The longest user and password that are looked back for.
const REACH: usize = 300;

/// Looks for `scheme://user:password@` before the `@` at `at`.
pub(in crate::sensitive) fn find(scan: &mut Scan<'_>, at: usize) {
    let bytes = scan.bytes;
    let from = at.saturating_sub(REACH);
    let is_part = |byte: &u8| !byte.is_ascii_whitespace() && !b"\"'`<>()[]\\@".contains(byte);
    let length = bytes[from..at].iter().rev().take_while(|byte| is_part(byte)).count();
    let run = &bytes[at - length..at];
    let Some(slashes) = run.windows(3).rposition(|window| window == b"://") else { return };
    let credentials = at - length + slashes + 3;
    let Some(colon) = bytes[credentials..at].iter().position(|byte| *byte == b':') else { return };
    if bytes[credentials..credentials + colon].contains(&b'/') {
        return;
    }
    let password_at = credentials + colon + 1;
    let (Some(user), Some(password)) = (scan.text.get(credentials..password_at - 1), scan.text.get(password_at..at))
    else {
        return;
    };
    let scheme =
        run[..slashes].iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+')).count();
    let scheme = &run[slashes - scheme..slashes];
    let is_database = DATABASES.iter().any(|known| {
        scheme.eq_ignore_ascii_case(known.split('+').next().unwrap_or(known).as_bytes())
            || scheme.eq_ignore_ascii_case(known.as_bytes())
    });
    let kind = if is_database { Kind::ConnectionString } else { Kind::UrlCredentials };
    if is_password(user, password) && !is_example_host(&bytes[at + 1..]) {
        scan.hit(kind, password_at..at, Evidence::Prefix);
    }
}

/// Whether the password is more than what tutorials write.
fn is_password(user: &str, password: &str) -> bool {
    let plain = password.to_ascii_lowercase();
    let is_taught = [
        "password", "passwd", "pass", "secret", "user", "example", "mypass", "pwd", "token", "key", "admin", "changeme",
    ];
    let is_taught =
        is_taught.iter().any(|word| plain.trim_matches(|letter: char| !letter.is_ascii_alphabetic()) == *word);
    password.len() >= 4
        && !user.eq_ignore_ascii_case(password)
        && !is_taught
        && !password.contains('/')
        && !password.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        && !placeholder::is_placeholder(password)
        && !placeholder::is_variable(user)
        && !placeholder::is_sequence(password.as_bytes())
}

/// Hosts that RFC 2606 keeps for examples.
fn is_example_host(rest: &[u8]) -> bool {
    let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')).count();
    let host = std::str::from_utf8(&rest[..length]).unwrap_or_default().to_ascii_lowercase();
    host.split('.').any(|label| label == "example") || host.ends_with(".test") || host.ends_with(".invalid")
}
