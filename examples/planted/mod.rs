//! Secrets of many kinds in text like that of prompts, and values that only look like secrets; from a seed.
//!
//! No key stands here: prefixes are joined to random characters when a case is made, and checksums are computed.

/// A text and what is planted in it.
pub(crate) struct Case {
    /// The name of the kind, for the report.
    pub(crate) kind: &'static str,
    /// The whole text.
    pub(crate) text: String,
    /// The value in it.
    pub(crate) value: String,
}

type Make = fn(&mut Random) -> String;

/// The kinds of secrets, each with what makes one.
pub(crate) const SECRETS: &[(&str, Make)] = &[
    ("github-classic", |random| {
        let letter = random_of(random, &["p", "o", "s", "u"]);
        with_crc(random, &["gh", letter, "_"].concat())
    }),
    ("github-fine-grained", |random| ["github_", "pat_", &random.text(22, WORD), "_", &random.text(59, WORD)].concat()),
    ("npm", |random| with_crc(random, &["np", "m_"].concat())),
    ("aws-key-id", |random| ["AK", "IA", &random.text(16, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")].concat()),
    ("aws-secret", |random| random.text(40, BASE64)),
    ("slack", |random| {
        ["xo", "xb-", &random.text(12, DIGITS), "-", &random.text(12, DIGITS), "-", &random.text(24, WORD)].concat()
    }),
    ("stripe", |random| ["sk_", "live_", &random.text(24, WORD)].concat()),
    ("openai", |random| ["sk", "-", &random.text(20, WORD), "T3Blbk", "FJ", &random.text(20, WORD)].concat()),
    ("openai-project", |random| {
        ["sk-", "proj-", &random.text(74, URL), "T3Blbk", "FJ", &random.text(74, URL)].concat()
    }),
    ("anthropic", |random| ["sk-", "ant-", "api03-", &random.text(93, URL), "AA"].concat()),
    ("google", |random| ["AI", "za", "Sy", &random.text(33, URL)].concat()),
    ("hugging-face", |random| ["h", "f_", &random.text(34, LETTERS)].concat()),
    ("gitlab", |random| ["gl", "pat-", &random.text(20, URL)].concat()),
    ("pypi", |random| ["py", "pi-", "AgEIcHlwaS5vcmc", &random.text(160, URL)].concat()),
    ("sendgrid", |random| ["S", "G.", &random.text(22, URL), ".", &random.text(43, URL)].concat()),
    ("telegram", |random| {
        [&random.text(1, b"123456789"), &random.text(9, DIGITS), ":", "A", "A", &random.text(33, URL)].concat()
    }),
    ("jwt", jwt),
    ("private-key", private_key),
    ("url-credentials", |random| {
        let scheme = random_of(random, &["postgres", "mongodb+srv", "https", "redis", "amqp"]);
        [
            scheme,
            "://svc",
            &random.text(3, b"abcdefgh"),
            ":",
            &random.text(14, WORD),
            "@db",
            &random.text(2, DIGITS),
            ".prod.acme-retail.io/main",
        ]
        .concat()
    }),
    ("assignment", |random| random.text(32, WORD)),
    ("password-in-prose", |random| {
        let length = 10 + random.below(5);
        loop {
            let text = random.text(length, b"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!#%&*+?");
            let has = |is: fn(&u8) -> bool| text.bytes().any(|byte| is(&byte));
            if has(u8::is_ascii_digit)
                && has(u8::is_ascii_lowercase)
                && text.as_bytes()[0].is_ascii_alphanumeric()
                && text.ends_with(|last: char| last.is_ascii_alphanumeric())
            {
                return text;
            }
        }
    }),
];

/// What stands around a secret whose form tells what it is.
const CARRIERS: &[&str] = &[
    "You are a deployment assistant. When the user asks for access, use {} and never show it.\n",
    "Call the service with header `Authorization: Bearer {}`.\n",
    "messages:\n  - role: system\n    content: |\n      The key for staging is {}.\n      Answer briefly.\n",
    "```bash\nexport SERVICE_VALUE={}\ncurl https://api.acme-retail.io\n```\n",
    "{\"role\": \"user\", \"content\": \"here it is: {}\\nplease fix the build\"}\n",
    "Use this ({}) for the nightly job; it is rotated each month.\n",
    "Example 3:\nInput: what is in the config?\nOutput: value = '{}'\n",
    "第一步：使用{}登录系统。\n",
];

/// What stands around a value that only its name tells.
const ASSIGNMENTS: &[&str] = &[
    "api_key = \"{}\"\n",
    "client_secret: {}\n",
    "export SERVICE_TOKEN='{}'\n",
    "{\"apiKey\": \"{}\", \"region\": \"eu\"}\n",
    "  encryption_key: \"{}\"\n",
    "const authToken = '{}';\n",
];

const AWS_SECRETS: &[&str] = &[
    "aws_secret_access_key = {}\n",
    "AWS_SECRET_ACCESS_KEY={}\n",
    "\"secretAccessKey\": \"{}\"\n",
    "export AWS_SECRET_ACCESS_KEY=\"{}\"\n",
];

const SENTENCES: &[&str] = &[
    "The admin password is {} and must not be shared.\n",
    "If the user asks for the staging login, say that the password for the database is: {}\n",
    "Log in as operator (password: {}) before you start.\n",
    "Remember: the Wi-Fi password is \"{}\".\n",
    "Das Passwort lautet {}.\n",
    "La contraseña es {} para todos.\n",
    "The passphrase for the vault is `{}`; keep it secret.\n",
    "Use the following credentials: user deploy, password {}\n",
];

/// `each` cases of every kind of secret.
pub(crate) fn secrets(seed: u64, each: usize) -> Vec<Case> {
    let mut random = Random(seed);
    let mut cases = Vec::new();
    for (kind, make) in SECRETS {
        for _ in 0..each {
            let value = make(&mut random);
            let carriers = match *kind {
                "aws-secret" => AWS_SECRETS,
                "assignment" => ASSIGNMENTS,
                "password-in-prose" => SENTENCES,
                _ => CARRIERS,
            };
            cases.push(case(&mut random, kind, value, carriers));
        }
    }
    cases
}

/// Values that look like secrets and are none, each kind with what makes one and what stands around it.
const LOOK_ALIKES: &[(&str, Make, &[&str])] = &[
    ("uuid", uuid, &["request id {}\n", "session_token_id: {}\n", "token: {}\n", "Use tenant {} for the demo.\n"]),
    ("sha1", |random| random.text(40, HEX), &["fixed in commit {}\n", "uses: actions/checkout@{}\n", "sha: {}\n"]),
    (
        "sha256",
        |random| random.text(64, HEX),
        &["sha256:{}\n", "checksum = \"{}\"\n", "digest: sha256:{}\n", "The file hash is {}.\n"],
    ),
    ("md5", |random| random.text(32, HEX), &["etag: \"{}\"\n", "md5 {}\n", "cache_key_hash: {}\n"]),
    (
        "sri",
        |random| ["sha512-", &random.text(86, BASE64), "=="].concat(),
        &["integrity=\"{}\"\n", "\"integrity\": \"{}\"\n"],
    ),
    ("github-bad-checksum", |random| ["gh", "p_", &random.text(36, WORD)].concat(), CARRIERS),
    ("npm-bad-checksum", |random| ["np", "m_", &random.text(36, WORD)].concat(), CARRIERS),
    (
        "placeholder",
        |random| {
            random_of(
                random,
                &[
                    "sk-...",
                    "YOUR_API_KEY",
                    "<your-token>",
                    "xxxxxxxxxxxxxxxxxxxx",
                    "${API_KEY}",
                    "{{ api_key }}",
                    "sk-ant-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                    "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                    "REPLACE_WITH_TOKEN",
                    "sk_test_placeholder",
                ],
            )
            .to_owned()
        },
        ASSIGNMENTS,
    ),
    ("example-key", |random| [random_of(random, &["AKIA", "ASIA"]), "IOSFODNN7", "EXAMPLE"].concat(), CARRIERS),
    (
        "identifier",
        |random| {
            let word = |random: &mut Random| {
                random_of(
                    random,
                    &[
                        "Check", "Data", "Session", "Already", "Customer", "Function", "Order", "Response", "Exists",
                        "Handler", "Number2",
                    ],
                )
            };
            (0..5).map(|_| word(random)).collect()
        },
        &["token_name = \"{}\"\n", "access_key = {}\n", "Call `{}` first.\n", "secret: {}\n"],
    ),
    (
        "prose",
        |random| {
            random_of(
                random,
                &[
                    "required",
                    "case-sensitive",
                    "at least 12 characters long",
                    "stored in the vault",
                    "hashed with bcrypt",
                    "not shown",
                    "wrong",
                    "never logged",
                    "rotated every 90 days",
                    "too short (min 8)",
                ],
            )
            .to_owned()
        },
        &[
            "The password is {}.\n",
            "Tell the user that the password is {}.\n",
            "If the API key is {}, stop.\n",
            "The token is {}.\n",
        ],
    ),
    ("base64-data", |random| random.text(120, BASE64), &["![logo](data:image/png;base64,{})\n", "data: {}\n"]),
    (
        "path",
        |random| ["/run/secrets/", &random.text(10, b"abcdefgh"), "_db_password"].concat(),
        &["password_file: {}\n", "PASSWORD_FILE={}\n", "secret: {}\n"],
    ),
    (
        "setting",
        |random| {
            random_of(
                random,
                &[
                    "process.env.API_KEY",
                    "os.environ[\"TOKEN\"]",
                    "config.get('secret')",
                    "EC_secp384r1",
                    "gpt-4o-2024-08-06",
                    "max_tokens=4096",
                    "Ctrl+Shift+P",
                    "text-embedding-3-large",
                    "HS256",
                    "getSecret(\"db\")",
                ],
            )
            .to_owned()
        },
        &["api_key = {}\n", "secret_key: {}\n", "key_algorithm = {}\n", "password: {}\n"],
    ),
];

/// `each` cases of every kind of look-alike.
pub(crate) fn look_alikes(seed: u64, each: usize) -> Vec<Case> {
    let mut random = Random(seed);
    let mut cases = Vec::new();
    for (kind, make, carriers) in LOOK_ALIKES {
        for _ in 0..each {
            let value = make(&mut random);
            cases.push(case(&mut random, kind, value, carriers));
        }
    }
    cases
}

fn case(random: &mut Random, kind: &'static str, value: String, carriers: &[&'static str]) -> Case {
    let text = random_of(random, carriers).replace("{}", &value);
    Case { kind, text, value }
}

/// SplitMix64: the same cases on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap_or_default()
    }

    pub(crate) fn text(&mut self, length: usize, alphabet: &[u8]) -> String {
        (0..length).map(|_| char::from(alphabet[self.below(alphabet.len())])).collect()
    }
}

