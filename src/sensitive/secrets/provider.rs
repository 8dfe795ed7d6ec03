//! SEC002: keys of providers, by prefix, alphabet, length and, where there is one, checksum.
//!
//! The forms are those that the providers document or register with GitHub's secret scanning
//! (<https://docs.github.com/en/code-security/secret-scanning/introduction/supported-secret-scanning-patterns>). Keys that
//! are made to be public (`pk_live_`), and those of test modes (`sk_test_`), are not here.

use super::randomness;
use crate::sensitive::catalogue::{Evidence, Kind};
use crate::sensitive::checksum;
use crate::sensitive::placeholder;
use crate::sensitive::scan::Scan;

/// The characters that follow a prefix.
#[derive(Clone, Copy)]
enum Alphabet {
    Hex,
    Capitals,
    Alphanumeric,
    /// Base64url: letters, digits, `_` and `-`.
    Url,
    /// Base64url and dots between parts.
    Dotted,
    /// Base64: letters, digits, `+`, `/` and `=`.
    Base64,
}

impl Alphabet {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Hex => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            Self::Capitals => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
            Self::Alphanumeric => byte.is_ascii_alphanumeric(),
            Self::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
        }
    }
}

/// A form of key.
struct Form {
    name: &'static str,
    prefix: &'static str,
    alphabet: Alphabet,
    /// The least and the greatest number of characters after the prefix.
    least: usize,
    most: usize,
    check: fn(&[u8]) -> bool,
}

const fn form(name: &'static str, prefix: &'static str, alphabet: Alphabet, least: usize, most: usize) -> Form {
    Form { name, prefix, alphabet, least, most, check: accept }
}

const fn checked(
    name: &'static str,
    prefix: &'static str,
    alphabet: Alphabet,
    length: (usize, usize),
    check: fn(&[u8]) -> bool,
) -> Form {
    Form { name, prefix, alphabet, least: length.0, most: length.1, check }
}

use Alphabet::{Alphanumeric, Base64, Capitals, Dotted, Hex, Url};

