"""The command `quality`. Figures and scores go to stdout, everything else to stderr; exit code 1 is an error."""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quality import __version__
from quality.cli_batch import batch, filter_
from quality.cli_options import model_option
from quality.cli_training import COMMANDS
from quality.errors import DataError, ModelError

if TYPE_CHECKING:
    from quality.report import Lang
    from quality.scoring import PageScore, Score

_EXIT_CODES = "Exit codes: 0 done; 1 an input, a model or an output was bad, said on stderr; 2 a wrong call."


class _Group(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        from quality.page import PageError

        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # `| head` has seen enough
            raise
        except (DataError, ModelError, PageError, OSError) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Group, epilog=_EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def main() -> None:
    """How substantive Japanese news is, how sensational its headlines are, and why.

    \b
    quality score PAGE.html                      a whole page: the article and its rails
    quality score --title '【衝撃】…'            a headline
    quality batch feed.jsonl scored.jsonl        a file of them
    quality filter < feed.jsonl > kept.jsonl     a stream of them
    """


main.add_command(batch)
main.add_command(filter_)


@main.command(epilog=_EXIT_CODES)
@click.argument("page", required=False)
@click.option("--title", help="Score a headline instead of a page.")
@click.option("--body", help="With --title: the article's text, or a file that holds it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object with everything.")
@click.option("--html", "html_file", metavar="OUT", help="Write one self-contained HTML page as well; - for stdout.")
@click.option(
    "--lang", type=click.Choice(["both", "ja", "en"]), default="both", show_default=True, help="The reasons' language."
)
@model_option
def score(
    page: str | None,
    title: str | None,
    body: str | None,
    as_json: bool,
    html_file: str | None,
    lang: Lang,
    model_source: str | None,
    policy_name: str,
) -> None:
    """Score a page (an HTML or text file, or - for stdin), or a headline with --title.

    \b
    quality score page.html
    quality score page.html --html scored.html
    curl -s URL | quality score - --json
    quality score --title '市、給食費を無償化へ 来年度から' --body article.txt
    """
    from quality import Document, load_model, score_page
    from quality import score as score_one
    from quality.report import as_json_object, as_text

    if (page is None) == (title is None):
        raise click.UsageError("give a PAGE, or a headline with --title")
    if body is not None and title is None:
        raise click.UsageError("--body goes with --title")
    if html_file == "-" and as_json:
        raise click.UsageError("--json and --html - both want stdout")
    model = load_model(model_source)
    scored: PageScore | Score
    if title is not None:
        document = Document(title, _text_or_file(body) if body is not None else None)
        scored = score_one(document, model=model, policy_name=policy_name)
    else:
        assert page is not None
        content = sys.stdin.buffer.read() if page == "-" else Path(page).read_bytes()
        scored = score_page(content, model=model, policy_name=policy_name)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a stdout that isn't UTF-8 shows escapes instead of failing
        sys.stdout.reconfigure(errors="backslashreplace")
    if html_file is not None:
        from quality.view import as_html

        if html_file == "-":
            click.echo(as_html(scored), nl=False)
            return
        Path(html_file).write_text(as_html(scored), encoding="utf-8")
        click.echo(f"{html_file} is written", err=True)
    if as_json:
        click.echo(json.dumps(as_json_object(scored), ensure_ascii=False, indent=1))
        return
    terminal = sys.stdout.isatty()
    colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    columns = shutil.get_terminal_size().columns if terminal else None
    click.echo(as_text(scored, lang=lang, columns=columns, colour=colour))


def _text_or_file(value: str) -> str:
    try:
        return Path(value).read_text(encoding="utf-8") if Path(value).is_file() else value
    except OSError:  # a long text is no file name
        return value


for _command in COMMANDS:
    main.add_command(_command)


if __name__ == "__main__":
    main()
