"""The service with one more route, which returns the client address and URL as the service sees them."""

from flask import request

from docops_flask.app import create_app

app = create_app()


@app.get("/origin")
def origin() -> dict[str, str | None]:
    """Say where this request came from."""
    return {"client": request.remote_addr, "url": request.url}
