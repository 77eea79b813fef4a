"""Parts of pages that tell of reports, for templates of the follow-up."""
