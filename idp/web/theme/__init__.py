"""The look that an administrator gives the pages: logo, illustration, colours, texts, links.

``settings.py`` is what ``theme.toml`` may say (AD FS: ``Set-AdfsWebTheme`` and
``Set-AdfsGlobalWebContent``); ``folder.py`` reads and checks a folder, ``colors.py`` its colours;
``theme.py`` is the result, which pages and the address of the files use. docs/themes.md explains it
to administrators.
"""
