"""QR codes and Code 128: values of fields drawn as vectors (docs/analysis/codes.md)."""
