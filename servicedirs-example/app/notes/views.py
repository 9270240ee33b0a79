from django.http import HttpResponse

from notes.models import Note


def notes(request):
    """POST adds the request's body as a note; any request answers with all notes."""
    if request.method == "POST":
        Note.objects.create(text=request.body.decode())
    return HttpResponse("".join(note.text + "\n" for note in Note.objects.order_by("id")), content_type="text/plain")
