"""The sample account, run against an SFTP server of its own."""