/// The forms. The first that fits names the key.
static FORMS: &[Form] = &[
    // Source code and packages.
    checked("GitHub personal access token", "ghp_", Alphanumeric, (36, 36), ends_in_crc),
    checked("GitHub OAuth token", "gho_", Alphanumeric, (36, 36), ends_in_crc),
    checked("GitHub user token", "ghu_", Alphanumeric, (36, 36), ends_in_crc),
    checked("GitHub server token", "ghs_", Alphanumeric, (36, 36), ends_in_crc),
    checked("GitHub refresh token", "ghr_", Alphanumeric, (36, 76), ends_in_crc),
    checked("GitHub fine-grained token", "github_pat_", Url, (82, 82), is_fine_grained),
    form("GitLab personal access token", "glpat-", Dotted, 20, 320),
    form("GitLab deploy token", "gldt-", Url, 20, 20),
    form("GitLab runner token", "glrt-", Dotted, 20, 320),
    form("GitLab trigger token", "glptt-", Hex, 40, 40),
    form("GitLab job token", "glcbt-", Url, 20, 60),
    form("GitLab OAuth secret", "gloas-", Hex, 64, 64),
    form("GitLab SCIM token", "glsoat-", Url, 20, 20),
    checked("Bitbucket app password", "ATBB", Alphanumeric, (32, 32), mixes),
    checked("npm access token", "npm_", Alphanumeric, (36, 36), ends_in_crc),
    form("PyPI upload token", "pypi-AgE", Url, 50, 300),
    form("RubyGems API key", "rubygems_", Hex, 48, 48),
    checked("crates.io API token", "cio", Alphanumeric, (32, 32), mixes),
    checked("NuGet API key", "oy2", Alphanumeric, (43, 43), mixes),
    form("Docker Hub token", "dckr_pat_", Url, 27, 36),
    form("Docker Hub organisation token", "dckr_oat_", Url, 32, 36),
    form("Sourcegraph access token", "sgp_", Url, 40, 65),
    form("Postman API key", "PMAK-", Url, 59, 59),
    // Models and what serves them.
    form("Anthropic API key", "sk-ant-", Url, 32, 140),
    form("OpenAI project key", "sk-proj-", Url, 40, 180),
    form("OpenAI service account key", "sk-svcacct-", Url, 40, 180),
    form("OpenAI admin key", "sk-admin-", Url, 40, 180),
    form("OpenRouter API key", "sk-or-v1-", Hex, 64, 64),
    form("Langfuse secret key", "sk-lf-", Url, 36, 36),
    checked("OpenAI API key", "sk-", Alphanumeric, (40, 64), mixes),
    form("DeepSeek-style API key", "sk-", Hex, 32, 32),
    form("Google API key", "AIza", Url, 35, 35),
    form("Hugging Face token", "hf_", Alphanumeric, 34, 37),
    form("Hugging Face organisation token", "api_org_", Alphanumeric, 34, 37),
    form("Groq API key", "gsk_", Alphanumeric, 52, 52),
    form("xAI API key", "xai-", Alphanumeric, 70, 90),
    form("Perplexity API key", "pplx-", Alphanumeric, 40, 56),
    form("Replicate API token", "r8_", Alphanumeric, 37, 40),
    form("LangSmith API key", "lsv2_pt_", Url, 43, 43),
    form("LangSmith service key", "lsv2_sk_", Url, 43, 43),
    form("Pinecone API key", "pcsk_", Url, 60, 80),
    form("NVIDIA API key", "nvapi-", Url, 60, 70),
    form("Together AI API key", "tgp_v1_", Url, 40, 50),
    form("Cerebras API key", "csk-", Alphanumeric, 48, 48),
    checked("Fireworks API key", "fw_", Alphanumeric, (22, 24), mixes),
    form("ElevenLabs API key", "sk_", Hex, 48, 48),
    form("Tavily API key", "tvly-", Url, 32, 48),
    form("Firecrawl API key", "fc-", Hex, 32, 32),
    form("Jina API key", "jina_", Url, 60, 64),
    checked("RunPod API key", "rpa_", Alphanumeric, (40, 46), mixes),
    form("E2B API key", "e2b_", Hex, 40, 40),
    form("Apify API token", "apify_api_", Alphanumeric, 36, 36),
    checked("Voyage AI API key", "pa-", Url, (43, 43), mixes),
    // Clouds and platforms.
    checked("AWS access key id", "AKIA", Capitals, (16, 16), accept),
    checked("AWS temporary access key id", "ASIA", Capitals, (16, 16), accept),
    form("Google OAuth client secret", "GOCSPX-", Url, 28, 28),
    form("Google OAuth access token", "ya29.", Url, 40, 300),
    form("DigitalOcean personal token", "dop_v1_", Hex, 64, 64),
    form("DigitalOcean OAuth token", "doo_v1_", Hex, 64, 64),
    form("DigitalOcean refresh token", "dor_v1_", Hex, 64, 64),
    form("Databricks access token", "dapi", Hex, 32, 32),
    form("Supabase access token", "sbp_", Hex, 40, 40),
    form("Supabase secret key", "sb_secret_", Url, 31, 40),
    checked("Vercel access token", "vcp_", Alphanumeric, (24, 60), mixes),
    checked("Netlify access token", "nfp_", Alphanumeric, (36, 40), mixes),
    checked("Heroku API key", "HRKU-", Url, (36, 65), mixes),
    form("Fly.io access token", "fo1_", Url, 43, 43),
    form("PlanetScale password", "pscale_pw_", Dotted, 32, 64),
    form("PlanetScale token", "pscale_tkn_", Dotted, 32, 64),
    form("Cloudflare origin CA key", "v1.0-", Hex, 24, 180),
    form("Terraform Cloud token", "atlasv1.", Url, 60, 70),
    form("Vault service token", "hvs.", Url, 24, 140),
    form("Vault batch token", "hvb.", Url, 100, 300),
    form("Pulumi access token", "pul-", Hex, 40, 40),
    form("Doppler token", "dp.pt.", Alphanumeric, 40, 44),
    form("Doppler service token", "dp.st.", Dotted, 40, 80),
    checked("Tailscale key", "tskey-auth-", Url, (20, 80), mixes),
    form("Tailscale API key", "tskey-api-", Url, 20, 80),
    checked("Alibaba Cloud access key id", "LTAI", Alphanumeric, (17, 26), mixes),
    form("age secret key", "AGE-SECRET-KEY-1", Capitals, 58, 58),
    form("1Password service account token", "ops_eyJ", Base64, 250, 1500),
    // Messages and mail.
    form("Slack bot token", "xoxb-", Url, 24, 250),
    form("Slack user token", "xoxp-", Url, 24, 250),
    form("Slack legacy token", "xoxa-", Url, 24, 250),
    form("Slack refresh token", "xoxr-", Url, 24, 250),
    form("Slack session token", "xoxs-", Url, 24, 250),
    form("Slack configuration token", "xoxe.xoxp-", Url, 100, 250),
    form("Slack app token", "xapp-", Url, 40, 250),
    checked("SendGrid API key", "SG.", Dotted, (66, 66), is_sendgrid),
    form("Twilio API key", "SK", Hex, 32, 32),
    form("Mailgun API key", "key-", Hex, 32, 32),
    checked("Mailchimp API key", "mcapi-", Url, (32, 40), mixes),
    form("Brevo API key", "xkeysib-", Url, 81, 81),
    checked("Resend API key", "re_", Url, (32, 36), mixes),
    // Money and trade.
    form("Stripe live secret key", "sk_live_", Alphanumeric, 24, 250),
    form("Stripe live restricted key", "rk_live_", Alphanumeric, 24, 250),
    form("Stripe webhook secret", "whsec_", Base64, 32, 64),
    checked("Square access token", "EAAA", Url, (60, 60), mixes),
    form("Square OAuth secret", "sq0csp-", Url, 43, 43),
    form("Square access token", "sq0atp-", Url, 22, 22),
    form("Shopify access token", "shpat_", Hex, 32, 32),
    form("Shopify custom app token", "shpca_", Hex, 32, 32),
    form("Shopify private app token", "shppa_", Hex, 32, 32),
    form("Shopify shared secret", "shpss_", Hex, 32, 32),
    form("Flutterwave secret key", "FLWSECK-", Url, 32, 48),
    form("Razorpay live key", "rzp_live_", Alphanumeric, 14, 24),
    form("EasyPost API key", "EZAK", Alphanumeric, 54, 54),
    checked("Adafruit IO key", "aio_", Alphanumeric, (28, 28), mixes),
    // Work.
    form("Atlassian API token", "ATATT3xFfGF0", Dotted, 120, 220),
    form("Notion token", "ntn_", Alphanumeric, 40, 50),
    checked("Notion integration secret", "secret_", Alphanumeric, (43, 43), mixes),
    form("Linear API key", "lin_api_", Alphanumeric, 32, 48),
    form("Linear OAuth token", "lin_oauth_", Hex, 64, 64),
    form("Figma access token", "figd_", Url, 40, 48),
    form("HubSpot private app token", "pat-na1-", Url, 36, 36),
    form("HubSpot private app token", "pat-eu1-", Url, 36, 36),
    form("Typeform token", "tfp_", Url, 40, 64),
    form("Contentful management token", "CFPAT-", Url, 43, 43),
    form("ReadMe API key", "rdme_", Alphanumeric, 70, 70),
    checked("Airtable personal token", "pat", Dotted, (79, 79), is_airtable),
    // Watching.
    form("Grafana service account token", "glsa_", Url, 41, 41),
    form("Grafana Cloud token", "glc_", Base64, 32, 400),
    form("Sentry organisation token", "sntrys_", Url, 60, 400),
    form("Sentry user token", "sntryu_", Hex, 64, 64),
    form("New Relic user key", "NRAK-", Capitals, 27, 27),
    form("New Relic insert key", "NRII-", Url, 32, 32),
    form("PostHog personal key", "phx_", Alphanumeric, 40, 56),
    form("Dynatrace API token", "dt0c01.", Dotted, 89, 89),
];

