"""Edits of VS Code's file. What an edit does not concern keeps its text."""

import json

from wit_world.exports import host_config as contract

import read
from raw import at_path, join, members, set_path, spell
from template import Refused, render


class Writing:
    """The two sections while edits are made."""

    def __init__(self, servers: dict[str, str], inputs: list):
        self._servers, self._inputs = servers, inputs
        self._new_inputs: list[str] = []
        self._changed = False

    def edit(self, edit: contract.Edit) -> contract.Outcome:
        if isinstance(edit, contract.Edit_Remove):
            # Its inputs stay: another server may refer to them.
            self._changed |= self._servers.pop(edit.value, None) is not None
            return contract.Outcome_Done([])
        asked = edit.value
        old = self._servers.get(asked.name)
        try:
            entry = Entry(old, asked)
        except Refused as error:
            return contract.Outcome_Refused(str(error))
        if entry.text != old:
            self._servers[asked.name] = entry.text
            self._changed = True
        for id in entry.inputs:
            self._ask_for(id)
        return contract.Outcome_Done(entry.losses)

    def _ask_for(self, id: str):
        """Without an element in `inputs`, `${input:ID}` would be an error."""
        known = [it.get("id") for it in self._inputs if isinstance(it, dict)]
        if id not in known:
            self._inputs.append(
                {"type": "promptString", "id": id, "description": id, "password": True}
            )
            self._new_inputs.append(id)

    @property
    def changed_servers(self) -> str | None:
        return join(self._servers) if self._changed else None

    @property
    def changed_inputs(self) -> str | None:
        return spell(self._inputs) if self._new_inputs else None


