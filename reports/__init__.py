"""One round, frozen and published as a progress report; reads ``actions``, never the reverse."""
