"""Visual Studio Code: `servers` is a map from names to servers, and `inputs` beside it a list
of values that the user is asked for. `${input:ID}` in a server stands for one of them.

Learnt from: microsoft/vscode src/vs/platform/mcp/common/mcpPlatformTypes.ts, and
docs/copilot/reference/mcp-configuration.md of microsoft/vscode-docs.
"""

import json

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports import host_config as contract

import descriptor
import read as reader
import write as writer
from raw import members

SERVERS = ["servers"]
INPUTS = ["inputs"]


class HostConfig(exports.HostConfig):
    """What an adapter exports: three functions (`wit/0.1/host-adapter.wit`)."""

    def describe(self) -> str:
        return descriptor.TEXT

    def read(self, sections: list[contract.Section]) -> contract.Reading:
        _inputs(sections)  # A file with other inputs is none that this adapter knows.
        reading = contract.Reading(servers=[], foreign=[], unreadable=[])
        for name, text in _servers(sections).items():
            try:
                reading.servers.append(reader.server(name, text))
            except reader.Unreadable as error:
                reading.unreadable.append(contract.Unreadable(name, str(error)))
        return reading

    def write(
        self, sections: list[contract.Section], edits: list[contract.Edit]
    ) -> contract.Writing:
        servers, inputs = _servers(sections), _inputs(sections)
        writing = writer.Writing(servers, inputs)
        outcomes = [writing.edit(edit) for edit in edits]
        changed = []
        if writing.changed_servers is not None:
            changed.append(contract.Section("config", SERVERS, writing.changed_servers))
        if writing.changed_inputs is not None:
            changed.append(contract.Section("config", INPUTS, writing.changed_inputs))
        return contract.Writing(changed, outcomes)


def _servers(sections: list[contract.Section]) -> dict[str, str]:
    """The entries by name, each as text. An absent section and a null one are empty."""
    text = _text(sections, SERVERS)
    servers = {} if text is None else members(text)
    if servers is None:
        raise _unexpected(SERVERS, "it is not an object of servers")
    return servers


def _inputs(sections: list[contract.Section]) -> list:
    """The inputs. An absent section and a null one are empty."""
    text = _text(sections, INPUTS)
    if text is None:
        return []
    inputs = json.loads(text)
    if not isinstance(inputs, list):
        raise _unexpected(INPUTS, "it is not a list of inputs")
    return inputs


def _text(sections: list[contract.Section], path: list[str]) -> str | None:
    for section in sections:
        if section.path == path and section.value != "null":
            return section.value
    return None


def _unexpected(path: list[str], reason: str) -> Err:
    return Err(contract.Error_UnexpectedShape((path, reason)))
