"""How the web server runs, under the supervisor and in the container alike."""

wsgi_app = "portal.wsgi"
workers = 2
threads = 4
keepalive = 0  # a kept connection stays with its worker: one would have most of them, and the other stand idle
timeout = 60
graceful_timeout = 5
max_requests = 5000  # a worker is renewed now and then, so that memory cannot creep
max_requests_jitter = 500
limit_request_line = 4094
control_socket_disable = True  # it would write into the home folder
