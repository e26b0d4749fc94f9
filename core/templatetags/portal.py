"""Template tags of the portal: components, form fields, bars, figures.

`{% component "chip" text="已核实" tone="ok" %}` renders `templates/components/chip.html` with these options only;
`{% wrap "card" heading="本季排查" %}...{% endwrap %}` is the same for components that hold other content.
A wrong option name stops the template from compiling; a wrong value raises in debug and test, and falls back otherwise.
"""

import logging
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.safestring import SafeString

from core import charts, forms
from core.component_options import Component, ComponentError, load
from core.components import Segment

logger = logging.getLogger(__name__)
register = template.Library()


class ComponentNode(template.Node):
    """Renders one component in a context of its own, so that nothing leaks in from the page around it."""

    child_nodelists = ("nodelist",)

    def __init__(self, spec: Component, given: dict[str, FilterExpression], nodelist: NodeList | None) -> None:
        self.spec = spec
        self.given = given
        self.nodelist = nodelist if nodelist is not None else NodeList()

    def render(self, context: Context) -> SafeString:
        engine = context.template.engine  # type: ignore[union-attr] # always set while a template renders
        given = {name: expression.resolve(context) for name, expression in self.given.items()}
        # The engine that marks undefined variables is that of the tests: it is as strict about values.
        values = self._values(given, strict=settings.DEBUG or bool(engine.string_if_invalid))
        if self.spec.wraps:
            values["content"] = self.nodelist.render(context)
        inner = context.new(values)
        inner["csrf_token"] = context.get("csrf_token")
        return engine.get_template(f"components/{self.spec.name}.html").render(inner)

    def _values(self, given: dict[str, Any], *, strict: bool) -> dict[str, Any]:
        try:
            return self.spec.fill(given)
        except ComponentError:
            if strict:
                raise
            logger.exception("component used with a wrong value")
            wrong = {name for name, option in self.spec.options.items() if option.choices}
            return self.spec.fill({name: value for name, value in given.items() if name not in wrong})


def _parse(parser: Parser, token: Token) -> tuple[Component, dict[str, FilterExpression]]:
    tag, *bits = token.split_contents()
    if not bits or bits[0][:1] not in "\"'":
        raise template.TemplateSyntaxError(f"{{% {tag} %}} takes the component's name in quotes first")
    given = token_kwargs(rest := bits[1:], parser)
    if rest:
        raise template.TemplateSyntaxError(f"{{% {tag} {bits[0]} %}}: write options as name=value, not {rest[0]!r}")
    try:
        spec = load(bits[0].strip("\"'"))
        spec.check_names(set(given))
    except ComponentError as error:
        raise template.TemplateSyntaxError(str(error)) from error
    if spec.wraps != (tag == "wrap"):
        raise template.TemplateSyntaxError(
            f"component {spec.name!r} is used with {{% {'wrap' if spec.wraps else 'component'} %}}"
        )
    return spec, given


@register.tag("component")
def component(parser: Parser, token: Token) -> ComponentNode:
    """`{% component "name" option=value ... %}`"""
    spec, given = _parse(parser, token)
    return ComponentNode(spec, given, None)


@register.tag("wrap")
def wrap(parser: Parser, token: Token) -> ComponentNode:
    """`{% wrap "name" option=value ... %}content{% endwrap %}`"""
    spec, given = _parse(parser, token)
    nodelist = parser.parse(("endwrap",))
    parser.delete_first_token()
    return ComponentNode(spec, given, nodelist)


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, label: str = "", hint: str = "", wide: bool = False) -> dict[str, Any]:
    """Render a form field with label, hint and errors: the one way a Django form reaches a page."""
    return {
        "field": bound,
        "label": label or bound.label,
        "hint": hint or bound.help_text,
        "wide": wide,
        "errors": forms.errors_of(bound, label),
        "is_group": bool(bound.field.widget.use_fieldset),
        "is_checkbox": isinstance(bound.field.widget, CheckboxInput),
        "control": bound.as_widget(attrs=_described_by(bound, bool(hint or bound.help_text))),
    }


@register.filter
def errors_by_name(bound: BoundField) -> list[str]:
    """What is wrong with a field, for a list of all errors of the form."""
    return forms.errors_by_name(bound)


def _described_by(bound: BoundField, has_hint: bool) -> dict[str, str | bool]:
    ids = [
        f"{bound.auto_id}_{part}" for part, there in (("helptext", has_hint), ("error", bool(bound.errors))) if there
    ]
    return {"aria-describedby": " ".join(ids)} if ids else {}


@register.simple_tag
def stacked_bar(segments: list[Segment], total: int, label: str = "") -> SafeString:
    """`{% stacked_bar segments total %}`: parts of a total as inline SVG."""
    return charts.stacked_bar(segments, total, label)


@register.simple_tag
def progress_bar(done: int, total: int, label: str = "") -> SafeString:
    """`{% progress_bar done total %}`: share done as inline SVG."""
    return charts.progress_bar(done, total, label)


@register.filter
def thousands(value: object) -> str:
    """2705 → 2,705; what is not a whole number passes through as text."""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
