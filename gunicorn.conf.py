"""How gunicorn serves napmonitor: it reads this file wherever it is started in this folder.

What the command line says goes before it: ``gunicorn --workers 4 --bind unix:… napmonitor.wsgi``.
"""

import os

worker_class = "napmonitor.server.BufferingWorker"
# One for each core; threads wait for the database, so there are more of them.
workers = int(os.environ.get("WEB_CONCURRENCY", os.cpu_count() or 1))
threads = 4
# Nothing here is steered over a socket, and a service has no home to put one in.
control_socket_disable = True
