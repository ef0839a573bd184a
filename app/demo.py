"""`baton demo`: the sample inbox, worked end to end. Light on purpose: the desk is imported when it is called."""


def demo() -> int:
    """Work the sample inbox through the whole desk and show the pending approvals."""
    from app.inbox import work_inbox

    return work_inbox()
