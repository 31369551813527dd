"""A value in pieces: text, and what VS Code puts in the place of `${env:NAME}` and the like."""

import re

from wit_world.exports import host_config as contract

_REFERENCE = re.compile(r"\$\{([^}]*)\}")
# What VS Code knows besides, and no other host does. All else stays text.
_NATIVE = re.compile(
    r"(config|command|workspaceFolder|extensionInstallFolder):.+|workspaceRoot"
    r"|workspaceFolderBasename|file|fileWorkspaceFolder|relativeFile|relativeFileDirname"
    r"|file(Dirname|DirnameBasename|Extname|Basename|BasenameNoExtension)|cwd|lineNumber"
    r"|columnNumber|selectedText|execPath|execInstallFolder|defaultBuildTask|pathSeparator|/"
)
_PLACES = {
    "userHome": contract.Place.USER_HOME,
    "workspaceFolder": contract.Place.WORKSPACE_FOLDER,
}


class Refused(Exception):
    """The server can't be written, for this reason."""


def parse(text: str) -> list[contract.Segment]:
    """Splits a text of the file into segments."""
    if "${" not in text:
        return [contract.Segment_Literal(text)] if text else []
    segments, end = [], 0
    for match in _REFERENCE.finditer(text):
        reference = _reference(match[0], match[1])
        if reference is not None:
            segments += [contract.Segment_Literal(text[end : match.start()]), reference]
            end = match.end()
    segments.append(contract.Segment_Literal(text[end:]))
    return normal(segments)


def _reference(spelt: str, body: str) -> contract.Segment | None:
    kind, _, name = body.partition(":")
    if kind == "env" and name:
        return contract.Segment_Env(contract.EnvRef(name, None))
    if kind == "input" and name:
        return contract.Segment_Input(name)
    if body in _PLACES:
        return contract.Segment_Place(_PLACES[body])
    if _NATIVE.fullmatch(body):
        return contract.Segment_Native(spelt)
    return None


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
            f"`{field}` holds what looks like a reference as plain text, which VS Code would "
            "expand, and it has no escape for it; where a reference is meant, spell it "
            "`${env:NAME}`"
        )
    return text


def _spell(field, segment, losses) -> tuple[str, contract.Segment]:
    """A segment's text, and what VS Code will take it for."""
    match segment:
        case contract.Segment_Literal(text):
            return text, segment
        case contract.Segment_Env(contract.EnvRef(name, default)):
            if default is not None:
                # A default may be a secret, so it is not shown.
                detail = f"VS Code knows no defaults: empty where `{name}` is not set"
                losses.append(contract.Loss(field, contract.LossKind.APPROXIMATED, detail))
            return f"${{env:{name}}}", contract.Segment_Env(contract.EnvRef(name, None))
        case contract.Segment_Input(id):
            return f"${{input:{id}}}", segment
        case contract.Segment_Place(place):
            return next(f"${{{name}}}" for name, it in _PLACES.items() if it == place), segment
        case contract.Segment_Native(text):
            return text, segment
        case _:
            raise Refused(
                f"`{field}` takes the contents of a file, which VS Code can't put there; "
                "write the value itself"
            )


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
