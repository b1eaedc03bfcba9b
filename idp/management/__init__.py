"""The use cases of administration, without web: pages, REST API and commands share them.

==================  ====================================================  ========================
module              what it does                                          command
==================  ====================================================  ========================
``nodes``           what the users of each node see, and why              ``tallystick server``
``preview``         what a user will see; ``preview_steps``           ``tallystick preview``
``what_if``         the farm after an update, before it is installed      ``tallystick server``
``trusts``          adds a trust from metadata, or previews it            ``tallystick sp add``
``trust_views``     trusts, previews and refreshes as JSON, warnings      ``tallystick sp show``
``metadata/``       fetches metadata, and refreshes it in the background  ``tallystick sp refresh``
``connect/``        what an application needs, settings to paste          ``tallystick connect``
``claim_rules``     claim rules of a trust, and their simulation          ``tallystick sp claims``
``access_control``  the overview of access, and giving a trust a policy   ``tallystick access``
``access_simulation``  tests a sign-in: who gets in, by which rule        ``tallystick access``
``adapters``        adapters with what they announce, and their check     ``tallystick adapters``
``simulation``      what both simulations assume of a sign-in             –
``signing_keys``    rolls, promotes and retires token-signing keys        ``tallystick keys``
``users``           a user's second factors and lock-outs                 ``tallystick user``
``user_changes``    attributes, groups, name, password of a user          ``tallystick user``
``user_views``      users with what is known against them                ``tallystick user``
``user_sessions``   where a user may be signed in                         –
``policies``        which methods users may use, and what a change does   ``tallystick policy``
``sign_in_log``     reads the sign-in log                                 ``tallystick log``
``timelines``       finds what the flight recorder has; its sisters       ``tallystick trace``
                    ``timeline_texts`` and ``timeline_export`` write it
``admin_token``     the administrator's token and its file                ``tallystick admin``
``background``      starts the threads of a server                        ``tallystick serve``
==================  ====================================================  ========================

Most functions take :class:`~idp.services.Services`. They raise
:class:`~adapter.errors.TallystickError` with a remedy for administrators. No module below imports
Flask. Read ``nodes`` first.
"""
