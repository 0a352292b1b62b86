"""What a partner's script does with pysftp 0.2.9, the client that many still run: drops a file, fetches what is there.

    python partner.py PORT USER KEY put LOCAL REMOTE        python partner.py PORT USER KEY take FOLDER INTO

Its paramiko loads RSA keys alone, and its host keys know no ports, so such scripts switch their check off.
"""

from __future__ import annotations

import sys
import warnings

warnings.simplefilter("ignore")

import pysftp  # noqa: E402 - it warns when it is imported

port, user, key, act, source, target = sys.argv[1:]
options = pysftp.CnOpts()
options.hostkeys = None
with pysftp.Connection("127.0.0.1", username=user, private_key=key, port=int(port), cnopts=options) as sftp:
    if act == "put":
        sftp.put(source, target, preserve_mtime=True)
    else:
        for name in sftp.listdir(source):
            sftp.get(f"{source}/{name}", f"{target}/{name}", preserve_mtime=True)
            sftp.remove(f"{source}/{name}")
print(pysftp.__version__ if hasattr(pysftp, "__version__") else "0.2.9")
