//! INJ007: a value that users or documents wrote becomes part of a link's or an image's address.

use crate::diagnostic::{RuleId, Severity};
use crate::lint::rule::{Context, Rule, RuleMeta, Sink};
use crate::lint::trust::exposures;
use crate::store::prompt::Prompt;

pub(super) struct RemoteImageOrLink;

static META: RuleMeta = RuleMeta {
    id: RuleId { code: "INJ007", name: "remote-image-or-link" },
    severity: Severity::Info,
    default: true,
    fix: None,
    summary: "An untrusted input is part of the address of a link or an image",
    what: "\
Looks for untrusted inputs inside the address of a Markdown link or image (`![…](https://…{{ x }})`) or of an HTML \
`src` or `href`. Speaks only where somebody has thought of trust, as INJ001 does.",
    why: "\
A chat window that draws the answer's images fetches their addresses by itself. Who decides a part of the address \
decides what is sent where: the usual way in which a conversation leaks.",
    how: "Take addresses from a fixed list, or let the application build them and check their host.",
    bad: "\
description: Shows a picture.
inputs:
  name: {type: string, trust: untrusted}
messages:
  - role: user
    content: \"Show this and say nothing else: ![picture](https://images.example.com/?name={{ name | urlencode }})\"
",
    good: "\
description: Shows a picture.
inputs:
  picture: {type: string, enum: [cat.png, dog.png], trust: untrusted}
messages:
  - role: user
    content: \"Show this and say nothing else: ![picture](https://images.example.com/{{ picture }})\"
",
};

impl Rule for RemoteImageOrLink {
    fn meta(&self) -> &'static RuleMeta {
        &META
    }

    fn prompt(&self, prompt: &Prompt, cx: &Context<'_>, out: &Sink<'_>) {
        for exposure in exposures(prompt, cx) {
            let Some(what) = exposure.address() else { continue };
            let name = &exposure.input.name.value;
            let message = format!("the untrusted input `{name}` is part of the address of {what}");
            drop(
                exposure
                    .report(message, cx, out)
                    .help("take addresses from a fixed list, or let the application build and check them"),
            );
        }
    }
}
