"""The signals that ask a command to stop."""

import signal


def stopping_signals() -> list[signal.Signals]:
    """Those that end a command well; a hang-up is none where it is ignored, as under `nohup`."""
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *([] if ignored else [signal.SIGHUP])]


def stop_as_by_ctrl_c() -> None:
    """Let each of them interrupt the command, which then clears up behind it."""
    for number in stopping_signals():
        signal.signal(number, signal.default_int_handler)
