"""How every picture looks, and how it becomes part of a page. The only file that meets matplotlib.

Colours are Okabe and Ito's, which people with any colour vision can tell apart; line styles and
hatches say the same once more. Ink is one odd colour that becomes the page's own text colour, so
that a picture reads in the dark as well.
"""

import importlib.util
import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from skill.errors import CoachError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK = "#12161c"
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
LINES = ("-", "--", "-.", ":")
HATCHES = ("", "///", "...", "xxx")
WIDE_IN = 8.6
FADED = 0.22

STYLE: Any = {  # matplotlib types its settings one by one
    "font.size": 11,
    "font.family": ["DejaVu Sans"],
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "lines.linewidth": 2.2,
    "hatch.linewidth": 0.7,
    "legend.frameon": False,
    "text.parse_math": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "svg.hashsalt": "roller-coach",
    **dict.fromkeys(
        ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK
    ),
}


def able() -> bool:
    """Whether pictures can be drawn: matplotlib is installed."""
    return importlib.util.find_spec("matplotlib") is not None


def require() -> None:
    """Make sure that pictures can be drawn.

    Raises:
        CoachError: if matplotlib is not installed.
    """
    if not able():
        raise CoachError(
            "matplotlib, which draws the report's pictures, is not installed.",
            'Install it with: pip install "roller-coach[evaluate]", or leave out --html.',
        )


@contextmanager
def style() -> Iterator[None]:
    """Within it, everything is drawn in the house style."""
    require()
    import matplotlib as mpl  # noqa: PLC0415 - a second and 60 MB that only a report needs

    with mpl.rc_context(STYLE), warnings.catch_warnings():
        # The page's reader draws the letters, and has them even where this machine has not.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        yield


def canvas(
    rows: int, high_in: float, wide_in: float = WIDE_IN
) -> tuple["Figure", Sequence["Axes"]]:
    """An empty picture: plots below one another that share their horizontal axis."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - a second and 60 MB, see above

    figure = Figure(figsize=(wide_in, high_in), layout="constrained")
    plots = figure.subplots(rows, 1, sharex=True, squeeze=False)
    return figure, [row[0] for row in plots]


def colour(number: int) -> str:
    """The colour of the n-th recogniser."""
    return COLOURS[number % len(COLOURS)]


def svg(figure: "Figure", description: str) -> str:
    """A picture as an element of an HTML page.

    Args:
        figure: drawn within `style`, as this call must be.
        description: what it shows, for those who cannot see it; plain text, already escaped.
    """
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None})
    body = drawn.getvalue().partition("<svg ")[2]
    size = re.search(r'viewBox="([^"]+)"', body)
    inner = body.partition(">")[2]
    inner = re.sub(r"<metadata>.*?</metadata>", "", inner, flags=re.DOTALL)
    # Groups of different pictures have the same names, and nothing refers to them.
    inner = re.sub(r'<g id="[^"]*"', "<g", inner).replace(INK, "currentColor")
    inner = inner.replace("'DejaVu Sans'", "var(--font)")
    box = size[1] if size else f"0 0 {72 * WIDE_IN:g} 400"
    return f'<svg viewBox="{box}" role="img" aria-label="{description}">{inner}'
