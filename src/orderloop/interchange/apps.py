from django.apps import AppConfig


class InterchangeConfig(AppConfig):
    name = "orderloop.interchange"
    label = "interchange"
