// OpenCode: the member `mcp` of its settings is a map from names to servers.
//
// Learnt from: packages/opencode/src/config/mcp.ts of anomalyco/opencode.

import descriptor from "../build/descriptor.js";
import { atPath, isObject, isText, number, parse, same, set, stringify, withPath } from "./json.js";
import * as template from "./template.js";

const PLACE = { document: "config", path: ["mcp"] };
// Keys that only one kind of server has.
const LOCAL = ["command", "environment", "cwd"];
const REMOTE = ["url", "headers", "oauth"];

/** What an adapter exports: three functions (`wit/0.1/host-adapter.wit`). */
export const hostConfig = { describe: () => descriptor, read, write };

function read(sections) {
  const reading = { servers: [], foreign: [], unreadable: [] };
  for (const [name, entry] of open(sections)) {
    if (isToggle(entry)) {
      reading.foreign.push(name);
      continue;
    }
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
    const name = edit.tag === "put" ? edit.val.name : edit.val;
    try {
      if (isToggle(entries.get(name))) {
        throw new template.Refused("OpenCode has an entry of this name that only turns a server of another file on or off");
      }
      if (edit.tag === "remove") {
        changed = entries.delete(name) || changed;
        return { tag: "done", val: [] };
      }
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
  const found = sections.find(({ document, path }) => document === PLACE.document && same(path, PLACE.path));
  const text = found?.value;
  const value = text === undefined ? null : parse(text);
  if (value !== null && !isObject(value)) {
    throw { tag: "unexpected-shape", val: [PLACE.path, "it is not an object of servers"] };
  }
  // The next generation of the format has the servers one level deeper.
  if (isObject(value?.servers) && !isText(value.servers.type) && !isToggle(value.servers)) {
    throw { tag: "unsupported-version", val: "`mcp.servers`, the second form of OpenCode's settings" };
  }
  return new Map(Object.entries(value ?? {}));
}

/** An entry without a server: `{ "enabled": false }`, for one that another file defines. */
const isToggle = (entry) =>
  isObject(entry) && !("type" in entry || "command" in entry || "url" in entry) && typeof entry.enabled === "boolean";

// ---- reading -------------------------------------------------------------------------

/** An entry that can't be understood. The reason shows no values. */
class Unreadable extends Error {}

// One for all servers, since memory is scarce and there may be thousands.
const NO_TOOLS = { allow: undefined, deny: undefined, autoApprove: undefined };

function server(name, entry) {
  if (name === "") throw new Unreadable("it has no name");
  if (!isObject(entry)) throw new Unreadable("it is not an object");
  if (!["local", "remote"].includes(entry.type)) {
    throw new Unreadable("its `type` is neither `local` nor `remote`");
  }
  return {
    name,
    transport:
      entry.type === "local"
        ? { tag: "stdio", val: stdio(entry) }
        : { tag: "remote", val: remote(entry) },
    enabled: typeof entry.enabled === "boolean" ? entry.enabled : undefined,
    description: undefined,
    timeouts: { request: undefined, startup: timeout(entry.timeout), toolCall: undefined },
    tools: NO_TOOLS,
    extras: extras(entry),
  };
}

function stdio(entry) {
  const words = entry.command;
  if (!Array.isArray(words) || words.length === 0 || !words.every(isText)) {
    throw new Unreadable("its `command` is no list of texts");
  }
  const [command, ...args] = words.map(template.parse);
  return {
    command,
    args,
    env: pairs(entry, "environment"),
    envForward: [],
    envFile: undefined,
    cwd: isText(entry.cwd) ? template.parse(entry.cwd) : undefined,
  };
}

function remote(entry) {
  if (!isText(entry.url)) throw new Unreadable("its `url` is no text");
  return {
    kind: "auto",
    url: template.parse(entry.url),
    headers: pairs(entry, "headers"),
    oauth: isObject(entry.oauth) ? client(entry.oauth) : undefined,
  };
}

function pairs(entry, key) {
  const object = entry[key] ?? {};
  if (!isObject(object) || !Object.values(object).every(isText)) {
    throw new Unreadable(`its \`${key}\` is no object of texts`);
  }
  return Object.entries(object).map(([name, text]) => [name, template.parse(text)]);
}

/** The OAuth client, if it says anything that has a canonical name. */
function client(object) {
  const text = (key) => (isText(object[key]) ? template.parse(object[key]) : undefined);
  const oauth = {
    clientId: text("clientId"),
    clientSecret: text("clientSecret"),
    scopes: isText(object.scope) ? object.scope.split(" ").filter(Boolean) : undefined,
    authorizationUrl: undefined,
    tokenUrl: undefined,
    redirectUri: text("redirectUri"),
  };
  return Object.values(oauth).some((value) => value !== undefined) ? oauth : undefined;
}

function timeout(value) {
  const limit = number(value);
  return Number.isSafeInteger(limit) && limit > 0 ? BigInt(limit) : undefined;
}

/** Whether a member of an entry has a canonical name, and a value that it can hold. */
function isCanonical(entry, key, value) {
  if (key === "type") return true;
  if (key === "enabled") return typeof value === "boolean";
  if (key === "timeout") return timeout(value) !== undefined;
  if (entry.type === "local") return LOCAL.includes(key) && (key !== "cwd" || isText(value));
  return ["url", "headers"].includes(key);
}

const OAUTH = ["clientId", "clientSecret", "scope", "redirectUri"];

/** Whatever else an entry says. It is kept, and goes back to OpenCode only. */
function extras(entry) {
  const found = [];
  const add = (path, value) => found.push({ path, value: stringify(value) });
  for (const [key, value] of Object.entries(entry)) {
    if (key === "oauth" && entry.type === "remote" && isObject(value)) {
      for (const [inner, it] of Object.entries(value)) {
        if (!OAUTH.includes(inner) || !isText(it)) add([key, inner], it);
      }
    } else if (!isCanonical(entry, key, value)) {
      add([key], value);
    }
  }
  return found;
}

// ---- writing -------------------------------------------------------------------------

/**
 * The entry that says what is asked, and what it can't say. Whatever else the old entry
 * holds stays, and so does the spelling of what it says already.
 */
function put(old, asked) {
  const losses = [];
  const lose = (field, kind, detail) => losses.push({ field, kind, detail });
  const isLocal = asked.transport.tag === "stdio";
  let entry = isObject(old) ? { ...old } : {};
  const type = isLocal ? "local" : "remote";
  if (entry.type !== type) {
    for (const key of isLocal ? REMOTE : LOCAL) delete entry[key];
    entry.type = type;
  }
  (isLocal ? putLocal : putRemote)(entry, asked.transport.val, lose);

  const { enabled } = asked;
  if (enabled !== undefined && enabled !== (entry.enabled ?? true)) entry.enabled = enabled;
  const { startup, request, toolCall } = asked.timeouts;
  if (startup !== undefined && timeout(Number(startup)) === undefined) {
    lose("timeouts.startup", "dropped", "OpenCode's `timeout` is a whole number that JavaScript can count to");
  } else if (startup !== undefined && timeout(entry.timeout) !== startup) {
    entry.timeout = Number(startup);
  }
  for (const [field, value] of [
    ["timeouts.request", request],
    ["timeouts.tool-call", toolCall],
    ["description", asked.description],
    ["tools.allow", asked.tools.allow],
    ["tools.deny", asked.tools.deny],
    ["tools.auto-approve", asked.tools.autoApprove],
  ]) {
    if (value !== undefined) lose(field, "dropped", "OpenCode's entry has no place for it");
  }
  for (const { path, value: text } of asked.extras) {
    const value = parse(text);
    const known = atPath(entry, path);
    if (known !== undefined && same(known, value)) continue;
    if (isPlaceOfAField(entry, path, value)) {
      lose(`extras.${path.join(".")}`, "dropped", "a field of the server has its place");
    } else {
      entry = withPath(entry, path, value);
    }
  }
  return [entry, losses];
}

function isPlaceOfAField(entry, [key, inner], value) {
  if (key === "oauth" && entry.type === "remote") {
    return inner === undefined ? isObject(entry.oauth) : OAUTH.includes(inner) && isText(value);
  }
  return isCanonical(entry, key, entry[key] ?? value);
}

function putLocal(entry, asked, lose) {
  const old = Array.isArray(entry.command) ? entry.command : [];
  const words = [asked.command, ...asked.args].map((word, at) =>
    template.render(at === 0 ? "command" : `args.${at - 1}`, old[at], word, lose),
  );
  if (!same(old, words)) entry.command = words;

  const env = [...asked.env];
  for (const name of asked.envForward) {
    if (env.some(([known]) => known === name)) continue;
    env.push([name, [template.env(name)]]);
    for (const field of ["env-forward", `env.${name}`]) {
      lose(field, "approximated", `OpenCode can't hand variables on by name; written as \`{env:${name}}\``);
    }
  }
  putPairs(entry, "environment", "env", env, lose);
  if (asked.envFile) lose("env-file", "dropped", "OpenCode reads no file of variables");
  if (asked.cwd) entry.cwd = template.render("cwd", entry.cwd, asked.cwd, lose);
}

function putRemote(entry, asked, lose) {
  entry.url = template.render("url", entry.url, asked.url, lose);
  putPairs(entry, "headers", "headers", asked.headers, lose);
  if (!asked.oauth) return;
  const oauth = isObject(entry.oauth) ? { ...entry.oauth } : {};
  for (const [key, field, value] of [
    ["clientId", "client-id", asked.oauth.clientId],
    ["clientSecret", "client-secret", asked.oauth.clientSecret],
    ["redirectUri", "redirect-uri", asked.oauth.redirectUri],
  ]) {
    if (value) oauth[key] = template.render(`oauth.${field}`, oauth[key], value, lose);
  }
  if (asked.oauth.scopes && !same(client(oauth)?.scopes, asked.oauth.scopes)) {
    oauth.scope = asked.oauth.scopes.join(" ");
  }
  for (const [field, value] of [
    ["authorization-url", asked.oauth.authorizationUrl],
    ["token-url", asked.oauth.tokenUrl],
  ]) {
    if (value) lose(`oauth.${field}`, "dropped", "OpenCode finds it out by itself");
  }
  if (Object.keys(oauth).length > 0) entry.oauth = oauth;
}

/** Writes a map of values; members that stay keep their places. */
function putPairs(entry, key, field, asked, lose) {
  const old = isObject(entry[key]) ? entry[key] : {};
  const wanted = new Map(asked);
  const names = new Set([...Object.keys(old).filter((name) => wanted.has(name)), ...wanted.keys()]);
  const pairs = {};
  for (const name of names) {
    const known = Object.hasOwn(old, name) ? old[name] : undefined;
    set(pairs, name, template.render(`${field}.${name}`, known, wanted.get(name), lose));
  }
  if (names.size > 0) entry[key] = pairs;
  else if (!same(old, {})) delete entry[key];
}
