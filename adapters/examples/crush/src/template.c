// Crush hands each value to a shell: `$NAME`, `${NAME}`, `${NAME:-default}`, and `$(command)`,
// which runs a command when the file is loaded. So text that a shell would touch is never
// written as text.
#include "template.h"

#include <stdlib.h>
#include <string.h>

static segment_t text_segment(uint8_t tag, text_t text) {
  return (segment_t){.tag = tag, .val.literal = text};
}

static segment_t literal(text_t text) { return text_segment(EXPORTS_HATCH_SEGMENT_LITERAL, text); }

segment_t env_segment(text_t name) {
  return (segment_t){.tag = EXPORTS_HATCH_SEGMENT_ENV, .val.env.name = name};
}

void lose(losses_t *losses, text_t field, uint8_t kind, text_t detail) {
  losses->ptr = realloc(losses->ptr, (losses->len + 1) * sizeof *losses->ptr);
  losses->ptr[losses->len++] = (exports_hatch_loss_t){field, kind, detail};
}

// Adds a segment; neighbouring texts become one, and empty ones none, so that equal values are
// equal.
static void add(template_t *template, segment_t segment) {
  if (segment.tag == EXPORTS_HATCH_SEGMENT_LITERAL) {
    if (segment.val.literal.len == 0) return;
    segment_t *last = template->len > 0 ? &template->ptr[template->len - 1] : NULL;
    if (last != NULL && last->tag == EXPORTS_HATCH_SEGMENT_LITERAL) {
      last->val.literal = CONCAT(last->val.literal, segment.val.literal);
      return;
    }
  }
  template->ptr = realloc(template->ptr, (template->len + 1) * sizeof segment);
  template->ptr[template->len++] = segment;
}

static bool same_template(template_t a, template_t b) {
  if (a.len != b.len) return false;
  for (size_t at = 0; at < a.len; at++) {
    segment_t x = a.ptr[at], y = b.ptr[at];
    if (x.tag != y.tag) return false;
    if (x.tag == EXPORTS_HATCH_SEGMENT_PLACE) {
      if (x.val.place != y.val.place) return false;
    } else if (!same(x.val.literal, y.val.literal)) { // The name of a variable is there, too.
      return false;
    } else if (x.tag == EXPORTS_HATCH_SEGMENT_ENV) {
      hatch_option_string_t d = x.val.env.default_, e = y.val.env.default_;
      if (d.is_some != e.is_some || (d.is_some && !same(d.val, e.val))) return false;
    }
  }
  return true;
}

static bool is_name(uint8_t byte, bool first) {
  uint8_t lower = byte | 0x20;
  return byte == '_' || (lower >= 'a' && lower <= 'z') || (!first && byte >= '0' && byte <= '9');
}

static size_t name_length(text_t text) {
  size_t length = 0;
  while (length < text.len && is_name(text.ptr[length], length == 0)) length++;
  return length;
}

static text_t from(text_t text, size_t start) {
  return (text_t){text.ptr + start, text.len - start};
}

// Reads what follows a `$`, and says how long it is; 0 where the `$` is only a `$`. False for
// what no other host understands.
static bool reference(text_t rest, segment_t *segment, size_t *length) {
  *length = 0;
  if (rest.len == 0) return true;
  if (rest.ptr[0] != '{') {
    *length = name_length(rest);
    *segment = env_segment((text_t){rest.ptr, *length});
    const text_t special = T("(0123456789@*#?!$-");
    return *length > 0 || !contains(special, rest.ptr[0]);
  }
  rest = from(rest, 1);
  size_t name = name_length(rest), end = name;
  while (end < rest.len && rest.ptr[end] != '}') end++;
  if (name == 0 || end == rest.len) return false;
  *segment = env_segment((text_t){rest.ptr, name});
  *length = end + 2;
  if (end == name) return true;
  text_t after = {rest.ptr + name, end - name};
  if (after.len < 2 || after.ptr[0] != ':' || after.ptr[1] != '-') return false;
  text_t value = from(after, 2);
  segment->val.env.default_ = (hatch_option_string_t){true, value};
  return !contains(value, '$') && !contains(value, '{') && !contains(value, '"') &&
         !contains(value, '\'');
}

