// What the parsers that hosts use make of texts: a list of them on standard input, and for each,
// on standard output, its value as strict JSON, with comments, and with trailing commas too.
// What a parser refuses is null. The one argument is where `jsonc-parser` is.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { parse } = createRequire(import.meta.url)(process.argv[2]);

function strict(text) {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return null;
  }
}

function relaxed(text, allowTrailingComma) {
  const errors = [];
  const value = parse(text, errors, { allowTrailingComma, allowEmptyContent: true });
  if (errors.length > 0) return null;
  // Nothing in a file is an empty object to hatch.
  return value === undefined ? '{}' : JSON.stringify(value);
}

const texts = JSON.parse(readFileSync(0, 'utf8'));
const answers = texts.map((text) => [strict(text), relaxed(text, false), relaxed(text, true)]);
process.stdout.write(JSON.stringify(answers));
