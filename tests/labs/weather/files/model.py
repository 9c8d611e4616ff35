"""A line through readings: handed in beside the notebook."""


def fit_line(days: list, temps: list) -> tuple:
    """The slope and the height at day 0 of the line with the least squares.

    Raises:
        ValueError: if there are not two different days.
    """
    #!TAG HWBEGIN
    #!MSG TODO: Raise a ValueError if all days are the same; else return (slope, height).
    if len(set(days)) < 2:
        raise ValueError("a line needs two different days")
    mean_day = sum(days) / len(days)
    mean_temp = sum(temps) / len(temps)
    both = sum((day - mean_day) * (temp - mean_temp) for day, temp in zip(days, temps, strict=True))
    slope = both / sum((day - mean_day) ** 2 for day in days)
    return slope, mean_temp - slope * mean_day
    #!TAG HWEND
