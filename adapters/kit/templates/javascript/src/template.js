// A value in pieces: text, and what {{name}} puts in the place of `${NAME}`.

import { isText, same } from "./json.js";

const HOST = "{{name}}";
const REFERENCE = /\$\{([A-Za-z0-9_]+)\}/g;

/** Splits a text of the file into segments. */
export function parse(text) {
  if (!text.includes("${")) return text === "" ? [] : [literal(text)];
  const segments = [];
  let end = 0;
  for (const { 0: spelt, 1: name, index } of text.matchAll(REFERENCE)) {
    segments.push(literal(text.slice(end, index)), env(name));
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
    text += spell(field, segment, lose);
    // What the host will take it for: without the default, which it does not know.
    meant.push(segment.tag === "env" ? env(segment.val.name) : segment);
  }
  if (equal(parse(text), meant)) return text;
  const shown = asked.map(({ val }) => isText(val) && val.match(REFERENCE)?.[0]).find(Boolean);
  throw new Refused(
    `\`${field}\` holds ${shown ? `\`${shown}\`` : "what looks like a reference"} as plain text, ` +
      `which ${HOST} would expand, and ${HOST} has no escape for it; ` +
      "where a reference is meant, spell it `${env:NAME}`",
  );
}

function spell(field, segment, lose) {
  switch (segment.tag) {
    case "literal":
      return segment.val;
    case "env":
      // A default may be a secret, so it is not shown.
      if (segment.val.default !== undefined) {
        const name = segment.val.name;
        lose(field, "approximated", `${HOST} knows no defaults: empty where \`${name}\` is not set`);
      }
      return `\${${segment.val.name}}`;
    default:
      throw new Refused(`\`${field}\` ${WHAT[segment.tag]}, which ${HOST} can't put there; write the value itself`);
  }
}

const WHAT = {
  input: "asks the user for a value",
  file: "takes the contents of a file",
  place: "needs a folder that only another host knows",
  native: "holds a reference of another host",
};

const literal = (val) => ({ tag: "literal", val });
const env = (name) => ({ tag: "env", val: { name, default: undefined } });

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
