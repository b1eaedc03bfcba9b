"""The use cases of administration, without web: pages, REST API and commands share them.

=====================  ========================================================  ================
module                 what it does                                              command
=====================  ========================================================  ================
``nodes``              what the users of each node see, and why                  server
``what_if``            the farm after an update, before it is installed          server
``farm_history``       past changes of the farm; ``farm_plan`` and               server
                       ``farm_undo`` undo one
``preview``            what a user will see; ``preview_steps`` has its steps     preview
``nps``                NPS hosts and what their users see; ``nps_changes``       nps
                       changes them
``trusts``             adds a trust from metadata, or previews it                sp
``trust_views``        trusts, previews and refreshes as JSON, warnings          sp
``metadata/``          fetches metadata, and refreshes it in the background      sp refresh
``claim_rules``        claim rules of a trust, and their simulation              sp claims
``faults``             faults on purpose: which is due at a trust                sp fault
``connect/``           what an application needs, settings to paste              connect
``access_control``     the overview of access, and giving a trust a policy       access
``access_simulation``  tests a sign-in: who gets in, by which rule               access test
``simulation``         what simulations assume of a sign-in                      –
``second_factors``     rules for MFA at all trusts, enabling adapters            access, adapters
``adapters``           adapters with what they announce, and their check         adapters
``signing_keys``       rolls, promotes and retires token-signing keys            keys
``rollover``           the steps of a rollover, and who has to be told           keys
``user_by_name``       finds the user whom an administrator names                –
``users``              a user's second factors and lock-outs                     user
``user_changes``       attributes, groups, name, password of a user;             user
                       ``user_audit`` records them
``user_views``         users with what is known against them: ``standing``       user
``user_sessions``      where a user may be signed in                             –
``code_apps``          adds a code app once it has shown a right code            user methods
``hardware_tokens``    registers and activates hardware tokens                   user tokens
``protection``         blocks, risks and access passes of users                  user block
``nt_hashes``          the NT hashes that MS-CHAP needs                          user nt-hash
``policies``           which methods users may use; ``policy_diff`` says what    policy
                       a change does, ``policy_words`` both in words
``sign_in_log``        reads the sign-in log                                     log
``audit_log``          reads the audit log of administration                     admin audit
``timelines``          finds what the flight recorder has; ``timeline_texts``    trace
                       and ``timeline_export`` write it
``overview``           what needs an administrator's attention                   –
``settings``           the settings in force, and what waits for a restart       config show
``configuration/``     all of it as one document, compared and applied           config
``adfs_import/``       a document of what AD FS's cmdlets export                 config
``admin_token``        the administrator's token and its file                    admin token
``api_tokens``         tokens of programs                                        admin token
``error_json``         errors for scripts; ``permission_json`` permissions       –
``background``         starts the threads of a server; ``start_log`` logs        serve
                       that it starts
=====================  ========================================================  ================

The command is what follows ``tallystick``. Most functions take :class:`~idp.services.Services`.
They raise :class:`~adapter.errors.TallystickError` with a remedy for administrators. No module
below imports Flask. Read ``nodes`` first.
"""
