//! What is known of providers' models by their ids: names that move, and parameters that a model refuses.
//!
//! Only what a provider documents is here, and only what a call is refused for. What is not known is not judged.

use serde_json::Value;

use crate::lint::rule::Context;
use crate::store::model::Model;
use crate::store::prompt::Prompt;
use crate::text::Spanned;

/// Ids that a provider points at another snapshot from time to time, with a snapshot that each has meant.
///
/// Sources: platform.openai.com/docs/models (each model's page lists its snapshots), docs.anthropic.com/en/docs/about-claude/models
/// ('Model aliases'), ai.google.dev/gemini-api/docs/models and the Vertex AI page on auto-updated aliases. Google's
/// undated ids from 2.5 on are documented as stable, and Anthropic's from 4.6 on are the snapshots themselves: neither
/// is here.
const ALIASES: [(&str, &str); 34] = [
    ("claude-haiku-4-5", "claude-haiku-4-5-20251001"),
    ("claude-opus-4-0", "claude-opus-4-20250514"),
    ("claude-opus-4-1", "claude-opus-4-1-20250805"),
    ("claude-opus-4-5", "claude-opus-4-5-20251101"),
    ("claude-sonnet-4-0", "claude-sonnet-4-20250514"),
    ("claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
    ("gemini-1.5-flash", "gemini-1.5-flash-002"),
    ("gemini-1.5-pro", "gemini-1.5-pro-002"),
    ("gemini-2.0-flash", "gemini-2.0-flash-001"),
    ("gemini-2.0-flash-lite", "gemini-2.0-flash-lite-001"),
    ("gemini-pro", "gemini-1.0-pro-002"),
    ("gpt-3.5-turbo", "gpt-3.5-turbo-0125"),
    ("gpt-3.5-turbo-16k", "gpt-3.5-turbo-16k-0613"),
    ("gpt-4", "gpt-4-0613"),
    ("gpt-4-32k", "gpt-4-32k-0613"),
    ("gpt-4-turbo", "gpt-4-turbo-2024-04-09"),
    ("gpt-4-turbo-preview", "gpt-4-0125-preview"),
    ("gpt-4.1", "gpt-4.1-2025-04-14"),
    ("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14"),
    ("gpt-4.1-nano", "gpt-4.1-nano-2025-04-14"),
    ("gpt-4o", "gpt-4o-2024-11-20"),
    ("gpt-4o-mini", "gpt-4o-mini-2024-07-18"),
    ("gpt-5", "gpt-5-2025-08-07"),
    ("gpt-5-mini", "gpt-5-mini-2025-08-07"),
    ("gpt-5-nano", "gpt-5-nano-2025-08-07"),
    ("gpt-5-pro", "gpt-5-pro-2025-10-06"),
    ("gpt-5.1", "gpt-5.1-2025-11-13"),
    ("o1", "o1-2024-12-17"),
    ("o1-mini", "o1-mini-2024-09-12"),
    ("o1-pro", "o1-pro-2025-03-19"),
    ("o3", "o3-2025-04-16"),
    ("o3-mini", "o3-mini-2025-01-31"),
    ("o3-pro", "o3-pro-2025-06-10"),
    ("o4-mini", "o4-mini-2025-04-16"),
];

/// Why an id does not always mean the same model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moving {
    /// It says so itself.
    Latest,
    /// The provider moves it; the text is a snapshot that it has meant.
    Alias(&'static str),
}

/// Whether the provider's id `id` moves. A gateway's prefix (`openai/`) is no part of it.
pub(crate) fn moving(id: &str) -> Option<Moving> {
    let id = bare(id);
    let words = || id.rsplit(['-', ':', '@', '_']);
    if words().next().is_some_and(|word| word.eq_ignore_ascii_case("latest")) {
        return Some(Moving::Latest);
    }
    ALIASES.binary_search_by(|(alias, _)| alias.cmp(&id)).ok().map(|at| Moving::Alias(ALIASES[at].1))
}

fn bare(id: &str) -> &str {
    id.rsplit_once('/').map_or(id, |(_, id)| id)
}

/// A parameter of a call, whatever a dialect calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parameter {
    Temperature,
    TopP,
    TopK,
    FrequencyPenalty,
    PresencePenalty,
    MaxTokens,
    LogitBias,
    Logprobs,
    Seed,
    Count,
}

/// The parameter that dialects call `name`: `topP`, `top_p`, `max_output_tokens`.
pub(crate) fn parameter(name: &str) -> Option<Parameter> {
    const NAMES: [(&str, Parameter); 13] = [
        ("temperature", Parameter::Temperature),
        ("topp", Parameter::TopP),
        ("topk", Parameter::TopK),
        ("frequencypenalty", Parameter::FrequencyPenalty),
        ("presencepenalty", Parameter::PresencePenalty),
        ("maxtokens", Parameter::MaxTokens),
        ("maxoutputtokens", Parameter::MaxTokens),
        ("maxcompletiontokens", Parameter::MaxTokens),
        ("logitbias", Parameter::LogitBias),
        ("logprobs", Parameter::Logprobs),
        ("toplogprobs", Parameter::Logprobs),
        ("seed", Parameter::Seed),
        ("n", Parameter::Count),
    ];
    let folded = || name.bytes().filter(|byte| !matches!(byte, b'_' | b'-')).map(|byte| byte.to_ascii_lowercase());
    NAMES.iter().find(|(known, _)| folded().eq(known.bytes())).map(|(_, parameter)| *parameter)
}

