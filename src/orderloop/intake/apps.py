from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "orderloop.intake"
    label = "intake"
    customer_tables = {
        "intake_draft": "customer_id = {customer}",
        "intake_ordertemplate": "customer_id = {customer}",
    }

    def ready(self) -> None:
        from orderloop.intake.facts import SECTION
        from orderloop.intake.jobs import question_contexts
        from orderloop.platform import mail
        from orderloop.policy.facts import register

        register(SECTION)
        mail.register("question", "intake/mail/question.txt", question_contexts)
