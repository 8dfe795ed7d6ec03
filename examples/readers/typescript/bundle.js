// @ts-check
/**
 * Reads a Promptyard bundle and renders its prompts with Nunjucks, byte for byte as `promptyard render` does.
 *
 *     node bundle.js BUNDLE < cases.json
 *
 * where `cases.json` is a list of `{"prompt": "prompts/support/answer@1.4.0", "values": {...}}`; it prints the list of
 * their messages. The types are TypeScript's (`npm run check`), and nothing has to be compiled. The format is described in
 * docs/bundle.md.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { argv } from "node:process";
import { pathToFileURL } from "node:url";

import nunjucks from "nunjucks";

/**
 * @typedef {string | {text?: string, [key: string]: unknown}} Part
 * @typedef {{role: string, content?: string | Part[] | object | null, [key: string]: unknown}} Message
 * @typedef {{required: boolean, schema?: unknown, default?: unknown, example?: unknown}} Input
 * @typedef {{
 *   dialect: "native" | "prompty" | "dotprompt" | "text" | "semantic-kernel",
 *   template?: string,
 *   inputs?: Record<string, Input>,
 *   messages?: Message[],
 *   body?: string[],
 *   partials?: Record<string, string>,
 * }} Prompt
 * @typedef {{
 *   id: string, kind: "prompt" | "model" | "retrieval" | "policy" | "suite", version: string, released: boolean,
 *   commit: string | null, digest: string, content: Record<string, unknown>,
 * }} Artifact
 * @typedef {{
 *   description: string | null, enabled: boolean, variants: Record<string, Record<string, string>>,
 *   traffic: Record<string, number>, shadow: string[], sticky_by: string | null, fallback: string[],
 * }} Route
 */

/** The file is no bundle that this program can use. */
export class BundleError extends Error {}

/** A bundle: `routes` by name, `artifacts` by the name of their release. */
export class Bundle {
  /**
   * @param {Buffer | string} content the file's bytes
   * @param {string} [sha256] what its statement says of them, in hexadecimal digits
   */
  constructor(content, sha256) {
    if (sha256 !== undefined && createHash("sha256").update(content).digest("hex") !== sha256) {
      throw new BundleError("the bundle is not the one that the statement is about");
    }
    const data = JSON.parse(content.toString());
    if (data.format !== "promptyard-bundle" || data.version !== 1) {
      throw new BundleError("this is not a bundle of version 1");
    }
    /** @type {"commit" | "releases" | "worktree"} */
    this.source = data.source;
    /** @type {string | null} */
    this.commit = data.commit;
    /** @type {string | null} */
    this.environment = data.environment;
    /** @type {Record<string, Route>} */
    this.routes = data.routes;
    /** @type {Record<string, Artifact>} */
    this.artifacts = data.artifacts;
  }

  /**
   * @param {string} path
   * @param {string} [sha256]
   */
  static load(path, sha256) {
    return new Bundle(readFileSync(path), sha256);
  }

  /**
   * What the artifact called `release` says.
   * @param {string} release
   */
  content(release) {
    if (!Object.hasOwn(this.artifacts, release)) throw new BundleError(`the bundle has no \`${release}\``);
    return this.artifacts[release].content;
  }

  /**
   * The messages of a prompt.
   * @param {string} release
   * @param {Record<string, unknown>} values
   * @returns {Message[]}
   */
  render(release, values) {
    const prompt = /** @type {Prompt} */ (/** @type {unknown} */ (this.content(release)));
    if (!["native", "text"].includes(prompt.dialect) || prompt.body) {
      throw new BundleError(`\`${release}\` is written in ${prompt.dialect}, whose messages this program does not cut`);
    }
    if (prompt.template !== "jinja" && prompt.template !== "none") {
      throw new BundleError(`\`${release}\` is written in ${prompt.template}, which this program does not render`);
    }
    const given = withDefaults(release, prompt, values);
    const environment = environmentOf(prompt);
    /** @param {string} text */
    const say = (text) => (prompt.template === "none" ? text : environment.renderString(withoutLastBreak(text), given));
    return (prompt.messages ?? []).map((message) => ({ ...message, content: rendered(message.content, say) }));
  }
}

/**
 * The values with what the prompt says of those that are missing. Their schemas are not checked here.
 * @param {string} release
 * @param {Prompt} prompt
 * @param {Record<string, unknown>} values
 */
function withDefaults(release, prompt, values) {
  const given = { ...values };
  for (const [name, said] of Object.entries(prompt.inputs ?? {})) {
    if (Object.hasOwn(given, name)) continue;
    if ("default" in said) given[name] = said.default;
    else if (said.required) throw new BundleError(`\`${release}\` wants a value for \`${name}\``);
  }
  return given;
}

/**
 * The prompt's own environment: its partials are the only templates, and nothing is escaped.
 * @param {Prompt} prompt
 */
function environmentOf(prompt) {
  const partials = prompt.partials ?? {};
  const loader = {
    /** @param {string} name */
    getSource(name) {
      if (!Object.hasOwn(partials, name)) return /** @type {any} */ (null);
      return { src: withoutLastBreak(partials[name]), path: name, noCache: false };
    },
  };
  const environment = new nunjucks.Environment(/** @type {any} */ (loader), {
    autoescape: false,
    throwOnUndefined: prompt.dialect === "native",
  });
  for (const name of ["e", "escape"]) environment.addFilter(name, escape);
  return environment;
}

/**
 * Jinja leaves out the last line break of each template, and Nunjucks keeps it.
 * @param {string} text
 */
function withoutLastBreak(text) {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}

/** @type {Record<string, string>} */
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;", "/": "&#x2f;" };

/**
 * Promptyard's `escape`: other entities than Nunjucks' own.
 * @param {unknown} value
 */
function escape(value) {
  return String(printed(value)).replace(/[&<>"'/]/g, (character) => ENTITIES[character]);
}

/**
 * A value as Jinja prints it. What the languages print differently is refused instead.
 * @param {unknown} value
 */
function printed(value) {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "object" && value.constructor !== nunjucks.runtime.SafeString) {
    throw new BundleError("a list or an object is printed as it is, which every language writes differently");
  }
  return value;
}

const runtime = /** @type {any} */ (nunjucks.runtime);
/** @param {unknown} value */
runtime.ensureDefined = (value, /** @type {number} */ line, /** @type {number} */ column) => {
  if (value === undefined) throw new runtime.TemplateError("attempted to output an undefined value", line + 1, column + 1);
  return value;
};
/** @param {unknown} value */
runtime.suppressValue = (value) => (value === undefined ? "" : printed(value));

/**
 * A message's content: a text, or a list of parts whose texts are templates.
 * @param {Message["content"]} content
 * @param {(text: string) => string} say
 */
function rendered(content, say) {
  if (Array.isArray(content)) return content.map((part) => renderedPart(part, say));
  return typeof content === "string" ? say(content) : content;
}

/**
 * @param {Part} part
 * @param {(text: string) => string} say
 * @returns {Part}
 */
function renderedPart(part, say) {
  if (typeof part === "string") return say(part);
  return typeof part.text === "string" ? { ...part, text: say(part.text) } : part;
}

if (import.meta.url === pathToFileURL(argv[1]).href) {
  const bundle = Bundle.load(argv[2]);
  /** @type {{prompt: string, values: Record<string, unknown>}[]} */
  const cases = JSON.parse(readFileSync(0, "utf8"));
  process.stdout.write(JSON.stringify(cases.map(({ prompt, values }) => bundle.render(prompt, values))));
}
