"""One entry of VS Code's file, as a server."""

import json

from wit_world.exports import host_config as contract

from raw import members
from template import parse

KINDS = {"http": contract.RemoteKind.STREAMABLE_HTTP, "sse": contract.RemoteKind.SSE}
# Keys that only one kind of server has.
STDIO = ("command", "args", "env", "envFile", "cwd")
REMOTE = ("url", "headers", "oauth")


class Unreadable(Exception):
    """The entry can't be understood. The reason shows no values."""


def server(name: str, text: str) -> contract.Server:
    if not name:
        raise Unreadable("it has no name")
    entry = json.loads(text)
    if not isinstance(entry, dict):
        raise Unreadable("it is not an object")
    match kind(entry):
        case "stdio":
            transport = contract.Transport_Stdio(_stdio(entry))
        case "remote":
            transport = contract.Transport_Remote(_remote(entry))
        case _:
            raise Unreadable("it has neither a `command` nor a `url`")
    return contract.Server(
        name=name,
        transport=transport,
        enabled=None,
        description=None,
        timeouts=contract.Timeouts(request=None, startup=None, tool_call=None),
        tools=contract.ToolFilter(allow=None, deny=None, auto_approve=None),
        extras=_extras(entry, text),
    )


def kind(entry: dict) -> str | None:
    """Which kind of server VS Code takes an entry for."""
    type = entry.get("type")
    if not isinstance(type, str | None):
        return None
    if type == "stdio" or (type is None and "command" in entry):
        return "stdio"
    if type in KINDS or (type is None and "url" in entry):
        return "remote"
    return None


def _stdio(entry: dict) -> contract.Stdio:
    args = entry.get("args") or []
    if not isinstance(args, list) or not all(isinstance(arg, str) for arg in args):
        raise Unreadable("its `args` are no list of texts")
    return contract.Stdio(
        command=parse(_text(entry, "command")),
        args=[parse(arg) for arg in args],
        env=pairs(entry, "env"),
        env_forward=[],
        env_file=_optional(entry, "envFile"),
        cwd=_optional(entry, "cwd"),
    )


def _remote(entry: dict) -> contract.Remote:
    return contract.Remote(
        kind=KINDS.get(entry.get("type"), contract.RemoteKind.AUTO),
        url=parse(_text(entry, "url")),
        headers=pairs(entry, "headers"),
        oauth=_oauth(entry.get("oauth")),
    )


def _oauth(client) -> contract.Oauth | None:
    if not isinstance(client, dict) or not isinstance(client.get("clientId"), str):
        return None
    return contract.Oauth(
        client_id=parse(client["clientId"]),
        client_secret=None,
        scopes=None,
        authorization_url=None,
        token_url=None,
        redirect_uri=None,
    )


def _text(entry: dict, key: str) -> str:
    if not isinstance(entry.get(key), str):
        raise Unreadable(f"its `{key}` is no text")
    return entry[key]


def _optional(entry: dict, key: str) -> contract.Template | None:
    return parse(entry[key]) if isinstance(entry.get(key), str) else None


def pairs(entry: dict, key: str) -> list[tuple[str, contract.Template]]:
    """A map of values. One that is null unsets a variable, which only VS Code can say."""
    found = entry.get(key) or {}
    if not isinstance(found, dict):
        raise Unreadable(f"its `{key}` is no object")
    pairs = []
    for name, value in found.items():
        if isinstance(value, bool) or not isinstance(value, str | int | float | None):
            raise Unreadable(f"its `{key}.{name}` is no text")
        if value is not None:
            pairs.append((name, parse(str(value))))
    return pairs


def holds(kind: str | None, path: list[str], value) -> bool:
    """Whether a field of the server has this place in an entry, and can hold this value."""
    match path:
        case ["type"] | ["command"] | ["args"] | ["env"]:
            return path == ["type"] or kind == "stdio"
        case ["envFile"] | ["cwd"]:
            return kind == "stdio" and isinstance(value, str)
        case ["url"] | ["headers"]:
            return kind == "remote"
        case ["oauth", "clientId"]:
            return kind == "remote" and isinstance(value, str)
        case ["oauth"]:
            return kind == "remote" and isinstance(value, dict)
    return False


def _extras(entry: dict, text: str) -> list[contract.Extra]:
    """Whatever else an entry says. It is kept, and goes back to VS Code only."""
    live, found = kind(entry), []
    for key, value in entry.items():
        if key == "oauth" and live == "remote" and isinstance(value, dict):
            inside = members(members(text)[key])
            paths = [[key, inner] for inner in value if not holds(live, [key, inner], value[inner])]
            found += [contract.Extra(path, inside[path[1]]) for path in paths]
        elif not holds(live, [key], value):
            found.append(contract.Extra([key], members(text)[key]))
    return found
