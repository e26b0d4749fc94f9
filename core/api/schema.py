"""The published schema: made from what the views declare, never written by hand."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from core.api.inputs import PUBLIC_ID, Input
from core.api.problems import TEXTS
from core.api.repeats import HEADER, KEY

TITLE = "雁驿接口"
TAG = r'^"[0-9]{1,9}"$'
READ = (400, 401, 403, 404, 429)
WRITE = (*READ, 409, 412, 413, 415, 422, 428)
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, pattern=TAG, description="读取时回答里的 ETag",
)  # fmt: skip
KEY_HEADER = OpenApiParameter(
    HEADER, str, OpenApiParameter.HEADER, required=True, pattern=KEY, description="每件事一个；重发同一件事时用同一个",
)  # fmt: skip
ETAG = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200, 201], description="修改时写在 If-Match 里")


class ConflictSchema(serializers.Serializer[Any]):
    field = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # a field of the answer, not the attribute
    theirs = serializers.CharField()
    yours = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """What every refusal looks like (``core.api.problems``)."""

    code = serializers.CharField(help_text="给程序看的代号")
    detail = serializers.CharField(help_text="给人看的话：哪里不对、怎么办")
    request = serializers.CharField(help_text="这次请求的编号，报障时告诉系统管理员")
    errors = serializers.DictField(  # type: ignore[assignment] # a field of the answer, not the attribute
        child=serializers.ListField(child=serializers.CharField()), required=False, help_text="按字段：哪里不对"
    )
    blockers = serializers.ListField(child=serializers.CharField(), required=False, help_text="现在为什么不能办")
    conflicts = ConflictSchema(many=True, required=False, help_text="别人刚才改过的字段")


class ClosedInput(OpenApiSerializerExtension):
    """An unknown field is refused, and the schema says so."""

    target_class = Input
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> Any:
        found = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**found, "additionalProperties": False}


class Operations(AutoSchema):
    """One operation, read from its view's declarations (``core.api.views.ScopedApi``)."""

    view: Any

    @property
    def _writes(self) -> bool:
        return self.method != "GET"

    def get_operation_id(self) -> str:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", type(self.view).__name__).lower()
        return f"{name}_edit" if self.method == "PATCH" else name

    def get_summary(self) -> str:
        return f"修改{self.view.title}" if self.method == "PATCH" else str(self.view.title)

    def get_description(self) -> str:  # type: ignore[override] # the library asks without arguments
        return ""

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").partition("/")[0]]

    def get_request_serializer(self) -> Any:
        return self.view.writes.get(self.method.lower())

    def get_override_parameters(self) -> list[Any]:
        view = self.view
        found: list[Any] = [
            OpenApiParameter(name, str, OpenApiParameter.PATH, required=True, pattern=PUBLIC_ID)
            for name in re.findall(r"{(\w+)}", self.path)
        ]
        if not self._writes:
            found += [view.query] if view.query else []
        elif self.method == "POST":
            found += [KEY_HEADER, *([IF_MATCH] if view.needs_match else [])]
        else:
            found.append(IF_MATCH)
        return found + ([ETAG] if view.versioned else [])

    def get_response_serializers(self) -> Any:
        well = 201 if self.method == "POST" and self.view.created else 200
        refused = dict.fromkeys((code for code in (WRITE if self._writes else READ)), Problem)
        return {well: self.view.answers(), **refused}

    def _get_response_for_code(self, serializer: Any, status_code: str, *args: Any, **kwargs: Any) -> Any:
        found = super()._get_response_for_code(serializer, status_code, *args, **kwargs)
        said = TEXTS.get(int(status_code))
        return {**found, "description": said[1] if said else ""} if int(status_code) >= 400 else found


@cache
def published() -> Any:
    """The schema of every address, the same for all clients. Made once in a process: it takes a good part of a second."""
    return SchemaGenerator().get_schema(request=None, public=True)
