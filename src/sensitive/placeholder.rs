//! Values that stand for a value: what documentation, templates and examples write where a real one would be.

use super::context;

/// Pieces that only an invented value has, in any case.
const INVENTED: &[&str] = &[
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "your_",
    "your-",
    "yourkey",
    "yourtoken",
    "yoursecret",
    "yourpass",
    "yourapi",
    "mysecret",
    "mypass",
    "mytoken",
    "insert",
    "replace",
    "redacted",
    "removed",
    "hidden",
    "xxxx",
    "****",
    "....",
    "todo",
    "fixme",
    "dummy",
    "sample",
    "foobar",
    "secret_here",
    "key_here",
    "token_here",
    "key-here",
    "token-here",
    "goes-here",
    "goes_here",
    "notreal",
    "abc123",
    "123abc",
    "testpass",
    "not-real",
    "not_real",
    "fake",
    "test1234",
    "abcdefgh",
    "12345678",
    "87654321",
    "deadbeef",
    "qwerty",
    "hunter2",
    "lorem",
    "user_pass",
    "undefined",
];

/// Whole values that are no secret.
const WELL_KNOWN: &[&str] = &[
    "password",
    "passwd",
    "pass",
    "secret",
    "token",
    "admin",
    "root",
    "user",
    "username",
    "guest",
    "postgres",
    "mysql",
    "test",
    "testing",
    "none",
    "null",
    "true",
    "false",
    "string",
    "pwd",
    "pw",
    "letmein",
    "default",
    "empty",
    "mongo",
    "redis",
    "rabbitmq",
    "sa",
    "foo",
    "bar",
    "baz",
    "changeit",
    "minioadmin",
    "correcthorsebatterystaple",
    "password1",
    "password123",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "admin123",
    "secret123",
    "pass123",
    "user123",
    "test123",
];

/// Whether `value` stands for a value: a template's variable, an ellipsis, angle brackets, a run of one character, or
/// a word that says so.
pub(super) fn is_placeholder(value: &str) -> bool {
    let bytes = value.as_bytes();
    is_variable(value)
        || is_monotonous(bytes)
        || WELL_KNOWN.iter().any(|known| known.eq_ignore_ascii_case(value))
        || ["my_", "my-"]
            .iter()
            .any(|start| bytes.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes())))
        || INVENTED.iter().any(|piece| contains(bytes, piece.as_bytes()))
}

/// Whether `value` holds a template's variable or is written as a gap to fill.
pub(super) fn is_variable(value: &str) -> bool {
    let bytes = value.as_bytes();
    let wrapped = |open, close| bytes.first() == Some(&open) && bytes.contains(&close);
    ["{{", "${", "$(", "<%", "{%", "#{", "...", "…", "%(", "%s"].iter().any(|mark| value.contains(mark))
        || wrapped(b'<', b'>')
        || wrapped(b'[', b']')
        || wrapped(b'{', b'}')
        || wrapped(b'%', b'%')
        || bytes.first() == Some(&b'$') && bytes[1..].iter().all(|&byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// Whether hardly any character differs from the rest: `xxxxxxxx`, `0000-0000`, `abababab`.
fn is_monotonous(bytes: &[u8]) -> bool {
    let mut seen = [false; 256];
    for &byte in bytes {
        seen[usize::from(byte.to_ascii_lowercase())] = true;
    }
    let distinct = seen.iter().filter(|&&seen| seen).count();
    distinct <= 2 || bytes.len() >= 20 && distinct <= 4
}

/// Whether the bytes go up by one for the whole length: `abcdefgh`, `0123456789`, in one direction, wrapping after 9.
pub(super) fn is_sequence(bytes: &[u8]) -> bool {
    let up = |pair: &[u8]| pair[1] == pair[0] + 1 || pair == b"90";
    bytes.len() > 4 && (bytes.windows(2).all(up) || bytes.windows(2).all(|pair| up(&[pair[1], pair[0]])))
}

/// Whether `needle`, in lower case, occurs in `bytes` in any ASCII case.
pub(super) fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle))
}

/// Whether one of `words` says close by that what follows or precedes is invented.
pub(super) fn is_announced(bytes: &[u8], start: usize) -> bool {
    let window = context::before(bytes, start, 24);
    context::mentions(window, &["fake", "dummy", "invalid", "placeholder"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_placeholders_and_random_values_are_not() {
        for gap in
            ["<token>", "${TOKEN}", "{{ token }}", "sk-...", "xxxx", "YOUR_API_KEY", "$TOKEN", "changeme", "000000"]
        {
            assert!(is_placeholder(gap), "{gap}");
        }
        for value in ["tR8#kLp2!x", "9f3kQz7Lw0", "$2aQx9!v"] {
            assert!(!is_placeholder(value), "{value}");
        }
        assert!(is_sequence(b"1234567890") && is_sequence(b"987654") && !is_sequence(b"123465"));
    }
}
