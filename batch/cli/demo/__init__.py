"""`stockferry demo`: the sample account, over real SFTP on loopback."""
