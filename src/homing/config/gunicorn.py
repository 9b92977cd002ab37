"""How gunicorn serves Homing: few processes, threads for requests that wait on the database."""

from __future__ import annotations

import os

bind = f"{os.environ.get('HOMING_HOST', '127.0.0.1')}:{os.environ.get('HOMING_PORT', '8000')}"
wsgi_app = "homing.config.wsgi:application"
worker_class = "gthread"
workers = int(os.environ.get("HOMING_WEB_PROCESSES", "2"))
threads = int(os.environ.get("HOMING_WEB_THREADS", "8"))
# Larger than any screen needs: an upload of 50 MB over a slow line.
timeout = 120
graceful_timeout = 10
keepalive = 15
# No access log: addresses of requests are not kept, errors are logged by the application.
accesslog = None
errorlog = "-"
proc_name = "homing-web"
# The control interface would put a socket into the home folder.
control_socket_disable = True
