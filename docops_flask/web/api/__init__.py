"""What ``/v1/openapi.json`` says: answers, errors, forms and operations, and the document made of them."""
