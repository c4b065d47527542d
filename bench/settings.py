"""The product's settings with one more address: the yardstick's."""

from orderloop.entrypoints.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
