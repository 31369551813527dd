// {{name}} puts the value of a variable in the place of `${NAME}`.
#include "template.h"

#include <stdlib.h>
#include <string.h>

#define HOST "{{name}}"
#define CANNOT HOST " can't put there; write the value itself"

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

static text_t from(text_t text, size_t start) {
  return (text_t){text.ptr + start, text.len - start};
}

// The length of a `${NAME}` that the text begins with; 0 if it does not.
static size_t reference(text_t text) {
  size_t at = 2;
  if (text.len < 4 || text.ptr[0] != '$' || text.ptr[1] != '{') return 0;
  for (; at < text.len && text.ptr[at] != '}'; at++) {
    uint8_t byte = text.ptr[at], lower = byte | 0x20;
    bool is_name = byte == '_' || (lower >= 'a' && lower <= 'z') || (byte >= '0' && byte <= '9');
    if (!is_name) return 0;
  }
  return at > 2 && at < text.len ? at + 1 : 0;
}

template_t parse(text_t text) {
  template_t template = {};
  size_t start = 0;
  for (size_t at = 0; at < text.len; at++) {
    size_t length = reference(from(text, at));
    if (length == 0) continue;
    add(&template, literal((text_t){text.ptr + start, at - start}));
    add(&template, env_segment((text_t){text.ptr + at + 2, length - 3}));
    start = at + length;
    at = start - 1;
  }
  add(&template, literal(from(text, start)));
  return template;
}

// The segment as the host can have it, and its text. False, with the reason, if it can't.
static bool spell(text_t field, segment_t *segment, losses_t *losses, text_t *text, text_t *why) {
  switch (segment->tag) {
  case EXPORTS_HATCH_SEGMENT_LITERAL:
    *text = segment->val.literal;
    return true;
  case EXPORTS_HATCH_SEGMENT_ENV: {
    text_t name = segment->val.env.name;
    // A default may be a secret, so it is not shown.
    if (segment->val.env.default_.is_some)
      lose(losses, field, EXPORTS_HATCH_LOSS_KIND_APPROXIMATED,
           CONCAT(T(HOST " knows no defaults: empty where `"), name, T("` is not set")));
    *segment = env_segment(name);
    *text = CONCAT(T("${"), name, T("}"));
    return true;
  }
  case EXPORTS_HATCH_SEGMENT_INPUT:
    *why = T("asks the user for a value, which " CANNOT);
    return false;
  case EXPORTS_HATCH_SEGMENT_FILE:
    *why = T("takes the contents of a file, which " CANNOT);
    return false;
  case EXPORTS_HATCH_SEGMENT_PLACE:
    *why = T("needs a folder that only another host knows, which " CANNOT);
    return false;
  default:
    *why = T("holds a reference of another host, which " CANNOT);
    return false;
  }
}

// The first reference in what is meant as text.
static text_t misread(template_t asked) {
  for (size_t segment = 0; segment < asked.len; segment++) {
    text_t text = asked.ptr[segment].val.literal;
    if (asked.ptr[segment].tag != EXPORTS_HATCH_SEGMENT_LITERAL) continue;
    for (size_t at = 0; at < text.len; at++) {
      size_t length = reference(from(text, at));
      if (length > 0) return CONCAT(T("`"), (text_t){text.ptr + at, length}, T("`"));
    }
  }
  return T("what looks like a reference");
}

bool render(text_t field, const text_t *old, template_t asked, losses_t *losses, text_t *json,
            text_t *reason) {
  template_t wanted = {}, meant = {};
  text_t known, why = CONCAT(T("holds "), misread(asked),
                             T(" as plain text, which " HOST " would expand, and " HOST
                               " has no escape for it; where a reference is meant, spell it "
                               "`${env:NAME}`"));
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
