"""How the documentation is built: ``sphinx-build -W --keep-going -b html docs build/docs``."""

import inspect
import sys
from pathlib import Path
from typing import Any

import secant

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "secant"
author = "the authors of secant"
copyright = author  # noqa: A001 (Sphinx's name)
version = release = secant.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "sphinx_copybutton",
    "sphinx_design",
    "gallery",
    "pictures",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["extensions", "pictures", "static", "templates"]
templates_path = ["templates"]
root_doc = "index"

# ----------------------------------------------------------------------------------------------------------------------
# what is a warning

nitpicky = True
nitpick_ignore_regex = [
    (r"py:.*", r"(numpy|np|scipy|matplotlib|json|os|pytest|torch)\..*"),  # other people's names
    (r"py:obj", r"[a-z]\w*"),  # parameters and fields
]
default_role = "py:obj"  # `name` in docstrings

# ----------------------------------------------------------------------------------------------------------------------
# pages and docstrings

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
autosummary_generate = True
autosummary_ignore_module_all = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # numpydoc's sections say what types are, in words
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

# ----------------------------------------------------------------------------------------------------------------------
# how it looks

html_theme = "furo"
html_title = f"secant {release}"
html_static_path = ["static"]
html_css_files = ["secant.css"]
html_copy_source = False
html_show_sphinx = False
pygments_style = "friendly"
pygments_dark_style = "github-dark"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0072B2", "color-brand-content": "#0072B2"},
    "dark_css_variables": {"color-brand-primary": "#56B4E9", "color-brand-content": "#56B4E9"},
}


def hide_signature(_app: Any, what: str, _name: str, thing: Any, _options: Any, _signature: Any, _returns: Any) -> Any:
    """Results are not made by their readers: how they are called is nothing to read."""
    text = inspect.getdoc(thing) or ""
    return ("", None) if what == "class" and "Parameters\n---" not in text else None


def setup(app: Any) -> None:
    """Add what is above."""
    app.connect("autodoc-process-signature", hide_signature)
