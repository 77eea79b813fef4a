"""The working days of the Belgian authorities: neither weekends nor legal public holidays."""

from datetime import date, timedelta
from functools import cache

SATURDAY = 5
# Month and day of the holidays that fall on the same day each year.
FIXED = ((1, 1), (5, 1), (7, 21), (8, 15), (11, 1), (11, 11), (12, 25))
# Easter Monday, Ascension and Whit Monday, in days after Easter.
AFTER_EASTER = (1, 39, 50)


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    century, of_century = divmod(year, 100)
    golden = year % 19
    shift = century - century // 4 - (8 * century + 13) // 25
    moon = (19 * golden + shift + 15) % 30
    moon -= moon // 28 * (1 - moon // 28 * (29 // (moon + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    offset = moon - weekday
    month = 3 + (offset + 40) // 44
    return date(century * 100 + of_century, month, offset + 28 - 31 * (month // 4))


@cache
def holidays(year: int) -> frozenset[date]:
    """Return the ten legal public holidays of a year (Royal Decree of 18 April 1974)."""
    sunday = easter(year)
    moving = {sunday + timedelta(days=days) for days in AFTER_EASTER}
    return frozenset({date(year, month, day) for month, day in FIXED} | moving)


def is_working_day(day: date) -> bool:
    """Tell whether authorities work on a day."""
    return day.weekday() < SATURDAY and day not in holidays(day.year)


def after(day: date, count: int) -> date:
    """Return the day that is so many working days after another one, which does not count."""
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def last_until(day: date) -> date:
    """Return the last working day that is no later than a day."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def first_from(day: date) -> date:
    """Return the first working day that is no earlier than a day."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
