// Crush: the member `mcp` of its settings is a map from names to servers.
//
// Learnt from: internal/config/config.go and resolve.go of charmbracelet/crush.
#include <stdlib.h>
#include <string.h>

#include "template.h"

typedef exports_hatch_server_t server_t;
typedef exports_hatch_outcome_t outcome_t;
typedef exports_hatch_list_tuple2_string_template_t pairs_t;

static const char DESCRIPTOR[] = {
#embed "descriptor.json"
    , 0};

#define DOCUMENT T("config")
#define SECTION T("mcp")

// Keys that only one kind of server has.
static const char *const STDIO_KEYS[] = {"command", "args", "env", NULL};
static const char *const REMOTE_KEYS[] = {"url", "headers", "oauth_client_id",
                                          "oauth_client_secret", NULL};

static text_t text_of(const char *text) { return (text_t){(uint8_t *)text, strlen(text)}; }

static bool is_one_of(text_t key, const char *const *keys) {
  for (; *keys != NULL; keys++)
    if (same(key, text_of(*keys))) return true;
  return false;
}

// ---- reading -----------------------------------------------------------------------------------

// Which transport an entry's `type` names; false for none.
static bool kind_of(const object_t *entry, bool *is_stdio, uint8_t *kind) {
  text_t *json = object_get(entry, T("type")), type;
  if (json == NULL || !json_string(*json, &type)) return false;
  *is_stdio = same(type, T("stdio"));
  *kind = same(type, T("sse")) ? EXPORTS_HATCH_REMOTE_KIND_SSE
                               : EXPORTS_HATCH_REMOTE_KIND_STREAMABLE_HTTP;
  return *is_stdio || same(type, T("sse")) || same(type, T("http"));
}

// A member, unless it is missing or null.
static const text_t *given(const object_t *entry, const char *key) {
  text_t *json = object_get(entry, text_of(key));
  return json == NULL || json_is_null(*json) ? NULL : json;
}

static bool read_text(const object_t *entry, const char *key, template_t *template) {
  const text_t *json = given(entry, key);
  text_t text;
  if (json == NULL || !json_string(*json, &text)) return false;
  *template = parse(text);
  return true;
}

static bool read_pairs(const object_t *entry, const char *key, pairs_t *pairs) {
  const text_t *json = given(entry, key);
  object_t object;
  *pairs = (pairs_t){};
  if (json == NULL) return true;
  if (!json_object(*json, &object)) return false;
  pairs->ptr = malloc(object.len * sizeof *pairs->ptr);
  for (size_t at = 0; at < object.len; at++) {
    text_t text;
    if (!json_string(object.items[at].value, &text)) return false;
    pairs->ptr[pairs->len].f0 = object.items[at].key;
    pairs->ptr[pairs->len++].f1 = parse(text);
  }
  return true;
}

// Whether a field of the server has this place in an entry, and can hold this value.
static bool holds(bool is_stdio, text_t key, text_t json) {
  bool flag;
  uint64_t number;
  text_t text;
  hatch_list_string_t texts;
  if (same(key, T("type"))) return true;
  if (same(key, T("disabled"))) return json_bool(json, &flag);
  if (same(key, T("timeout"))) return json_whole_number(json, &number) && number > 0;
  if (same(key, T("enabled_tools")) || same(key, T("disabled_tools")))
    return json_strings(json, &texts);
  if (is_stdio) return is_one_of(key, STDIO_KEYS);
  if (same(key, T("url")) || same(key, T("headers"))) return true;
  return is_one_of(key, REMOTE_KEYS) && json_string(json, &text);
}

static hatch_option_list_string_t read_strings(const object_t *entry, const char *key) {
  const text_t *json = given(entry, key);
  hatch_option_list_string_t list = {};
  list.is_some = json != NULL && json_strings(*json, &list.val);
  return list;
}

