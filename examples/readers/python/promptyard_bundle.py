"""Reads a Promptyard bundle and renders its prompts with Jinja2, byte for byte as `promptyard render` does.

    python3 promptyard_bundle.py BUNDLE < cases.json

where `cases.json` is a list of `{"prompt": "prompts/support/answer@1.4.0", "values": {...}}`; it prints the list of their
messages. Python 3.9 or later, and Jinja2 3.1 or later. The format is described in docs/bundle.md.
"""

import hashlib
import json
import sys

import jinja2


class BundleError(Exception):
    """The file is no bundle that this program can use."""


class Bundle:
    """A bundle: `routes` by name, `artifacts` by the name of their release."""

    def __init__(self, content, sha256=None):
        """`content` is the file's bytes; `sha256` what its statement says of them, in hexadecimal digits."""
        if sha256 is not None and hashlib.sha256(content).hexdigest() != sha256:
            raise BundleError("the bundle is not the one that the statement is about")
        data = json.loads(content)
        if data.get("format") != "promptyard-bundle" or data.get("version") != 1:
            raise BundleError("this is not a bundle of version 1")
        self.source = data["source"]
        self.commit = data["commit"]
        self.environment = data["environment"]
        self.routes = data["routes"]
        self.artifacts = data["artifacts"]

    @classmethod
    def load(cls, path, sha256=None):
        with open(path, "rb") as file:
            return cls(file.read(), sha256)

    def content(self, release):
        """What the artifact called `release` says."""
        if release not in self.artifacts:
            raise BundleError(f"the bundle has no `{release}`")
        return self.artifacts[release]["content"]

    def render(self, release, values):
        """The messages of a prompt: a list of `role` and `content`."""
        prompt = self.content(release)
        if prompt["dialect"] not in ("native", "text") or "body" in prompt:
            raise BundleError(f"`{release}` is written in {prompt['dialect']}, whose messages this program does not cut")
        if prompt["template"] not in ("jinja", "none"):
            raise BundleError(f"`{release}` is written in {prompt['template']}, which this program does not render")
        values = with_defaults(release, prompt, values)
        environment = environment_of(prompt)
        return [
            {**message, "content": rendered(environment, prompt, message.get("content"), values)}
            for message in prompt.get("messages", [])
        ]


def with_defaults(release, prompt, values):
    """The values with what the prompt says of those that are missing. Their schemas are not checked here."""
    values = dict(values)
    inputs = prompt.get("inputs", {})
    for name, said in inputs.items():
        if name in values:
            continue
        if "default" in said:
            values[name] = said["default"]
        elif said["required"]:
            raise BundleError(f"`{release}` wants a value for `{name}`")
    return values


def environment_of(prompt):
    """The prompt's own environment: its partials are the only templates, and nothing is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(prompt.get("partials", {})),
        undefined=jinja2.StrictUndefined if prompt["dialect"] == "native" else jinja2.Undefined,
        autoescape=False,
    )
    environment.filters["e"] = environment.filters["escape"] = escape
    return environment


def escape(value):
    """Promptyard's `escape`: other entities than Jinja2's own."""
    text = str(value)
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#x27;"), ("/", "&#x2f;")):
        text = text.replace(character, entity)
    return text


def rendered(environment, prompt, content, values):
    """A message's content: a text, or a list of parts whose texts are templates."""
    if isinstance(content, list):
        return [rendered_part(environment, prompt, part, values) for part in content]
    if not isinstance(content, str) or prompt["template"] == "none":
        return content
    return environment.from_string(content).render(values)


def rendered_part(environment, prompt, part, values):
    if isinstance(part, str):
        return rendered(environment, prompt, part, values)
    if isinstance(part.get("text"), str):
        return {**part, "text": rendered(environment, prompt, part["text"], values)}
    return part


def main():
    bundle = Bundle.load(sys.argv[1])
    cases = json.load(sys.stdin.buffer)
    messages = [bundle.render(case["prompt"], case["values"]) for case in cases]
    sys.stdout.buffer.write(json.dumps(messages, ensure_ascii=False).encode())


if __name__ == "__main__":
    main()
