#include "json.h"

#include <stdlib.h>
#include <string.h>

bool same(text_t a, text_t b) { return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0; }

bool contains(text_t text, uint8_t byte) {
  for (size_t at = 0; at < text.len; at++)
    if (text.ptr[at] == byte) return true;
  return false;
}

void append(buffer_t *buffer, text_t text) {
  if (buffer->len + text.len > buffer->room) {
    buffer->room = 2 * (buffer->len + text.len) + 16;
    buffer->ptr = realloc(buffer->ptr, buffer->room);
  }
  memcpy(buffer->ptr + buffer->len, text.ptr, text.len);
  buffer->len += text.len;
}

text_t built(const buffer_t *buffer) { return (text_t){buffer->ptr, buffer->len}; }

text_t concat(size_t count, const text_t *texts) {
  buffer_t buffer = {};
  for (size_t at = 0; at < count; at++) append(&buffer, texts[at]);
  return built(&buffer);
}

// ---- taking apart. The engine hands valid JSON over, so that little is checked here. ----------

typedef struct {
  const uint8_t *at, *end;
} cursor_t;

static uint8_t peek(cursor_t *cursor) {
  while (cursor->at < cursor->end &&
         (*cursor->at == ' ' || *cursor->at == '\n' || *cursor->at == '\r' || *cursor->at == '\t'))
    cursor->at++;
  return cursor->at < cursor->end ? *cursor->at : 0;
}

static bool take(cursor_t *cursor, uint8_t byte) {
  if (peek(cursor) != byte) return false;
  cursor->at++;
  return true;
}

static void skip_string(cursor_t *cursor) {
  for (cursor->at++; cursor->at < cursor->end && *cursor->at != '"'; cursor->at++)
    if (*cursor->at == '\\') cursor->at++;
  cursor->at++;
}

// The text of the value that comes next.
static text_t value(cursor_t *cursor) {
  peek(cursor);
  const uint8_t *start = cursor->at;
  for (size_t depth = 0; cursor->at < cursor->end;) {
    uint8_t byte = *cursor->at;
    if (byte == '"') {
      skip_string(cursor);
    } else if (byte == '{' || byte == '[') {
      depth++;
      cursor->at++;
    } else if (depth == 0 && (byte == ',' || byte == '}' || byte == ']' || byte <= ' ')) {
      break;
    } else {
      if (byte == '}' || byte == ']') depth--;
      cursor->at++;
    }
    if (depth == 0 && (byte == '"' || byte == '}' || byte == ']')) break;
  }
  return (text_t){(uint8_t *)start, (size_t)(cursor->at - start)};
}

static cursor_t over(text_t json) { return (cursor_t){json.ptr, json.ptr + json.len}; }

bool json_object(text_t json, object_t *object) {
  cursor_t cursor = over(json);
  *object = (object_t){};
  if (!take(&cursor, '{')) return false;
  while (peek(&cursor) == '"') {
    text_t key;
    json_string(value(&cursor), &key);
    take(&cursor, ':');
    object_set(object, key, value(&cursor));
    take(&cursor, ',');
  }
  return true;
}

bool json_array(text_t json, hatch_list_string_t *items) {
  cursor_t cursor = over(json);
  *items = (hatch_list_string_t){};
  if (!take(&cursor, '[')) return false;
  size_t room = 0;
  while (peek(&cursor) != ']' && peek(&cursor) != 0) {
    if (items->len == room) {
      room = 2 * room + 4;
      items->ptr = realloc(items->ptr, room * sizeof *items->ptr);
    }
    items->ptr[items->len++] = value(&cursor);
    take(&cursor, ',');
  }
  return true;
}

