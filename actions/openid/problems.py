"""What can go wrong between this site and a provider."""


class ProviderError(Exception):
    """A provider did not answer, or not as it must; says what, never what was sent."""


class NoAnswerError(ProviderError):
    """A provider cannot be reached, takes too long, or is out of order."""


class TooManyError(NoAnswerError):
    """So many ask providers at once that one more would hold this process up."""


class BadAnswerError(ProviderError):
    """A provider said something that must not be believed."""
