//! The registry of rules, in documentation order. Adding a rule is one file here and one line below.

use super::rule::{Finding, Rule, Sink};
use crate::store::SourceFile;
use crate::store::problem::{Problem, ProblemKind};

mod evl001_invalid_case;
mod evl002_duplicate_case;
mod evl003_missing_threshold;
mod evl004_removed_danger_case;
mod evl005_case_input_mismatch;
mod evl006_tiny_suite;
mod inj001_untrusted_in_system;
mod inj002_undelimited_untrusted;
mod inj003_delimiter_collision;
mod inj004_invisible_characters;
mod inj005_homoglyph_mix;
mod inj006_instruction_override_text;
mod inj007_remote_image_or_link;
mod lnt001_unused_suppression;
mod lnt002_expired_waiver;
mod lnt003_suppression_without_reason;
mod lnt004_unknown_rule;
mod lnt005_suppression_in_prompt_text;
mod lnt006_not_analysed;
mod lnt007_ignored_locked_rule;
mod lnt008_new_suppression;
mod lnt009_changed_rules;
mod lnt010_unwatched_prompt;
mod lnt011_added_link;
mod mod001_unknown_model;
mod mod002_moving_alias;
mod mod003_retired_model;
mod mod004_unsupported_parameter;
mod mod005_parameter_out_of_range;
mod mod006_missing_checksum;
mod mod007_unpinned_embedding_model;
mod pii001_email_address;
mod pii002_phone_number;
mod pii003_payment_card;
mod pii004_iban;
mod pii005_us_ssn;
mod pii006_national_id;
mod pii007_passport_number;
mod pii008_ip_address;
mod pii009_mac_address;
mod pii010_date_of_birth;
mod pii011_street_address;
mod pii012_crypto_wallet;
mod pii013_bank_account;
mod pii014_vehicle_id;
mod ref001_missing_partial;
mod ref002_circular_include;
mod ref003_unused_partial;
mod ref004_include_outside_store;
mod ref005_missing_schema_file;
mod ref006_missing_tool_manifest;
mod ref007_duplicate_prompt;
mod ref008_near_duplicate_prompt;
mod ref009_tool_name_mismatch;
mod rte001_unknown_release;
mod rte002_unreleased_reference;
mod rte003_traffic_sum;
mod rte004_unknown_variant;
mod rte005_held_release;
mod rte006_missing_fallback;
mod rte007_missing_digest;
mod rte008_sticky_key_missing;
mod rte009_staging_drift;
mod rte010_reshuffling_order;
mod rte011_disabled_but_has_traffic;
mod rte012_same_variant_twice;
mod saf001_banned_term;
mod saf002_missing_required_clause;
mod saf003_forbidden_model;
mod saf004_forbidden_tool;
mod saf005_missing_safety_policy;
mod sec001_private_key;
mod sec002_provider_api_key;
mod sec003_json_web_token;
mod sec004_url_credentials;
mod sec005_connection_string;
mod sec006_high_entropy_assignment;
mod sec007_password_in_prose;
mod str001_invalid_yaml;
mod str002_schema_violation;
mod str003_duplicate_key;
mod str004_unknown_key;
mod str005_empty_prompt;
mod str006_name_mismatch;
mod str007_missing_description;
mod str008_missing_owner;
mod str009_invalid_utf8;
mod str010_file_too_large;
mod str011_legacy_key;
mod str012_case_collision;
mod str013_stale_code_owners;
mod sty001_trailing_whitespace;
mod sty002_mixed_line_endings;
mod sty003_overlong_line;
mod sty004_repeated_instruction;
mod sty005_contradicting_instruction;
mod sty006_shouting;
mod tok001_over_token_budget;
mod tok002_over_context_window;
mod tok003_unbounded_input;
mod tok004_over_cost_budget;
mod tok005_token_growth;
mod tok006_estimated_tokens;
mod tok007_output_limit_too_high;
mod tok008_cache_breaking_prefix;
mod tok009_unusable_tokenizer_file;
mod tpl001_syntax_error;
mod tpl002_undeclared_variable;
mod tpl003_unused_input;
mod tpl004_type_mismatch;
mod tpl005_unknown_filter;
mod tpl006_unknown_test;
mod tpl007_unknown_function;
mod tpl008_undefined_attribute;
mod tpl009_shadowed_input;
mod tpl010_required_with_default;
mod tpl011_example_does_not_render;
mod tpl012_example_violates_schema;
mod tpl013_unreachable_branch;
mod tpl014_leftover_placeholder;
mod tpl015_whitespace_leak;
mod tpl016_nondeterministic_template;
mod tpl017_unportable_template;
mod ver001_stale_version_field;
mod ver002_insufficient_bump;
mod ver003_moved_tag;
mod ver004_digest_mismatch;
mod ver005_lightweight_tag;
mod ver006_unreleased_change;
mod ver007_release_not_on_branch;
mod ver008_untrusted_signature;

