"""The ASGI entry of the stream of changes, beside the web server: granian serves it too."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from experiments.ofrep.events import Events  # noqa: E402  # Django stands from here on

application = Events()
