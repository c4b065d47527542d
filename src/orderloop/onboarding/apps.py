from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    name = "orderloop.onboarding"
    label = "onboarding"
