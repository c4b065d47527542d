"""Settings as they are in production."""

import os
import re
import subprocess
import sys

from django.test import Client


def _environment() -> dict[str, str]:
    """Ours, without what the browser tests of the same run set for themselves."""
    return {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}


def test_the_deployment_check_has_nothing_to_say_behind_tls() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "DEBUG"],
        env={**_environment(), "ORDERLOOP_PUBLIC_URL": "https://orders.example.com"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "System check identified no issues (0 silenced)."), done.stderr


def test_pages_carry_a_strict_content_policy(db: None) -> None:
    policy = Client().get("/sign-in")["Content-Security-Policy"]
    assert "unsafe-inline" not in policy and "unsafe-eval" not in policy
    for directive in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in policy


def test_cookies_behind_tls_are_bound_to_the_host() -> None:
    script = (
        "import django; django.setup(); from django.conf import settings as s; print(s.SESSION_COOKIE_NAME,"
        " s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE,"
        " s.SECURE_HSTS_SECONDS)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**_environment(), "ORDERLOOP_PUBLIC_URL": "https://orders.example.com"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.split() == ["__Host-session", "__Host-csrf", "True", "True", "Lax", "31536000"]


def test_a_guess_at_a_stolen_password_is_dear() -> None:
    # In a process of its own: the tests' hashes are cheap.
    asks = "from django.contrib.auth.hashers import make_password; print(make_password('a long enough one'))"
    told = subprocess.run(
        [sys.executable, "-m", "orderloop.entrypoints.cli", "django", "shell", "--no-imports", "-c", asks],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "ORDERLOOP_DATABASE_ROLE": "app"},
    )
    kind, cost = re.fullmatch(r"argon2\$(argon2id)\$v=19\$(m=\d+,t=\d+,p=\d+)\$.*", told.stdout.strip()).groups()  # type: ignore[union-attr]
    assert (kind, cost) == ("argon2id", "m=102400,t=2,p=8")
