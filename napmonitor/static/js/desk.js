// Small conveniences of the pages for members; everything works without them.
"use strict";

// After a form was refused the reader hears why: the summary takes the focus.
document.querySelector("[data-focus]")?.focus();
