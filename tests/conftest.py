"""What holds for all tests."""

from __future__ import annotations

import signal

# A shell without job control starts what runs in the background deaf to Ctrl-C, as would be all that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
