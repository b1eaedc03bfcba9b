"""Reads and writes AD FS's claim rule language.

``parser.read`` turns a text into rules, with the place of the first fault. It uses ``lexer``
(tokens) and ``cursor`` (the place among them); ``attribute_stores`` reads queries to "Active
Directory" and opaque ids. ``printer.write`` is the way back. Read ``parser`` first, beside
Microsoft's "Understanding Claim Rule Language in AD FS". Neighbours:
``idp.federation.claim_rules.model`` has the rules.
"""
