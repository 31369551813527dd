// {{name}}: the member `mcpServers` of its file is a map from names to servers.

import descriptor from "../build/descriptor.js";
import { atPath, isObject, isText, parse, same, set, stringify, withPath } from "./json.js";
import * as template from "./template.js";

const HOST = "{{name}}";
const PLACE = { document: "config", path: ["mcpServers"] };
// Keys that only one kind of server has.
const LOCAL = ["command", "args", "env"];
const REMOTE = ["url", "headers"];

/** What an adapter exports: three functions (`wit/0.1/host-adapter.wit`). */
export const hostConfig = { describe: () => descriptor, read, write };

function read(sections) {
  const reading = { servers: [], foreign: [], unreadable: [] };
  for (const [name, entry] of open(sections)) {
    try {
      reading.servers.push(server(name, entry));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      reading.unreadable.push({ name, reason: error.message });
    }
  }
  return reading;
}

function write(sections, edits) {
  const entries = open(sections);
  let changed = false;
  const outcomes = edits.map((edit) => {
    if (edit.tag === "remove") {
      changed = entries.delete(edit.val) || changed;
      return { tag: "done", val: [] };
    }
    const { name } = edit.val;
    try {
      const [entry, losses] = put(entries.get(name), edit.val);
      if (!same(entries.get(name), entry)) {
        entries.set(name, entry);
        changed = true;
      }
      return { tag: "done", val: losses };
    } catch (error) {
      if (!(error instanceof template.Refused)) throw error;
      return { tag: "refused", val: error.message };
    }
  });
  const value = changed ? stringify(Object.fromEntries(entries)) : undefined;
  return { sections: changed ? [{ ...PLACE, value }] : [], outcomes };
}

/** The section as a map. An absent section and a null one are empty. */
function open(sections) {
  const text = sections.find(({ path }) => same(path, PLACE.path))?.value;
  const value = text === undefined ? null : parse(text);
  if (value !== null && !isObject(value)) {
    throw { tag: "unexpected-shape", val: [PLACE.path, "it is not an object of servers"] };
  }
  return new Map(Object.entries(value ?? {}));
}

// ---- reading -------------------------------------------------------------------------

/** An entry that can't be understood. The reason shows no values. */
class Unreadable extends Error {}

// One for all servers, since memory is scarce and there may be thousands.
const NO_TIMEOUTS = { request: undefined, startup: undefined, toolCall: undefined };
const NO_TOOLS = { allow: undefined, deny: undefined, autoApprove: undefined };

/** Which kind of server the host takes an entry for. */
const kindOf = (entry) => ("command" in entry ? "local" : "url" in entry ? "remote" : undefined);

function server(name, entry) {
  if (name === "") throw new Unreadable("it has no name");
  if (!isObject(entry)) throw new Unreadable("it is not an object");
  const kind = kindOf(entry);
  if (kind === undefined) throw new Unreadable("it has neither a `command` nor a `url`");
  // In a field that is `undefined` nothing is said.
  return {
    name,
    transport:
      kind === "local"
        ? { tag: "stdio", val: stdio(entry) }
        : { tag: "remote", val: remote(entry) },
    enabled: undefined,
    description: undefined,
    timeouts: NO_TIMEOUTS,
    tools: NO_TOOLS,
    extras: Object.entries(entry)
      .filter(([key]) => !isCanonical(kind, key))
      .map(([key, value]) => ({ path: [key], value: stringify(value) })),
  };
}

/** Whether a member of an entry has a canonical name. Others go back to this host only. */
const isCanonical = (kind, key) => (kind === "local" ? LOCAL : REMOTE).includes(key);

function stdio(entry) {
  if (!isText(entry.command)) throw new Unreadable("its `command` is no text");
  const args = entry.args ?? [];
  if (!Array.isArray(args) || !args.every(isText)) throw new Unreadable("its `args` are no list of texts");
  return {
    command: template.parse(entry.command),
    args: args.map(template.parse),
    env: pairs(entry, "env"),
    envForward: [],
    envFile: undefined,
    cwd: undefined,
  };
}

