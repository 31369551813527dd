"""A value in pieces: text, and what {{name}} puts in the place of `${NAME}`."""

import re

from wit_world.exports import host_config as contract

HOST = "{{name}}"
_REFERENCE = re.compile(r"\$\{(\w+)\}", re.ASCII)


class Refused(Exception):
    """The server can't be written, for this reason."""


def parse(text: str) -> list[contract.Segment]:
    """Splits a text of the file into segments."""
    segments, end = [], 0
    for match in _REFERENCE.finditer(text):
        segments += [contract.Segment_Literal(text[end : match.start()]), env(match[1])]
        end = match.end()
    segments.append(contract.Segment_Literal(text[end:]))
    return normal(segments)


def env(name: str) -> contract.Segment:
    return contract.Segment_Env(contract.EnvRef(name, None))


def render(field: str, old, template: list[contract.Segment], losses: list[contract.Loss]) -> str:
    """The text for a value. What is there already (`old`) stays, if it means the same."""
    asked = normal(template)
    if isinstance(old, str) and parse(old) == asked:
        return old
    text, meant = "", []
    for segment in asked:
        spelt, close = _spell(field, segment, losses)
        text += spelt
        meant.append(close)
    if parse(text) != normal(meant):
        raise Refused(
            f"`{field}` holds {_misread(asked)} as plain text, which {HOST} would expand, and "
            f"{HOST} has no escape for it; where a reference is meant, spell it `${{env:NAME}}`"
        )
    return text


def _misread(asked: list[contract.Segment]) -> str:
    """The first reference in what is meant as text."""
    for segment in asked:
        if isinstance(segment, contract.Segment_Literal):
            if match := _REFERENCE.search(segment.value):
                return f"`{match[0]}`"
    return "what looks like a reference"


def _spell(field, segment, losses) -> tuple[str, contract.Segment]:
    """A segment's text, and what the host will take it for."""
    match segment:
        case contract.Segment_Literal(text):
            return text, segment
        case contract.Segment_Env(contract.EnvRef(variable, default)):
            if default is not None:
                # A default may be a secret, so it is not shown.
                detail = f"{HOST} knows no defaults: empty where `{variable}` is not set"
                losses.append(contract.Loss(field, contract.LossKind.APPROXIMATED, detail))
            return f"${{{variable}}}", env(variable)
        case contract.Segment_Input(_):
            what = "asks the user for a value"
        case contract.Segment_File(_):
            what = "takes the contents of a file"
        case contract.Segment_Place(_):
            what = "needs a folder that only another host knows"
        case _:
            what = "holds a reference of another host"
    raise Refused(f"`{field}` {what}, which {HOST} can't put there; write the value itself")


def normal(segments: list[contract.Segment]) -> list[contract.Segment]:
    """Joins neighbouring texts and drops empty ones, so that equal values are equal."""
    joined = []
    for segment in segments:
        if isinstance(segment, contract.Segment_Literal):
            if not segment.value:
                continue
            if joined and isinstance(joined[-1], contract.Segment_Literal):
                joined[-1] = contract.Segment_Literal(joined[-1].value + segment.value)
                continue
        joined.append(segment)
    return joined
