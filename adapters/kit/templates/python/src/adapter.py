"""{{name}}: the member `mcpServers` of its file is a map from names to servers."""

import json

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports import host_config as contract

import descriptor
from raw import at_path, join, members, set_path, spell
from template import HOST, Refused, env, parse, render

SECTION = ["mcpServers"]
# Keys that only one kind of server has. All others are kept, and go back to this host only.
KEYS = {"stdio": ("command", "args", "env"), "remote": ("url", "headers")}


class HostConfig(exports.HostConfig):
    """What an adapter exports: three functions (`wit/0.1/host-adapter.wit`)."""

    def describe(self) -> str:
        return descriptor.TEXT

    def read(self, sections: list[contract.Section]) -> contract.Reading:
        reading = contract.Reading(servers=[], foreign=[], unreadable=[])
        for name, text in _open(sections).items():
            try:
                reading.servers.append(_server(name, text))
            except Unreadable as error:
                reading.unreadable.append(contract.Unreadable(name, str(error)))
        return reading

    def write(
        self, sections: list[contract.Section], edits: list[contract.Edit]
    ) -> contract.Writing:
        servers = _open(sections)
        changed, outcomes = False, []
        for edit in edits:
            losses = []
            if isinstance(edit, contract.Edit_Remove):
                changed |= servers.pop(edit.value, None) is not None
            else:
                name = edit.value.name
                try:
                    entry = _put(servers.get(name), edit.value, losses)
                except Refused as error:
                    outcomes.append(contract.Outcome_Refused(str(error)))
                    continue
                changed |= servers.get(name) != entry
                servers[name] = entry
            outcomes.append(contract.Outcome_Done(losses))
        new = [contract.Section("config", SECTION, join(servers))] if changed else []
        return contract.Writing(new, outcomes)


def _open(sections: list[contract.Section]) -> dict[str, str]:
    """The entries by name, each as text. An absent section and a null one are empty."""
    text = next((it.value for it in sections if it.path == SECTION), None)
    servers = {} if text in (None, "null") else members(text)
    if servers is None:
        reason = "it is not an object of servers"
        raise Err(contract.Error_UnexpectedShape((SECTION, reason)))
    return servers


# ---- reading -------------------------------------------------------------------------


class Unreadable(Exception):
    """The entry can't be understood. The reason shows no values."""


def _kind(entry: dict) -> str | None:
    """Which kind of server the host takes an entry for."""
    return "stdio" if "command" in entry else "remote" if "url" in entry else None


def _server(name: str, text: str) -> contract.Server:
    if not name:
        raise Unreadable("it has no name")
    entry = json.loads(text)
    if not isinstance(entry, dict):
        raise Unreadable("it is not an object")
    match kind := _kind(entry):
        case "stdio":
            transport = contract.Transport_Stdio(_stdio(entry))
        case "remote":
            transport = contract.Transport_Remote(_remote(entry))
        case _:
            raise Unreadable("it has neither a `command` nor a `url`")
    others = [key for key in entry if key not in KEYS[kind]]
    texts = members(text) if others else {}
    # In a field that is None nothing is said.
    return contract.Server(
        name=name,
        transport=transport,
        enabled=None,
        description=None,
        timeouts=contract.Timeouts(request=None, startup=None, tool_call=None),
        tools=contract.ToolFilter(allow=None, deny=None, auto_approve=None),
        extras=[contract.Extra([key], texts[key]) for key in others],
    )


def _stdio(entry: dict) -> contract.Stdio:
    args = entry.get("args") or []
    if not isinstance(args, list) or not all(isinstance(arg, str) for arg in args):
        raise Unreadable("its `args` are no list of texts")
    return contract.Stdio(
        command=parse(_text(entry, "command")),
        args=[parse(arg) for arg in args],
        env=_pairs(entry, "env"),
        env_forward=[],
        env_file=None,
        cwd=None,
    )


def _remote(entry: dict) -> contract.Remote:
    return contract.Remote(
        kind=contract.RemoteKind.AUTO,
        url=parse(_text(entry, "url")),
        headers=_pairs(entry, "headers"),
        oauth=None,
    )