// False, with a reason that shows no values, for an entry that can't be understood.
static bool read_server(text_t name, text_t json, server_t *server, text_t *reason) {
  *server = (server_t){.name = name};
  object_t entry;
  bool is_stdio;
  uint8_t kind;
  if (name.len == 0) return *reason = T("it has no name"), false;
  if (!json_object(json, &entry)) return *reason = T("it is not an object"), false;
  if (!kind_of(&entry, &is_stdio, &kind))
    return *reason = T("its `type` is none of `stdio`, `http` and `sse`"), false;

  if (is_stdio) {
    exports_hatch_stdio_t *stdio = &server->transport.val.stdio;
    server->transport.tag = EXPORTS_HATCH_TRANSPORT_STDIO;
    if (!read_text(&entry, "command", &stdio->command))
      return *reason = T("its `command` is no text"), false;
    hatch_list_string_t args = {};
    const text_t *given_args = given(&entry, "args");
    if (given_args != NULL && !json_strings(*given_args, &args))
      return *reason = T("its `args` are no list of texts"), false;
    stdio->args.ptr = malloc(args.len * sizeof *stdio->args.ptr);
    for (; stdio->args.len < args.len; stdio->args.len++)
      stdio->args.ptr[stdio->args.len] = parse(args.ptr[stdio->args.len]);
    if (!read_pairs(&entry, "env", &stdio->env))
      return *reason = T("its `env` is no object of texts"), false;
  } else {
    exports_hatch_remote_t *remote = &server->transport.val.remote;
    server->transport.tag = EXPORTS_HATCH_TRANSPORT_REMOTE;
    remote->kind = kind;
    if (!read_text(&entry, "url", &remote->url)) return *reason = T("its `url` is no text"), false;
    if (!read_pairs(&entry, "headers", &remote->headers))
      return *reason = T("its `headers` are no object of texts"), false;
    exports_hatch_oauth_t *oauth = &remote->oauth.val;
    oauth->client_id.is_some = read_text(&entry, "oauth_client_id", &oauth->client_id.val);
    oauth->client_secret.is_some =
        read_text(&entry, "oauth_client_secret", &oauth->client_secret.val);
    remote->oauth.is_some = oauth->client_id.is_some || oauth->client_secret.is_some;
  }

  bool is_disabled;
  const text_t *disabled = given(&entry, "disabled"), *timeout = given(&entry, "timeout");
  if (disabled != NULL && json_bool(*disabled, &is_disabled))
    server->enabled = (hatch_option_bool_t){true, !is_disabled};
  if (timeout != NULL && holds(is_stdio, T("timeout"), *timeout)) {
    server->timeouts.startup.is_some = true;
    json_whole_number(*timeout, &server->timeouts.startup.val);
    server->timeouts.startup.val *= 1000;
  }
  server->tools.allow = read_strings(&entry, "enabled_tools");
  server->tools.deny = read_strings(&entry, "disabled_tools");

  // Whatever else it says is kept, and goes back to Crush only.
  exports_hatch_list_extra_t *extras = &server->extras;
  extras->ptr = malloc(entry.len * sizeof *extras->ptr);
  for (size_t at = 0; at < entry.len; at++) {
    member_t *member = &entry.items[at];
    if (holds(is_stdio, member->key, member->value)) continue;
    extras->ptr[extras->len++] =
        (exports_hatch_extra_t){.path = {&member->key, 1}, .value = member->value};
  }
  return true;
}

// ---- writing -----------------------------------------------------------------------------------

// An entry while it is made.
typedef struct {
  object_t entry;
  losses_t losses;
  text_t refusal;
} put_t;

static void drop(put_t *put, const char *field, const char *detail) {
  lose(&put->losses, text_of(field), EXPORTS_HATCH_LOSS_KIND_DROPPED, text_of(detail));
}

static void set(put_t *put, const char *key, text_t json) {
  object_set(&put->entry, text_of(key), json);
}

static bool put_text(put_t *put, const char *key, const char *field, template_t asked) {
  text_t json;
  const text_t *old = object_get(&put->entry, text_of(key));
  if (!render(text_of(field), old, asked, &put->losses, &json, &put->refusal)) return false;
  set(put, key, json);
  return true;
}

static bool put_args(put_t *put, exports_hatch_list_template_t asked) {
  text_t *old_json = object_get(&put->entry, T("args"));
  hatch_list_string_t old = {}, new = {malloc(asked.len * sizeof *new.ptr), 0};
  if (old_json != NULL) json_array(*old_json, &old);
  bool changed = old.len != asked.len;
  for (size_t at = 0; at < asked.len; at++) {
    const text_t *known = at < old.len ? &old.ptr[at] : NULL;
    text_t field = CONCAT(T("args."), number_text(at));
    if (!render(field, known, asked.ptr[at], &put->losses, &new.ptr[at], &put->refusal))
      return false;
    changed = changed || !same(*known, new.ptr[at]);
  }
  if (!changed) return true;
  buffer_t list = {};
  append(&list, T("["));
  for (size_t at = 0; at < asked.len; at++) {
    if (at > 0) append(&list, T(","));
    append(&list, new.ptr[at]);
  }
  append(&list, T("]"));
  set(put, "args", built(&list));
  return true;
}

