"""The formats of a report: which renderer makes each, how it is served and named."""

from dataclasses import dataclass
from importlib import import_module

from document.snapshot import Snapshot

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Format:
    """A format: where its renderer is, its media type, the extension of its files.

    ``per_language`` is False where one file serves all languages.
    """

    module: str
    function: str
    media_type: str
    extension: str
    per_language: bool = True

    def render(self, snapshot: Snapshot, language: str) -> bytes:
        """Return a report as the bytes of a file.

        The renderer is imported here, as most requests need none and each weighs much.
        """
        renderer = getattr(import_module(f"reports.renderers.{self.module}"), self.function)
        made: str | bytes = renderer(snapshot, language)
        return made.encode() if isinstance(made, str) else made


FORMATS = {
    "html": Format("html", "render", "text/html; charset=utf-8", "html"),
    "pdf": Format("pdf", "render", "application/pdf", "pdf"),
    "docx": Format("docx", "render", WORD, "docx"),
    "json": Format("data", "render_json", "application/json", "json", per_language=False),
    "csv": Format("data", "render_csv", "text/csv; charset=utf-8", "csv"),
    "xlsx": Format("data", "render_xlsx", EXCEL, "xlsx"),
}
