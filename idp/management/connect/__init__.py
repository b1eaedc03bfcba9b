"""What an application needs of this server, and settings for it that can be pasted.

=================  =================================================================================
module             what it has
=================  =================================================================================
``server_facts``   this server's entity ID, addresses, certificates and metadata, as one value
``applications``   the applications that settings are written for, and the addresses each has
``settings``       the settings of one application, from the template of its kind
``templates/``     one template a kind, in the format of the application; filters escape each value
=================  =================================================================================

Read ``server_facts`` first. ``tallystick connect``, ``/admin/connect``, ``/admin/api/connect`` and
the demo's first page show what is here. A template has the names that the application's own
documentation gives its settings; ``tests/clients`` and ``tests/debian`` run them with the
application itself where that can be installed.
"""
