"""The Celery application: workers find their tasks here, and `shared_task` binds to it."""

import os

from celery import Celery

from config import file_broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

file_broker.install()
application = Celery("equipoise")
application.config_from_object("django.conf:settings", namespace="CELERY")
application.autodiscover_tasks()