class Entry:
    """The entry that says what is asked: its text, what it can't say, and the inputs that it
    refers to. What the old entry says already keeps its spelling."""

    def __init__(self, old: str | None, asked: contract.Server):
        self.losses: list[contract.Loss] = []
        self.inputs: list[str] = []
        self._texts = members(old or "") or {}
        self._values = {key: json.loads(text) for key, text in self._texts.items()}
        old_texts = dict(self._texts)
        match asked.transport:
            case contract.Transport_Stdio(stdio):
                self._kind = "stdio"
                self._put_stdio(stdio)
            case contract.Transport_Remote(remote):
                self._kind = "remote"
                self._put_remote(remote)
        self._settings(asked)
        unchanged = old is not None and self._texts == old_texts
        self.text = old if unchanged else join(self._texts)
        for extra in asked.extras:
            self._extra(extra)

    def _put_stdio(self, asked: contract.Stdio):
        if read.kind(self._values) != "stdio":
            self._drop(read.REMOTE)
            self._set("type", "stdio")
        self._template("command", "command", asked.command)
        old = self._values.get("args")
        old = old if isinstance(old, list) else []
        args = []
        for at, arg in enumerate(asked.args):
            args.append(self._render(f"args.{at}", old[at] if at < len(old) else None, arg))
        if args != old or (args and "args" not in self._values):
            self._set("args", args)
        env = list(asked.env)
        for name in asked.env_forward:
            if all(name != known for known, _ in env):
                detail = f"VS Code can't hand variables on by name; written as `${{env:{name}}}`"
                self._lose("env-forward", "APPROXIMATED", detail)
                self._lose(f"env.{name}", "APPROXIMATED", detail)
                env.append((name, [contract.Segment_Env(contract.EnvRef(name, None))]))
        self._pairs("env", env)
        if asked.env_file is not None:
            self._template("envFile", "env-file", asked.env_file)
        if asked.cwd is not None:
            self._template("cwd", "cwd", asked.cwd)

    def _put_remote(self, asked: contract.Remote):
        if read.kind(self._values) != "remote":
            self._drop(read.STDIO)
            self._drop(("type",))
        old_url = self._values.get("url")
        self._template("url", "url", asked.url)
        known = read.KINDS.get(self._values.get("type"), contract.RemoteKind.AUTO)
        same_url = old_url == self._values["url"]
        # Without a `type`, and with `http`, VS Code tries one kind and then the other.
        if known != asked.kind and not (asked.kind == contract.RemoteKind.AUTO and same_url):
            self._set("type", "sse" if asked.kind == contract.RemoteKind.SSE else "http")
        self._pairs("headers", asked.headers)
        if asked.oauth is not None:
            self._oauth(asked.oauth)

    def _oauth(self, asked: contract.Oauth):
        if asked.client_id is not None:
            old = self._values.get("oauth")
            old_id = old.get("clientId") if isinstance(old, dict) else None
            id = self._render("oauth.client-id", old_id, asked.client_id)
            if id != old_id:
                self._set_text("oauth", set_path(self._texts.get("oauth"), ["clientId"], spell(id)))
        for field in ("client_secret", "scopes", "authorization_url", "token_url", "redirect_uri"):
            if getattr(asked, field) is not None:
                self._lose(f"oauth.{field.replace('_', '-')}", "DROPPED", "VS Code finds it out by itself")

    def _settings(self, asked: contract.Server):
        """What VS Code's file has no place for."""
        if asked.enabled is False:
            self._lose("enabled", "DROPPED", "VS Code's file can't turn a server off, so it stays on")
        for field, value in (
            ("description", asked.description),
            ("timeouts.request", asked.timeouts.request),
            ("timeouts.startup", asked.timeouts.startup),
            ("timeouts.tool-call", asked.timeouts.tool_call),
            ("tools.allow", asked.tools.allow),
            ("tools.deny", asked.tools.deny),
            ("tools.auto-approve", asked.tools.auto_approve),
        ):
            if value is not None:
                self._lose(field, "DROPPED", "VS Code's file has no place for it")

    def _extra(self, extra: contract.Extra):
        old, value = at_path(self.text, extra.path), json.loads(extra.value)
        if old is not None and json.loads(old) == value:
            return
        if read.holds(self._kind, extra.path, value if old is None else json.loads(old)):
            field = "extras." + ".".join(extra.path)
            self._lose(field, "DROPPED", "a field of the server has its place")
        else:
            self.text = set_path(self.text, extra.path, extra.value)

    def _pairs(self, key: str, asked: list[tuple[str, contract.Template]]):
        """Writes a map of values. Members that are null, which unset a variable, stay."""
        old = self._values.get(key)
        old = old if isinstance(old, dict) else {}
        old_texts = members(self._texts[key]) if old else {}
        wanted = {name: self._render(f"{key}.{name}", _text(old.get(name)), it) for name, it in asked}
        new = {}
        for name, value in old.items():
            if name in wanted and wanted[name] != _text(value):
                new[name] = spell(wanted[name])
            elif name in wanted or value is None:
                new[name] = old_texts[name]
        new |= {name: spell(value) for name, value in wanted.items() if name not in new}
        if new != old_texts:
            self._set_text(key, join(new)) if new else self._drop((key,))

    def _template(self, key: str, field: str, asked: contract.Template):
        value = self._render(field, self._values.get(key), asked)
        if value != self._values.get(key):
            self._set(key, value)

    def _render(self, field: str, old, asked: contract.Template) -> str:
        self.inputs += [it.value for it in asked if isinstance(it, contract.Segment_Input)]
        return render(field, old, asked, self.losses)

    def _set(self, key: str, value):
        self._set_text(key, spell(value))

    def _set_text(self, key: str, text: str):
        self._texts[key], self._values[key] = text, json.loads(text)

    def _drop(self, keys):
        for key in keys:
            self._texts.pop(key, None)
            self._values.pop(key, None)

    def _lose(self, field: str, kind: str, detail: str):
        self.losses.append(contract.Loss(field, contract.LossKind[kind], detail))


def _text(value) -> str | None:
    """A number of the file, as the text that a server gets."""
    return None if value is None else str(value)
