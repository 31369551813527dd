// A value in pieces: text, and what OpenCode puts in the place of `{env:NAME}` and
// `{file:PATH}`. It does so everywhere in its file, and has no escape.

import { isText, same } from "./json.js";

const REFERENCE = /\{(env|file):([^}]+)\}/g;

/** Splits a text of the file into segments. */
export function parse(text) {
  if (!text.includes("{")) return text === "" ? [] : [literal(text)];
  const segments = [];
  let end = 0;
  for (const { 0: spelt, 1: kind, 2: name, index } of text.matchAll(REFERENCE)) {
    segments.push(literal(text.slice(end, index)));
    segments.push(kind === "env" ? env(name) : { tag: "file", val: name });
    end = index + spelt.length;
  }
  segments.push(literal(text.slice(end)));
  return normal(segments);
}

/** The server can't be written, for this reason. */
export class Refused extends Error {}

/**
 * The text for a value. What is there already stays, if it means the same.
 *
 * `lose(field, kind, detail)` is told of whatever is not quite what was asked.
 */
export function render(field, old, template, lose) {
  const asked = normal(template);
  if (isText(old) && equal(parse(old), asked)) return old;
  let text = "";
  const meant = [];
  for (const segment of asked) {
    const close = approximate(field, segment, lose);
    meant.push(close);
    text += close.tag === "literal" ? close.val : `{${close.tag}:${close.val.name ?? close.val}}`;
  }
  if (!equal(parse(text), normal(meant))) {
    throw new Refused(
      `\`${field}\` holds what looks like a reference as plain text, which OpenCode would ` +
        "expand, and it has no escape for it; where a reference is meant, spell it `${env:NAME}`",
    );
  }
  return text;
}

/** The segment, or the closest one that OpenCode knows. */
function approximate(field, segment, lose) {
  switch (segment.tag) {
    case "literal":
    case "file":
      return segment;
    case "env":
      // A default may be a secret, so it is not shown.
      if (segment.val.default !== undefined) {
        const name = segment.val.name;
        lose(field, "approximated", `OpenCode knows no defaults: empty where \`${name}\` is not set`);
      }
      return env(segment.val.name);
    case "place":
      if (segment.val === "user-home") {
        lose(field, "approximated", "OpenCode knows no home folder: written as `{env:HOME}`, which is not set on Windows");
        return env("HOME");
      }
      throw new Refused(`\`${field}\` needs the folder of the open workspace, which OpenCode can't put there`);
    case "input":
      throw new Refused(`\`${field}\` asks the user for a value, which OpenCode can't; use a variable`);
    default:
      throw new Refused(`\`${field}\` holds a reference of another host; write the value itself`);
  }
}

export const env = (name) => ({ tag: "env", val: { name, default: undefined } });
const literal = (val) => ({ tag: "literal", val });

/** Whether two values mean the same. */
const equal = (a, b) =>
  a.length === b.length && a.every(({ tag, val }, at) => tag === b[at].tag && (val === b[at].val || same(val, b[at].val)));

/** Joins neighbouring texts and drops empty ones, so that equal values are equal. */
function normal(segments) {
  const joined = [];
  for (const segment of segments) {
    const last = joined.at(-1);
    if (segment.tag !== "literal") joined.push(segment);
    else if (segment.val === "") continue;
    else if (last?.tag === "literal") joined[joined.length - 1] = literal(last.val + segment.val);
    else joined.push(segment);
  }
  return joined;
}
