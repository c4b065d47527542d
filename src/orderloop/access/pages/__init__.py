"""Signing in, one's own account, people, tokens and the record of it; and the declarations every page makes."""

from django.urls import path

from orderloop.access.pages import account, people, sign_in, tokens
from orderloop.platform.permissions import public, requires

__all__ = ["public", "requires", "urlpatterns"]

urlpatterns = [
    path("sign-in", sign_in.sign_in, name="sign_in"),
    path("sign-out", sign_in.sign_out, name="sign_out"),
    path("account", account.profile, name="profile"),
    path("people", people.show_people, name="people"),
    path("people/new", people.add_person, name="person_new"),
    path("people/<int:person_id>", people.change_person, name="person"),
    path("people/<int:person_id>/password", people.set_password, name="person_password"),
    path("tokens", tokens.show_tokens, name="tokens"),
    path("tokens/<int:token_id>/revoke", tokens.revoke_token, name="token_revoke"),
    path("access-record", people.show_record, name="access_record"),
]
