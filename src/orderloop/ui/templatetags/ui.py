"""`{% load ui %}`: the components as tags. The gallery page shows every one of them in use."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from orderloop.ui.components import Kpi, Results
from orderloop.ui.listing import Order, url_with
from orderloop.ui.sparkline import sparkline

register = template.Library()
Context = dict[str, Any]


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An outline of the sprite; with `label` it speaks for itself, without it is decoration."""
    href = f"{static('vendor/tabler-icons/sprite.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', href)


@register.simple_tag
def status(tone: str, label: Any, note: Any = "") -> SafeString:
    """A dot and a word. Tones: neutral, info, good, warn, bad."""
    title = format_html(' title="{}"', note) if note else ""
    return format_html('<span class="ol-status tone-{}"{}><i class="dot"></i>{}</span>', tone, title, label)


@register.simple_tag(takes_context=True)
def address(context: template.Context, **changes: Any) -> str:
    """This page's address with other parameters; None or "" takes one away, and the place in the list is forgotten."""
    return url_with(context["request"], **changes)


@register.inclusion_tag("ui/components/column.html", takes_context=True)
def column(context: template.Context, label: Any, sort: str = "", figure: bool = False, hint: Any = "") -> Context:
    """A table heading; with `sort` it is a link that sorts by that name and turns round on the second press."""
    order: Order | None = context.get("order")
    request: HttpRequest = context["request"]
    current = bool(sort and order and order.name == sort)
    descending = bool(current and order and order.descending)
    toggled = sort if descending or (not current) else f"-{sort}"
    return {
        "label": label,
        "figure": figure,
        "hint": hint,
        "url": url_with(request, sort=toggled) if sort else "",
        "direction": ("descending" if descending else "ascending") if current else "",
    }


@register.inclusion_tag("ui/components/select_all.html")
def select_all() -> Context:
    """The heading of the tick column."""
    return {}


@register.inclusion_tag("ui/components/select_row.html")
def select_row(value: Any, label: Any, name: str = "ids") -> Context:
    """The tick of one row; `label` names the row to a screen reader."""
    return {"value": value, "label": label, "name": name}


@register.inclusion_tag("ui/components/field.html")
def field(bound: Any, hint: Any = "", wide: bool = False) -> Context:
    """A bound form field with label, hint and its errors at the field."""
    kinds = {"Select": "form-select", "SelectMultiple": "form-select", "CheckboxInput": "form-check-input"}
    kind = type(bound.field.widget).__name__
    plain = kind in {"RadioSelect", "CheckboxSelectMultiple"}
    described = [f"{bound.auto_id}-hint"] if hint or bound.help_text else []
    described += [f"{bound.auto_id}-error"] if bound.errors else []
    own = bound.field.widget.attrs.get("class", "")
    classes = own if plain else f"{kinds.get(kind, 'form-control')} {'is-invalid' if bound.errors else ''} {own}"
    attrs = {"class": " ".join(classes.split())}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=attrs),
        "hint": hint or bound.help_text,
        "wide": wide,
        "tick": kind == "CheckboxInput",
    }


@register.inclusion_tag("ui/components/kpi.html")
def kpi(figure: Kpi) -> Context:
    """A figure with target, trend and the number of cases behind it."""
    return {"kpi": figure, "line": sparkline(figure.trend, figure.target_line)}


@register.inclusion_tag("ui/components/steps.html")
def steps(stations: Any, label: Any = "") -> Context:
    """A status bar of `Step`s."""
    return {"steps": stations, "label": label}


@register.inclusion_tag("ui/components/timeline.html")
def timeline(events: Any) -> Context:
    """`Event`s in the order given."""
    return {"events": events}


@register.inclusion_tag("ui/components/tabs.html")
def tabs(choices: Any, label: Any = "") -> Context:
    """`Choice`s as tabs that are links, with counts."""
    return {"choices": choices, "label": label}


@register.inclusion_tag("ui/components/pairs.html")
def pairs(rows: Any, columns: int = 1) -> Context:
    """`Pair`s as a key-value list."""
    return {"rows": rows, "columns": columns}


@register.inclusion_tag("ui/components/progress.html")
def progress(value: Any, most: Any = 100, label: Any = "", tone: str = "") -> Context:
    """How far something is: a bar, and the figures beside it."""
    return {"value": value, "most": most, "label": label, "tone": tone}


@register.inclusion_tag("ui/components/copy.html")
def copyable(text: Any, label: Any = "") -> Context:
    """A text with a button that copies it."""
    return {"text": text, "label": label}


@register.inclusion_tag("ui/components/diff.html")
def diff(lines: Any, before: Any = "", after: Any = "", only_changes: bool = True) -> Context:
    """`Difference`s in two columns; lines that agree are left out unless asked for."""
    shown = [line for line in lines if not (only_changes and line.kind == "same")]
    return {"lines": shown, "before": before, "after": after}


@register.inclusion_tag("ui/components/results.html")
def results(outcome: Results) -> Context:
    """What became of each row of a batch: refusals first, with their reasons."""
    ranked = sorted(outcome.rows, key=lambda row: ("refused", "stale", "done").index(row.state))
    return {"results": outcome, "rows": ranked}


@register.inclusion_tag("ui/components/chart.html")
def chart(name: str, label: Any, option: Any, table: Any = (), tall: bool = False) -> Context:
    """A chart by an ECharts option without colours; `table` holds the same figures as rows, the first one headings.

    The page includes `ui/parts/chart_scripts.html` in its scripts block.
    """
    return {"name": name, "label": label, "option": option, "table": table, "tall": tall}


@register.inclusion_tag("ui/components/filter_bar.html", takes_context=True)
def filter_bar(context: template.Context, bar: Any, views: Any = ()) -> Context:
    """Search, filters and their chips, kept in the URL; `views` are saved views as `Choice`s."""
    return {"bar": bar, "views": views, "request": context["request"]}


@register.inclusion_tag("ui/components/page_links.html", takes_context=True)
def page_links(context: template.Context, page: Any) -> Context:
    """Next and previous of a `listing.Page`."""
    request: HttpRequest = context["request"]
    return {
        "page": page,
        "next_url": url_with(request, after=page.after) if page.after else "",
        "previous_url": url_with(request, before=page.before) if page.before else "",
    }


@register.simple_block_tag
def empty(content: str, title: Any, icon_name: str = "inbox") -> str:
    """An empty state that teaches: says what would stand here and how it comes."""
    return render_to_string("ui/components/empty.html", {"content": content, "title": title, "icon": icon_name})


@register.simple_block_tag
def dialog(content: str, name: str, title: Any, wide: bool = False) -> str:
    """A native dialog; any button with `data-dialog="name"` opens it, Escape closes it."""
    return render_to_string(
        "ui/components/dialog.html", {"content": content, "name": name, "title": title, "wide": wide}
    )


@register.simple_block_tag
def batch_bar(content: str) -> str:
    """Buttons that act on the ticked rows of the form around them; hidden until a row is ticked."""
    return render_to_string("ui/components/batch_bar.html", {"content": content})


@register.simple_block_tag
def notice(content: str, tone: str = "info", title: Any = "") -> str:
    """A remark on the page itself."""
    return render_to_string("ui/components/notice.html", {"content": content, "tone": tone, "title": title})


@register.simple_block_tag
def panel(content: str, title: Any = "", note: Any = "", name: str = "") -> str:
    """The one level of box a page has: a titled section."""
    return render_to_string(
        "ui/components/panel.html", {"content": content, "title": title, "note": note, "name": name}
    )
