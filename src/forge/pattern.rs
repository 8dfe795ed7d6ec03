//! Paths as patterns of `CODEOWNERS`, in what GitHub and GitLab read alike.
//!
//! Source: <https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners#codeowners-syntax>
//! and <https://docs.gitlab.com/user/project/codeowners/reference/>.

/// The pattern of the file or, with `/` at its end, of the folder at `path`, from the top of the repository.
///
/// A blank takes a backslash. GitHub has no escape for the signs of its patterns and for `#`, so `?` stands for each of
/// them, which matches any one character.
pub(super) fn of(path: &str) -> String {
    let mut pattern = String::from("/");
    for c in path.chars() {
        match c {
            ' ' => pattern.push_str("\\ "),
            '*' | '?' | '[' | ']' | '\\' | '#' => pattern.push('?'),
            c if c.is_whitespace() => pattern.push('?'),
            c => pattern.push(c),
        }
    }
    pattern
}

/// Whether `pattern` matches more than the path that it was made of.
pub(super) fn is_wide(pattern: &str) -> bool {
    pattern.contains('?')
}

/// Whether `owner` is what both forges take for one: `@user`, `@org/team`, or an address.
pub(super) fn is_owner(owner: &str) -> bool {
    let belongs = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let is_name =
        |name: &str| name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') && name.chars().all(belongs);
    if let Some(name) = owner.strip_prefix('@') {
        return name.split('/').all(is_name);
    }
    owner.split_once('@').is_some_and(|(user, host)| {
        let is_user = !user.is_empty() && user.chars().all(|c| belongs(c) || c == '+' || c == '%');
        is_user && host.contains('.') && host.split('.').all(is_name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_so_that_both_forges_read_it() {
        assert_eq!(of("prompts/support/"), "/prompts/support/");
        assert_eq!(of("prompts/my answer.prompt.yaml"), "/prompts/my\\ answer.prompt.yaml");
        assert_eq!(of("#x/app/[id]/c#.prompty"), "/?x/app/?id?/c?.prompty");
        assert_eq!(of("!a/é\u{a0}b*.md"), "/!a/é?b?.md");
        assert!(is_wide("/a?b") && !is_wide("/a\\ b"));
    }

    #[test]
    fn owners_are_users_teams_and_addresses() {
        for owner in
            ["@ann", "@acme/support-ai", "@group/sub/team", "@ann_acme", "ann@example.com", "a.b+c@x.example.org"]
        {
            assert!(is_owner(owner), "{owner}");
        }
        for other in
            ["ann", "Ann Lee", "", "@", "@-x", "@acme/", "@@maintainer", "ann@localhost", "ann@", "@a b", "a@b@c.de"]
        {
            assert!(!is_owner(other), "{other}");
        }
    }
}