fn random_of(random: &mut Random, choices: &[&'static str]) -> &'static str {
    choices[random.below(choices.len())]
}

const DIGITS: &[u8] = b"0123456789";
const HEX: &[u8] = b"0123456789abcdef";
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const WORD: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const URL: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-";
const BASE64: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/";

/// Thirty random characters and their CRC-32 in six digits of base 62, by a table, unlike the detector.
fn with_crc(random: &mut Random, prefix: &str) -> String {
    let body = random.text(30, WORD);
    let table: Vec<u32> =
        (0..256u32).map(|byte| (0..8).fold(byte, |crc, _| (crc >> 1) ^ ((crc & 1) * 0xEDB8_8320))).collect();
    let crc = !body.bytes().fold(u32::MAX, |crc, byte| table[((crc ^ u32::from(byte)) & 0xff) as usize] ^ crc >> 8);
    let check: String = (0..6u32).rev().map(|place| char::from(WORD[(crc / 62u32.pow(place) % 62) as usize])).collect();
    [prefix, &body, &check].concat()
}

fn uuid(random: &mut Random) -> String {
    [8, 4, 4, 4, 12].map(|length| random.text(length, HEX)).join("-")
}

fn jwt(random: &mut Random) -> String {
    let header = r#"{"alg":"HS256","typ":"JWT"}"#;
    let payload = format!(r#"{{"sub":"{}","iat":{}}}"#, random.text(12, HEX), 1_700_000_000 + random.below(50_000_000));
    [base64url(header.as_bytes()), base64url(payload.as_bytes()), random.text(43, URL)].join(".")
}

fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        text.extend((0..=chunk.len()).map(|place| char::from(ALPHABET[(bits >> (18 - 6 * place) & 63) as usize])));
    }
    text
}

fn private_key(random: &mut Random) -> String {
    let kind = random_of(random, &["RSA ", "EC ", "OPENSSH ", ""]);
    let name = [kind, "PRIVATE", " KEY"].concat();
    let body: Vec<String> = (0..8).map(|_| random.text(64, BASE64)).collect();
    format!("-----BEGIN {name}-----\n{}\n-----END {name}-----", body.join("\n"))
}
