"""SFTP: the protocol (`wire`), the SSH session under it (`session`), and the remote made of both (`remote`)."""
