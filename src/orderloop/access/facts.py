"""Who there is and what they may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orderloop.foundation.words import gettext_noop as _


class Permission(StrEnum):
    """What a person may do. Pages and operations name one; roles hold many."""

    ACCOUNT_USE = "account.use"
    WORK_VIEW = "work.view"
    ORDERS_VIEW = "orders.view"
    ORDERS_ENTER = "orders.enter"
    ORDERS_CHANGE = "orders.change"
    ORDERS_CANCEL = "orders.cancel"
    INTAKE_VIEW = "intake.view"
    INTAKE_WORK = "intake.work"
    REVIEW_VIEW = "review.view"
    REVIEW_DECIDE = "review.decide"
    TRIAGE_ADJUST = "triage.adjust"
    SHORTAGES_VIEW = "shortages.view"
    STOCK_VIEW = "stock.view"
    STOCK_MOVE = "stock.move"
    WAREHOUSE_VIEW = "warehouse.view"
    WAREHOUSE_WORK = "warehouse.work"
    CUSTOMERS_VIEW = "customers.view"
    CUSTOMERS_EDIT = "customers.edit"
    CREDIT_EDIT = "credit.edit"
    PRODUCTS_VIEW = "products.view"
    PRODUCTS_EDIT = "products.edit"
    POLICY_VIEW = "policy.view"
    POLICY_EDIT = "policy.edit"
    FIGURES_VIEW = "figures.view"
    MAIL_VIEW = "mail.view"
    PEOPLE_VIEW = "people.view"
    PEOPLE_EDIT = "people.edit"
    TOKENS_EDIT = "tokens.edit"
    AUDIT_VIEW = "audit.view"
    RECORDS_RAW = "records.raw"
    SYSTEM_VIEW = "system.view"
    PORTAL_USE = "portal.use"


class Role(StrEnum):
    """What somebody is at the order desk."""

    CLERK = "clerk"
    CREDIT_REVIEWER = "credit_reviewer"
    PLANNER = "planner"
    BUYER = "buyer"
    WAREHOUSE = "warehouse"
    SERVICE = "service"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    CUSTOMER = "customer"
    INTEGRATOR = "integrator"


ROLE_NAMES: Mapping[Role, str] = {
    Role.CLERK: _("Order clerk"),
    Role.CREDIT_REVIEWER: _("Credit reviewer"),
    Role.PLANNER: _("Planner"),
    Role.BUYER: _("Buyer"),
    Role.WAREHOUSE: _("Warehouse worker"),
    Role.SERVICE: _("Customer service"),
    Role.MANAGER: _("Manager"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.CUSTOMER: _("Customer's user"),
    Role.INTEGRATOR: _("Integrator"),
}

ROLE_DUTIES: Mapping[Role, str] = {
    Role.CLERK: _("Takes orders in, completes and changes them."),
    Role.CREDIT_REVIEWER: _("Decides holds for credit, amount, stock and date; sets credit limits."),
    Role.PLANNER: _("Works shortages, promise dates and priorities."),
    Role.BUYER: _("Sees shortages and expected receipts, and buys."),
    Role.WAREHOUSE: _("Picks, packs and ships; receives goods."),
    Role.SERVICE: _("Answers customers about their orders."),
    Role.MANAGER: _("Sees the figures, sets policies and decides."),
    Role.ADMINISTRATOR: _("Manages people, tokens and the system."),
    Role.CUSTOMER: _("Sees and enters one customer's own orders."),
    Role.INTEGRATOR: _("Connects another system through the API."),
}

_P = Permission
_STAFF = {
    _P.ACCOUNT_USE, _P.WORK_VIEW, _P.ORDERS_VIEW, _P.STOCK_VIEW, _P.CUSTOMERS_VIEW, _P.PRODUCTS_VIEW, _P.SHORTAGES_VIEW,
    _P.REVIEW_VIEW, _P.INTAKE_VIEW, _P.WAREHOUSE_VIEW, _P.POLICY_VIEW,
}  # fmt: skip
_INTEGRATION = {
    _P.ACCOUNT_USE, _P.ORDERS_VIEW, _P.ORDERS_ENTER, _P.ORDERS_CHANGE, _P.ORDERS_CANCEL, _P.PRODUCTS_VIEW,
    _P.PRODUCTS_EDIT, _P.STOCK_VIEW, _P.STOCK_MOVE, _P.CUSTOMERS_VIEW, _P.CUSTOMERS_EDIT,
}  # fmt: skip

PERMISSIONS_OF: Mapping[Role, frozenset[Permission]] = {
    Role.CLERK: frozenset(
        _STAFF | {_P.ORDERS_ENTER, _P.ORDERS_CHANGE, _P.ORDERS_CANCEL, _P.INTAKE_WORK, _P.CUSTOMERS_EDIT, _P.MAIL_VIEW}
    ),
    Role.CREDIT_REVIEWER: frozenset(_STAFF | {_P.REVIEW_DECIDE, _P.CREDIT_EDIT, _P.MAIL_VIEW}),
    Role.PLANNER: frozenset(
        _STAFF | {_P.TRIAGE_ADJUST, _P.STOCK_MOVE, _P.ORDERS_CHANGE, _P.PRODUCTS_EDIT, _P.FIGURES_VIEW}
    ),
    Role.BUYER: frozenset(_STAFF | {_P.STOCK_MOVE, _P.PRODUCTS_EDIT}),
    Role.WAREHOUSE: frozenset(_STAFF | {_P.STOCK_MOVE, _P.WAREHOUSE_WORK}),
    Role.SERVICE: frozenset(
        _STAFF | {_P.ORDERS_ENTER, _P.ORDERS_CHANGE, _P.ORDERS_CANCEL, _P.INTAKE_WORK, _P.MAIL_VIEW}
    ),
    Role.MANAGER: frozenset(set(_P) - {_P.RECORDS_RAW, _P.PEOPLE_EDIT, _P.TOKENS_EDIT, _P.SYSTEM_VIEW, _P.PORTAL_USE}),
    Role.ADMINISTRATOR: frozenset(set(_P) - {_P.PORTAL_USE, _P.REVIEW_DECIDE, _P.CREDIT_EDIT}),
    Role.CUSTOMER: frozenset({_P.ACCOUNT_USE, _P.PORTAL_USE}),
    Role.INTEGRATOR: frozenset(_INTEGRATION),
}


class Scope(StrEnum):
    """What a token of the API may do at most; never more than the person it belongs to."""

    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    PRODUCTS_READ = "products:read"
    PRODUCTS_WRITE = "products:write"
    STOCK_READ = "stock:read"
    STOCK_WRITE = "stock:write"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    FIGURES_READ = "figures:read"


SCOPE_NAMES: Mapping[Scope, str] = {
    Scope.ORDERS_READ: _("Read orders"),
    Scope.ORDERS_WRITE: _("Enter and change orders"),
    Scope.PRODUCTS_READ: _("Read products and prices"),
    Scope.PRODUCTS_WRITE: _("Change products and prices"),
    Scope.STOCK_READ: _("Read stock"),
    Scope.STOCK_WRITE: _("Receive and adjust stock"),
    Scope.CUSTOMERS_READ: _("Read customers"),
    Scope.CUSTOMERS_WRITE: _("Change customers"),
    Scope.FIGURES_READ: _("Read figures"),
}

PERMISSIONS_FOR: Mapping[Scope, frozenset[Permission]] = {
    # Any one of them lets a person use the scope; a customer's user is further held to that customer's data.
    Scope.ORDERS_READ: frozenset({_P.ORDERS_VIEW, _P.PORTAL_USE}),
    Scope.ORDERS_WRITE: frozenset({_P.ORDERS_ENTER, _P.ORDERS_CHANGE, _P.PORTAL_USE}),
    Scope.PRODUCTS_READ: frozenset({_P.PRODUCTS_VIEW, _P.PORTAL_USE}),
    Scope.PRODUCTS_WRITE: frozenset({_P.PRODUCTS_EDIT}),
    Scope.STOCK_READ: frozenset({_P.STOCK_VIEW}),
    Scope.STOCK_WRITE: frozenset({_P.STOCK_MOVE}),
    Scope.CUSTOMERS_READ: frozenset({_P.CUSTOMERS_VIEW}),
    Scope.CUSTOMERS_WRITE: frozenset({_P.CUSTOMERS_EDIT}),
    Scope.FIGURES_READ: frozenset({_P.FIGURES_VIEW}),
}


@dataclass(frozen=True, slots=True)
class TokenFact:
    """A token of the API with the person it acts for, as read a moment ago."""

    id: int
    name: str
    scopes: frozenset[str]
    person_id: int
    person_active: bool
    roles: tuple[str, ...]
    customer_id: int | None
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonNew:
    """Someone to be added: staff with roles, or a customer's user with that customer's id."""

    username: str
    display_name: str
    roles: tuple[str, ...]
    password: str
    email: str = ""
    language: str = "zh-hans"
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class PersonFact:
    """Someone who may sign in."""

    id: int
    username: str
    display_name: str
    email: str
    roles: tuple[str, ...]
    language: str
    customer_id: int | None
    is_active: bool
    last_login: datetime | None


@dataclass(frozen=True, slots=True)
class PersonChange:
    """How a person shall be from now on."""

    display_name: str
    email: str
    roles: tuple[str, ...]
    language: str
    is_active: bool = True
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class TokenNew:
    """A token to be issued to a person; `valid_days` 0 means it does not expire."""

    name: str
    person_id: int
    scopes: tuple[str, ...]
    valid_days: int = 0


@dataclass(frozen=True, slots=True)
class ViewFact:
    """A list's filter kept under a name: the query string of its page, and whose it is."""

    view_id: int
    person_id: int
    name: str
    query: str
    shared: bool
