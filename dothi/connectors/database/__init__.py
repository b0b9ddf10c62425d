"""A table of a database of others: PostgreSQL, MySQL, MariaDB, SQLite."""
