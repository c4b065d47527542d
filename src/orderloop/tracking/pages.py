"""The mail that went out: a list, one mail with its attachments, and what could not be sent."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from orderloop.platform import files, mailbox, outbox
from orderloop.platform.permissions import requires
from orderloop.ui import listing

PAGE_LENGTH = 50
STATES = (
    ("sent", gettext_lazy("Sent")),
    ("kept", gettext_lazy("Kept")),
    ("waiting", gettext_lazy("Waiting")),
)


@require_GET
@requires("mail.view")
def show_mails(request: HttpRequest) -> HttpResponse:
    """Mails, the latest first, filtered by state and words; above them what was given up."""
    bar = listing.filters_from(request, [listing.Filter("state", _("State"), STATES)])
    before = listing.read_cursor(request.GET.get("after", ""))
    mails = mailbox.latest_mails(
        text=bar.q,
        state=bar.values.get("state", ""),
        before_id=int(before[0]) if before else None,
        limit=PAGE_LENGTH + 1,
    )
    more, mails = len(mails) > PAGE_LENGTH, mails[:PAGE_LENGTH]
    page = listing.Page(after=listing.write_cursor([mails[-1].mail_id]) if more else "", shown=len(mails))
    return render(
        request, "tracking/mails.html", {"mails": mails, "bar": bar, "page": page, "dead": mailbox.dead_effects()}
    )


@require_GET
@requires("mail.view")
def show_mail(request: HttpRequest, mail_id: int) -> HttpResponse:
    """One mail as it went out."""
    content = mailbox.mail_content(mail_id)
    if content is None:
        raise Http404
    return render(request, "tracking/mail.html", {"content": content, "mail": content.mail})


@require_GET
@requires("mail.view")
def download_attachment(request: HttpRequest, mail_id: int, sha256: str) -> HttpResponse:
    """A file that went with a mail; only those of that mail are given out."""
    content = mailbox.mail_content(mail_id)
    named = {str(each["sha256"]): str(each["filename"]) for each in content.attachments} if content else {}
    if sha256 not in named:
        raise Http404
    file = files.read_file(sha256)
    return files.attachment(file.content, file.content_type, named[sha256])


@require_POST
@requires("system.view")
def revive_effects(request: HttpRequest) -> HttpResponse:
    """Let what was given up be tried anew."""
    count = outbox.revive_effects(request.POST.getlist("keys"), at=datetime.now(UTC))
    words = ngettext("%(count)s is tried anew.", "%(count)s are tried anew.", count) % {"count": count}
    messages.success(request, words)
    return redirect("mails")


urlpatterns = [
    path("mails", show_mails, name="mails"),
    path("mails/<int:mail_id>", show_mail, name="mail"),
    path("mails/<int:mail_id>/<str:sha256>", download_attachment, name="mail_attachment"),
    path("mails/revive", revive_effects, name="effects_revive"),
]
