"""What does not fit on a page: scripts to be evaluated in it, each returning a list of findings."""

from __future__ import annotations

SHOWN = "main *, header *, footer *, dialog[open] *"

CUT = f"""() => [...document.querySelectorAll('{SHOWN}')]
    .filter(each => !each.closest('.visually-hidden, progress, details:not([open])'))
    .filter(each => each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0)
    .filter(each => !['visible', 'auto'].includes(getComputedStyle(each).overflowX)
                    || each.scrollWidth > document.documentElement.clientWidth)
    .map(each => each.outerHTML.slice(0, 80))"""
# A link inside a sentence is exempt (WCAG 2.5.8); of a checkbox, users hit the whole label.
TOO_SMALL = """() => [...document.querySelectorAll('a[href], button, input, summary, select')]
    .filter(each => each.type !== 'hidden' && each.checkVisibility())
    .filter(each => !each.closest('p:not(.wayBack) > a'))
    .map(each => [each, (each.closest('label') ?? each).getBoundingClientRect()])
    .filter(([, box]) => box.width < 24 || box.height < 24)
    .map(([each, box]) => `${box.width} × ${box.height}: ${each.outerHTML.slice(0, 80)}`)"""
PLACEHOLDERS_CUT = """() => [...document.querySelectorAll('input[placeholder]')]
    .filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.id)"""
