"""The only room that knows SQL: tables, migrations, and one file for each port it fills."""