/// For each first byte of a word, the forms that begin with it, as bits.
static FIRST: [u128; 128] = {
    let mut first = [0; 128];
    let mut place = 0;
    while place < FORMS.len() {
        let prefix = FORMS[place].prefix.as_bytes();
        let mut at = prefix.len();
        while at > 0 && prefix[at - 1] != b'.' {
            at -= 1;
        }
        if at == prefix.len() {
            // Nothing of the prefix is left for the word itself, which may then begin with anything.
            let mut byte = 0;
            while byte < 128 {
                first[byte] |= 1 << place;
                byte += 1;
            }
        } else {
            first[prefix[at] as usize] |= 1 << place;
        }
        place += 1;
    }
    first
};

/// Looks for a key in the word at `start..end`; a prefix with a dot reaches back before the word.
pub(super) fn find(scan: &mut Scan<'_>, start: usize, end: usize) {
    let mut places = FIRST[usize::from(scan.bytes[start] & 127)];
    while places != 0 {
        let form = &FORMS[places.trailing_zeros() as usize];
        places &= places - 1;
        let (lead, prefix) = split(form.prefix);
        let word = &scan.bytes[start..end];
        if word.starts_with(prefix.as_bytes()) && scan.bytes[..start].ends_with(lead.as_bytes()) {
            let begin = start - lead.len();
            if let Some(length) = key_length(&scan.bytes[begin..], form) {
                scan.hit_named(Kind::ProviderApiKey(form.name), form.name, begin..begin + length, Evidence::Prefix);
                return;
            }
        }
    }
    find_telegram(scan, start);
    find_discord(scan, start, end);
    find_webhook(scan, start, end);
}

