from django.apps import AppConfig


class TrackingConfig(AppConfig):
    name = "orderloop.tracking"
    label = "tracking"
    customer_tables = {
        "tracking_notice": "EXISTS (SELECT 1 FROM orders_order o WHERE o.id = order_id AND o.customer_id = {customer})",
    }

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from orderloop.platform import mail, outbox
        from orderloop.policy.facts import register
        from orderloop.tracking.facts import SECTION, ProgressEvent
        from orderloop.tracking.jobs import NOTICE_KIND, progress_contexts, tell_customers
        from orderloop.ui import navigation

        navigation.register(
            navigation.Item(
                "mails", _("Outgoing mail"), "mails", icon="mail", permission="mail.view", group="records", order=80
            )
        )
        register(SECTION)
        outbox.register(NOTICE_KIND, tell_customers)
        for event in ProgressEvent:
            mail.register(f"progress_{event}", f"tracking/mail/{event}.txt", progress_contexts)