function remote(entry) {
  if (!isText(entry.url)) throw new Unreadable("its `url` is no text");
  return {
    kind: "auto",
    url: template.parse(entry.url),
    headers: pairs(entry, "headers"),
    oauth: undefined,
  };
}

function pairs(entry, key) {
  const object = entry[key] ?? {};
  if (!isObject(object) || !Object.values(object).every(isText)) {
    throw new Unreadable(`its \`${key}\` is no object of texts`);
  }
  return Object.entries(object).map(([name, text]) => [name, template.parse(text)]);
}

// ---- writing -------------------------------------------------------------------------

/**
 * The entry that says what is asked, and what it can't say. Whatever else the old entry
 * holds stays, and so does the spelling of what it says already.
 */
function put(old, asked) {
  const losses = [];
  const lose = (field, kind, detail) => losses.push({ field, kind, detail });
  const kind = asked.transport.tag === "stdio" ? "local" : "remote";
  let entry = isObject(old) ? { ...old } : {};
  if (kindOf(entry) !== kind) {
    for (const key of [...LOCAL, ...REMOTE]) delete entry[key];
  }
  (kind === "local" ? putLocal : putRemote)(entry, asked.transport.val, lose);
  const { timeouts, tools } = asked;
  for (const [field, value] of [
    ["enabled", asked.enabled === false ? false : undefined],
    ["description", asked.description],
    ["timeouts.request", timeouts.request],
    ["timeouts.startup", timeouts.startup],
    ["timeouts.tool-call", timeouts.toolCall],
    ["tools.allow", tools.allow],
    ["tools.deny", tools.deny],
    ["tools.auto-approve", tools.autoApprove],
  ]) {
    if (value !== undefined) lose(field, "dropped", `${HOST} has no place for it`);
  }
  for (const { path, value: text } of asked.extras) {
    const value = parse(text);
    const known = atPath(entry, path);
    if (known !== undefined && same(known, value)) continue;
    if (isCanonical(kind, path[0])) {
      lose(`extras.${path.join(".")}`, "dropped", "a field of the server has its place");
    } else {
      entry = withPath(entry, path, value);
    }
  }
  return [entry, losses];
}

function putLocal(entry, asked, lose) {
  entry.command = template.render("command", entry.command, asked.command, lose);
  const old = Array.isArray(entry.args) ? entry.args : [];
  const args = asked.args.map((arg, at) => template.render(`args.${at}`, old[at], arg, lose));
  if (!same(old, args)) entry.args = args;
  const env = [...asked.env];
  for (const name of asked.envForward) {
    if (env.some(([known]) => known === name)) continue;
    env.push([name, [{ tag: "env", val: { name, default: undefined } }]]);
    for (const field of ["env-forward", `env.${name}`]) {
      lose(field, "approximated", `${HOST} can't hand variables on by name; written as \`\${${name}}\``);
    }
  }
  putPairs(entry, "env", env, lose);
  if (asked.envFile) lose("env-file", "dropped", `${HOST} has no place for it`);
  if (asked.cwd) lose("cwd", "dropped", `${HOST} has no place for it`);
}

function putRemote(entry, asked, lose) {
  entry.url = template.render("url", entry.url, asked.url, lose);
  putPairs(entry, "headers", asked.headers, lose);
  if (asked.oauth) lose("oauth", "dropped", `${HOST} has no place for it`);
}

/** Writes a map of values; members that stay keep their places. */
function putPairs(entry, key, asked, lose) {
  const old = isObject(entry[key]) ? entry[key] : {};
  const wanted = new Map(asked);
  const names = new Set([...Object.keys(old).filter((name) => wanted.has(name)), ...wanted.keys()]);
  const pairs = {};
  for (const name of names) {
    const known = Object.hasOwn(old, name) ? old[name] : undefined;
    set(pairs, name, template.render(`${key}.${name}`, known, wanted.get(name), lose));
  }
  if (names.size > 0) entry[key] = pairs;
  else if (!same(old, {})) delete entry[key];
}
