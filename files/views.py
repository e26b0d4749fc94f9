from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from core import clock
from core.actors import Actor
from core.http import PortalRequest
from core.permissions import Permission
from files import actions
from files.models import StoredFile

NEEDS = {
    StoredFile.Purpose.UPLOAD: Permission.IMPORT,
    StoredFile.Purpose.RESULT: Permission.EXPORT,
    StoredFile.Purpose.ERROR_BOOK: Permission.IMPORT,
    StoredFile.Purpose.SCAN: Permission.VIEW,
}


def still_theirs(file: StoredFile, actor: Actor) -> bool:
    """A file of people opens only while its maker still works with them: a right that was withdrawn takes it along."""
    needed = NEEDS.get(StoredFile.Purpose(file.purpose))
    return needed is None or actor.reaches(file.organisation_path, needed)


@require_GET
def download(request: PortalRequest, public_id: str) -> HttpResponse:
    """A file to its maker, whole, and an event. Anybody else learns nothing: 404."""
    file = get_object_or_404(StoredFile.objects.visible_to(request.actor).there(), public_id=public_id)
    if file.owner != request.actor.id or file.expires_at <= clock.now() or not still_theirs(file, request.actor):
        raise Http404
    response = HttpResponse(actions.download(file, by=request.actor), content_type=file.content_type)
    response["Content-Disposition"] = content_disposition_header(True, file.name)
    return response
