"""What does not fit on a page: scripts to be evaluated in it, each returning a list of findings."""

from __future__ import annotations

# What is half faded in is neither what people see nor what axe should measure.
UNTIL_NOTHING_MOVES = """() => Promise.allSettled(
    document.getAnimations()
        .filter(animation => animation.effect.getComputedTiming().endTime < Infinity)
        .map(animation => animation.finished))"""

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

_CONTROLS = """[...(document.querySelector('dialog[open]') ?? document)
        .querySelectorAll('a[href], button, input, select, summary, textarea')]
        .filter(each => each.type !== 'hidden' && each.checkVisibility() && !each.disabled)
        .filter(each => !each.closest('.visually-hidden'))"""

CONTROLS = f"() => {_CONTROLS}.map(each => each.outerHTML.slice(0, 80))"
"""The links, buttons and fields that can be used now."""

UNUSABLE = (
    f"() => {{ const all = {_CONTROLS};"
    """
    const problems = [];
    const note = (what, each) => problems.push(`${what}: ${each.outerHTML.slice(0, 90)}`);
    const page = document.documentElement;
    if (page.scrollWidth > innerWidth) problems.push(`scrolls ${page.scrollWidth} > ${innerWidth}`);
    const overlap = (one, other) => one.left < other.right - 1 && other.left < one.right - 1
        && one.top < other.bottom - 1 && other.top < one.bottom - 1;
    for (const each of all) {
        each.scrollIntoView({ block: 'nearest' });
        each.focus({ preventScroll: false });
        const box = each.getBoundingClientRect();
        if (box.left < 0 || box.right > innerWidth + 1) note('beside the window', each);
        if (box.height <= innerHeight && (box.top < -1 || box.bottom > innerHeight + 1))
            note('out of reach', each);
        const x = (box.left + box.right) / 2;
        const y = (Math.max(0, box.top) + Math.min(innerHeight, box.bottom)) / 2;
        const hit = document.elementFromPoint(x, y);
        const own = each.closest('label') ?? each;
        if (!hit || !(own.contains(hit) || hit.contains(own))) note('covered', each);
        const tooWide = each.scrollWidth > each.clientWidth + 1;
        const tooHigh = each.scrollHeight > each.clientHeight + 1;
        if (each.matches('button, .button') && (tooWide || tooHigh))
            note('text cut', each);
        for (const other of all) {
            if (each !== other && !each.contains(other) && !other.contains(each)
                && overlap(each.getBoundingClientRect(), other.getBoundingClientRect()))
                note(`overlaps ${other.outerHTML.slice(0, 60)}`, each);
        }
    }
    return problems;
}"""
)
"""What somebody who enlarges the page cannot use: it scrolls sideways, or a control is out of the
window, covered, cut or under another one."""
