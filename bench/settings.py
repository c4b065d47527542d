"""The product's settings with one more address: the yardstick's."""

from orderloop.entrypoints.settings import *  # noqa: F403  # the same, but for what follows

ROOT_URLCONF = "bench.urls"