/// A parameter as it is written: its name and its value.
pub(crate) type Given = (Spanned<String>, Spanned<Value>);

/// Models of one provider that take the same parameters.
#[derive(Debug, PartialEq)]
pub(crate) struct Family {
    /// For people: 'OpenAI's reasoning models'.
    pub(crate) name: &'static str,
    /// Who serves it, where a gateway between might take more.
    provider: &'static str,
    /// Parameters for which a call is refused unless the value is the default.
    refuses: &'static [Parameter],
    /// Parameters of which a call may have one only.
    either: Option<(Parameter, Parameter)>,
    /// Bounds, both included.
    ranges: &'static [(Parameter, f64, f64)],
}

/// platform.openai.com/docs/guides/reasoning and its Azure counterpart list what these refuse; the default is taken.
const OPENAI_REASONING: Family = Family {
    name: "OpenAI's reasoning models",
    provider: "openai",
    refuses: &[
        Parameter::Temperature,
        Parameter::TopP,
        Parameter::TopK,
        Parameter::FrequencyPenalty,
        Parameter::PresencePenalty,
        Parameter::LogitBias,
        Parameter::Logprobs,
    ],
    either: None,
    ranges: &[],
};

/// platform.openai.com/docs/api-reference/chat/create
const OPENAI_CHAT: Family = Family {
    name: "OpenAI's chat models",
    provider: "openai",
    refuses: &[Parameter::TopK],
    either: None,
    ranges: &[
        (Parameter::Temperature, 0.0, 2.0),
        (Parameter::TopP, 0.0, 1.0),
        (Parameter::FrequencyPenalty, -2.0, 2.0),
        (Parameter::PresencePenalty, -2.0, 2.0),
        (Parameter::MaxTokens, 1.0, f64::INFINITY),
        (Parameter::Count, 1.0, 128.0),
    ],
};

/// docs.anthropic.com/en/api/messages: keys that it does not list are refused.
const CLAUDE: Family = Family {
    name: "Claude",
    provider: "anthropic",
    refuses: &[
        Parameter::FrequencyPenalty,
        Parameter::PresencePenalty,
        Parameter::LogitBias,
        Parameter::Logprobs,
        Parameter::Seed,
        Parameter::Count,
    ],
    either: None,
    ranges: &[
        (Parameter::Temperature, 0.0, 1.0),
        (Parameter::TopP, 0.0, 1.0),
        (Parameter::TopK, 0.0, f64::INFINITY),
        (Parameter::MaxTokens, 1.0, f64::INFINITY),
    ],
};

/// docs.anthropic.com, 'Migrating to Claude 4.5': one of the two, not both.
const CLAUDE_4_1_ON: Family =
    Family { either: Some((Parameter::Temperature, Parameter::TopP)), name: "Claude from 4.1 on", ..CLAUDE };

/// ai.google.dev/api/generate-content#generationconfig
const GEMINI: Family = Family {
    name: "Gemini",
    provider: "google",
    refuses: &[Parameter::LogitBias],
    either: None,
    ranges: &[
        (Parameter::Temperature, 0.0, 2.0),
        (Parameter::TopP, 0.0, 1.0),
        (Parameter::TopK, 1.0, f64::INFINITY),
        (Parameter::MaxTokens, 1.0, f64::INFINITY),
    ],
};

/// What no sampler takes, by the meaning of the words.
const ANY: Family = Family {
    name: "any model",
    provider: "",
    refuses: &[],
    either: None,
    ranges: &[
        (Parameter::Temperature, 0.0, f64::INFINITY),
        (Parameter::TopP, 0.0, 1.0),
        (Parameter::MaxTokens, 1.0, f64::INFINITY),
    ],
};

/// Beginnings of ids, each a whole word of it; the first that fits wins.
const FAMILIES: [(&[&str], &Family); 6] = [
    (&["gpt-5-chat"], &ANY),
    (&["o1", "o3", "o4-mini", "gpt-5"], &OPENAI_REASONING),
    (&["gpt-3.5-turbo", "gpt-4", "gpt-4o", "gpt-4.1", "chatgpt-4o"], &OPENAI_CHAT),
    (&["claude-opus-4-1", "claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5"], &CLAUDE_4_1_ON),
    (&["claude"], &CLAUDE),
    (&["gemini"], &GEMINI),
];

/// A model as its provider knows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Served<'a> {
    /// The provider's id, with a gateway's prefix if it has one.
    pub(crate) id: &'a str,
    /// Who serves it, if a registry entry says.
    pub(crate) provider: Option<&'a str>,
}

