"""JSON of which every part that is not changed keeps its text.

`json.loads` and `json.dumps` would spell numbers anew. So an object is kept as a dict from
keys to the *text* of their values, and only what changes is spelt by `json.dumps`.
"""

import json
import re
from json.decoder import scanstring

_scan = json.JSONDecoder().scan_once
_space = re.compile(r"[ \t\n\r]*").match


def members(text: str) -> dict[str, str] | None:
    """The members of an object, each as text; None if this is no object."""
    at = _space(text).end()
    if not text.startswith("{", at):
        return None
    found = {}
    at = _space(text, at + 1).end()
    while text[at] != "}":
        key, at = scanstring(text, at + 1)
        start = _space(text, _space(text, at).end() + 1).end()
        _, end = _scan(text, start)
        found[key] = text[start:end]
        at = _space(text, end).end()
        if text[at] == ",":
            at = _space(text, at + 1).end()
    return found


def spell(value) -> str:
    """The text of a value."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def join(members: dict[str, str]) -> str:
    """The text of an object."""
    return "{" + ",".join(f"{spell(key)}:{text}" for key, text in members.items()) + "}"


def set_path(text: str | None, path: list[str], value: str) -> str:
    """The text of an object in which `path` holds `value`."""
    if not path:
        return value
    object = members(text or "") or {}
    object[path[0]] = set_path(object.get(path[0]), path[1:], value)
    return join(object)


def at_path(text: str | None, path: list[str]) -> str | None:
    """The text of the value at `path`."""
    for key in path:
        text = (members(text or "") or {}).get(key)
    return text
