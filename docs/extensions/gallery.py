"""The gallery: a page for each of examples/*.py, with what it says of itself, what it prints, draws, and its source.

The examples are run at each build. In gallery.md, the directive ``{gallery}`` has a line for each, ``name: Title``,
and shows them as cards; the build warns of examples that have none.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from drawing import ROOT, run_all, write_if_changed
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from drawing import Drawn
    from sphinx.application import Sphinx

EXAMPLES = ROOT / "examples"
_LOGGER = logging.getLogger(__name__)


def write_pages(app: Sphinx) -> None:
    """Run all examples and write their pages."""
    scripts = sorted(EXAMPLES.glob("*.py"))
    drawn = run_all(scripts, ".png")
    folder, named = Path(app.srcdir, "gallery"), titles(Path(app.srcdir, "gallery.md"))
    for name in drawn.keys() - named.keys():
        _LOGGER.warning("examples/%s.py is not in docs/gallery.md", name)
    for name in named.keys() - drawn.keys():
        _LOGGER.warning("docs/gallery.md names %s, but there is no examples/%s.py", name, name)
    for script in scripts:
        if script.stem not in named:
            continue
        result = drawn[script.stem]
        for theme, picture in result.pictures.items():
            write_if_changed(folder / f"{script.stem}-{theme}.png", picture)
        write_if_changed(folder / f"{script.stem}.md", _page(script, named[script.stem], result).encode())
    for stale in folder.glob("*.md"):
        if stale.stem not in drawn.keys() & named.keys():
            stale.unlink()


def titles(source: Path) -> dict[str, str]:
    """The titles of examples, by the names of their files, in the order of the page that lists them."""
    listed = re.findall(r"(?m)^```\{gallery\}\n([^`]*)^```", source.read_text(encoding="utf-8"))
    return dict(re.findall(r"(?m)^(\w+): (.+)$", "".join(listed)))


def described(script: Path) -> tuple[str, str, int]:
    """The first sentence of what a script says of itself, the rest, and the line in which its code begins."""
    module = ast.parse(script.read_text(encoding="utf-8"))
    first, _, rest = (ast.get_docstring(module) or "").partition("\n\n")
    return " ".join(first.split()), rest, module.body[1].lineno


def _page(script: Path, title: str, drawn: Drawn) -> str:
    first, rest, line = described(script)
    parts = [f"# {title}", first, rest]
    if drawn.pictures:
        parts.append(picture(script.stem, title))
    if drawn.printed.strip():
        fence = "```"
        parts += ["## Output", f"{fence}text\n{drawn.printed.rstrip()}\n{fence}"]
    source = f"```{{literalinclude}} ../../examples/{script.name}\n:language: python\n:lines: {line}-\n```"
    parts += ["## Source", f"`examples/{script.name}`, which `python examples/{script.name}` runs:", source]
    return "\n\n".join(parts) + "\n"


def picture(path: str, alt: str, suffix: str = ".png") -> str:
    """Markdown for the two pictures of a script, of which each theme shows one."""
    return "\n\n".join(
        f"```{{image}} {path}-{theme}{suffix}\n:class: only-{theme}\n:alt: {alt}\n```" for theme in ("light", "dark")
    )


class Gallery(SphinxDirective):
    """``{gallery}``: cards of the examples that it names, and their place in the contents."""

    has_content: ClassVar[bool] = True

    def run(self) -> list[nodes.Node]:
        """Write the cards as what sphinx-design reads."""
        cards, entries = [], []
        for line in filter(None, map(str.strip, self.content)):
            name, _, title = line.partition(": ")
            script = EXAMPLES / f"{name}.py"
            if not script.exists():
                continue  # warned of before
            entries.append(f"gallery/{name}")
            shown = picture(f"gallery/{name}", title) if self._has_picture(name) else ""
            cards.append(
                f":::{{grid-item-card}} {title}\n:link: gallery/{name}\n:link-type: doc\n\n"
                f"{described(script)[0]}\n\n{shown}\n:::"
            )
        text = "::::{grid} 1 1 2 2\n:gutter: 3\n\n" + "\n\n".join(cards) + "\n::::\n\n"
        text += "```{toctree}\n:hidden:\n\n" + "\n".join(entries) + "\n```\n"
        box = nodes.container()
        self.state.nested_parse(StringList(text.splitlines(), self.get_source_info()[0]), self.content_offset, box)
        return box.children

    def _has_picture(self, name: str) -> bool:
        return Path(self.env.srcdir, "gallery", f"{name}-light.png").exists()


def setup(app: Sphinx) -> dict[str, bool]:
    """Register."""
    app.add_directive("gallery", Gallery)
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True}
