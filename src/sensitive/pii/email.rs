//! PII001: mail addresses of people.

use crate::sensitive::catalogue::{Evidence, Kind};
use crate::sensitive::placeholder;
use crate::sensitive::scan::Scan;
use std::ops::Range;

/// The top-level domains of the public suffix list (<https://publicsuffix.org/list/>, section ICANN), one a line, sorted.
static TOP_LEVEL: &str = include_str!("tlds.txt");

/// A mailbox that belongs to nobody: a role (RFC 2142 and what firms add to it), or a stand-in for a person.
static ROLES: &[&str] = &[
    "abuse",
    "account",
    "accounts",
    "address",
    "admin",
    "administrator",
    "billing",
    "careers",
    "compliance",
    "contact",
    "conduct",
    "customer",
    "customerservice",
    "dev",
    "developer",
    "developers",
    "devops",
    "donotreply",
    "email",
    "enquiries",
    "events",
    "feedback",
    "finance",
    "firstname",
    "firstname.lastname",
    "first.last",
    "foo",
    "git",
    "hello",
    "help",
    "helpdesk",
    "hi",
    "hostmaster",
    "hr",
    "info",
    "it",
    "jobs",
    "legal",
    "mail",
    "mailer-daemon",
    "marketing",
    "me",
    "media",
    "name",
    "name.surname",
    "news",
    "newsletter",
    "no-reply",
    "no_reply",
    "noreply",
    "notifications",
    "office",
    "ops",
    "opensource",
    "oss",
    "opencode",
    "orders",
    "owner",
    "partners",
    "postmaster",
    "press",
    "privacy",
    "recipient",
    "returns",
    "root",
    "sales",
    "secure",
    "security",
    "sender",
    "service",
    "services",
    "someone",
    "somebody",
    "subscribe",
    "support",
    "team",
    "test",
    "test.user",
    "testuser",
    "unsubscribe",
    "user",
    "user1",
    "user2",
    "username",
    "webmaster",
    "yname",
    "you",
    "your",
    "your-email",
    "your.email",
    "your.name",
    "youremail",
    "yourname",
    "xxx",
    "bar",
    "baz",
];

/// Names of domains, without what follows, that documentation uses: RFC 2606 and RFC 6761, the sample firms of large
/// vendors, and stand-ins.
static EXAMPLE_NAMES: &[&str] = &[
    "acme",
    "acmecorp",
    "adatum",
    "adventure-works",
    "alpineskihouse",
    "anothercompany",
    "company",
    "contoso",
    "corp",
    "customer",
    "domain",
    "email",
    "example",
    "examplecompany",
    "fabrikam",
    "fourthcoffee",
    "litware",
    "litwareinc",
    "lamnahealthcare",
    "mail",
    "mycompany",
    "mydomain",
    "myorg",
    "northwind",
    "northwindtraders",
    "org",
    "organization",
    "proseware",
    "sample",
    "server",
    "site",
    "somewhere",
    "tailspintoys",
    "tailwindtraders",
    "test",
    "thecompany",
    "tempuri",
    "treyresearch",
    "website",
    "wideworldimporters",
    "wingtiptoys",
    "woodgrovebank",
    "xyz",
    "your-company",
    "your-domain",
    "yourcompany",
    "yourdomain",
    "yourorg",
    "yoursite",
    "abc",
    "foo",
    "bar",
    "exemple",
    "ejemplo",
    "beispiel",
    "esempio",
    "exemplo",
    "voorbeeld",
    "localhost",
    "internal",
    "initech",
    "globex",
    "placeholder",
    "fake",
    "dummy",
    "host",
    "hostname",
];

/// Top-level domains that RFC 2606, RFC 6761 and RFC 8375 keep out of the public tree.
static RESERVED: &[&str] = &["example", "invalid", "local", "localhost", "test"];

/// Looks for an address around the `@` at `at`.
pub(in crate::sensitive) fn find(scan: &mut Scan<'_>, at: usize) {
    let Some(range) = address(scan.bytes, at) else { return };
    let local = &scan.text[range.start..at];
    let domain = &scan.text[at + 1..range.end];
    if is_public(domain) && !is_example(local, domain) {
        scan.hit(Kind::EmailAddress, range, Evidence::Prefix);
    }
}

