//! What a commit's message tells promptyard, looked at while it can still be changed.

use crate::name::{EnvName, RouteName};
use crate::release::since;
use crate::store::route::Dimension;
use crate::trailer::{self, Trailer};

/// What is wrong with the trailers of `message`, a sentence each; nothing where all is well.
pub fn problems(message: &str) -> Vec<String> {
    let (_, unknown) = since::asked_for(message);
    let mut problems: Vec<String> =
        unknown.iter().map(|value| format!("`Release-Bump: {value}` is none of patch, minor and major")).collect();
    let trailers = trailer::of(message);
    // Other tools have trailers of such names too: they are ours beside one of these.
    if let Some(verb) = trailers.iter().find(|trailer| trailer.is("Promotion") || trailer.is("Rollback")) {
        problems.extend(of_move(verb, &trailers));
    }
    problems
}

/// The key of a trailer, and what may be wrong with its value.
type Check = (&'static str, fn(&str) -> Option<String>);

/// What is wrong with the trailers of a promotion or a rollback.
fn of_move(verb: &Trailer, trailers: &[Trailer]) -> Vec<String> {
    let mut problems = Vec::new();
    let values = |key: &'static str| trailers.iter().filter(move |trailer| trailer.is(key));
    for key in ["Environment", "Route", "Dimension"] {
        if values(key).next().is_none() {
            problems.push(format!("`{verb}` stands without `{key}:`"));
        }
    }
    let checks: [Check; 3] = [
        ("Environment", |value| value.parse::<EnvName>().err().map(|error| error.to_string())),
        ("Route", |value| value.parse::<RouteName>().err().map(|error| error.to_string())),
        ("Dimension", |value| value.parse::<Dimension>().err().map(|error| error.to_string())),
    ];
    for (key, problem) in checks {
        problems.extend(values(key).filter_map(|trailer| Some(format!("`{trailer}`: {}", problem(&trailer.value)?))));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::problems;

    #[test]
    fn a_wrong_trailer_is_told() {
        assert_eq!(problems("Title\n\nText.\n"), [""; 0]);
        assert_eq!(problems("Title\n\nRelease-Bump: major\n"), [""; 0]);
        assert_eq!(
            problems("Title\n\nRelease-Bump: huge\n"),
            ["`Release-Bump: huge` is none of patch, minor and major"]
        );
        assert_eq!(problems("Title\n\nEnvironment: A B\n"), [""; 0], "another tool's");
        let moved = "Title\n\nPromotion: production/help\nEnvironment: production\nRoute: help\n";
        assert_eq!(problems(moved), ["`Promotion: production/help` stands without `Dimension:`"]);
        assert_eq!(problems(&format!("{moved}Dimension: prompt\n")), [""; 0]);
        assert_eq!(problems(&format!("{moved}Dimension: colour\n")).len(), 1);
    }
}