/// The part of a prefix before a word, and the part that the word begins with.
fn split(prefix: &str) -> (&str, &str) {
    let at = prefix.rfind('.').map_or(0, |at| at + 1);
    prefix.split_at(at)
}

/// The length of a key of this form at the start of `bytes`.
fn key_length(bytes: &[u8], form: &Form) -> Option<usize> {
    let bytes = &bytes[..bytes.len().min(form.prefix.len() + form.most + 1)];
    let body = &bytes[form.prefix.len()..];
    let mut length = body.iter().take_while(|&&byte| form.alphabet.has(byte)).count();
    // The full stop, the underscores of Markdown, and the hyphen of a dash belong to the sentence.
    while length > form.least
        && !body[length - 1].is_ascii_alphanumeric()
        && body[length - 1] != b'='
        && length != form.most
    {
        length -= 1;
    }
    let next = body.get(length).copied().unwrap_or(b'\n');
    let body = &body[..length];
    let is_whole = (form.least..=form.most).contains(&length) && !next.is_ascii_alphanumeric();
    (is_whole && (form.check)(body) && is_drawn(body)).then(|| form.prefix.len() + length)
}

/// Whether the characters are no placeholder and no words. Prefix and length say enough that a key may hold a word by
/// chance.
fn is_drawn(body: &[u8]) -> bool {
    let text = std::str::from_utf8(body).unwrap_or_default();
    // Capitals alone fall into words too easily, and no identifier is written so. Of letters of both cases and digits a
    // few are words by chance, and behind a provider's prefix that is no reason to doubt.
    let is_capitals = body.iter().all(|byte| Capitals.has(*byte));
    !placeholder::is_placeholder(text)
        && randomness::entropy(body) >= 2.8
        && (is_capitals || mixes(body) || !randomness::is_wordy(body))
        && body.iter().any(u8::is_ascii_alphabetic)
}

/// Prefixes of keys of 36 characters that end in a checksum.
static WITH_CRC: &[&str] = &["ghp_", "gho_", "ghu_", "ghs_", "npm_"];

/// Whether a value has the prefix and the length of a key with a checksum. Where it was not found to be that key the
/// checksum is wrong, and it is no secret of another kind either.
pub(super) fn is_refused(value: &[u8]) -> bool {
    let body = WITH_CRC.iter().find_map(|prefix| value.strip_prefix(prefix.as_bytes()));
    body.is_some_and(|body| body.len() == 36 && !ends_in_crc(body))
}

fn accept(_: &[u8]) -> bool {
    true
}

/// Whether the last six characters are the CRC-32 of those before (see [`checksum::base62_6`]).
fn ends_in_crc(body: &[u8]) -> bool {
    let (random, check) = body.split_at(body.len() - 6);
    checksum::base62_6(checksum::crc32(random)) == check
}

