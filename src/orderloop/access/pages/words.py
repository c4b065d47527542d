"""Reasons and records of this capability in the reader's language."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext, gettext_lazy

from orderloop.access.facts import ROLE_NAMES, SCOPE_NAMES, Role, Scope
from orderloop.foundation.outcome import Reason

_REASONS = {
    "access.role_unknown": gettext_lazy("There is no role “%(role)s”."),
    "access.role_missing": gettext_lazy("Choose at least one role."),
    "access.customer_has_no_staff_role": gettext_lazy("A customer's user has the role “Customer's user” and no other."),
    "access.customer_missing": gettext_lazy("Say which customer this user belongs to."),
    "access.username_missing": gettext_lazy("A sign-in name is needed."),
    "access.username_taken": gettext_lazy("Somebody else signs in as “%(username)s”."),
    "access.not_yourself": gettext_lazy("You cannot take the administrator's role or the access from yourself."),
    "access.password_too_short": gettext_lazy("The password needs at least %(min_length)s characters."),
    "access.password_too_common": gettext_lazy("The password is on the lists of common passwords."),
    "access.password_too_similar": gettext_lazy("The password is too much like the name or the e-mail address."),
    "access.scope_missing": gettext_lazy("Choose at least one scope."),
    "access.scope_not_held": gettext_lazy("This person may not do what the scope “%(scope)s” allows."),
    "access.person_unknown": gettext_lazy("There is no such active person."),
    "access.token_name_missing": gettext_lazy("A name is needed."),
}
ACTIONS = {
    "person.added": gettext_lazy("Person added"),
    "person.changed": gettext_lazy("Person changed"),
    "person.password_set": gettext_lazy("Password set"),
    "token.issued": gettext_lazy("Token issued"),
    "token.revoked": gettext_lazy("Token revoked"),
    "secret.made": gettext_lazy("Secret made"),
    "secret.changed": gettext_lazy("Secret changed"),
    "secret.retired": gettext_lazy("Secret retired"),
    "sign_in": gettext_lazy("Signed in"),
    "sign_in.failed": gettext_lazy("Sign-in failed"),
    "sign_in.locked": gettext_lazy("Sign-in locked"),
    "sign_out": gettext_lazy("Signed out"),
}
_DETAILS = {
    "address": gettext_lazy("Network address"),
    "display_name": gettext_lazy("Name"),
    "email": gettext_lazy("E-mail"),
    "language": gettext_lazy("Language"),
    "is_active": gettext_lazy("May sign in"),
    "customer_id": gettext_lazy("Customer"),
    "roles": gettext_lazy("Roles"),
    "scopes": gettext_lazy("Scopes"),
    "person_id": gettext_lazy("Person"),
}


def explain(reason: Reason) -> str:
    """A reason as a sentence."""
    params = dict(reason.params)
    if "scope" in params:
        params["scope"] = scope_name(str(params["scope"]))
    words = _REASONS.get(reason.code)
    return str(words) % params if words else reason.code


def put_at_fields(form: forms.Form, reasons: Iterable[Reason], renamed: dict[str, str] | None = None) -> None:
    """Show each reason at the field of the form it concerns, else above the form."""
    for reason in reasons:
        name = (renamed or {}).get(reason.field, reason.field)
        form.add_error(name if name in form.fields else None, explain(reason))


def role_name(role: str) -> str:
    """A role as the reader calls it."""
    return gettext(ROLE_NAMES[Role(role)]) if role in set(Role) else role


def scope_name(scope: str) -> str:
    """A scope as the reader calls it."""
    return gettext(SCOPE_NAMES[Scope(scope)]) if scope in set(Scope) else scope


def told(data: dict[str, Any]) -> str:
    """What an entry of the record says beside its action: before → after of what was changed, else the value."""
    parts = []
    for name, value in data.items():
        label = str(_DETAILS.get(name, name))
        if _is_change(name, value):
            parts.append(f"{label}: {_shown(name, value[0])} → {_shown(name, value[1])}")
        elif value not in (None, [], ""):
            parts.append(f"{label}: {_shown(name, value)}")
    return "; ".join(parts)


def _is_change(name: str, value: Any) -> bool:
    # What is a list by itself has changed where it is two lists.
    parts = list if name in _NAMED else object
    return isinstance(value, list) and len(value) == 2 and all(isinstance(each, parts) for each in value)


def _shown(name: str, value: Any) -> str:
    if isinstance(value, list):
        named = _NAMED.get(name, str)
        return ", ".join(named(each) for each in value) or "–"
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if name == "language":
        return dict(settings.LANGUAGES).get(value, str(value))
    return "–" if value in (None, "") else str(value)


_NAMED: Mapping[str, Callable[[str], str]] = {"roles": role_name, "scopes": scope_name}
