"""The product's addresses and, beside them, one that answers with a hand-written SQL function per order.

It runs in the same server, behind the same middleware and the same token check as the product's POST /orders.
"""

import json

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import NinjaAPI

from bench.sets import documents
from orderloop.access.api import needs
from orderloop.entrypoints.urls import urlpatterns as product

yardstick = NinjaAPI(title="Yardstick", urls_namespace="yardstick", openapi_url=None, docs_url=None)


@yardstick.post("/orders", auth=needs("orders:write"))
@transaction.atomic
def post_order(request: HttpRequest) -> HttpResponse:
    order = json.loads(request.body)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT yard_one(%s, %s, %s::text[], %s::numeric[], %s, %s, %s, %s::jsonb, %s::jsonb)",
            [
                order["customer"],
                order["po_number"],
                [line["item"] for line in order["lines"]],
                [line["quantity"] for line in order["lines"]],
                request.body,
                request.headers["Idempotency-Key"],
                *documents(),
            ],
        )
        number = cursor.fetchone()[0]
    body = json.dumps({"number": number, "status": "released"})
    return HttpResponse(body, status=201, content_type="application/json")


urlpatterns = [path("yardstick/", yardstick.urls), *product]
