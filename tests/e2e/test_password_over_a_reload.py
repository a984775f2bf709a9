"""The password outlives a reload: a worker forgets where it came from, the workers after it need it too."""

import base64
import signal

from tests.e2e.gunicorn_server import eventually

USER, PASSWORD = "anna", "sesame: 门"


def status_of_meta(server, credentials):
    encoded = base64.b64encode(credentials.encode()).decode()
    return server.ask("GET", "/v1/meta", Authorization=f"Basic {encoded}").status


def test_workers_of_a_reload_and_after_a_death_ask_for_the_same_password(start_server):
    server = start_server(web_basic_auth=f"{USER}:{PASSWORD}")
    eventually(lambda: server.sandbox_log)
    known = {worker.pid for worker in server.workers()}

    for replace in (
        lambda: server.process.send_signal(signal.SIGHUP),
        lambda: server.workers()[0].kill(),
    ):
        replace()
        eventually(lambda: server.workers() and not known & {worker.pid for worker in server.workers()})
        known |= {worker.pid for worker in server.workers()}

        assert status_of_meta(server, f"{USER}:{PASSWORD}") == 200
        assert status_of_meta(server, f"{USER}:other") == 401
        assert server.ask("GET", "/v1/meta").status == 401
