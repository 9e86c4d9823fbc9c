"""Help pages in sections, for commands with more options than fit one list."""

from collections.abc import Callable, Iterable
from typing import Any

import click

Decorator = Callable[[Any], Any]


class SectionedOption(click.Option):
    """An option that stands under a heading in the help page of a `SectionedCommand`."""

    def __init__(self, *args: Any, section: str = "Options", **kwargs: Any) -> None:
        """`section`: the heading; everything else is as in click."""
        super().__init__(*args, **kwargs)
        self.section = section


def in_section(title: str) -> Callable[..., Decorator]:
    """A replacement for `click.option` whose options stand under the heading `title`."""

    def option(*names: str, **settings: Any) -> Decorator:
        return click.option(*names, cls=SectionedOption, section=title, **settings)

    return option


class SectionedCommand(click.Command):
    """A command whose help page lists its options under their headings, in the order given."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one list a heading; options without one come last."""
        sections: dict[str, list[tuple[str, str]]] = {}
        last: list[tuple[str, str]] = []
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is None or not isinstance(parameter, click.Option):
                continue
            if isinstance(parameter, SectionedOption):
                sections.setdefault(parameter.section, []).append(record)
            else:
                last.append(record)
        titled: Iterable[tuple[str, list[tuple[str, str]]]] = [*sections.items(), ("Options", last)]
        for title, records in titled:
            if records:
                with formatter.section(title):
                    formatter.write_dl(records, col_max=24)