/// 22 letters and digits, an underscore, 59 letters and digits.
fn is_fine_grained(body: &[u8]) -> bool {
    body[22] == b'_' && body.iter().enumerate().all(|(place, byte)| place == 22 || byte.is_ascii_alphanumeric())
}

/// An identifier of 22 and a secret of 43 characters.
fn is_sendgrid(body: &[u8]) -> bool {
    body.iter().position(|byte| *byte == b'.') == Some(22) && body.iter().filter(|byte| **byte == b'.').count() == 1
}

/// An identifier of 14 characters and 64 hexadecimal digits.
fn is_airtable(body: &[u8]) -> bool {
    body[14] == b'.' && body[15..].iter().all(u8::is_ascii_hexdigit)
}

/// Letters of both cases and digits, as keys without a structure have.
fn mixes(body: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| body.iter().any(is);
    has(u8::is_ascii_digit) && (has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase))
}

/// A bot's number of 8 to 10 digits stands before the colon.
fn find_telegram(scan: &mut Scan<'_>, start: usize) {
    let before = &scan.bytes[start.saturating_sub(12)..start];
    let Some(digits) = before.strip_suffix(b":") else { return };
    let digits = digits.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let body = &scan.bytes[start..scan.bytes.len().min(start + 36)];
    let length = body.iter().take_while(|byte| Url.has(**byte)).count();
    if (8..=10).contains(&digits) && length == 35 && body.starts_with(b"AA") && is_drawn(&body[..35]) {
        let name = "Telegram bot token";
        scan.hit_named(Kind::ProviderApiKey(name), name, start - digits - 1..start + 35, Evidence::Prefix);
    }
}

/// The number of a bot in base64, a time of six characters, and a hash, with dots between.
fn find_discord(scan: &mut Scan<'_>, start: usize, end: usize) {
    let bytes = &scan.bytes[start..scan.bytes.len().min(start + 80)];
    let first = end - start;
    if !(23..=28).contains(&first) || !b"MNO".contains(&bytes[0]) || bytes.get(first) != Some(&b'.') {
        return;
    }
    let time = bytes[first + 1..].iter().take_while(|byte| Url.has(**byte)).count();
    let rest = &bytes[bytes.len().min(first + 1 + time)..];
    let hash = rest.iter().skip(1).take_while(|byte| Url.has(**byte)).count();
    // The base64 of a decimal number has a digit's high bits in every third place.
    let is_number = bytes[..first].chunks(4).all(|chunk| b"MNO".contains(&chunk[0]));
    if time == 6 && rest.first() == Some(&b'.') && (27..=38).contains(&hash) && is_number && is_drawn(&rest[1..=hash]) {
        let name = "Discord bot token";
        scan.hit_named(Kind::ProviderApiKey(name), name, start..start + first + 1 + time + 1 + hash, Evidence::Prefix);
    }
}

/// The last part of a webhook's address in Slack or Discord.
fn find_webhook(scan: &mut Scan<'_>, start: usize, end: usize) {
    let before = &scan.bytes[start.saturating_sub(90)..start];
    if before.last() != Some(&b'/') {
        return;
    }
    let has = |piece: &[u8]| before.windows(piece.len()).rposition(|window| window == piece);
    let (name, at) = if let Some(at) = has(b"hooks.slack.com/services/T") {
        ("Slack webhook", at)
    } else if let Some(at) = has(b"/api/webhooks/") {
        ("Discord webhook", at)
    } else {
        return;
    };
    let is_address = !before[at..].iter().any(u8::is_ascii_whitespace);
    if is_address && end - start >= 20 && is_drawn(&scan.bytes[start..end]) {
        scan.hit_named(Kind::ProviderApiKey(name), name, start..end, Evidence::Prefix);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_long_enough_to_be_looked_at() {
        for form in FORMS {
            let (lead, prefix) = split(form.prefix);
            let is_dotted = matches!(form.alphabet, Dotted);
            assert!(form.least <= form.most, "{}", form.prefix);
            assert!(prefix.len() + form.least >= 16 || is_dotted || !lead.is_empty(), "{}", form.prefix);
        }
    }
}
