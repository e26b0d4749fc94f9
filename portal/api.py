"""The published schema of the interface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api.schema import published


class SchemaView(APIView):
    """OpenAPI 3, for whoever is signed in or shows a token."""

    schema = None  # it describes the others

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., Any]:
        view = super().as_view(**initkwargs)
        view.api = True  # the middleware lets it answer 401 by itself
        return view

    def get(self, request: Request) -> Response:
        return Response(published())
