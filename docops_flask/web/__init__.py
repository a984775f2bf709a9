"""All that knows Flask: the request, errors as answers, headers, views, uploads, the API's description."""
