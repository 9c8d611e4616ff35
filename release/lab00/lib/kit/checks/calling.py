"""The source of `submission.call`: one call, and all that came of it.

It runs where the function is, as set-up code: in a worker, and at the desk. It stands in both
places, by a link.
"""

# An open blank, or a name that is not there, is no result of a call, so it goes on.
CALL = """
from contextlib import redirect_stdout
from io import StringIO

page = StringIO()
result, error = None, None
with redirect_stdout(page):
    try:
        result = function(*arguments, **named)
    except (NotImplementedError, NameError):
        raise
    except Exception as raised:
        error = raised
printed = page.getvalue()
raised = [kind.__name__ for kind in type(error).__mro__[:-2]] if error is not None else []
says = str(error) if error is not None else ""
"""