pub(crate) use str013_stale_code_owners::{HELP as STALE_CODE_OWNERS_HELP, MESSAGE as STALE_CODE_OWNERS_MESSAGE};

/// Every rule, sorted by code.
pub const RULES: &[&dyn Rule] = &[
    &evl001_invalid_case::InvalidCase,
    &evl002_duplicate_case::DuplicateCase,
    &evl003_missing_threshold::MissingThreshold,
    &evl004_removed_danger_case::RemovedDangerCase,
    &evl005_case_input_mismatch::CaseInputMismatch,
    &evl006_tiny_suite::TinySuite,
    &inj001_untrusted_in_system::UntrustedInSystem,
    &inj002_undelimited_untrusted::UndelimitedUntrusted,
    &inj003_delimiter_collision::DelimiterCollision,
    &inj004_invisible_characters::InvisibleCharacters,
    &inj005_homoglyph_mix::HomoglyphMix,
    &inj006_instruction_override_text::InstructionOverrideText,
    &inj007_remote_image_or_link::RemoteImageOrLink,
    &lnt001_unused_suppression::UnusedSuppression,
    &lnt002_expired_waiver::ExpiredWaiver,
    &lnt003_suppression_without_reason::SuppressionWithoutReason,
    &lnt004_unknown_rule::UnknownRule,
    &lnt005_suppression_in_prompt_text::SuppressionInPromptText,
    &lnt006_not_analysed::NotAnalysed,
    &lnt007_ignored_locked_rule::IgnoredLockedRule,
    &lnt008_new_suppression::NewSuppression,
    &lnt009_changed_rules::ChangedRules,
    &lnt010_unwatched_prompt::UnwatchedPrompt,
    &lnt011_added_link::AddedLink,
    &mod001_unknown_model::UnknownModel,
    &mod002_moving_alias::MovingAlias,
    &mod003_retired_model::RetiredModel,
    &mod004_unsupported_parameter::UnsupportedParameter,
    &mod005_parameter_out_of_range::ParameterOutOfRange,
    &mod006_missing_checksum::MissingChecksum,
    &mod007_unpinned_embedding_model::UnpinnedEmbeddingModel,
    &pii001_email_address::EmailAddress,
    &pii002_phone_number::PhoneNumber,
    &pii003_payment_card::PaymentCard,
    &pii004_iban::Iban,
    &pii005_us_ssn::UsSsn,
    &pii006_national_id::NationalId,
    &pii007_passport_number::PassportNumber,
    &pii008_ip_address::IpAddress,
    &pii009_mac_address::MacAddress,
    &pii010_date_of_birth::DateOfBirth,
    &pii011_street_address::StreetAddress,
    &pii012_crypto_wallet::CryptoWallet,
    &pii013_bank_account::BankAccount,
    &pii014_vehicle_id::VehicleId,
    &ref001_missing_partial::MissingPartial,
    &ref002_circular_include::CircularInclude,
    &ref003_unused_partial::UnusedPartial,
    &ref004_include_outside_store::IncludeOutsideStore,
    &ref005_missing_schema_file::MissingSchemaFile,
    &ref006_missing_tool_manifest::MissingToolManifest,
    &ref007_duplicate_prompt::DuplicatePrompt,
    &ref008_near_duplicate_prompt::NearDuplicatePrompt,
    &ref009_tool_name_mismatch::ToolNameMismatch,
    &rte001_unknown_release::UnknownRelease,
    &rte002_unreleased_reference::UnreleasedReference,
    &rte003_traffic_sum::TrafficSum,
    &rte004_unknown_variant::UnknownVariant,
    &rte005_held_release::HeldRelease,
    &rte006_missing_fallback::MissingFallback,
    &rte007_missing_digest::MissingDigest,
    &rte008_sticky_key_missing::StickyKeyMissing,
    &rte009_staging_drift::StagingDrift,
    &rte010_reshuffling_order::ReshufflingOrder,
    &rte011_disabled_but_has_traffic::DisabledButHasTraffic,
    &rte012_same_variant_twice::SameVariantTwice,
    &saf001_banned_term::BannedTermUsed,
    &saf002_missing_required_clause::MissingRequiredClause,
    &saf003_forbidden_model::ForbiddenModel,
    &saf004_forbidden_tool::ForbiddenTool,
    &saf005_missing_safety_policy::MissingSafetyPolicy,
    &sec001_private_key::PrivateKey,
    &sec002_provider_api_key::ProviderApiKey,
    &sec003_json_web_token::JsonWebToken,
    &sec004_url_credentials::UrlCredentials,
    &sec005_connection_string::ConnectionString,
    &sec006_high_entropy_assignment::HighEntropyAssignment,
    &sec007_password_in_prose::PasswordInProse,
    &str001_invalid_yaml::InvalidYaml,
    &str002_schema_violation::SchemaViolation,
    &str003_duplicate_key::DuplicateKey,
    &str004_unknown_key::UnknownKey,
    &str005_empty_prompt::EmptyPrompt,
    &str006_name_mismatch::NameMismatch,
    &str007_missing_description::MissingDescription,
    &str008_missing_owner::MissingOwner,
    &str009_invalid_utf8::InvalidUtf8,
    &str010_file_too_large::FileTooLarge,
    &str011_legacy_key::LegacyKey,
    &str012_case_collision::CaseCollision,
    &str013_stale_code_owners::StaleCodeOwners,
    &sty001_trailing_whitespace::TrailingWhitespace,
    &sty002_mixed_line_endings::MixedLineEndings,
    &sty003_overlong_line::OverlongLine,
    &sty004_repeated_instruction::RepeatedInstruction,
    &sty005_contradicting_instruction::ContradictingInstruction,
    &sty006_shouting::Shouting,
    &tok001_over_token_budget::OverTokenBudget,
    &tok002_over_context_window::OverContextWindow,
    &tok003_unbounded_input::UnboundedInput,
    &tok004_over_cost_budget::OverCostBudget,
    &tok005_token_growth::TokenGrowth,
    &tok006_estimated_tokens::EstimatedTokens,
    &tok007_output_limit_too_high::OutputLimitTooHigh,
    &tok008_cache_breaking_prefix::CacheBreakingPrefix,
    &tok009_unusable_tokenizer_file::UnusableTokenizerFile,
    &tpl001_syntax_error::SyntaxError,
    &tpl002_undeclared_variable::UndeclaredVariable,
    &tpl003_unused_input::UnusedInput,
    &tpl004_type_mismatch::TypeMismatch,
    &tpl005_unknown_filter::UnknownFilter,
    &tpl006_unknown_test::UnknownTest,
    &tpl007_unknown_function::UnknownFunction,
    &tpl008_undefined_attribute::UndefinedAttribute,
    &tpl009_shadowed_input::ShadowedInput,
    &tpl010_required_with_default::RequiredWithDefault,
    &tpl011_example_does_not_render::ExampleDoesNotRender,
    &tpl012_example_violates_schema::ExampleViolatesSchema,
    &tpl013_unreachable_branch::UnreachableBranch,
    &tpl014_leftover_placeholder::LeftoverPlaceholder,
    &tpl015_whitespace_leak::WhitespaceLeak,
    &tpl016_nondeterministic_template::NondeterministicTemplate,
    &tpl017_unportable_template::UnportableTemplate,
    &ver001_stale_version_field::StaleVersionField,
    &ver002_insufficient_bump::InsufficientBump,
    &ver003_moved_tag::MovedTag,
    &ver004_digest_mismatch::DigestMismatch,
    &ver005_lightweight_tag::LightweightTag,
    &ver006_unreleased_change::UnreleasedChange,
    &ver007_release_not_on_branch::ReleaseNotOnBranch,
    &ver008_untrusted_signature::UntrustedSignature,
];