def _text(entry: dict, key: str) -> str:
    if not isinstance(entry[key], str):
        raise Unreadable(f"its `{key}` is no text")
    return entry[key]


def _pairs(entry: dict, key: str) -> list[tuple[str, contract.Template]]:
    found = entry.get(key) or {}
    if not isinstance(found, dict) or not all(isinstance(it, str) for it in found.values()):
        raise Unreadable(f"its `{key}` is no object of texts")
    return [(name, parse(text)) for name, text in found.items()]


# ---- writing -------------------------------------------------------------------------


def _put(old: str | None, asked: contract.Server, losses: list[contract.Loss]) -> str:
    """The entry that says what is asked. What it can't say goes to `losses`; whatever else the
    old entry holds stays, and so does the spelling of what it says already."""
    texts = members(old or "") or {}
    values = {key: json.loads(text) for key, text in texts.items()}
    new = {}
    match asked.transport:
        case contract.Transport_Stdio(it):
            kind, lost = "stdio", {"env-file": it.env_file, "cwd": it.cwd}
            new["command"] = render("command", values.get("command"), it.command, losses)
            old_args = values.get("args") if isinstance(values.get("args"), list) else []
            known = old_args + [None] * len(it.args)
            args = [render(f"args.{at}", known[at], arg, losses) for at, arg in enumerate(it.args)]
            if args != old_args:
                new["args"] = args
            _put_pairs(new, values, "env", it.env + _forwarded(it, losses), losses)
        case contract.Transport_Remote(it):
            kind, lost = "remote", {"oauth": it.oauth}
            new["url"] = render("url", values.get("url"), it.url, losses)
            _put_pairs(new, values, "headers", it.headers, losses)
    if _kind(values) != kind:
        for key in KEYS["stdio"] + KEYS["remote"]:
            texts.pop(key, None)
    for key, value in new.items():
        if value is None:
            texts.pop(key, None)
        elif key not in texts or values[key] != value:
            texts[key] = spell(value)
    _lose_settings(asked, lost, losses)

    unchanged = old is not None and texts == (members(old) or {})
    entry = old if unchanged else join(texts)
    for extra in asked.extras:
        known = at_path(entry, extra.path)
        if known is not None and json.loads(known) == json.loads(extra.value):
            continue
        if extra.path[0] in KEYS[kind]:
            detail = "a field of the server has its place"
            _lose("extras." + ".".join(extra.path), "DROPPED", detail, losses)
        else:
            entry = set_path(entry, extra.path, extra.value)
    return entry


def _put_pairs(new: dict, values: dict, key: str, asked, losses):
    """A map of values, in which members that stay keep their places; None takes it away."""
    old = values.get(key) if isinstance(values.get(key), dict) else {}
    wanted = {name: render(f"{key}.{name}", old.get(name), it, losses) for name, it in asked}
    pairs = {name: wanted[name] for name in old if name in wanted} | wanted
    if pairs != old:
        new[key] = pairs or None


def _forwarded(asked: contract.Stdio, losses) -> list[tuple[str, contract.Template]]:
    """Variables to hand on by name, as references."""
    pairs = []
    for variable in asked.env_forward:
        if all(variable != known for known, _ in asked.env):
            detail = f"{HOST} can't hand variables on by name; written as `${{{variable}}}`"
            _lose("env-forward", "APPROXIMATED", detail, losses)
            _lose(f"env.{variable}", "APPROXIMATED", detail, losses)
            pairs.append((variable, [env(variable)]))
    return pairs


def _lose_settings(asked: contract.Server, lost: dict, losses):
    """What this host has no place for."""
    lost |= {
        "enabled": None if asked.enabled else asked.enabled,
        "description": asked.description,
        "timeouts.request": asked.timeouts.request,
        "timeouts.startup": asked.timeouts.startup,
        "timeouts.tool-call": asked.timeouts.tool_call,
        "tools.allow": asked.tools.allow,
        "tools.deny": asked.tools.deny,
        "tools.auto-approve": asked.tools.auto_approve,
    }
    for field, value in lost.items():
        if value is not None:
            _lose(field, "DROPPED", f"{HOST} has no place for it", losses)


def _lose(field: str, kind: str, detail: str, losses):
    losses.append(contract.Loss(field, contract.LossKind[kind], detail))
