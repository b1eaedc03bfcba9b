"""The colours of a theme: whether texts can be read on them, and their style sheet.

Contrast is that of WCAG 2.2, success criterion 1.4.3: 4.5 to 1 for text.
"""

from __future__ import annotations

from collections.abc import Iterator

from idp.web.theme.settings import BothColors, Colors

MIN_CONTRAST = 4.5

LIGHT = {
    "accent": "#0b5cad", "accent_ink": "#ffffff", "accent_soft": "#e3eefa", "ground": "#eef1f5",
    "surface": "#ffffff", "ink": "#17202b", "ink_soft": "#55616f", "line": "#c9d1da",
}  # fmt: skip
"""The colours of tallystick.css."""
DARK = {
    "accent": "#7db8f5", "accent_ink": "#08233f", "accent_soft": "#1d3046", "ground": "#10151b",
    "surface": "#1a212a", "ink": "#e8edf3", "ink_soft": "#a5b1be", "line": "#39444f",
}  # fmt: skip

TEXT_ON = (
    # text          what it stands on
    ("accent_ink",  "accent"),
    ("accent",      "surface"),
    ("ink",         "surface"),
    ("ink",         "ground"),
    ("ink",         "accent_soft"),
    ("ink_soft",    "surface"),
    ("ink_soft",    "ground"),
)  # fmt: skip


def faults_of(colors: BothColors) -> Iterator[str]:
    """Yield each pair of colours on which a text could not be read."""
    for table, given, ours in (("colors", colors, LIGHT), ("colors.dark", colors.dark, DARK)):
        used = {**ours, **_given(given)}
        for text, ground in TEXT_ON:
            found = contrast(used[text], used[ground])
            if found < MIN_CONTRAST:
                yield (
                    f"{table}: text of {text} {used[text]} on {ground} {used[ground]} has a "
                    f"contrast of {found:.1f}, needed is {MIN_CONTRAST}"
                )


def style_sheet(colors: BothColors) -> str:
    """Return the style sheet that sets the given colours, empty without any."""
    light, dark = _rules(colors), _rules(colors.dark)
    sheet = f":root {{ {light} }}\n" if light else ""
    if light or dark:
        ours = " ".join(f"{_property(name)}: {value};" for name, value in DARK.items())
        sheet += f"@media (prefers-color-scheme: dark) {{ :root {{ {ours} {dark} }} }}\n"
    return sheet


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (_linear(int(color[start : start + 2], 16) / 255) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    if value <= 0.04045:
        return value / 12.92
    return float(((value + 0.055) / 1.055) ** 2.4)


def _given(colors: Colors) -> dict[str, str]:
    return {name: value for name in LIGHT if (value := getattr(colors, name)) is not None}


def _rules(colors: Colors) -> str:
    return " ".join(f"{_property(name)}: {value};" for name, value in _given(colors).items())


def _property(name: str) -> str:
    return f"--{name.replace('_', '-')}"
