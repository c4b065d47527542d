"""Every view says who may open it. What says nothing is refused, so a forgotten line closes a door and opens none.

The names of permissions belong to the capabilities; here they are words handed to `request.user.can`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

View = TypeVar("View", bound=Callable[..., Any])


class Undeclared(RuntimeError):
    """A view declares neither a permission nor a reason to be public."""


def requires(*permissions: str) -> Callable[[View], View]:
    """Let only someone in who holds at least one of `permissions`; a stranger is asked to sign in first."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            return refusal(request, permissions) or view(request, *args, **kwargs)

        guarded.permission = permissions  # type: ignore[attr-defined]  # what `declares` looks for
        return guarded  # type: ignore[return-value]  # called as the view it guards

    return declare


def public(reason: str) -> Callable[[View], View]:
    """Let anyone in, for a stated reason. Stands above an operation of the API as well as above a page."""

    def declare(view: View) -> View:
        view.public = reason  # type: ignore[attr-defined]  # what `declares` looks for
        return view

    return declare


def may(request: HttpRequest, permission: str) -> bool:
    """Whether who is signed in, if anybody, may do what the permission names."""
    return bool(request.user.can(permission))  # type: ignore[union-attr]  # access gives visitors their `can` too


def declares(view: Callable[..., Any]) -> bool:
    """Whether the view says who may open it; a URL of the API does when each of its operations does."""
    operations = operations_of(view)
    if operations:
        return all(declares_operation(operation) for operation in operations)
    return bool(getattr(view, "permission", ())) or bool(getattr(view, "public", ""))


def operations_of(view: Callable[..., Any]) -> list[Any]:
    """The operations behind a URL of the API; none for an ordinary view."""
    cells = (cell.cell_contents for cell in getattr(view, "__closure__", None) or ())
    return [operation for content in cells for operation in getattr(content, "operations", None) or ()]


def declares_operation(operation: Any) -> bool:
    """Whether an operation says what its caller needs, or why it needs nothing."""
    callbacks = operation.auth_callbacks
    if callbacks:
        return all(getattr(callback, "permission", ()) for callback in callbacks)
    return bool(getattr(operation.view_func, "public", ""))


def refusal(request: HttpRequest, permissions: tuple[str, ...]) -> HttpResponse | None:
    """None for someone who holds one of `permissions`, else the way to sign in.

    Raises PermissionDenied for someone who is signed in and may not.
    """
    if any(may(request, permission) for permission in permissions):
        return None
    if request.user.is_authenticated:
        raise PermissionDenied
    if request.headers.get("HX-Request"):
        # htmx would put the sign-in form into the middle of the page; the header makes the browser go there.
        return HttpResponse(status=401, headers={"HX-Refresh": "true"})
    return redirect_to_login(request.get_full_path())
