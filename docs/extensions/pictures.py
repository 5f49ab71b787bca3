"""Pictures on pages, drawn at each build by the scripts in docs/pictures: ``{picture} coloring`` shows what one draws.

The directive's content is the text for those who do not see it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from docutils.statemachine import StringList
from drawing import run_all, write_if_changed
from gallery import picture
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SCRIPTS = Path(__file__).parent.parent / "pictures"


def draw(app: Sphinx) -> None:
    """Run the scripts."""
    for name, drawn in run_all(sorted(SCRIPTS.glob("*.py")), ".svg").items():
        for theme, content in drawn.pictures.items():
            write_if_changed(Path(app.srcdir, "generated", f"{name}-{theme}.svg"), content)


class Picture(SphinxDirective):
    """``{picture}``: what a script draws, for both themes."""

    required_arguments = 1
    has_content: ClassVar[bool] = True

    def run(self) -> list[nodes.Node]:
        """Show it as two images."""
        text = picture(f"/generated/{self.arguments[0]}", " ".join(self.content), ".svg")
        box = nodes.container()
        self.state.nested_parse(StringList(text.splitlines(), self.get_source_info()[0]), self.content_offset, box)
        return box.children


def setup(app: Sphinx) -> dict[str, bool]:
    """Register."""
    app.add_directive("picture", Picture)
    app.connect("builder-inited", draw)
    return {"parallel_read_safe": True}