impl<'a> Served<'a> {
    /// The model that a prompt is served by: its registry entry's, or the literal id that it names.
    pub(crate) fn of(prompt: &'a Prompt, cx: &'a Context<'_>) -> Option<Self> {
        match cx.store.model_of(prompt) {
            Some(entry) => Self::entry(entry),
            None => prompt.model.as_ref().map(|model| Self { id: &model.value, provider: None }),
        }
    }

    /// The model that a registry entry stands for.
    pub(crate) fn entry(entry: &'a Model) -> Option<Self> {
        let provider = entry.provider.as_ref().map(|provider| provider.value.as_str());
        Some(Self { id: &entry.model.as_ref()?.value, provider })
    }

    /// What is known of its parameters.
    pub(crate) fn family(&self) -> &'static Family {
        let id = bare(self.id);
        let begins =
            |prefix: &&str| id.strip_prefix(*prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
        let known = FAMILIES.iter().find(|(prefixes, _)| prefixes.iter().any(begins));
        known.map_or(&ANY, |(_, family)| family)
    }

    /// Whether the family's provider answers itself: a gateway may drop what the provider refuses.
    fn is_direct(&self, family: &Family) -> bool {
        let prefix = self.id.rsplit_once('/').map(|(prefix, _)| prefix);
        [prefix, self.provider].into_iter().flatten().all(|name| name.eq_ignore_ascii_case(family.provider))
    }

    /// Whether a call with `parameter` at `value` is refused for having it at all.
    pub(crate) fn refuses(&self, parameter: Parameter, value: &Value) -> bool {
        let family = self.family();
        family.refuses.contains(&parameter) && !is_default(parameter, value) && self.is_direct(family)
    }

    /// Two parameters of which a call may have only one.
    pub(crate) fn either(&self) -> Option<(Parameter, Parameter)> {
        let family = self.family();
        family.either.filter(|_| self.is_direct(family))
    }

    /// The bounds of `parameter`, both included.
    pub(crate) fn range(&self, parameter: Parameter) -> Option<(f64, f64)> {
        let family = self.family();
        family.ranges.iter().find(|(known, ..)| *known == parameter).map(|&(_, least, most)| (least, most))
    }
}

/// Whether `value` is what a call without the parameter has: nothing, or the documented default.
fn is_default(parameter: Parameter, value: &Value) -> bool {
    if value.is_null() {
        return true;
    }
    let default = match parameter {
        Parameter::Temperature | Parameter::TopP | Parameter::Count => 1.0,
        Parameter::FrequencyPenalty | Parameter::PresencePenalty => 0.0,
        Parameter::Logprobs => return *value == Value::Bool(false),
        _ => return false,
    };
    value.as_f64() == Some(default)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(id: &str) -> Served<'_> {
        Served { id, provider: None }
    }

    #[test]
    fn aliases_are_sorted_and_none_is_its_own_snapshot() {
        assert!(ALIASES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(ALIASES.iter().all(|(_, snapshot)| moving(snapshot).is_none()));
    }

    #[test]
    fn dated_ids_stand_still() {
        for (id, expected) in [
            ("gpt-4o", Some(Moving::Alias("gpt-4o-2024-11-20"))),
            ("openai/gpt-4o", Some(Moving::Alias("gpt-4o-2024-11-20"))),
            ("gpt-4o-2024-08-06", None),
            ("chatgpt-4o-latest", Some(Moving::Latest)),
            ("llama3:latest", Some(Moving::Latest)),
            ("gemini-2.5-pro", None),
            ("my-own-model", None),
            ("", None),
        ] {
            assert_eq!(moving(id), expected, "{id}");
        }
    }

    #[test]
    fn a_family_is_known_by_whole_words_of_the_id() {
        for (id, family) in [
            ("o3-mini-2025-01-31", "OpenAI's reasoning models"),
            ("openai/gpt-5-nano-2025-08-07", "OpenAI's reasoning models"),
            ("gpt-5.1-2025-11-13", "any model"),
            ("gpt-5-chat-latest", "any model"),
            ("o30", "any model"),
            ("gpt-4o", "OpenAI's chat models"),
            ("claude-3-5-haiku-20241022", "Claude"),
            ("claude-sonnet-4-5-20250929", "Claude from 4.1 on"),
        ] {
            assert_eq!(served(id).family().name, family, "{id}");
        }
    }

    #[test]
    fn a_gateway_may_take_what_the_provider_refuses() {
        let seed = (Parameter::Seed, Value::from(7));
        assert!(served("claude-3-5-haiku-20241022").refuses(seed.0, &seed.1));
        assert!(!served("openrouter/claude-3-5-haiku").refuses(seed.0, &seed.1));
        assert!(!Served { id: "claude-3-5-haiku", provider: Some("gateway") }.refuses(seed.0, &seed.1));
        assert!(served("o3").refuses(Parameter::Temperature, &Value::from(0.2)));
        assert!(!served("o3").refuses(Parameter::Temperature, &Value::from(1)));
    }
}
