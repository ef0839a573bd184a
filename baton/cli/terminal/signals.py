"""The signals that ask a command to stop."""

import signal


def stop_signals() -> list[signal.Signals]:
    """Return the signals that stop a command well; SIGHUP is left out where it is ignored, as under `nohup`."""
    is_ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *([] if is_ignored else [signal.SIGHUP])]


def stop_as_by_ctrl_c() -> None:
    """Let each of them raise KeyboardInterrupt in the command, which then removes its temporary files."""
    for number in stop_signals():
        signal.signal(number, signal.default_int_handler)
