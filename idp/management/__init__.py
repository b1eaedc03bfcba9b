"""The use cases of administration, without web: pages, REST API and commands share them.

==================  ====================================================  ========================
module              what it does                                          command
==================  ====================================================  ========================
``nodes``           what the users of each node see, and why              ``tallystick server``
``preview``         what a user will see; ``preview_steps``           ``tallystick preview``
``what_if``         the farm after an update, before it is installed      ``tallystick server``
``farm_history``    past changes of the farm; its sisters                 ``tallystick server``
                    ``farm_plan`` and ``farm_undo`` undo one
``trusts``          adds a trust from metadata, or previews it            ``tallystick sp add``
``trust_views``     trusts, previews and refreshes as JSON, warnings      ``tallystick sp show``
``metadata/``       fetches metadata, and refreshes it in the background  ``tallystick sp refresh``
``connect/``        what an application needs, settings to paste          ``tallystick connect``
``claim_rules``     claim rules of a trust, and their simulation          ``tallystick sp claims``
``access_control``  the overview of access, and giving a trust a policy   ``tallystick access``
``access_simulation``  tests a sign-in: who gets in, by which rule        ``tallystick access``
``adapters``        adapters with what they announce, and their check     ``tallystick adapters``
``simulation``      what both simulations assume of a sign-in             –
``rollover``        the steps of a rollover, and who has to be told       ``tallystick keys``
``settings``        the settings in force, and what waits for a restart   ``tallystick config``
``signing_keys``    rolls, promotes and retires token-signing keys        ``tallystick keys``
``user_by_name``    finds the user whom an administrator names
``users``           a user's second factors and lock-outs                 ``tallystick user``
``user_changes``    attributes, groups, name, password of a user          ``tallystick user``
``user_views``      users with what is known against them                ``tallystick user``
``user_sessions``   where a user may be signed in                         –
``policies``        which methods users may use, and what a change does   ``tallystick policy``
``sign_in_log``     reads the sign-in log                                 ``tallystick log``
``timelines``       finds what the flight recorder has; its sisters       ``tallystick trace``
                    ``timeline_texts`` and ``timeline_export`` write it
``configuration/``  all of it as one document, compared and applied       ``tallystick config``
``adfs_import/``    a document of what AD FS's cmdlets export             ``tallystick config``
``admin_token``     the administrator's token and its file                ``tallystick admin``
``background``      starts the threads of a server                        ``tallystick serve``
==================  ====================================================  ========================

Most functions take :class:`~idp.services.Services`. They raise
:class:`~adapter.errors.TallystickError` with a remedy for administrators. No module below imports
Flask. Read ``nodes`` first.
"""
