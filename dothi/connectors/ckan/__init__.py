"""A resource of a CKAN portal: its file, or its rows in the DataStore."""