static uint32_t hex(const uint8_t *digits) {
  uint32_t code = 0;
  for (size_t at = 0; at < 4; at++) {
    uint8_t digit = digits[at];
    code = code * 16 + (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
  }
  return code;
}

static uint8_t *put_utf8(uint8_t *out, uint32_t code) {
  if (code < 0x80) {
    *out++ = (uint8_t)code;
  } else if (code < 0x800) {
    *out++ = (uint8_t)(0xc0 | code >> 6);
    *out++ = (uint8_t)(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    *out++ = (uint8_t)(0xe0 | code >> 12);
    *out++ = (uint8_t)(0x80 | (code >> 6 & 0x3f));
    *out++ = (uint8_t)(0x80 | (code & 0x3f));
  } else {
    *out++ = (uint8_t)(0xf0 | code >> 18);
    *out++ = (uint8_t)(0x80 | (code >> 12 & 0x3f));
    *out++ = (uint8_t)(0x80 | (code >> 6 & 0x3f));
    *out++ = (uint8_t)(0x80 | (code & 0x3f));
  }
  return out;
}

bool json_string(text_t json, text_t *text) {
  if (json.len < 2 || json.ptr[0] != '"') return false;
  text_t inside = {json.ptr + 1, json.len - 2};
  if (!contains(inside, '\\')) {
    *text = inside;
    return true;
  }
  uint8_t *out = malloc(inside.len);
  text->ptr = out;
  for (const uint8_t *at = inside.ptr, *end = at + inside.len; at < end;) {
    if (*at != '\\') {
      *out++ = *at++;
      continue;
    }
    at += 2;
    switch (at[-1]) {
    case 'b': *out++ = '\b'; break;
    case 'f': *out++ = '\f'; break;
    case 'n': *out++ = '\n'; break;
    case 'r': *out++ = '\r'; break;
    case 't': *out++ = '\t'; break;
    case 'u': {
      uint32_t code = hex(at);
      at += 4;
      bool is_high = code >= 0xd800 && code < 0xdc00;
      if (is_high && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
        uint32_t low = hex(at + 2);
        if (low >= 0xdc00 && low < 0xe000) {
          code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
          at += 6;
        }
      }
      // A half of a pair alone is no character.
      out = put_utf8(out, code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
      break;
    }
    default: *out++ = at[-1];
    }
  }
  text->len = (size_t)(out - text->ptr);
  return true;
}

bool json_bool(text_t json, bool *value) {
  *value = same(json, T("true"));
  return *value || same(json, T("false"));
}

bool json_is_null(text_t json) { return same(json, T("null")); }

bool json_whole_number(text_t json, uint64_t *number) {
  *number = 0;
  for (size_t at = 0; at < json.len; at++) {
    if (json.ptr[at] < '0' || json.ptr[at] > '9' || *number > UINT64_MAX / 10 - 1) return false;
    *number = *number * 10 + (json.ptr[at] - '0');
  }
  return json.len > 0;
}

bool json_strings(text_t json, hatch_list_string_t *texts) {
  if (!json_array(json, texts)) return false;
  for (size_t at = 0; at < texts->len; at++)
    if (!json_string(texts->ptr[at], &texts->ptr[at])) return false;
  return true;
}

// ---- objects -----------------------------------------------------------------------------------

// The slot of a key, or the free one where it would be.
static uint32_t *slot(const object_t *object, text_t key) {
  uint32_t hash = 2166136261;
  for (size_t at = 0; at < key.len; at++) hash = (hash ^ key.ptr[at]) * 16777619;
  for (size_t at = hash;; at++) {
    uint32_t *found = &object->slots[at & (object->slot_count - 1)];
    if (*found == 0 || same(object->items[*found - 1].key, key)) return found;
  }
}

static void grow(object_t *object) {
  object->room = 2 * object->room + 8;
  object->items = realloc(object->items, object->room * sizeof *object->items);
  // At least twice as many as there are members, and a power of two.
  for (object->slot_count = 16; object->slot_count < 2 * object->room;) object->slot_count *= 2;
  object->slots = malloc(object->slot_count * sizeof *object->slots);
  memset(object->slots, 0, object->slot_count * sizeof *object->slots);
  for (size_t at = 0; at < object->len; at++)
    *slot(object, object->items[at].key) = (uint32_t)at + 1;
}

text_t *object_get(const object_t *object, text_t key) {
  if (object->len == 0) return NULL;
  uint32_t index = *slot(object, key);
  if (index == 0 || object->items[index - 1].value.ptr == NULL) return NULL;
  return &object->items[index - 1].value;
}

void object_set(object_t *object, text_t key, text_t value) {
  if (object->len == object->room) grow(object);
  uint32_t *index = slot(object, key);
  // One that was taken away comes back at the end.
  if (*index == 0 || object->items[*index - 1].value.ptr == NULL) {
    object->items[object->len++].key = key;
    *index = (uint32_t)object->len;
  }
  object->items[*index - 1].value = value;
}

bool object_remove(object_t *object, text_t key) {
  text_t *value = object_get(object, key);
  if (value == NULL) return false;
  *value = NO_TEXT;
  return true;
}

// ---- spelling ----------------------------------------------------------------------------------

text_t quote(text_t text) {
  buffer_t out = {};
  append(&out, T("\""));
  for (size_t at = 0; at < text.len; at++) {
    uint8_t byte = text.ptr[at];
    if (byte == '"' || byte == '\\') {
      append(&out, T("\\"));
      append(&out, (text_t){&byte, 1});
    } else if (byte < ' ') {
      const char *digits = "0123456789abcdef";
      uint8_t escape[] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
      append(&out, (text_t){escape, sizeof escape});
    } else {
      append(&out, (text_t){&byte, 1});
    }
  }
  append(&out, T("\""));
  return built(&out);
}

text_t object_text(const object_t *object) {
  buffer_t out = {};
  text_t before = T("{");
  for (size_t at = 0; at < object->len; at++) {
    const member_t *member = &object->items[at];
    if (member->value.ptr == NULL) continue;
    text_t key = quote(member->key);
    append(&out, before);
    append(&out, key);
    append(&out, T(":"));
    append(&out, member->value);
    before = T(",");
  }
  if (out.len == 0) append(&out, before);
  append(&out, T("}"));
  return built(&out);
}

text_t strings_text(hatch_list_string_t texts) {
  buffer_t out = {};
  append(&out, T("["));
  for (size_t at = 0; at < texts.len; at++) {
    if (at > 0) append(&out, T(","));
    append(&out, quote(texts.ptr[at]));
  }
  append(&out, T("]"));
  return built(&out);
}

text_t number_text(uint64_t number) {
  uint8_t digits[20];
  size_t at = sizeof digits;
  do digits[--at] = (uint8_t)('0' + number % 10);
  while ((number /= 10) > 0);
  return CONCAT((text_t){digits + at, sizeof digits - at});
}