// Writes a map of values; members that stay keep their places.
static bool put_pairs(put_t *put, const char *key, const char *field, pairs_t asked) {
  text_t *old_json = object_get(&put->entry, text_of(key));
  object_t old = {}, wanted = {}, new = {};
  if (old_json != NULL) json_object(*old_json, &old);
  bool changed = false;
  for (size_t at = 0; at < asked.len; at++) {
    text_t name = asked.ptr[at].f0, json, path = CONCAT(text_of(field), T("."), name);
    const text_t *known = object_get(&old, name);
    if (!render(path, known, asked.ptr[at].f1, &put->losses, &json, &put->refusal)) return false;
    object_set(&wanted, name, json);
    changed = changed || known == NULL || !same(*known, json);
  }
  for (size_t at = 0; at < old.len; at++) {
    const text_t *json = object_get(&wanted, old.items[at].key);
    if (json != NULL) object_set(&new, old.items[at].key, *json);
    changed = changed || json == NULL;
  }
  for (size_t at = 0; at < wanted.len; at++)
    object_set(&new, wanted.items[at].key, wanted.items[at].value);
  if (!changed) return true;
  if (new.len == 0) object_remove(&put->entry, text_of(key));
  else set(put, key, object_text(&new));
  return true;
}

static bool put_stdio(put_t *put, const exports_hatch_stdio_t *asked) {
  pairs_t env = asked->env;
  for (size_t at = 0; at < asked->env_forward.len; at++) {
    text_t name = asked->env_forward.ptr[at];
    bool is_given = false;
    for (size_t it = 0; it < env.len; it++) is_given = is_given || same(env.ptr[it].f0, name);
    if (is_given) continue;
    segment_t *segment = malloc(sizeof *segment);
    *segment = env_segment(name);
    exports_hatch_tuple2_string_template_t pair = {name, {segment, 1}};
    pairs_t longer = {malloc((env.len + 1) * sizeof *env.ptr), env.len + 1};
    memcpy(longer.ptr, env.ptr, env.len * sizeof *env.ptr);
    longer.ptr[env.len] = pair;
    env = longer;
    text_t detail =
        CONCAT(T("Crush can't hand variables on by name; written as `${"), name, T("}`"));
    lose(&put->losses, T("env-forward"), EXPORTS_HATCH_LOSS_KIND_APPROXIMATED, detail);
    lose(&put->losses, CONCAT(T("env."), name), EXPORTS_HATCH_LOSS_KIND_APPROXIMATED, detail);
  }
  if (asked->env_file.is_some) drop(put, "env-file", "Crush reads no file of variables");
  if (asked->cwd.is_some) drop(put, "cwd", "Crush starts servers in the project's folder");
  return put_text(put, "command", "command", asked->command) && put_args(put, asked->args) &&
         put_pairs(put, "env", "env", env);
}

static bool put_remote(put_t *put, const exports_hatch_remote_t *asked) {
  if (!put_text(put, "url", "url", asked->url)) return false;
  if (!put_pairs(put, "headers", "headers", asked->headers)) return false;
  if (!asked->oauth.is_some) return true;
  const exports_hatch_oauth_t *oauth = &asked->oauth.val;
  const char *found_out = "Crush finds it out by itself";
  if (oauth->scopes.is_some) drop(put, "oauth.scopes", found_out);
  if (oauth->authorization_url.is_some) drop(put, "oauth.authorization-url", found_out);
  if (oauth->token_url.is_some) drop(put, "oauth.token-url", found_out);
  if (oauth->redirect_uri.is_some) drop(put, "oauth.redirect-uri", found_out);
  if (oauth->client_id.is_some &&
      !put_text(put, "oauth_client_id", "oauth.client-id", oauth->client_id.val))
    return false;
  return !oauth->client_secret.is_some ||
         put_text(put, "oauth_client_secret", "oauth.client-secret", oauth->client_secret.val);
}

