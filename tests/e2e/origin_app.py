"""The service with one address more, which tells what the service believes of its client."""

from flask import request

from docops_flask.app import create_app

app = create_app()


@app.get("/origin")
def origin():
    """Say where this request came from."""
    return {"client": request.remote_addr, "url": request.url}
