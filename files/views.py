from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from core import clock
from files import actions
from files.models import StoredFile


@require_GET
def download(request: HttpRequest, public_id: str) -> HttpResponse:
    """A file to its maker, whole, and an event. Anybody else learns nothing: 404."""
    file = get_object_or_404(StoredFile.objects.visible_to(request.actor).there(), public_id=public_id)
    if file.owner != request.actor.id or file.expires_at <= clock.now():
        raise Http404
    response = HttpResponse(actions.download(file, by=request.actor), content_type=file.content_type)
    response["Content-Disposition"] = content_disposition_header(True, file.name)
    return response