// Makes the `type` say what is asked, and takes the keys of the other kind of server away.
static void put_kind(put_t *put, const exports_hatch_transport_t *asked) {
  bool was_stdio, is_stdio = asked->tag == EXPORTS_HATCH_TRANSPORT_STDIO;
  uint8_t old_kind, kind = is_stdio ? 0 : asked->val.remote.kind;
  bool was_known = kind_of(&put->entry, &was_stdio, &old_kind);
  bool any_kind = kind == EXPORTS_HATCH_REMOTE_KIND_AUTO;
  if (was_known && was_stdio == is_stdio && (is_stdio || any_kind || kind == old_kind)) return;
  const char *const *others = is_stdio ? REMOTE_KEYS : STDIO_KEYS;
  for (; *others != NULL; others++) object_remove(&put->entry, text_of(*others));
  set(put, "type",
      is_stdio                                  ? T("\"stdio\"")
      : kind == EXPORTS_HATCH_REMOTE_KIND_SSE ? T("\"sse\"")
                                                : T("\"http\""));
}

static void put_strings(put_t *put, const char *key, hatch_option_list_string_t asked) {
  hatch_list_string_t old = {};
  text_t *json = object_get(&put->entry, text_of(key));
  if (!asked.is_some) return;
  bool is_same = json != NULL && json_strings(*json, &old) && old.len == asked.val.len;
  for (size_t at = 0; is_same && at < old.len; at++)
    is_same = same(old.ptr[at], asked.val.ptr[at]);
  if (!is_same) set(put, key, strings_text(asked.val));
}

// What is said of a server whatever its transport.
static void put_settings(put_t *put, const server_t *asked) {
  if (asked->enabled.is_some) {
    bool is_disabled = false;
    text_t *old = object_get(&put->entry, T("disabled"));
    if (old != NULL) json_bool(*old, &is_disabled);
    if (is_disabled == asked->enabled.val)
      set(put, "disabled", asked->enabled.val ? T("false") : T("true"));
  }
  if (asked->timeouts.startup.is_some) {
    uint64_t wanted = asked->timeouts.startup.val, seconds = wanted / 1000 + (wanted % 1000 > 0);
    uint64_t known;
    text_t *old = object_get(&put->entry, T("timeout"));
    if (wanted == 0) {
      drop(put, "timeouts.startup", "Crush's `timeout` is never 0");
    } else {
      if (old == NULL || !json_whole_number(*old, &known) || known != seconds)
        set(put, "timeout", number_text(seconds));
      if (wanted % 1000 > 0)
        lose(&put->losses, T("timeouts.startup"), EXPORTS_HATCH_LOSS_KIND_APPROXIMATED,
             T("Crush counts whole seconds: rounded up"));
    }
  }
  put_strings(put, "enabled_tools", asked->tools.allow);
  put_strings(put, "disabled_tools", asked->tools.deny);
  const char *no_place = "Crush's entry has no place for it";
  if (asked->description.is_some) drop(put, "description", no_place);
  if (asked->timeouts.request.is_some) drop(put, "timeouts.request", no_place);
  if (asked->timeouts.tool_call.is_some) drop(put, "timeouts.tool-call", no_place);
  if (asked->tools.auto_approve.is_some) drop(put, "tools.auto-approve", no_place);
}

// The text of a value in which `path` holds `value`.
static text_t with_path(const text_t *old, hatch_list_string_t path, text_t value) {
  if (path.len == 0) return value;
  object_t object = {};
  if (old != NULL) json_object(*old, &object);
  hatch_list_string_t rest = {path.ptr + 1, path.len - 1};
  object_set(&object, path.ptr[0], with_path(object_get(&object, path.ptr[0]), rest, value));
  return object_text(&object);
}

static void put_extras(put_t *put, const server_t *asked) {
  bool is_stdio = asked->transport.tag == EXPORTS_HATCH_TRANSPORT_STDIO;
  for (size_t at = 0; at < asked->extras.len; at++) {
    const exports_hatch_extra_t *extra = &asked->extras.ptr[at];
    text_t key = extra->path.ptr[0];
    text_t *old = object_get(&put->entry, key);
    if (old != NULL && extra->path.len == 1 && same(*old, extra->value)) continue;
    if (holds(is_stdio, key, old == NULL ? extra->value : *old)) {
      buffer_t field = {};
      append(&field, T("extras"));
      for (size_t part = 0; part < extra->path.len; part++)
        append(&field, CONCAT(T("."), extra->path.ptr[part]));
      lose(&put->losses, built(&field), EXPORTS_HATCH_LOSS_KIND_DROPPED,
           T("a field of the server has its place"));
      continue;
    }
    hatch_list_string_t rest = {extra->path.ptr + 1, extra->path.len - 1};
    object_set(&put->entry, key, with_path(old, rest, extra->value));
  }
}

