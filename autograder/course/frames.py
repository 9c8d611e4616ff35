"""Who says it: frames that tell the autograder's words in formgrader from the student's.

A student may write what looks like our table of points. Frames have styles, which nothing of a
student's can have: the sanitiser leaves none.
"""

OURS = (
    '<div style="border: 2px solid #0072b2; border-radius: 4px; margin: 4px 0">'
    '<div style="background: #0072b2; color: #fff; padding: 1px 8px; font-weight: bold">'
    "From the autograder</div>"
    '<div style="padding: 2px 8px">'
)
OWN = (
    '<div style="border: 2px dashed #8a6d3b; border-radius: 4px; margin: 4px 0">'
    '<div style="background: #fcf3d9; color: #5c4411; padding: 1px 8px; font-weight: bold">'
    "From the student</div>"
    '<div style="padding: 2px 8px">'
)
END = "</div></div>"


def ours(block: str) -> str:
    """HTML of ours."""
    return f"{OURS}{block}{END}"


def own(block: str) -> str:
    """HTML of a cell that a student added."""
    return f"{OWN}{block}{END}"


def inside(block: str) -> str:
    """What stands in a frame; all of it, if there is none."""
    for frame in (OURS, OWN):
        if block.startswith(frame):
            return block.removeprefix(frame).removesuffix(END)
    return block
