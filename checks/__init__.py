"""Checks of the source tree that ``make check`` runs beside ruff, mypy and import-linter.

``python -m checks.references`` finds references to pages, sections and names that do not exist, and
modules that the map of their package leaves out. It needs Python's standard library only. ``python
-m checks.calls`` lets mypy find calls in tests of names and arguments that do not exist. ``python
-m checks.catalogues`` finds texts of our pages that are not translated, or (``unmarked_texts``) not
marked to be; it needs Babel.

Read first: ``references``; then ``pages`` (Markdown links and headings), ``sections`` (section
signs, pages outside the tree), ``roles`` (``:class:`` etc.) and ``maps``.
"""
