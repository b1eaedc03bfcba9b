"""The configuration in the database as one document: exported, compared, and applied as a whole.

A document is a table of sections (``nodes``, ``trusts``, ``users``, …), written as TOML or JSON.
docs/configuration-file.md explains it to administrators.

===================  ===============================================================================
module               what it does
===================  ===============================================================================
``document``         reads a document from TOML or JSON, and writes it
``toml_text``        writes it as TOML that is made for version control
``faults``           what is wrong with a document, each fault with its place
``section``          what a section is: stored tables, wanted tables, and how a change is made
``tables``           the keys of each section as pydantic models
``sections``         all sections, in the order in which they are applied
``nodes``            the section of that name, as are ``nps_hosts``, ``access_policies``,
                     ``trusts`` (with ``trust_source``) and ``users``; ``singles`` has the sections
                     that are one table
``export``           what is stored, as a document
``plan``             compares a document with what is stored: the changes, one by one
``plan_text``        writes a plan in words
``apply``            makes the changes in one transaction, through the use cases of this room
===================  ===============================================================================

Read ``section``, then ``plan`` and ``apply``. ``tallystick config``, ``/admin/api/configuration``
and ``/admin/configuration`` are built on them.
"""
