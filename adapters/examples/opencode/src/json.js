// JSON whose numbers keep their spelling: `1.0` and `12345678901234567890` come out as they
// went in. Everything else is what `JSON.parse` gives.

/** Whether there may be a number that JavaScript would spell otherwise. */
const UNUSUAL_NUMBER = /[:,[]\s*-?\d+([.eE]|\d{15})|[:,[]\s*-0/;

// Keeping the spelling takes several times the memory, so that it is done where it matters.
export const parse = (text) => JSON.parse(text, UNUSUAL_NUMBER.test(text) ? keepSpelling : undefined);
export const stringify = JSON.stringify;

function keepSpelling(_key, value, { source }) {
  return typeof value === "number" && String(value) !== source ? JSON.rawJSON(source) : value;
}

/** The number of a value that `parse` gave, or `undefined`. */
export function number(value) {
  if (JSON.isRawJSON(value)) return Number(value.rawJSON);
  return typeof value === "number" ? value : undefined;
}

/** Whether a value is a JSON object. */
export const isObject = (value) =>
  typeof value === "object" && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);

export const isText = (value) => typeof value === "string";

/** Whether two values are spelt the same. */
export const same = (a, b) => stringify(a) === stringify(b);

/** Sets a member, `__proto__` included, which an assignment would not. */
export function set(object, key, value) {
  Object.defineProperty(object, key, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

/** A copy of `object` in which `path` holds `value`. */
export function withPath(object, [key, ...rest], value) {
  const copy = isObject(object) ? { ...object } : {};
  set(copy, key, rest.length ? withPath(copy[key], rest, value) : value);
  return copy;
}

export function atPath(object, path) {
  return path.reduce((value, key) => (isObject(value) ? value[key] : undefined), object);
}
