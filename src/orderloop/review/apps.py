from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "orderloop.review"
    label = "review"

    def ready(self) -> None:
        from orderloop.policy.facts import register
        from orderloop.review.facts import SECTION

        register(SECTION)