/// The dot-atom address of RFC 5322 around the `@`, without the quoted forms that nobody has.
fn address(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let is_local = |byte: &u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+-=?^_`{|}~".contains(byte);
    let before = &bytes[at.saturating_sub(64)..at];
    let mut local = before.iter().rev().take_while(|byte| is_local(byte)).count();
    // Quotes, Markdown and keys (`email=`) before the address are not its own.
    while local > 0 && !bytes[at - local].is_ascii_alphanumeric() {
        local -= 1;
    }
    if let Some(key) = bytes[at - local..at].iter().rposition(|byte| b"=`*'".contains(byte)) {
        local -= key + 1;
    }
    let after = &bytes[at + 1..bytes.len().min(at + 254)];
    let mut domain = after.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b".-".contains(byte)).count();
    while domain > 0 && !after[domain - 1].is_ascii_alphanumeric() {
        domain -= 1;
    }
    // `\n` as JSON and code write a line's end.
    if local > 1 && bytes[..at - local].ends_with(b"\\") && matches!(bytes[at - local], b'n' | b'r' | b't') {
        local -= 1;
    }
    let start = at - local;
    // `//user@host`, `//user:password@host` and `user@host:path` are addresses of machines.
    let authority = &bytes[start.saturating_sub(64)..start];
    let authority = authority.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
    let is_machine = authority.windows(3).any(|window| window == b"://")
        || after.get(domain) == Some(&b':')
            && after.get(domain + 1).is_some_and(|&byte| byte.is_ascii_alphanumeric() || byte == b'/')
        || matches!(after.get(domain), Some(b'@' | b'('));
    let is_whole = local > 0 && domain > 3 && bytes[at - 1] != b'.' && (start == 0 || bytes[start - 1] < 0x80);
    (is_whole && !is_machine).then(|| start..at + 1 + domain)
}

/// Whether `domain` has labels of letters, digits and hyphens under a top-level domain that exists.
fn is_public(domain: &str) -> bool {
    let Some((rest, top)) = domain.rsplit_once('.') else { return false };
    let is_label = |label: &str| (1..64).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-');
    rest.split('.').all(is_label) && is_top_level(&top.to_ascii_lowercase())
}

/// Whether the list of top-level domains has `top`, in lower case; found by bisection over the lines.
fn is_top_level(top: &str) -> bool {
    let (mut low, mut high) = (0, TOP_LEVEL.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = TOP_LEVEL[..middle].rfind('\n').map_or(0, |at| at + 1);
        let end = TOP_LEVEL[middle..].find('\n').map_or(TOP_LEVEL.len(), |at| middle + at);
        match TOP_LEVEL[start..end].cmp(top) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = end + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    top.starts_with("xn--")
}

fn is_example(local: &str, domain: &str) -> bool {
    let (local, domain) = (local.to_ascii_lowercase(), domain.to_ascii_lowercase());
    let mut labels = domain.split('.').rev();
    let top = labels.next().unwrap_or_default();
    let is_role = |local: &str| ROLES.contains(&local);
    let plain = local.split_once('+').map_or(local.as_str(), |(name, _)| name);
    RESERVED.contains(&top)
        || labels
            .any(|label| EXAMPLE_NAMES.contains(&label) || label.starts_with("example-") || label.ends_with("-example"))
        || local.len() == 1 && domain.find('.') == Some(1)
        || is_role(plain)
        || is_role(plain.trim_end_matches(|letter: char| letter.is_ascii_digit()))
        || ["noreply", "no-reply", "donotreply", "example", "placeholder"].iter().any(|piece| local.contains(piece))
        || placeholder::is_variable(&local)
        || domain.starts_with("users.noreply.")
        || local == domain.split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_domains_is_sorted_and_found() {
        assert!(TOP_LEVEL.lines().is_sorted());
        assert!(TOP_LEVEL.lines().all(is_top_level));
        assert!(!is_top_level("notadomain") && !is_top_level("") && !is_top_level("zzzz"));
    }

    #[test]
    fn an_address_ends_where_the_sentence_goes_on() {
        let found =
            |text: &str| address(text.as_bytes(), text.find('@').expect("an @")).map(|range| text[range].to_owned());
        assert_eq!(found("Write to anna.berg@web.de."), Some("anna.berg@web.de".into()));
        assert_eq!(found("<a+b@c.io>"), Some("a+b@c.io".into()));
        assert_eq!(found("email='x@yz.org'"), Some("x@yz.org".into()));
        assert_eq!(found("git clone git@github.com:owner/name"), None);
        assert_eq!(found("@decorator"), None);
    }
}
