"""What goes wrong when a document is made."""


class RenderError(Exception):
    """A format could not be made; ``place`` says which text it was, as far as it is known."""

    def __init__(self, message: str, place: str = "") -> None:
        self.place = place
        super().__init__(f"{place}: {message}" if place else message)