static outcome_t put_server(object_t *servers, const server_t *asked, bool *changed) {
  put_t put = {};
  text_t *old = object_get(servers, asked->name);
  if (old != NULL) json_object(*old, &put.entry);
  text_t before = object_text(&put.entry);
  put_kind(&put, &asked->transport);
  bool done = asked->transport.tag == EXPORTS_HATCH_TRANSPORT_STDIO
                  ? put_stdio(&put, &asked->transport.val.stdio)
                  : put_remote(&put, &asked->transport.val.remote);
  if (!done) return (outcome_t){.tag = EXPORTS_HATCH_OUTCOME_REFUSED, .val.refused = put.refusal};
  put_settings(&put, asked);
  put_extras(&put, asked);
  text_t after = object_text(&put.entry);
  if (old == NULL || !same(before, after)) {
    object_set(servers, asked->name, after);
    *changed = true;
  }
  return (outcome_t){.tag = EXPORTS_HATCH_OUTCOME_DONE, .val.done = put.losses};
}

// ---- the three calls (wit/0.1/host-adapter.wit) ------------------------------------------------

// The section as an object. An absent section and a null one are empty.
static bool open(exports_hatch_list_section_t sections, object_t *servers,
                 exports_hatch_error_t *error) {
  *servers = (object_t){};
  for (size_t at = 0; at < sections.len; at++) {
    exports_hatch_section_t *section = &sections.ptr[at];
    if (!same(section->document, DOCUMENT) || section->path.len != 1 ||
        !same(section->path.ptr[0], SECTION) || !section->value.is_some ||
        json_is_null(section->value.val))
      continue;
    if (json_object(section->value.val, servers)) continue;
    error->tag = EXPORTS_HATCH_ERROR_UNEXPECTED_SHAPE;
    error->val.unexpected_shape.f0 = section->path;
    error->val.unexpected_shape.f1 = T("it is not an object of servers");
    return false;
  }
  return true;
}

void exports_hatch_describe(exports_hatch_json_t *ret) { *ret = text_of(DESCRIPTOR); }

bool exports_hatch_read(exports_hatch_list_section_t *sections, exports_hatch_reading_t *ret,
                        exports_hatch_error_t *err) {
  object_t entries;
  if (!open(*sections, &entries, err)) return false;
  *ret = (exports_hatch_reading_t){};
  ret->servers.ptr = malloc(entries.len * sizeof *ret->servers.ptr);
  ret->unreadable.ptr = malloc(entries.len * sizeof *ret->unreadable.ptr);
  for (size_t at = 0; at < entries.len; at++) {
    text_t name = entries.items[at].key, reason;
    if (read_server(name, entries.items[at].value, &ret->servers.ptr[ret->servers.len], &reason))
      ret->servers.len++;
    else
      ret->unreadable.ptr[ret->unreadable.len++] = (exports_hatch_unreadable_t){name, reason};
  }
  return true;
}

bool exports_hatch_write(exports_hatch_list_section_t *sections, exports_hatch_list_edit_t *edits,
                         exports_hatch_writing_t *ret, exports_hatch_error_t *err) {
  object_t servers;
  if (!open(*sections, &servers, err)) return false;
  *ret = (exports_hatch_writing_t){};
  ret->outcomes.ptr = malloc(edits->len * sizeof *ret->outcomes.ptr);
  bool changed = false;
  for (; ret->outcomes.len < edits->len; ret->outcomes.len++) {
    exports_hatch_edit_t *edit = &edits->ptr[ret->outcomes.len];
    outcome_t *outcome = &ret->outcomes.ptr[ret->outcomes.len];
    if (edit->tag == EXPORTS_HATCH_EDIT_PUT) {
      *outcome = put_server(&servers, &edit->val.put, &changed);
    } else {
      *outcome = (outcome_t){.tag = EXPORTS_HATCH_OUTCOME_DONE};
      changed = object_remove(&servers, edit->val.remove) || changed;
    }
  }
  if (!changed) return true;
  ret->sections.ptr = malloc(sizeof *ret->sections.ptr);
  ret->sections.len = 1;
  text_t *path = malloc(sizeof *path);
  *path = SECTION;
  ret->sections.ptr[0] = (exports_hatch_section_t){
      .document = DOCUMENT, .path = {path, 1}, .value = {true, object_text(&servers)}};
  return true;
}
