"""A folder of files on a server of others, over SFTP."""
