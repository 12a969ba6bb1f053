"""The tools of the MCP door in the protocol's own types; the one place that knows the SDK."""

import json
import re
from typing import Any

from fastapi.concurrency import run_in_threadpool
from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from pydantic import ValidationError

from api.mcp_shapes import Given
from api.mcp_tools import TOOLS, ServedTool, words
from api.problems import problem_of
from assistant import __version__
from assistant.bootstrap import App

_HIDDEN = re.compile("[\x80-\x9f\u200b\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]")
"""Signs in which orders to a model hide from people: tags, directions, joints of no width."""


def manager_of(app: App) -> StreamableHTTPSessionManager:
    """What serves the tools of an application over HTTP; the guard of the service checks who may come in."""
    listed = types.ListToolsResult(tools=[_told(tool) for tool in TOOLS])

    async def list_tools(_context: object, _asked: object) -> types.ListToolsResult:
        return listed

    async def call_tool(_context: object, asked: types.CallToolRequestParams) -> types.CallToolResult:
        return _result(*await run_in_threadpool(_called, app, asked.name, asked.arguments or {}))

    said = words()["server"]
    server = Server(
        "voc-assistant", version=__version__, title=said["title"], instructions=said["instructions"].strip(),
        on_list_tools=list_tools, on_call_tool=call_tool,
    )  # fmt: skip
    return StreamableHTTPSessionManager(server, json_response=True, stateless=True)


def _told(tool: ServedTool[Any]) -> types.Tool:
    said = words()["tools"][tool.name]
    hints = types.ToolAnnotations(
        title=said["title"], read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
    )
    return types.Tool(
        name=tool.name, title=said["title"], description=said["description"].strip(), annotations=hints,
        input_schema=tool.schema, output_schema=tool.gives.model_json_schema(),
    )  # fmt: skip


def _result(given: Given | None, sentence: str) -> types.CallToolResult:
    if given is None:
        return types.CallToolResult(content=[types.TextContent(type="text", text=sentence)], is_error=True)
    told = _visible(given.model_dump(mode="json"))
    content = types.TextContent(type="text", text=json.dumps(told, ensure_ascii=False))
    return types.CallToolResult(content=[content], structured_content=told)


def _visible(value: Any) -> Any:
    """A result in which whatever a model reads a person can see: hidden signs are shown as U+FFFD, one for one."""
    if isinstance(value, str):
        return _HIDDEN.sub("\ufffd", value)
    if isinstance(value, dict):
        return {key: _visible(item) for key, item in value.items()}
    return [_visible(item) for item in value] if isinstance(value, list) else value


def _called(app: App, name: str, arguments: dict[str, Any]) -> tuple[Given | None, str]:
    """The result of a tool, or one clear sentence why there is none."""
    tool = next((tool for tool in TOOLS if tool.name == name), None)
    if tool is None:
        names = ", ".join(tool.name for tool in TOOLS)
        return None, _masked(app, f"there is no tool {name[:64]!r}, there are {names}")
    try:
        given = tool.takes.model_validate(arguments)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, fault['loc'])) or name}: {fault['msg']}" for fault in error.errors())
        return None, _masked(app, "; ".join(faults))
    try:
        return tool.call(app, given), ""
    except Exception as error:  # noqa: BLE001 - the door: a client gets one sentence, the log the place
        return None, _masked(app, str(problem_of(error)["detail"]))


def _masked(app: App, sentence: str) -> str:
    return app.mask(sentence)