template_t parse(text_t text) {
  template_t template = {};
  if (!contains(text, '$') && !contains(text, '`')) {
    add(&template, literal(text));
    return template;
  }
  // Whether a shell would see a quote or a backslash here is not known for every value.
  bool is_known = !contains(text, '`') && !contains(text, '\\');
  size_t start = 0;
  for (size_t at = 0; is_known && at < text.len; at++) {
    segment_t segment;
    size_t length;
    if (text.ptr[at] != '$') continue;
    is_known = reference(from(text, at + 1), &segment, &length);
    if (is_known && length > 0) {
      add(&template, literal((text_t){text.ptr + start, at - start}));
      add(&template, segment);
      start = at + 1 + length;
      at = start - 1;
    }
  }
  if (!is_known) {
    template = (template_t){};
    add(&template, text_segment(EXPORTS_HATCH_SEGMENT_NATIVE, text));
    return template;
  }
  add(&template, literal(from(text, start)));
  return template;
}

// The segment as Crush can have it, and its text. False, with the reason, if it can't.
static bool spell(text_t field, segment_t *segment, losses_t *losses, text_t *text, text_t *why) {
  switch (segment->tag) {
  case EXPORTS_HATCH_SEGMENT_LITERAL:
  case EXPORTS_HATCH_SEGMENT_NATIVE:
    *text = segment->val.literal;
    return true;
  case EXPORTS_HATCH_SEGMENT_ENV: {
    exports_hatch_env_ref_t env = segment->val.env;
    *text = env.default_.is_some ? CONCAT(T("${"), env.name, T(":-"), env.default_.val, T("}"))
                                 : CONCAT(T("${"), env.name, T("}"));
    return true;
  }
  case EXPORTS_HATCH_SEGMENT_PLACE:
    if (segment->val.place == EXPORTS_HATCH_PLACE_USER_HOME) {
      lose(losses, field, EXPORTS_HATCH_LOSS_KIND_APPROXIMATED,
           T("Crush knows no home folder: written as `${HOME}`, which is not set on Windows"));
      *segment = env_segment(T("HOME"));
      *text = T("${HOME}");
      return true;
    }
    *why = T("needs the folder of the open workspace, which Crush can't put there");
    return false;
  case EXPORTS_HATCH_SEGMENT_INPUT:
    *why = T("asks the user for a value, which Crush can't; use a variable");
    return false;
  default:
    *why = T("takes the contents of a file, which Crush can't put there; write the value itself");
    return false;
  }
}

bool render(text_t field, const text_t *old, template_t asked, losses_t *losses, text_t *json,
            text_t *reason) {
  template_t wanted = {}, meant = {};
  text_t known, why = T("holds what Crush's shell would expand as plain text, and has no sure "
                        "escape for it; where a reference is meant, spell it `${env:NAME}`");
  for (size_t at = 0; at < asked.len; at++) add(&wanted, asked.ptr[at]);
  if (old != NULL && json_string(*old, &known) && same_template(parse(known), wanted)) {
    *json = *old;
    return true;
  }
  buffer_t text = {};
  bool can = true;
  for (size_t at = 0; can && at < wanted.len; at++) {
    segment_t segment = wanted.ptr[at];
    text_t spelt;
    can = spell(field, &segment, losses, &spelt, &why);
    if (!can) break;
    append(&text, spelt);
    add(&meant, segment);
  }
  if (can && same_template(parse(built(&text)), meant)) {
    *json = quote(built(&text));
    return true;
  }
  *reason = CONCAT(T("`"), field, T("` "), why);
  return false;
}
