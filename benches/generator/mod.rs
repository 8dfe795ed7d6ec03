//! Stores of any size, the same for the same seed: what benchmarks, long runs and curious people lint.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// What to generate.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// How many prompts: seven in ten native, the rest prompty, Dotprompt and Jinja text.
    pub(crate) prompts: usize,
    /// Words of literal text in each prompt.
    pub(crate) words: usize,
    /// The same seed gives the same bytes.
    pub(crate) seed: u64,
}

/// As many as there are native prompts in ten: each is included.
const PARTIALS: usize = 7;

const WORDS: [&str; 64] = [
    "answer",
    "the",
    "customer",
    "with",
    "care",
    "and",
    "name",
    "each",
    "source",
    "that",
    "you",
    "used",
    "when",
    "a",
    "question",
    "is",
    "not",
    "clear",
    "ask",
    "one",
    "short",
    "thing",
    "back",
    "never",
    "guess",
    "about",
    "prices",
    "or",
    "dates",
    "write",
    "in",
    "plain",
    "words",
    "keep",
    "to",
    "facts",
    "from",
    "passages",
    "below",
    "say",
    "so",
    "if",
    "nothing",
    "fits",
    "use",
    "at",
    "most",
    "five",
    "sentences",
    "for",
    "every",
    "reply",
    "list",
    "steps",
    "as",
    "numbers",
    "explain",
    "why",
    "result",
    "matters",
    "before",
    "it",
    "ends",
    "politely",
];

/// Writes a store of `shape` into the folder `root`, which has to be there.
pub(crate) fn write_store(root: &Path, shape: Shape) -> io::Result<()> {
    let mut random = Random(shape.seed | 1);
    for folder in ["prompts", "partials", "models"] {
        fs::create_dir_all(root.join(folder))?;
    }
    fs::write(root.join("promptyard.yaml"), CONFIG)?;
    fs::write(root.join("models/chat.yaml"), MODEL)?;
    for index in 0..PARTIALS {
        fs::write(root.join(format!("partials/style-{index}.md")), format!("{}\n", random.sentences(40)))?;
    }
    for index in 0..shape.prompts {
        let folder = root.join(format!("prompts/team-{}", index % 50));
        if index < 50 {
            fs::create_dir_all(&folder)?;
        }
        let (name, text) = match index % 10 {
            7 => (format!("p{index}.prompty"), prompty(&mut random, shape.words)),
            8 => (format!("p{index}.prompt"), dotprompt(&mut random, shape.words)),
            9 => (format!("p{index}.j2"), jinja(&mut random, shape.words)),
            _ => (format!("p{index}.prompt.yaml"), native(&mut random, shape.words, index)),
        };
        fs::write(folder.join(name), text)?;
    }
    Ok(())
}

const CONFIG: &str = "\
version: 1
default_model: models/chat
sources:
  - {files: \"prompts/**/*.prompt.yaml\"}
  - {files: \"prompts/**/*.prompty\"}
  - {files: \"prompts/**/*.prompt\"}
  - {files: \"prompts/**/*.j2\", dialect: text}
";

const MODEL: &str = "\
provider: openai
model: gpt-5.1-2026-03-11
recorded_at: 2026-03-12
tokenizer: o200k_base
context_window: 400000
max_output_tokens: 128000
price: {currency: USD, input_per_million: 1.25, output_per_million: 10.0}
";

fn native(random: &mut Random, words: usize, index: usize) -> String {
    let mut text = format!(
        "description: Answers question {index} of the generated store.\n\
         owners: [\"@team-{}\"]\n\
         model: models/chat\n\
         modelParameters: {{temperature: 0.2, maxTokens: 600}}\n\
         inputs:\n\
         \x20 question: {{type: string, maxTokens: 500, trust: untrusted, example: \"Where is it?\"}}\n\
         \x20 passages: {{type: array, items: {{type: string}}, maxTokens: 3000}}\n\
         \x20 tone: {{type: string, enum: [warm, formal], default: warm}}\n\
         budget: {{maxPromptTokens: 9000}}\n\
         messages:\n\
         \x20 - role: system\n\
         \x20   content: |\n\
         \x20     {{% include \"partials/style-{}.md\" %}}\n\
         \x20     Answer in a {{{{ tone }}}} tone.\n",
        index % 50,
        index % PARTIALS
    );
    for _ in 0..words.div_ceil(60) {
        let _ = writeln!(text, "      {}", random.sentences(60));
    }
    text.push_str(
        "  - role: user\n    content: |\n      <passages>{% for p in passages %}<p>{{ p | e }}</p>{% endfor %}</passages>\n      \
         <question>{{ question | e }}</question>\n",
    );
    text
}

fn prompty(random: &mut Random, words: usize) -> String {
    format!(
        "---\nname: Generated prompt\ndescription: A generated prompt.\nmodel:\n  id: gpt-5.1-2026-03-11\ninputs:\n  question:\n    kind: string\n    \
         default: Where is it?\n---\nsystem:\n{}\n\nuser:\n<question>{{{{question | e}}}}</question>\n",
        random.sentences(words)
    )
}

fn dotprompt(random: &mut Random, words: usize) -> String {
    format!(
        "---\nmodel: googleai/gemini-2.5-flash\ndescription: A generated prompt.\ninput:\n  schema:\n    question: string\n---\n\
         {{{{role \"system\"}}}}\n{}\n{{{{role \"user\"}}}}\n<question>{{{{question}}}}</question>\n",
        random.sentences(words)
    )
}

fn jinja(random: &mut Random, words: usize) -> String {
    format!("{}\n\n<question>{{{{ question | e }}}}</question>\n", random.sentences(words))
}

/// Xorshift: good enough for text, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn sentences(&mut self, words: usize) -> String {
        let mut text = String::with_capacity(words * 6);
        for index in 0..words {
            let word = WORDS[usize::try_from(self.next() % WORDS.len() as u64).unwrap_or(0)];
            if index % 12 == 0 {
                if index > 0 {
                    text.push_str(". ");
                }
                text.push_str(&word[..1].to_uppercase());
                text.push_str(&word[1..]);
            } else {
                text.push(' ');
                text.push_str(word);
            }
        }
        text.push('.');
        text
    }
}
