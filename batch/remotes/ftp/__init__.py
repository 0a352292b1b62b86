"""FTP and FTPS, on the standard library's client."""
