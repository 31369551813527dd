// JSON of which every part that is not changed keeps its text: an object is a list of keys and
// of the *text* of their values, taken apart one level at a time.
#pragma once
#include <hatch.h>

typedef hatch_string_t text_t;

#define T(literal) ((text_t){(uint8_t *)(literal), sizeof(literal) - 1})
#define NO_TEXT ((text_t){NULL, 0})

bool same(text_t a, text_t b);
bool contains(text_t text, uint8_t byte);

// Text that grows.
typedef struct {
  uint8_t *ptr;
  size_t len, room;
} buffer_t;

void append(buffer_t *buffer, text_t text);
text_t built(const buffer_t *buffer);
text_t concat(size_t count, const text_t *texts);
#define CONCAT(...) \
  concat(sizeof((text_t[]){__VA_ARGS__}) / sizeof(text_t), (text_t[]){__VA_ARGS__})

// A member of an object: its key without escapes, and the text of its value. One that was taken
// away has no value.
typedef struct {
  text_t key, value;
} member_t;

typedef struct {
  member_t *items;
  size_t len, room;
  // Where a key is, by its hash; 0 for nowhere, else one more than the index.
  uint32_t *slots;
  size_t slot_count;
} object_t;

// Each is false for a value of another kind. Of equal keys the last one counts.
bool json_object(text_t json, object_t *object);
bool json_array(text_t json, hatch_list_string_t *items);
bool json_string(text_t json, text_t *text);
bool json_bool(text_t json, bool *value);
bool json_whole_number(text_t json, uint64_t *number);
bool json_strings(text_t json, hatch_list_string_t *texts);
bool json_is_null(text_t json);

// The text of a member's value, or NULL.
text_t *object_get(const object_t *object, text_t key);
void object_set(object_t *object, text_t key, text_t value);
bool object_remove(object_t *object, text_t key);

text_t quote(text_t text);
text_t object_text(const object_t *object);
text_t strings_text(hatch_list_string_t texts);
text_t number_text(uint64_t number);