/// The place in [`RULES`] of the rule with this code, in any case, or this name.
pub fn index_of(code_or_name: &str) -> Option<usize> {
    RULES.iter().position(|rule| {
        let id = rule.meta().id;
        id.code.eq_ignore_ascii_case(code_or_name) || id.name == code_or_name
    })
}

/// The rule with this code, in any case, or this name.
pub fn find(code_or_name: &str) -> Option<&'static dyn Rule> {
    index_of(code_or_name).map(|index| RULES[index])
}

/// Reports what the parsers met of one kind: all that the rules about problems of files do.
fn report_problems(file: &SourceFile, kind: ProblemKind, out: &Sink<'_>) {
    for problem in file.problems.iter().filter(|problem| problem.kind == kind) {
        drop(report_problem(problem, out));
    }
}

fn report_problem<'a>(problem: &Problem, out: &Sink<'a>) -> Finding<'a> {
    let mut finding = out.at(problem.span, problem.message.as_str());
    if let Some(help) = &problem.help {
        finding = finding.help(help.as_str());
    }
    match &problem.related {
        Some((span, text)) => finding.label(*span, text.as_str()),
        None => finding,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Applicability, Diagnostic, Fix};
    use crate::lint::rule::Speaker;
    use crate::lint::{self, Request, example, fix};
    use crate::sensitive::tests::planted;
    use crate::store::Store;
    use crate::store::snapshot::Snapshot;

    fn request(rule: &dyn Rule) -> Request {
        // Rules that are off by default run over their own examples alone.
        let off = !rule.meta().default;
        let select = if off { vec!["ALL".to_owned()] } else { Vec::new() };
        let ignore = RULES.iter().map(|other| other.meta()).filter(|meta| off && !meta.default);
        let ignore = ignore.map(|meta| meta.id.code).filter(|code| *code != rule.meta().id.code);
        Request {
            today: "2026-11-21".to_owned(),
            select,
            ignore: ignore.map(str::to_owned).collect(),
            ..Request::default()
        }
    }

    fn store(files: &[(String, String)]) -> Store {
        let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), example::content(text))).collect();
        let files = files.iter().map(|(path, content)| (*path, content.as_slice()));
        Store::load(Snapshot::of_texts(files).expect("paths of examples are inside the store"))
    }

    fn lint(rule: &dyn Rule, files: &[(String, String)]) -> Vec<Diagnostic> {
        let tags = files.iter().find(|(path, _)| path == "refs/tags");
        let releases = tags.and_then(|(path, lines)| example::releases(&format!("//- {path}\n{lines}")));
        lint::run(&store(files), &Request { releases, ..request(rule) }).expect("known rules").findings
    }

    /// What is found in the second of two stores, which the first one has become.
    fn lint_change(rule: &dyn Rule, text: &str) -> Vec<Diagnostic> {
        let (before, after) = text.split_once(example::AFTER).expect("two stores");
        let [before, after] = [before, after].map(|text| store(&owned(text)));
        let request = request(rule);
        let old = lint::run(&before, &request).expect("known rules");
        let request = Request { granted: Some(old.grants), ..request };
        lint::run_since(Some(&before), &after, &request).expect("known rules").findings
    }

    /// What stands in examples for secrets, of which none may stand in this repository, and the kind that is made in
    /// its place.
    const STAND_INS: [(&str, &str); 5] = [
        ("⟦a GitHub token⟧", "github-classic"),
        ("⟦a JSON web token⟧", "jwt"),
        ("⟦a private key⟧", "private-key"),
        ("⟦a random value⟧", "assignment"),
        ("⟦a password⟧", "password-in-prose"),
    ];

    fn owned(text: &str) -> Vec<(String, String)> {
        let mut text = text.to_owned();
        for (stand_in, kind) in STAND_INS {
            let make = planted::SECRETS.iter().find(|(name, _)| *name == kind).expect("a kind of the generator").1;
            text = text.replace(stand_in, &make(&mut planted::Random(4)));
        }
        assert!(!text.contains('⟦'), "nothing is made for what stands in: {text}");
        // What is no text stays as it is written, and is decoded when it is read.
        let decoded = |text: &str| String::from_utf8(example::content(text)).unwrap_or_else(|_| text.to_owned());
        example::files(&text).into_iter().map(|(path, text)| (path.to_owned(), decoded(text))).collect()
    }

    fn describe(findings: &[Diagnostic]) -> String {
        let line = |finding: &Diagnostic| format!("{} {}: {}", finding.rule.code, finding.file, finding.message);
        findings.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn codes_are_sorted_and_names_are_unique() {
        let ids: Vec<_> = RULES.iter().map(|rule| rule.meta().id).collect();
        assert!(ids.is_sorted_by(|a, b| a.code < b.code), "codes are not sorted, or one is there twice");
        for id in &ids {
            let shaped = id.code.len() == 6
                && id.code[..3].bytes().all(|byte| byte.is_ascii_uppercase())
                && id.code[3..].bytes().all(|byte| byte.is_ascii_digit());
            assert!(shaped, "{} is not three letters and three digits", id.code);
            let kebab = id.name.split('-').all(|word| {
                !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            });
            assert!(kebab, "{} is not kebab-case", id.name);
            assert_eq!(ids.iter().filter(|other| other.name == id.name).count(), 1, "{} is there twice", id.name);
        }
    }

    #[test]
    fn every_rule_is_documented() {
        for meta in RULES.iter().map(|rule| rule.meta()) {
            let code = meta.id.code;
            for (what, text) in [("what", meta.what), ("why", meta.why), ("how", meta.how)] {
                assert!(
                    text.trim_end().ends_with(['.', '`', ')']) && text.len() > 20,
                    "{code}: `{what}` is too thin: {text}"
                );
            }
            assert!(meta.summary.len() > 10 && !meta.summary.ends_with('.'), "{code}: {}", meta.summary);
            assert_ne!(meta.bad, meta.good, "{code}");
        }
    }

    /// The rules whose examples are stores.
    fn rules_of_the_lint() -> impl Iterator<Item = &'static &'static dyn Rule> {
        RULES.iter().filter(|rule| rule.speaker() == Speaker::Lint)
    }

    #[test]
    fn rules_about_changes_speak_of_the_bad_example_alone() {
        let rules = RULES.iter().filter(|rule| rule.meta().bad.contains(example::AFTER));
        let mut seen = 0;
        for rule in rules {
            let meta = rule.meta();
            assert_eq!(rule.speaker(), Speaker::Check, "{}", meta.id.code);
            let found = lint_change(*rule, meta.bad);
            let only = found.iter().all(|finding| finding.rule == meta.id);
            assert!(!found.is_empty() && only, "{}'s bad example:\n{}", meta.id.code, describe(&found));
            let found = lint_change(*rule, meta.good);
            assert!(found.is_empty(), "{}'s good example:\n{}", meta.id.code, describe(&found));
            seen += 1;
        }
        assert!(seen > 0);
    }

    #[test]
    fn the_bad_example_triggers_exactly_its_rule() {
        let wrong = rules_of_the_lint().filter_map(|rule| {
            let found = lint(*rule, &owned(rule.meta().bad));
            let code = rule.meta().id.code;
            let only = found.iter().all(|finding| finding.rule.code == code);
            (found.is_empty() || !only).then(|| format!("{code}'s bad example:\n{}\n", describe(&found)))
        });
        assert_eq!(wrong.collect::<String>(), "");
    }

    /// Names of languages and of characters have their capital everywhere.
    fn starts_in_the_middle(text: &str) -> bool {
        const NAMES: [&str; 5] = ["Handlebars ", "Jinja ", "JSON ", "YAML ", "U+"];
        NAMES.iter().any(|name| text.starts_with(name)) || !text.starts_with(|first: char| first.is_uppercase())
    }

    #[test]
    fn messages_and_helps_start_small_and_have_no_full_stop() {
        let mut wrong = Vec::new();
        for finding in rules_of_the_lint().flat_map(|rule| lint(*rule, &owned(rule.meta().bad))) {
            let label = finding.labels.iter().map(|label| &label.text);
            let said = label.chain([&finding.message]).chain(&finding.help).chain(&finding.notes);
            let said =
                said.chain(&finding.note_at_span).filter(|text| !starts_in_the_middle(text) || text.ends_with('.'));
            wrong.extend(said.map(|text| format!("{}: {text}", finding.rule.code)));
        }
        assert_eq!(wrong, Vec::<String>::new());
    }

    #[test]
    fn the_good_example_triggers_nothing() {
        let wrong = rules_of_the_lint().filter_map(|rule| {
            let found = lint(*rule, &owned(rule.meta().good));
            let code = rule.meta().id.code;
            (!found.is_empty()).then(|| format!("{code}'s good example:\n{}\n", describe(&found)))
        });
        assert_eq!(wrong.collect::<String>(), "");
    }

    #[test]
    fn safe_fixes_leave_the_bad_example_clean() {
        for rule in RULES.iter().filter(|rule| rule.meta().fix == Some(Applicability::Safe)) {
            let mut files = owned(rule.meta().bad);
            // A fix can make room for the next one; more rounds than this go in circles.
            for _ in 0..5 {
                let found = lint(*rule, &files);
                for (path, text) in &mut files {
                    let here = found.iter().filter(|finding| finding.file.as_str() == path);
                    let safe = |fix: &&Fix| fix.applicability == Applicability::Safe;
                    *text = fix::apply(text, here.filter_map(|finding| finding.fix.as_ref()).filter(safe)).0;
                }
            }
            let found = lint(*rule, &files);
            assert!(found.is_empty(), "{} after its fix:\n{}\n{files:#?}", rule.meta().id.code, describe(&found));
        }
    }

    #[test]
    fn fixes_are_as_announced() {
        for rule in rules_of_the_lint() {
            let found = lint(*rule, &owned(rule.meta().bad));
            let offered = found.iter().filter_map(|finding| finding.fix.as_ref()).map(|fix| fix.applicability).min();
            assert_eq!(offered, rule.meta().fix, "{}", rule.meta().id.code);
        }
    }

    #[test]
    fn rules_are_found_by_code_and_by_name() {
        assert_eq!(index_of("str001"), index_of("invalid-yaml"));
        assert!(index_of("STR001").is_some());
        assert_eq!(index_of("STR"), None);
    }
}
