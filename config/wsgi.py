"""The WSGI entry that granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django = get_wsgi_application()

from django.utils import timezone  # noqa: E402  # what follows needs Django set up

from config.bodies import with_length  # noqa: E402
from config.direct import direct  # noqa: E402
from experiments.answers.starting import start  # noqa: E402

start(timezone.now())
application = with_length(direct(django))
gc.freeze()  # a full collection would go through all of Django: 50 ms without an answer
