"""The napmonitor project: settings, addresses, static files and catalogues."""
