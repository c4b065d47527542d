from django.apps import AppConfig


class WorklistConfig(AppConfig):
    name = "orderloop.worklist"
    label = "worklist"
