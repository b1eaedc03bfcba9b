"""What the tests share: the characters around the product, and fixtures that start them.

``service_providers``  applications that send SAML messages, and their metadata
``browsers``           Chromium, Firefox, and a proxy between a browser and the server
``phones``             a phone's HTTP API in a process of the tests, and calls signed by hand
``databases``          migrated databases on SQLite and PostgreSQL, one for each test
``servers``            a server's folder, running processes of it, nodes that die or guess
``adapters``           MFA adapters that misbehave, and sign-ins through the Entra MFA adapter
``certificates``       a certificate authority, and certificates with one weakness each
``clients``            real programs: aws-adfs, node-saml, mod_auth_mellon
``examples``           the projects in tests/examples, and what they run in
``attacks``            malformed messages and wrapped signatures
``claim_rules``        hypothesis strategies for claim rules
``tools``              finds or installs the programs that the tests run

``tests/conftest.py`` names the modules with fixtures; every test can use those.
"""
