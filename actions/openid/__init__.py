"""OpenID Connect as one who relies on a provider sees it: asked, answered, and verified.

Nothing here knows of people or pages.
"""
