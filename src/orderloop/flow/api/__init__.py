"""The desk by API: orders, documents in, what is answered, and messages of other systems."""

from ninja import Router

from orderloop.flow.api.cxml import router as cxml
from orderloop.flow.api.documents import router as documents
from orderloop.flow.api.orders import router as orders
from orderloop.flow.api.outgoing import router as outgoing
from orderloop.flow.api.webhooks import router as webhooks

router = Router()
for part in (orders, documents, cxml, outgoing, webhooks):
    router.add_router("", part)

__all__ = ["router"]
