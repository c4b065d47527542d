"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

from orderloop.entrypoints import memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orderloop.entrypoints.settings")
application = get_wsgi_application()
memory.settle()
